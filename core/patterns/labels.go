package patterns

import (
	"fmt"
	"math"

	"gardner/core/rng"
)

// ValidatePOut returns nil or a *ParamError.
func ValidatePOut(pOut float64) error {
	if !(pOut >= 0 && pOut <= 1) {
		return &ParamError{Field: "POut", Value: pOut, Domain: "a probability between 0 and 1"}
	}
	return nil
}

func checkLabels(P int, pOut float64) {
	if err := ValidatePOut(pOut); err != nil {
		panic(err)
	}
	if P < 0 {
		panic(fmt.Sprintf("patterns: %d labels", P))
	}
}

// ExactLabels returns P labels, +1 or -1, with exact counts: label mu = 1..P is
// +1 iff floor(mu pOut + u) > floor((mu-1) pOut + u), where u, uniform in [0,1),
// is all that is drawn. The number of +1 in every prefix is within one of its
// mean, so that the fluctuations of the label count do not drown a capacity.
// Labels do not depend on P. It panics unless 0 <= pOut <= 1.
func ExactLabels(s *rng.Stream, P int, pOut float64) []float64 {
	checkLabels(P, pOut)
	u := s.Float64()
	y := make([]float64, P)
	before := 0.0
	for mu := range y {
		after := math.Floor(float64(float64(mu+1)*pOut) + u)
		y[mu] = -1
		if after > before {
			y[mu] = 1
		}
		before = after
	}
	return y
}

// RandomLabels returns P independent labels, +1 with probability pOut, else -1.
// Labels do not depend on P. It panics unless 0 <= pOut <= 1.
func RandomLabels(s *rng.Stream, P int, pOut float64) []float64 {
	checkLabels(P, pOut)
	y := make([]float64, P)
	for mu := range y {
		y[mu] = -1
		if s.Bernoulli(pOut) {
			y[mu] = 1
		}
	}
	return y
}
