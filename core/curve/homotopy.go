package curve

import "math"

// maxEvents bounds the kinks of one path: far above what occurs, it ends cycles of ties.
func (w *activeSet) maxEvents() int { return 20*(w.n+len(w.set)) + 1000 }

// raise takes the violated row k into S: its multiplier rises from 0 until its slack, which grows with the rate
// |dz_F|^2, is 0. If no kink lies ahead and the slack does not grow, the direction is a ray of the dual along which
// its value grows without bound: dlambda >= 0 together with 1 for row k proves that the rows exclude each other. It is
// then left in ray (by row of the problem).
func (w *activeSet) raise(k int, farkas []float64) (outcome, int) {
	t := w.newPath(k, 0)
	t.slack = w.slack(k)
	if w.bordered && !w.supported() {
		return t.rest(), 0
	}
	t.aim()
	for events := 0; events < w.maxEvents(); events++ {
		limit := math.Inf(1)
		curvature, ok := t.curvature()
		if !ok {
			return lost, events
		}
		if curvature > 0 {
			limit = math.Max(0, -t.slack/curvature)
		}
		e := t.next(limit, curvature)
		if !(e.step >= 0) { // NaN
			return lost, events
		}
		switch e.kind {
		case noEvent:
			if farkas != nil {
				clear(farkas)
				for p, i := range w.set {
					farkas[i] = math.Max(0, t.dlambda[p])
				}
				farkas[k] = 1
			}
			return ray, events
		case arrived:
			t.advance(e.step, curvature)
			if !w.add(k, t.multiplier) {
				return lost, events
			}
			return reached, events
		}
		t.advance(e.step, curvature)
		if e.kind == rowLeaves {
			w.lambda[e.index] = 0
		}
		if !t.pass(e) {
			return lost, events
		}
		if w.bordered && !w.supported() {
			return t.rest(), events
		}
	}
	return lost, w.maxEvents()
}

// rest ends a path on which no row in S determines s: moving s alone satisfies row k, and k determines s from then on.
func (t *path) rest() outcome {
	w := t.w
	if b := w.b[t.row]; b != 0 {
		w.s += t.slack / b
	} else {
		return lost
	}
	if !w.add(t.row, t.multiplier) {
		return lost
	}
	return reached
}

// slack returns a_k.u - b_k s - c_k.
func (w *activeSet) slack(k int) float64 {
	sum := -w.c[k]
	sum = math.FMA(-w.b[k], w.s, sum)
	for j, v := range w.row(k) {
		if w.in[j] {
			sum = math.FMA(v, w.z[j], sum)
		}
	}
	return sum
}

// moveC raises (sense = 1) or lowers C until |u| = radius. The length of u follows dlambda with |u + tau du|^2 a
// quadratic, s grows with the rate |du|^2. If u does not depend on C any more and no kink lies ahead, raising C for ever changes
// nothing: u and s are optimal for every larger radius, and dlambda, for which A'dlambda <= 0 with equality on F, proves it
// (ray).
func (w *activeSet) moveC(radius, sense float64, m int) (outcome, int) {
	t := w.newPath(-1, sense)
	t.aim()
	for events := 0; events < w.maxEvents(); events++ {
		limit := math.Inf(1)
		curvature, ok := t.curvature()
		if !ok {
			return lost, events
		}
		if curvature > 0 {
			limit = t.exit(radius, curvature)
		}
		if sense < 0 {
			limit = math.Min(limit, w.C)
		}
		e := t.next(limit, curvature)
		if !(e.step >= 0) {
			return lost, events
		}
		if curvature == 0 && e.step > 1e10*w.C {
			e.kind = noEvent // a rate of rounding
		}
		switch e.kind {
		case noEvent:
			if curvature > 0 {
				step := t.collide(m)
				t.advance(step, curvature)
				return reached, events
			}
			t.retreat()
			return ray, events
		case arrived:
			t.advance(e.step, curvature)
			return reached, events
		}
		t.advance(e.step, curvature)
		if e.kind == rowLeaves {
			w.lambda[e.index] = 0
		}
		if !t.pass(e) || !w.supported() {
			return lost, events
		}
	}
	return lost, w.maxEvents()
}

// collide returns a step that violates a row outside S, of the first m. It is wanted where u would otherwise grow without
// bound, the radius being infinite.
func (t *path) collide(m int) float64 {
	w := t.w
	step := math.Inf(1)
	for i := range m {
		if w.at[i] >= 0 {
			continue
		}
		rate := -float64(w.b[i] * t.ds)
		for j, v := range w.row(i) {
			if w.in[j] {
				rate = math.FMA(v, t.dz[j], rate)
			}
		}
		if rate < 0 {
			step = math.Min(step, math.Max(0, w.slack(i))/-rate)
		}
	}
	if math.IsInf(step, 1) {
		return w.C
	}
	return math.Max(1.5*step, w.C)
}

// retreat lowers C on the final ray where its last kink is far behind: u and s stay what they are, and smaller multipliers mean
// less cancellation in u = (A'lambda)_+.
func (t *path) retreat() {
	w := t.w
	back := w.C
	for p, rate := range t.dlambda[:len(w.set)] {
		if rate > t.faint {
			back = math.Min(back, math.Max(0, w.lambda[p])/rate)
		}
	}
	for j, rate := range t.dz {
		if !w.in[j] && rate < -t.noise {
			back = math.Min(back, math.Min(0, w.z[j])/rate)
		}
	}
	if first := w.C - back; first < 0.01*w.C {
		t.advance(float64(10*math.Max(first, 0.001*w.C))-w.C, 0)
	}
}

// exit returns the step at which |u + step du| = radius, seen from the side of sense.
func (t *path) exit(radius, curvature float64) float64 {
	if math.IsInf(radius, 1) {
		return radius
	}
	w := t.w
	uu, ud := 0.0, 0.0
	for j, on := range w.in {
		if on {
			uu = math.FMA(w.z[j], w.z[j], uu)
			ud = math.FMA(w.z[j], t.dz[j], ud)
		}
	}
	// curvature x^2 + 2 ud x - gap = 0 with gap = radius^2 - |u|^2 of the sign of sense.
	gap := float64(radius*radius) - uu
	if gap*t.sense <= 0 {
		return 0
	}
	root := math.Sqrt(math.Max(0, math.FMA(ud, ud, float64(curvature*gap))))
	if gap > 0 {
		return gap / (ud + root)
	}
	// u shrinks: ud < 0; the first of the two crossings.
	return -gap / (-ud + root)
}
