package theory

import (
	"fmt"
	"math"
)

// Unbalanced is solution B (max kappa_out) between the balanced capacity and
// the full one, where weights are of order 1/sqrt N.
type Unbalanced struct {
	Order         // normalised to |w| = 1, lambda R = 1
	Kappa float64 // kappa_out sqrt(N)/CV_exc
	Norm  float64 // |w|/theta sqrt(N)/CV_exc
}

// UnbalancedKappaOut returns kappa_out sqrt(N)/CV_exc of solution B at load
// alpha, alpha_b < alpha < alpha_c (paper, "unbalanced solutions"):
//
//	max_B k(B)/M(B),  lambda R = 1, unit Q,  k(B) solving A^2/e(k) = alpha.
//
// It does not depend on lambda. Undefined outside the open interval, which is
// empty for f <= f_exc*.
func (n Neuron) UnbalancedKappaOut(alpha float64) (float64, error) {
	u, err := n.Unbalanced(alpha)
	return u.Kappa, err
}

// Unbalanced returns the whole description of that solution.
func (n Neuron) Unbalanced(alpha float64) (Unbalanced, error) {
	if err := n.Validate(); err != nil {
		return Unbalanced{}, err
	}
	if err := positive("alpha", alpha); err != nil {
		return Unbalanced{}, err
	}
	most, err := n.CapacityIn(0)
	if err != nil {
		return Unbalanced{}, err
	}
	least, err := n.CapacityBalanced(0)
	if err != nil {
		return Unbalanced{}, err
	}
	if n.FExc <= n.OptimalFExc() || !(alpha > least && alpha < most) {
		limit := most
		if alpha <= least {
			limit = least
		}
		return Unbalanced{}, &UndefinedError{Quantity: "kappa_unbalanced", Param: "alpha", Value: alpha, Limit: limit,
			Why: fmt.Sprintf("unbalanced solutions of positive margin exist for alpha between alpha_b = %.12g and alpha_c = %.12g only",
				least, most)}
	}
	// A^2 at unit Q has its maximum 1/2 at B = 0 and falls to alpha_b e(0)
	// where the mean input vanishes. A higher threshold lowers the mean input
	// and the margin: the best one lies between 0 and where no margin is left.
	e0, _, _ := cost(n.POut, 0)
	end := 37.0
	if n.FExc < 1 {
		end = n.balancedOrder(1).B
	}
	edge := root(func(b float64) float64 {
		o := n.order(b, 1)
		return float64(o.A*o.A)/o.Q - float64(alpha*e0)
	}, 0, end)
	ratio := func(b float64) float64 {
		o := n.order(b, 1)
		k := marginOfCost(n.POut, o.A*o.A/(o.Q*alpha))
		return k * math.Sqrt(o.Q) / o.M
	}
	b, kappa := maximum(ratio, 0, edge, 8)
	o := n.order(b, 1)
	return Unbalanced{Order: o, Kappa: kappa, Norm: 1 / o.M}, nil
}
