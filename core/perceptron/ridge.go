package perceptron

import (
	"math"

	"gardner/core/linalg"
)

// ridge finds out which rows and weights matter, cheaply and roughly: a few Newton rounds on the program with soft rows,
//
//	minimise |u|^2/2 - omega theta + |(d + theta b - A u)_+|^2/(2 eps)   over u >= 0, theta
//
// with b = e, omega = 0 (A), or b = c and omega such that |u| = theta (B); rows with a positive hinge and weights off zero
// are the supports S and F, and one round solves
//
//	(A_SF A_SF' + eps) lambda = d + theta b on S,   u = (A'lambda)_+,   b'lambda = omega
//
// Well conditioned while eps is a fair fraction of the rows' squared norm, it takes full steps where the problem
// itself would cycle, and each round costs |S|^2 |F|, a fraction of an interior point's. What makes it converge is that
// the line search holds theta - m.u, m = A'b/b'b the mean input, not theta: cutting weights to zero then leaves the mean
// drive, which is sqrt N larger than all else, where it was.
type ridge struct {
	g           *program
	b           []float64 // e, c, or nil
	mean        []float64 // m
	u, x        []float64 // weights; A'lambda of the last solve
	theta       float64   // theta - m.u
	omega       float64
	hinge       []float64 // d + theta b - A u, of u
	lambda      []float64
	target, try []float64
	au, trial   []float64
	inS, inF    []bool
	spread      float64 // mean squared norm of the rows of A - b m'
	rows, cols  []int
	step        float64 // of the last round
	sub, gram   []float64
	p, q        []float64
	grams       *gram
}

// ridgeSchedule holds eps in units of spread for the first rounds; after them it falls by ridgeStep a round.
var ridgeSchedule = [...]float64{0.2, 0.12, 0.08, 0.06}

const (
	ridgeStep   = 0.6
	ridgeLeast  = 5 // rounds at least, and at most
	ridgeRounds = 14
	// ridgeRows ends the descent: rows with a positive hinge per weight off zero, from where on the interior point does better.
	ridgeRows = 1.1
	// ridgeHopeless: with more rows than this per weight after ridgeSchedule the problem has no solution, or hardly.
	ridgeHopeless = 2.6
)

// descend does rounds with falling eps until they have separated the rows that matter from the others, or do not take
// full steps any more. It returns their number, and false if they lead nowhere.
func (r *ridge) descend() (rounds int, ok bool) {
	eps := 0.0
	for rounds < ridgeRounds {
		if rounds < len(ridgeSchedule) {
			eps = ridgeSchedule[rounds]
		} else {
			eps *= ridgeStep
		}
		if !r.round(eps * r.spread) {
			break
		}
		rounds++
		load := float64(len(r.rows)) / float64(len(r.cols))
		if rounds == len(ridgeSchedule) && load > ridgeHopeless {
			return rounds, false
		}
		if rounds >= ridgeLeast && (load < ridgeRows || r.step < 1) {
			break
		}
	}
	return rounds, rounds >= ridgeLeast
}

// guess sets the supports to the rows with a positive hinge and the weights off zero.
func (r *ridge) guess(po *polish) {
	for mu, d := range r.g.d {
		po.inS[mu] = d+float64(r.theta*r.b[mu])-r.au[mu] > 0
	}
	for j, u := range r.u {
		po.inF[j] = u > 0 || r.g.isFree(j)
	}
}

// newRidge prepares the start; false if the program gives none (one class, no signal).
func newRidge(g *program) (*ridge, bool) {
	r := &ridge{g: g, b: g.e, grams: newGram(g)}
	if g.c != nil {
		r.b = g.c
	}
	block := g.work.take("ridge", 5*g.n+6*g.m)
	cut := func(n int) []float64 {
		s := block[:n:n]
		block = block[n:]
		clear(s)
		return s
	}
	for _, s := range []*[]float64{&r.mean, &r.u, &r.x, &r.target, &r.try} {
		*s = cut(g.n)
	}
	for _, s := range []*[]float64{&r.hinge, &r.lambda, &r.au, &r.trial, &r.p, &r.q} {
		*s = cut(g.m)
	}
	r.inS, r.inF = make([]bool, g.m), make([]bool, g.n)
	return r, r.start()
}

