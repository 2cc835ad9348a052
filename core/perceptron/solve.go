package perceptron

import (
	"context"
	"errors"
	"math"
)

// MaxKappaIn is solution A: minimise |w|^2/2 over canonical (w, theta). Where the norm constraint is active, A is B.
// With w = 0 (all labels -1) theta is the smallest possible, 1 without drive. SignedMargin costs a solve of B unless
// Options.SkipSignedMargin. Errors: *InputError, *NumericalError, the context's.
func MaxKappaIn(ctx context.Context, p *Problem, o *Options) (*Solution, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	opt := o.resolved()
	s := &solver{p: p, o: &opt, t: thresholds(p)}
	a, err := s.kappaIn(ctx, nil)
	return s.checked(KindKappaIn, a, err)
}

// MaxKappaOut is solution B: minimise theta over canonical (w, theta); among several the smallest |w|. With Gamma = +Inf
// theta may be 0: then KappaOut is +Inf, no physical weights exist, and the gap is that of the smallest |w| at theta = 0.
// Errors as MaxKappaIn.
func MaxKappaOut(ctx context.Context, p *Problem, o *Options) (*Solution, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	opt := o.resolved()
	s := &solver{p: p, o: &opt, t: thresholds(p)}
	b, err := s.kappaOut(ctx, false)
	return s.checked(KindKappaOut, b, err)
}

// Feasible is F: any solution, or a Farkas vector. It is B stopped as soon as a bound fixes the sign of kappa_out; the
// weights of a feasible problem prove themselves, so Gap is 0 and the multipliers are only B's at that moment.
func Feasible(ctx context.Context, p *Problem, o *Options) (*Solution, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	opt := o.resolved()
	s := &solver{p: p, o: &opt, t: thresholds(p)}
	sol, err := s.kappaOut(ctx, true)
	if err == nil && sol.Status == Optimal {
		sol.Gap = 0
	}
	return s.checked(KindFeasible, sol, err)
}

// Both returns A and B of one problem. B runs first and decides feasibility.
func Both(ctx context.Context, p *Problem, o *Options) (a, b *Solution, err error) {
	if err := p.Validate(); err != nil {
		return nil, nil, err
	}
	opt := o.resolved()
	s := &solver{p: p, o: &opt, t: thresholds(p)}
	b, err = s.kappaOut(ctx, false)
	if b, err = s.checked(KindKappaOut, b, err); err != nil {
		return nil, nil, err
	}
	a, err = s.kappaIn(ctx, b)
	a, err = s.checked(KindKappaIn, a, err)
	return a, b, err
}

// FreeThreshold is UF: minimise |w|^2/2 without signs, without norm constraint, with theta of either sign (Gardner's
// perceptron). p.Signs and p.Gamma are ignored. KappaOut is NaN where theta < 0, SignedMargin always.
func FreeThreshold(ctx context.Context, p *Problem, o *Options) (*Solution, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	opt := o.resolved()
	s := &solver{p: p, o: &opt, t: thresholds(p), free: true}
	u, err := s.leastWeights(ctx, KindFreeThreshold)
	return s.checked(KindFreeThreshold, u, err)
}

// FeasibleZeroThreshold asks for y w.x >= d, g w >= 0 (theta = 0, p.Gamma ignored; its largest P is alpha_b(0)) and
// returns the solution of least norm, or a Farkas vector.
func FeasibleZeroThreshold(ctx context.Context, p *Problem, o *Options) (*Solution, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	opt := o.resolved()
	s := &solver{p: p, o: &opt, t: thresholds(p)}
	z, err := s.leastWeights(ctx, KindThresholdAtZero)
	return s.checked(KindThresholdAtZero, z, err)
}

// solver answers the kinds of one problem by way of programs.
type solver struct {
	p    *Problem
	o    *Options
	t    []float64 // thresholds y (1 - I_ext)
	free bool      // ignore signs

	sigma float64 // root mean square input, known once a program was built
}

// program builds the program of a kind, without e and c.
func (s *solver) program(kind Kind) *program {
	g := newProgram(s.p, s.free, kind, s.o)
	s.sigma = g.sigma
	return g
}

