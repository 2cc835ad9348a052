package curve

import (
	"math"

	"gardner/core/linalg"
)

// basis is a vertex of the linear program that B is beyond the balanced load: the square system
//
//	M (s, u_F) = c_S,   M = [-b_S, A_SF]
//
// with its explicit inverse Q. A vertex and its neighbour differ by a row, an input or both, so that Q follows by a change of
// rank one; all directions along edges, of u as of the dual, are columns of Q or products with a row. One step costs some
// 4 |S|^2 + |S| N multiply-adds, all of them in rows of memory.
//
// Errors of the inverse add up over the steps; the caller compares and inverts anew.
type basis struct {
	*rows
	engine *linalg.Engine
	b, c   []float64 // border and right-hand side per row of the problem

	set    []int // rows in S by column of Q
	cols   []int // inputs in F by row of Q; -1 stands for s, in row 0
	at, in []int // positions of rows and inputs, -1 if outside
	q      []float64
	ldq    int
	packed []float64 // the rows in S, as long as the inputs are many
	x, y   []float64 // scratch: a column and a row of Q
}

// newBasis takes the supports of w, which must be square.
func newBasis(w *activeSet) *basis {
	k := &basis{rows: w.rows, engine: w.engine, b: w.b, c: w.c}
	k.at, k.in = make([]int, w.problem.P), make([]int, w.n)
	return k
}

// matches says whether the supports are those of w.
func (k *basis) matches(w *activeSet) bool {
	if len(k.set) != len(w.set) || len(k.cols) != w.nF+1 {
		return false
	}
	for _, i := range w.set {
		if k.at[i] < 0 {
			return false
		}
	}
	for _, j := range k.cols[1:] {
		if !w.in[j] {
			return false
		}
	}
	return true
}

// load takes the supports of w and inverts M. False if M is singular.
func (k *basis) load(w *activeSet) bool {
	k.set, k.cols = append(k.set[:0], w.set...), append(k.cols[:0], -1)
	for i := range k.at {
		k.at[i] = -1
	}
	for j := range k.in {
		if k.in[j] = -1; w.in[j] {
			k.in[j] = len(k.cols)
			k.cols = append(k.cols, j)
		}
	}
	n := len(k.set)
	if len(k.cols) != n {
		return false
	}
	k.reserve(n)
	for p, i := range k.set {
		k.at[i] = p
		copy(k.packed[p*k.ld:p*k.ld+k.n], k.row(i))
	}
	return k.invert()
}

// reserve makes room for order n and one more, keeping nothing.
func (k *basis) reserve(n int) {
	if n+1 > k.ldq {
		k.ldq = (n + n/4 + 32) &^ 7
		k.q, k.packed = make([]float64, k.ldq*k.ldq), make([]float64, k.ldq*k.ld)
		k.x, k.y = make([]float64, k.ldq), make([]float64, k.ldq)
	}
}

// grow makes room for one more row and input, keeping all.
func (k *basis) grow() {
	if n := len(k.set); n+1 > k.ldq {
		q, packed, ld := k.q, k.packed, k.ldq
		k.reserve(n)
		for p := range n {
			copy(k.q[p*k.ldq:p*k.ldq+n], q[p*ld:p*ld+n])
		}
		copy(k.packed, packed[:n*k.ld])
	}
}

// entries sets y to row i of the problem in the columns of M.
func (k *basis) entries(y []float64, i int) []float64 {
	y = y[:len(k.cols)]
	y[0] = -k.b[i]
	row := k.row(i)
	for p, j := range k.cols[1:] {
		y[p+1] = row[j]
	}
	return y
}

// invert computes Q by Gauss and Jordan's elimination with row pivots.
func (k *basis) invert() bool {
	n, ld := len(k.set), k.ldq
	swap := make([]int, n)
	for p, i := range k.set {
		k.entries(k.q[p*ld:], i)
	}
	for p := range n {
		best := p
		for r := p + 1; r < n; r++ {
			if math.Abs(k.q[r*ld+p]) > math.Abs(k.q[best*ld+p]) {
				best = r
			}
		}
		swap[p] = best
		top := k.q[p*ld : p*ld+n]
		if best != p {
			other := k.q[best*ld : best*ld+n]
			for c, v := range top {
				top[c], other[c] = other[c], v
			}
		}
		pivot := top[p]
		if pivot == 0 || math.IsNaN(pivot) {
			return false
		}
		top[p] = 1
		for c := range top {
			top[c] /= pivot
		}
		for r := range n {
			if r != p {
				row := k.q[r*ld : r*ld+n]
				f := row[p]
				row[p] = 0
				linalg.Axpy(-f, top, row)
			}
		}
	}
	for p := n - 1; p >= 0; p-- {
		if o := swap[p]; o != p {
			for r := range n {
				row := k.q[r*ld : r*ld+n]
				row[p], row[o] = row[o], row[p]
			}
		}
	}
	return true
}

