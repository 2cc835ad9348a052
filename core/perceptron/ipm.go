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

	dvec, winv, rd, rp, f, h         []float64
	dlD, dxD, dlE, dxE, dlX, dxX     []float64
	dl0, dx0                         []float64
	dlam, dv, ds, dz                 []float64
	affL, affV, affS, affZ           []float64
	negV, atdl, adv                  []float64
	dkappa, dtau, deta, dq           float64
	affKappa, affTau, affEta, affBal float64
}

func newIPM(g *program, fixedEta float64) *ipm {
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
	ip.atdl = g.work.take("ipm.atdl", n)
	ip.adv = g.work.take("ipm.adv", m)
	switch {
	case fixedEta > 0:
		ip.fixedEta, ip.eta = true, fixedEta
	case g.c == nil:
		ip.fixedEta, ip.scaleEta = true, true
	}
	ip.start()
	return ip
}

// start chooses an interior point: uniform multipliers (balanced so that e'lambda = 0, which all steps then keep), equal
// weights of half the radius, free weights along A'lambda so that the dual equation holds.
func (ip *ipm) start() {
	g := ip.g
	for mu := range g.d {
		if !g.isEqual(mu) {
			ip.lambda[mu] = 1
		}
	}
	g.balance(ip.lambda)
	if g.e == nil && g.c != nil {
		// Both classes with equal weight: A'lambda, and with it the first bound, is then free of the mean input.
		classes := *g
		classes.e = g.c
		classes.balance(ip.lambda)
	}
	total := 0.0
	for mu, d := range g.d {
		total += float64(d * ip.lambda[mu])
	}
	if total > 0 {
		for mu := range ip.lambda {
			ip.lambda[mu] /= total
		}
	}
	g.eng.MulVecT(ip.atl, g.a, g.n, g.m, g.n, ip.lambda)
	if ip.scaleEta {
		ip.eta = math.Min(1e3, math.Max(0.05, g.positivePart(ip.atl)))
	}
	if !ip.fixedEta {
		ip.eta = math.Max(1e-3, math.Sqrt(linalg.Dot(ip.atl, ip.atl)))
		if g.equal != nil {
			ip.eta = math.Max(1, ip.eta) // their multipliers start at 0 and say nothing
		}
	}
	for j := range ip.v {
		if !g.isFree(j) {
			ip.v[j] = 0.5 / math.Sqrt(float64(g.n))
		} else {
			ip.v[j] = ip.atl[j] / ip.eta
		}
	}
	ip.balanceDrive()
	if norm := math.Sqrt(linalg.Dot(ip.v, ip.v)); norm > 0.75 {
		for j := range ip.v {
			ip.v[j] *= 0.75 / norm
		}
	}
	ip.q = (1 - linalg.Dot(ip.v, ip.v)) / 2
	g.eng.MulVec(ip.av, g.a, g.n, g.m, g.n, ip.v)
	low, high := math.Inf(1), math.Inf(-1)
	for mu, d := range g.d {
		if !g.isEqual(mu) && d > 0 {
			r := (ip.av[mu] - g.offset(mu)) / d
			low, high = math.Min(low, r), math.Max(high, r)
		}
	}
	if math.IsInf(low, 1) {
		low, high = 0, 0
	}
	spread := math.Max(1, (high-low)/2)
	ip.kappa = low - 0.1*spread
	g.slacks(ip.s, ip.av, ip.kappa, 0)
	for mu := range ip.s {
		if g.isEqual(mu) {
			ip.s[mu] = 0
		} else {
			ip.s[mu] = math.Max(ip.s[mu], 0.1*spread)
		}
	}
	for j, x := range ip.atl {
		if !g.isFree(j) {
			ip.z[j] = math.Max(float64(ip.eta*ip.v[j])-x, 0.1*ip.eta/math.Sqrt(float64(g.n)))
		}
	}
	ip.measure()
}

