package curve

import (
	"context"
	"math"

	"gardner/core/perceptron"
)

// Out computes the curve of solution B: kappa_out = 1/theta of every prefix of p's patterns, in order, until a prefix
// has no solution, the patterns run out or opt ends the pass. p.Gamma may be infinite: kappa_out is then +Inf as long as a
// solution with theta = 0 exists. Margins must be positive (*perceptron.InputError). With rows that hold with equality every
// prefix is solved on its own, P times the cost of one solve.
//
// The error is a *NumericalError where accuracy was lost, or ctx's; the curve beside it holds the prefixes before.
func Out(ctx context.Context, p *perceptron.Problem, opt *Options) (*Curve, error) {
	u, err := newPass(ctx, p, opt)
	if err != nil {
		return nil, err
	}
	if err := positiveMargins(p, p.P); err != nil {
		return nil, err
	}
	if len(p.Equal) > 0 {
		return u.oneByOne(perceptron.KindKappaOut)
	}
	r := newRows(p)
	m := 1
	var b *outTracker
	if math.IsInf(p.Gamma, 1) {
		// As long as a solution with theta = 0 exists.
		a := newTracker(r, u.engine, make([]float64, p.P), r.d)
		for ; m <= p.P && a.solve(m) == reached; m++ {
			u.in(a)
			if done, err := u.record(m, math.Inf(1), math.Inf(1), a); done {
				return u.curve, err
			}
		}
		if m > p.P {
			return u.curve, nil
		}
		a.back()
		b = outFrom(a, u.engine, p.Gamma, m)
	} else {
		b = newOutTracker(r, u.engine, p.Gamma)
	}
	for ; m <= p.P; m++ {
		var kappa, upper float64
		known := b.judged(m, u.tol)
		if known && b.excluded() {
			if u.end(b) {
				return u.curve, nil
			}
			known = false
		}
		if known {
			u.out(b, false)
			kappa, upper = b.kappa, b.upper
		} else {
			c, err := u.solveCold(perceptron.KindKappaOut, m)
			if err != nil {
				return u.curve, err
			}
			if c.solution.Status == perceptron.Infeasible {
				u.endCold(c)
				return u.curve, nil
			}
			u.describe(c)
			kappa, upper = c.kappa, c.upper
		}
		if done, err := u.record(m, kappa, upper, b.tracker); done {
			return u.curve, err
		}
	}
	return u.curve, nil
}
