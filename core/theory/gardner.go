package theory

import "math"

// Gardner returns the capacity at margin kappa_in without sign constraints
// (E. Gardner, J. Phys. A 21:257, 1988, for inputs of two types):
//
//	alpha_c(kappa) = max_R A^2/(Q e(kappa/sqrt Q)),  C^2 = 1/(f + R^2 (1-f)),
//	A = C (f + lambda R (1-f)),  Q = C^2 (f + lambda^2 R^2 (1-f)).
//
// For lambda = 1 or kappa = 0 it is 1/e(kappa): 2 at kappa = 0, p_out = 1/2.
// At f = 0 it is 1/e(kappa/lambda). phi plays no role.
func (n Neuron) Gardner(kappa float64) (float64, error) {
	if err := n.check(kappa); err != nil {
		return 0, err
	}
	o := n.orderFree(func(o Order) float64 { return n.load(o, kappa) }, kappa == 0)
	return n.load(o, kappa), nil
}

// KappaGardner returns the margin kappa_in at load alpha without sign
// constraints, the inverse of Gardner. alpha > 0; undefined above Gardner(0).
func (n Neuron) KappaGardner(alpha float64) (float64, error) {
	if err := n.below(alpha, "kappa_in without signs", "the capacity without signs", n.Gardner); err != nil {
		return 0, err
	}
	o := n.orderFree(func(o Order) float64 { return n.margin(o, alpha) }, false)
	return math.Max(n.margin(o, alpha), 0), nil
}

func (n Neuron) orderFree(objective func(Order) float64, single bool) Order {
	return n.bestScale(n.freeOrder, objective, single)
}

// freeOrder returns the order without sign constraints at s = lambda R. Weights
// are C z/sqrt N and C R z/sqrt N: B and M have no meaning and are 0.
func (n Neuron) freeOrder(s float64) Order {
	f, g, r := n.FExc, 1-n.FExc, s/n.Lambda
	c := 1 / math.Sqrt(f+float64(r*r*g))
	return Order{R: r, C: c, Q: c * c * (f + float64(s*s*g)), A: c * (f + float64(s*g))}
}
