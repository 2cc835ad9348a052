package perceptron

import (
	"fmt"
	"math"
)

// Tolerances of Check. Rows, signs and norms are those of canonical variables, where margins are of order 1.
const (
	// CertifiedGap is the largest duality gap that Check, and so every solver here, calls solved.
	CertifiedGap = 1e-8
	// checkRow is the largest violation of a row, relative to max(1, d) and to the size of the terms that cancel in it.
	checkRow = 1e-9
	// checkRounding is the rounding granted to sums of multipliers that are zero in exact arithmetic, relative to the sum of
	// their absolute terms.
	checkRounding = 1e-11
	// checkProof is the rounding granted to a Farkas vector at finite Gamma, relative to the same: a margin above it, of the
	// inputs' norm times Gamma, cannot be taken for none.
	checkProof = 2e-15
	// checkReach: with Gamma infinite a bound can only be evaluated for |v| up to a radius; this many times the solution's.
	checkReach = 1e3
)

// Check verifies solution s of problem p by its certificate: that its weights satisfy the problem and that its
// multipliers bound the optimum, or that they are a Farkas vector. It evaluates every sum in doubled precision and
// shares nothing with the solvers. It returns the duality gap as defined at Solution.Gap; the error is a
// *CertificateError if anything fails or the gap exceeds CertifiedGap.
//
// Bounds that need an exact zero (t'lambda of UF, (A'mu)_+ with Gamma infinite) hold to rounding: relative to |theta|, and for
// |v| up to a thousand times that of the solution.
func Check(p *Problem, kind Kind, s *Solution) (gap float64, err error) {
	if err := p.Validate(); err != nil {
		return math.NaN(), err
	}
	return (&checker{p: p, kind: kind, s: s}).check()
}

// check is Check of a valid problem.
func (c *checker) check() (gap float64, err error) {
	p, kind, s := c.p, c.kind, c.s
	fail := func(format string, args ...any) (float64, error) {
		return math.NaN(), &CertificateError{Kind: kind, Msg: fmt.Sprintf(format, args...)}
	}
	if kind != KindFeasible || s.Status == Infeasible {
		if len(s.Certificate.Multipliers) != p.P {
			return fail("has %d multipliers, must have %d", len(s.Certificate.Multipliers), p.P)
		}
	}
	if msg := c.multipliers(); msg != "" {
		return fail("%s", msg)
	}
	if s.Status == Infeasible {
		gap, msg := c.farkas()
		if msg != "" {
			return fail("%s", msg)
		}
		return gap, nil
	}
	if msg := c.primal(); msg != "" {
		return fail("%s", msg)
	}
	if kind == KindKappaOut && s.Theta == 0 {
		c.kind = KindThresholdAtZero // what is minimised then
	}
	var upper float64
	kappa := s.KappaOut
	switch {
	case kind == KindFeasible:
		return 0, nil
	case kind == KindKappaOut && s.Theta > 0:
		upper = c.upperOut()
	default:
		kappa, upper = s.KappaIn, c.upperIn()
	}
	switch {
	case math.IsInf(kappa, 1):
		gap = 0
	case math.IsInf(upper, 1):
		return fail("the multipliers bound nothing")
	default:
		gap = (upper - kappa) / math.Max(1, math.Abs(kappa))
	}
	if !(math.Abs(gap) <= CertifiedGap) {
		return gap, &CertificateError{Kind: kind, Msg: fmt.Sprintf("kappa %.17g, upper bound %.17g, gap %.3g", kappa, upper, gap)}
	}
	return gap, nil
}

// checker evaluates one certificate. Rows are read from the problem as it was given.
type checker struct {
	p    *Problem
	kind Kind
	s    *Solution

	strict bool // no more than checkProof at infinite Gamma either
}

// multipliers checks the signs of the multipliers.
func (c *checker) multipliers() string {
	equal := make(map[int]bool)
	for _, mu := range c.p.Equal {
		equal[mu] = true
	}
	for mu, m := range c.s.Certificate.Multipliers {
		if math.IsNaN(m) || math.IsInf(m, 0) || (m < 0 && !equal[mu]) {
			return fmt.Sprintf("multiplier of pattern %d is %v", mu, m)
		}
	}
	return ""
}

// border returns t_mu, the coefficient of -theta in row mu.
func (c *checker) border(mu int) float64 {
	if c.kind == KindThresholdAtZero {
		return 0
	}
	return c.p.Labels[mu] * (1 - c.p.drive(mu))
}

