package rng

import (
	"fmt"
	"math"

	"gardner/core/num"
)

// MaxPoisson is the largest mean of Poisson: above, the logarithms of its
// acceptance test have lost their digits, and a normal number does as well.
const MaxPoisson = 1e9

// Poisson returns a Poisson number of the given mean. It panics unless
// 0 <= mean <= MaxPoisson.
func (s *Stream) Poisson(mean float64) int {
	if !(mean >= 0 && mean <= MaxPoisson) {
		panic(fmt.Sprintf("rng: Poisson of mean %v: want 0 to %v", mean, float64(MaxPoisson)))
	}
	if mean < 10 {
		// Events of a Poisson process until time mean.
		k := 0
		for t := s.Exp(); t < mean; t += s.Exp() {
			k++
		}
		return k
	}
	return s.poissonRejection(mean)
}

// poissonRejection is Hörmann's PTRS, transformed rejection with squeeze, with his
// constants; for mean >= 10.
func (s *Stream) poissonRejection(mean float64) int {
	logMean := num.Log(mean)
	b := 0.931 + float64(2.53*math.Sqrt(mean))
	a := -0.059 + float64(0.02483*b)
	logInvAlpha := num.Log(1.1239 + 1.1328/(b-3.4))
	squeeze := 0.9277 - 3.6224/(b-2)
	for {
		u := s.Float64() - 0.5
		v := s.open()
		us := 0.5 - math.Abs(u)
		k := math.Floor(float64((2*a/us+b)*u) + mean + 0.43)
		switch {
		case us >= 0.07 && v <= squeeze:
			return int(k)
		case !(k >= 0), us < 0.013 && v > us:
			continue
		}
		left := num.Log(v) + logInvAlpha - num.Log(a/float64(us*us)+b)
		if left <= float64(k*logMean)-mean-num.LogGamma(k+1) {
			return int(k)
		}
	}
}
