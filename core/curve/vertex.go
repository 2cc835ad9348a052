package curve

import (
	"math"

	"gardner/core/linalg"
)

// Beyond the balanced load |u| stays below the radius and solution B is a linear program: |S| = |F| + 1, the rows in S alone
// fix u and s, and C no longer matters. There the dual simplex method goes from one vertex to the next where the
// homotopy would follow the many kinks of a quadratic program in between. Its state is the dual of the vertex,
//
//	q >= 0, b'q = 1,   z = A'q:   z_j = 0 on F, z_j <= 0 elsewhere,
//
// which stays feasible, and the primal point that S fixes, which becomes feasible: a violated row enters S, or an input with
// u_j < 0 leaves F; q moves along the one direction that keeps the conditions, until a multiplier or a z_j reaches 0 and
// takes the place. A pivot is two changes of rank one and two solves, O(|S|^2 + |S| N), and prices all rows, O(P N), only when no row
// priced before is violated any more.

// pivots advances a vertex that new rows have cut off to the optimal one of the first m rows; the active set is then at some C
// above the last kink, as moveC leaves it. False if it gets lost; the supports must then be restored.
func (t *tracker) pivots(m int) bool {
	w := t.w
	if len(w.set) != w.nF+1 {
		return false
	}
	copy(w.lambda, w.vertexDual())
	w.mulColumns(w.z, w.lambda)
	x := &vertex{t: t, m: m}
	x.primal()
	for range 10*(m+w.n) + 100 {
		row, input := x.violated()
		if row < 0 && input < 0 {
			if x.fresh >= 2 {
				return x.finish()
			}
			x.sharpen()
			continue
		}
		if !x.pivot(row, input) {
			return false
		}
		t.events++
		x.primal()
	}
	return false
}

// vertex is the state of one run of pivots besides that of the active set, whose lambda and z are q and A'q.
type vertex struct {
	t      *tracker
	m      int
	u      []float64 // on F
	norm   float64
	fresh  int   // corrections of u and s since the last pivot
	listed []int // rows to price
	h, dz  []float64
}

// primal computes u and s from S: A_SF u - b s = c with u = A_SF'x.
func (x *vertex) primal() {
	w := x.t.w
	if x.u == nil {
		x.u, x.dz = make([]float64, w.n), make([]float64, w.n)
	}
	h := x.space()
	for p, i := range w.set {
		h[p] = w.c[i]
	}
	w.s = w.kkt(h, 0)
	w.mulColumns(x.u, h)
	x.trim()
	x.fresh = 0
}

// sharpen corrects u and s once for the residual of the rows in S.
func (x *vertex) sharpen() {
	w := x.t.w
	h := x.space()
	w.mulRows(h, x.u)
	for p, i := range w.set {
		h[p] = w.c[i] + float64(w.b[i]*w.s) - h[p]
	}
	w.s += w.kkt(h, 0)
	w.mulColumns(w.vecN, h)
	linalg.Axpy(1, w.vecN, x.u)
	x.trim()
	x.fresh++
}

func (x *vertex) trim() {
	for j, on := range x.t.w.in {
		if !on {
			x.u[j] = 0
		}
	}
	x.norm = math.Sqrt(linalg.Dot(x.u, x.u))
}

func (x *vertex) space() []float64 {
	n := len(x.t.w.set)
	for len(x.h) < n {
		x.h = append(x.h, 0)
	}
	return x.h[:n]
}

// violated returns the row, or else the input in F, that is violated most in terms of the distance of u; -1, -1 if there is
// none.
func (x *vertex) violated() (row, input int) {
	w := x.t.w
	tol := 1e-9
	if x.fresh > 0 {
		tol = feasibility
	}
	row, input = -1, -1
	deepest := tol * x.norm
	for j, on := range w.in {
		if on && !w.free[j] && -x.u[j] > deepest {
			deepest, input = -x.u[j], j
		}
	}
	price := func(i int) bool {
		if w.at[i] >= 0 || w.size[i] == 0 && w.b[i] == 0 {
			return false
		}
		slack := math.FMA(-w.b[i], w.s, linalg.Dot(w.row(i), x.u)) - w.c[i]
		scale := float64(w.size[i]*x.norm) + math.Abs(float64(w.b[i]*w.s)) + math.Abs(w.c[i])
		if slack >= -tol*scale {
			return false
		}
		if distance := -slack / math.Max(w.size[i], 1e-300); distance > deepest {
			deepest, row, input = distance, i, -1
		}
		return true
	}
	keep := x.listed[:0]
	for _, i := range x.listed {
		if price(i) {
			keep = append(keep, i)
		}
	}
	x.listed = keep
	if row < 0 && input < 0 {
		for i := range x.m {
			if price(i) {
				x.listed = append(x.listed, i)
			}
		}
	}
	return row, input
}

