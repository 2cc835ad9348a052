package perceptron

import (
	"context"
	"math"
)

// MaxKappaIn is solution A: minimise |w|^2/2 over canonical (w, theta). Where the norm constraint is active, A is B.
// With w = 0 (all labels -1) theta is the smallest possible, 1 without drive. Errors: *InputError, *NumericalError,
// the context's.
func MaxKappaIn(ctx context.Context, p *Problem, o *Options) (*Solution, error) {
	return unsolved(p, KindKappaIn)
}

// MaxKappaOut is solution B: minimise theta over canonical (w, theta); among several the smallest |w|. With Gamma = +Inf
// theta may be 0: then KappaOut is +Inf and no physical weights exist. Errors as MaxKappaIn.
func MaxKappaOut(ctx context.Context, p *Problem, o *Options) (*Solution, error) {
	return unsolved(p, KindKappaOut)
}

// Feasible is F: any solution, or a Farkas vector. It is B stopped as soon as a bound fixes the sign of kappa_out.
func Feasible(ctx context.Context, p *Problem, o *Options) (*Solution, error) {
	return unsolved(p, KindFeasible)
}

// Both returns A and B of one problem and shares their work: B first, A started from it.
func Both(ctx context.Context, p *Problem, o *Options) (a, b *Solution, err error) {
	_, err = unsolved(p, KindKappaIn)
	return nil, nil, err
}

// FreeThreshold is UF: minimise |w|^2/2 without signs, without norm constraint, with theta of either sign (Gardner's
// perceptron). p.Signs and p.Gamma are ignored.
func FreeThreshold(ctx context.Context, p *Problem, o *Options) (*Solution, error) {
	return unsolved(p, KindFreeThreshold)
}

// FeasibleZeroThreshold asks for y w.x >= d, g w >= 0 (theta = 0, p.Gamma ignored; its largest P is alpha_b(0)) and returns
// the solution of minimum norm, or a Farkas vector.
func FeasibleZeroThreshold(ctx context.Context, p *Problem, o *Options) (*Solution, error) {
	return unsolved(p, KindThresholdAtZero)
}

func unsolved(p *Problem, k Kind) (*Solution, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return nil, &NumericalError{Kind: k, Lower: math.Inf(-1), Upper: math.Inf(1), Gap: math.Inf(1), Tol: CertifiedGap, Msg: "the method is being written"}
}