// kappaIn is A given B's solution, if there is one.
func (s *solver) kappaIn(ctx context.Context, b *Solution) (*Solution, error) {
	bounded := !math.IsInf(s.p.Gamma, 1)
	if b != nil && b.Status == Infeasible {
		return b, nil
	}
	var a *Solution
	if theta, ok := s.silent(); ok && theta >= 0 {
		a = s.silentSolution(theta)
	} else if !ok {
		var err error
		if a, err = s.unboundedIn(ctx, b); err != nil {
			return nil, err
		}
	}
	free := a
	// a is nil if all labels are +1: theta wants to be negative.
	if a != nil && a.Status == Optimal && (a.Theta < 0 || !bounded || 1/a.KappaIn > s.p.Gamma*a.Theta) {
		if bounded || a.Theta < 0 {
			a = nil
		}
	}
	switch {
	case a == nil && !bounded:
		// The best threshold is negative, so theta = 0 is the best allowed, by convexity.
		z, err := s.nonNegativeThreshold(ctx)
		if err != nil {
			return nil, err
		}
		if a = z; z.Status == Infeasible {
			if a, err = s.kappaOut(ctx, s.o.SkipSignedMargin); err != nil {
				return nil, err
			}
		}
	case a == nil || a.Status == Infeasible && bounded:
		if b == nil {
			var err error
			if b, err = s.kappaOut(ctx, false); err != nil {
				return nil, err
			}
		}
		if a != nil && b.Status == Optimal {
			// A was left for B to decide, and there is a solution: now to the end.
			again, err := s.unboundedIn(ctx, b)
			if err != nil {
				return nil, err
			}
			if again.Status == Optimal && again.Theta >= 0 && 1/again.KappaIn <= s.p.Gamma*again.Theta {
				again.SignedMargin = b.SignedMargin
				return again, nil
			}
		}
		in := s.outAsIn(b)
		if in.Status == Optimal && s.boundsNothing(in) && free != nil && free.Status == Optimal && free.Theta > 0 &&
			1/free.KappaIn <= s.p.Gamma*free.Theta*(1+normSlack) {
			// The norm constraint is met with equality and does not push: A's own multipliers prove more than B's.
			free.SignedMargin, free.NormActive = b.SignedMargin, true
			return free, nil
		}
		return in, nil
	}
	if a.Status == Optimal {
		a.SignedMargin = math.NaN()
		if b == nil && !s.o.SkipSignedMargin {
			var err error
			if b, err = s.kappaOut(ctx, false); err != nil {
				return nil, err
			}
		}
		if b != nil {
			a.SignedMargin = b.SignedMargin
		}
		return a, nil
	}
	if math.IsNaN(a.SignedMargin) && !s.o.SkipSignedMargin {
		// The proof is there; how far from feasible the problem is, B says. Where it cannot, the proof stands.
		if out, err := s.kappaOut(ctx, false); err == nil && out.Status == Infeasible {
			a.SignedMargin = out.SignedMargin
		}
	}
	return a, nil
}

// unboundedIn is A without its norm constraint and with theta free. With Gamma finite an Infeasible answer stands for "let
// B decide".
func (s *solver) unboundedIn(ctx context.Context, b *Solution) (*Solution, error) {
	g := s.program(KindKappaIn)
	g.e = s.t
	want := goal{unit: g.sigma}
	if b == nil && !math.IsInf(s.p.Gamma, 1) {
		want.stopBelow = 1e-6
	}
	r, err := g.optimise(ctx, want)
	if err != nil {
		return nil, err
	}
	if r.stopped {
		return &Solution{Status: Infeasible}, nil
	}
	sol, err := s.weightsOf(g, r, KindKappaIn)
	var numerical *NumericalError
	if errors.As(err, &numerical) && b == nil && !math.IsInf(s.p.Gamma, 1) && r.lower <= signTol {
		return &Solution{Status: Infeasible}, nil
	}
	return sol, err
}

// leastWeights minimises |w| without the norm constraint: UF, or theta = 0.
func (s *solver) leastWeights(ctx context.Context, kind Kind) (*Solution, error) {
	if theta, ok := s.silent(); ok && kind == KindFreeThreshold {
		return s.silentSolution(theta), nil
	}
	g := s.program(kind)
	if kind == KindFreeThreshold {
		g.e = s.t
	}
	r, err := g.optimise(ctx, goal{unit: g.sigma})
	if err != nil {
		return nil, err
	}
	return s.weightsOf(g, r, kind)
}

// kappaOut is B, or F if only the sign is wanted.
func (s *solver) kappaOut(ctx context.Context, signOnly bool) (*Solution, error) {
	if math.IsInf(s.p.Gamma, 1) {
		return s.kappaOutUnbounded(ctx, signOnly)
	}
	g := s.program(KindKappaOut)
	r, err := s.withRadius(ctx, g, s.p.Gamma, signOnly)
	if err != nil {
		return nil, err
	}
	if !g.plain && !(r.lower > signTol) && r.upper > signTol {
		// Undecided: rows that exclude each other at any Gamma do so at this one.
		if f, err := s.anyThreshold(ctx); err == nil && f.Status == Infeasible {
			f.SignedMargin = math.Inf(-1)
			return f, nil
		}
		if f, ok := s.contradiction(ctx, g); ok {
			return f, nil
		}
	}
	return s.thresholdOf(g, r, s.p.Gamma, signOnly)
}

// withRadius solves B with |v| <= radius.
func (s *solver) withRadius(ctx context.Context, g *program, radius float64, signOnly bool) (optimum, error) {
	g.c = make([]float64, g.m)
	for mu, t := range s.t {
		g.c[mu] = t / (radius * g.sigma)
	}
	return g.optimise(ctx, goal{unit: radius * g.sigma, signOnly: signOnly})
}

