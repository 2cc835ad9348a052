package ensemble

import (
	"fmt"
	"math"

	"gardner/core/perceptron"
)

// Memories are the states that a network shall hold. Columns that are trained hold 0 and 1; others, inputs only, hold any
// finite number.
type Memories struct {
	P, N  int
	X     []float64 // P x N, row-major: X[mu*N+i] is the state of neuron i in memory mu
	Signs []int8    // N values g_i of the presynaptic neuron: +1 excitatory, -1 inhibitory, 0 unconstrained
	Gamma float64   // bound on the norm of the physical weights onto a neuron; > 0, +Inf = no bound
	Drive []float64 // P values I_ext^mu, in units of the threshold, the same for all neurons; nil = 0
}

// Range is the neurons Lo <= i < Hi.
type Range struct{ Lo, Hi int }

// InputError says what is wrong with memories or a range. Row and Col are -1 where they do not apply.
type InputError struct {
	Field    string
	Row, Col int
	Msg      string
}

func (e *InputError) Error() string {
	at := ""
	switch {
	case e.Row >= 0 && e.Col >= 0:
		at = fmt.Sprintf("[memory %d, neuron %d]", e.Row, e.Col)
	case e.Row >= 0:
		at = fmt.Sprintf("[%d]", e.Row)
	}
	return fmt.Sprintf("ensemble: %s%s %s", e.Field, at, e.Msg)
}

// Validate checks shapes and domains, and that the columns of r hold 0 and 1 only. The error is an *InputError, or the
// *perceptron.InputError of what both packages share.
func (m *Memories) Validate(r Range) error {
	if m.N < 2 {
		return &InputError{Field: "N", Row: -1, Col: -1, Msg: fmt.Sprintf("is %d, a network has at least 2 neurons", m.N)}
	}
	if r.Lo < 0 || r.Hi > m.N || r.Lo > r.Hi {
		return &InputError{Field: "Range", Row: -1, Col: -1, Msg: fmt.Sprintf("%d to %d is not within the %d neurons", r.Lo, r.Hi, m.N)}
	}
	labels := make([]float64, max(m.P, 0))
	for mu := range labels {
		labels[mu] = 1
	}
	whole := perceptron.Problem{P: m.P, N: m.N, X: m.X, Labels: labels, Signs: m.Signs, Gamma: m.Gamma, Drive: m.Drive}
	if err := whole.Validate(); err != nil {
		return fmt.Errorf("ensemble: memories: %w", err)
	}
	for mu := range m.P {
		for i := r.Lo; i < r.Hi; i++ {
			if x := m.X[mu*m.N+i]; x != 0 && x != 1 {
				return &InputError{Field: "X", Row: mu, Col: i, Msg: fmt.Sprintf("is %v, the state of a trained neuron is 0 or 1", x)}
			}
		}
	}
	return nil
}

// Problem returns the problem of neuron i: its own copy of X without column i, labels 2 x_i - 1.
func (m *Memories) Problem(i int) *perceptron.Problem {
	p := &perceptron.Problem{}
	m.fill(p, i)
	return p
}

// fill makes p the problem of neuron i, in the memory that p has.
func (m *Memories) fill(p *perceptron.Problem, i int) {
	if i < 0 || i >= m.N {
		panic(fmt.Sprintf("ensemble: neuron %d of %d", i, m.N))
	}
	n := m.N - 1
	p.P, p.N, p.Gamma, p.Drive = m.P, n, m.Gamma, m.Drive
	p.X, p.Labels = resize(p.X, m.P*n), resize(p.Labels, m.P)
	p.Signs = append(append(p.Signs[:0], m.Signs[:i]...), m.Signs[i+1:]...)
	for mu := range m.P {
		row := m.X[mu*m.N : (mu+1)*m.N]
		copy(p.X[mu*n:], row[:i])
		copy(p.X[mu*n+i:], row[i+1:])
		p.Labels[mu] = float64(2*row[i]) - 1
	}
}

func resize(s []float64, n int) []float64 {
	if cap(s) < n {
		return make([]float64, n)
	}
	return s[:n]
}

// nan fills s.
func nan(s []float64) {
	for k := range s {
		s[k] = math.NaN()
	}
}
