package sweeps

import (
	"context"
	"math"
	"slices"
)

// largestLoad returns the largest whole number from 0 to most that succeeds, for a
// try that succeeds up to some number and fails from there on: from first it climbs
// by a sixteenth at a time, but at least 1, until a failure, and then halves the
// interval. It does not climb faster because failures are dear, as they take all cycles
// that are allowed, most successes cheap. Of a try that is not monotone it returns a
// success next to a failure.
func largestLoad(first, most int, try func(n int) (bool, error)) (int, error) {
	good, bad := 0, most+1
	for n := min(max(1, first), most); bad-good > 1; {
		ok, err := try(n)
		if err != nil {
			return 0, err
		}
		if ok {
			good = n
		} else {
			bad = n
		}
		if bad <= most {
			n = good + (bad-good)/2
		} else {
			n = min(n+max(1, n/16), most)
		}
	}
	return good, nil
}

// learnerCapacity searches for the largest nested load that a learning rule masters
// within limits of cycles, which are inner: what was learned within one limit is known
// for all smaller ones.
type learnerCapacity struct {
	N           float64 // loads are over N
	step        int     // resolution of the search, in items
	first, most int     // where it begins and ends, in steps
	// learn learns the first count items from the beginning and returns the cycles it
	// took, or false if it did not succeed within limit.
	learn func(ctx context.Context, count, limit int) (cycles int, ok bool, err error)

	probes map[int]probe
}

// probe is how learning a number of items ended.
type probe struct{ cycles, limit int } // cycles is 0 if it did not succeed within the limit

// rows returns the cells capacity, items and cycles used for each inner point.
func (c *learnerCapacity) rows(ctx context.Context, t *Task) ([]Row, error) {
	c.probes = map[int]probe{}
	order := make([]int, len(t.Inner))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return t.Inner[b].Int("cycles") - t.Inner[a].Int("cycles") })
	rows := make([]Row, len(t.Inner))
	for done, i := range order {
		limit := t.Inner[i].Int("cycles")
		steps, err := largestLoad(c.first, c.most, func(steps int) (bool, error) { return c.succeeds(ctx, steps*c.step, limit) })
		if err != nil {
			return nil, err
		}
		count, used := steps*c.step, Empty()
		if count > 0 {
			used = Val(float64(c.probes[count].cycles))
		}
		rows[i] = Row{Cells: []Cell{Val(float64(count) / c.N), Val(float64(count)), used}}
		t.Report(float64(done+1) / float64(len(order)))
	}
	return rows, nil
}

func (c *learnerCapacity) succeeds(ctx context.Context, count, limit int) (bool, error) {
	known, ok := c.probes[count]
	if !ok || known.cycles == 0 && known.limit < limit {
		cycles, ok, err := c.learn(ctx, count, limit)
		if err != nil {
			return false, err
		}
		if !ok {
			cycles = 0
		}
		known = probe{cycles, limit}
		c.probes[count] = known
	}
	return known.cycles > 0 && known.cycles <= limit, nil
}

// largestLimit is the largest number of cycles among inner points.
func largestLimit(inner []Point) float64 {
	limit := 0.0
	for _, p := range inner {
		limit = math.Max(limit, p.Num("cycles"))
	}
	return limit
}
