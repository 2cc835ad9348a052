package memory

import (
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
