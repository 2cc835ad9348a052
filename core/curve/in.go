package curve

import (
	"context"
	"math"

	"gardner/core/perceptron"
)

// In computes the curve of solution A: kappa_in = 1/|w| of every prefix of p's patterns, in order, until a prefix has
// no solution, the patterns run out or opt ends the pass. Margins 0 are not supported where the norm constraint binds
// (*perceptron.InputError). With rows that hold with equality every prefix is solved on its own, P times the cost of one solve.
//
// The pass follows A without its norm constraint. Where |w| <= Gamma theta is violated, solution A is solution B, and so
// is the proof that no solution exists; a second pass, of B, then starts from A's supports.
//
// The error is a *NumericalError where accuracy was lost, or ctx's; the curve beside it holds the prefixes before.
func In(ctx context.Context, p *perceptron.Problem, opt *Options) (*Curve, error) {
	u, err := newPass(ctx, p, opt)
	if err != nil {
		return nil, err
	}
	if len(p.Equal) > 0 {
		return u.oneByOne(perceptron.KindKappaIn)
	}
	r := newRows(p)
	a := newInTracker(r, u)
	var b *outTracker
	for m := 1; m <= p.P; m++ {
		kappa, upper, out := a.judgeIn(m, u.tol)
		if out == lost {
			f := newInTracker(r, u)
			f.events, f.rounds = a.events, a.rounds
			kappa, upper, out = f.judgeIn(m, u.tol)
			f.before, a = a.before, f
			if out != reached { // keep what was known of the prefix before
				a.back()
			}
		}
		if out == reached && (math.IsInf(p.Gamma, 1) || a.e.norm <= p.Gamma*a.w.s*(1+1e-12)) {
			u.in(a)
			if done, err := u.record(m, kappa, upper, a, b.base()); done {
				return u.curve, err
			}
			continue
		}
		if math.IsInf(p.Gamma, 1) && out == ray && u.endIn(a, m) {
			return u.curve, nil
		}
		known := false
		if !math.IsInf(p.Gamma, 1) {
			if err := positiveMargins(p, m); err != nil {
				return u.curve, err
			}
			if b == nil {
				if out == ray {
					a.back()
				}
				b = outFrom(a, u.engine, p.Gamma, m)
			}
			known = b.judged(m, u.tol)
			excluded := known && b.excluded()
			if excluded && u.end(b) {
				return u.curve, nil
			}
			kappa, upper = b.kappa/p.Gamma, b.boundIn()
			known = known && !excluded && upper-kappa <= u.tol*math.Max(1, kappa)
		}
		if known {
			u.out(b, true)
		} else {
			if out == ray && u.endIn(a, m) { // without norm constraint, so with it all the more
				return u.curve, nil
			}
			c, err := u.solveCold(perceptron.KindKappaIn, m)
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
		if done, err := u.record(m, kappa, upper, a, b.base()); done {
			return u.curve, err
		}
	}
	return u.curve, nil
}

// newInTracker starts with u = 0, theta = 0 and no rows.
func newInTracker(r *rows, u *pass) *tracker {
	t := newTracker(r, u.engine, r.t, r.d)
	t.w.sNonNegative = true
	r.extend(1)
	if r.size[0] > 0 && r.t[0] != 0 {
		t.w.rho = float64(r.size[0]*r.size[0]) / float64(r.t[0]*r.t[0])
	}
	return t
}

// judgeIn solves A without norm constraint for the first m rows and evaluates kappa_in and its bound; lost if they are further
// apart than tol.
func (t *tracker) judgeIn(m int, tol float64) (kappa, upper float64, out outcome) {
	if out = t.solve(m); out != reached {
		return 0, 0, out
	}
	t.flush()
	t.w.s = math.Max(0, t.w.s)
	kappa, upper = t.e.marginIn(t.w, t.w.s), t.e.boundIn(t.w)
	if math.IsInf(kappa, 1) {
		return kappa, kappa, reached
	}
	if !(upper-kappa <= tol*math.Max(1, kappa)) {
		return 0, 0, lost
	}
	return kappa, upper, reached
}

// flush sets u to 0 where only rounding keeps it from there: where all rows hold at u = 0 with the present theta.
func (t *tracker) flush() {
	w, e := t.w, t.e
	if e.norm == 0 {
		return
	}
	for i := range e.m {
		if math.FMA(-w.b[i], w.s, -w.c[i]) < -feasibility*(math.Abs(float64(w.b[i]*w.s))+w.c[i]) {
			return
		}
	}
	clear(w.lambda)
	e.evaluate(w, e.m)
}

// boundIn is the dual bound on kappa_in, |(A'mu)_+| - t'mu/Gamma with d'mu = 1. It needs t'mu >= 0; rounding is repaired at its
// cost (see repair).
func (o *outTracker) boundIn() float64 {
	if o.tl >= 0 {
		return o.length - o.tl/o.radius
	}
	p, more := o.w.repair(o.mu, o.tl)
	if p < 0 {
		return math.Inf(1)
	}
	return o.length + float64(more*o.w.size[o.w.set[p]])
}

// repair says by how much the multiplier at which position must grow for t'mu, slightly negative, to become positive; -1 if
// there is none.
func (w *activeSet) repair(mu []float64, tl float64) (p int, more float64) {
	p = -1
	scale := 0.0
	for q, i := range w.set {
		scale += float64(math.Abs(w.t[i]) * mu[q])
		if w.t[i] > 0 && (p < 0 || w.t[i] > w.t[w.set[p]]) {
			p = q
		}
	}
	if p < 0 {
		return p, 0
	}
	return p, (float64(1e-15*scale) - tl) / w.t[w.set[p]]
}
