package grow

import (
	"fmt"
	"slices"
	"strings"

	"gardner/coordinator/query"
	"gardner/sweeps"
)

// refine adds a value between each two neighbours on whose sides of the level the curve is and that are not close enough.
func (g *growth) refine() ([]*sweeps.Block, error) {
	r := g.spec.Refine
	if r == nil {
		return nil, nil
	}
	es, err := g.estimate(r.Metric)
	if err != nil {
		return nil, err
	}
	axis := slices.Index(es.Params, r.Axis)
	if axis < 0 {
		return nil, fmt.Errorf("%s does not vary", r.Axis)
	}
	at := func(e *query.Estimate) float64 { x, _ := e.At[axis].Number(); return x }
	var bs batches
	added := map[*point][]sweeps.Value{}
	for _, curve := range curves(es, axis) {
		slices.SortStableFunc(curve, func(a, b *query.Estimate) int { return a.At[axis].Compare(b.At[axis]) })
		for i := 1; i < len(curve); i++ {
			low, high := curve[i-1], curve[i]
			if (low.Mean >= r.Level) == (high.Mean >= r.Level) {
				continue
			}
			v, ok := r.Between(g.experiment.Param(r.Axis), at(low), at(high))
			if !ok {
				continue
			}
			if p := g.pointOf(es, low); g.innerAxis() {
				if !slices.Contains(added[p], v) {
					added[p] = append(added[p], v)
				}
				continue
			}
			tuple := make([]sweeps.Value, len(g.names))
			for k, name := range g.names {
				tuple[k] = low.At[slices.Index(es.Params, name)]
				if name == r.Axis {
					tuple[k] = v
				}
			}
			if g.points[keyOf(tuple)] == nil { // another curve may have asked for it
				g.find(tuple)
				bs.add(0, g.spec.Replicates, g.base.Inner, tuple)
			}
		}
	}
	for _, p := range g.order {
		if values := added[p]; len(values) > 0 {
			bs.add(0, p.replicates, g.inner(values), p.at)
		}
	}
	return g.blocks(&bs)
}

// curves gathers the estimates that differ in one param only, in the order of the first of each.
func curves(es *query.Estimates, axis int) (out [][]*query.Estimate) {
	index := map[string]int{}
	for i := range es.Points {
		e := &es.Points[i]
		var key strings.Builder
		for k, v := range e.At {
			if k != axis {
				fmt.Fprintf(&key, "%v;", v)
			}
		}
		at, ok := index[key.String()]
		if !ok {
			at = len(out)
			index[key.String()] = at
			out = append(out, nil)
		}
		out[at] = append(out[at], e)
	}
	return out
}