// pivot makes the row enter S or the input leave F.
func (x *vertex) pivot(row, input int) bool {
	w := x.t.w
	h := x.space()
	var beta float64
	if row >= 0 {
		w.mulRows(h, w.masked(row))
		for p := range h {
			h[p] = -h[p]
		}
		beta = -w.b[row]
	} else {
		w.column(h, input)
		for p := range h {
			h[p] = -h[p]
		}
	}
	w.kkt(h, beta)
	w.mulColumns(x.dz, h)
	if row >= 0 {
		linalg.Axpy(1, w.row(row), x.dz)
	}
	place, flip, step := x.ratio(h, input)
	if place < 0 && flip < 0 {
		return false
	}
	linalg.Axpy(step, h, w.lambda)
	linalg.Axpy(step, x.dz, w.z)
	for p, v := range w.lambda {
		if v < 0 {
			w.lambda[p] = 0
		}
	}
	ok := true
	if flip >= 0 {
		w.z[flip] = 0
		ok = w.flip(flip)
	} else {
		w.drop(place)
	}
	if row >= 0 {
		return ok && w.add(row, step)
	}
	w.z[input] = -step
	return w.flip(input) && ok
}

// ratio finds what stops the direction h: the position whose multiplier, or the input whose z, reaches 0 first; among
// those that tie, the one that moves fastest.
func (x *vertex) ratio(h []float64, leaving int) (place, flip int, step float64) {
	w := x.t.w
	top, size := 0.0, 0.0
	for p, i := range w.set {
		top = math.Max(top, math.Abs(h[p]))
		size += float64(math.Abs(h[p]) * w.size[i])
	}
	faint, noise := 1e-11*top, 1e-12*size
	limit := math.Inf(1)
	for p, rate := range h {
		if rate < -faint {
			if t := (w.lambda[p] + 1e-14) / -rate; t < limit {
				limit = t
			}
		}
	}
	slack := float64(1e-14 * w.size[w.set[0]])
	for j, rate := range x.dz {
		if rate > noise && !w.in[j] && j != leaving {
			if t := (slack - w.z[j]) / rate; t < limit {
				limit = t
			}
		}
	}
	place, flip = -1, -1
	fastest := 0.0
	for p, rate := range h {
		if rate < -faint && w.lambda[p]/-rate <= limit && -rate/top > fastest {
			place, fastest = p, -rate/top
			step = w.lambda[p] / -rate
		}
	}
	for j, rate := range x.dz {
		if !w.in[j] && j != leaving && rate > noise && -w.z[j]/rate <= limit && rate/size > fastest {
			place, flip, fastest = -1, j, rate/size
			step = -w.z[j] / rate
		}
	}
	return place, flip, math.Max(0, step)
}

// finish leaves the active set and the state at the vertex.
func (x *vertex) finish() bool {
	t := x.t
	w, e := t.w, t.e
	if !w.farEnd(1) {
		return false
	}
	s := w.s
	e.evaluate(w, x.m)
	w.s = s
	e.sharpen(w)
	t.vertex = e.norm < t.radius
	return true
}

// vertexDual returns the dual of a vertex, q with b'q = 1 and A_SF' q = 0: the direction of moveC, corrected for its
// residual.
func (w *activeSet) vertexDual() []float64 {
	n := len(w.set)
	q := make([]float64, n)
	w.kkt(q, 1)
	h := make([]float64, n)
	for range 2 {
		w.mulColumns(w.vecN, q)
		for j, on := range w.in {
			if !on {
				w.vecN[j] = 0
			}
		}
		w.mulRows(h, w.vecN)
		sum := 0.0
		for p, i := range w.set {
			h[p] = -h[p]
			sum = math.FMA(w.b[i], q[p], sum)
		}
		w.kkt(h, 1-sum)
		for p := range q {
			q[p] += h[p]
		}
	}
	return q
}

// farEnd sets C above the last kink of the path whose direction is the present lambda, d'lambda = dl.
func (w *activeSet) farEnd(dl float64) bool {
	n := len(w.set)
	h := make([]float64, n)
	for p, i := range w.set {
		h[p] = w.c[i]
	}
	s0 := w.kkt(h, 0)
	q := make([]float64, n)
	s1 := w.kkt(q, 1)
	zp, zq := make([]float64, w.n), make([]float64, w.n)
	w.mulColumns(zp, h)
	w.mulColumns(zq, q)
	c, top, size := 0.0, 0.0, 0.0
	for p, i := range w.set {
		top = math.Max(top, math.Abs(q[p]))
		size += float64(math.Abs(q[p]) * w.size[i])
	}
	for p := range q {
		if q[p] > 1e-8*top && h[p] < 0 {
			c = math.Max(c, -h[p]/q[p])
		}
	}
	for j := range zq {
		if zp[j]*zq[j] < 0 && math.Abs(zq[j]) > 1e-8*size {
			c = math.Max(c, -zp[j]/zq[j])
		}
	}
	if c == 0 {
		c = 1 / dl
	}
	w.C = 2 * c
	w.s = math.FMA(w.C, s1, s0)
	for p := range w.lambda {
		w.lambda[p] = math.Max(0, math.FMA(w.C, q[p], h[p]))
	}
	return !math.IsNaN(w.s) && !math.IsInf(w.s, 0)
}
