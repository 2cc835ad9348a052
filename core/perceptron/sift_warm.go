package perceptron

import (
	"math"

	"gardner/core/linalg"
)

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
