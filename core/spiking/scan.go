package spiking

import (
	"math"
	"slices"

	"gardner/core/psp"
)

// scan is a potential from one stretch of time to the next, where what happens to it in
// each is known as a sum.
type scan struct {
	// Of each stretch: its length and what is lost over it, 1 - e^{-length/tau}: in many
	// equal stretches the rounding of a decay itself would add up. A length that is too
	// long for the bound of quiet, or for psp.Kernel.Decays, is NaN, so that no bound holds.
	span, lossM, lossS []float64

	// Of each stretch and one neuron: what its inputs, of weights w_i and times t_i before
	// its end, add to A and B, sum_i w_i e^{-t_i/tau_m} and sum_i w_i e^{-t_i/tau_s}, then
	// what they may add to V meanwhile, sum_i max(w_i, 0) (e^{-t_i/tau_m} - e^{-t_i/tau_s}).
	sums [][4]float64
}

// grow makes room for n stretches.
func (s *scan) grow(n int) {
	for _, x := range []*[]float64{&s.span, &s.lossM, &s.lossS} {
		*x = slices.Grow((*x)[:0], n)[:n]
	}
	s.sums = slices.Grow(s.sums[:0], n)[:n]
}

// same makes n stretches of one length.
func (s *scan) same(k *psp.Kernel, n int, length float64) {
	s.grow(n)
	m, d := k.Loss(length)
	if length > k.Short() {
		length = math.NaN()
	}
	for i := range n {
		s.span[i], s.lossM[i], s.lossS[i] = length, m, d
	}
}

// slack is far above the rounding of a bound, and far below what it leaves to the
// threshold.
const slack = 1e-9

// quiet takes the potential p before stretch i over stretches in which the neuron surely
// does not fire, up to the one that it returns, with the potential before it.
//
// Over a stretch of length h in which K rises the potential is at most
//
//	max(0, V(0), V(0) + h V'(0)) + sum_i max(w_i, 0) (e^{-t_i/tau_m} - e^{-t_i/tau_s}):
//
// without inputs it falls or is negative or, up to its maximum, concave.
func (s *scan) quiet(k *psp.Kernel, i int, p psp.Potential) (int, psp.Potential) {
	sums := s.sums
	span, lossM, lossS := s.span[:len(sums)], s.lossM[:len(sums)], s.lossS[:len(sums)]
	for ; i < len(sums); i++ {
		sum := &sums[i]
		room := (Threshold - slack) - sum[2]
		v := p.Value()
		if !(room >= 0 && v <= room && v+float64(k.Slope(p)*span[i]) <= room) {
			break
		}
		p.A, p.B = (p.A+sum[0])-float64(p.A*lossM[i]), (p.B+sum[1])-float64(p.B*lossS[i])
	}
	return i, p
}

// step takes the potential p just after an input at last over the time h, with the
// decays m and s, and adds the next input x.
func step(k *psp.Kernel, p psp.Potential, last, h, m, s, x float64, spikes []float64) (psp.Potential, []float64) {
	// Until the next input A is at most what it is now, and B, which is positive where
	// the potential can rise, at least what it will be then.
	if math.FMA(-p.B, s, p.A) > Threshold {
		p, spikes = fire(k, p, last, h, spikes)
		return psp.Potential{A: p.A + x, B: p.B + x}, spikes
	}
	return psp.Potential{A: math.FMA(p.A, m, x), B: math.FMA(p.B, s, x)}, spikes
}
