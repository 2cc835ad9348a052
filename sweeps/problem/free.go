package problem

import (
	"context"
	"math"

	"gardner/core/perceptron"
)

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
		return perceptron.FreeThreshold(ctx, p, nil)
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
	var tx, ty float64
	for mu := range x {
		t := p.Labels[mu]
		if p.Drive != nil {
			t *= 1 - p.Drive[mu]
		}
		tx += t * x[mu]
		ty += t * y[mu]
	}
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
