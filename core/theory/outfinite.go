package theory

import (
	"math"

	"gardner/core/num"
)

// KappaOutFinite returns kappa_out of solution B at load alpha for N afferents
// and norm bound gamma, balanced or not, to the first order in 1/sqrt N. It is
// the extension of CapacityBalancedFinite to a norm below its bound:
//
//	kappa_out = max_{B,R} k/theta,   A^2/e(k) = alpha at unit Q,
//	theta = sqrt N M/CV_exc + D(k),  1/sqrt Q <= gamma theta,
//
// where M is that of unit Q and 1/sqrt Q is then the norm. Below alpha_b the
// bound is active and kappa_out tends to gamma times KappaBalanced; between
// alpha_b and alpha_c it tends to UnbalancedKappaOut CV_exc/sqrt N. +Inf where
// gamma is infinite and theta = 0 can be had; undefined above alpha_c and where
// the threshold is out of reach. sigma_exc = 1, gamma in 1/sigma_exc.
func (n Neuron) KappaOutFinite(alpha float64, nAff int, gamma, cvExc float64) (float64, error) {
	if err := finiteDomain(nAff, gamma, cvExc); err != nil {
		return 0, err
	}
	if err := n.below(alpha, "kappa_out", "alpha_c", n.CapacityIn); err != nil {
		return 0, err
	}
	root := math.Sqrt(float64(nAff)) / cvExc
	e0, _, _ := cost(n.POut, 0)
	at := func(b, s float64) float64 {
		o := n.order(b, s)
		y := o.A * o.A / (o.Q * alpha)
		if !(y >= e0) { // no margin is left
			return math.Inf(-1)
		}
		k := marginOfCost(n.POut, y)
		sq := math.Sqrt(o.Q)
		_, d, _ := cost(n.POut, k)
		theta := root*o.M/sq + d
		if math.IsInf(gamma, 1) && theta <= 0 {
			return math.Inf(1)
		}
		if !(gamma*theta*sq >= 1) {
			return math.Inf(-1)
		}
		return k / theta
	}
	best := n.overScales(func(s float64) float64 {
		_, v := maximum(func(b float64) float64 { return at(b, s) }, -8/n.Phi, 8, 96)
		return v
	})
	if math.IsInf(best, -1) {
		return 0, outOfReach("kappa_out at finite N", nAff)
	}
	return best, nil
}

// CapacityOutFinite returns the largest load at which solution B has the given
// kappa_out >= 0 for N afferents and norm bound gamma: the inverse of
// KappaOutFinite. At small kappa_out and N it exceeds CapacityBalancedFinite,
// for an unbalanced solution does better there; at kappa_out = 0 it counts any
// solution within the bound.
func (n Neuron) CapacityOutFinite(kappaOut float64, nAff int, gamma, cvExc float64) (float64, error) {
	if err := n.check(kappaOut); err != nil {
		return 0, err
	}
	if err := finiteDomain(nAff, gamma, cvExc); err != nil {
		return 0, err
	}
	root := math.Sqrt(float64(nAff)) / cvExc
	at := func(theta, s float64) float64 {
		k := kappaOut * theta
		e, d, _ := cost(n.POut, k)
		o, ok := n.orderAtUnitMean(s, (theta-d)/root)
		if !ok || !(gamma*theta*math.Sqrt(o.Q) >= 1) {
			return math.Inf(-1)
		}
		return o.A * o.A / (o.Q * e)
	}
	best := n.overScales(func(s float64) float64 {
		// theta runs from the bound on the norm up to the largest mean input;
		// squares, for the balanced solutions lie at the low end.
		least := 1 / (gamma * math.Max(1, n.Lambda))
		most := least + 2*root + 40
		_, v := maximum(func(y float64) float64 { return at(least+float64((most-least)*y*y), s) }, 0, 1, 64)
		return v
	})
	if math.IsInf(best, -1) {
		return 0, outOfReach("alpha at finite N", nAff)
	}
	return best, nil
}

// overScales maximises over s = lambda R. The bracket is that of the large-N
// lines, slightly exceeded at small N.
func (n Neuron) overScales(f func(s float64) float64) float64 {
	if n.Lambda == 1 || n.FExc == 0 || n.FExc == 1 {
		return f(1)
	}
	_, v := maximum(func(x float64) float64 { return f(num.Exp(x)) }, 0, 2*num.Log(n.Lambda), 4)
	return v
}

// orderAtUnitMean returns the order at s = lambda R whose mean input at unit Q,
// M/sqrt Q, is m.
func (n Neuron) orderAtUnitMean(s, m float64) (Order, bool) {
	return n.orderWhere(s, func(o Order) float64 { return o.M/math.Sqrt(o.Q) - m })
}

func outOfReach(quantity string, nAff int) error {
	return &UndefinedError{Quantity: quantity, Param: "N", Value: float64(nAff), Limit: math.NaN(),
		Why: "no weights of this norm have the mean input asked for; use a larger N or another Gamma"}
}
