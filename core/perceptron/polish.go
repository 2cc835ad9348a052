package perceptron

import (
	"math"

	"gardner/core/linalg"
)

// point is a primal-dual pair of the program with its two bounds. lambda is normalised to d'lambda = 1.
type point struct {
	v, lambda    []float64
	kappa, tau   float64
	lower, upper float64
	rounds       int
	ballActive   bool
}

// gap is the duality gap in the units that Solution.Gap reports, where unit is the factor from the program's kappa.
func gapOf(lower, upper, unit float64) float64 {
	return unit * (upper - lower) / math.Max(1, unit*math.Abs(lower))
}

// polish is a primal-dual active set: from supports S (rows with lambda > 0) and F (weights off zero) it solves the
// optimality conditions as equalities, reads new supports off the signs, and repeats. With B = A_SF, G = B B', and the
// ball active (v = (A'l)_+ with l = lambda/eta):
//
//	G l = c + kappa d + tau e on S,   e'l = 0,   |v|^2 = l'(c + kappa d) = 1,   the larger root kappa
//
// (with G + rho e e' for G, which e'l = 0 allows and which stays regular at |S| = |F| + 1).
// From a good guess it ends in a few rounds at rounding accuracy; from a bad one it may cycle.
type polish struct {
	g          *program
	inS, inF   []bool
	rows, cols []int
	grams      *gram
	b          []float64 // A_SF, |S| x |F|, if gathered
	gathered   bool
	gram       []float64 // Cholesky factor of G (+ border)
	guard      float64   // added to the diagonal of G before factoring; refinement takes it out
	pc, pd, pe []float64
	v, x, av   []float64
	lambda     []float64 // full length, unnormalised
	s          []float64
	row, col   []float64 // scratch of length |S|, |F| + 1
	border     []float64
	rho        float64
	width      int // columns of b: |F|, or |F| + 1 with the threshold's column -e last
}

const (
	polishRounds   = 12 // at most
	polishPatience = 3  // rounds without halving the gap before giving up
	// supportTol: components of A'lambda below this fraction of the largest count as zero.
	supportTol = 1e-12
	// slackTol: a row outside S enters when it is violated by more than this, relative to its size.
	slackTol = 1e-13
	// exactGap: the relative gap below which a round's equations are solved to the last bit.
	exactGap = 1e-7
	// singularMargin: they are, too, if S comes that close to the size of F.
	singularMargin = 4
	// goodGap: no further rounds once the gap, relative to the terms it is a difference of, is this small.
	goodGap = 1e-13
)

func newPolish(g *program) *polish {
	po := &polish{g: g, grams: newGram(g), inS: make([]bool, g.m), inF: make([]bool, g.n)}
	block := g.work.take("polish", 3*g.n+1+7*g.m)
	cut := func(n int) []float64 {
		s := block[:n:n]
		block = block[n:]
		clear(s)
		return s
	}
	for _, s := range []*[]float64{&po.v, &po.x} {
		*s = cut(g.n)
	}
	po.col = cut(g.n + 1)
	for _, s := range []*[]float64{&po.av, &po.lambda, &po.s, &po.row, &po.pc, &po.pd, &po.pe} {
		*s = cut(g.m)
	}
	return po
}