// balanceDrive rescales the weights whose mean input (g x over the patterns) is positive against those whose is negative
// so that the mean drive vanishes: it is of order sqrt N otherwise and costs the first iterations.
func (ip *ipm) balanceDrive() {
	g := ip.g
	mean := ip.dvec // scratch
	clear(mean)
	for mu := range g.m {
		y := 1.0
		if t := g.border(mu); t < 0 {
			y = -1
		}
		linalg.Axpy(y, g.a[mu*g.n:(mu+1)*g.n], mean)
	}
	var plus, minus float64
	for j, x := range mean {
		if g.isFree(j) {
			continue
		}
		d := float64(x * ip.v[j])
		plus, minus = plus+math.Max(d, 0), minus-math.Min(d, 0)
	}
	if plus == 0 || minus == 0 {
		return
	}
	before := math.Sqrt(linalg.Dot(ip.v, ip.v))
	for j, x := range mean {
		switch {
		case g.isFree(j):
		case x > 0:
			ip.v[j] *= math.Min(100, math.Sqrt(minus/plus))
		case x < 0:
			ip.v[j] *= math.Min(100, math.Sqrt(plus/minus))
		}
	}
	after := math.Sqrt(linalg.Dot(ip.v, ip.v))
	for j := range ip.v {
		ip.v[j] *= before / after
	}
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

// step does one predictor-corrector iteration.
func (ip *ipm) step() error {
	g := ip.g
	ip.iterations++
	guard := 1e-14 * ip.eta
	for j := range ip.dvec {
		switch {
		case !g.isFree(j):
			ip.dvec[j] = ip.eta + ip.z[j]/ip.v[j]
		case ip.fixedEta:
			ip.dvec[j] = ip.eta
		default:
			ip.dvec[j] = math.Max(ip.eta, 1e-9)
		}
		ip.dvec[j] += guard
	}
	for mu := range ip.winv {
		if g.isEqual(mu) {
			ip.winv[mu] = 0
		} else {
			ip.winv[mu] = ip.s[mu] / ip.lambda[mu]
		}
	}
	if err := ip.sys.factor(ip.dvec, ip.winv); err != nil {
		return err
	}
	ip.sys.solve(ip.dlD, ip.dxD, nil, g.d)
	if g.e != nil {
		ip.sys.solve(ip.dlE, ip.dxE, nil, g.e)
	}
	if !ip.fixedEta {
		for j, x := range ip.v {
			ip.negV[j] = -x
		}
		if ip.sys.lazy() {
			for j, x := range ip.v {
				ip.dx0[j] = x / ip.dvec[j]
			}
			g.eng.MulVec(ip.adv, g.a, g.n, g.m, g.n, ip.dx0)
			ip.sys.solve(ip.dlX, nil, nil, ip.adv)
		} else {
			ip.sys.solve(ip.dlX, ip.dxX, ip.negV, nil)
		}
	}
	// Residuals of the linear equations.
	g.slacks(ip.rp, ip.av, ip.kappa, ip.tau)
	for mu := range ip.rp {
		ip.rp[mu] -= ip.s[mu]
	}
	for j := range ip.rd {
		ip.rd[j] = float64(ip.eta*ip.v[j]) - ip.atl[j] - ip.z[j]
	}
	ip.direction(0, false)
	alpha := ip.boundary(1)
	muAff, count := 0.0, float64(g.n+g.m)
	for j := range ip.v {
		muAff += float64((ip.v[j] + alpha*ip.dv[j]) * (ip.z[j] + alpha*ip.dz[j]))
	}
	for mu := range ip.s {
		muAff += float64((ip.s[mu] + alpha*ip.ds[mu]) * (ip.lambda[mu] + alpha*ip.dlam[mu]))
	}
	if !ip.fixedEta {
		muAff += float64((ip.q + alpha*ip.dq) * (ip.eta + alpha*ip.deta))
		count++
	}
	muAff /= count
	ratio := math.Max(0, muAff/ip.mu)
	centre := math.Min(1, ratio*ratio*ratio)
	copy(ip.affV, ip.dv)
	copy(ip.affZ, ip.dz)
	copy(ip.affS, ip.ds)
	copy(ip.affL, ip.dlam)
	ip.affEta, ip.affBal = ip.deta, ip.dq
	ip.direction(centre*ip.mu, true)
	alpha = ip.boundary(0.9995)
	if alpha < shortStep {
		// The second order terms mislead far from the path: take a plain step towards it instead.
		ip.direction(0.5*ip.mu, false)
		alpha, centre = ip.boundary(0.9995), 0.5
	}
	if alpha < 1 {
		alpha *= math.Max(0.995, 1-ip.mu)
	}
	alpha = ip.inBall(alpha, centre)
	ip.advance(alpha)
	ip.measure()
	ip.stalled = alpha < 1e-7 || math.IsNaN(ip.mu)
	return nil
}

// direction solves for (dv, dz, ds, dlam, dkappa, dtau, deta, dq), aiming at complementarity target, with the second order
// terms of the affine direction if corrected.
func (ip *ipm) direction(target float64, corrected bool) {
	g := ip.g
	// rxz, rsl: right-hand sides of z dv + v dz and lambda ds + s dlam; f and h collect what they leave after elimination.
	for j := range ip.f {
		ip.f[j] = -ip.rd[j]
		if corrected {
			ip.f[j] -= float64(ip.affEta * ip.affV[j])
		}
		if !g.isFree(j) {
			ip.f[j] += ip.comp(target, ip.v[j], ip.z[j], ip.affV[j], ip.affZ[j], corrected) / ip.v[j]
		}
	}
	for mu := range ip.h {
		ip.h[mu] = -ip.rp[mu]
		if !g.isEqual(mu) {
			ip.h[mu] += ip.comp(target, ip.s[mu], ip.lambda[mu], ip.affS[mu], ip.affL[mu], corrected) / ip.lambda[mu]
		}
	}
	if p, ok := ip.sys.(*patternKKT); ok && g.equal != nil {
		re := 0.0
		if g.e != nil {
			re = -linalg.Dot(g.e, ip.lambda)
		}
		p.bordered(ip.h, 1-linalg.Dot(g.d, ip.lambda), re)
	}
	ip.sys.solve(ip.dl0, ip.dx0, ip.f, ip.h)
	ip.border(target, corrected)
	for mu := range ip.dlam {
		x := ip.dl0[mu] + float64(ip.dkappa*ip.dlD[mu])
		if g.e != nil {
			x += float64(ip.dtau * ip.dlE[mu])
		}
		if !ip.fixedEta {
			x += float64(ip.deta * ip.dlX[mu])
		}
		ip.dlam[mu] = x
	}
	if ip.sys.lazy() {
		g.eng.MulVecT(ip.atdl, g.a, g.n, g.m, g.n, ip.dlam)
		for j := range ip.dv {
			ip.dv[j] = (ip.atdl[j] + ip.f[j] - float64(ip.deta*ip.v[j])) / ip.dvec[j]
		}
	}
	for j := range ip.dv {
		if ip.sys.lazy() {
			break
		}
		x := ip.dx0[j] + float64(ip.dkappa*ip.dxD[j])
		if g.e != nil {
			x += float64(ip.dtau * ip.dxE[j])
		}
		if !ip.fixedEta {
			x += float64(ip.deta * ip.dxX[j])
		}
		ip.dv[j] = x
	}
	for j := range ip.dz {
		if g.isFree(j) {
			ip.dz[j] = 0
			continue
		}
		r := ip.comp(target, ip.v[j], ip.z[j], ip.affV[j], ip.affZ[j], corrected)
		ip.dz[j] = (r - float64(ip.z[j]*ip.dv[j])) / ip.v[j]
	}
	for mu := range ip.ds {
		if g.isEqual(mu) {
			ip.ds[mu] = 0
			continue
		}
		r := ip.comp(target, ip.s[mu], ip.lambda[mu], ip.affS[mu], ip.affL[mu], corrected)
		ip.ds[mu] = (r - float64(ip.s[mu]*ip.dlam[mu])) / ip.lambda[mu]
	}
}

// comp is the right-hand side of a linearised complementarity x y = target.
func (ip *ipm) comp(target, x, y, ax, ay float64, corrected bool) float64 {
	r := target - float64(x*y)
	if corrected {
		r -= float64(ax * ay)
	}
	return r
}

// border solves the (up to) 3 x 3 system for dkappa, dtau, deta and sets dq.
func (ip *ipm) border(target float64, corrected bool) {
	g := ip.g
	var k [3][3]float64
	var r [3]float64
	k[1][1], k[2][2] = 1, 1
	dot := linalg.Dot
	k[0][0] = dot(g.d, ip.dlD)
	r[0] = 1 - dot(g.d, ip.lambda) - dot(g.d, ip.dl0)
	if g.e != nil {
		k[0][1], k[1][0], k[1][1] = dot(g.d, ip.dlE), dot(g.e, ip.dlD), dot(g.e, ip.dlE)
		r[1] = -dot(g.e, ip.lambda) - dot(g.e, ip.dl0)
	}
	var rq, comp float64
	if !ip.fixedEta {
		k[0][2] = dot(g.d, ip.dlX)
		k[2][0] = ip.alongV(ip.dlD, ip.dxD, nil)
		k[2][2] = ip.alongV(ip.dlX, ip.dxX, ip.negV) - ip.q/ip.eta
		if g.e != nil {
			k[1][2], k[2][1] = dot(g.e, ip.dlX), ip.alongV(ip.dlE, ip.dxE, nil)
		}
		rq = ip.q - (1-dot(ip.v, ip.v))/2
		if corrected {
			rq += dot(ip.affV, ip.affV) / 2
		}
		comp = ip.comp(target, ip.q, ip.eta, ip.affBal, ip.affEta, corrected)
		r[2] = -rq - comp/ip.eta - ip.alongV(ip.dl0, ip.dx0, ip.f)
	}
	x := solve3(k, r)
	ip.dkappa, ip.dtau, ip.deta = x[0], x[1], x[2]
	ip.dq = 0
	if !ip.fixedEta {
		ip.dq = (comp - float64(ip.q*ip.deta)) / ip.eta
	}
}

// alongV is v'dx of the condensed solution with right-hand side f, which is v'D^-1(A'dl + f) where dx is left out.
func (ip *ipm) alongV(dl, dx, f []float64) float64 {
	if !ip.sys.lazy() {
		return linalg.Dot(ip.v, dx)
	}
	s := linalg.Dot(ip.adv, dl)
	for j, x := range f {
		s += float64(ip.v[j]*x) / ip.dvec[j]
	}
	return s
}

// boundary is the longest step, at most 1, that keeps the fraction of every positive variable.
func (ip *ipm) boundary(fraction float64) float64 {
	a := longest(ip.v, ip.dv, ip.g.free)
	a = math.Min(a, longest(ip.z, ip.dz, ip.g.free))
	a = math.Min(a, longest(ip.s, ip.ds, ip.g.equal))
	a = math.Min(a, longest(ip.lambda, ip.dlam, ip.g.equal))
	if !ip.fixedEta {
		if ip.dq < 0 {
			a = math.Min(a, -ip.q/ip.dq)
		}
		if ip.deta < 0 {
			a = math.Min(a, -ip.eta/ip.deta)
		}
	}
	return math.Min(1, fraction*a)
}

// longest is the largest step that keeps x + step dx >= 0 outside the entries to skip.
func longest(x, dx []float64, skip []bool) float64 {
	a := math.Inf(1)
	for i, d := range dx {
		if d < 0 && (skip == nil || !skip[i]) {
			if t := -x[i] / d; t < a {
				a = t
			}
		}
	}
	return a
}

func (ip *ipm) advance(alpha float64) {
	linalg.Axpy(alpha, ip.dv, ip.v)
	linalg.Axpy(alpha, ip.dz, ip.z)
	linalg.Axpy(alpha, ip.ds, ip.s)
	linalg.Axpy(alpha, ip.dlam, ip.lambda)
	if ip.sys.lazy() {
		linalg.Axpy(alpha, ip.atdl, ip.atl)
	}
	ip.kappa += float64(alpha * ip.dkappa)
	ip.tau += float64(alpha * ip.dtau)
	ip.eta += float64(alpha * ip.deta)
	if !ip.fixedEta {
		ip.q = (1 - linalg.Dot(ip.v, ip.v)) / 2
	}
}

// inBall shortens a step so that the ball, which is quadratic, keeps a fraction of its slack, and so that q eta, which
// alone holds free weights, does not run ahead of the other products.
func (ip *ipm) inBall(alpha, centre float64) float64 {
	if ip.fixedEta {
		return alpha
	}
	least := ballCentre
	if ip.g.free != nil {
		least = ballCentreFree
	}
	vd, dd := linalg.Dot(ip.v, ip.dv), linalg.Dot(ip.dv, ip.dv)
	for range 60 {
		q := ip.q - float64(alpha*vd) - float64(alpha*alpha*dd)/2
		eta := ip.eta + float64(alpha*ip.deta)
		want := math.Min(least*ip.mu*(1-alpha*(1-centre)), 0.5*ip.q*ip.eta)
		if q >= ballFraction*ip.q && float64(q*eta) >= want {
			return alpha
		}
		alpha *= 0.8
	}
	return alpha
}

// shortStep is the step below which a corrected direction is given up.
const shortStep = 0.1

const (
	ballFraction = 1e-4 // the least fraction of the ball's slack that a step leaves
	// The least q eta relative to the mean product; free weights have nothing else to hold them.
	ballCentre     = 1e-4
	ballCentreFree = 0.1
)

// solve3 solves a 3 x 3 system by elimination with row pivoting; a vanishing pivot leaves its unknown at zero.
func solve3(k [3][3]float64, r [3]float64) [3]float64 {
	for c := range 3 {
		best := c
		for i := c + 1; i < 3; i++ {
			if math.Abs(k[i][c]) > math.Abs(k[best][c]) {
				best = i
			}
		}
		k[c], k[best] = k[best], k[c]
		r[c], r[best] = r[best], r[c]
		if k[c][c] == 0 {
			continue
		}
		for i := c + 1; i < 3; i++ {
			t := k[i][c] / k[c][c]
			for j := c; j < 3; j++ {
				k[i][j] -= float64(t * k[c][j])
			}
			r[i] -= float64(t * r[c])
		}
	}
	var x [3]float64
	for c := 2; c >= 0; c-- {
		s := r[c]
		for j := c + 1; j < 3; j++ {
			s -= float64(k[c][j] * x[j])
		}
		if k[c][c] != 0 {
			x[c] = s / k[c][c]
		}
	}
	return x
}
