package worker

import (
	"context"
	"fmt"
	"sync"

	"gardner/proto/join"
	"gardner/proto/sets"
	"gardner/sweeps/data"
)

// setCache fetches data sets from the coordinator and keeps the last two: a sweep
// has one, and its tasks come one after the other.
type setCache struct {
	target *join.Target

	mu   sync.Mutex // guards kept, and is held while fetching: slots want the same set
	kept []keptSet
}

type keptSet struct {
	hash data.Hash
	set  *data.Set
}

const maxKeptSets = 2

// get is the sweeps.Sets of this worker's tasks.
func (c *setCache) get(ctx context.Context, h data.Hash) (*data.Set, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.kept {
		if k.hash == h {
			return k.set, nil
		}
	}
	conn, err := c.target.Dial()
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	encoded, err := sets.Get(ctx, conn, sets.Hash(h))
	if err != nil {
		return nil, fmt.Errorf("fetch the data set %s: %w", h, conn.Explain(err))
	}
	set, err := data.Decode(encoded)
	if err != nil {
		return nil, err
	}
	if len(c.kept) == maxKeptSets {
		c.kept = c.kept[1:]
	}
	c.kept = append(c.kept, keptSet{h, set})
	return set, nil
}