// start takes u along the positive part of the difference of the classes' means, scaled to a mean margin of 1.
func (r *ridge) start() bool {
	g := r.g
	bb := linalg.Dot(r.b, r.b)
	if !(bb > 0) {
		return false
	}
	g.eng.MulVecT(r.mean, g.a, g.n, g.m, g.n, r.b)
	for j := range r.mean {
		r.mean[j] /= bb
	}
	r.spread = float64(g.n) - float64(bb*linalg.Dot(r.mean, r.mean))/float64(g.m)
	var plus, minus float64
	for _, b := range r.b {
		if b > 0 {
			plus += b
		} else {
			minus -= b
		}
	}
	if plus == 0 || minus == 0 || !(r.spread > 0) {
		return false
	}
	for mu, b := range r.b {
		if b > 0 {
			r.lambda[mu] = 1 / plus
		} else if b < 0 {
			r.lambda[mu] = 1 / minus
		}
	}
	g.eng.MulVecT(r.u, g.a, g.n, g.m, g.n, r.lambda)
	for j, x := range r.u {
		if x < 0 && !g.isFree(j) {
			r.u[j] = 0
		}
	}
	// Mean margins per class, of A u - b (m.u) against d + theta b.
	r.product(r.au, r.u)
	var margin, need float64
	for mu, b := range r.b {
		if b != 0 {
			w := r.lambda[mu]
			margin += float64(w * r.au[mu])
			need += float64(w * g.d[mu])
		}
	}
	if !(margin > 0) {
		return false
	}
	scale := need / margin
	var shift float64
	for mu, b := range r.b {
		if b > 0 {
			shift += float64(r.lambda[mu] * (float64(scale*r.au[mu]) - g.d[mu]))
		}
	}
	r.theta = shift
	for j := range r.u {
		r.u[j] *= scale
	}
	for mu := range r.au {
		r.au[mu] *= scale
	}
	return true
}

// product sets y = A u - b (m.u).
func (r *ridge) product(y, u []float64) {
	g := r.g
	g.eng.MulVec(y, g.a, g.n, g.m, g.n, u)
	linalg.Axpy(-linalg.Dot(r.mean, u), r.b, y)
}

// objective evaluates the penalised objective at (u, theta) given y = A u - b (m.u).
func (r *ridge) objective(u, y []float64, theta, eps float64) float64 {
	var hinge float64
	for mu, d := range r.g.d {
		if s := d + float64(theta*r.b[mu]) - y[mu]; s > 0 {
			hinge += float64(s * s)
		}
	}
	return float64(linalg.Dot(u, u)/2) - float64(r.omega*(theta+linalg.Dot(r.mean, u))) + float64(hinge/(2*eps))
}

// round does one Newton round; false if it cannot.
func (r *ridge) round(eps float64) bool {
	g := r.g
	// Supports at the present point.
	for mu, d := range g.d {
		s := d + float64(r.theta*r.b[mu]) - r.au[mu]
		r.hinge[mu] = s
		r.inS[mu] = s > 0
		r.lambda[mu] = math.Max(s, 0) / eps
	}
	g.eng.MulVecT(r.x, g.a, g.n, g.m, g.n, r.lambda)
	pull := r.omega - linalg.Dot(r.b, r.lambda)
	for j, x := range r.x {
		r.inF[j] = g.isFree(j) || r.u[j] > 0 || x+float64(pull*r.mean[j]) > 0
	}
	theta, ok := r.solve(eps)
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
		r.product(r.trial, r.try)
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
	r.rows, r.cols = r.rows[:0], r.cols[:0]
	for mu, in := range r.inS {
		if in {
			r.rows = append(r.rows, mu)
		}
	}
	for j, in := range r.inF {
		if in {
			r.cols = append(r.cols, j)
		}
	}
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
		p[k], q[k] = g.d[mu], r.b[mu]
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
	clear(r.lambda)
	linalg.Axpy(theta, q, p)
	for k, mu := range r.rows {
		r.lambda[mu] = p[k]
	}
	g.eng.MulVecT(r.x, g.a, g.n, g.m, g.n, r.lambda)
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
