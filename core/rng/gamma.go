package rng

import (
	"fmt"
	"math"

	"gardner/core/num"
)

// Gamma returns a number with density x^(shape-1) e^-x/Gamma(shape) on x > 0, of
// mean and variance shape. It panics unless shape > 0 and finite. For shapes far
// below 1 results may underflow to 0.
func (s *Stream) Gamma(shape float64) float64 {
	var x [1]float64
	s.FillGamma(x[:], shape)
	return x[0]
}

// FillGamma fills dst with what as many calls of Gamma(shape) would return.
//
// With d = shape - 1/3 and c = 1/sqrt(9d), d (1 + c z)^3 for normal z is nearly
// gamma; a rejection makes it exact. A shape below 1 is raised by 1 and the result
// multiplied by U^(1/shape), U uniform.
func (s *Stream) FillGamma(dst []float64, shape float64) {
	if !(shape > 0 && shape <= math.MaxFloat64) {
		panic(fmt.Sprintf("rng: gamma of shape %v: want a positive number", shape))
	}
	raised := shape
	if shape < 1 {
		raised++
	}
	d := raised - 1.0/3
	c := 1 / math.Sqrt(float64(9*d))
	for i := range dst {
		x := float64(d * s.gammaFactor(d, c))
		if shape < 1 {
			x = float64(x * num.Exp(-s.Exp()/shape))
		}
		dst[i] = x
	}
}

// gammaFactor returns a gamma number of shape d + 1/3 divided by d.
func (s *Stream) gammaFactor(d, c float64) float64 {
	for {
		z := s.Norm()
		t := 1 + float64(c*z)
		if t <= 0 {
			continue
		}
		v := float64(t * t * t)
		z2 := float64(z * z)
		u := s.open()
		// The first test is cheap and nearly always decides.
		if u < 1-float64(0.0331*z2*z2) ||
			num.Log(u) < float64(0.5*z2)+float64(d*(1-v+num.Log(v))) {
			return v
		}
	}
}
