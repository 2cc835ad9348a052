package precise

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gardner/core/linalg"
	"gardner/core/perceptron"
	"gardner/core/psp"
)

// Violation is how far a margin may be missed anywhere in the end, in units of the
// full margin 1.
const Violation = 1e-9

// maxRounds bounds the rounds of cutting planes; tens are usual. maxThinned bounds how
// often cuts at nearly the same time may keep the solver from its accuracy.
const (
	maxRounds  = 500
	maxThinned = 20
)

// Margin is the solution of [MaxMargin].
type Margin struct {
	// Feasible says that weights exist. If not, Farkas multipliers of the solver prove
	// that none satisfy even the cuts made so far, and all else but Cuts, Rounds and Gap
	// is zero.
	Feasible  bool
	Weights   []float64 // w, for peaks of the kernel
	Theta     float64   // threshold and reset, at least the largest margin after a spike
	Kappa     float64   // 1/|w|: the margin per norm of the weights
	Gap       float64   // duality gap of the last program, relative
	Violation float64   // largest amount by which V exceeds its bound anywhere
	Cuts      int       // times at which V is held below its bound in the last program
	Rounds    int       // of cutting planes: how often V was searched for violations
}

// MaxMargin finds the least weights, |w|^2/2, with which a neuron with threshold and
// reset theta fires at the desired times and keeps a margin elsewhere:
//
//	w.z(t_d) = theta (1 + r(t_d)),   w.z(t) <= theta (1 + r(t)) - m(t),
//	m(t) = min(1, (t_next - t)/tau_D),   tau_D = sqrt(tau_m tau_s)
//
// with t_next the next desired time of the trial (m = 1 after the last), r of the desired
// times before t. The profile m is ours: at a desired time V must reach theta, so no
// constant margin can be kept before it, but this one makes V rise by at least 1/tau_D
// per unit of time. Both w and theta are free; a replay with real resets fires at the
// desired times.
//
// The equalities are solved by projection, and the constraints at all times replaced
// by those at finitely many. An active set adds the largest V + m above theta of
// stretches of 3 tau_D, which are exact, a few at a time, until none exceeds it by more
// than [Violation]; its cuts then go to the certified solver of package perceptron. As
// long as there still are violations of the certified solution, the largest of each
// stretch join, and cuts that do not push are dropped, so |w| grows with each round;
// where the solver cannot reach its accuracy, so are all but the last of those at
// nearly the same time. Weights that exist are reported with the gap of their program;
// that none exist is proven by a Farkas vector of the cuts, or by linearly dependent
// gradients at the desired times.
// The error is *perceptron.NumericalError, the context's, or that of too many rounds.
func MaxMargin(ctx context.Context, k *psp.Kernel, trials []*Trial, n int, engine *linalg.Engine) (*Margin, error) {
	if !slices.ContainsFunc(trials, func(t *Trial) bool { return len(t.Desired) > 0 }) {
		// Silence needs no weights, and the threshold of the full margin.
		return &Margin{Feasible: true, Weights: make([]float64, n), Theta: 1, Kappa: math.Inf(1)}, nil
	}
	c, ok := newCuts(k, trials, n)
	if !ok {
		return &Margin{}, nil
	}
	options := &perceptron.Options{Engine: engine, Workspace: new(perceptron.Workspace), SkipSignedMargin: true}
	guessed, err := c.guess(ctx, engine)
	if err != nil {
		return nil, err
	}
	for round, thinned := 1, 0; round <= maxRounds; round++ {
		s, err := perceptron.FeasibleZeroThreshold(ctx, c.problem(), options)
		var numerical *perceptron.NumericalError
		if errors.As(err, &numerical) && thinned < maxThinned {
			thinned++
			c.thin()
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("cutting planes, round %d with %d cuts: %w", round, len(c.cuts), err)
		}
		m := &Margin{Gap: s.Gap, Cuts: len(c.cuts), Rounds: guessed + round}
		if s.Status == perceptron.Infeasible {
			return m, nil
		}
		w, theta := c.weights(s.Weights)
		found, worst := c.violated(w, theta)
		if worst <= Violation {
			m.Feasible, m.Weights, m.Theta, m.Kappa, m.Violation = true, w, theta, s.KappaIn, math.Max(0, worst)
			return m, nil
		}
		c.keep(s.Certificate.Multipliers)
		c.add(found)
	}
	return nil, fmt.Errorf("precise: margins are still violated after %d rounds of cutting planes", maxRounds)
}
