package patterns

import (
	"fmt"

	"gardner/core/rng"
)

// Population is the afferents of one neuron: floor(FExc N) excitatory inputs
// drawn from Exc, then the inhibitory ones drawn from Inh.
type Population struct {
	N        int
	FExc     float64 // in [0, 1]
	Exc, Inh Input   // the input of an empty type is not looked at
}

// Validate returns nil, a *ParamError or a *FamilyError.
func (p Population) Validate() error {
	if p.N < 1 {
		return &ParamError{Field: "N", Value: float64(p.N), Domain: "at least one afferent"}
	}
	if !(p.FExc >= 0 && p.FExc <= 1) {
		return &ParamError{Field: "FExc", Value: p.FExc, Domain: "a fraction between 0 and 1"}
	}
	nExc := p.NExc()
	if nExc > 0 {
		if err := p.Exc.Validate(); err != nil {
			return fmt.Errorf("excitatory: %w", err)
		}
	}
	if nExc < p.N {
		if err := p.Inh.Validate(); err != nil {
			return fmt.Errorf("inhibitory: %w", err)
		}
	}
	return nil
}

// NExc returns the number of excitatory afferents, floor(FExc N).
func (p Population) NExc() int { return FloorSize(p.FExc * float64(p.N)) }

// Signs returns the N signs g_i: +1 for the excitatory afferents, then -1.
func (p Population) Signs() []int8 {
	signs := make([]int8, p.N)
	nExc := p.NExc()
	for i := range signs {
		signs[i] = -1
		if i < nExc {
			signs[i] = 1
		}
	}
	return signs
}

// Patterns draws P patterns: P x N, row-major, excitatory columns first. Row mu
// does not depend on P. It panics if p is not valid or P < 0.
func (p Population) Patterns(s *rng.Stream, P int) []float64 {
	if err := p.Validate(); err != nil {
		panic(err)
	}
	x := make([]float64, P*p.N)
	nExc := p.NExc()
	for mu := range P {
		row := x[mu*p.N : (mu+1)*p.N]
		p.Exc.fill(s, row[:nExc])
		p.Inh.fill(s, row[nExc:])
	}
	return x
}
