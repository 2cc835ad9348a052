// Package psptest is the neurons of package psp from their definitions: sums over all
// past spikes at every time, in package math's own functions. Slow, and what the
// event-driven code is tested against.
//
//	want := psptest.Spikes(k, train, w, 200, 0.02)
package psptest

import (
	"math"

	"gardner/core/psp"
)

// Potential returns sum_i w_i sum_{t_i < at} K(at - t_i), without resets.
func Potential(k *psp.Kernel, t *psp.Train, w []float64, at float64) float64 {
	v0 := 1 / (math.Exp(-k.Peak/k.TauM) - math.Exp(-k.Peak/k.TauS))
	sum := 0.0
	for j, tj := range t.Time {
		if tj < at {
			sum += w[t.Afferent[j]] * v0 * (math.Exp((tj-at)/k.TauM) - math.Exp((tj-at)/k.TauS))
		}
	}
	return sum
}

// Spikes returns the times up to until at which a neuron with threshold 1 and resets
// e^{-(t-t_sp)/tau_m} fires: the potential is scanned in steps and bisected where it
// passes 1. Two passages within a step are missed.
func Spikes(k *psp.Kernel, t *psp.Train, w []float64, until, step float64) []float64 {
	var out []float64
	potential := func(at float64) float64 {
		v := Potential(k, t, w, at)
		for _, s := range out {
			v -= math.Exp((s - at) / k.TauM)
		}
		return v
	}
	for at := 0.0; at < until; {
		next := math.Min(at+step, until)
		if !(potential(next) > 1) {
			at = next
			continue
		}
		low, high := at, next
		for range 60 {
			if mid := (low + high) / 2; potential(mid) > 1 {
				high = mid
			} else {
				low = mid
			}
		}
		out = append(out, high)
		at = math.Nextafter(high, until)
	}
	return out
}
