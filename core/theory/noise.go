package theory

import (
	"math"

	"gardner/core/num"
)

// NoiseError returns the error probability of a solution with order parameters o
// at load alpha and norm |w|/theta, under input noise of s.d. sigmaIn and output
// noise of s.d. sigmaOut (paper, "noise robustness"), sigma_exc = 1, V_th = 1:
//
//	sum_y p_y [ H(-k-yD) H(k/s) + int_k^inf G(u+yD) H(u/s) du ],
//	s^2 = (sigmaIn^2 + (sigmaOut/norm)^2)/Q,
//
// with e(k) = A^2/(Q alpha) and D the minimiser in e(k): the distance of a trained
// pattern from threshold, in s.d. of the potential, is normal around -yD where
// that passes k, and k where it does not. It is 0 without noise. alpha, norm > 0;
// undefined where no margin is left at alpha. Solutions at their largest margin
// only: A and the balanced B.
func (n Neuron) NoiseError(o Order, alpha, norm, sigmaIn, sigmaOut float64) (float64, error) {
	if err := n.Validate(); err != nil {
		return 0, err
	}
	if err := positive("alpha", alpha); err != nil {
		return 0, err
	}
	if err := positive("norm", norm); err != nil {
		return 0, err
	}
	for _, v := range []struct {
		name string
		x    float64
	}{{"sigma_in", sigmaIn}, {"sigma_out", sigmaOut}} {
		if !(v.x >= 0) || math.IsInf(v.x, 0) {
			return 0, &DomainError{v.name, v.x, "of at least 0 and finite"}
		}
	}
	sq := math.Sqrt(o.Q)
	k := n.margin(o, alpha) / sq
	if !(k >= 0) {
		return 0, &UndefinedError{Quantity: "error under noise", Param: "alpha", Value: alpha, Limit: math.NaN(),
			Why: "no margin is left at this load; take a smaller one"}
	}
	s := math.Hypot(sigmaIn, sigmaOut/norm) / sq
	if s == 0 {
		return 0, nil
	}
	_, d, _ := cost(n.POut, k)
	return float64(n.POut*labelError(k, d, s)) + float64((1-n.POut)*labelError(k, -d, s)), nil
}

// labelError is the bracket of NoiseError for one label; d stands for yD.
func labelError(k, d, s float64) float64 {
	at := float64(num.H(-k-d) * num.H(k/s))
	// Both factors of the integrand vanish beyond 9 and 38 of their s.d.
	low, high := math.Max(k, -d-9), math.Min(-d+9, 38*s)
	if !(low < high) {
		return at
	}
	const steps = 1000 // Simpson's rule: at most 0.04 s and 0.02 a step
	h := (high - low) / steps
	sum := 0.0
	for i := 0; i <= steps; i++ {
		u := low + float64(h*float64(i))
		weight := 2.0
		switch {
		case i == 0 || i == steps:
			weight = 1
		case i%2 == 1:
			weight = 4
		}
		sum += float64(weight * num.Gauss(u+d) * num.H(u/s))
	}
	return at + float64(sum*h)/3
}
