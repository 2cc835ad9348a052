package curve

import (
	"math"
	"slices"

	"gardner/core/linalg"
)

// rise takes one violated row into a vertex that is optimal for all other rows: its multiplier mu grows from 0, and the
// vertex stays optimal for the program in which a violation of the row costs mu. On the way u moves from vertex to vertex, each
// nearer to the row: a multiplier of the dual or some z_j reaches 0, u leaves that row, or takes up that input, and goes along
// the edge until another row or input stops it, or the new row is met. That is the parametric simplex method; it needs
// about 0.4 of the steps of a dual simplex, for the other rows hold all the time.
type rise struct {
	*basis
	m    int
	u    []float64 // N
	s    float64
	z    []float64 // N: A'lambda + mu a
	size float64   // |u|

	lambda   []float64 // multipliers by position in S
	h, dz    []float64 // their rates and those of z with respect to mu
	edge, du []float64 // rates of (s, u_F) by position, and of u by input, along the edge
	ds       float64

	watched     []int // rows that may stop the edge, the rising one first
	place       []int // position of each row in watched, or -1
	slack, rate []float64
	all, near   []float64
}

func newRise(w *activeSet) *rise {
	p, n := w.problem.P, w.n
	return &rise{basis: newBasis(w), u: make([]float64, n), z: make([]float64, n), dz: make([]float64, n), du: make([]float64, n),
		place: make([]int, p), all: make([]float64, p)}
}

// take makes row i of the first m hold, from the vertex that locate has computed. False if it gets lost.
func (t *rise) take(i, m int) (steps int, ok bool) {
	t.m = m
	t.watch(i)
	mu := 0.0
	for range 10*(m+t.n) + 100 {
		t.aim(i)
		place, flip, step := t.ratio()
		if place < 0 && flip < 0 {
			return steps, false
		}
		for p, v := range t.h {
			t.lambda[p] = math.Max(0, math.FMA(step, v, t.lambda[p]))
		}
		linalg.Axpy(step, t.dz, t.z)
		mu += step
		t.along(place, flip)
		row, input, length := t.stop()
		if !(length >= 0) || math.IsInf(length, 1) {
			return steps, false
		}
		steps++
		linalg.Axpy(length, t.du, t.u)
		linalg.Axpy(length, t.rate, t.slack)
		t.s += float64(length * t.ds)
		if place >= 0 {
			t.release(t.set[place], length)
		} else {
			t.z[flip] = 0
		}
		if !t.step(place, flip, row, input, mu, row == i) {
			return steps, false
		}
		if row == i {
			return steps, true
		}
	}
	return steps, false
}

// step exchanges the supports; the multiplier of a row that comes is mu if it is the rising one, else 0.
func (t *rise) step(place, flip, row, input int, mu float64, rising bool) bool {
	var pivot float64
	if row >= 0 {
		pivot = t.rate[t.place[row]]
		t.slack[t.place[row]] = 0
	} else {
		pivot = t.du[input]
		t.u[input], t.z[input] = 0, 0
	}
	before := len(t.set)
	if !t.exchange(place, flip, row, input, t.edge, pivot) {
		return false
	}
	if !rising {
		mu = 0
	}
	switch {
	case row >= 0 && place >= 0:
		t.lambda[place] = mu
	case row >= 0:
		t.lambda = append(t.lambda, mu)
	case place >= 0:
		t.lambda[place] = t.lambda[before-1]
		t.lambda = t.lambda[:before-1]
	}
	return true
}

// locate computes the vertex and its dual from the inverse, both corrected for their residuals.
func (t *rise) locate() bool {
	n := len(t.set)
	residual := t.y[:n]
	clear(t.u)
	t.s = 0
	for range corrections {
		t.engine.MulVec(residual, t.packed, t.ld, n, t.n, t.u)
		for p, i := range t.set {
			residual[p] = math.FMA(t.b[i], t.s, t.c[i]) - residual[p]
		}
		t.solve(t.x, residual)
		t.s += t.x[0]
		for p, j := range t.cols[1:] {
			t.u[j] += t.x[p+1]
		}
	}
	t.size = math.Sqrt(linalg.Dot(t.u, t.u))
	t.lambda = t.lambda[:0]
	for range n {
		t.lambda = append(t.lambda, 0)
	}
	clear(t.z)
	for range corrections {
		// b'lambda = 1, A_SF'lambda = 0
		m := t.x[:n]
		m[0] = -1
		for p, i := range t.set {
			m[0] = math.FMA(t.b[i], t.lambda[p], m[0])
		}
		for p, j := range t.cols[1:] {
			m[p+1] = -t.z[j]
		}
		t.fromLeft(residual, m)
		linalg.Axpy(1, residual, t.lambda)
		t.engine.MulVecT(t.z, t.packed, t.ld, n, t.n, t.lambda)
	}
	for p, v := range t.lambda {
		t.lambda[p] = math.Max(0, v)
	}
	for _, j := range t.cols[1:] {
		t.z[j] = 0
	}
	return !math.IsNaN(t.s) && !math.IsNaN(t.size)
}

