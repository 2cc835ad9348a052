package theory

import "math"

// CapacityIn returns alpha_c(kappa_in), the largest load at which the margin
// kappa_in (in units of sigma_exc) against input noise can be had: the maximum
// over R of alpha(0, R) if the mean input there is not negative, else the
// balanced line. At kappa = 0 it is alpha_c. It does not depend on f and phi
// for f >= f_exc* where kappa = 0 or lambda = 1; it is 0 at f = 0.
// Source: the paper, "capacity and maximal kappa_in".
func (n Neuron) CapacityIn(kappa float64) (float64, error) {
	if err := n.check(kappa); err != nil {
		return 0, err
	}
	if n.FExc == 0 {
		return 0, nil
	}
	o := n.orderIn(func(o Order) float64 { return n.load(o, kappa) }, kappa == 0)
	return n.load(o, kappa), nil
}

// CapacityBalanced returns alpha_b(kappa), the largest load with a balanced
// solution of margin kappa = kappa_out/Gamma, sigma_exc = 1: the maximum over
// B of alpha(B, R), R such that the mean input vanishes. It is 0 at f = 0 and
// f = 1, where nothing balances. Source: the paper, "balanced solutions".
func (n Neuron) CapacityBalanced(kappa float64) (float64, error) {
	if err := n.check(kappa); err != nil {
		return 0, err
	}
	if n.FExc == 0 || n.FExc == 1 {
		return 0, nil
	}
	o := n.orderBalanced(func(o Order) float64 { return n.load(o, kappa) }, kappa == 0)
	return n.load(o, kappa), nil
}

// KappaIn returns kappa_in(alpha), the inverse of CapacityIn. alpha > 0;
// undefined above alpha_c.
func (n Neuron) KappaIn(alpha float64) (float64, error) {
	o, err := n.OrderIn(alpha)
	if err != nil {
		return 0, err
	}
	return math.Max(n.margin(o, alpha), 0), nil
}

// KappaBalanced returns kappa_out/Gamma at load alpha, the inverse of
// CapacityBalanced. alpha > 0; undefined above alpha_b.
func (n Neuron) KappaBalanced(alpha float64) (float64, error) {
	o, err := n.OrderBalanced(alpha)
	if err != nil {
		return 0, err
	}
	return math.Max(n.margin(o, alpha), 0), nil
}

// OrderIn returns the order parameters of solution A (max kappa_in) at load
// alpha in (0, alpha_c]. M is 0 where A is balanced.
func (n Neuron) OrderIn(alpha float64) (Order, error) {
	if err := n.below(alpha, "kappa_in", "alpha_c", n.CapacityIn); err != nil {
		return Order{}, err
	}
	return n.orderIn(func(o Order) float64 { return n.margin(o, alpha) }, false), nil
}

// OrderBalanced returns the order parameters of the balanced solution B (max
// kappa_out) at load alpha in (0, alpha_b].
func (n Neuron) OrderBalanced(alpha float64) (Order, error) {
	if err := n.below(alpha, "kappa_balanced", "alpha_b", n.CapacityBalanced); err != nil {
		return Order{}, err
	}
	return n.orderBalanced(func(o Order) float64 { return n.margin(o, alpha) }, false), nil
}

// orderIn maximises the objective, which improves with A and worsens with Q,
// over the input-noise line.
func (n Neuron) orderIn(objective func(Order) float64, single bool) Order {
	o := n.bestScale(func(s float64) Order { return n.order(0, s) }, objective, single)
	if o.M >= 0 {
		return o
	}
	return n.orderBalanced(objective, single)
}

func (n Neuron) orderBalanced(objective func(Order) float64, single bool) Order {
	return n.bestScale(n.balancedOrder, objective, single)
}

func (n Neuron) check(kappa float64) error {
	if err := n.Validate(); err != nil {
		return err
	}
	return margin(kappa)
}

// below checks that a load is positive and at most the capacity at kappa = 0.
func (n Neuron) below(alpha float64, quantity, limit string, capacity func(float64) (float64, error)) error {
	if err := n.Validate(); err != nil {
		return err
	}
	if err := positive("alpha", alpha); err != nil {
		return err
	}
	most, err := capacity(0)
	if err != nil {
		return err
	}
	if alpha > most {
		return &UndefinedError{Quantity: quantity, Param: "alpha", Value: alpha, Limit: most,
			Why: above(limit, most)}
	}
	return nil
}
