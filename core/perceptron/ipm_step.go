package perceptron

import (
	"math"

	"gardner/core/linalg"
)

// step does one predictor-corrector iteration.
func (ip *ipm) step() error {
	g := ip.g
	ip.iterations++
	guard := float64(1e-14 * ip.eta)
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
		muAff += float64((ip.v[j] + float64(alpha*ip.dv[j])) * (ip.z[j] + float64(alpha*ip.dz[j])))
	}
	for mu := range ip.s {
		muAff += float64((ip.s[mu] + float64(alpha*ip.ds[mu])) * (ip.lambda[mu] + float64(alpha*ip.dlam[mu])))
	}
	if !ip.fixedEta {
		muAff += float64((ip.q + float64(alpha*ip.dq)) * (ip.eta + float64(alpha*ip.deta)))
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
	} else {
		alpha = ip.centred(centre*ip.mu, alpha)
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
		q := ip.q - float64(alpha*vd) - float64(alpha*alpha*dd/2)
		eta := ip.eta + float64(alpha*ip.deta)
		want := math.Min(least*ip.mu*(1-float64(alpha*(1-centre))), 0.5*ip.q*ip.eta)
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
