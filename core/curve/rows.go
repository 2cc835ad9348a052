package curve

import (
	"math"

	"gardner/core/linalg"
	"gardner/core/perceptron"
)

// rows holds the patterns of a problem in signed form: a_ij = y_i g_j x_ij for row i and input j (g = 1 where the sign
// of a weight is free), t_i = y_i (1 - I_ext,i) and the margin d_i. In these terms row i of the problem reads
// a_i.u - t_i theta >= d_i with u_j = g_j w_j >= 0.
//
// Rows are signed when a pass reaches them, so a pass that ends early does not touch the rest.
type rows struct {
	problem *perceptron.Problem
	n, ld   int
	done    int       // rows signed so far
	a       []float64 // P x ld
	size    []float64 // |a_i|
	t, d    []float64
	free    []bool // inputs whose weight is not constrained in sign
	nFree   int
}

func newRows(p *perceptron.Problem) *rows {
	r := &rows{problem: p, n: p.N, ld: (p.N + 7) &^ 7, free: make([]bool, p.N)}
	r.a = make([]float64, p.P*r.ld)
	r.size = make([]float64, p.P)
	r.t, r.d = make([]float64, p.P), make([]float64, p.P)
	for j, g := range p.Signs {
		if g == 0 {
			r.free[j] = true
			r.nFree++
		}
	}
	return r
}

// row returns the signed row i.
func (r *rows) row(i int) []float64 { return r.a[i*r.ld : i*r.ld+r.n] }

// extend signs the rows before m.
func (r *rows) extend(m int) {
	p := r.problem
	for ; r.done < m; r.done++ {
		i := r.done
		y, drive, margin := p.Labels[i], 0.0, 1.0
		if p.Drive != nil {
			drive = p.Drive[i]
		}
		if p.Margins != nil {
			margin = p.Margins[i]
		}
		r.t[i], r.d[i] = float64(y*(1-drive)), margin
		x, a := p.X[i*p.N:(i+1)*p.N], r.row(i)
		for j, v := range x {
			if p.Signs[j] < 0 {
				v = -v
			}
			a[j] = float64(y * v)
		}
		r.size[i] = math.Sqrt(linalg.Dot(a, a))
	}
}
