package grow

import (
	"slices"

	"gardner/sweeps"
)

// replicates goes on at the points where some metric is not known well enough at some row.
func (g *growth) replicates() ([]*sweeps.Block, error) {
	a := g.spec.Adaptive
	if a == nil {
		return nil, nil
	}
	wanting := map[*point]bool{}
	for _, u := range a.Until {
		es, err := g.estimate(u.Metric)
		if err != nil {
			return nil, err
		}
		for i := range es.Points {
			if e := &es.Points[i]; !(e.HalfWidth <= u.HalfWidth.Of(e.Mean)) {
				wanting[g.pointOf(es, e)] = true
			}
		}
	}
	var bs batches
	for _, p := range g.order {
		if !wanting[p] || p.replicates >= a.Max {
			continue
		}
		inner := g.base.Inner
		if g.innerAxis() {
			inner = g.inner(slices.Concat(valuesOf(g.base.Inner, g.spec.Refine.Axis), p.refined))
		}
		bs.add(p.replicates, a.More(p.replicates), inner, p.at)
	}
	return g.blocks(&bs)
}
