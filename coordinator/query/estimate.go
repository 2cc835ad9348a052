package query

import (
	"context"
	"fmt"
	"math"

	"gardner/sweeps"
)

// Estimates is a metric at every point of a sweep's grid where it has a value.
type Estimates struct {
	Params []string // what varies
	Points []Estimate
}

// Estimate is a metric at one point.
type Estimate struct {
	At        []sweeps.Value // of Params
	N         int64          // rows with a value
	Mean      float64
	HalfWidth float64 // of the 95 % interval: to its farther end; infinite for one row
}

// EstimateAll reads a metric, a number or a count, at every point of a sweep.
func EstimateAll(ctx context.Context, src Source, reg *sweeps.Registry, sweep, metric string) (*Estimates, error) {
	s, err := newScope(src, reg, sweep)
	if err != nil {
		return nil, err
	}
	metrics, err := s.pickMetrics([]string{metric})
	if err != nil {
		return nil, err
	}
	if k := s.metrics[metrics[0]].Kind; k != sweeps.MetricNumber && k != sweeps.MetricCount {
		return nil, &InputError{"metric", fmt.Sprintf("%s is a %v, which has no mean", metric, k)}
	}
	all, err := compileWhere(s.experiment, s.metrics, "")
	if err != nil {
		return nil, err
	}
	g, err := newGrouping(s, s.varying)
	if err != nil {
		return nil, err
	}
	a := newAggregate(s, all, g, metrics)
	gs, err := a.collect(ctx)
	if err != nil {
		return nil, err
	}
	out := &Estimates{Params: s.varying}
	for _, group := range gs.sorted() {
		var at []sweeps.Value
		for i := range g.by {
			b := &g.by[i]
			at = append(at, b.values[group.code/b.radix%b.count])
		}
		group.accs[0].lines(studentT, func(s *stats) {
			if s.n == 0 {
				return
			}
			e := Estimate{At: at, N: s.n, Mean: s.mean, HalfWidth: max(s.mean-s.low, s.top-s.mean)}
			if !(e.HalfWidth >= 0) { // one row has no interval
				e.HalfWidth = math.Inf(1)
			}
			out.Points = append(out.Points, e)
		})
	}
	return out, nil
}
