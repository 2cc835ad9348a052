package memory

import (
	"context"
	"math"

	"gardner/core/patterns"
	"gardner/core/perceptron"
	"gardner/core/rng"
)

// Sequence returns the problem of neuron i for an ordered sequence of memories, to
// measure how many it can hold: its inputs are the states of the other neurons, and its
// own states are those of labels (+1 active, -1 silent, one per memory), whatever the
// memories say of it. With exact counts of active states (patterns.ExactLabels) the
// fluctuations of their number do not drown those of the capacity.
func (m *Memories) Sequence(i int, labels []float64, gamma float64) *perceptron.Problem {
	p := m.Ensemble(gamma).Problem(i)
	p.Labels = labels
	return p
}

// OwnStates draws exact-count states of neuron i for a sequence of memories.
func (m *Memories) OwnStates(s *rng.Stream, i int) []float64 {
	return patterns.ExactLabels(s, m.P, m.Activity(i))
}

// FreeCapacity returns the largest prefix of p's patterns that solution UF holds with
// kappa_in >= kappa, 0 if there is none, and the certificate gap of its solution: the
// largest kappa_in does not grow with the prefix, so bisection finds it. ended is false
// if all patterns are held: the capacity may be larger. Errors as
// [perceptron.FreeThreshold].
func FreeCapacity(ctx context.Context, p *perceptron.Problem, kappa float64, o *perceptron.Options) (capacity int, gap float64, ended bool, err error) {
	low, high := 0, p.P+1 // low is held; high is not, or beyond the patterns
	for high-low > 1 {
		// The first question decides whether the sequence ends at all.
		n := (low + high) / 2
		if high > p.P {
			n = p.P
		}
		s, err := perceptron.FreeThreshold(ctx, p.Prefix(n), o)
		if err != nil {
			return 0, 0, false, err
		}
		if s.Status == perceptron.Optimal && s.KappaIn >= kappa {
			low, gap = n, math.Abs(s.Gap)
		} else {
			high = n
		}
	}
	return low, gap, high <= p.P, nil
}
