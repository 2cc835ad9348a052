package perceptron

import (
	"math"

	"gardner/core/linalg"
)

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
			ip.f[j] += (ip.comp(target, ip.v[j], ip.z[j], ip.affV[j], ip.affZ[j], corrected) + ip.pullV[j]) / ip.v[j]
		}
	}
	for mu := range ip.h {
		ip.h[mu] = -ip.rp[mu]
		if !g.isEqual(mu) {
			ip.h[mu] += (ip.comp(target, ip.s[mu], ip.lambda[mu], ip.affS[mu], ip.affL[mu], corrected) + ip.pullS[mu]) / ip.lambda[mu]
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
		r := ip.comp(target, ip.v[j], ip.z[j], ip.affV[j], ip.affZ[j], corrected) + ip.pullV[j]
		ip.dz[j] = (r - float64(ip.z[j]*ip.dv[j])) / ip.v[j]
	}
	for mu := range ip.ds {
		if g.isEqual(mu) {
			ip.ds[mu] = 0
			continue
		}
		r := ip.comp(target, ip.s[mu], ip.lambda[mu], ip.affS[mu], ip.affL[mu], corrected) + ip.pullS[mu]
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
		rq = ip.q - float64((1-dot(ip.v, ip.v))/2)
		if corrected {
			rq += float64(dot(ip.affV, ip.affV) / 2)
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
