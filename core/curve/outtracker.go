package curve

import (
	"math"

	"gardner/core/linalg"
)

// outTracker is the tracker of solution B: b = d, c = t, s = kappa and |u| = Gamma.
type outTracker struct {
	*tracker
	kappa, upper float64
	mu           []float64 // by position: the multipliers of the bound, with d'mu = 1
	length, tl   float64   // |(A'mu)_+|, t'mu
}

// base returns the tracker itself, nil of nil.
func (o *outTracker) base() *tracker {
	if o == nil {
		return nil
	}
	return o.tracker
}

// newOutTracker starts with the first row, whose optimum is v along its positive part.
func newOutTracker(r *rows, engine *linalg.Engine, gamma float64) *outTracker {
	o := emptyOut(r, engine, gamma)
	w := o.w
	r.extend(1)
	sum := 0.0
	for j, v := range r.row(0) {
		if v > 0 && !w.in[j] {
			w.in[j] = true
			w.nF++
		}
		if w.in[j] {
			sum = math.FMA(v, v, sum)
		}
	}
	l := 1.0 // C is arbitrary where it has no effect; elsewhere a.v = 1 is a natural size
	switch {
	case sum > 0 && !math.IsInf(gamma, 1):
		l = gamma / math.Sqrt(sum)
	case r.size[0] > 0:
		l = 1 / float64(r.size[0]*r.size[0])
	}
	w.C = float64(l * r.d[0])
	for j, v := range r.row(0) {
		w.z[j] = float64(l * v)
	}
	w.add(0, l)
	w.s = (math.FMA(l, sum, -r.t[0])) / r.d[0]
	o.e.evaluate(w, 1)
	o.follow(1)
	return o
}

func emptyOut(r *rows, engine *linalg.Engine, gamma float64) *outTracker {
	o := &outTracker{tracker: newTracker(r, engine, r.d, r.t)}
	o.radius = gamma
	o.w.bordered, o.w.sNonNegative = true, false
	r.extend(1)
	if r.size[0] > 0 {
		o.w.rho = float64(r.size[0]*r.size[0]) / float64(r.d[0]*r.d[0])
	}
	return o
}

// outFrom starts from a, the optimum of solution A (or at theta = 0) without norm constraint for the rows before m or, if a has
// failed on row m-1, without that row.
//
// With v = u/theta, kappa = 1/theta and lambda/theta, the optimality conditions of A are those of B for the norm
// |u|/theta, with the same S and F: A lies on B's path in C. Where theta = 0 it is the far end of that path, lambda = p + C q for
// C above the last kink, with q proportional to A's multipliers.
func outFrom(a *tracker, engine *linalg.Engine, gamma float64, m int) *outTracker {
	fresh := func() *outTracker {
		return newOutTracker(a.w.rows, engine, gamma)
	}
	v := a.w
	if len(v.set) == 0 || m == 1 || v.nF == 0 {
		return fresh()
	}
	o := emptyOut(v.rows, engine, gamma)
	w := o.w
	k := snapshot{set: v.set, lambda: v.lambda, in: v.in, nF: v.nF, bordered: true, rho: w.rho}
	if !w.restore(&k) {
		return fresh()
	}
	dl := 0.0
	for p, i := range w.set {
		dl = math.FMA(w.d[i], w.lambda[p], dl)
	}
	if !(dl > 0) {
		return fresh()
	}
	scale := v.s
	if v.bordered && v.s > 0 {
		w.s, w.C = 1/v.s, dl/v.s
		for p := range w.lambda {
			w.lambda[p] /= scale
		}
	} else if !w.farEnd(dl) {
		return fresh()
	}
	w.mulColumns(w.z, w.lambda)
	w.extend(m)
	o.e.evaluate(w, m)
	return o
}

// judge evaluates kappa and its bound.
func (o *outTracker) judge() {
	w, e := o.w, o.e
	o.kappa = e.marginOut(w, o.radius)
	o.mu = append(o.mu[:0], w.lambda...)
	if o.vertex && !o.loose {
		o.mu = w.vertexDual()
	}
	dl, top := 0.0, 0.0
	for _, l := range o.mu {
		top = math.Max(top, l)
	}
	for p, i := range w.set {
		if o.mu[p] < 1e-15*top {
			o.mu[p] = 0
		}
		dl = math.FMA(w.d[i], o.mu[p], dl)
	}
	o.tl = 0
	for p, i := range w.set {
		o.mu[p] /= dl
		o.tl = math.FMA(w.t[i], o.mu[p], o.tl)
	}
	w.mulColumns(w.vecN, o.mu)
	norm := 0.0
	for j, v := range w.vecN {
		if v > 0 || w.free[j] {
			norm = math.FMA(v, v, norm)
		}
	}
	o.length = math.Sqrt(norm)
	reach := o.radius
	if math.IsInf(reach, 1) {
		top = 0
		for _, i := range w.set {
			top = math.Max(top, w.size[i])
		}
		reach = vertexReach * e.norm
		if top > 0 {
			reach = vertexReach * math.Max(e.norm, 1/top)
		}
	}
	o.upper = float64(reach*o.length) - o.tl
}

// vertexReach: with Gamma infinite a bound can only be evaluated for |v| up to a radius, this many times the solution's.
const vertexReach = 1e3

// scaleOut is the size of the terms that cancel in kappa.
func (e *state) scaleOut(w *activeSet, radius float64) float64 {
	top := 1.0
	for _, i := range w.set {
		top = math.Max(top, float64(w.size[i]*math.Min(e.norm, radius))+math.Abs(w.t[i]))
	}
	return top
}

// excluded says whether the bound excludes a positive margin, up to the rounding of the terms that cancel in it. Rows that
// exclude each other exactly, conflicting duplicates for one, have kappa = 0 and bounds of either sign.
func (o *outTracker) excluded() bool {
	scale := o.e.scaleOut(o.w, o.radius)
	return o.kappa <= 1e-13*scale && o.upper <= 1e-12*scale
}

// judged solves for the first m rows, from the present state or else anew, and says whether the bound is within tol.
func (o *outTracker) judged(m int, tol float64) bool {
	if o.solve(m) == reached {
		if o.judge(); o.within(tol) {
			return true
		}
	}
	return o.again(m, tol)
}

// again solves for the first m rows anew.
func (o *outTracker) again(m int, tol float64) bool {
	f := newOutTracker(o.w.rows, o.w.engine, o.radius)
	out := f.follow(m)
	f.events, f.rounds = f.events+o.events, f.rounds+o.rounds
	*o = *f
	if o.broken = out != reached; o.broken {
		return false
	}
	o.judge()
	return o.within(tol)
}

func (o *outTracker) within(tol float64) bool {
	return o.upper-o.kappa <= tol*math.Max(1, math.Abs(o.kappa))
}
