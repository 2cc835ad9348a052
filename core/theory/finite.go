package theory

import (
	"math"

	"gardner/core/num"
)

// CapacityBalancedFinite returns the balanced capacity at margin kappa =
// kappa_out/Gamma for N afferents, the leading correction to CapacityBalanced,
// whose error is of order N^-1/2. The mean input is not 0 but
//
//	M = CV_exc (1/Gamma - D sqrt Q)/sqrt N,
//
// D the minimiser in e(kappa/sqrt Q), with sigma_exc = 1. gamma in 1/sigma_exc,
// +Inf for theta = 0; cvExc = CV_exc > 0; nAff >= 1. Undefined where no weights
// have that mean input (a threshold out of reach of a small Gamma or N).
func (n Neuron) CapacityBalancedFinite(kappa float64, nAff int, gamma, cvExc float64) (float64, error) {
	o, err := n.OrderBalancedFinite(kappa, nAff, gamma, cvExc)
	if err != nil {
		return 0, err
	}
	return n.load(o, kappa), nil
}

// OrderBalancedFinite returns the order parameters behind
// CapacityBalancedFinite; its arguments are the same.
func (n Neuron) OrderBalancedFinite(kappa float64, nAff int, gamma, cvExc float64) (Order, error) {
	if err := n.check(kappa); err != nil {
		return Order{}, err
	}
	if err := finiteDomain(nAff, gamma, cvExc); err != nil {
		return Order{}, err
	}
	// The mean input that the mean of the potential, D s.d. below threshold, asks for.
	mean := func(q float64) float64 {
		sq := math.Sqrt(q)
		_, d, _ := cost(n.POut, kappa/sq)
		return cvExc * (1/gamma - float64(d*sq)) / math.Sqrt(float64(nAff))
	}
	o, ok := n.orderOfMean(mean, kappa)
	if !ok {
		return Order{}, outOfReach("alpha_balanced at finite N", nAff)
	}
	return o, nil
}

func finiteDomain(nAff int, gamma, cvExc float64) error {
	if nAff < 1 {
		return &DomainError{"N", float64(nAff), "of at least 1"}
	}
	if !(gamma > 0) {
		return &DomainError{"gamma", gamma, "positive (infinite for theta = 0)"}
	}
	return positive("cv_exc", cvExc)
}

// orderOfMean maximises the load over the orders whose mean input M is the
// given function of Q.
func (n Neuron) orderOfMean(mean func(q float64) float64, kappa float64) (Order, bool) {
	f, l2 := n.FExc, n.Lambda*n.Lambda
	switch {
	case n.Lambda == 1 || f == 1:
		// All order parameters depend on s = lambda R alone, and the weights
		// are stationary at s = 1: only B is free.
		return n.orderAtMean(1, mean(1))
	case f == 0:
		return n.orderAtMean(1, mean(l2))
	}
	// Otherwise, for each threshold the scale is the root of M = mean(Q). It is
	// sought over the share t of the inhibitory part in the weight vector, with
	// which M falls from its largest to its least value (and mean, of order
	// 1/sqrt N, changes little).
	at := func(b float64) (Order, bool) {
		gap := func(t float64) float64 {
			o := n.orderAtShare(b, t)
			return o.M - mean(o.Q)
		}
		if (gap(0) < 0) == (gap(1) < 0) {
			return Order{}, false
		}
		return n.orderAtShare(b, root(gap, 0, 1)), true
	}
	objective := func(b float64) float64 {
		if o, ok := at(b); ok {
			return n.load(o, kappa)
		}
		return math.Inf(-1)
	}
	// The best threshold is near the one of the large-N line or, where the
	// mean input is far from 0, near that of the least or largest variance.
	lo, hi := n.balancedOrder(1).B, n.balancedOrder(l2).B
	for _, q := range []float64{1, l2} {
		if o, ok := n.orderAtMean(1, mean(q)); ok {
			lo, hi = math.Min(lo, o.B), math.Max(hi, o.B)
		}
	}
	lo, hi = math.Min(lo, hi), math.Max(lo, hi)
	b, best := maximum(objective, lo-1, hi+1, 24)
	if math.IsInf(best, -1) {
		return Order{}, false
	}
	return at(b)
}

// orderAtMean returns the order at s = lambda R whose mean input is m. M at
// s = 1 falls with B, from sqrt f to -phi sqrt(1-f) lambda.
func (n Neuron) orderAtMean(s, m float64) (Order, bool) {
	return n.orderWhere(s, func(o Order) float64 { return o.M - m })
}

// orderWhere returns the order at s = lambda R at the root in B of a falling
// function of the order, and false if it has none.
func (n Neuron) orderWhere(s float64, falling func(Order) float64) (Order, bool) {
	gap := func(b float64) float64 { return falling(n.order(b, s)) }
	lo, hi := -1.0, 1.0
	for gap(lo) < 0 {
		if lo *= 2; lo < -1e8 {
			return Order{}, false
		}
	}
	for gap(hi) > 0 {
		if hi *= 2; hi > 1e8 {
			return Order{}, false
		}
	}
	o := n.order(root(gap, lo, hi), s)
	return o, !math.IsNaN(o.A)
}

// orderAtShare returns the order at threshold b whose excitatory and inhibitory
// weight norms are as 1-t to t.
func (n Neuron) orderAtShare(b, t float64) Order {
	u := 1 / math.Sqrt(float64((1-t)*(1-t))+float64(t*t))
	cos, sin := (1-t)*u, t*u
	f, g, l := n.FExc, 1-n.FExc, n.Lambda
	je, ji := math.Sqrt(f*num.J2(b)), math.Sqrt(g*num.J2(-n.Phi*b))
	return Order{
		B: b, R: sin * je / (cos * ji), C: cos / je,
		Q: float64(cos*cos) + float64(l*l*sin*sin),
		A: cos*f*num.H(b)/je + l*sin*g*num.H(-n.Phi*b)/ji,
		M: cos*f*num.J1(b)/je - n.Phi*l*sin*g*num.J1(-n.Phi*b)/ji,
	}
}
