package spiking

import (
	"math"

	"gardner/core/linalg"
	"gardner/core/psp"
)

// Threshold is the potential at which the neuron fires and that a reset subtracts.
const Threshold = 1

// Run appends to spikes the times, up to until, at which a neuron at rest at time 0
// fires in response to the train. until must not be before the last input spike.
func Run(k *psp.Kernel, v *psp.Train, w psp.Weights, until float64, spikes []float64) []float64 {
	for r := Begin(k, v, w, until); ; {
		at, ok := r.Next(math.Inf(1))
		if !ok {
			return spikes
		}
		spikes = append(spikes, at)
	}
}

// Running is a neuron on its way through a train.
type Running struct {
	k     *psp.Kernel
	v     *psp.Train
	w     psp.Weights
	until float64

	p    psp.Potential // just after now
	now  float64       // the last event
	left float64       // from now to the next input, if now is an output spike
	j    int           // the next input
	open bool          // now is an output spike
}

// Begin puts a neuron at rest before a train, to follow it until a time that must not
// be before the last input spike.
func Begin(k *psp.Kernel, v *psp.Train, w psp.Weights, until float64) Running {
	return Running{k: k, v: v, w: w, until: until}
}

// Next returns the next output spike. It may give up, without one, once it has passed
// the deadline: false says that there is none up to then.
func (r *Running) Next(deadline float64) (at float64, ok bool) {
	n := r.v.Len()
	if deadline < r.until {
		n = min(n, r.v.Before(deadline)+1)
	}
	decayM, decayS, afferent := r.v.DecayM[:n], r.v.DecayS[:n], r.v.Afferent[:n]
	for ; r.j < n; r.j++ {
		// Until the next input A is at most what it is now, and B, which is positive where
		// the potential can rise, at least what it will be then.
		if r.open || math.FMA(-r.p.B, decayS[r.j], r.p.A) > Threshold {
			if !r.open {
				r.left = r.v.Gap[r.j]
			}
			if r.fire() {
				return r.now, true
			}
			r.p = r.k.After(r.p, r.left)
			x := r.w[afferent[r.j]]
			r.p.A += x
			r.p.B += x
			r.open = false
		} else if r.j, r.p.A, r.p.B = linalg.Leak(r.p.A, r.p.B, r.j, decayM, decayS, afferent, r.w, Threshold); r.j == n-1 {
			x := r.w[afferent[r.j]]
			r.p.A, r.p.B = math.FMA(r.p.A, decayM[r.j], x), math.FMA(r.p.B, decayS[r.j], x)
		}
		r.now = r.v.Time[r.j]
	}
	if n < r.v.Len() || !(r.p.A > Threshold) {
		return 0, false
	}
	if !r.open {
		r.left = math.Max(0, r.until-r.now)
	}
	ok = r.fire()
	return r.now, ok
}

// fire goes to the first spike in the time that is left; false if there is none.
func (r *Running) fire() bool {
	s, ok := r.k.Rise(r.p, Threshold, r.left)
	if !ok {
		return false
	}
	r.p = r.k.After(r.p, s)
	r.p.A -= Threshold
	r.now += s
	r.left -= s
	r.open = true
	return true
}

// fire follows the potential for a time h from start on, with no input but all its
// output spikes, and returns it at the end.
func fire(k *psp.Kernel, p psp.Potential, start, h float64, spikes []float64) (psp.Potential, []float64) {
	r := Running{k: k, p: p, now: start, left: h}
	for r.fire() {
		spikes = append(spikes, r.now)
	}
	return k.After(r.p, r.left), spikes
}
