package chart

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"gardner/coordinator/figure"
	"gardner/sweeps"
)

// heatMaps makes a panel for each metric and facet value, and for two facet values
// that are words a panel with the difference between the second and the first.
func (b *builder) heatMaps(f *figure.Figure) {
	xs, ys := b.coordinates(b.l.x), b.coordinates(b.l.heat)
	f.Y = b.axis(b.l.heat, b.l.logY)
	f.X.Log, f.Y.Log = f.X.Log && positive(xs), f.Y.Log && positive(ys)
	facets := b.facets()
	for _, metric := range b.l.metrics {
		maps := make([]*figure.HeatMap, 0, len(facets)+1)
		low, high := math.Inf(1), math.Inf(-1)
		for _, facet := range facets {
			m := b.heatMap(metric, facet, xs, ys)
			l, h := extremes(m.Z)
			low, high = min(low, l), max(high, h)
			maps = append(maps, m)
		}
		if low > high {
			continue // no value yet
		}
		for i, m := range maps {
			m.Min, m.Max, m.Levels = low, high, b.levels(low, high)
			f.Panels = append(f.Panels, figure.Panel{Title: b.facetTitle(facets[i]), Heat: m})
		}
		if len(facets) == 2 && !numeric(b.e, b.l.facet) {
			f.Panels = append(f.Panels, figure.Panel{Title: fmt.Sprintf("%s − %s", facets[1], facets[0]), Heat: difference(maps[1], maps[0])})
		}
	}
}

// coordinates are the values of a numeric param in increasing order.
func (b *builder) coordinates(param string) []float64 {
	var xs []float64
	for _, v := range b.distinct(param) {
		x, _ := v.Number()
		xs = append(xs, x)
	}
	sort.Float64s(xs)
	return xs
}

func positive(xs []float64) bool { return len(xs) > 0 && xs[0] > 0 }

// heatMap is the means of a metric at a facet value, NaN where there is none.
func (b *builder) heatMap(metric string, facet sweeps.Value, xs, ys []float64) *figure.HeatMap {
	axis := b.metricAxis(metric)
	m := &figure.HeatMap{X: xs, Y: ys, Z: empty(len(ys), len(xs)), Name: axis.Name, Unit: axis.Unit}
	column := b.table.Column
	for _, row := range b.table.Rows {
		if row[column("metric")].Text != metric || !row[column("mean")].Valid || b.l.facet != "" && b.value(column(b.l.facet), row) != facet {
			continue
		}
		x, _ := b.value(column(b.l.x), row).Number()
		y, _ := b.value(column(b.l.heat), row).Number()
		i, _ := slices.BinarySearch(xs, x)
		j, _ := slices.BinarySearch(ys, y)
		m.Z[j][i] = row[column("mean")].Num
	}
	m.Theory = b.heatTheory(metric, facet, xs, ys)
	return m
}

// heatTheory is the first theory of a metric on the grid; nil where it is nowhere
// defined or points are pooled.
func (b *builder) heatTheory(metric string, facet sweeps.Value, xs, ys []float64) [][]float64 {
	if len(b.l.pooled) > 0 {
		return nil
	}
	at := &curve{values: map[string]sweeps.Value{}}
	if b.l.facet != "" {
		at.values[b.l.facet] = facet
	}
	for _, th := range b.e.Theory {
		if th.Metric != metric || th.Eval == nil {
			continue
		}
		z, defined := empty(len(ys), len(xs)), false
		for j, y := range ys {
			at.values[b.l.heat] = sweeps.Num(y)
			for i, x := range xs {
				z[j][i] = th.Eval(b.point(at, x))
				defined = defined || !math.IsNaN(z[j][i])
			}
		}
		if defined {
			return z
		}
	}
	return nil
}

// difference is a - b with colours around 0.
func difference(a, b *figure.HeatMap) *figure.HeatMap {
	m := &figure.HeatMap{X: a.X, Y: a.Y, Z: minus(a.Z, b.Z), Name: "difference of " + a.Name, Diverging: true}
	if a.Theory != nil && b.Theory != nil {
		m.Theory = minus(a.Theory, b.Theory)
	}
	if low, high := extremes(m.Z); low < high {
		m.Levels = round(low, high, 4)
	}
	return m
}

func minus(a, b [][]float64) [][]float64 {
	z := empty(len(a), len(a[0]))
	for j := range z {
		for i := range z[j] {
			z[j][i] = a[j][i] - b[j][i]
		}
	}
	return z
}

// levels are the experiment's contour lines, or some round numbers where none of
// them lies in the range.
func (b *builder) levels(low, high float64) []float64 {
	var in []float64
	for _, v := range b.e.Figure.Levels {
		if v > low && v < high {
			in = append(in, v)
		}
	}
	if in == nil && low < high {
		return round(low, high, 5)
	}
	return in
}

// round returns at most n multiples, but not 0, of 1, 2 or 5 times a power of ten
// between low and high. Along 0 a difference may be flat, its contour mere noise.
func round(low, high float64, n int) []float64 {
	power := math.Pow(10, math.Floor(math.Log10((high-low)/float64(n))))
	for _, mantissa := range []float64{1, 2, 5, 10, 20} {
		step := mantissa * power
		first, last := math.Floor(low/step)+1, math.Ceil(high/step)-1
		if last-first+1 > float64(n) {
			continue
		}
		var out []float64
		for k := first; k <= last; k++ {
			if k != 0 {
				out = append(out, k*step)
			}
		}
		return out
	}
	return nil
}

func empty(rows, columns int) [][]float64 {
	z := make([][]float64, rows)
	for j := range z {
		z[j] = slices.Repeat([]float64{math.NaN()}, columns)
	}
	return z
}

// extremes returns the range of the finite values, +Inf and -Inf without any.
func extremes(z [][]float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, row := range z {
		for _, v := range row {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	return low, high
}
