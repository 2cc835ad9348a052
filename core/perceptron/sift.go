package perceptron

import (
	"context"
	"math"
	"slices"

	"gardner/core/linalg"
)

// siftFrom is the size, the product of patterns and inputs, from which a program is sifted.
const siftFrom = 60 * 60

// sifted runs the interior point on the rows and weights that ridge picks only, looks after each step whether it misses any
// of the others, and starts the active set of the full program from its supports: that takes in the last ones and proves
// the result on the full program. False: nothing was gained but time lost, a fraction of what the full interior point costs.
func (g *program) sifted(ctx context.Context, want goal) (optimum, bool) {
	if !g.plain || g.m*g.n < g.siftFrom || want.signOnly || g.e == nil && g.c == nil {
		return optimum{}, false
	}
	r, ok := newRidge(g)
	if !ok {
		return optimum{}, false
	}
	rounds, ok := r.descend()
	if !ok {
		return optimum{iterations: rounds}, false
	}
	po := newPolish(g)
	po.grams = r.grams
	if g.c == nil && float64(len(r.rows)) < directLoad*float64(len(r.cols)) {
		r.guess(po)
		pt, ok := po.unitBall(want.unit)
		rounds += pt.rounds
		if ok && pt.lower > signTol {
			return optimum{point: pt, iterations: rounds, exact: true}, true
		}
	}
	keep, ok := r.choose()
	if !ok {
		return optimum{iterations: rounds}, false
	}
	fixedEta := 1.0
	if keep.linear {
		fixedEta = 0
	}
	ip := blankIPM(g.restricted(keep), fixedEta)
	ip.warm(r, keep)
	var clean, now *lifted // the last point that missed nothing, and the present one
	limit, tries := math.Inf(1), 0
	for steps := 0; steps < siftSteps && tries < siftTries && ctx.Err() == nil; steps++ {
		rounds++
		if err := ip.step(); err != nil || ip.stalled || ip.upperBound < signTol {
			break
		}
		if g.c != nil && ip.fixedEta {
			ip.eta *= math.Max(0.8, math.Min(1.25, norm(ip.v)))
		}
		lo, up := ip.lowerBound, ip.upperBound
		rel := (up - lo) / math.Max(1e-3, math.Max(math.Abs(lo), math.Abs(up)))
		gate, spare := ip.gate()
		gate = math.Min(gate, limit)
		if lo > reviewFrom && (rel > gate || spare < enoughSpare) {
			now = g.lift(now, ip, keep)
			if keep.extend(now) {
				from := clean
				if from == nil {
					from = now
				}
				ip = g.resume(from, keep, ip.fixedEta)
				continue
			}
			clean, now = now, clean
		}
		if rel > gate {
			continue
		}
		if lo <= 0 {
			break // hardly feasible: see polishFrom
		}
		limit = rel * gateStep
		tries++
		now = g.lift(now, ip, keep)
		pt, ok := g.polishFrom(ctx, now.whole(g, ip), po, want.unit, rel)
		rounds += pt.rounds
		if ok && pt.lower > signTol {
			return optimum{point: pt, iterations: rounds, exact: true}, true
		}
	}
	return optimum{iterations: rounds}, false
}

const (
	// directLoad: with fewer rows than this per weight off zero the active set of A finds its way from ridge's solution.
	directLoad = 0.6

	siftSteps = 40 // interior point iterations before a restricted program is given up
	siftTries = 5  // times the active set is started from one
	// reviewFrom: from this lower bound on kappa on, in units of the inputs, it is worth a look at what is left out.
	reviewFrom = -0.2
	// enoughSpare: with this much spare (see gate) the active set itself takes in what was left out.
	enoughSpare = 0.3
)

// gate is the relative gap at which the active set finds its way from this point: the more rows rest on the weights off zero,
// the closer to the optimum. spare is the share of those weights that no row needs.
func (ip *ipm) gate() (gap, spare float64) {
	rows, cols := 0, 0
	for mu := range ip.lambda {
		if ip.rowIn(mu) {
			rows++
		}
	}
	for j := range ip.v {
		if ip.weightIn(j) {
			cols++
		}
	}
	spare = 1 - float64(rows)/float64(max(cols, 1))
	least := math.Max(0.02, spare)
	return 0.2 * least * least, spare
}

