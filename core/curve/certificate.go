package curve

import (
	"math"

	"gardner/core/linalg"
)

// A prefix is judged here from the patterns and the multipliers alone, whatever way they were found: u = (A'lambda)_+
// and all products a_i.u are computed anew, and kappa is what the worst pattern attains.

// state is a freshly evaluated solution of the rows before m.
type state struct {
	m      int
	u      []float64 // N
	au     []float64 // P values, m of them valid: a_i.u
	norm   float64   // |u|
	tl, dl float64   // t'lambda, d'lambda
}

func newState(r *rows) *state {
	return &state{u: make([]float64, r.n), au: make([]float64, r.problem.P)}
}

// evaluate recomputes z from the multipliers of w, and from it u and its products with the first m rows.
func (e *state) evaluate(w *activeSet, m int) {
	w.mulColumns(w.z, w.lambda)
	for j, v := range w.z {
		if v < 0 && !w.free[j] {
			v = 0
		}
		e.u[j] = v
	}
	e.norm = math.Sqrt(linalg.Dot(e.u, e.u))
	w.engine.MulVec(e.au, w.a, w.ld, m, w.n, e.u)
	e.m = m
	e.sums(w)
}

// sharpen corrects u and s at a vertex, where the rows in S alone fix them, for the residual of these rows. u is then no longer
// exactly (A'lambda)_+, whose terms cancel the more the larger C is; the certificate does not need that, for at a vertex its
// multipliers are not lambda.
func (e *state) sharpen(w *activeSet) {
	h := w.vecS[:len(w.set)]
	for range 2 {
		for p, i := range w.set {
			h[p] = -e.slack(w, i)
		}
		w.s += w.kkt(h, 0)
		for p, v := range h {
			w.lambda[p] += v
		}
		w.mulColumns(w.vecN, h)
		for j, on := range w.in {
			w.z[j] += w.vecN[j]
			if !on {
				continue
			}
			e.u[j] += w.vecN[j]
			if e.u[j] < 0 && !w.free[j] {
				e.u[j] = 0
			}
		}
		w.engine.MulVec(e.au, w.a, w.ld, e.m, w.n, e.u)
	}
	e.norm = math.Sqrt(linalg.Dot(e.u, e.u))
}

// extend evaluates the products of further rows.
func (e *state) extend(w *activeSet, m int) {
	for ; e.m < m; e.m++ {
		e.au[e.m] = linalg.Dot(w.row(e.m), e.u)
	}
}

func (e *state) sums(w *activeSet) {
	e.tl, e.dl = 0, 0
	for p, i := range w.set {
		l := w.lambda[p]
		e.tl = math.FMA(w.t[i], l, e.tl)
		e.dl = math.FMA(w.d[i], l, e.dl)
	}
}

// feasibility is the violation of a row, relative to the terms that cancel in it, that counts as rounding.
const feasibility = 1e-12

// slackScale is the size of the terms of row i.
func (e *state) slackScale(w *activeSet, i int) float64 {
	return float64(w.size[i]*e.norm) + math.Abs(float64(w.b[i]*w.s)) + math.Abs(w.c[i])
}

// slack is a_i.u - b_i s - c_i.
func (e *state) slack(w *activeSet, i int) float64 {
	return math.FMA(-w.b[i], w.s, e.au[i]) - w.c[i]
}

// worst returns the most violated row outside S relative to its scale, -1 if there is none, and the largest relative
// residual of the rows in S.
func (e *state) worst(w *activeSet) (row int, residual float64) {
	row = -1
	deepest := -feasibility
	for i := range e.m {
		rel := e.slack(w, i)
		if w.at[i] < 0 && rel >= 0 {
			continue
		}
		rel /= e.slackScale(w, i)
		switch {
		case w.at[i] >= 0:
			residual = math.Max(residual, math.Abs(rel))
		case rel < deepest:
			row, deepest = i, rel
		}
	}
	return row, residual
}

// violatedPart: rows violated at least by this part of the worst enter together.
const violatedPart = 0.1

// violated appends the rows outside S that are violated at least by a part of what row worst is, worst first.
func (e *state) violated(w *activeSet, list []int, worst int) []int {
	list = append(list, worst)
	limit := violatedPart * e.slack(w, worst) / e.slackScale(w, worst)
	for i := range e.m {
		if w.at[i] < 0 && i != worst {
			if slack := e.slack(w, i); slack < 0 && slack < limit*e.slackScale(w, i) {
				list = append(list, i)
			}
		}
	}
	return list
}

// marginIn is the kappa_in that (u, theta) attains without norm constraint: scaled until the worst row holds.
func (e *state) marginIn(w *activeSet, theta float64) float64 {
	worst := math.Inf(1)
	for i := range e.m {
		lhs := math.FMA(-w.t[i], theta, e.au[i])
		if d := w.d[i]; d > 0 {
			worst = math.Min(worst, lhs/d)
		} else if lhs < -feasibility*e.slackScale(w, i) {
			return math.Inf(-1)
		}
	}
	if e.norm == 0 && worst > 0 {
		return math.Inf(1)
	}
	return worst / e.norm
}

// boundIn is the dual bound on kappa_in without norm constraint, |(A'lambda)_+| / d'lambda; rounding in t'lambda, which must not
// be negative, is repaired at its cost.
func (e *state) boundIn(w *activeSet) float64 {
	norm := e.norm
	if e.tl < 0 {
		p, more := w.repair(w.lambda, e.tl)
		if p < 0 {
			return math.Inf(1)
		}
		norm += float64(more * w.size[w.set[p]])
	}
	return norm / e.dl
}

// marginOut is the kappa_out that v = u, shortened to |v| <= gamma, attains; it may be negative.
func (e *state) marginOut(w *activeSet, gamma float64) float64 {
	shrink := 1.0
	if e.norm > gamma {
		shrink = gamma / e.norm
	}
	worst := math.Inf(1)
	for i := range e.m {
		worst = math.Min(worst, math.FMA(shrink, e.au[i], -w.t[i])/w.d[i])
	}
	return worst
}