// fromLeft sets y = m Q for the row vector m in the columns of M: by position in S.
func (k *basis) fromLeft(y, m []float64) {
	n := len(k.set)
	k.engine.MulVecT(y, k.q, k.ldq, n, n, m)
}

// solve sets x = Q r for r by position in S: by row of Q.
func (k *basis) solve(x, r []float64) {
	n := len(k.set)
	k.engine.MulVec(x, k.q, k.ldq, n, n, r)
}

// column sets y to input j of the rows in S.
func (k *basis) column(y []float64, j int) []float64 {
	y = y[:len(k.set)]
	for p := range y {
		y[p] = k.packed[p*k.ld+j]
	}
	return y
}

// exchange leaves row place of S or takes up input enter (the other is -1), and takes up row i or drops input drop (the
// other is -1), along the edge du of position: the column of Q of the row that left, or minus Q times the input. pivot is the rate
// of what enters, or of the input that drops, along it. False if that is zero.
func (k *basis) exchange(place, enter, i, drop int, edge []float64, pivot float64) bool {
	if pivot == 0 || math.IsNaN(pivot) {
		return false
	}
	n, ld := len(k.set), k.ldq
	switch {
	case place >= 0 && i >= 0: // row for row
		r := k.y[:n]
		k.fromLeft(r, k.entries(k.x, i))
		r[place]--
		for p, v := range edge {
			linalg.Axpy(-v/pivot, r, k.q[p*ld:p*ld+n])
		}
		k.at[k.set[place]] = -1
		k.setRow(place, i)
	case enter >= 0 && drop >= 0: // input for input; v = Q a = -edge
		l := k.in[drop]
		top := k.y[:n]
		copy(top, k.q[l*ld:l*ld+n])
		for p, v := range edge {
			if p != l {
				linalg.Axpy(-v/pivot, top, k.q[p*ld:p*ld+n])
			}
		}
		row := k.q[l*ld : l*ld+n]
		for c, v := range top {
			row[c] = -v / pivot
		}
		k.in[drop], k.in[enter], k.cols[l] = -1, l, enter
	case place >= 0: // a row and an input leave
		l := k.in[drop]
		top := k.y[:n]
		copy(top, k.q[l*ld:l*ld+n])
		for p, v := range edge {
			if p != l {
				linalg.Axpy(-v/pivot, top, k.q[p*ld:p*ld+n])
			}
		}
		k.shrink(place, l)
	default: // a row and an input come
		k.grow()
		ld = k.ldq
		r := k.y[:n]
		k.fromLeft(r, k.entries(k.x, i))
		// M^-1 with a = column, r = m_i Q, sigma = pivot: [Q + (Q a) r/sigma, -(Q a)/sigma; -r/sigma, 1/sigma], Q a = -edge.
		for p, v := range edge {
			linalg.Axpy(-v/pivot, r, k.q[p*ld:p*ld+n])
			k.q[p*ld+n] = v / pivot
		}
		last := k.q[n*ld : n*ld+n+1]
		for c, v := range r {
			last[c] = -v / pivot
		}
		last[n] = 1 / pivot
		k.in[enter] = n
		k.cols = append(k.cols, enter)
		k.set = append(k.set, i)
		k.setRow(n, i)
	}
	return true
}

// setRow puts row i at position p of S.
func (k *basis) setRow(p, i int) {
	k.set[p], k.at[i] = i, p
	copy(k.packed[p*k.ld:p*k.ld+k.n], k.row(i))
}

// shrink deletes column place and row l of Q; the last ones move into the holes.
func (k *basis) shrink(place, l int) {
	n, ld := len(k.set), k.ldq
	last := n - 1
	k.at[k.set[place]] = -1
	if place != last {
		for p := range n {
			k.q[p*ld+place] = k.q[p*ld+last]
		}
		k.setRow(place, k.set[last])
	}
	k.set = k.set[:last]
	k.in[k.cols[l]] = -1
	if l != last {
		copy(k.q[l*ld:l*ld+last], k.q[last*ld:last*ld+last])
		k.cols[l] = k.cols[last]
		k.in[k.cols[l]] = l
	}
	k.cols = k.cols[:last]
}
