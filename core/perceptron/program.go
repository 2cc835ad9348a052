package perceptron

import (
	"math"

	"gardner/core/linalg"
)

// program is the one problem that all kinds reduce to, in normalised variables:
//
//	maximise kappa   over v, kappa, tau
//	s = A v - d kappa - e tau - c >= 0 (= 0 in equality rows),   v_j >= 0 (free where unsigned),   |v| <= 1
//
// with A = y g x / sigma, sigma the root mean square of the inputs.
//
//	B:  e absent, c = t/(Gamma sigma);   kappa_out = Gamma sigma kappa,   w = g Gamma v theta,   theta = 1/kappa_out
//	A without its norm constraint:  e = t, c = 0;   kappa_in = sigma kappa,   w = g v/(sigma kappa),   theta = tau/kappa
//	theta = 0:  e absent, c = 0
//
// Its dual: minimise |(A'lambda)_+| - c'lambda over lambda >= 0 (free in equality rows), d'lambda = 1, e'lambda = 0.
// With c = 0 it is always feasible (v = 0), and kappa* = 0 means that the problem behind it has no solution.
type program struct {
	m, n  int
	a     []float64 // m x n
	d     []float64
	e     []float64 // nil: no tau
	c     []float64 // nil: zero
	equal []bool    // nil: no equality rows
	free  []bool    // nil: all v >= 0
	plain bool      // no equality rows and all d > 0: every v is feasible, with kappa its smallest margin
	sigma float64
	eng   *linalg.Engine
	work  *Workspace
	tol   float64
	kind  Kind

	siftFrom int // see sifted
}

// newProgram builds A, d and the flags; free drops the sign constraints.
func newProgram(p *Problem, free bool, kind Kind, o *Options) *program {
	m, n := p.P, p.N
	g := &program{m: m, n: n, a: o.Workspace.take("a", m*n), d: o.Workspace.take("d", m), eng: o.Engine,
		work: o.Workspace, tol: o.Tol, kind: kind, siftFrom: o.siftFrom}
	squares := make([]float64, m)
	g.eng.Rows(m, n, func(i0, i1 int) {
		for mu := i0; mu < i1; mu++ {
			row := p.X[mu*n : (mu+1)*n]
			squares[mu] = linalg.Dot(row, row)
		}
	})
	var square float64
	for _, x := range squares {
		square += x
	}
	g.sigma = math.Sqrt(square / float64(m*n))
	if !(g.sigma > 0) {
		g.sigma = 1
	}
	plus, minus := make([]float64, n), make([]float64, n) // g/sigma and -g/sigma
	for i := range plus {
		plus[i] = 1 / g.sigma
		if p.Signs[i] < 0 && !free {
			plus[i] = -plus[i]
		}
		minus[i] = -plus[i]
		if p.Signs[i] == 0 || free {
			if g.free == nil {
				g.free = make([]bool, n)
			}
			g.free[i] = true
		}
	}
	g.eng.Rows(m, n, func(i0, i1 int) {
		for mu := i0; mu < i1; mu++ {
			row, out, scale := p.X[mu*n:(mu+1)*n], g.a[mu*n:(mu+1)*n], plus
			if p.Labels[mu] < 0 {
				scale = minus
			}
			out, scale = out[:len(row)], scale[:len(row)]
			for i, x := range row {
				out[i] = x * scale[i]
			}
		}
	})
	g.plain = len(p.Equal) == 0
	for mu := range m {
		g.d[mu] = p.margin(mu)
		if g.d[mu] == 0 {
			g.plain = false
		}
	}
	if len(p.Equal) > 0 {
		g.equal = make([]bool, m)
		for _, mu := range p.Equal {
			g.equal[mu] = true
		}
	}
	return g
}

// withColumn is the program with one more input, non-negative, whose column is -t.
func (g *program) withColumn(t []float64) *program {
	w := *g
	w.n = g.n + 1
	w.a = make([]float64, w.m*w.n)
	for mu := range g.m {
		copy(w.a[mu*w.n:], g.a[mu*g.n:(mu+1)*g.n])
		w.a[mu*w.n+g.n] = -t[mu]
	}
	if g.free != nil {
		w.free = append(append([]bool(nil), g.free...), false)
	}
	return &w
}

// withThresholdRow is the program with the row tau >= 0 below the others.
func (g *program) withThresholdRow() *program {
	w := *g
	w.m = g.m + 1
	w.a = append(append(make([]float64, 0, w.m*w.n), g.a...), make([]float64, w.n)...)
	w.d = append(append([]float64(nil), g.d...), 0)
	w.e = append(append([]float64(nil), g.e...), -1)
	if g.equal != nil {
		w.equal = append(append([]bool(nil), g.equal...), false)
	}
	w.plain = false
	return &w
}

// thresholds returns t_mu = y_mu (1 - I_ext^mu).
func thresholds(p *Problem) []float64 {
	t := make([]float64, p.P)
	for mu := range t {
		t[mu] = p.Labels[mu] * (1 - p.drive(mu))
	}
	return t
}

// isEqual and isFree read the optional flags.
func (g *program) isEqual(mu int) bool { return g.equal != nil && g.equal[mu] }
func (g *program) isFree(j int) bool   { return g.free != nil && g.free[j] }

// offset returns c_mu.
func (g *program) offset(mu int) float64 {
	if g.c == nil {
		return 0
	}
	return g.c[mu]
}

