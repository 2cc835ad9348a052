// Package noise gives the error probability of a trained neuron under input and
// output noise (the paper, "Noise robustness"):
//
//	V = sum_i w_i (x_i + sigma_in n_i) + sigma_out n,    n, n_i standard normal
//
// and the neuron is active if V + I_ext > V_th = 1. Only balanced solutions
// survive both noises: input noise grows with |w|, output noise with 1/kappa_out.
//
//	n, err := noise.New(w, x, labels, nil)
//	for _, s := range []float64{0, .05, .1} {
//		fmt.Println(n.ErrorProbability(noise.Magnitude{In: s, Out: .1}))
//	}
//
// Without rectification the probability is exact, with rectified inputs it is sampled.
package noise

import (
	"fmt"
	"math"

	"gardner/core/linalg"
	"gardner/core/num"
)

// Neuron is a neuron with fixed weights and the patterns it should classify. It
// is not changed by any method and may be shared.
type Neuron struct {
	weights []float64
	x       []float64 // P x N, row-major
	labels  []float64
	fields  []float64 // w.x - 1 + I_ext per pattern
	offsets []float64 // I_ext - 1 per pattern
	norm    float64   // |w|
}

// InputError says which number of a neuron or noise is unusable.
type InputError struct {
	Field string // "weights", "patterns", "labels", "drive", "sigma_in", "sigma_out"
	Index int    // in the slice, row-major; 0 for a single number
	Value float64
	Want  string
}

func (e *InputError) Error() string {
	return fmt.Sprintf("noise: %s[%d] = %v, want %s", e.Field, e.Index, e.Value, e.Want)
}

// New returns the neuron with physical weights (length N, in units of V_th per
// input), patterns (P x N, row-major), labels (length P, +1 or -1) and drive
// (I_ext, length P, or nil for none). It keeps weights, patterns and labels, which
// must not change. The error is an *InputError for a label that is none and for
// numbers that are not finite; lengths that do not fit panic.
func New(weights, x, labels, drive []float64) (*Neuron, error) {
	N, P := len(weights), len(labels)
	if len(x) != P*N || drive != nil && len(drive) != P {
		panic(fmt.Sprintf("noise: %d weights, %d labels, %d inputs, %d drives: want P x N inputs and P or no drives", N, P, len(x), len(drive)))
	}
	for _, in := range []struct {
		field  string
		values []float64
	}{{"weights", weights}, {"patterns", x}, {"drive", drive}} {
		for i, v := range in.values {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, &InputError{Field: in.field, Index: i, Value: v, Want: "a finite number"}
			}
		}
	}
	n := &Neuron{
		weights: weights, x: x, labels: labels,
		fields: make([]float64, P), offsets: make([]float64, P),
		norm: math.Sqrt(linalg.Dot(weights, weights)),
	}
	for mu, y := range labels {
		if y != 1 && y != -1 {
			return nil, &InputError{Field: "labels", Index: mu, Value: y, Want: "+1 or -1"}
		}
		n.offsets[mu] = -1
		if drive != nil {
			n.offsets[mu] += drive[mu]
		}
		n.fields[mu] = linalg.Dot(weights, x[mu*N:(mu+1)*N]) + n.offsets[mu]
	}
	return n, nil
}

// Patterns returns P.
func (n *Neuron) Patterns() int { return len(n.labels) }

// Margin returns y^mu (w.x^mu - 1 + I_ext^mu), negative where the neuron errs
// without noise.
func (n *Neuron) Margin(mu int) float64 { return float64(n.labels[mu] * n.fields[mu]) }

// Magnitude is the standard deviations of the noises.
type Magnitude struct {
	In  float64 // of each input, in the unit of the inputs
	Out float64 // of the potential, in units of V_th
}

// Validate returns nil or an *InputError: both are finite and not negative.
func (m Magnitude) Validate() error {
	for _, c := range []struct {
		field string
		v     float64
	}{{"sigma_in", m.In}, {"sigma_out", m.Out}} {
		if !(c.v >= 0 && c.v <= math.MaxFloat64) {
			return &InputError{Field: c.field, Value: c.v, Want: "a number >= 0"}
		}
	}
	return nil
}

// PotentialSD returns the standard deviation sqrt(|w|^2 In^2 + Out^2) of the
// potential. It panics if m is not valid.
func (n *Neuron) PotentialSD(m Magnitude) float64 {
	if err := m.Validate(); err != nil {
		panic(err)
	}
	small, large := float64(n.norm*m.In), m.Out
	if small > large {
		small, large = large, small
	}
	if large == 0 {
		return 0
	}
	ratio := small / large // so that squares of tiny noises do not vanish
	return float64(large * math.Sqrt(1+float64(ratio*ratio)))
}

// PatternError returns the probability that pattern mu is misclassified,
// H(margin/PotentialSD). Where the potential has no noise that is the step: 1 if
// the neuron errs. A potential exactly at threshold is silence, as everywhere in
// the model (active if V > V_th): right for label -1, wrong for +1; with noise it
// is 1/2 for either. It panics if m is not valid.
func (n *Neuron) PatternError(mu int, m Magnitude) float64 {
	return n.patternError(mu, n.PotentialSD(m))
}

func (n *Neuron) patternError(mu int, sd float64) float64 {
	if sd == 0 {
		if n.errs(mu, n.fields[mu]) {
			return 1
		}
		return 0
	}
	return num.H(n.Margin(mu) / sd)
}

// errs reports whether activity at field V + I_ext - 1 contradicts the label.
func (n *Neuron) errs(mu int, field float64) bool { return (field > 0) != (n.labels[mu] > 0) }

// ErrorProbability returns the mean of PatternError over the patterns, NaN if there
// are none. It panics if m is not valid.
func (n *Neuron) ErrorProbability(m Magnitude) float64 {
	sd := n.PotentialSD(m)
	sum := 0.0
	for mu := range n.labels {
		sum += n.patternError(mu, sd)
	}
	return sum / float64(len(n.labels))
}
