package perceptron

import "gardner/core/linalg"

const (
	// conjugateRounds: so many first rounds of A are solved by conjugate gradients, to conjugateTol of the right-hand side or for
	// conjugateSteps. Their rows and weights are many, their eps is large, and the next round changes all of it anyway.
	conjugateRounds = 3
	conjugateTol    = 0.1
	conjugateSteps  = 12
)

// conjugate is solve for A by conjugate gradients (Hestenes and Stiefel, J. Res. Natl. Bur. Stand. 49, 409 (1952)), from the
// multipliers of the round before and within b'lambda = 0: there the mean input, whose eigenvalue is N times the others, does
// not show.
func (r *ridge) conjugate(eps float64) (theta float64, ok bool) {
	g, ns := r.g, len(r.rows)
	if ns == 0 || len(r.cols) == 0 {
		return 0, false
	}
	l, res, dir, product, b := r.p[:ns], r.q[:ns], r.dir[:ns], r.product[:ns], r.bs[:ns]
	for k, mu := range r.rows {
		l[k], b[k], dir[k] = r.lambda[mu], r.b[mu], r.shift[mu]+g.d[mu]
	}
	bb := linalg.Dot(b, b)
	if !(bb > 0) {
		return 0, false
	}
	project := func(v []float64) (along float64) {
		along = linalg.Dot(b, v) / bb
		linalg.Axpy(-along, b, v)
		return along
	}
	project(l)
	r.times(product, r.x, l, eps)
	for k, x := range dir {
		res[k] = x - product[k]
	}
	project(dir)
	enough := float64(conjugateTol * conjugateTol * linalg.Dot(dir, dir))
	theta = -project(res)
	copy(dir, res)
	size := linalg.Dot(res, res)
	for step := 0; step < conjugateSteps && size > enough; step++ {
		r.times(product, r.try, dir, eps)
		length := size / linalg.Dot(dir, product)
		linalg.Axpy(length, dir, l)
		linalg.Axpy(length, r.try, r.x)
		linalg.Axpy(-length, product, res)
		theta -= project(res)
		last := size
		size = linalg.Dot(res, res)
		for k, x := range res {
			dir[k] = x + float64(size/last*dir[k])
		}
	}
	r.keep(l)
	return theta, true
}

// times sets x = A'l and y = A_SF x_F + eps l.
func (r *ridge) times(y, x, l []float64, eps float64) {
	g := r.g
	g.eng.MulVecTRows(x, g.a, g.n, g.n, r.rows, l)
	clear(r.target)
	for _, j := range r.cols {
		r.target[j] = x[j]
	}
	g.eng.MulVecRows(y, g.a, g.n, g.n, r.rows, r.target)
	linalg.Axpy(eps, l, y)
}

// keep sets lambda to l on the present rows.
func (r *ridge) keep(l []float64) {
	clear(r.lambda)
	for k, mu := range r.rows {
		r.lambda[mu] = l[k]
	}
}