// unitBall runs rounds with the ball active from the present supports. It returns the best point met; ok if its gap is
// small or the supports have settled.
func (po *polish) unitBall(unit float64) (best point, ok bool) {
	g := po.g
	best = point{lower: math.Inf(-1), upper: math.Inf(1), ballActive: true}
	bestGap, since := math.Inf(1), 0
	most := 0
	for round := 1; round <= polishRounds; round++ {
		best.rounds = round
		if size := count(po.inS); most == 0 {
			most = size + size/4 + 10
		} else if size > most {
			return best, false
		}
		if !po.gather(g.e, false) {
			return best, false
		}
		// Rounding matters in the last round only, and where the system is nearly singular.
		exact := po.guard > 0 || len(po.rows)+singularMargin >= len(po.cols)
		kappa, tau, good := po.ballEquations(exact)
		if !good {
			return best, false
		}
		po.evaluate(kappa, tau, &best)
		changed := po.update(kappa)
		if !exact && (!changed || best.upper-best.lower <= exactGap*math.Max(math.Abs(best.upper), 1e-3)) {
			if kappa, tau, good = po.ballEquations(true); !good {
				return best, false
			}
			po.evaluate(kappa, tau, &best)
			for mu := range po.inS {
				po.inS[mu] = false
			}
			for _, mu := range po.rows {
				po.inS[mu] = true
			}
			clear(po.inF)
			for _, j := range po.cols {
				po.inF[j] = true
			}
			changed = po.update(kappa)
		}
		scale := math.Max(math.Abs(best.lower), math.Abs(best.upper))
		if !math.IsInf(scale, 1) && best.upper-best.lower <= goodGap*math.Max(scale, 1e-3) {
			return best, true
		}
		if !changed {
			break
		}
		// The first rounds may well be worse than the guess; a cycle shows as rounds without progress.
		if gap := best.upper - best.lower; gap < bestGap/2 {
			bestGap, since = gap, 0
		} else if since++; since >= polishPatience {
			break
		}
	}
	return best, gapOf(best.lower, best.upper, unit) <= g.tol
}

// ballEquations solves for kappa and tau and leaves the unnormalised multipliers in po.lambda.
func (po *polish) ballEquations(exact bool) (kappa, tau float64, ok bool) {
	g, ns := po.g, len(po.rows)
	pc, pd, pe := po.pc[:ns], po.pd[:ns], po.pe[:ns]
	clear(pc)
	if g.c != nil {
		po.solve(pc, func(k int) float64 { return g.c[po.rows[k]] }, exact)
	}
	po.solve(pd, func(k int) float64 { return g.d[po.rows[k]] }, exact)
	var tauC, tauD float64 // tau = tauC + kappa tauD
	if g.e != nil {
		po.solve(pe, func(k int) float64 { return g.e[po.rows[k]] }, exact)
		ee := po.dot(g.e, pe)
		if ee > 0 {
			tauC, tauD = -po.dot(g.e, pc)/ee, -po.dot(g.e, pd)/ee
			linalg.Axpy(tauC, pe, pc)
			linalg.Axpy(tauD, pe, pd)
		}
	}
	dd, dc, cc := po.dot(g.d, pd), po.dot(g.d, pc), 0.0
	cd := 0.0
	if g.c != nil {
		cd, cc = po.dot(g.c, pd), po.dot(g.c, pc)
	}
	half := float64((cd + dc) / 2)
	disc := float64(half*half) - float64(dd*(cc-1))
	if !(dd > 0) || !(disc >= 0) {
		return 0, 0, false
	}
	if root := math.Sqrt(disc); half <= 0 {
		kappa = (root - half) / dd
	} else {
		kappa = (1 - cc) / (root + half)
	}
	tau = tauC + float64(kappa*tauD)
	clear(po.lambda)
	for k, mu := range po.rows {
		po.lambda[mu] = pc[k] + float64(kappa*pd[k])
	}
	return kappa, tau, true
}

// update reads new supports off the signs and says whether they changed.
func (po *polish) update(kappa float64) bool {
	g := po.g
	changed := false
	for mu := range po.inS {
		in := po.lambda[mu] > 0
		if !po.inS[mu] {
			in = po.s[mu] < -slackTol*(1+math.Abs(po.av[mu])+math.Abs(g.offset(mu))+math.Abs(kappa))
		}
		if in != po.inS[mu] {
			po.inS[mu], changed = in, true
		}
	}
	for j := range po.inF {
		if in := po.v[j] != 0; in != po.inF[j] {
			po.inF[j], changed = in, true
		}
	}
	return changed
}