// slacks fills s = A v - d kappa - e tau - c given av = A v.
func (g *program) slacks(s, av []float64, kappa, tau float64) {
	for mu := range s {
		x := av[mu] - float64(g.d[mu]*kappa) - g.offset(mu)
		if g.e != nil {
			x -= float64(g.e[mu] * tau)
		}
		s[mu] = x
	}
}

// border returns what tells labels apart: e, else c, else 1.
func (g *program) border(mu int) float64 {
	switch {
	case g.e != nil:
		return g.e[mu]
	case g.c != nil:
		return g.c[mu]
	}
	return 1
}

// lower is the kappa that the point (v, tau) attains, given av = A v and an estimate of kappa. The point is scaled to
// the unit ball where that helps (c = 0) or is needed; scale is the factor to apply to v and tau. With equality rows or
// rows with d = 0 the point must satisfy those to rounding, else the bound is -Inf.
func (g *program) lower(v, av []float64, kappa, tau float64) (bound, scale float64) {
	norm := math.Sqrt(linalg.Dot(v, v))
	scale = 1
	if norm > 1 || (g.c == nil && norm > 0) {
		scale = 1 / norm
	}
	if norm > 1 && g.c != nil && norm <= 1+1e-15 {
		scale = 1
	}
	bound = math.Inf(1)
	fixed := false
	for mu, d := range g.d {
		switch {
		case g.isEqual(mu):
			fixed = true
		case d > 0:
			bound = math.Min(bound, g.residue(mu, av, tau, scale)/d)
		}
	}
	if g.plain {
		return bound, scale
	}
	if fixed {
		kappa = float64(kappa * scale)
		if bound < kappa-float64(hardRowTol*math.Abs(kappa))-1e-15 {
			return math.Inf(-1), scale
		}
		bound = kappa
	}
	// A violation matters relative to kappa, by which canonical variables are divided.
	tol := float64(hardRowTol * math.Abs(bound))
	for mu, d := range g.d {
		if !g.isEqual(mu) && d > 0 {
			continue
		}
		r := g.residue(mu, av, tau, scale)
		if g.isEqual(mu) {
			r = -math.Abs(r - float64(d*kappa))
		}
		if r < -tol-float64(1e-15*(1+math.Abs(scale*av[mu]))) {
			return math.Inf(-1), scale
		}
	}
	return bound, scale
}

// hardRowTol is the violation, relative to kappa, granted to rows that scaling cannot repair.
const hardRowTol = 1e-10

func (g *program) residue(mu int, av []float64, tau, scale float64) float64 {
	r := float64(scale*av[mu]) - g.offset(mu)
	if g.e != nil {
		r -= float64(g.e[mu] * (scale * tau))
	}
	return r
}

// upper is the bound on kappa that the multipliers give, with atl = A'lambda: +Inf if they violate their signs, or
// e'lambda = 0 by more than rounding.
func (g *program) upper(lambda, atl []float64) float64 {
	var dl, cl float64
	for mu, l := range lambda {
		if l < 0 && !g.isEqual(mu) {
			return math.Inf(1)
		}
		dl += float64(g.d[mu] * l)
		cl += float64(g.offset(mu) * l)
	}
	if !(dl > 0) || !g.balanced(lambda) {
		return math.Inf(1)
	}
	return (g.positivePart(atl) - cl) / dl
}

// excludes says whether multipliers of rows with d = 0 and equality rows prove that those exclude each other whatever
// kappa is: d'lambda = 0 up to rounding and |(A'lambda)_+| < c'lambda by far more than that.
func (g *program) excludes(lambda, atl []float64) bool {
	var dl, absD, cl, absC float64
	for mu, l := range lambda {
		if l < 0 && !g.isEqual(mu) {
			return false
		}
		dl += float64(g.d[mu] * l)
		absD += math.Abs(g.d[mu] * l)
		cl += float64(g.offset(mu) * l)
		absC += math.Abs(g.offset(mu) * l)
	}
	return dl >= -1e-13*absD && dl <= 1e-6*absD && g.balanced(lambda) && g.positivePart(atl)-cl < -1e-6*absC
}

// balanced says whether e'lambda = 0 up to rounding.
func (g *program) balanced(lambda []float64) bool {
	if g.e == nil {
		return true
	}
	plus, minus := g.borderSums(lambda)
	return math.Abs(plus-minus) <= 1e-13*(plus+minus)
}

// borderSums returns the sums of the positive and of the negated negative terms of e'lambda.
func (g *program) borderSums(lambda []float64) (plus, minus float64) {
	for mu, l := range lambda {
		if x := float64(g.e[mu] * l); x > 0 {
			plus += x
		} else {
			minus -= x
		}
	}
	return plus, minus
}

// balance scales the terms of e'lambda of one sign so that they cancel the others; false if there are none.
func (g *program) balance(lambda []float64) bool {
	if g.e == nil {
		return true
	}
	plus, minus := g.borderSums(lambda)
	if plus == 0 && minus == 0 {
		return true
	}
	if plus == 0 || minus == 0 {
		return false
	}
	for mu, l := range lambda {
		if float64(g.e[mu]*l) > 0 {
			lambda[mu] = l * math.Sqrt(minus/plus)
		} else if float64(g.e[mu]*l) < 0 {
			lambda[mu] = l * math.Sqrt(plus/minus)
		}
	}
	return true
}

// positivePart is |(z)_+| with free components kept whole.
func (g *program) positivePart(z []float64) float64 {
	var s float64
	for j, x := range z {
		if x > 0 || g.isFree(j) {
			s += float64(x * x)
		}
	}
	return math.Sqrt(s)
}
