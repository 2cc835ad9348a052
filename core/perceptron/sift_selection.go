package perceptron

import (
	"math"
	"slices"
)

// selection lists the rows and weights of a restricted program.
type selection struct {
	row, col   []bool
	rows, cols []int
	linear     bool // the norm constraint is likely to be inactive
}

func (s *selection) list() {
	s.rows, s.cols = s.rows[:0], s.cols[:0]
	for mu, in := range s.row {
		if in {
			s.rows = append(s.rows, mu)
		}
	}
	for j, in := range s.col {
		if in {
			s.cols = append(s.cols, j)
		}
	}
}

const (
	// linearLoad: with more rows than this per weight B's norm constraint is likely to be inactive: a linear program, for which the
	// interior point keeps the ball.
	linearLoad = 1.15
	// vagueLoad: with more than this the soft problem says less about the supports of the linear program.
	vagueLoad = 1.35
)

// choose keeps the rows with a positive hinge and a twentieth more, and the weights off zero and a fifth more (see vagueLoad: three
// tenths and three fifths more); reviews take in what that misses. False where that would leave little out.
func (r *ridge) choose() (*selection, bool) {
	g := r.g
	s := &selection{row: make([]bool, g.m), col: make([]bool, g.n)}
	score := r.trial
	rows, cols := 0, 0
	for mu, d := range g.d {
		score[mu] = d + float64(r.theta*r.b[mu]) - r.au[mu]
		if score[mu] > 0 {
			rows++
		}
	}
	g.eng.MulVecT(r.x, g.a, g.n, g.m, g.n, r.lambda)
	for j := range r.u {
		if g.isFree(j) {
			r.x[j] = math.Inf(1)
		}
		if r.u[j] > 0 || g.isFree(j) {
			cols++
		}
	}
	load := float64(rows) / float64(cols)
	s.linear = g.c != nil && load > linearLoad
	rowShare, colShare := 1.05, 1.2
	if s.linear && load > vagueLoad {
		rowShare, colShare = 1.3, 1.6
	}
	mark(s.row, score, int(float64(rows)*rowShare)+5)
	mark(s.col, r.x, int(float64(cols)*colShare)+5)
	s.list()
	m, n := len(s.rows), len(s.cols)
	return s, float64(m)*float64(min(m, n))*float64(n) < 0.7*float64(g.m)*float64(min(g.m, g.n))*float64(g.n)
}

// mark sets the flags of the count largest.
func mark(flags []bool, x []float64, count int) {
	if count >= len(x) {
		for i := range flags {
			flags[i] = true
		}
		return
	}
	sorted := slices.Clone(x)
	slices.Sort(sorted)
	cut := sorted[len(x)-count]
	for i, v := range x {
		flags[i] = v >= cut
	}
}

func count(f []bool) int {
	n := 0
	for _, b := range f {
		if b {
			n++
		}
	}
	return n
}

// restricted is the program of some rows and weights.
func (g *program) restricted(s *selection) *program {
	w := *g
	w.m, w.n = len(s.rows), len(s.cols)
	w.a = g.work.take("sift.a", w.m*w.n)
	w.d = make([]float64, w.m)
	if g.e != nil {
		w.e = make([]float64, w.m)
	}
	if g.c != nil {
		w.c = make([]float64, w.m)
	}
	if g.free != nil {
		w.free = make([]bool, w.n)
		for l, j := range s.cols {
			w.free[l] = g.free[j]
		}
	}
	g.gather(w.a, w.n, s.rows, s.cols)
	for k, mu := range s.rows {
		w.d[k] = g.d[mu]
		if g.e != nil {
			w.e[k] = g.e[mu]
		}
		if g.c != nil {
			w.c[k] = g.c[mu]
		}
	}
	return &w
}
