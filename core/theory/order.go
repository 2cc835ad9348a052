package theory

import (
	"math"

	"gardner/core/num"
)

// Order is the description of a typical solution by its order parameters
// (paper, supporting information), in the normalisation |w| = 1:
//
//	C^2 = 1 / (f J2(B) + R^2 (1-f) J2(-phi B))
//	Q   = C^2 (f J2(B) + lambda^2 R^2 (1-f) J2(-phi B))      variance of the potential
//	A   = C (f H(B) + lambda R (1-f) H(-phi B))              response to a change of margins
//	M   = C (f J1(B) - phi lambda R (1-f) J1(-phi B))        mean input / sqrt N, in units of xbar_exc
//
// The weights are C/sqrt(N) (z-B)_+ and -C R/sqrt(N) (z + phi B)_+ with z normal.
type Order struct {
	B float64 // threshold below which an excitatory weight is silent
	R float64 // scale of inhibitory over excitatory weights
	C float64
	Q float64
	A float64
	M float64
}

// order returns the order parameters at threshold b and s = lambda R.
func (n Neuron) order(b, s float64) Order {
	f, g, r := n.FExc, 1-n.FExc, s/n.Lambda
	exc, inh := float64(f*num.J2(b)), float64(g*num.J2(-n.Phi*b))
	c := 1 / math.Sqrt(exc+float64(r*r*inh))
	return Order{
		B: b, R: r, C: c,
		Q: c * c * (exc + float64(s*s*inh)),
		A: c * (float64(f*num.H(b)) + float64(s*g*num.H(-n.Phi*b))),
		M: c * (float64(f*num.J1(b)) - float64(n.Phi*s*g*num.J1(-n.Phi*b))),
	}
}

// load returns alpha(B, R) = A^2/(Q e(kappa/sqrt Q)).
func (n Neuron) load(o Order, kappa float64) float64 {
	e, _, _ := cost(n.POut, kappa/math.Sqrt(o.Q))
	return o.A * o.A / (o.Q * e)
}

// margin returns the kappa at which load is alpha: the inverse of load in
// kappa. It is negative where alpha is above the load at kappa = 0.
func (n Neuron) margin(o Order, alpha float64) float64 {
	return math.Sqrt(o.Q) * marginOfCost(n.POut, o.A*o.A/(o.Q*alpha))
}

// balancedOrder returns the order with vanishing mean input at s = lambda R:
// B is the root of f J1(B) = phi s (1-f) J1(-phi B), whose two sides fall and
// grow with B. f lies strictly between 0 and 1.
func (n Neuron) balancedOrder(s float64) Order {
	odds := num.Log(n.FExc) - num.Log((1-n.FExc)*n.Phi*s)
	b := increasingRoot(func(b float64) (float64, float64) {
		je, ji := num.J1(b), num.J1(-n.Phi*b)
		return num.Log(ji) - num.Log(je) - odds, n.Phi*num.H(-n.Phi*b)/ji + num.H(b)/je
	}, -37/n.Phi, 37, 0)
	o := n.order(b, s)
	o.M = 0
	return o
}

// bestScale returns the order that maximises the objective over s = lambda R
// in its bracket between 1 and lambda^2 (see the package documentation).
// single says that the maximum is known to be at s = 1.
func (n Neuron) bestScale(at func(s float64) Order, objective func(Order) float64, single bool) Order {
	if single || n.Lambda == 1 {
		return at(1)
	}
	x, _ := maximum(func(x float64) float64 { return objective(at(num.Exp(x))) }, 0, 2*num.Log(n.Lambda), 8)
	return at(num.Exp(x))
}
