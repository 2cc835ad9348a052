package problem

import (
	"context"
	"math"

	"gardner/core/perceptron"
)

// maxKappaIn is A; where none exists and A alone has told so without measuring by
// how much, B measures it.
func maxKappaIn(ctx context.Context, p *perceptron.Problem) (*perceptron.Solution, error) {
	a, err := perceptron.MaxKappaIn(ctx, p, nil)
	if err != nil {
		return nil, err
	}
	if math.IsInf(p.Gamma, 1) {
		settle(p, a)
	} else if err := prove(ctx, p, a); err != nil {
		return nil, err
	}
	if a.Status == perceptron.Optimal || !math.IsNaN(a.SignedMargin) {
		return a, nil
	}
	b, err := perceptron.MaxKappaOut(ctx, p, nil)
	if err != nil {
		return nil, err
	}
	a.SignedMargin = b.SignedMargin
	return a, nil
}

// prove replaces multipliers of A that bound nothing, t'lambda < 0. They are those
// of B, and no good for A where |w| <= Gamma theta is reached but does not press:
// there the same problem without bound on the norm has A's optimum, and its
// multipliers bound A too.
func prove(ctx context.Context, p *perceptron.Problem, a *perceptron.Solution) error {
	m := a.Certificate.Multipliers
	if t, size := pull(p, m); a.Status == perceptron.Infeasible || t >= -1e-11*size {
		return nil
	}
	free := *p
	free.Gamma = math.Inf(1)
	s, err := perceptron.MaxKappaIn(ctx, &free, &perceptron.Options{SkipSignedMargin: true})
	if err != nil {
		return err
	}
	upper := s.KappaIn + s.Gap*math.Max(1, s.KappaIn)
	gap := (upper - a.KappaIn) / math.Max(1, a.KappaIn)
	if s.Status == perceptron.Infeasible || !(gap <= perceptron.CertifiedGap) {
		return &perceptron.NumericalError{Kind: perceptron.KindKappaIn, Lower: a.KappaIn, Upper: upper, Gap: gap,
			Tol: perceptron.CertifiedGap, Iterations: a.Iterations + s.Iterations, Msg: "the multipliers bound nothing"}
	}
	a.Certificate, a.Gap = s.Certificate, math.Max(0, gap)
	return nil
}

// settle sets theta to 0 where no bound on the norm keeps it off and it is 0 up to
// rounding, which is less strict where theta >= 0 presses (t'lambda > 0): weights
// divided by rounding are none.
func settle(p *perceptron.Problem, a *perceptron.Solution) {
	scale := 1.0
	for _, d := range p.Margins {
		scale = math.Max(scale, d)
	}
	if t, size := pull(p, a.Certificate.Multipliers); t > 1e-6*size {
		scale *= 100
	}
	if a.Status == perceptron.Optimal && math.Abs(a.Theta) < 1e-12*scale {
		a.Theta, a.KappaOut = 0, math.Inf(1)
	}
}

// pull returns t'm, t = label (1 - I_ext), and the sum of its absolute terms.
func pull(p *perceptron.Problem, m []float64) (sum, size float64) {
	for mu, v := range m {
		t := p.Labels[mu] * v
		if p.Drive != nil {
			t *= 1 - p.Drive[mu]
		}
		sum += t
		size += math.Abs(t)
	}
	return sum, size
}

// freeThreshold minimises |w|^2 with the given signs, without norm constraint and
// with theta of any sign. Where no weight is constrained that is Gardner's
// problem, UF. Else it is the better of two problems A, one with theta >= 0 and
// one with theta <= 0, which a mirrored threshold y (1 - I_ext) makes of the
// first; where both have their optimum at theta = 0, or none has a solution, the
// combination of their multipliers with t'lambda = 0 proves it.
func freeThreshold(ctx context.Context, p *perceptron.Problem) (*perceptron.Solution, error) {
	constrained := false
	for _, g := range p.Signs {
		constrained = constrained || g != 0
	}
	if !constrained {
		s, err := perceptron.FreeThreshold(ctx, p, nil)
		if err == nil {
			settle(p, s)
		}
		return s, err
	}
	up := *p
	up.Gamma = math.Inf(1)
	down := up
	down.Drive = make([]float64, p.P)
	for mu := range down.Drive {
		down.Drive[mu] = 2 // of which 1 - I_ext is -1
		if p.Drive != nil {
			down.Drive[mu] -= p.Drive[mu]
		}
	}
	a, err := perceptron.MaxKappaIn(ctx, &up, &perceptron.Options{SkipSignedMargin: true})
	if err != nil {
		return nil, err
	}
	b, err := perceptron.MaxKappaIn(ctx, &down, &perceptron.Options{SkipSignedMargin: true})
	if err != nil {
		return nil, err
	}
	settle(&up, a)
	settle(&down, b)
	best, other := a, b
	if a.Status == perceptron.Infeasible || b.Status == perceptron.Optimal && preferred(b, a) {
		best, other = b, a
	}
	best.SignedMargin, best.NormActive = math.NaN(), false
	best.Iterations = a.Iterations + b.Iterations
	// The lesser of the two margins was not reached, but its bound may be higher.
	if best.Status == perceptron.Optimal && !math.IsInf(best.KappaIn, 1) && other.Status == perceptron.Optimal {
		bound := other.KappaIn + other.Gap*math.Max(1, other.KappaIn)
		best.Gap = math.Max(best.Gap, (bound-best.KappaIn)/math.Max(1, best.KappaIn))
	}
	if best.Status == other.Status && (best.Status == perceptron.Infeasible || best.Theta == 0 && other.Theta == 0) {
		best.Certificate.Multipliers = balanced(p, a.Certificate.Multipliers, b.Certificate.Multipliers)
	}
	if best.Status == perceptron.Optimal && best == b {
		best.Theta = -best.Theta
		if best.Theta == 0 {
			best.Theta = 0 // no -0
		} else {
			best.KappaOut = math.NaN()
		}
	}
	return best, nil
}

// preferred: b has the larger margin or, up to rounding, the same and a threshold
// off the border that both share.
func preferred(b, a *perceptron.Solution) bool {
	if b.Theta > 0 && a.Theta == 0 {
		return b.KappaIn >= a.KappaIn*(1-1e-12)
	}
	return b.KappaIn > a.KappaIn && !(a.Theta > 0 && b.Theta == 0)
}

// balanced returns the convex combination of x, t'x >= 0, and y, t'y <= 0, for
// which t'lambda = 0, with t = label (1 - I_ext).
func balanced(p *perceptron.Problem, x, y []float64) []float64 {
	tx, _ := pull(p, x)
	ty, _ := pull(p, y)
	share := 1.0
	if tx > 0 {
		share = math.Min(1, math.Max(0, -ty/(tx-ty)))
	}
	mixed := make([]float64, len(x))
	for mu := range mixed {
		mixed[mu] = share*x[mu] + (1-share)*y[mu]
	}
	return mixed
}
