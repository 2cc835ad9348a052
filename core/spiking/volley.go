package spiking

import (
	"math/bits"
	"slices"

	"gardner/core/psp"
	"gardner/core/rng"
)

// Volley is the input spikes of one presentation. It is reused from one presentation
// to the next.
type Volley struct {
	psp.Train

	drawn []uint64 // times of Once in units of 2^-64 T, by afferent
	first []int32  // spikes of Once before each bucket of times
}

// Poisson replaces the volley by spikes of the source in [0, T).
func (v *Volley) Poisson(k *psp.Kernel, r *rng.Stream, s *Source, T float64) {
	v.Draw(r, s, T)
	v.Prepare(k)
}

// Draw is Poisson without the decays between spikes, which Blocks and Windows do not
// need.
func (v *Volley) Draw(r *rng.Stream, s *Source, T float64) {
	n := r.Poisson(float64(s.Rate * T))
	v.grow(n)
	uniform(r, v.Time, T)
	for j := range v.Afferent {
		v.Afferent[j] = s.afferent(r)
	}
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

// Once replaces the volley by one spike of each of n afferents at independent
// uniform times in [0, T). Decays are not prepared.
func (v *Volley) Once(r *rng.Stream, n int, T float64) {
	v.grow(n)
	v.drawn = slices.Grow(v.drawn[:0], n)[:n]
	// Times are sorted by their first bits into buckets of one or two, and there by
	// insertion.
	shift := 64 - bits.Len(uint(n)/2)
	v.first = slices.Grow(v.first[:0], 1<<(64-shift)+1)[:1<<(64-shift)+1]
	clear(v.first)
	for i := range v.drawn {
		u := r.Uint64()
		v.drawn[i] = u
		v.first[u>>shift+1]++
	}
	for b := range v.first[1:] {
		v.first[b+1] += v.first[b]
	}
	for i, u := range v.drawn {
		at := &v.first[u>>shift]
		v.Afferent[*at] = int32(i)
		*at++
	}
	scale := T * 0x1p-53
	for j, i := range v.Afferent {
		u := v.drawn[i]
		k := j
		for ; k > 0 && v.drawn[v.Afferent[k-1]] > u; k-- {
			v.Afferent[k] = v.Afferent[k-1]
		}
		v.Afferent[k] = i
	}
	for j, i := range v.Afferent {
		v.Time[j] = float64(float64(v.drawn[i]>>11) * scale)
	}
}
