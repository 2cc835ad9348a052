package query

import (
	"math"
	"slices"
)

// interval is the uncertainty of a place on an axis.
type interval struct {
	sem, low, top float64
	how           string
}

// uncertainty resamples the clusters of all points of a curve together, for they
// may share random numbers, finds each resample's crossing (of the same direction,
// the nearest) and gives the expanded 95 % percentile interval. A resample that
// lies wholly on one side of the level counts as infinitely far on the side where
// its crossing must be, so an end of the interval that the axis's range does not
// bound is infinite. With fewer than fewClusters clusters it is the jackknife with
// Student's t. low and top are in the axis's transformed values, sem is in its own.
func (c *crossing) uncertainty(k *curve, p *place) interval {
	nan := math.NaN()
	out := interval{sem: nan, low: nan, top: nan}
	var used []int
	for b := range c.clusters.bins {
		if slices.ContainsFunc(k.groups, func(g *group) bool { return g.bins[0][b].n > 0 }) {
			used = append(used, int(b))
		}
	}
	if len(used) < 2 || math.IsNaN(p.at) || math.IsInf(p.at, 0) {
		return out
	}
	y := make([]float64, len(k.groups))
	at := func(weight func(i int) float64) float64 {
		above, below := false, false
		for j, g := range k.groups {
			sum, n := 0.0, 0.0
			for i, b := range used {
				if w := weight(i); w > 0 {
					sum += float64(w * g.bins[0][b].sum)
					n += float64(w * g.bins[0][b].n)
				}
			}
			y[j] = sum / n
			above, below = above || y[j] >= c.level, below || y[j] < c.level
		}
		if x, ok := pick(findCrossings(k.x, y, c.level), p); ok {
			return x
		}
		switch {
		case above == below: // nothing, or only crossings the other way
			return nan
		case above == p.up:
			return math.Inf(-1)
		default:
			return math.Inf(1)
		}
	}
	if len(used) < fewClusters {
		return c.jackknife(len(used), at, p)
	}
	var xs []float64
	c.resample.each(len(used), func(drawn []uint16) {
		if x := at(func(i int) float64 { return float64(drawn[i]) }); !math.IsNaN(x) {
			xs = append(xs, x)
		}
	})
	if len(xs) < c.resample.times/2 {
		return out
	}
	slices.Sort(xs)
	var m moments
	for _, x := range xs {
		m.add(c.back(x))
	}
	if s := m.sd(); !math.IsInf(xs[0], 0) && !math.IsInf(xs[len(xs)-1], 0) {
		out.sem = s
	}
	tail := expandedTail(len(used))
	out.low, out.top, out.how = sortedQuantile(xs, tail), sortedQuantile(xs, 1-tail), "bootstrap"
	return out
}

// expandedTail is the probability below a percentile interval of n clusters. Percentiles at 0.025 are too narrow as an
// interval of sd/sqrt(n) with factor n instead of n-1 and a normal quantile would be; these are not (Hesterberg 2015,
// section 5.3.2): Phi(-sqrt(n/(n-1)) t(0.975, n-1)).
func expandedTail(n int) float64 {
	x := math.Sqrt(float64(n)/float64(n-1)) * studentT(int64(n-1))
	// To a millionth, so that the last bits of math.Erfc do not matter.
	return math.Round(1e6*0.5*math.Erfc(x/math.Sqrt2)) / 1e6
}

// jackknife leaves out one cluster after the other.
func (c *crossing) jackknife(n int, at func(weight func(i int) float64) float64, p *place) interval {
	nan := math.NaN()
	var own, m moments
	for left := range n {
		x := at(func(i int) float64 {
			if i == left {
				return 0
			}
			return 1
		})
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return interval{sem: nan, low: nan, top: nan}
		}
		m.add(x)
		own.add(c.back(x))
	}
	scale := float64(n-1) / math.Sqrt(float64(n))
	half := float64(studentT(int64(n-1)) * float64(m.sd()*scale))
	return interval{sem: float64(own.sd() * scale), low: p.at - half, top: p.at + half, how: "jackknife"}
}
