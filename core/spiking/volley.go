package spiking

import (
	"gardner/core/psp"
	"gardner/core/rng"
)

// Volley is the input spikes of one presentation. It is reused from one presentation
// to the next.
type Volley struct{ psp.Train }

// Poisson replaces the volley by spikes of the source in [0, T).
func (v *Volley) Poisson(k *psp.Kernel, r *rng.Stream, s *Source, T float64) {
	n := r.Poisson(float64(s.Rate * T))
	v.grow(n)
	uniform(r, v.Time, T)
	for j := range v.Afferent {
		v.Afferent[j] = s.afferent(r)
	}
	v.Prepare(k)
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
	v.Prepare(k)
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
