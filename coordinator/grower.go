package coordinator

import (
	"context"
	"sync"
	"time"

	"gardner/coordinator/grow"
	"gardner/coordinator/scheduler"
	"gardner/coordinator/store"
	"gardner/sweeps"
)

// grower lets sweeps that grow by themselves go on when all of what they have is computed.
type grower struct {
	c    *Coordinator
	wake chan struct{} // holds a token when there may be something to decide

	mu      sync.Mutex // guards the rest
	open    map[string]bool
	trouble map[string]string // why a sweep could not be looked at
	working bool              // workers have come: what is computed is looked at
}

func newGrower(c *Coordinator) *grower {
	return &grower{c: c, wake: make(chan struct{}, 1), open: map[string]bool{}, trouble: map[string]string{}}
}

// run decides until ctx ends.
func (g *grower) run(ctx context.Context) {
	for {
		select {
		case <-g.wake:
		case <-ctx.Done():
			return
		}
		for name := range g.pending() {
			g.c.submits.Lock()
			g.c.grow(ctx, name)
			g.c.submits.Unlock()
		}
	}
}

func (g *grower) poke() {
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

// note takes in a sweep or a new revision of one.
func (g *grower) note(name string, grows bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.trouble, name)
	if grows {
		g.open[name] = true
	} else {
		delete(g.open, name)
	}
}

// joined takes in that there is a worker.
func (g *grower) joined() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.working = true
	g.poke()
}

// pending are the sweeps that are not at their end when all they have is computed.
func (g *grower) pending() map[string]bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := map[string]bool{}
	if g.working {
		for name := range g.open {
			out[name] = true
		}
	}
	return out
}

// settle takes in that a sweep has all it asked for, or why that cannot be said.
func (g *grower) settle(name string, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.open, name)
	if err != nil {
		g.trouble[name] = "it cannot be said whether more is needed: " + err.Error()
	}
}

func (g *grower) reason(name string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.trouble[name]
}

// grow adds the next round to a sweep all of which is computed; false if there is none, or not yet. The caller holds
// submits.
func (c *Coordinator) grow(ctx context.Context, name string) bool {
	done := false
	c.owner.do(func(s *scheduler.Scheduler, _ time.Duration) {
		v, ok := s.Sweep(name)
		done = ok && v.State == scheduler.Done
	})
	if !done {
		return false
	}
	rec, next, err := c.nextRound(ctx, name)
	if err == nil && len(next) > 0 {
		rec.State, rec.Changed = store.Active, time.Time{}
		if err = c.sow(rec, next); err == nil {
			c.log.Info("sweep goes on", "sweep", name, "blocks", len(next))
			return true
		}
	}
	if ctx.Err() != nil {
		return false // the next process looks again
	}
	if err != nil {
		c.log.Warn("a sweep does not go on by itself", "sweep", name, "error", err)
	}
	c.grower.settle(name, err)
	return false
}

func (c *Coordinator) nextRound(ctx context.Context, name string) (rec store.SweepRecord, next []*sweeps.Block, err error) {
	if rec, err = c.st.Sweep(name); err != nil {
		return rec, nil, err
	}
	spec, err := sweeps.ParseSpec(name, rec.YAML, c.cfg.Registry)
	if err != nil || !spec.Grows() {
		return rec, nil, err
	}
	planned := make([]*sweeps.Block, len(rec.Blocks))
	for i, id := range rec.Blocks {
		if planned[i], err = c.st.Block(id); err != nil {
			return rec, nil, err
		}
	}
	next, err = grow.Next(ctx, c.st, c.cfg.Registry, spec, planned)
	return rec, next, err
}
