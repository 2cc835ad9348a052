package query

import (
	"math"

	"gardner/sweeps"
)

// stats is what a line says about one metric (or one element of it) in one group.
type stats struct {
	index               int // of a vector or histogram
	n                   int64
	mean, sem, low, top float64
	sd, min, max        float64
	quantiles           []float64 // nil: none
	k, trials           float64   // NaN: not a count
	made                string    // how the interval was made, where it is told
	robust              bool      // sem is of clusters
}

// accumulator gathers one metric of one group, cell by cell in plan order.
type accumulator interface {
	add(c *sweeps.Cell)
	// lines calls fn for each element; a scalar has one. t is studentT, memoised.
	lines(t func(nu int64) float64, fn func(s *stats))
	// merge adds what one of the same kind has gathered of later cells.
	merge(o accumulator)
	// encode appends what has been gathered; decode reads it into a fresh accumulator.
	encode(dst []byte) []byte
	decode(r *partReader)
}

func newAccumulator(kind sweeps.MetricKind, exact int) accumulator {
	switch kind {
	case sweeps.MetricCount:
		return &countAcc{}
	case sweeps.MetricVector:
		return &vectorAcc{exact: exact}
	case sweeps.MetricHistogram:
		return &histogramAcc{}
	default:
		return &numberAcc{q: quantile{k: exact}}
	}
}

// probabilities of the quantiles that are reported.
var probabilities = []float64{0.05, 0.25, 0.5, 0.75, 0.95}

type numberAcc struct {
	m moments
	q quantile
}

func (a *numberAcc) add(c *sweeps.Cell) { a.value(c.V) }

func (a *numberAcc) value(x float64) {
	if math.IsNaN(x) {
		return
	}
	a.m.add(x)
	a.q.add(x)
}

func (a *numberAcc) lines(t func(int64) float64, fn func(*stats)) {
	s := &stats{k: math.NaN(), trials: math.NaN()}
	a.fill(t, s)
	fn(s)
}

func (a *numberAcc) fill(t func(int64) float64, s *stats) {
	s.n = a.m.n
	s.mean, s.sd = a.m.average(), a.m.sd()
	s.sem = s.sd / math.Sqrt(float64(a.m.n))
	half := math.NaN()
	if a.m.n > 1 {
		half = float64(t(a.m.n-1) * s.sem)
	}
	s.low, s.top = s.mean-half, s.mean+half
	s.min, s.max = math.NaN(), math.NaN()
	if a.m.n > 0 {
		s.min, s.max = a.m.minV, a.m.maxV
	}
	s.quantiles = a.q.at(probabilities)
}

// countAcc pools k-of-n cells.
type countAcc struct {
	n         int64
	k, trials int64
	min, max  float64
}

func (a *countAcc) add(c *sweeps.Cell) {
	if math.IsNaN(c.V) {
		return
	}
	a.n++
	a.k += int64(c.V)
	a.trials += c.N
	if c.N == 0 {
		return
	}
	p := c.V / float64(c.N)
	if a.trials == c.N { // the first with trials
		a.min, a.max = p, p
	}
	a.min, a.max = math.Min(a.min, p), math.Max(a.max, p)
}

func (a *countAcc) lines(_ func(int64) float64, fn func(*stats)) {
	s := &stats{n: a.n, min: math.NaN(), max: math.NaN()}
	s.proportion(float64(a.k), float64(a.trials))
	if a.trials > 0 {
		s.min, s.max = a.min, a.max
	}
	fn(s)
}

// proportion fills in what follows from k successes of n trials.
func (s *stats) proportion(k, n float64) {
	p := k / n // NaN without trials
	s.k, s.trials = k, n
	s.mean = p
	s.sd = math.Sqrt(float64(p * (1 - p)))
	s.sem = s.sd / math.Sqrt(n)
	s.low, s.top = wilson(k, n)
}

// vectorAcc is one numberAcc per element. Rows may have vectors of different
// lengths: an element counts the rows that have it.
type vectorAcc struct {
	elements []numberAcc
	exact    int
}

func (a *vectorAcc) add(c *sweeps.Cell) {
	for len(a.elements) < len(c.Vec) {
		a.elements = append(a.elements, numberAcc{q: quantile{k: a.exact}})
	}
	for i, x := range c.Vec {
		a.elements[i].value(x)
	}
}

func (a *vectorAcc) lines(t func(int64) float64, fn func(*stats)) {
	for i := range a.elements {
		s := &stats{index: i, k: math.NaN(), trials: math.NaN()}
		a.elements[i].fill(t, s)
		fn(s)
	}
}

// histogramAcc pools counts per bin: each bin is a share of all samples.
type histogramAcc struct {
	n       int64
	bins    []float64
	samples int64
}

func (a *histogramAcc) add(c *sweeps.Cell) {
	if c.Vec == nil {
		return
	}
	a.n++
	a.samples += c.N
	for len(a.bins) < len(c.Vec) {
		a.bins = append(a.bins, 0)
	}
	for i, x := range c.Vec {
		a.bins[i] += x
	}
}

func (a *histogramAcc) lines(_ func(int64) float64, fn func(*stats)) {
	for i, k := range a.bins {
		s := &stats{index: i, n: a.n, min: math.NaN(), max: math.NaN()}
		s.proportion(k, float64(a.samples))
		fn(s)
	}
}
