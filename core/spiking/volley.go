package spiking

import (
	"fmt"

	"gardner/core/psp"
	"gardner/core/rng"
)

// Volley is the input spikes of one presentation in the order of time, with the
// decay of both exponentials between them, which all neurons that hear it share.
// A Volley is reused from one presentation to the next.
type Volley struct {
	Time     []float64 // not decreasing
	Afferent []int32   // of each spike
	decayM   []float64 // e^{-gap/tau_m} since the spike before, or since time 0
	decayS   []float64
	gap      []float64
}

// Len returns the number of spikes.
func (v *Volley) Len() int { return len(v.Time) }

// Poisson replaces the volley by spikes of the source in [0, T).
func (v *Volley) Poisson(k *psp.Kernel, r *rng.Stream, s *Source, T float64) {
	n := r.Poisson(float64(s.Rate * T))
	v.grow(n)
	uniform(r, v.Time, T)
	for j := range v.Afferent {
		v.Afferent[j] = s.afferent(r)
	}
	v.prepare(k)
}

// uniform fills time with independent uniform times in [0, T), in order: sums of
// exponential gaps, divided by the sum of one gap more.
func uniform(r *rng.Stream, time []float64, T float64) {
	r.FillExp(time)
	sum := 0.0
	for j, gap := range time {
		sum += gap
		time[j] = sum
	}
	scale := T / (sum + r.Exp())
	for j := range time {
		time[j] = float64(time[j] * scale)
	}
}

// grow makes room for n spikes.
func (v *Volley) grow(n int) {
	if cap(v.Time) < n || cap(v.Afferent) < n {
		v.Time, v.Afferent = make([]float64, n+n/8), make([]int32, n+n/8)
	}
	v.Time, v.Afferent = v.Time[:n], v.Afferent[:n]
}

// Set replaces the volley by the given spikes, in the order of time from 0 on.
func (v *Volley) Set(k *psp.Kernel, time []float64, afferent []int32) {
	if len(time) != len(afferent) {
		panic(fmt.Sprintf("spiking: %d times of %d afferents", len(time), len(afferent)))
	}
	last := 0.0
	for _, t := range time {
		if !(t >= last) {
			panic(fmt.Sprintf("spiking: a spike at %v after one at %v", t, last))
		}
		last = t
	}
	v.Time, v.Afferent = append(v.Time[:0], time...), append(v.Afferent[:0], afferent...)
	v.prepare(k)
}

// Merge replaces the volley by the spikes of a and b; those of b come from
// afferents numbered from offset on.
func (v *Volley) Merge(k *psp.Kernel, a, b *Volley, offset int) {
	v.grow(len(a.Time) + len(b.Time))
	i, n := 0, 0
	for j, t := range b.Time {
		for ; i < len(a.Time) && a.Time[i] <= t; i++ {
			v.Time[n], v.Afferent[n] = a.Time[i], a.Afferent[i]
			n++
		}
		v.Time[n], v.Afferent[n] = t, int32(offset)+b.Afferent[j]
		n++
	}
	copy(v.Time[n:], a.Time[i:])
	copy(v.Afferent[n:], a.Afferent[i:])
	v.prepare(k)
}

// Once replaces the volley by one spike of each of n afferents at independent
// uniform times in [0, T). The volley keeps its permutation of the afferents and
// shuffles it anew, so it must not be used for anything else meanwhile. Only Merge
// may follow: decays are not prepared.
func (v *Volley) Once(r *rng.Stream, n int, T float64) {
	if len(v.Afferent) != n {
		v.Time, v.Afferent = make([]float64, n), make([]int32, n)
		for i := range v.Afferent {
			v.Afferent[i] = int32(i)
		}
	}
	a := v.Afferent
	for i := n - 1; i > 0; i-- {
		j := r.IntN(i + 1)
		a[i], a[j] = a[j], a[i]
	}
	uniform(r, v.Time, T)
}

// prepare fills in gaps and decays.
func (v *Volley) prepare(k *psp.Kernel) {
	n := len(v.Time)
	if cap(v.gap) < n {
		v.gap, v.decayM, v.decayS = make([]float64, n), make([]float64, n), make([]float64, n)
	}
	v.gap, v.decayM, v.decayS = v.gap[:n], v.decayM[:n], v.decayS[:n]
	last := 0.0
	for j, t := range v.Time {
		gap := t - last
		v.gap[j] = gap
		v.decayM[j], v.decayS[j] = k.Decay(gap)
		last = t
	}
}
