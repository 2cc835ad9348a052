package precise

import (
	"math"

	"gardner/core/psp"
	"gardner/core/spiking"
)

// Mistake is the first error of a trial.
type Mistake struct {
	At      float64 // the spike that should not be, or the end of the window without one
	Missing bool    // no spike in a window
}

// Judge compares output spikes with desired times: exactly one within eps of each, in
// turn, and none elsewhere. It returns the first mistake; false if there is none.
// Spikes are in order, and desired times at least 2 eps apart.
func Judge(desired, spikes []float64, eps float64) (Mistake, bool) {
	next := 0 // of desired times
	for _, s := range spikes {
		if next < len(desired) && s > desired[next]+eps {
			return Mistake{desired[next] + eps, true}, true
		}
		if next == len(desired) || s < desired[next]-eps {
			return Mistake{s, false}, true
		}
		next++
	}
	if next < len(desired) {
		return Mistake{desired[next] + eps, true}, true
	}
	return Mistake{}, false
}

// firstMistake is Judge of the spikes that a neuron with weights w fires in the trial, with
// real resets (spiking.Run). It goes no further than to the mistake.
func (t *Trial) firstMistake(k *psp.Kernel, w psp.Weights, eps float64) (Mistake, bool) {
	run := spiking.Begin(k, &t.Input, w, t.End)
	for next := 0; ; next++ { // of desired times
		closes := math.Inf(1)
		if next < len(t.Desired) {
			closes = t.Desired[next] + eps
		}
		switch s, ok := run.Next(closes); {
		case !ok && next == len(t.Desired):
			return Mistake{}, false
		case next < len(t.Desired) && (!ok || s > closes):
			return Mistake{closes, true}, true
		case next == len(t.Desired) || s < t.Desired[next]-eps:
			return Mistake{s, false}, true
		}
	}
}

// Replays reports whether the neuron fires once within eps of each desired time of
// each trial and never elsewhere.
func Replays(k *psp.Kernel, trials []*Trial, w []float64, eps float64) bool {
	scaled := psp.Scale(k, w)
	for _, t := range trials {
		if _, wrong := t.firstMistake(k, scaled, eps); wrong {
			return false
		}
	}
	return true
}
