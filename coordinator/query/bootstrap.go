package query

import (
	"math"
	"math/rand/v2"
	"slices"
)

// defaultResamples is how many resamples an interval is made of.
const defaultResamples = 1000

// Bounds of what may be asked for.
const minResamples, maxResamples = 100, 100_000

// fewClusters is below how many clusters resampling says too little: Student's t
// over the clusters is used instead.
const fewClusters = 8

// resampler draws clusters with replacement, the same draws for every group.
type resampler struct{ times int }

func newResampler(times int) *resampler { return &resampler{times: times} }

// each calls fn for every resample with how often each of n clusters was drawn.
func (r *resampler) each(n int, fn func(drawn []uint16)) {
	rng := rand.New(rand.NewPCG(0x67_61_72_64_6e_65_72, uint64(n))) // fixed: the answer follows from the rows
	drawn := make([]uint16, n)
	for range r.times {
		clear(drawn)
		for range n {
			drawn[rng.IntN(n)]++
		}
		fn(drawn)
	}
}

// ratio is the mean of clustered values with its uncertainty.
type ratio struct {
	mean, sem, low, top float64
	clusters            int
}

// interval gives the mean over bins, sum(sum)/sum(n), its cluster-robust standard
// error
//
//	sem^2 = C/(C-1) sum_c (sum_c - mean n_c)^2 / (sum n)^2
//
// and a 95 % bootstrap-t interval (Efron 1981; Hall 1988): with mean* and sem* of a
// resample of the C clusters, t* = (mean*-mean)/sem*, and the interval is mean -
// sem times the 0.975 and 0.025 quantiles of t*. With values all alone in their
// clusters sem is sd/sqrt(n). Fewer than fewClusters clusters: mean -+ t(0.975,
// C-1) sem. Nothing is known (NaN) of less than two clusters, or where all agree.
func (r *resampler) interval(bins []bin, t func(int64) float64) ratio {
	var used []bin
	sum, n := 0.0, 0.0
	for _, b := range bins {
		if b.n > 0 {
			used = append(used, b)
			sum += b.sum
			n += b.n
		}
	}
	nan := math.NaN()
	out := ratio{mean: sum / n, sem: nan, low: nan, top: nan, clusters: len(used)}
	if len(used) < 2 {
		return out
	}
	scale := float64(len(used)) / float64(len(used)-1)
	squares := 0.0
	rest := make([]float64, len(used)) // sum_c - mean n_c
	for i, b := range used {
		rest[i] = b.sum - float64(out.mean*b.n)
		squares += float64(rest[i] * rest[i])
	}
	out.sem = math.Sqrt(float64(scale*squares)) / n
	if !(out.sem > 0) || math.IsInf(out.sem, 0) {
		return out
	}
	if len(used) < fewClusters {
		half := float64(t(int64(len(used)-1)) * out.sem)
		out.low, out.top = out.mean-half, out.mean+half
		return out
	}
	ts := make([]float64, 0, r.times)
	r.each(len(used), func(drawn []uint16) {
		var e, n, ee, en, nn float64
		for i, k := range drawn {
			if k == 0 {
				continue
			}
			w, x, m := float64(k), rest[i], used[i].n
			e += float64(w * x)
			n += float64(w * m)
			ee += float64(w * float64(x*x))
			en += float64(w * float64(x*m))
			nn += float64(w * float64(m*m))
		}
		d := e / n // mean* - mean
		v := float64(scale * (ee - float64(2*d*en) + float64(d*d*nn)))
		if v > 0 {
			ts = append(ts, d/(math.Sqrt(v)/n))
		}
	})
	if len(ts) < r.times/2 {
		return out
	}
	slices.Sort(ts)
	out.low = out.mean - float64(out.sem*sortedQuantile(ts, 0.975))
	out.top = out.mean - float64(out.sem*sortedQuantile(ts, 0.025))
	return out
}

// sortedQuantile interpolates linearly between order statistics (type 7), and
// gives the one below where the one above is infinite.
func sortedQuantile(x []float64, p float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	h := float64(float64(len(x)-1) * p)
	lo := int(math.Floor(h))
	hi := min(lo+1, len(x)-1)
	f := h - float64(lo)
	if f == 0 || x[lo] == x[hi] || math.IsInf(x[lo], 0) {
		return x[lo]
	}
	if math.IsInf(x[hi], 0) {
		if f < 0.5 {
			return x[lo]
		}
		return x[hi]
	}
	return x[lo] + float64(f*(x[hi]-x[lo]))
}
