package psp

import (
	"fmt"
	"math"

	"gardner/core/linalg"
)

// Train is the input spikes of one presentation in the order of time, with the decay
// of both exponentials between them, which every neuron that hears it shares.
type Train struct {
	Time     []float64 // not decreasing
	Afferent []int32   // of each spike
	Gap      []float64 // since the spike before, or since time 0
	DecayM   []float64 // e^{-gap/tau_m}
	DecayS   []float64 // e^{-gap/tau_s}

	last float64 // the last time, which spares a look at Time
}

// Len returns the number of spikes.
func (t *Train) Len() int { return len(t.Time) }

// Set replaces the train by copies of the given spikes, in the order of time from 0
// on.
func (t *Train) Set(k *Kernel, time []float64, afferent []int32) {
	if len(time) != len(afferent) {
		panic(fmt.Sprintf("psp: %d times of %d afferents", len(time), len(afferent)))
	}
	last := 0.0
	for _, at := range time {
		if !(at >= last) {
			panic(fmt.Sprintf("psp: a spike at %v after one at %v", at, last))
		}
		last = at
	}
	t.Time, t.Afferent = append(t.Time[:0], time...), append(t.Afferent[:0], afferent...)
	t.Prepare(k)
}

// Prepare fills in gaps and decays from the times.
func (t *Train) Prepare(k *Kernel) {
	n := len(t.Time)
	if cap(t.Gap) < n {
		t.Gap, t.DecayM, t.DecayS = make([]float64, n), make([]float64, n), make([]float64, n)
	}
	t.Gap, t.DecayM, t.DecayS = t.Gap[:n], t.DecayM[:n], t.DecayS[:n]
	last := 0.0
	for j, at := range t.Time {
		t.Gap[j] = at - last
		last = at
	}
	t.last = last
	k.decays(t.Gap, t.DecayM, t.DecayS)
}

// Weights are synaptic weights times the kernel's V0, what a spike adds to A and B.
type Weights []float64

// Scale returns the Weights of peaks w_i, in units of the threshold.
func Scale(k *Kernel, w []float64) Weights {
	s := make(Weights, len(w))
	for i, x := range w {
		s[i] = float64(x * k.V0)
	}
	return s
}

// Peak returns the largest value of V(t) = sum_i w_i sum_spikes K(t - t_i), without
// resets, over 0 <= t <= end, and the first time it is reached; V(0) = 0, so the peak
// is never negative. It is exact: only intervals that a bound does not exclude are
// looked into, and there the maximum has a closed form.
func (t *Train) Peak(k *Kernel, w Weights, end float64) (at, v float64) {
	return t.peakAbove(k, w, end, 0, math.Inf(1))
}

// PeakAbove is Peak if the peak is above level, and returns level otherwise, sooner
// than Peak would. level must not be negative.
func (t *Train) PeakAbove(k *Kernel, w Weights, end, level float64) (at, v float64) {
	return t.peakAbove(k, w, end, level, math.Inf(1))
}

// Exceeds reports whether V passes level somewhere in 0 <= t <= end, without looking
// further once it does. level must not be negative.
func (t *Train) Exceeds(k *Kernel, w Weights, end, level float64) bool {
	_, v := t.peakAbove(k, w, end, level, level)
	return v > level
}

// peakAbove is Peak among values above level; it returns at the first value above
// enough. Without one above level it returns level.
func (t *Train) peakAbove(k *Kernel, w Weights, end, level, enough float64) (at, v float64) {
	v = level
	n := len(t.DecayM)
	if !(t.last < end) {
		n = t.Before(end)
	}
	if n == 0 {
		return 0, v
	}
	decayM, decayS, afferent := t.DecayM[:n], t.DecayS[:n], t.Afferent[:n]
	var p Potential
	// Until the next spike A is at most what it is now, and B at least what it will be
	// then, where they are positive; else the potential falls or is negative.
	for j := 0; ; j++ {
		j, p.A, p.B = linalg.Leak(p.A, p.B, j, decayM, decayS, afferent, w, v)
		if j == n-1 {
			break
		}
		if s, peak := k.maxBefore(p, t.Gap[j+1], decayM[j+1], decayS[j+1]); peak > v {
			if at, v = t.Time[j]+s, peak; v > enough {
				return at, v
			}
		}
	}
	x := w[afferent[n-1]]
	p.A, p.B = math.FMA(p.A, decayM[n-1], x), math.FMA(p.B, decayS[n-1], x)
	if s, peak := k.Max(p, end-t.Time[n-1]); peak > v {
		at, v = t.Time[n-1]+s, peak
	}
	return at, v
}

// AddPSP adds c z_i(at) to dst_i: z_i(at) = sum over the spikes of afferent i before
// at of K(at - t_i), the gradient of the potential by the weights (of peaks, not
// scaled).
func (t *Train) AddPSP(k *Kernel, at, c float64, dst []float64) {
	j := t.Before(at) - 1
	if j < 0 {
		return
	}
	m, s := k.Decay(at - t.Time[j])
	m, s = float64(m*float64(c*k.V0)), float64(s*float64(c*k.V0))
	for ; j >= 0; j-- {
		dst[t.Afferent[j]] += m - s
		m, s = float64(m*t.DecayM[j]), float64(s*t.DecayS[j])
	}
}

// Before returns the number of spikes before at.
func (t *Train) Before(at float64) int {
	low, high := 0, len(t.Time)
	for low < high {
		if mid := (low + high) / 2; t.Time[mid] < at {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}
