package tempotron

import (
	"context"
	"fmt"
	"math"

	"gardner/core/linalg"
	"gardner/core/psp"
	"gardner/core/rng"
)

// Rule is the tempotron's learning rule with momentum.
type Rule struct {
	Rate     float64 // lambda > 0: the step along the gradient, in units of the threshold
	Momentum float64 // in [0, 1): the part of the last change that is made again at the next error
	Decay    float64 // cycles after which the step has halved: Rate/(1 + cycle/Decay) from cycle 0 on; 0: it stays
	Window   float64 // T > 0: the potential counts over [0, T]
	Cycles   int     // over all patterns, at most
}

// RuleError says which number of a rule makes no sense.
type RuleError struct {
	Field string
	Value float64
	Want  string
}

func (e *RuleError) Error() string {
	return fmt.Sprintf("tempotron: %s = %v, want %s", e.Field, e.Value, e.Want)
}

// Validate returns nil or a *RuleError.
func (r Rule) Validate() error {
	switch {
	case !(r.Rate > 0 && r.Rate <= math.MaxFloat64):
		return &RuleError{"Rate", r.Rate, "a positive number"}
	case !(r.Momentum >= 0 && r.Momentum < 1):
		return &RuleError{"Momentum", r.Momentum, "a number from 0 to below 1"}
	case !(r.Decay >= 0 && r.Decay <= math.MaxFloat64):
		return &RuleError{"Decay", r.Decay, "a number of cycles, or 0 for a constant rate"}
	case !(r.Window > 0 && r.Window <= math.MaxFloat64):
		return &RuleError{"Window", r.Window, "a positive time"}
	case r.Cycles < 0:
		return &RuleError{"Cycles", float64(r.Cycles), "a number >= 0"}
	}
	return nil
}

// Learn changes the weights w, in units of the threshold, until a whole cycle over
// the patterns, in a random order drawn anew each time, has no error; it returns the
// number of cycles up to and including that one, or false after Rule.Cycles. The
// momentum is that of Guetig and Sompolinsky: each change is the gradient's plus
// Momentum times the change before, whatever pattern made it.
//
// With a constant Rate the errors come down to a level that the steps keep up, and end
// by chance; with Decay they go on falling, as in annealing, and end where the
// constant rate does not (ours). The error is a *RuleError or the context's; labels
// that are not one per pattern panic.
func (r Rule) Learn(ctx context.Context, k *psp.Kernel, patterns []*psp.Train, labels, w []float64, s *rng.Stream) (cycles int, ok bool, err error) {
	if err := r.Validate(); err != nil {
		return 0, false, err
	}
	if len(labels) != len(patterns) {
		panic(fmt.Sprintf("tempotron: %d labels of %d patterns", len(labels), len(patterns)))
	}
	order := make([]int, len(patterns))
	for i := range order {
		order[i] = i
	}
	change, scaled := make([]float64, len(w)), psp.Scale(k, w)
	for cycles = 1; cycles <= r.Cycles; cycles++ {
		if err := ctx.Err(); err != nil {
			return cycles, false, err
		}
		s.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		wrong, rate := 0, r.rate(cycles)
		for _, mu := range order {
			if r.correct(k, patterns[mu], labels[mu], rate, scaled, change) {
				continue
			}
			wrong++
			linalg.Axpy(1, change, w)
			linalg.Axpy(k.V0, change, scaled)
		}
		if wrong == 0 {
			return cycles, true, nil
		}
		for i, x := range w {
			scaled[i] = float64(x * k.V0) // without the rounding of its updates
		}
	}
	return r.Cycles, false, nil
}

// rate is the step in a cycle, counted from 1.
func (r Rule) rate(cycle int) float64 {
	if r.Decay == 0 {
		return r.Rate
	}
	return r.Rate / (1 + float64(cycle-1)/r.Decay)
}

// correct reports whether a pattern has its label; if not, change becomes what the
// rule, with a step of the given rate, adds to the weights.
func (r Rule) correct(k *psp.Kernel, p *psp.Train, label, rate float64, scaled psp.Weights, change []float64) bool {
	var at float64
	if label > 0 {
		if p.Exceeds(k, scaled, r.Window, 1) {
			return true
		}
		at, _ = p.Peak(k, scaled, r.Window)
	} else {
		high, peak := p.PeakAbove(k, scaled, r.Window, 1)
		if !(peak > 1) {
			return true
		}
		at = high
	}
	for i := range change {
		change[i] = float64(change[i] * r.Momentum)
	}
	p.AddPSP(k, at, math.Copysign(rate, label), change)
	return false
}

// Output reports whether the potential passes the threshold in the window.
func (r Rule) Output(k *psp.Kernel, p *psp.Train, w []float64) bool {
	return p.Exceeds(k, psp.Scale(k, w), r.Window, 1)
}
