package curve

import (
	"math"

	"gardner/core/linalg"
)

// activeSet holds the optimum of the quadratic program
//
//	minimise |u|^2/2 - C s   subject to   a_i.u - b_i s >= c_i  (i in S),   u_j >= 0 (or free),
//
// its dual solution and the two supports that determine both. With b = t, c = d, C = 0 and s = theta >= 0 it is
// solution A without its norm constraint; with b = d, c = t and s = kappa it is solution B for the norm bound |u| that
// belongs to C.
//
// The dual is to maximise c'lambda - |(A'lambda)_+|^2/2 over lambda >= 0 with b'lambda = C, and u = z_+ with
// z = A'lambda. With F = {j: z_j > 0} and G = A_SF A_SF' the optimality conditions
//
//	G lambda - b s = c,   b'lambda = C
//
// are linear while S and F last. Where s is fixed at 0 (theta = 0 binds), the border b and the second condition
// are absent; this is bordered = false.
//
// The factor is that of M = G + rho b b' (M = G without border), which is positive definite also where |S| = |F| + 1
// makes G singular; there the program has become a linear one and u does not depend on C.
type activeSet struct {
	*rows
	engine *linalg.Engine

	b, c     []float64 // per row of the problem
	bordered bool
	C, s     float64
	// sNonNegative: s >= 0 is a constraint (theta), so the border may come and go.
	sNonNegative bool
	rho          float64

	set    []int     // rows in S, in the order of the factor
	lambda []float64 // their multipliers
	at     []int     // per row of the problem: position in set, or -1
	in     []bool    // F; free inputs are always in it
	nF     int
	z      []float64 // A'lambda

	packed   []float64 // the rows in S once more, contiguous, in slots of their own order
	slot     []int     // position -> slot
	position []int     // slot -> position
	f        *linalg.Factor
	solvedB  bool // vecB holds R'^-1 b

	vecS, vecB, vecG []float64 // scratch, |S|
	vecN, mask       []float64 // scratch, N
	search           search
	enter            []int // rows about to enter S
}

// newActiveSet returns the empty set: lambda = 0, u = 0, s = 0 and fixed.
func newActiveSet(r *rows, e *linalg.Engine, b, c []float64) *activeSet {
	w := &activeSet{rows: r, engine: e, b: b, c: c, f: linalg.NewFactor(min(r.n, r.problem.P))}
	w.at = make([]int, r.problem.P)
	for i := range w.at {
		w.at[i] = -1
	}
	w.in, w.z = make([]bool, r.n), make([]float64, r.n)
	w.vecN, w.mask = make([]float64, r.n), make([]float64, r.n)
	copy(w.in, r.free)
	w.nF = r.nFree
	w.rho = 1
	return w
}

// square reports whether |S| = |F| + 1: the rows in S alone fix u and s.
func (w *activeSet) square() bool { return w.bordered && len(w.set) >= w.nF+1 }

// supported reports whether some row in S has a border entry, so that the border determines s.
func (w *activeSet) supported() bool {
	for _, i := range w.set {
		if w.b[i] != 0 {
			return true
		}
	}
	return false
}

// borderWeight is rho b_i where the border is part of the factor.
func (w *activeSet) borderWeight() float64 {
	if w.bordered {
		return w.rho
	}
	return 0
}

// grow makes room for one more row in S.
func (w *activeSet) grow() {
	n := len(w.set) + 1
	if n > len(w.vecS) {
		size := n + n/2 + 32
		w.vecS, w.vecB, w.vecG = make([]float64, size), make([]float64, size), make([]float64, size)
		p := make([]float64, size*w.ld)
		copy(p, w.packed)
		w.packed = p
	}
}

// masked returns row i with the entries outside F set to zero, in scratch memory.
func (w *activeSet) masked(i int) []float64 {
	for j, v := range w.row(i) {
		if !w.in[j] {
			v = 0
		}
		w.mask[j] = v
	}
	return w.mask
}

// mulRows sets y_p = a_set[p].x.
func (w *activeSet) mulRows(y, x []float64) {
	n := len(w.set)
	w.engine.MulVec(w.vecG, w.packed, w.ld, n, w.n, x)
	for p, s := range w.slot {
		y[p] = w.vecG[s]
	}
}

// mulColumns sets y = A_S' v, v by position.
func (w *activeSet) mulColumns(y, v []float64) {
	n := len(w.set)
	for p, s := range w.slot {
		w.vecG[s] = v[p]
	}
	w.engine.MulVecT(y, w.packed, w.ld, n, w.n, w.vecG)
}

// column sets x_p = a_set[p],j.
func (w *activeSet) column(x []float64, j int) {
	for p, s := range w.slot {
		x[p] = w.packed[s*w.ld+j]
	}
}

// border sets x_p = sqrt(rho) b_set[p].
func (w *activeSet) border(x []float64) {
	q := math.Sqrt(w.rho)
	for p, i := range w.set {
		x[p] = q * w.b[i]
	}
}

// dependence is the fraction of a row's squared length that must be left after elimination of the other rows.
const dependence = 1e-12

