package query

import (
	"cmp"
	"math"
	"slices"
)

// quantile answers quantiles of values given one after another, in bounded
// memory. Up to k values it is exact. Beyond, a full level of k values is sorted
// and every second one moves to the next level, where it counts twice as much
// (Manku, Rajagopalan and Lindsay 1998); which half moves alternates, so that
// errors cancel. Each compaction at weight w moves a rank by at most w, hence the
// rank error is at most n log2(n/k) / 2k, and typically a tenth of it. The answer
// follows from the values and their order alone.
type quantile struct {
	k      int
	levels [][]float64
	odd    []bool
}

func (q *quantile) add(x float64) {
	if len(q.levels) == 0 {
		q.levels, q.odd = append(q.levels, nil), append(q.odd, false)
	}
	q.levels[0] = append(q.levels[0], x)
	for l := 0; l < len(q.levels) && len(q.levels[l]) > q.k; l++ {
		q.compact(l)
	}
}

// compact moves half of an even number of values up; an odd one stays.
func (q *quantile) compact(l int) {
	if l+1 == len(q.levels) {
		q.levels, q.odd = append(q.levels, nil), append(q.odd, false)
	}
	v := q.levels[l]
	rest := v[len(v)&^1:]
	v = v[:len(v)&^1]
	slices.Sort(v)
	start := 0
	if q.odd[l] {
		start = 1
	}
	q.odd[l] = !q.odd[l]
	for i := start; i < len(v); i += 2 {
		q.levels[l+1] = append(q.levels[l+1], v[i])
	}
	q.levels[l] = append(q.levels[l][:0], rest...)
}

// at returns the quantiles for ascending probabilities, by linear interpolation
// between order statistics: with n values, p asks for position (n-1) p (Hyndman
// and Fan 1996, type 7). NaN if there are no values.
func (q *quantile) at(ps []float64) []float64 {
	type weighted struct {
		x float64
		w int64
	}
	var all []weighted
	total := int64(0)
	for l, level := range q.levels {
		for _, x := range level {
			all = append(all, weighted{x, 1 << l})
			total += 1 << l
		}
	}
	slices.SortFunc(all, func(a, b weighted) int { return cmp.Compare(a.x, b.x) })
	out := make([]float64, len(ps))
	i, before := 0, int64(0) // values before all[i]
	value := func(rank int64) float64 {
		for before+all[i].w <= rank {
			before += all[i].w
			i++
		}
		return all[i].x
	}
	for j, p := range ps {
		if total == 0 {
			out[j] = math.NaN()
			continue
		}
		h := float64(float64(total-1) * p)
		lo := int64(math.Floor(h))
		a := value(lo)
		i2, before2 := i, before
		b := value(min(lo+1, total-1))
		i, before = i2, before2
		if f := h - float64(lo); f == 0 || a == b {
			out[j] = a // also where a is infinite
		} else {
			out[j] = float64(a*(1-f)) + float64(b*f)
		}
	}
	return out
}
