package perceptron

import (
	"math"

	"gardner/core/linalg"
)

// margins sets y = A u - b (m.u).
func (r *ridge) margins(y, u []float64) {
	g := r.g
	g.eng.MulVec(y, g.a, g.n, g.m, g.n, u)
	linalg.Axpy(-linalg.Dot(r.mean, u), r.b, y)
}

// objective evaluates the penalised objective at (u, theta) given y = A u - b (m.u).
func (r *ridge) objective(u, y []float64, theta, eps float64) float64 {
	var hinge float64
	for mu, d := range r.g.d {
		if s := r.shift[mu] + d + float64(theta*r.b[mu]) - y[mu]; s > 0 {
			hinge += float64(s * s)
		}
	}
	return float64(linalg.Dot(u, u)/2) - float64(r.omega*(theta+linalg.Dot(r.mean, u))) + float64(hinge/(2*eps))
}

// round does one Newton round; false if it cannot.
func (r *ridge) round(eps float64) bool {
	g := r.g
	// Supports at the present point.
	r.rows = r.rows[:0]
	pull := r.omega
	for mu, d := range g.d {
		if s := r.shift[mu] + d + float64(r.theta*r.b[mu]) - r.au[mu]; s > 0 {
			l := s / eps
			r.p[len(r.rows)] = l
			r.rows = append(r.rows, mu)
			pull -= float64(r.b[mu] * l)
		}
	}
	g.eng.MulVecTRows(r.x, g.a, g.n, g.n, r.rows, r.p)
	r.cols = r.cols[:0]
	for j, x := range r.x {
		if g.isFree(j) || r.u[j] > 0 || x+float64(pull*r.mean[j]) > 0 {
			r.cols = append(r.cols, j)
		}
	}
	solve := r.solve
	if r.rounds < conjugateRounds && g.c == nil {
		solve = r.conjugate
	}
	theta, ok := solve(eps)
	r.rounds++
	if !ok {
		return false
	}
	clear(r.target)
	for _, j := range r.cols {
		r.target[j] = r.x[j]
	}
	goal := theta - linalg.Dot(r.mean, r.target)
	r.omega = 0
	if g.c != nil {
		r.omega = linalg.Dot(r.b, r.lambda)
	}
	before := r.objective(r.u, r.au, r.theta, eps)
	for alpha := 1.0; alpha > 0.05; alpha /= 2 {
		for j, u := range r.u {
			x := u + float64(alpha*(r.target[j]-u))
			if x < 0 && !g.isFree(j) {
				x = 0
			}
			r.try[j] = x
		}
		r.margins(r.trial, r.try)
		at := r.theta + float64(alpha*(goal-r.theta))
		if r.objective(r.try, r.trial, at, eps) < before || alpha < 0.1 {
			r.theta, r.step = at, alpha
			copy(r.u, r.try)
			copy(r.au, r.trial)
			return true
		}
	}
	return false
}

// solve solves the round's equations on the present supports: theta, lambda, and the weights before cutting, x = A'lambda.
func (r *ridge) solve(eps float64) (theta float64, ok bool) {
	g := r.g
	ns, nf := len(r.rows), len(r.cols)
	if ns == 0 || nf == 0 {
		return 0, false
	}
	if !r.factor(eps) {
		return 0, false
	}
	p, q := r.p[:ns], r.q[:ns]
	var dp, dq, bp, bq float64
	for k, mu := range r.rows {
		p[k], q[k] = r.shift[mu]+g.d[mu], r.b[mu]
	}
	r.divide(p, eps)
	r.divide(q, eps)
	for k, mu := range r.rows {
		dp += float64(g.d[mu] * p[k])
		dq += float64(g.d[mu] * q[k])
		bp += float64(r.b[mu] * p[k])
		bq += float64(r.b[mu] * q[k])
	}
	if !(bq > 0) {
		return 0, false
	}
	theta = -bp / bq
	if g.c != nil {
		pp, pq, qq := linalg.Dot(p, p), linalg.Dot(p, q), linalg.Dot(q, q)
		if root, ok := smallestPositiveRoot(bq-float64(eps*qq)-1, float64((dq+bp)/2)-float64(eps*pq), dp-float64(eps*pp)); ok {
			theta = root
		}
	}
	linalg.Axpy(theta, q, p)
	r.keep(p)
	g.eng.MulVecTRows(r.x, g.a, g.n, g.n, r.rows, p)
	return theta, true
}

// factor factors A_SF A_SF' + eps or, if that is smaller, A_SF' A_SF + eps.
func (r *ridge) factor(eps float64) bool {
	eng, ns, nf := r.g.eng, len(r.rows), len(r.cols)
	size := min(ns, nf)
	r.gram = r.g.work.take("polish.gram", size*size)
	if ns <= nf {
		r.grams.moveTo(r.rows, r.cols)
		r.grams.copyTo(r.gram, r.rows)
	} else {
		r.sub = r.g.work.take("polish.b", ns*nf)
		r.g.gather(r.sub, nf, r.rows, r.cols)
		eng.SyrkT(r.gram, size, r.sub, nf, nf, ns, nil)
	}
	for k := range size {
		r.gram[k*size+k] += eps
	}
	return eng.Cholesky(r.gram, size, size) == nil
}

// divide overwrites x with (A_SF A_SF' + eps)^-1 x, which is (x - A_SF (A_SF' A_SF + eps)^-1 A_SF' x)/eps.
func (r *ridge) divide(x []float64, eps float64) {
	eng, ns, nf := r.g.eng, len(r.rows), len(r.cols)
	if ns <= nf {
		eng.SolveLower(r.gram, ns, ns, x)
		eng.SolveLowerT(r.gram, ns, ns, x)
		return
	}
	t, y := r.try[:nf], r.trial[:ns]
	eng.MulVecT(t, r.sub, nf, ns, nf, x)
	eng.SolveLower(r.gram, nf, nf, t)
	eng.SolveLowerT(r.gram, nf, nf, t)
	eng.MulVec(y, r.sub, nf, ns, nf, t)
	for k := range x {
		x[k] = (x[k] - y[k]) / eps
	}
}

// smallestPositiveRoot of a x^2 + 2 h x + c.
func smallestPositiveRoot(a, h, c float64) (float64, bool) {
	disc := float64(h*h) - float64(a*c)
	if !(disc >= 0) {
		return 0, false
	}
	// The roots are t/a and c/t.
	t := -h - math.Copysign(math.Sqrt(disc), h)
	x, ok := 0.0, false
	for _, y := range [...]float64{t / a, c / t} {
		if y > 0 && !math.IsInf(y, 1) && (!ok || y < x) {
			x, ok = y, true
		}
	}
	return x, ok
}