// kappaOutUnbounded is B with Gamma infinite: theta = 0 if that is feasible; else a linear program with a bounded optimum,
// solved within a ball that grows until it does not matter.
func (s *solver) kappaOutUnbounded(ctx context.Context, signOnly bool) (*Solution, error) {
	f, err := s.anyThreshold(ctx)
	if err != nil || signOnly {
		return f, err
	}
	if f.Status == Optimal {
		z, err := s.leastWeights(ctx, KindThresholdAtZero)
		if err != nil {
			return nil, err
		}
		if z.Status == Optimal {
			z.SignedMargin = math.Inf(1)
			return z, nil
		}
	}
	g := s.program(KindKappaOut)
	last := optimum{point: point{lower: math.Inf(-1), upper: math.Inf(1)}}
	for radius := 1 / g.sigma; radius <= 1e8/g.sigma; radius *= 30 {
		r, err := s.withRadius(ctx, g, radius, false)
		if err != nil {
			return nil, err
		}
		if r.exact && !r.ballActive {
			if f.Status == Infeasible {
				f.SignedMargin = math.Min(0, radius*g.sigma*r.lower)
				return f, nil
			}
			// Check takes the bound at checkReach times the solution's norm.
			if gap := gapOf(r.lower, r.upper, radius*g.sigma); gap > s.o.Tol/(10*checkReach) {
				g.tol = s.o.Tol / (10 * checkReach)
				again, err := s.withRadius(ctx, g, radius, false)
				if err != nil {
					return nil, err
				}
				if gapOf(again.lower, again.upper, radius*g.sigma) < gap {
					r, r.exact = again, true
				}
			}
			return s.thresholdOf(g, r, radius, false)
		}
		last = r // rows with d = 0 may exclude each other within a small radius only
	}
	if f.Status == Infeasible {
		f.SignedMargin = math.Inf(-1)
		return f, nil
	}
	return nil, s.numerical(g, last, KindKappaOut, g.sigma, "weights grow beyond 1e8 times the threshold over the inputs")
}

// nonNegativeThreshold is A with Gamma infinite, theta >= 0 as one more row, whose multiplier is t'lambda.
func (s *solver) nonNegativeThreshold(ctx context.Context) (*Solution, error) {
	g := s.program(KindKappaIn)
	g.e = s.t
	g = g.withThresholdRow()
	r, err := g.optimise(ctx, goal{unit: g.sigma})
	if err != nil {
		return nil, err
	}
	sol, err := s.weightsOf(g, r, KindKappaIn)
	if err != nil {
		return nil, err
	}
	binding := len(sol.Certificate.Multipliers) > s.p.P && sol.Certificate.Multipliers[s.p.P] > 0
	sol.Certificate.Multipliers = sol.Certificate.Multipliers[:s.p.P]
	sol.Support = support(sol.Certificate.Multipliers)
	if sol.Status == Optimal {
		sol.Theta = math.Max(0, sol.Theta)
		if binding && sol.Theta < normSlack/sol.KappaIn {
			sol.Theta = 0 // its row holds with equality: what is left is rounding
		}
		sol.KappaOut = kappaOutOf(sol.Theta)
	}
	return sol, nil
}

// anyThreshold is F with Gamma infinite: the program whose last column is the threshold, -t, with theta >= 0 as one more
// weight. Its Farkas vector has A'mu <= 0 and t'mu >= 0.
func (s *solver) anyThreshold(ctx context.Context) (*Solution, error) {
	g := s.program(KindFeasible).withColumn(s.t)
	r, err := g.optimise(ctx, goal{unit: g.sigma, signOnly: true})
	if err != nil {
		return nil, err
	}
	if r.stopped {
		r.exact = true // the sign is all that is asked
	}
	n := g.n - 1
	if r.lower > signTol {
		theta := r.v[n] / r.lower
		r.v, g.n = r.v[:n], n
		sol := s.solution(g, r, 1/(g.sigma*r.lower))
		sol.Theta, sol.KappaOut, sol.KappaIn = theta, kappaOutOf(theta), 1/norm(sol.Weights)
		return sol, nil
	}
	return s.weightsOf(g, r, KindFeasible)
}

// silent asks whether w = 0 satisfies every row, and returns the threshold nearest to zero that does.
func (s *solver) silent() (theta float64, ok bool) {
	low, high := math.Inf(-1), math.Inf(1)
	equal := make(map[int]bool, len(s.p.Equal))
	for _, mu := range s.p.Equal {
		equal[mu] = true
	}
	for mu, t := range s.t {
		d := s.p.margin(mu)
		if t == 0 {
			if d > 0 {
				return 0, false
			}
			continue
		}
		bound := -d / t
		if t < 0 || equal[mu] {
			low = math.Max(low, bound)
		}
		if t > 0 || equal[mu] {
			high = math.Min(high, bound)
		}
	}
	if low > high {
		return 0, false
	}
	return math.Max(low, math.Min(high, 0)), true
}
