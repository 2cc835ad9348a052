package theory

import (
	"math"

	"gardner/core/num"
)

// minCostMargin is the least margin at which the cost is evaluated: below it
// the cost leaves the range of normal numbers.
const minCostMargin = -18

// MarginCost returns e(k), the mean squared shortfall per pattern of a unit
// variance potential that should pass +-k on the side its label asks for,
//
//	e(k) = min_D  p_out J2(-D-k) + (1-p_out) J2(D-k),
//
// and the minimising D, the distance from mean input to threshold in s.d. of
// the potential. k is finite and at least -18, p_out strictly between 0 and 1.
// e grows strictly, with e(0) = 1/2 at p_out = 1/2. Source: the paper,
// supporting information, the entropic term.
func MarginCost(pOut, k float64) (e, d float64, err error) {
	if err := costDomain(pOut, k); err != nil {
		return 0, 0, err
	}
	e, d, _ = cost(pOut, k)
	return e, d, nil
}

// MarginCostSlope returns e'(k) = 4 p_out J1(-D-k), D the minimiser.
func MarginCostSlope(pOut, k float64) (float64, error) {
	if err := costDomain(pOut, k); err != nil {
		return 0, err
	}
	_, _, slope := cost(pOut, k)
	return slope, nil
}

func costDomain(pOut, k float64) error {
	if !(pOut > 0 && pOut < 1) {
		return &DomainError{"p_out", pOut, "strictly between 0 and 1"}
	}
	if !(k >= minCostMargin) || math.IsInf(k, 0) {
		return &DomainError{"k", k, "of at least -18 and finite"}
	}
	return nil
}

// cost returns e(k), its minimiser D and its slope. D solves
// p J1(-D-k) = (1-p) J1(D-k), both sides monotone; the logarithm of their
// ratio is close to linear, so Newton's method takes a few steps. By the
// envelope theorem e'(k) = 2p J1(-D-k) + 2(1-p) J1(D-k).
func cost(p, k float64) (e, d, slope float64) {
	q := 1 - p
	if p == q {
		return num.J2(-k), 0, 2 * num.J1(-k)
	}
	logOdds := num.Log(p) - num.Log(q)
	// J1 stays a normal number up to 37; both arguments are kept below.
	reach := k + 37
	d = increasingRoot(func(d float64) (float64, float64) {
		jp, jm := num.J1(-d-k), num.J1(d-k)
		return logOdds + num.Log(jp) - num.Log(jm), num.H(-d-k)/jp + num.H(d-k)/jm
	}, -reach, reach, k*(1-2*p))
	return float64(p*num.J2(-d-k)) + float64(q*num.J2(d-k)), d, float64(2*p*num.J1(-d-k)) + float64(2*q*num.J1(d-k))
}

// marginOfCost returns k with e(k) = y, at least minCostMargin. sqrt e is
// close to linear in k, so Newton's method works on it.
func marginOfCost(p, y float64) float64 {
	target := math.Sqrt(y)
	// J2(x) >= x^2 for x < 0, so e(k) >= 4 p (1-p) k^2: a bound on k.
	hi := 1 + target/math.Sqrt(4*p*(1-p))
	return increasingRoot(func(k float64) (float64, float64) {
		e, _, slope := cost(p, k)
		s := math.Sqrt(e)
		return s - target, slope / (2 * s)
	}, minCostMargin, hi, hi-1)
}
