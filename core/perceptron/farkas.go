package perceptron

import (
	"math"

	"gardner/core/linalg"
)

// repairRounds bounds the rounds of repair; repairGuard is the relative guard of its normal equations.
const (
	repairRounds = 8
	repairGuard  = 1e-13
)

// repair turns multipliers that nearly satisfy (A'lambda)_+ = 0, e'lambda = 0 into ones that do up to rounding: with B
// the columns that must vanish (free ones, those above zero, and e, or c if c'lambda < 0 is all that is wrong) the smallest relative change is
//
//	delta = -L^2 B (B' L^2 B)^-1 B'lambda,   L = diag(lambda)
//
// The interior point gives all rows that can carry weight a positive multiplier, so the relative change is small.
// Of all rounds it returns the multipliers of least defect, with d'lambda = 1, and the bound on kappa they give.
func (g *program) repair(lambda []float64) ([]float64, float64) {
	l := append([]float64(nil), lambda...)
	atl := make([]float64, g.n)
	must := make([]bool, g.n)
	for j := range must {
		must[j] = g.isFree(j)
	}
	border := g.e
	best, bestUpper, bestDefect := append([]float64(nil), lambda...), math.Inf(1), math.Inf(1)
	for range repairRounds {
		if !(g.normalise(l) > 0) {
			break
		}
		g.eng.MulVecT(atl, g.a, g.n, g.m, g.n, l)
		up := g.upper(l, atl)
		if defect := g.defect(l, up); defect < bestDefect {
			bestUpper, bestDefect = up, defect
			copy(best, l)
		}
		if g.c != nil && up <= signTol && linalg.Dot(g.c, l) < 0 {
			border = g.c
		}
		cols := make([]int, 0, g.n+1)
		for j, x := range atl {
			if x > 0 {
				must[j] = true
			}
			if must[j] {
				cols = append(cols, j)
			}
		}
		if !g.shift(l, atl, cols, border) {
			break
		}
	}
	return best, bestUpper
}

// normalise scales multipliers to d'lambda = 1 and returns what that was; where it is not above 0 it does nothing.
func (g *program) normalise(lambda []float64) (dl float64) {
	for mu, l := range lambda {
		dl += float64(g.d[mu] * l)
	}
	if dl > 0 {
		for mu := range lambda {
			lambda[mu] /= dl
		}
	}
	return dl
}

// sharpened takes multipliers whose bound on kappa is zero within signTol as far below that as repair can: what is left then is
// rounding, or a margin.
func (g *program) sharpened(lambda []float64, upper float64) ([]float64, float64) {
	if upper < -signTol {
		return lambda, upper
	}
	defect := g.defect(lambda, upper)
	for _, repair := range [...]func([]float64) ([]float64, float64){g.repair, g.repair, g.repairSparse, g.repair} {
		if defect < sharp {
			break
		}
		if l, up := repair(lambda); g.defect(l, up) < defect {
			lambda, upper, defect = l, up, g.defect(l, up)
		}
	}
	return lambda, upper
}

// sharp is a defect that is all rounding.
const sharp = 1e-16

// defect is what keeps multipliers from proving that there is no margin: their bound and what e'lambda, relative to its terms, lacks
// to zero.
func (g *program) defect(lambda []float64, upper float64) float64 {
	off := upper
	if g.e != nil {
		plus, minus := g.borderSums(lambda)
		if size := plus + minus; size > 0 {
			off += math.Abs(plus-minus) / size
		}
	}
	return off
}

// repairSparse repairs with small multipliers cut to zero first: where a solution fails by a hair (a margin of exactly
// zero), the rows that prove it are few and the others keep the sum from vanishing.
func (g *program) repairSparse(lambda []float64) ([]float64, float64) {
	largest := 0.0
	for _, l := range lambda {
		largest = math.Max(largest, math.Abs(l))
	}
	var best []float64
	bestUpper := math.Inf(1)
	for _, cut := range [...]float64{1e-8, 1e-6, 1e-4, 1e-2} {
		l := append([]float64(nil), lambda...)
		for mu, x := range l {
			if math.Abs(x) < cut*largest {
				l[mu] = 0
			}
		}
		g.balance(l)
		if r, up := g.repair(l); up < bestUpper {
			best, bestUpper = r, up
		}
	}
	return best, bestUpper
}

// shift applies one change delta for the given columns and the border, if any; false if its equations cannot be solved.
func (g *program) shift(l, atl []float64, cols []int, border []float64) bool {
	k := len(cols)
	if border != nil {
		k++
	}
	if k == 0 {
		return false
	}
	b, w, r := make([]float64, g.m*k), make([]float64, g.m), make([]float64, k)
	for mu := range g.m {
		w[mu] = float64(l[mu] * l[mu])
		for i, j := range cols {
			b[mu*k+i] = g.a[mu*g.n+j]
		}
		if border != nil {
			b[mu*k+k-1] = border[mu]
			r[k-1] += float64(border[mu] * l[mu])
		}
	}
	for i, j := range cols {
		r[i] = atl[j]
	}
	gram := make([]float64, k*k)
	g.eng.SyrkT(gram, k, b, k, k, g.m, w)
	largest := 0.0
	for i := range k {
		largest = math.Max(largest, gram[i*k+i])
	}
	for i := range k {
		gram[i*k+i] += float64(repairGuard * largest)
	}
	if g.eng.Cholesky(gram, k, k) != nil {
		return false
	}
	g.eng.SolveLower(gram, k, k, r)
	g.eng.SolveLowerT(gram, k, k, r)
	delta := make([]float64, g.m)
	g.eng.MulVec(delta, b, k, g.m, k, r)
	for mu := range l {
		l[mu] -= float64(w[mu] * delta[mu])
		if l[mu] < 0 && !g.isEqual(mu) {
			l[mu] = 0
		}
	}
	return true
}
