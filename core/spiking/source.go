package spiking

import (
	"fmt"
	"math"

	"gardner/core/rng"
)

// Source is a set of independent Poisson afferents, drawn from as one Poisson
// process whose spikes are assigned to afferents at random in proportion to their
// rates (Walker's alias method: one uniform number a spike).
type Source struct {
	Rate    float64 // of all afferents together, per unit of time
	accept  []float64
	instead []int32
}

// RateError says that no afferent fires at such a rate.
type RateError struct {
	Afferent int
	Rate     float64
}

func (e *RateError) Error() string {
	return fmt.Sprintf("spiking: afferent %d has the rate %v, want a finite number >= 0: inputs of a spiking neuron cannot be negative", e.Afferent, e.Rate)
}

// NewSource returns the source of afferents with rates unit x_i. The error is a
// *RateError.
func NewSource(x []float64, unit float64) (*Source, error) {
	n := len(x)
	total := 0.0
	for i, v := range x {
		if rate := float64(v * unit); !(rate >= 0) || math.IsInf(rate, 1) {
			return nil, &RateError{i, rate}
		}
		total += v
	}
	s := &Source{Rate: float64(total * unit), accept: make([]float64, n), instead: make([]int32, n)}
	if !(total > 0) {
		s.Rate = 0
		return s, nil
	}
	// Vose's linear-time construction: cells of equal probability 1/n, each with the
	// afferent of its own index up to accept, and another above.
	var low, high []int32
	for i, v := range x {
		s.accept[i] = v / total * float64(n)
		s.instead[i] = int32(i)
		if s.accept[i] < 1 {
			low = append(low, int32(i))
		} else {
			high = append(high, int32(i))
		}
	}
	for len(low) > 0 && len(high) > 0 {
		l, h := low[len(low)-1], high[len(high)-1]
		low = low[:len(low)-1]
		s.instead[l] = h
		s.accept[h] -= 1 - s.accept[l]
		if s.accept[h] < 1 {
			high = high[:len(high)-1]
			low = append(low, h)
		}
	}
	for _, i := range append(low, high...) { // 1 but for rounding
		s.accept[i] = 1
	}
	return s, nil
}

// afferent draws the afferent of one spike; the source must not be silent.
func (s *Source) afferent(r *rng.Stream) int32 {
	u := float64(r.Float64() * float64(len(s.accept)))
	i := int(u)
	chosen := s.instead[i]
	if u-float64(i) < s.accept[i] { // a conditional move: no branch could be predicted
		chosen = int32(i)
	}
	return chosen
}
