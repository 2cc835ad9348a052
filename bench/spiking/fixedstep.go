package main

import (
	"math"

	"gardner/core/psp"
	"gardner/core/spiking"
)

// fixedStep integrates the neuron in steps of dt: both exponentials decay exactly
// over a step, and a spike is placed by a straight line between the ends of the step
// in which the potential passes 1. Input spikes act at the end of their step, as
// simulators on a grid do (an error of the order of dt); with exactInputs they are
// carried to it from their own time (order dt^2).
func fixedStep(k *psp.Kernel, v *spiking.Volley, w psp.Weights, until, dt float64, exactInputs bool, out []float64) []float64 {
	m, s := math.Exp(-dt/k.TauM), math.Exp(-dt/k.TauS)
	var a, b, before float64
	j := 0
	for i := 1; i <= int(math.Round(until/dt)); i++ {
		t := float64(i) * dt
		a, b = a*m, b*s
		for ; j < len(v.Time) && v.Time[j] <= t; j++ {
			x := w[v.Afferent[j]]
			if exactInputs {
				late := t - v.Time[j]
				a += x * math.Exp(-late/k.TauM)
				b += x * math.Exp(-late/k.TauS)
			} else {
				a += x
				b += x
			}
		}
		now := a - b
		if now > 1 {
			at := t - dt*(now-1)/(now-before)
			out = append(out, at)
			a -= math.Exp((at - t) / k.TauM)
			now = a - b
		}
		before = now
	}
	return out
}