// corrections is the number of times that a vertex is computed from the inverse, the last ones from the residual.
const corrections = 3

// worst returns the row of the first m that is violated most in terms of the distance of u, -1 if there is none, and the
// products a_i.u. ok is false if an input in F has a negative u.
func (t *rise) worst(au []float64) (row int, ok bool) {
	deepest := float64(feasibility * t.size)
	for _, j := range t.cols[1:] {
		if t.u[j] < -deepest && !t.free[j] {
			return -1, false
		}
	}
	t.engine.MulVec(au, t.a, t.ld, t.m, t.n, t.u)
	row = -1
	for i := range t.m {
		slack := math.FMA(-t.b[i], t.s, au[i]) - t.c[i]
		if t.at[i] >= 0 || slack >= 0 || t.rows.size[i] == 0 {
			continue
		}
		scale := float64(t.rows.size[i]*t.size) + math.Abs(float64(t.b[i]*t.s)) + math.Abs(t.c[i])
		if distance := -slack / t.rows.size[i]; slack < -feasibility*scale && distance > deepest {
			deepest, row = distance, i
		}
	}
	return row, true
}

// aim sets the rates of the multipliers and of z as that of row i grows.
func (t *rise) aim(i int) {
	n := len(t.set)
	if cap(t.h) < n {
		t.h = make([]float64, n, 2*n)
	}
	t.h = t.h[:n]
	t.fromLeft(t.h, t.entries(t.x, i))
	for p := range t.h {
		t.h[p] = -t.h[p]
	}
	t.engine.MulVecT(t.dz, t.packed, t.ld, n, t.n, t.h)
	linalg.Axpy(1, t.row(i), t.dz)
}

// ratio finds the position whose multiplier, or the input whose z, reaches 0 first; among those that tie, the one that moves
// fastest.
func (t *rise) ratio() (place, flip int, step float64) {
	top, size := 0.0, 0.0
	for p, i := range t.set {
		v := math.Abs(t.h[p])
		top = math.Max(top, v)
		size += float64(v * t.rows.size[i])
	}
	faint, noise := 1e-11*top, 1e-12*size
	limit := math.Inf(1)
	for p, rate := range t.h {
		if rate < -faint {
			limit = math.Min(limit, (t.lambda[p]+1e-14)/-rate)
		}
	}
	soft := float64(1e-14 * t.rows.size[t.set[0]])
	for j, rate := range t.dz {
		if rate > noise && t.in[j] < 0 {
			limit = math.Min(limit, (soft-t.z[j])/rate)
		}
	}
	place, flip = -1, -1
	fastest := 0.0
	for p, rate := range t.h {
		if rate < -faint && t.lambda[p]/-rate <= limit && -rate/top > fastest {
			place, fastest = p, -rate/top
			step = t.lambda[p] / -rate
		}
	}
	for j, rate := range t.dz {
		if rate > noise && t.in[j] < 0 && -t.z[j]/rate <= limit && rate/size > fastest {
			place, flip, fastest = -1, j, rate/size
			step = -t.z[j] / rate
		}
	}
	return place, flip, math.Max(0, step)
}

// along sets the edge on which the slack of the row at place, or the input flip, grows at rate 1 while the other rows in S hold.
func (t *rise) along(place, flip int) {
	n := len(t.set)
	if cap(t.edge) < n {
		t.edge = make([]float64, n, 2*n)
	}
	t.edge = t.edge[:n]
	if place >= 0 {
		for p := range t.edge {
			t.edge[p] = t.q[p*t.ldq+place]
		}
	} else {
		t.solve(t.edge, t.column(t.y, flip))
		for p := range t.edge {
			t.edge[p] = -t.edge[p]
		}
	}
	clear(t.du)
	t.ds = t.edge[0]
	for p, j := range t.cols[1:] {
		t.du[j] = t.edge[p+1]
	}
	if flip >= 0 {
		t.du[flip] = 1
	}
}

// watchedPart is the number of rows to watch relative to |S|. A row that is passed unseen is violated in the end and rises in
// its turn.
const watchedPart = 1

// watch lists the rows outside S that are nearest to u, row i first, with their slacks.
func (t *rise) watch(i int) {
	t.engine.MulVec(t.all, t.a, t.ld, t.m, t.n, t.u)
	t.watched, t.near = append(t.watched[:0], i), t.near[:0]
	for r := range t.m {
		t.all[r] = math.FMA(-t.b[r], t.s, t.all[r]) - t.c[r]
		if t.at[r] < 0 && r != i && t.rows.size[r] > 0 {
			t.near = append(t.near, t.all[r]/t.rows.size[r])
		}
	}
	limit := math.Inf(1)
	if most := watchedPart * len(t.set); len(t.near) > most {
		slices.Sort(t.near)
		limit = t.near[most]
	}
	for r := range t.m {
		if t.at[r] < 0 && r != i && t.rows.size[r] > 0 && t.all[r]/t.rows.size[r] <= limit {
			t.watched = append(t.watched, r)
		}
	}
	t.slack, t.rate = t.slack[:0], t.rate[:0]
	for r := range t.place {
		t.place[r] = -1
	}
	for q, r := range t.watched {
		t.place[r] = q
		t.slack, t.rate = append(t.slack, t.all[r]), append(t.rate, 0)
	}
}