// gamma returns the norm bound that applies.
func (c *checker) gamma() float64 {
	if c.kind == KindFreeThreshold || c.kind == KindThresholdAtZero {
		return math.Inf(1)
	}
	return c.p.Gamma
}

// sign returns the sign constraint that applies.
func (c *checker) sign(i int) int8 {
	if c.kind == KindFreeThreshold {
		return 0
	}
	return c.p.Signs[i]
}

// primal checks the weights, the threshold, their norm, every row and the reported kappas.
func (c *checker) primal() string {
	p, s := c.p, c.s
	if len(s.Weights) != p.N {
		return fmt.Sprintf("has %d weights, must have %d", len(s.Weights), p.N)
	}
	var norm dd
	for i, w := range s.Weights {
		if math.IsNaN(w) || math.IsInf(w, 0) || float64(c.sign(i))*w < 0 {
			return fmt.Sprintf("weight %d is %v with sign %d", i, w, c.sign(i))
		}
		norm.addProduct(w, w)
	}
	theta := s.Theta
	if math.IsNaN(theta) || (theta < 0 && c.kind != KindFreeThreshold) || (theta != 0 && c.kind == KindThresholdAtZero) {
		return fmt.Sprintf("theta is %v", theta)
	}
	length := math.Sqrt(norm.value())
	if g := c.gamma(); !math.IsInf(g, 1) && length > g*theta*(1+1e-12) {
		return fmt.Sprintf("|w| is %v, more than Gamma theta = %v", length, g*theta)
	}
	equal := make(map[int]bool)
	for _, mu := range p.Equal {
		equal[mu] = true
	}
	for mu := range p.P {
		var row dd
		size := math.Abs(theta)
		for i, x := range p.X[mu*p.N : (mu+1)*p.N] {
			row.addProduct(p.Labels[mu]*x, s.Weights[i])
			size += math.Abs(x * s.Weights[i])
		}
		row.addProduct(-c.border(mu), theta)
		row.addProduct(-p.margin(mu), 1)
		slack, tol := row.value(), float64(checkRow*math.Max(1, p.margin(mu)))+float64(1e-14*size)
		if slack < -tol || (equal[mu] && slack > tol) {
			return fmt.Sprintf("row of pattern %d is violated by %.3g", mu, slack)
		}
	}
	if in := 1 / length; !near(in, s.KappaIn) {
		return fmt.Sprintf("kappa_in is reported as %v, is %v", s.KappaIn, in)
	}
	switch {
	case theta < 0:
		if !math.IsNaN(s.KappaOut) {
			return fmt.Sprintf("kappa_out is reported as %v, is undefined", s.KappaOut)
		}
	case !near(1/theta, s.KappaOut):
		return fmt.Sprintf("kappa_out is reported as %v, is %v", s.KappaOut, 1/theta)
	}
	return ""
}

// near compares two kappas up to rounding.
func near(a, b float64) bool {
	return a == b || math.Abs(a-b) <= 1e-12*math.Max(math.Abs(a), math.Abs(b))
}

// sums evaluates d'm, t'm and |(A'm)_+| for the multipliers m, with the sums of absolute values of their terms.
func (c *checker) sums() (dm, tm, am, absTM, absAM float64) {
	p := c.p
	var d, t dd
	var total float64
	col, size := make([]dd, p.N), make([]float64, p.N)
	for mu, m := range c.s.Certificate.Multipliers {
		if m == 0 {
			continue
		}
		total += math.Abs(m)
		d.addProduct(p.margin(mu), m)
		t.addProduct(c.border(mu), m)
		absTM += math.Abs(c.border(mu) * m)
		for i, x := range p.X[mu*p.N : (mu+1)*p.N] {
			col[i].addProduct(p.Labels[mu]*x, m)
			size[i] += math.Abs(x * m)
		}
	}
	var a dd
	for i := range col {
		z := col[i].value()
		switch c.sign(i) {
		case 1:
			z = math.Max(z, 0)
		case -1:
			z = math.Min(z, 0)
		}
		a.addProduct(z, z)
		absAM += float64(size[i] * size[i])
	}
	return d.value(), t.value(), math.Sqrt(a.value()), absTM, math.Sqrt(absAM) + float64(c.largestInput()*total)
}

