package perceptron

import (
	"math"

	"gardner/core/linalg"
)

// lifted is an interior point of a restricted program in the indices of the whole, with the slacks and A'lambda of the whole.
// What is left out has v = z = s = lambda = 0.
type lifted struct {
	v, z, atl              []float64
	s, lambda, slack       []float64
	kappa, tau, eta, q, mu float64
}

// lift sets l, allocated if nil, to the point of ip on the selection.
func (g *program) lift(l *lifted, ip *ipm, keep *selection) *lifted {
	if l == nil {
		l = &lifted{v: make([]float64, g.n), z: make([]float64, g.n), atl: make([]float64, g.n),
			s: make([]float64, g.m), lambda: make([]float64, g.m), slack: make([]float64, g.m)}
	}
	for k, mu := range keep.rows {
		l.s[mu], l.lambda[mu] = ip.s[k], ip.lambda[k]
	}
	g.eng.MulVecTRows(l.atl, g.a, g.n, g.n, keep.rows, ip.lambda)
	for k, j := range keep.cols {
		l.v[j], l.z[j] = ip.v[k], ip.z[k]
	}
	l.kappa, l.tau, l.eta, l.q, l.mu = ip.kappa, ip.tau, ip.eta, ip.q, ip.mu
	g.eng.MulVec(l.slack, g.a, g.n, g.m, g.n, l.v)
	g.slacks(l.slack, l.slack, ip.kappa, ip.tau)
	return l
}

// What joins a selection along with what is missing, for it may be next: rows with a slack, and weights that miss being
// positive by a multiplier sum, below these fractions of what is typical.
const (
	reviewSlack  = 0.02
	reviewWeight = 0.1
)

// whole is the point as one of the whole program, for the active set to start from.
func (l *lifted) whole(g *program, ip *ipm) *ipm {
	w := &ipm{g: g, v: l.v, lambda: l.lambda, z: make([]float64, g.n), s: make([]float64, g.m), eta: ip.eta, q: ip.q,
		lowerBound: ip.lowerBound, upperBound: ip.upperBound}
	for mu, s := range l.s {
		if w.s[mu] = s; l.lambda[mu] == 0 {
			w.s[mu] = l.slack[mu]
		}
	}
	for j, z := range l.z {
		if w.z[j] = z; l.v[j] == 0 {
			w.z[j] = -l.atl[j]
		}
	}
	return w
}

// extend asks whether the point violates rows left out or would make weights left out positive; if so they join the
// selection, with those that hardly do not.
func (s *selection) extend(l *lifted) bool {
	missing := false
	for mu, slack := range l.slack {
		missing = missing || slack < 0 && !s.row[mu]
	}
	for j, x := range l.atl {
		missing = missing || x > 0 && !s.col[j]
	}
	if !missing {
		return false
	}
	for mu, slack := range l.slack {
		if slack < reviewSlack {
			s.row[mu] = true
		}
	}
	for j, x := range l.atl {
		if x > -reviewWeight*l.eta/math.Sqrt(float64(len(l.atl))) {
			s.col[j] = true
		}
	}
	s.list()
	return true
}

// resume goes on from a point on a larger selection: what is new starts near the central path, no weight beyond the common size.
func (g *program) resume(l *lifted, keep *selection, fixedEta bool) *ipm {
	w := g.restricted(keep)
	ip := blankIPM(w, 1)
	ip.fixedEta = fixedEta
	ip.kappa, ip.tau, ip.eta = l.kappa, l.tau, l.eta
	for k, mu := range keep.rows {
		if ip.s[k], ip.lambda[k] = l.s[mu], l.lambda[mu]; ip.lambda[k] == 0 {
			ip.s[k] = math.Max(math.Abs(l.slack[mu]), l.mu*float64(w.m))
			ip.lambda[k] = l.mu / ip.s[k]
		}
	}
	for k, j := range keep.cols {
		if ip.v[k], ip.z[k] = l.v[j], l.z[j]; ip.v[k] == 0 {
			// eta v - x - z = 0, v z = mu
			x := l.atl[j]
			ip.v[k] = math.Min((x+math.Sqrt(float64(x*x)+float64(4*l.eta*l.mu)))/(2*l.eta), 1/math.Sqrt(float64(g.n)))
			ip.z[k] = l.mu / ip.v[k]
		}
	}
	w.balance(ip.lambda)
	total := linalg.Dot(w.d, ip.lambda)
	for k := range ip.lambda {
		ip.lambda[k] /= total
	}
	if size := linalg.Dot(ip.v, ip.v); !fixedEta && size > 1-l.q {
		for k := range ip.v {
			ip.v[k] *= math.Sqrt((1 - l.q) / size)
		}
	}
	ip.q = (1 - linalg.Dot(ip.v, ip.v)) / 2
	w.eng.MulVecT(ip.atl, w.a, w.n, w.m, w.n, ip.lambda)
	ip.measure()
	return ip
}
