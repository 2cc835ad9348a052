package perceptron

import (
	"errors"
	"math"

	"gardner/core/linalg"
)

const (
	refineRounds = 3 // corrections of a solution whose rows do not hold
	// nearRow is the residual up to which a row with a multiplier is one that should hold with equality.
	nearRow = 1e-6
	// tinyMargin: see tiny.
	tinyMargin = 1e-6
)

// checked has an answer checked as everyone may check it, where rounding could have spoilt it: with rows that scaling cannot
// repair (equality rows, margins of 0), with a tiny margin, in which much cancels, and with hardly a proof, that there is none or of the best at Gamma infinite, where rows may not hold either. Where rows do not hold, the weights are
// corrected for the residuals, evaluated in doubled precision; a *NumericalError if that does not help.
func (s *solver) checked(kind Kind, sol *Solution, err error) (*Solution, error) {
	if err != nil || s.plain() && !s.tiny(sol) && !s.vague(sol) && !s.loose(kind, sol) {
		return sol, err
	}
	check := func() (float64, error) { return (&checker{p: s.p, kind: kind, s: sol, strict: true}).check() }
	gap, err := check()
	for round := 0; err != nil && round < refineRounds && sol.Status == Optimal && s.refine(kind, sol); round++ {
		if gap, err = check(); err == nil && kind != KindFeasible {
			sol.Gap = math.Max(0, gap)
		}
	}
	var refused *CertificateError
	if !errors.As(err, &refused) {
		return sol, err
	}
	return nil, s.unproved(kind, sol, gap, refused)
}

// loose says that, at Gamma infinite, rows may hold by less than Check wants, for no norm scales what they may lack, or that
// the bound of B may be too wide where Check takes it, at checkReach times the solution's norm.
func (s *solver) loose(kind Kind, sol *Solution) bool {
	if sol.Status != Optimal || !math.IsInf(s.p.Gamma, 1) || kind == KindFeasible {
		return false
	}
	return kind != KindKappaOut || sol.Gap > s.o.Tol/(10*checkReach)
}

// vague says that an infeasible problem is so by little or, where the size of its margin was not asked for, perhaps by little.
func (s *solver) vague(sol *Solution) bool {
	return sol.Status == Infeasible && !(sol.Gap > signTol*s.p.Gamma*s.sigma)
}

// unproved is the error of an answer that does not stand, with the bounds that do: what its weights attain, if they hold, and
// what its multipliers prove.
func (s *solver) unproved(kind Kind, sol *Solution, gap float64, refused *CertificateError) error {
	failed := &NumericalError{Kind: kind, Lower: math.Inf(-1), Upper: math.Inf(1), Gap: gap, Tol: s.o.Tol, Iterations: sol.Iterations,
		Msg: "the answer found does not stand: " + refused.Msg}
	c := &checker{p: s.p, kind: kind, s: sol}
	dm, tm, am, absTM, _ := c.sums()
	if gamma := c.gamma(); dm > 0 && tm >= -checkRounding*absTM {
		// Over |v| <= Gamma, kappa_out <= Gamma times this; over all solutions kappa_in <= this, however lambda is scaled.
		bound := (am - tm/gamma + float64(1e-15*(am+math.Abs(tm)/gamma))) / dm
		switch {
		case kind != KindKappaOut && kind != KindFeasible:
			failed.Upper = bound
		case !math.IsInf(gamma, 1):
			failed.Upper = gamma * bound
		}
	}
	if sol.Status == Infeasible {
		failed.Msg = "no solution was found, and that there is none could not be proved"
		return failed
	}
	if math.IsNaN(gap) {
		return failed // the weights do not hold
	}
	attained := sol.KappaIn
	if kind == KindKappaOut {
		attained = sol.KappaOut
	}
	if failed.Upper = math.Min(failed.Upper, attained+float64(gap*math.Max(1, math.Abs(attained)))); attained <= failed.Upper {
		failed.Lower = attained // more than its bound it attains by the rounding that rows are granted
	}
	return failed
}

// tiny says that the margin is below tinyMargin of the root mean square input.
func (s *solver) tiny(sol *Solution) bool {
	return sol.Status == Optimal && sol.KappaIn < tinyMargin*s.sigma
}

// plain says that all margins are positive and no row is an equality: see program.
func (s *solver) plain() bool {
	for _, d := range s.p.Margins {
		if d == 0 {
			return false
		}
	}
	return len(s.p.Equal) == 0
}

// refine moves the weights off zero and a threshold off zero by the least that makes the equality rows and those that carry a
// multiplier hold exactly. False if it cannot.
func (s *solver) refine(kind Kind, sol *Solution) bool {
	p := s.p
	tight := make([]bool, p.P)
	for _, mu := range p.Equal {
		tight[mu] = true
	}
	var rows, cols []int
	var r []float64
	for mu, l := range sol.Certificate.Multipliers {
		if l == 0 && !tight[mu] {
			continue
		}
		var sum dd
		for i, x := range p.X[mu*p.N : (mu+1)*p.N] {
			sum.addProduct(p.Labels[mu]*x, sol.Weights[i])
		}
		if kind != KindThresholdAtZero {
			sum.addProduct(-s.t[mu], sol.Theta)
		}
		sum.addProduct(-p.margin(mu), 1)
		if residual := sum.value(); tight[mu] || math.Abs(residual) <= nearRow {
			rows, r = append(rows, mu), append(r, -residual)
		}
	}
	for i, w := range sol.Weights {
		if w != 0 {
			cols = append(cols, i)
		}
	}
	m, n := len(rows), len(cols)
	width := n
	if kind != KindThresholdAtZero && sol.Theta != 0 {
		width++
	}
	if m == 0 || width == 0 {
		return false
	}
	b, gram := make([]float64, m*width), make([]float64, m*m)
	for k, mu := range rows {
		for l, i := range cols {
			b[k*width+l] = p.Labels[mu] * p.X[mu*p.N+i]
		}
		if width > n {
			b[k*width+n] = -s.t[mu]
		}
	}
	s.o.Engine.Syrk(gram, m, b, width, m, width, nil)
	largest := 0.0
	for k := range m {
		largest = math.Max(largest, gram[k*m+k])
	}
	for k := range m {
		gram[k*m+k] += float64(1e-15 * largest)
	}
	if s.o.Engine.Cholesky(gram, m, m) != nil {
		return false
	}
	s.o.Engine.SolveLower(gram, m, m, r)
	s.o.Engine.SolveLowerT(gram, m, m, r)
	delta := make([]float64, width)
	s.o.Engine.MulVecT(delta, b, width, m, width, r)
	for l, i := range cols {
		w := sol.Weights[i] + delta[l]
		if w*sol.Weights[i] < 0 && !s.free && p.Signs[i] != 0 {
			w = 0
		}
		sol.Weights[i] = w
	}
	if width > n {
		sol.Theta += delta[n]
	}
	sol.KappaIn, sol.KappaOut = 1/math.Sqrt(linalg.Dot(sol.Weights, sol.Weights)), kappaOutOf(sol.Theta)
	return true
}
