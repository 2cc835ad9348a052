package learning

import "fmt"

// InputError says which number of patterns, weights or rule is unusable.
type InputError struct {
	Field string // "x", "labels", "weights", "SigmaIn", "SigmaOut", "Rate", "Decay"
	Index int    // in the slice, row-major; 0 for a single number
	Value float64
	Want  string
}

func (e *InputError) Error() string {
	return fmt.Sprintf("learning: %s[%d] = %v, want %s", e.Field, e.Index, e.Value, e.Want)
}

// Patterns are P patterns of N inputs, each active (1) or silent (0), with labels.
// They are not changed by learning and may be shared.
type Patterns struct {
	p, nExc, nInh int
	exc, inh      int      // words of 64 bits per pattern and type
	masks         []uint64 // P times exc words, then inh words
	labels        []float64
}

// NewPatterns returns the patterns of the P x N matrix x (row-major, of 0 and 1)
// with labels (length P, +1 or -1). The first nExc inputs of a pattern are
// excitatory, the others inhibitory. It keeps labels, which must not change. The
// error is an *InputError; lengths that do not fit panic.
func NewPatterns(x, labels []float64, nExc int) (*Patterns, error) {
	P := len(labels)
	if P == 0 || len(x) == 0 || len(x)%P != 0 || nExc < 0 || nExc > len(x)/P {
		panic(fmt.Sprintf("learning: %d inputs, %d labels, %d excitatory: want P x N inputs, P > 0 labels", len(x), P, nExc))
	}
	N := len(x) / P
	p := &Patterns{p: P, nExc: nExc, nInh: N - nExc, exc: (nExc + 63) / 64, inh: (N - nExc + 63) / 64, labels: labels}
	p.masks = make([]uint64, P*(p.exc+p.inh))
	for mu, y := range labels {
		if y != 1 && y != -1 {
			return nil, &InputError{Field: "labels", Index: mu, Value: y, Want: "+1 or -1"}
		}
		exc, inh := p.mask(mu)
		for i, v := range x[mu*N : (mu+1)*N] {
			switch {
			case v != 0 && v != 1:
				return nil, &InputError{Field: "x", Index: mu*N + i, Value: v, Want: "0 or 1"}
			case v == 1 && i < nExc:
				exc[i/64] |= 1 << (i % 64)
			case v == 1:
				inh[(i-nExc)/64] |= 1 << ((i - nExc) % 64)
			}
		}
	}
	return p, nil
}

// P returns the number of patterns.
func (p *Patterns) P() int { return p.p }

// N returns the number of inputs.
func (p *Patterns) N() int { return p.nExc + p.nInh }

// mask returns the active excitatory and inhibitory inputs of a pattern.
func (p *Patterns) mask(mu int) (exc, inh []uint64) {
	row := p.masks[mu*(p.exc+p.inh) : (mu+1)*(p.exc+p.inh)]
	return row[:p.exc:p.exc], row[p.exc:]
}
