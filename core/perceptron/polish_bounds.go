package perceptron

import (
	"math"
	"slices"
)

// evaluate computes x = A'lambda and v = (x)_+ and settles them.
func (po *polish) evaluate(kappa, tau float64, best *point) {
	g := po.g
	po.transpose()
	largest := 0.0
	for _, x := range po.x {
		largest = math.Max(largest, math.Abs(x))
	}
	for j, x := range po.x {
		po.v[j] = x
		if x <= supportTol*largest && !g.isFree(j) {
			po.v[j] = 0
		}
	}
	po.settle(kappa, tau, best)
}

// transpose sets x = A'lambda.
func (po *polish) transpose() {
	g := po.g
	l := po.row[:len(po.rows)]
	for k, mu := range po.rows {
		l[k] = po.lambda[mu]
	}
	g.eng.MulVecTRows(po.x, g.a, g.n, g.n, po.rows, l)
}

// settle computes the slacks of v and both bounds, and keeps what is better than best.
func (po *polish) settle(kappa, tau float64, best *point) {
	g := po.g
	g.eng.MulVec(po.av, g.a, g.n, g.m, g.n, po.v)
	g.slacks(po.s, po.av, kappa, tau)
	lower, scale := g.lower(po.v, po.av, kappa, tau)
	if lower > best.lower {
		best.lower, best.kappa, best.tau = lower, lower, scale*tau
		best.v = append(best.v[:0], po.v...)
		for j := range best.v {
			best.v[j] *= scale
		}
	}
	po.bound(best)
}

// bound evaluates the multipliers of po, with negative ones cut to zero and e'lambda balanced, as an upper bound.
func (po *polish) bound(best *point) {
	g := po.g
	cut := slices.Clone(po.lambda)
	dirty := false
	for mu, l := range cut {
		if l < 0 && !g.isEqual(mu) {
			cut[mu], dirty = 0, true
		}
	}
	if !g.balanced(cut) {
		if dirty = g.balance(cut); !dirty {
			return
		}
	}
	dl := g.normalise(cut)
	if !(dl > 0) {
		return
	}
	atl := g.work.take("polish.atl", g.n)
	if dirty {
		l := po.row[:len(po.rows)]
		for k, mu := range po.rows {
			l[k] = cut[mu]
		}
		g.eng.MulVecTRows(atl, g.a, g.n, g.n, po.rows, l)
	} else {
		for j, x := range po.x {
			atl[j] = x / dl
		}
	}
	if up := g.upper(cut, atl); up < best.upper {
		best.upper, best.lambda = up, cut
	}
}
