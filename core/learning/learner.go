package learning

import (
	"fmt"
	"math"

	"gardner/core/linalg"
	"gardner/core/rng"
)

// Rule is the learning rule's constants and the noise during learning.
type Rule struct {
	SigmaIn  float64 // s.d. of the noise of each input, >= 0
	SigmaOut float64 // s.d. of the noise of the potential, in units of V_th, >= 0
	Rate     float64 // rho, change of a weight per error, > 0
	Decay    float64 // eps, share of every weight lost per presentation, in [0, 1)
}

// Validate returns nil or an *InputError.
func (r Rule) Validate() error {
	for _, c := range []struct {
		field string
		v     float64
	}{{"SigmaIn", r.SigmaIn}, {"SigmaOut", r.SigmaOut}} {
		if !(c.v >= 0 && c.v <= math.MaxFloat64) {
			return &InputError{Field: c.field, Value: c.v, Want: "a number >= 0"}
		}
	}
	if !(r.Rate > 0 && r.Rate <= math.MaxFloat64) {
		return &InputError{Field: "Rate", Value: r.Rate, Want: "a positive number"}
	}
	if !(r.Decay >= 0 && r.Decay < 1) {
		return &InputError{Field: "Decay", Value: r.Decay, Want: "a number from 0 to below 1"}
	}
	return nil
}

// Learner is a neuron on its way. Its weights are w = scale g u, with u >= 0 and g
// the sign of the type. It is not for concurrent use.
type Learner struct {
	rule         Rule
	patterns     *Patterns
	order, noise *rng.Stream

	exc, inh             []float64 // u by type, padded with 0 to whole words
	squareExc, squareInh float64   // |u|^2 by type
	scale                float64   // > 0
	keep                 float64   // 1 - eps

	sequence []int     // of the patterns in this cycle
	normal   []float64 // a normal number for each presentation of this cycle
}

// New returns a neuron with the given weights (length N, excitatory ones >= 0
// first, then inhibitory ones <= 0), which are copied. A cycle takes its order from
// one stream and its noise, one normal number per presentation, from the other, so
// that learners with equal streams differ in their rule only. The error is an
// *InputError; a length that does not fit panics.
func New(p *Patterns, weights []float64, rule Rule, order, noise *rng.Stream) (*Learner, error) {
	if err := rule.Validate(); err != nil {
		return nil, err
	}
	if len(weights) != p.N() {
		panic(fmt.Sprintf("learning: %d weights for %d inputs", len(weights), p.N()))
	}
	l := &Learner{rule: rule, patterns: p, order: order, noise: noise, scale: 1, keep: 1 - rule.Decay,
		exc: make([]float64, 64*p.exc), inh: make([]float64, 64*p.inh),
		sequence: make([]int, p.p), normal: make([]float64, p.p)}
	for i, w := range weights {
		switch {
		case math.IsNaN(w) || math.IsInf(w, 0):
			return nil, &InputError{Field: "weights", Index: i, Value: w, Want: "a finite number"}
		case i < p.nExc && w < 0:
			return nil, &InputError{Field: "weights", Index: i, Value: w, Want: "an excitatory weight, >= 0"}
		case i >= p.nExc && w > 0:
			return nil, &InputError{Field: "weights", Index: i, Value: w, Want: "an inhibitory weight, <= 0"}
		case i < p.nExc:
			l.exc[i] = math.Abs(w)
		default:
			l.inh[i-p.nExc] = math.Abs(w)
		}
	}
	l.squareExc, l.squareInh = linalg.Dot(l.exc, l.exc), linalg.Dot(l.inh, l.inh)
	for mu := range l.sequence {
		l.sequence[mu] = mu
	}
	return l, nil
}

// Cycle presents every pattern once, in a fresh random order, and returns the
// number of presentations that were errors.
func (l *Learner) Cycle() int {
	l.order.Shuffle(len(l.sequence), func(i, j int) { l.sequence[i], l.sequence[j] = l.sequence[j], l.sequence[i] })
	l.noise.FillNorm(l.normal)
	errors := 0
	for k, mu := range l.sequence {
		if l.present(mu, l.normal[k]) {
			errors++
		}
	}
	return errors
}

// present shows a pattern with a normal number of noise and learns from it.
func (l *Learner) present(mu int, normal float64) (wrong bool) {
	exc, inh := l.patterns.mask(mu)
	drive := float64(l.scale * (linalg.MaskedSum(l.exc, exc) - linalg.MaskedSum(l.inh, inh)))
	in, out := float64(l.norm()*l.rule.SigmaIn), l.rule.SigmaOut
	sd := math.Sqrt(float64(in*in) + float64(out*out))
	h := drive - 1 + float64(sd*normal)
	y := l.patterns.labels[mu]

	l.scale = float64(l.scale * l.keep)
	wrong = y*h < 0
	if wrong {
		step := y * l.rule.Rate / l.scale
		l.squareExc = linalg.MaskedAddRectified(step, l.exc, exc)
		l.squareInh = linalg.MaskedAddRectified(-step, l.inh, inh)
	}
	if l.scale < rescaleBelow {
		l.rescale()
	}
	return wrong
}

// rescaleBelow is where the common factor goes back to the weights: a power of
// two, so that nothing is rounded.
const rescaleBelow = 0x1p-64

func (l *Learner) rescale() {
	for l.scale < rescaleBelow {
		for _, u := range [][]float64{l.exc, l.inh} {
			for i := range u {
				u[i] *= rescaleBelow
			}
		}
		l.squareExc *= rescaleBelow * rescaleBelow
		l.squareInh *= rescaleBelow * rescaleBelow
		l.scale /= rescaleBelow
	}
}

// norm is |w|.
func (l *Learner) norm() float64 { return float64(l.scale * math.Sqrt(l.squareExc+l.squareInh)) }

// Weights returns a copy of the weights, excitatory ones first.
func (l *Learner) Weights() []float64 {
	w := make([]float64, 0, l.patterns.N())
	for _, u := range l.exc[:l.patterns.nExc] {
		w = append(w, float64(l.scale*u))
	}
	for _, u := range l.inh[:l.patterns.nInh] {
		w = append(w, 0-float64(l.scale*u))
	}
	return w
}
