package sweeps

import (
	"context"
	"slices"
	"time"
)

// Calibration is what a plan costs by what some of its tasks took.
type Calibration struct {
	Tasks   int     // that were run
	Seconds float64 // of one core, for all tasks of the plan
	Bytes   float64 // of all records
}

// Calibrate runs up to n tasks spread over a plan, as many as begin within the budget, and scales what they took to all of
// it by the declared costs. Used is the processor time so far; equip gives a task what it needs. The cheapest come first, so that few are enough of a plan whose costs differ; where they are
// not what is declared, neither is the result. A task that fails counts for what it took.
func Calibrate(ctx context.Context, p *Plan, n int, budget time.Duration, used func() time.Duration, equip func(*Task)) (Calibration, error) {
	var c Calibration
	ordinals := make([]uint64, 0, n)
	for k := range uint64(n) {
		// Over the grid, each in another replicate: replicates are outermost.
		o := k*p.perRep/uint64(n) + k%(p.tasks/p.perRep)*p.perRep
		if !slices.Contains(ordinals, o) {
			ordinals = append(ordinals, o)
		}
	}
	slices.SortStableFunc(ordinals, func(a, b uint64) int {
		switch x, y := p.Cost(a), p.Cost(b); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	declared, took, bytes := 0.0, 0.0, 0.0
	start := time.Now()
	for _, o := range ordinals {
		if c.Tasks > 0 && time.Since(start) >= budget {
			break
		}
		t := p.Task(o, nil)
		t.Threads = 1
		equip(t)
		before := used()
		rows, err := t.Run(ctx)
		if ctx.Err() != nil {
			return c, ctx.Err()
		}
		took += (used() - before).Seconds()
		declared += p.Cost(o)
		if err == nil {
			bytes += float64(len(EncodeRecord(p.Experiment, p.Rows(), nil, rows)))
		}
		c.Tasks++
	}
	c.Seconds = p.CPUSeconds() * took / declared
	c.Bytes = bytes / float64(c.Tasks) * float64(p.tasks)
	return c, nil
}
