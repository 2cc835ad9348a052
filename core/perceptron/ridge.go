package perceptron

import "gardner/core/linalg"

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
	g            *program
	b            []float64 // e, c, or nil
	mean         []float64 // m
	u, x         []float64 // weights; A'lambda of the last solve
	theta        float64   // theta - m.u
	omega        float64
	shift        []float64 // what multipliers add to d: 0, or eps times those to start from (see harden)
	lambda       []float64
	target, try  []float64
	au, trial    []float64 // A u - b (m.u)
	spread       float64   // mean squared norm of the rows of A - b m'
	rows, cols   []int
	step         float64 // of the last round
	rounds       int     // so far
	sub, gram    []float64
	p, q, bs     []float64 // on S
	dir, product []float64 // of conjugate gradients, on S
	grams        *gram
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

// load is the number of rows with a positive hinge per weight off zero.
func (r *ridge) load() float64 { return float64(len(r.rows)) / float64(len(r.cols)) }

// descend does rounds with falling eps until they have separated the rows that matter from the others, or do not take
// full steps any more; where harden can go on, until it can. It returns their number, and false if they lead nowhere.
func (r *ridge) descend() (rounds int, ok bool) {
	for eps := 0.0; rounds < ridgeRounds; {
		if rounds < len(ridgeSchedule) {
			eps = ridgeSchedule[rounds]
		} else {
			eps *= ridgeStep
		}
		if !r.round(eps * r.spread) {
			break
		}
		rounds++
		if r.light() {
			return rounds, true
		}
		load := r.load()
		if rounds == len(ridgeSchedule) && load > ridgeHopeless {
			return rounds, false
		}
		if rounds >= ridgeLeast && (load < ridgeRows || r.step < 1) {
			break
		}
	}
	return rounds, rounds >= ridgeLeast
}

// newRidge prepares the start; false if the program gives none (one class, no signal).
func newRidge(g *program) (*ridge, bool) {
	r := &ridge{g: g, b: g.e, grams: newGram(g)}
	if g.c != nil {
		r.b = g.c
	}
	block := g.work.take("ridge", 5*g.n+9*g.m)
	cut := func(n int) []float64 {
		s := block[:n:n]
		block = block[n:]
		clear(s)
		return s
	}
	for _, s := range []*[]float64{&r.mean, &r.u, &r.x, &r.target, &r.try} {
		*s = cut(g.n)
	}
	for _, s := range []*[]float64{&r.shift, &r.lambda, &r.au, &r.trial, &r.p, &r.q, &r.bs, &r.dir, &r.product} {
		*s = cut(g.m)
	}
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
	r.margins(r.au, r.u)
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
		r.lambda[mu] *= scale
	}
	return true
}
