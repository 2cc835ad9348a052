package memory

import (
	"fmt"

	"gardner/core/patterns"
	"gardner/core/rng"
)

// Population is the neurons of a network and the activity levels of its memories.
type Population struct {
	N      int
	FExc   float64 // f_exc, excitatory fraction, in [0, 1]
	FE, FI float64 // f_E, f_I: probability that a neuron of a type is active in a memory, in (0, 1)
}

// inputs is the population as afferents.
func (p Population) inputs() patterns.Population {
	return patterns.Population{N: p.N, FExc: p.FExc,
		Exc: patterns.Input{Family: patterns.Bernoulli, Mean: p.FE},
		Inh: patterns.Input{Family: patterns.Bernoulli, Mean: p.FI}}
}

// Validate returns nil or an error that says which number is out of its domain: a
// *SizeError for N below 2, a *patterns.ParamError else.
func (p Population) Validate() error {
	if p.N < 2 {
		return &SizeError{N: p.N}
	}
	return p.inputs().Validate()
}

// SizeError says that a network has too few neurons to have couplings.
type SizeError struct{ N int }

func (e *SizeError) Error() string {
	return fmt.Sprintf("memory: a network of N = %d has no couplings, want at least 2 neurons", e.N)
}

// NExc returns the number of excitatory neurons, floor(FExc N).
func (p Population) NExc() int { return p.inputs().NExc() }

// Signs returns the sign of each neuron's couplings, +1 for the excitatory ones, then -1.
func (p Population) Signs() []int8 { return p.inputs().Signs() }

// Activity returns f_E or f_I, by the type of neuron i.
func (p Population) Activity(i int) float64 {
	if i < p.NExc() {
		return p.FE
	}
	return p.FI
}

// Memories are the states that a network should keep.
type Memories struct {
	Population
	P      int
	States []float64 // P x N, row-major, 0 or 1
}

// Draw draws P memories. Memory mu does not depend on P. With minActive > 0 the
// inhibitory neurons of a memory are drawn again until that many are active: a memory
// without any forces kappa_out <= 1 on each neuron silent in it. The error is that of
// Validate or a *patterns.RedrawError. It panics if P < 1.
func (p Population) Draw(s *rng.Stream, P, minActive int) (*Memories, error) {
	if P < 1 {
		panic(fmt.Sprintf("memory: %d memories", P))
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	silent := make([]float64, P) // the condition holds for every memory
	for mu := range silent {
		silent[mu] = -1
	}
	x, err := p.inputs().ActivePatterns(s, silent, minActive)
	if err != nil {
		return nil, err
	}
	return &Memories{Population: p, P: P, States: x}, nil
}

// Memory returns the state mu, 0-based: N numbers that must not be changed.
func (m *Memories) Memory(mu int) []float64 { return m.States[mu*m.N : (mu+1)*m.N : (mu+1)*m.N] }