// largestInput is max |x|: with the sum of the multipliers it says what counts as rounding in A'm.
func (c *checker) largestInput() float64 {
	largest := 0.0
	for _, x := range c.p.X {
		largest = math.Max(largest, math.Abs(x))
	}
	return largest
}

// upperOut is the bound on kappa_out.
func (c *checker) upperOut() float64 {
	dm, tm, am, _, _ := c.sums()
	reach := c.gamma()
	if math.IsInf(reach, 1) {
		var norm dd
		for _, w := range c.s.Weights {
			norm.addProduct(w, w)
		}
		reach = checkReach * math.Sqrt(norm.value()) / c.s.Theta
	}
	if !(dm > 0) {
		return math.Inf(1)
	}
	return (float64(reach*am) - tm) / dm
}

// upperIn is the bound on kappa_in: 1/sqrt(2 dual value).
func (c *checker) upperIn() float64 {
	dm, tm, am, absTM, _ := c.sums()
	penalty := 0.0
	if tm < 0 || c.kind == KindFreeThreshold {
		if math.Abs(tm) > checkRounding*absTM {
			return math.Inf(1)
		}
		penalty = math.Abs(tm * c.s.Theta)
		tm = 0
	}
	length := math.Max(0, am-tm/c.gamma())
	dual := dm - penalty - float64(length*length/2)
	if !(dual > 0) {
		return math.Inf(1)
	}
	return 1 / math.Sqrt(2*dual)
}

// farkas evaluates t'mu - Gamma |(A'mu)_+| and says what is wrong if it proves nothing.
func (c *checker) farkas() (gap float64, msg string) {
	if c.s.Certificate.Kind != FarkasCertificate {
		return math.NaN(), fmt.Sprintf("is of kind %q, must be %q", c.s.Certificate.Kind, FarkasCertificate)
	}
	dm, tm, am, absTM, absAM := c.sums()
	rounding := checkProof
	if math.IsInf(c.gamma(), 1) && !c.strict {
		rounding = checkRounding
	}
	tolT, tolA := float64(rounding*absTM), float64(rounding*absAM)
	if c.kind == KindFreeThreshold && math.Abs(tm) > tolT {
		return tm, fmt.Sprintf("t'mu is %.3g, must vanish", tm)
	}
	tol := tolT
	if g := c.gamma(); !math.IsInf(g, 1) {
		gap = tm - float64(g*am)
		tol = float64((tol + float64(g*tolA)) * c.dShare(dm))
	} else {
		if am > tolA {
			return -am, fmt.Sprintf("|(A'mu)_+| is %.3g, must vanish", am)
		}
		gap = tm
		if c.kind == KindFreeThreshold {
			gap = 0
		}
	}
	if gap < -tol {
		return gap, fmt.Sprintf("t'mu - Gamma |(A'mu)_+| is %.3g, must not be negative", gap)
	}
	if dm < -checkRounding*c.absD() {
		return gap, fmt.Sprintf("has d'mu = %.3g, must not be negative", dm)
	}
	if !(dm > 0) && gap <= tol {
		return gap, "has d'mu = 0 and excludes nothing"
	}
	return gap, ""
}

// dShare is how much of the multipliers bounds the margin: 1 where all d are equal, little where rows with d = 0 carry most of the
// proof, so that the same rounding hides a larger margin.
func (c *checker) dShare(dm float64) float64 {
	var total, largest float64
	for mu, m := range c.s.Certificate.Multipliers {
		total += math.Abs(m)
		largest = math.Max(largest, c.p.margin(mu))
	}
	return math.Max(0, math.Min(1, dm/(largest*total)))
}

// absD is the sum of the absolute terms of d'mu.
func (c *checker) absD() float64 {
	s := 0.0
	for mu, m := range c.s.Certificate.Multipliers {
		s += math.Abs(c.p.margin(mu) * m)
	}
	return s
}

// dd is an unevaluated sum hi + lo: products and sums in twice the working precision.
type dd struct{ hi, lo float64 }

func (a *dd) addProduct(x, y float64) {
	p := float64(x * y)
	e := math.FMA(x, y, -p)
	s := float64(a.hi + p)
	b := float64(s - a.hi)
	a.lo += float64(a.hi-float64(s-b)) + float64(p-b) + e
	a.hi = s
}

func (a *dd) value() float64 { return a.hi + a.lo }
