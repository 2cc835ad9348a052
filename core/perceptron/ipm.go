package perceptron

import (
	"math"

	"gardner/core/linalg"
)

// ipm is a Mehrotra predictor-corrector interior point of the program with multipliers
// lambda (rows), z (v >= 0), eta (ball). Optimality:
//
//	eta v - A'lambda - z = 0,  d'lambda = 1,  e'lambda = 0,  s = A v - d kappa - e tau - c,  q = (1 - |v|^2)/2,
//	s lambda = v z = q eta = 0
//
// If fixedEta is positive the ball is dropped and eta stays at that value: the program with the objective
// kappa - eta |v|^2/2, whose solution for small eta is the one of least norm. So it is where c = 0, with an eta of the
// size of kappa (scaleEta): there |v| only scales, v = kappa/eta times a unit vector at the optimum.
type ipm struct {
	g                  *program
	sys                kkt
	v, z, s, lambda    []float64
	kappa, tau         float64
	eta, q             float64
	fixedEta, scaleEta bool
	av, atl            []float64 // A v, A'lambda
	iterations         int
	lowerBound         float64 // best so far, attained by bestV, bestTau
	upperBound         float64 // best so far, proved by bestLambda
	bestV, bestLambda  []float64
	bestTau            float64
	lowerNow, upperNow float64
	mu                 float64 // mean complementarity
	stalled            bool

	dvec, winv, rd, rp, f, h     []float64
	dlD, dxD, dlE, dxE, dlX, dxX []float64
	dl0, dx0                     []float64
	dlam, dv, ds, dz             []float64
	affL, affV, affS, affZ       []float64
	negV, atdl, adv              []float64
	dkappa, dtau, deta, dq       float64
	affEta, affBal               float64
	pullV, pullS, keep           []float64
}

func newIPM(g *program, fixedEta float64) *ipm {
	ip := blankIPM(g, fixedEta)
	ip.start()
	return ip
}

// blankIPM is newIPM without a starting point.
func blankIPM(g *program, fixedEta float64) *ipm {
	ip := &ipm{g: g, sys: newKKT(g), lowerBound: math.Inf(-1), upperBound: math.Inf(1)}
	block := g.work.take("ipm", 15*g.n+15*g.m)
	cut := func(n int) []float64 {
		s := block[:n:n]
		block = block[n:]
		clear(s)
		return s
	}
	n, m := g.n, g.m
	for _, s := range []*[]float64{&ip.v, &ip.z, &ip.atl, &ip.bestV, &ip.dvec, &ip.rd, &ip.f, &ip.dxD, &ip.dxE, &ip.dxX, &ip.dx0, &ip.dv, &ip.dz, &ip.affV, &ip.negV} {
		*s = cut(n)
	}
	for _, s := range []*[]float64{&ip.s, &ip.lambda, &ip.av, &ip.bestLambda, &ip.winv, &ip.rp, &ip.h, &ip.dlD, &ip.dlE, &ip.dlX, &ip.dl0, &ip.dlam, &ip.ds, &ip.affL, &ip.affS} {
		*s = cut(m)
	}
	ip.affZ = g.work.take("ipm.affz", n)
	ip.pullV, ip.pullS = make([]float64, n), make([]float64, m)
	ip.atdl = g.work.take("ipm.atdl", n)
	ip.adv = g.work.take("ipm.adv", m)
	switch {
	case fixedEta > 0:
		ip.fixedEta, ip.eta = true, fixedEta
	case g.c == nil:
		ip.fixedEta, ip.scaleEta = true, true
	}
	return ip
}

// measure refreshes the products, the complementarity and the bounds.
func (ip *ipm) measure() {
	g := ip.g
	g.eng.MulVec(ip.av, g.a, g.n, g.m, g.n, ip.v)
	if !ip.sys.lazy() || ip.iterations%8 == 0 {
		g.eng.MulVecT(ip.atl, g.a, g.n, g.m, g.n, ip.lambda)
	}
	sum, count := linalg.Dot(ip.v, ip.z)+linalg.Dot(ip.s, ip.lambda), g.n+g.m
	if !ip.fixedEta {
		sum += float64(ip.q * ip.eta)
		count++
	}
	ip.mu = sum / float64(count)
	low, scale := g.lower(ip.v, ip.av, ip.kappa, ip.tau)
	up := g.upper(ip.lambda, ip.atl)
	ip.lowerNow, ip.upperNow = low, up
	if low > ip.lowerBound {
		ip.lowerBound, ip.bestTau = low, scale*ip.tau
		for j, x := range ip.v {
			ip.bestV[j] = scale * x
		}
	}
	if up < ip.upperBound {
		ip.upperBound = up
		copy(ip.bestLambda, ip.lambda)
	}
	if !g.plain && g.c != nil && g.excludes(ip.lambda, ip.atl) {
		ip.upperBound = -2 * hopeless
		copy(ip.bestLambda, ip.lambda)
	}
}
