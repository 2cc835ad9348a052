package perceptron

import (
	"cmp"
	"math"
	"slices"
)

// The ball inactive: kappa is the optimum of a linear program and A_SF' lambda = 0, e'lambda = 0, d'lambda = 1 on S. With
// M = [A_SF, -e, -sqrt(rho) d] and K = M M' = G + rho d d':
//
//	p_c = K^-1 c, p_d = K^-1 d:   lambda = rho p_d,   v_F = A_SF' p_c,   kappa = -rho d'p_c
//
// At a vertex M is square; where the optimum is not unique, S and F of the least-norm solution make M have full row
// rank, and v = A_SF'p_c is that solution. Its multipliers are lambda C + lambda_2, C -> infinity, lambda_2 = p_c - rho (d'p_c) p_d.

// vertexTol separates zero from nonzero multipliers and reduced costs of the linear program, relative to the largest.
const vertexTol = 1e-9

// vertex evaluates the present supports. ok: the point's gap is within tolerance. least: it is the solution of least
// norm, proved by the signs of lambda and, where those vanish, of lambda_2.
func (po *polish) vertex(unit float64) (best point, ok, least bool) {
	g := po.g
	best = point{lower: math.Inf(-1), upper: math.Inf(1), rounds: 1}
	if !po.gather(g.d, g.e != nil) {
		return best, false, false
	}
	ns, nf := len(po.rows), len(po.cols)
	pc, pd := po.pc[:ns], po.pd[:ns]
	clear(pc)
	if g.c != nil {
		po.solve(pc, func(k int) float64 { return g.c[po.rows[k]] }, true)
	}
	po.solve(pd, func(k int) float64 { return g.d[po.rows[k]] }, true)
	second := -po.rho * po.dot(g.d, pc)
	kappa := second
	g.eng.MulVecT(po.col[:po.width], po.b, po.width, ns, po.width, pc)
	clear(po.v)
	for l, j := range po.cols {
		po.v[j] = po.col[l]
		if po.v[j] < 0 && !g.isFree(j) {
			po.v[j] = 0
		}
	}
	tau := 0.0
	if po.width > nf {
		tau = po.col[nf]
	}
	clear(po.lambda)
	for k, mu := range po.rows {
		po.lambda[mu] = pd[k]
	}
	po.transpose()
	po.settle(kappa, tau, &best)
	largest := 0.0
	for _, l := range po.lambda {
		largest = math.Max(largest, math.Abs(l))
	}
	ok = gapOf(best.lower, best.upper, unit) <= g.tol
	if !ok {
		return best, false, false
	}
	// Where lambda or A'lambda vanishes lambda_2 decides.
	zlargest := 0.0
	for _, z := range po.x {
		zlargest = math.Max(zlargest, math.Abs(z))
	}
	lambda2 := slices.Clone(po.lambda)
	least = true
	for k, mu := range po.rows {
		lambda2[mu] = pc[k] + float64(second*pd[k])
		if !g.isEqual(mu) && po.lambda[mu] <= vertexTol*largest && lambda2[mu] < -vertexTol*(1+math.Abs(pc[k])) {
			least = false
		}
	}
	z1 := slices.Clone(po.x)
	copy(po.lambda, lambda2)
	po.transpose()
	in := make([]bool, g.n)
	for _, j := range po.cols {
		in[j] = true
	}
	for j := range z1 {
		if !in[j] && z1[j] >= -vertexTol*zlargest && po.x[j] > vertexTol {
			least = false
		}
	}
	return best, ok, least
}

// balance makes |S| = |F| + 1 (+ 1 with a threshold) by moving the least certain members of the guess from ip.
func (po *polish) balance(ip *ipm) {
	g := po.g
	type member struct {
		row   bool
		index int
		odds  float64 // > 1: in the support
	}
	meanOf := func(x []float64) float64 {
		s := 0.0
		for _, v := range x {
			s += v
		}
		return s/float64(len(x)) + math.SmallestNonzeroFloat64
	}
	ms, ml, mv, mz := meanOf(ip.s), meanOf(ip.lambda), meanOf(ip.v), meanOf(ip.z)
	var all []member
	excess := -1
	if g.e != nil {
		excess--
	}
	for mu := range po.inS {
		if g.isEqual(mu) {
			po.inS[mu] = true
			excess++
			continue
		}
		o := (ip.lambda[mu] / ml) / (ip.s[mu] / ms)
		po.inS[mu] = o > 1
		if o > 1 {
			excess++
		}
		all = append(all, member{true, mu, o})
	}
	for j := range po.inF {
		if g.isFree(j) {
			po.inF[j] = true
			excess--
			continue
		}
		o := (ip.v[j] / mv) / (ip.z[j] / mz)
		po.inF[j] = o > 1
		if o > 1 {
			excess--
		}
		all = append(all, member{false, j, o})
	}
	// Certainty is the distance of the odds from 1; the least certain move first.
	slices.SortStableFunc(all, func(a, b member) int {
		return cmp.Compare(math.Max(a.odds, 1/a.odds), math.Max(b.odds, 1/b.odds))
	})
	for _, c := range all {
		switch {
		case excess > 0 && c.row && po.inS[c.index]:
			po.inS[c.index] = false
			excess--
		case excess > 0 && !c.row && !po.inF[c.index]:
			po.inF[c.index] = true
			excess--
		case excess < 0 && c.row && !po.inS[c.index]:
			po.inS[c.index] = true
			excess++
		case excess < 0 && !c.row && po.inF[c.index]:
			po.inF[c.index] = false
			excess++
		}
		if excess == 0 {
			return
		}
	}
}