// add puts row i into S with multiplier l; false if it depends on the rows in S.
func (w *activeSet) add(i int, l float64) bool {
	w.grow()
	w.solvedB = false
	n := len(w.set)
	m := w.masked(i)
	g := w.vecS
	w.mulRows(g, m)
	weight := w.borderWeight() * w.b[i]
	if weight != 0 {
		for p, k := range w.set {
			g[p] = math.FMA(weight, w.b[k], g[p])
		}
	}
	diagonal := linalg.Dot(m, m) + float64(weight*w.b[i])
	pivot, err := w.f.Append(g, diagonal)
	if err != nil {
		return false
	}
	if pivot <= dependence*diagonal {
		w.f.Remove(n)
		return false
	}
	w.enlist(i, l)
	return true
}

// enlist puts row i into S but not into the factor.
func (w *activeSet) enlist(i int, l float64) {
	n := len(w.set)
	copy(w.packed[n*w.ld:n*w.ld+w.n], w.row(i))
	w.slot, w.position = append(w.slot, n), append(w.position, n)
	w.set, w.lambda = append(w.set, i), append(w.lambda, l)
	w.at[i] = n
}

// drop takes position p out of S.
func (w *activeSet) drop(p int) {
	w.solvedB = false
	w.f.Remove(p)
	w.forget(p)
}

// forget takes position p out of S but not out of the factor.
func (w *activeSet) forget(p int) {
	last := len(w.set) - 1
	w.at[w.set[p]] = -1
	hole := w.slot[p]
	if hole != last { // the last slot moves into the hole
		copy(w.packed[hole*w.ld:hole*w.ld+w.n], w.packed[last*w.ld:last*w.ld+w.n])
		q := w.position[last]
		w.slot[q], w.position[hole] = hole, q
	}
	w.position = w.position[:last]
	copy(w.slot[p:], w.slot[p+1:])
	copy(w.set[p:], w.set[p+1:])
	copy(w.lambda[p:], w.lambda[p+1:])
	w.slot, w.set, w.lambda = w.slot[:last], w.set[:last], w.lambda[:last]
	for q := p; q < last; q++ {
		w.at[w.set[q]] = q
		w.position[w.slot[q]] = q
	}
}

// flip moves input j into F or out of it. False if the factor is lost.
func (w *activeSet) flip(j int) bool {
	w.solvedB = false
	x := w.vecS
	w.column(x, j)
	w.in[j] = !w.in[j]
	if w.in[j] {
		w.nF++
		w.f.Update(x)
		return true
	}
	w.nF--
	return w.f.Downdate(x) == nil
}

// setBordered frees s or fixes it. False if the factor is lost.
func (w *activeSet) setBordered(on bool) bool {
	if w.bordered == on {
		return true
	}
	w.bordered, w.solvedB = on, false
	w.border(w.vecS)
	if on {
		w.f.Update(w.vecS)
		return true
	}
	return w.f.Downdate(w.vecS) == nil
}

// refactor computes the factor from the rows. False if M is not positive definite.
func (w *activeSet) refactor() bool {
	w.solvedB = false
	n := len(w.set)
	w.f.Reset()
	if n == 0 {
		return true
	}
	// The columns in F, and the border, of the rows in S.
	k := w.nF
	if w.bordered {
		k++
	}
	m := make([]float64, n*k)
	q := math.Sqrt(w.rho)
	for p, s := range w.slot {
		row, o := m[p*k:(p+1)*k], 0
		for j, v := range w.packed[s*w.ld : s*w.ld+w.n] {
			if w.in[j] {
				row[o] = v
				o++
			}
		}
		if w.bordered {
			row[o] = q * w.b[w.set[p]]
		}
	}
	l := make([]float64, n*n)
	w.engine.Syrk(l, n, m, k, n, k, nil)
	for p := range n {
		if !(l[p*n+p] > 0) {
			return false
		}
	}
	if err := w.engine.Cholesky(l, n, n); err != nil {
		return false
	}
	w.f.SetCholesky(l, n, n)
	return true
}

// borderSolved returns R'^-1 b, kept until the factor changes.
func (w *activeSet) borderSolved() []float64 {
	y := w.vecB[:len(w.set)]
	if !w.solvedB {
		for p, i := range w.set {
			y[p] = w.b[i]
		}
		w.f.SolveForward(y)
		w.solvedB = true
	}
	return y
}

// kkt solves G x - b sigma = h, b'x = beta for x and sigma, G x = h without border; h (by position) is replaced by x.
// M x = h + b (sigma + rho beta) turns the second condition into one equation for sigma.
func (w *activeSet) kkt(h []float64, beta float64) (sigma float64) {
	n := len(w.set)
	h = h[:n]
	w.f.SolveForward(h)
	if w.bordered {
		y := w.borderSolved()
		shift := (beta - linalg.Dot(y, h)) / linalg.Dot(y, y)
		linalg.Axpy(shift, y, h)
		sigma = math.FMA(-w.rho, beta, shift)
	}
	w.f.SolveBack(h)
	return sigma
}