// The distance of a warm start from the boundary, in units of the mean of what it starts from; less at a given threshold,
// where what is added moves the mean drive.
const (
	warmShareIn  = 0.2 // A
	warmShareOut = 0.1 // B
)

// warm replaces the starting point by one near ridge's solution, a share of the mean away from zero in all variables:
// multipliers from its hinge, weights from the multipliers (so that the dual equation holds), kappa and tau from its scale.
func (ip *ipm) warm(r *ridge, s *selection) {
	g := ip.g
	share := warmShareIn
	if g.c != nil {
		share = warmShareOut
	}
	var sum, plus, minus, above, below float64
	for k, mu := range s.rows {
		l, b := math.Max(0, r.lambda[mu]), r.b[mu]
		ip.lambda[k] = l
		sum += l
		if b > 0 {
			plus, above = plus+b, above+float64(b*l)
		} else {
			minus, below = minus-b, below-float64(b*l)
		}
	}
	if !(above > 0) || !(below > 0) {
		ip.start()
		return
	}
	// Multipliers cut at zero get their b'lambda = omega back, and what keeps them off zero is balanced between the classes:
	// all else would add to the mean drive.
	f := (r.omega + math.Sqrt(float64(r.omega*r.omega)+float64(4*above*below))) / (2 * above)
	for k, mu := range s.rows {
		if r.b[mu] > 0 {
			ip.lambda[k] = float64(ip.lambda[k]*f) + float64(share*0.5*sum/plus)
		} else {
			ip.lambda[k] = ip.lambda[k]/f + float64(share*0.5*sum/minus)
		}
	}
	if !g.balance(ip.lambda) {
		ip.start()
		return
	}
	total := linalg.Dot(g.d, ip.lambda)
	for k := range ip.lambda {
		ip.lambda[k] /= total
	}
	g.eng.MulVecT(ip.atl, g.a, g.n, g.m, g.n, ip.lambda)
	ip.eta = math.Max(1e-3, g.positivePart(ip.atl))
	small := share / math.Sqrt(float64(g.n))
	for j, x := range ip.atl {
		ip.v[j] = x / ip.eta
		if !g.isFree(j) {
			ip.v[j] = math.Max(0, ip.v[j]) + small
		}
	}
	size := norm(r.u)
	ip.kappa, ip.tau = 1/size, r.theta/size
	if g.c != nil {
		ip.keepDrive(r, s, linalg.Dot(r.mean, r.u)/size)
	}
	for j, x := range ip.atl {
		if !g.isFree(j) {
			ip.z[j] = math.Max(float64(ip.eta*ip.v[j])-x, small*ip.eta)
		}
	}
	ip.q = (1 - linalg.Dot(ip.v, ip.v)) / 2
	for l, j := range s.cols {
		ip.tau += float64(r.mean[j] * ip.v[l])
	}
	g.eng.MulVec(ip.av, g.a, g.n, g.m, g.n, ip.v)
	g.slacks(ip.s, ip.av, ip.kappa, ip.tau)
	for k, x := range ip.s {
		ip.s[k] = math.Max(x, share*ip.kappa)
	}
	ip.measure()
}

// keepDrive scales the weights on inputs whose mean has one sign so that the mean drive m.v is as given.
func (ip *ipm) keepDrive(r *ridge, s *selection, drive float64) {
	var plus, minus float64
	for l, j := range s.cols {
		x := float64(r.mean[j] * ip.v[l])
		plus, minus = plus+math.Max(x, 0), minus-math.Min(x, 0)
	}
	up, down := (drive+minus)/plus, (plus-drive)/minus
	for l, j := range s.cols {
		switch {
		case up > 0.2 && up <= 1 && r.mean[j] > 0:
			ip.v[l] *= up
		case up > 1 && down > 0.2 && down <= 1 && r.mean[j] < 0:
			ip.v[l] *= down
		}
	}
}

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
