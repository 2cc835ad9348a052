package chart

import (
	"math"
	"slices"

	"gardner/coordinator/figure"
	"gardner/sweeps"
)

// theoryPoints is the number of points of a theory line; more would not show.
const theoryPoints = 121

// theory evaluates the metric's theories over the range of the data, or at its points
// where a theory asks for that: one black line where all series share it, else one line
// per series in its colour.
func (b *builder) theory(metric string, curves []*curve) []figure.Line {
	if len(b.l.pooled) > 0 {
		return nil // a pooled point has no single prediction
	}
	grid, points := b.grid(curves), at(curves)
	var lines []figure.Line
	for _, th := range b.e.Theory {
		if th.Metric != metric || th.Eval == nil {
			continue
		}
		dash := figure.Solid
		if th.FiniteN {
			dash = figure.Dashed
		}
		xs := grid
		if th.AtPoints {
			xs = points
		}
		var own []figure.Line
		for _, c := range curves {
			line := figure.Line{Label: th.Name, X: xs, Dash: dash, Style: c.style}
			defined := false
			for _, x := range xs {
				y := th.Eval(b.point(c, x))
				defined = defined || !math.IsNaN(y)
				line.Y = append(line.Y, y)
			}
			if defined {
				own = append(own, line)
			}
		}
		lines = append(lines, joined(own)...)
	}
	return lines
}

// joined makes one black line of lines that coincide.
func joined(lines []figure.Line) []figure.Line {
	for _, l := range lines[min(1, len(lines)):] {
		if !slices.EqualFunc(l.Y, lines[0].Y, func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }) {
			for i := range lines[1:] {
				lines[1+i].Label = "" // one entry in the legend stands for all colours
			}
			return lines
		}
	}
	if len(lines) == 0 {
		return nil
	}
	lines[0].Style = figure.Ink
	return lines[:1]
}

// grid covers the data's range of x, whole numbers only where x takes no others.
func (b *builder) grid(curves []*curve) []float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for _, c := range curves {
		for _, p := range c.points {
			low, high = min(low, p.X), max(high, p.X)
		}
	}
	if !(low < high) {
		return []float64{low}
	}
	log := b.l.logX && low > 0
	whole := b.e.Param(b.l.x).Kind == sweeps.Integer
	var xs []float64
	for i := range theoryPoints {
		t := float64(i) / (theoryPoints - 1)
		x := low + (high-low)*t
		if log {
			x = low * math.Pow(high/low, t)
		}
		if whole {
			x = math.Round(x)
		}
		if len(xs) == 0 || x > xs[len(xs)-1] {
			xs = append(xs, x)
		}
	}
	return xs
}

// at returns the data's values of x, in order.
func at(curves []*curve) (xs []float64) {
	for _, c := range curves {
		for _, p := range c.points {
			xs = append(xs, p.X)
		}
	}
	slices.Sort(xs)
	return slices.Compact(xs)
}

// point is the experiment's point of a curve at x.
func (b *builder) point(c *curve, x float64) sweeps.Point {
	return b.at(c.values).With(b.l.x, sweeps.Num(x))
}

// at is the experiment's point with the sweep's fixed params and these values.
func (b *builder) at(values map[string]sweeps.Value) sweeps.Point {
	p := b.e.Defaults()
	for _, axes := range [][]sweeps.Axis{b.spec.Params, b.spec.Grid} {
		for _, a := range axes {
			for k, name := range a.Params {
				p = p.With(name, a.Tuples[0][k])
			}
		}
	}
	for name, v := range values {
		p = p.With(name, v)
	}
	return p
}
