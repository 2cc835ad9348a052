package perceptron

// kkt solves the condensed Newton system
//
//	D dx - A' dl = f,   A dx + W^-1 dl = h
//
// with D (inputs) and W (patterns) positive diagonals. f or h may be nil for zero.
type kkt interface {
	// factor prepares solves with the diagonals D and 1/W.
	factor(dx, winv []float64) error
	// solve overwrites dl and, unless lazy, dx.
	solve(dl, dx, f, h []float64)
	// lazy says that dx is cheaper from dl, once at the end: dx = D^-1 (A'dl + f).
	lazy() bool
}

// newKKT picks the smaller of the two condensed systems. Equality rows have 1/W = 0 nearly and need the P x P one.
func newKKT(g *program) kkt {
	if g.m <= g.n || g.equal != nil {
		return &patternKKT{g: g, k: g.work.take("kkt", g.m*g.m), dinv: g.work.take("kkt.dinv", g.n), tmp: g.work.take("kkt.tmp", g.n)}
	}
	return &inputKKT{g: g, k: g.work.take("kkt", g.n*g.n), w: g.work.take("kkt.w", g.m), tmp: g.work.take("kkt.tmp", g.m)}
}

// patternKKT eliminates dx: (A D^-1 A' + W^-1) dl = h - A D^-1 f, P x P.
type patternKKT struct {
	g            *program
	k, dinv, tmp []float64
	winv         []float64
	rho          float64 // weight of the borders in k, 0 without equality rows
}

func (s *patternKKT) factor(d, winv []float64) error {
	m, n := s.g.m, s.g.n
	for j, x := range d {
		s.dinv[j] = 1 / x
	}
	s.g.eng.Syrk(s.k, m, s.g.a, n, m, n, s.dinv)
	var trace float64
	for mu, x := range winv {
		trace += s.k[mu*m+mu]
		s.k[mu*m+mu] += x
	}
	s.winv = winv
	if s.g.equal != nil {
		trace += s.addBorders(trace / float64(m))
	}
	return s.g.factorGuarded(s.k, m, trace)
}

func (s *patternKKT) solve(dl, _, f, h []float64) {
	m, n := s.g.m, s.g.n
	if f != nil {
		for j, x := range f {
			s.tmp[j] = s.dinv[j] * x
		}
		s.g.eng.MulVec(dl, s.g.a, n, m, n, s.tmp)
		for mu := range dl {
			dl[mu] = -dl[mu]
		}
	} else {
		clear(dl)
	}
	for mu, x := range h {
		dl[mu] += x
	}
	if s.g.equal == nil {
		s.g.eng.SolveLower(s.k, m, m, dl)
		s.g.eng.SolveLowerT(s.k, m, m, dl)
	} else {
		s.refined(dl)
	}
}

func (s *patternKKT) lazy() bool { return true }

// addBorders adds rho (d d' + e e') to the system: where equality rows are more than their weights are independent, A D^-1 A'
// is singular on them and only the borders, whose products with dl are known, make the whole system regular. It returns what
// it added to the trace.
func (s *patternKKT) addBorders(mean float64) (trace float64) {
	g, m := s.g, s.g.m
	var dd float64
	for _, d := range g.d {
		dd += float64(d * d)
	}
	s.rho = (mean + 1) * float64(m) / dd
	for mu := range m {
		for nu := range mu + 1 {
			x := float64(g.d[mu] * g.d[nu])
			if g.e != nil {
				x += float64(g.e[mu] * g.e[nu])
			}
			s.k[mu*m+nu] += float64(s.rho * x)
			if mu == nu {
				trace += float64(s.rho * x)
			}
		}
	}
	return trace
}

// bordered adds to h what addBorders added to the left-hand side, given d'dl = rd and e'dl = re.
func (s *patternKKT) bordered(h []float64, rd, re float64) {
	for mu, d := range s.g.d {
		h[mu] += float64(s.rho * d * rd)
		if s.g.e != nil {
			h[mu] += float64(s.rho * s.g.e[mu] * re)
		}
	}
}

// refined solves with the factor and takes its guard, which equality rows can feel, out by iterative refinement.
func (s *patternKKT) refined(r []float64) {
	m, n := s.g.m, s.g.n
	x, res := make([]float64, m), append([]float64(nil), r...)
	for range 3 {
		s.g.eng.SolveLower(s.k, m, m, res)
		s.g.eng.SolveLowerT(s.k, m, m, res)
		for mu := range x {
			x[mu] += res[mu]
		}
		s.g.eng.MulVecT(s.tmp, s.g.a, n, m, n, x)
		for j := range s.tmp {
			s.tmp[j] *= s.dinv[j]
		}
		s.g.eng.MulVec(res, s.g.a, n, m, n, s.tmp)
		var dx, ex float64
		for mu, y := range x {
			dx += float64(s.g.d[mu] * y)
			if s.g.e != nil {
				ex += float64(s.g.e[mu] * y)
			}
		}
		for mu := range res {
			res[mu] = r[mu] - res[mu] - float64(s.winv[mu]*x[mu]) - float64(s.rho*s.g.d[mu]*dx)
			if s.g.e != nil {
				res[mu] -= float64(s.rho * s.g.e[mu] * ex)
			}
		}
	}
	copy(r, x)
}

// inputKKT eliminates dl: (D + A' W A) dx = f + A' W h, N x N.
type inputKKT struct {
	g         *program
	k, w, tmp []float64
}

func (s *inputKKT) factor(d, winv []float64) error {
	m, n := s.g.m, s.g.n
	for mu, x := range winv {
		s.w[mu] = 1 / x
	}
	s.g.eng.SyrkT(s.k, n, s.g.a, n, n, m, s.w)
	var trace float64
	for j, x := range d {
		trace += s.k[j*n+j]
		s.k[j*n+j] += x
	}
	return s.g.factorGuarded(s.k, n, trace)
}

func (s *inputKKT) solve(dl, dx, f, h []float64) {
	m, n := s.g.m, s.g.n
	if h != nil {
		for mu, x := range h {
			s.tmp[mu] = s.w[mu] * x
		}
		s.g.eng.MulVecT(dx, s.g.a, n, m, n, s.tmp)
	} else {
		clear(dx)
	}
	for j, x := range f {
		dx[j] += x
	}
	s.g.eng.SolveLower(s.k, n, n, dx)
	s.g.eng.SolveLowerT(s.k, n, n, dx)
	s.g.eng.MulVec(dl, s.g.a, n, m, n, dx)
	for mu := range dl {
		if h != nil {
			dl[mu] = s.w[mu] * (h[mu] - dl[mu])
		} else {
			dl[mu] = -s.w[mu] * dl[mu]
		}
	}
}

func (s *inputKKT) lazy() bool { return false }

// factorGuarded factors a symmetric positive definite matrix in place after adding 1e-15 of its mean diagonal, which
// keeps pivots of dependent rows positive without being felt by the others.
func (g *program) factorGuarded(k []float64, n int, trace float64) error {
	guard := float64(1e-15*trace/float64(n)) + 1e-20 // the constant for an A of zeros
	for i := range n {
		k[i*n+i] += guard
	}
	return g.eng.Cholesky(k, n, n)
}
