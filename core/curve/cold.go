package curve

import (
	"math"

	"gardner/core/perceptron"
)

// cold answers for prefix m by a solve from nothing, where the pass has lost accuracy twice: following the path, and
// anew from the first row. That happens with nearly equal patterns, and near the end of a curve.
type cold struct {
	solution *perceptron.Solution
	kappa    float64
	upper    float64
}

func (u *pass) solveCold(kind perceptron.Kind, m int) (*cold, error) {
	p := u.problem.Prefix(m)
	solve := perceptron.MaxKappaOut
	if kind == perceptron.KindKappaIn {
		solve = perceptron.MaxKappaIn
	}
	if u.workspace == nil {
		u.workspace = new(perceptron.Workspace)
	}
	tol := u.opt.Tol
	if tol == 0 {
		tol = perceptron.CertifiedGap
	}
	s, err := solve(u.ctx, p, &perceptron.Options{Engine: u.engine, Workspace: u.workspace, Tol: tol, SkipSignedMargin: true})
	if err != nil {
		if u.ctx.Err() != nil {
			return nil, u.ctx.Err()
		}
		return nil, &NumericalError{Prefix: m, Lower: math.Inf(-1), Upper: math.Inf(1), Gap: math.Inf(1), Tol: tol, Err: err}
	}
	u.curve.Cold++
	u.coldTol = tol
	c := &cold{solution: s, kappa: s.KappaOut}
	if kind == perceptron.KindKappaIn {
		c.kappa = s.KappaIn
	}
	c.upper = c.kappa
	if !math.IsInf(c.kappa, 1) {
		c.upper += float64(s.Gap * math.Max(1, math.Abs(c.kappa)))
	}
	return c, nil
}

// oneByOne is the curve by cold solves of all prefixes: the path of optima knows no multipliers of free sign, which rows with
// equality have.
func (u *pass) oneByOne(kind perceptron.Kind) (*Curve, error) {
	for m := 1; m <= u.problem.P; m++ {
		c, err := u.solveCold(kind, m)
		if err != nil {
			return u.curve, err
		}
		if c.solution.Status == perceptron.Infeasible {
			u.endCold(c)
			return u.curve, nil
		}
		u.describe(c)
		if done, err := u.record(m, c.kappa, c.upper); done {
			return u.curve, err
		}
	}
	return u.curve, nil
}

// describe fills the step from a cold solution.
func (u *pass) describe(c *cold) {
	if u.opt.Visit == nil {
		return
	}
	s := c.solution
	u.step.Weights = append(u.step.Weights[:0], s.Weights...)
	u.step.Multipliers = u.multiplierSpace()
	copy(u.step.Multipliers, s.Certificate.Multipliers)
	u.step.Theta, u.step.NormActive = s.Theta, s.NormActive
}

// endCold closes the curve with the Farkas vector of a cold solve.
func (u *pass) endCold(c *cold) {
	u.curve.Ended = true
	u.curve.Farkas, u.curve.FarkasGap = c.solution.Certificate.Multipliers, c.solution.Gap
}
