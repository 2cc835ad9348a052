package query

import (
	"fmt"

	"gardner/sweeps"
)

// Rows that share random numbers are not independent: the inner rows of a task,
// points that differ only in treatments. Such rows make a cluster: a replicate of
// one outer point, treatments left out. Resampling draws whole clusters. They are
// counted into at most maxBins bins in turn, so that memory does not grow with the
// replicates; with fewer clusters than bins each has its own.

const (
	maxBins   = 256
	fewBins   = 32      // with fewer there is too little to draw from
	binBudget = 4 << 20 // of all groups together
)

// clusters numbers the clusters within a group.
type clusters struct {
	grouping *grouping
	bins     uint64
}

// newClusters prepares for groups of the given By params; accs is how many
// accumulators there are at most.
func newClusters(s *scope, by *grouping, accs float64) (*clusters, error) {
	var names []string
	for _, name := range s.varying {
		p := s.experiment.Param(name)
		pooled := true
		for i := range by.by {
			pooled = pooled && by.by[i].name != name
		}
		if pooled && !p.Inner && !p.Treatment {
			names = append(names, name)
		}
	}
	g, err := newGrouping(s, append(names, byReplicate))
	if err != nil {
		return nil, err
	}
	accs = max(accs, 1)
	c := &clusters{grouping: g, bins: min(g.total, maxBins)}
	if room := uint64(binBudget / accs); c.bins > room {
		if room < min(g.total, fewBins) {
			return nil, &InputError{"by", fmt.Sprintf("there may be %.0f groups and metrics, too many to resample; narrow it with where, by or metric", accs)}
		}
		c.bins = room
	}
	return c, nil
}

// bin is what the rows of one cluster add up to: a sum of values and their number,
// or successes and trials.
type bin struct{ sum, n float64 }

func (b *bin) add(kind sweeps.MetricKind, c *sweeps.Cell) {
	if c.IsEmpty(kind) {
		return
	}
	b.sum += c.V
	if kind == sweeps.MetricCount {
		b.n += float64(c.N)
	} else {
		b.n++
	}
}
