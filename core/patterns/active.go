package patterns

import (
	"fmt"

	"gardner/core/rng"
)

// maxRedraws bounds the draws of one pattern; the probability of success of one
// draw is then below about 1e-5.
const maxRedraws = 1 << 20

// RedrawError says that a minus pattern with enough active inhibitory inputs cannot
// be drawn: there are too few inhibitory afferents, or they are almost never active.
type RedrawError struct {
	Row       int // of the pattern, 0 for the first
	MinActive int
	NInh      int
	Inh       Input
	Draws     int // made in vain, 0 if hopeless from the start
}

func (e *RedrawError) Error() string {
	if e.Draws == 0 {
		return fmt.Sprintf("patterns: pattern %d needs %d active inhibitory inputs, but there are only %d inhibitory afferents: lower min_active or f_exc, or raise N",
			e.Row, e.MinActive, e.NInh)
	}
	return fmt.Sprintf("patterns: pattern %d: no draw of %d had %d active among %d inhibitory inputs (%s, mean %v): lower min_active, or raise N or the mean",
		e.Row, e.Draws, e.MinActive, e.NInh, e.Inh.Family, e.Inh.Mean)
}

// ActivePatterns draws one pattern per label like Patterns, but redraws the
// inhibitory inputs of a pattern labelled -1 until at least minActive of them are
// active (x > 0). A minus pattern without any forces kappa_out <= 1, which sparse
// bernoulli inputs at small N would otherwise show instead of the large-N theory.
// Both types being independent, this is the distribution of patterns conditioned
// on being active enough. Row mu depends on labels up to mu only; minActive <= 0
// gives exactly Patterns. The error is a *RedrawError. It panics if p is not valid.
func (p Population) ActivePatterns(s *rng.Stream, labels []float64, minActive int) ([]float64, error) {
	if minActive <= 0 {
		return p.Patterns(s, len(labels)), nil
	}
	if err := p.Validate(); err != nil {
		panic(err)
	}
	return p.active(s, labels, minActive, p.Exc.fill, p.Inh.fill)
}

// ActivePatternsFrom is ActivePatterns with inputs that are independent draws from
// samples, exc of the excitatory and inh of the inhibitory ones, instead of from
// families. It panics if a type that has afferents has no sample.
func (p Population) ActivePatternsFrom(s *rng.Stream, labels []float64, minActive int, exc, inh []float64) ([]float64, error) {
	from := func(sample []float64) func(*rng.Stream, []float64) {
		return func(s *rng.Stream, dst []float64) {
			for i := range dst {
				dst[i] = sample[s.IntN(len(sample))]
			}
		}
	}
	return p.active(s, labels, minActive, from(exc), from(inh))
}

// active draws patterns, one type after the other, redrawing inhibitory inputs.
func (p Population) active(s *rng.Stream, labels []float64, minActive int, fillExc, fillInh func(*rng.Stream, []float64)) ([]float64, error) {
	x := make([]float64, len(labels)*p.N)
	nExc := p.NExc()
	for mu, y := range labels {
		row := x[mu*p.N : (mu+1)*p.N]
		inh := row[nExc:]
		fillExc(s, row[:nExc])
		fillInh(s, inh)
		if y > 0 {
			continue
		}
		if len(inh) < minActive {
			return nil, &RedrawError{Row: mu, MinActive: minActive, NInh: len(inh), Inh: p.Inh}
		}
		for draws := 1; countActive(inh) < minActive; draws++ {
			if draws == maxRedraws {
				return nil, &RedrawError{Row: mu, MinActive: minActive, NInh: len(inh), Inh: p.Inh, Draws: draws}
			}
			fillInh(s, inh)
		}
	}
	return x, nil
}

func countActive(x []float64) int {
	n := 0
	for _, v := range x {
		if v > 0 {
			n++
		}
	}
	return n
}