// release watches a row of S that is leaving it for a given slack.
func (t *rise) release(row int, slack float64) {
	q := t.place[row]
	if q < 0 {
		q = len(t.watched)
		t.place[row] = q
		t.watched, t.slack, t.rate = append(t.watched, row), append(t.slack, 0), append(t.rate, 0)
	}
	t.slack[q] = slack
}

// stop finds what ends the edge: the rising row when it is met, another row or an input in F that reaches 0; among those that tie
// the one that moves fastest. The length is negative if the rising row does not come nearer.
func (t *rise) stop() (row, input int, length float64) {
	rising := t.watched[0]
	noise, soft := float64(1e-12*math.Sqrt(linalg.Dot(t.du, t.du))), float64(1e-13*t.size)
	limit := -1.0
	for q, i := range t.watched {
		if t.at[i] >= 0 {
			t.rate[q] = 0
			continue
		}
		r := math.FMA(-t.b[i], t.ds, linalg.Dot(t.row(i), t.du))
		t.rate[q] = r
		if q == 0 {
			if !(r > 0) {
				return rising, -1, -1
			}
			limit = -t.slack[0] / r
		} else if r < -noise*t.rows.size[i] {
			limit = math.Min(limit, (math.Max(0, t.slack[q])+float64(soft*t.rows.size[i]))/-r)
		}
	}
	for _, j := range t.cols[1:] {
		if r := t.du[j]; r < -noise && !t.free[j] {
			limit = math.Min(limit, (math.Max(0, t.u[j])+soft)/-r)
		}
	}
	if -t.slack[0]/t.rate[0] <= limit {
		return rising, -1, limit
	}
	row, input, length = -1, -1, -1
	fastest := 0.0
	for q, i := range t.watched {
		if r := t.rate[q] / t.rows.size[i]; r < -noise && -r > fastest && t.at[i] < 0 {
			if x := math.Max(0, t.slack[q]) / -t.rate[q]; x <= limit {
				row, fastest, length = i, -r, x
			}
		}
	}
	for _, j := range t.cols[1:] {
		if r := t.du[j]; r < -noise && !t.free[j] && -r > fastest {
			if x := math.Max(0, t.u[j]) / -r; x <= limit {
				row, input, fastest, length = -1, j, -r, x
			}
		}
	}
	return row, input, length
}

// climb advances a vertex that new rows have cut off to the optimal one of the first m rows by the explicit inverse, which it
// keeps from prefix to prefix. The active set then has the supports and the dual of the vertex, but no factor (loose). False,
// with nothing changed, if it gets lost.
func (t *tracker) climb(m int) bool {
	w, e := t.w, t.e
	if t.rise == nil {
		t.rise = newRise(w)
	}
	r := t.rise
	fresh := !r.matches(w)
	if fresh && !r.load(w) {
		return false
	}
	for range m {
		r.m = m
		row, ok := -1, r.locate()
		if ok {
			row, ok = r.worst(e.au)
		}
		if ok && row < 0 {
			r.adopt(w)
			copy(e.u, r.u)
			for j, v := range e.u {
				if v < 0 && !w.free[j] {
					e.u[j] = 0
				}
			}
			e.m, e.norm = m, r.size
			t.vertex, t.loose = true, true
			return e.norm < t.radius || t.tighten()
		}
		if ok {
			var steps int
			steps, ok = r.take(row, m)
			t.events += steps
		}
		if !ok {
			// The inverse has lost its digits, or the problem is degenerate.
			if fresh || !r.load(w) {
				break
			}
			fresh = true
		}
	}
	r.set = r.set[:0] // so that it matches nothing
	return false
}

// adopt gives the supports, the dual and s of the vertex to w, without a factor.
func (t *rise) adopt(w *activeSet) {
	for p := len(w.set) - 1; p >= 0; p-- {
		if t.at[w.set[p]] < 0 {
			w.forget(p)
		}
	}
	for _, i := range t.set {
		if w.at[i] < 0 {
			w.grow()
			w.enlist(i, 0)
		}
	}
	for p, i := range w.set {
		w.lambda[p] = t.lambda[t.at[i]]
	}
	w.nF = len(t.cols) - 1
	for j, p := range t.basis.in {
		w.in[j] = p >= 0
	}
	copy(w.z, t.z)
	w.s, w.solvedB = t.s, false
	w.f.Reset()
}

// tighten gives a loose active set its factor, and multipliers at a C above the last kink. False if that fails.
func (t *tracker) tighten() bool {
	if !t.loose {
		return true
	}
	t.loose = false
	if !t.w.refactor() || !t.w.farEnd(1) {
		return false
	}
	s := t.w.s
	t.e.evaluate(t.w, t.e.m)
	t.w.s = s
	t.e.sharpen(t.w)
	t.vertex = t.e.norm < t.radius
	return true
}
