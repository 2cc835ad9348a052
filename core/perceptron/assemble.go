package perceptron

import "math"

// silentSolution is w = 0 at a threshold that satisfies every row.
func (s *solver) silentSolution(theta float64) *Solution {
	sol := &Solution{Weights: make([]float64, s.p.N), Theta: theta, KappaIn: math.Inf(1), KappaOut: kappaOutOf(theta),
		SignedMargin: math.NaN(), Certificate: Certificate{Kind: DualCertificate, Multipliers: make([]float64, s.p.P)}}
	return sol
}

// kappaOutOf is 1/theta, NaN for a negative threshold.
func kappaOutOf(theta float64) float64 {
	if theta < 0 {
		return math.NaN()
	}
	return 1 / math.Abs(theta)
}

// weightsOf turns the optimum of a least-norm program (c = 0) into a solution: w = g v/(sigma kappa), theta = tau/kappa,
// lambda scaled to maximise the dual value.
func (s *solver) weightsOf(g *program, r optimum, kind Kind) (*Solution, error) {
	if !(r.lower > signTol) {
		if r.upper <= signTol {
			return s.farkas(g, r, 0), nil
		}
		return nil, s.numerical(g, r, kind, g.sigma, "feasibility could not be decided")
	}
	if !r.exact {
		return nil, s.numerical(g, r, kind, g.sigma, "the duality gap could not be closed")
	}
	scale := 1 / (g.sigma * r.lower)
	sol := s.solution(g, r, scale)
	if g.e != nil {
		sol.Theta = r.tau / r.lower
	}
	sol.KappaOut = kappaOutOf(sol.Theta)
	sol.KappaIn = 1 / norm(sol.Weights)
	sol.Gap = math.Max(0, gapOf(r.lower, r.upper, g.sigma))
	square := g.sigma * r.upper
	if g.e != nil && kind != KindFreeThreshold {
		g.tipBorder(sol.Certificate.Multipliers)
	}
	for mu := range sol.Certificate.Multipliers {
		sol.Certificate.Multipliers[mu] /= square * square
	}
	return sol, nil
}

// tipBorder raises the largest multiplier with e > 0 by a few units of rounding so that e'lambda, zero in exact
// arithmetic, is not negative: theta >= 0 needs e'lambda >= 0 only.
func (g *program) tipBorder(lambda []float64) {
	plus, minus := g.borderSums(lambda)
	at := -1
	for mu, e := range g.e {
		if e > 0 && (at < 0 || lambda[mu] > lambda[at]) {
			at = mu
		}
	}
	if at >= 0 {
		lambda[at] += (math.Max(0, minus-plus) + float64(1e-15*float64(len(lambda))*(plus+minus))) / g.e[at]
	}
}

// thresholdOf turns the optimum of B within a radius into a solution: kappa_out = radius sigma kappa,
// w = g radius v/kappa_out.
func (s *solver) thresholdOf(g *program, r optimum, radius float64, signOnly bool) (*Solution, error) {
	unit := radius * g.sigma
	if !(r.lower > signTol) {
		if r.upper <= signTol {
			return s.farkas(g, r, unit), nil
		}
		return nil, s.numerical(g, r, KindKappaOut, unit, "feasibility could not be decided")
	}
	if !r.exact && !(signOnly && r.stopped) {
		return nil, s.numerical(g, r, KindKappaOut, unit, "the duality gap could not be closed")
	}
	kappa := unit * r.lower
	sol := s.solution(g, r, radius/kappa)
	sol.Theta, sol.KappaOut, sol.SignedMargin = 1/kappa, kappa, kappa
	sol.KappaIn = 1 / norm(sol.Weights)
	sol.Gap = math.Max(0, gapOf(r.lower, r.upper, unit))
	sol.NormActive = r.ballActive && radius == s.p.Gamma
	return sol, nil
}

// solution fills in the weights, times scale, and the multipliers.
func (s *solver) solution(g *program, r optimum, scale float64) *Solution {
	sol := &Solution{Weights: make([]float64, g.n), Iterations: r.iterations, SignedMargin: math.NaN(),
		Certificate: Certificate{Kind: DualCertificate, Multipliers: append([]float64(nil), r.lambda...)}}
	for j, v := range r.v {
		sol.Weights[j] = v * scale
		if s.p.Signs[j] < 0 && !s.free {
			sol.Weights[j] = 0 - sol.Weights[j]
		}
	}
	sol.Support = support(r.lambda)
	return sol
}

// support counts nonzero multipliers.
func support(lambda []float64) int {
	n := 0
	for _, l := range lambda {
		if l != 0 {
			n++
		}
	}
	return n
}

// norm is |w|.
func norm(w []float64) float64 {
	var s float64
	for _, x := range w {
		s += float64(x * x)
	}
	return math.Sqrt(s)
}

// farkas is the answer that no solution exists, which checked has to confirm. unit scales kappa to kappa_out; 0 where the program
// bounds no margin.
func (s *solver) farkas(g *program, r optimum, unit float64) *Solution {
	r.lambda, r.upper = g.sharpened(r.lambda, r.upper)
	nan := math.NaN()
	sol := &Solution{Status: Infeasible, Theta: nan, KappaIn: nan, KappaOut: nan, SignedMargin: nan, Iterations: r.iterations,
		Certificate: Certificate{Kind: FarkasCertificate, Multipliers: append([]float64(nil), r.lambda...)}}
	sol.Support = support(r.lambda)
	if unit > 0 {
		sol.Gap = 0 - float64(unit*r.upper)
		switch {
		case r.exact:
			sol.SignedMargin = math.Min(0, unit*r.lower)
		case math.IsInf(r.lower, -1):
			sol.SignedMargin = math.Min(0, r.lower)
		}
	}
	return sol
}

// outAsIn is solution B, with the norm constraint active, in the role of A: the multipliers are rescaled to A's dual,
// lambda = mu/r^2 with r = |(A'mu)_+| - t'mu/Gamma = kappa_upper/Gamma, and the gap is that of kappa_in.
func (s *solver) outAsIn(b *Solution) *Solution {
	a := *b
	if b.Status == Infeasible {
		return &a
	}
	upper := b.KappaOut + float64(b.Gap*math.Max(1, b.KappaOut))
	r := upper / s.p.Gamma
	a.Certificate.Multipliers = make([]float64, len(b.Certificate.Multipliers))
	for mu, m := range b.Certificate.Multipliers {
		a.Certificate.Multipliers[mu] = m / (r * r)
	}
	a.Gap = math.Max(0, (r-a.KappaIn)/math.Max(1, a.KappaIn))
	return &a
}

// normSlack is the relative violation of the norm constraint, and the theta beside |w|, that count as rounding.
const normSlack = 1e-10

// boundsNothing reports whether a's multipliers have t'lambda < 0 beyond rounding, so that they are no certificate of A.
func (s *solver) boundsNothing(a *Solution) bool {
	sum, size := 0.0, 0.0
	for mu, l := range a.Certificate.Multipliers {
		term := float64(s.t[mu] * l)
		sum, size = sum+term, size+math.Abs(term)
	}
	return sum < -1e-12*size
}

// numerical is the error of an undecided program.
func (s *solver) numerical(g *program, r optimum, kind Kind, unit float64, msg string) error {
	return &NumericalError{Kind: kind, Lower: unit * r.lower, Upper: unit * r.upper, Gap: gapOf(r.lower, r.upper, unit), Tol: g.tol,
		Iterations: r.iterations, Msg: msg}
}
