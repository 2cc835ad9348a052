// Package grow decides how a sweep goes on by itself once all of it is computed: with more replicates where a mean is not
// known well enough, with more values of an axis where a curve crosses a level. It adds blocks; what is there stays.
//
//	blocks, err := grow.Next(ctx, st, registry, spec, planned)   // none: the sweep has all it asked for
//
// The decision depends on the results alone, so it is the same whatever workers computed them, and when.
package grow

import (
	"context"
	"fmt"
	"slices"

	"gardner/coordinator/query"
	"gardner/sweeps"
)

// Next returns the blocks of the next round, planned being those so far, in their order; none if there is no need.
// Replicates come first: a curve is refined once its means are known well enough.
func Next(ctx context.Context, src query.Source, reg *sweeps.Registry, spec *sweeps.Spec, planned []*sweeps.Block) ([]*sweeps.Block, error) {
	e, err := spec.Declared(reg)
	if err != nil {
		return nil, err
	}
	g := &growth{spec: spec, experiment: e, base: planned[0], points: map[string]*point{}, estimate: func(metric string) (*query.Estimates, error) {
		return query.EstimateAll(ctx, src, reg, spec.Name, metric)
	}}
	g.survey(planned)
	for _, round := range []func() ([]*sweeps.Block, error){g.replicates, g.refine} {
		next, err := round()
		if err != nil {
			return nil, err
		}
		// What has been tried already gave no rows: its tasks failed.
		next = slices.DeleteFunc(next, func(b *sweeps.Block) bool {
			return slices.ContainsFunc(planned, func(p *sweeps.Block) bool { return p.ID() == b.ID() })
		})
		if len(next) > 0 {
			return next, nil
		}
	}
	return nil, nil
}

// growth is one decision.
type growth struct {
	spec       *sweeps.Spec
	experiment *sweeps.Experiment
	base       *sweeps.Block // of the first round
	estimate   func(metric string) (*query.Estimates, error)

	names  []string // outer params that vary
	points map[string]*point
	order  []*point
}

// point is an outer point of the sweep.
type point struct {
	at         []sweeps.Value // of growth.names
	replicates int
	refined    []sweeps.Value // values added to an inner axis here
}

// survey finds the points of the blocks so far, and what each has.
func (g *growth) survey(planned []*sweeps.Block) {
	for _, a := range g.base.Outer {
		if len(a.Tuples) > 1 {
			g.names = append(g.names, a.Params...)
		}
	}
	var at []int
	for _, b := range planned {
		refined := g.added(b)
		for i := range b.PerReplicate() {
			_, at = b.OuterAt(i, at)
			tuple := make([]sweeps.Value, len(g.names))
			for k, name := range g.names {
				tuple[k] = valueIn(b.Outer, name, at)
				if tuple[k].IsZero() {
					tuple[k] = g.experiment.Param(name).Default
				}
			}
			p := g.find(tuple)
			p.replicates = max(p.replicates, b.RepHi)
			for _, v := range refined {
				if !slices.Contains(p.refined, v) {
					p.refined = append(p.refined, v)
				}
			}
		}
	}
}

// find returns the point of a tuple, a new one if there is none.
func (g *growth) find(tuple []sweeps.Value) *point {
	key := keyOf(tuple)
	p := g.points[key]
	if p == nil {
		p = &point{at: tuple}
		g.points[key] = p
		g.order = append(g.order, p)
	}
	return p
}

func keyOf(tuple []sweeps.Value) string { return fmt.Sprint(tuple) }

// valueIn is a param's value at a position on each axis; zero if no axis has it.
func valueIn(axes []sweeps.Axis, name string, at []int) sweeps.Value {
	for i, a := range axes {
		if k := slices.Index(a.Params, name); k >= 0 {
			return a.Tuples[at[i]][k]
		}
	}
	return sweeps.Value{}
}

// innerAxis is whether an inner axis is refined.
func (g *growth) innerAxis() bool {
	return g.spec.Refine != nil && g.experiment.Param(g.spec.Refine.Axis).Inner
}

// added lists the values of the refined inner axis that a block has and the first round has not.
func (g *growth) added(b *sweeps.Block) (out []sweeps.Value) {
	if !g.innerAxis() {
		return nil
	}
	first := valuesOf(g.base.Inner, g.spec.Refine.Axis)
	for _, v := range valuesOf(b.Inner, g.spec.Refine.Axis) {
		if !slices.Contains(first, v) {
			out = append(out, v)
		}
	}
	return out
}

// valuesOf lists the values of a param that has an axis of its own.
func valuesOf(axes []sweeps.Axis, name string) (out []sweeps.Value) {
	for _, a := range axes {
		if slices.Equal(a.Params, []string{name}) {
			for _, t := range a.Tuples {
				out = append(out, t[0])
			}
		}
	}
	return out
}

// inner is the inner axes with other values of the refined one.
func (g *growth) inner(values []sweeps.Value) []sweeps.Axis {
	out := slices.Clone(g.base.Inner)
	for i, a := range out {
		if slices.Equal(a.Params, []string{g.spec.Refine.Axis}) {
			out[i] = sweeps.Values(g.spec.Refine.Axis, values...)
		}
	}
	return out
}

// batch collects the points that need the same.
type batch struct {
	lo, hi int // replicates
	inner  []sweeps.Axis
	tuples [][]sweeps.Value
}

// batches keeps them in the order in which they were begun.
type batches struct {
	byKey map[string]*batch
	order []*batch
}

func (bs *batches) add(lo, hi int, inner []sweeps.Axis, tuple []sweeps.Value) {
	if bs.byKey == nil {
		bs.byKey = map[string]*batch{}
	}
	key := fmt.Sprint(lo, hi, inner)
	b := bs.byKey[key]
	if b == nil {
		b = &batch{lo: lo, hi: hi, inner: inner}
		bs.byKey[key] = b
		bs.order = append(bs.order, b)
	}
	b.tuples = append(b.tuples, tuple)
}

// blocks makes a block of each batch: all points that vary are one axis of tuples.
func (g *growth) blocks(bs *batches) (out []*sweeps.Block, err error) {
	for _, b := range bs.order {
		axes := slices.Clone(b.inner)
		for _, a := range g.base.Outer {
			if len(a.Tuples) == 1 {
				axes = append(axes, a)
			}
		}
		if len(g.names) > 0 {
			axes = append(axes, sweeps.Axis{Params: g.names, Tuples: b.tuples})
		}
		x, err := sweeps.NewBlock(g.experiment, axes, g.base.Seed, b.lo, b.hi)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// pointOf finds the outer point of an estimate; params that do not vary there are not in it.
func (g *growth) pointOf(es *query.Estimates, e *query.Estimate) *point {
	tuple := make([]sweeps.Value, len(g.names))
	for k, name := range g.names {
		tuple[k] = e.At[slices.Index(es.Params, name)]
	}
	return g.points[keyOf(tuple)]
}
