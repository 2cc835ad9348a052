package perceptron

import (
	"math"

	"gardner/core/linalg"
)

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
	ip.kappa = low - float64(0.1*spread)
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
