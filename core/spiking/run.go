package spiking

import (
	"math"

	"gardner/core/psp"
)

// Threshold is the potential at which the neuron fires and that a reset subtracts.
const Threshold = 1

// Run appends to spikes the times, up to until, at which a neuron at rest at time 0
// fires in response to the train. until must not be before the last input spike.
func Run(k *psp.Kernel, v *psp.Train, w psp.Weights, until float64, spikes []float64) []float64 {
	var p psp.Potential
	n := len(v.Time)
	decayM, decayS, gap, afferent := v.DecayM[:n], v.DecayS[:n], v.Gap[:n], v.Afferent[:n]
	last := 0.0
	for j, m := range decayM {
		x := w[afferent[j]]
		// Until the next input A is at most what it is now, and B, which is positive where
		// the potential can rise, at least what it will be then.
		if s := decayS[j]; math.FMA(-p.B, s, p.A) > Threshold {
			p, spikes = fire(k, p, last, gap[j], spikes)
			p.A += x
			p.B += x
		} else {
			p.A, p.B = math.FMA(p.A, m, x), math.FMA(p.B, s, x)
		}
		last = v.Time[j]
	}
	if p.A > Threshold {
		_, spikes = fire(k, p, last, math.Max(0, until-last), spikes)
	}
	return spikes
}

// fire follows the potential for a time h from start on, with no input but all its
// output spikes, and returns it at the end.
func fire(k *psp.Kernel, p psp.Potential, start, h float64, spikes []float64) (psp.Potential, []float64) {
	for {
		s, ok := k.Rise(p, Threshold, h)
		if !ok {
			return k.After(p, h), spikes
		}
		p = k.After(p, s)
		p.A -= Threshold
		start += s
		h -= s
		spikes = append(spikes, start)
	}
}
