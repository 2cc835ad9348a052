package spiking

import (
	"fmt"
	"math"
	"math/bits"
	"slices"

	"gardner/core/psp"
	"gardner/core/rng"
)

// Windows is one presentation with noise: input spikes, and one spike of each of many
// more afferents at independent uniform times (multiples of 2^-32 of the duration), the
// same for many neurons, whose noise weights differ by a factor only. What all noise does to a potential in a window of time
// is then formed once, without putting the spikes in order; that of a window in which a
// neuron may fire is, for that neuron. It is reused from one presentation to the next and
// not for concurrent use.
type Windows struct {
	train *psp.Train
	T     float64
	z     []float64 // noise weights
	width float64   // of a window; there are len(head)

	// Of each noise spike: its time in units of 2^-32 T, and the one before it in its
	// window, or -1.
	drawn []uint32
	next  []int32

	head  []int32    // of each window: its last noise spike, or -1
	noise []drive    // what its noise spikes do
	m, s  []float64  // of each input spike: the decays until the end of its window
	first []int32    // of each window: its first input spike; and one more
	drive scan       // of one neuron
	order []weighted // spikes of one window

	before, decayM, decayS [chunk]float64 // of spikes that are being placed: the time to the end of their window
}

// drive is sums over spikes of weights w and a time t before some end: of
// w e^{-t/tau_m}, w e^{-t/tau_s}, and max(w, 0) times the difference of the two.
type drive struct{ a, b, rise float64 }

// weighted is a spike and what it adds to A and B.
type weighted struct{ time, x float64 }

// spikesPerWindow is how many noise spikes a window has, or half as many: what is put in
// order around an output spike, against what is done for each window.
const spikesPerWindow = 32

// maxWindows bounds the windows of a presentation.
const maxWindows = 1 << 20

// chunk is the number of noise spikes that are taken at a time.
const chunk = 256

// Set replaces the presentation: input spikes of the train, of which only Time and
// Afferent are used and which must not change until Run is done, before T, and a noise
// spike for each of the weights z in [0, T).
func (v *Windows) Set(k *psp.Kernel, train *psp.Train, r *rng.Stream, z []float64, T float64) {
	if n := len(train.Time); n > 0 && !(train.Time[n-1] <= T) {
		panic(fmt.Sprintf("spiking: an input spike at %v, after the noise ends at %v", train.Time[n-1], T))
	}
	v.train, v.z, v.T = train, z, T
	v.cut(k, len(z))
	v.drawn, v.next = slices.Grow(v.drawn[:0], len(z))[:len(z)], slices.Grow(v.next[:0], len(z))[:len(z)]
	clear(v.noise)
	for i := range v.head {
		v.head[i] = -1
	}
	for from := 0; from < len(z); from += chunk {
		v.draw(k, r, from, min(from+chunk, len(z)))
	}
	v.place(k)
}

// cut chooses the windows, equal parts of [0, T): a power of two.
func (v *Windows) cut(k *psp.Kernel, spikes int) {
	n := 1 << bits.Len(uint(spikes/spikesPerWindow))
	for v.T/float64(n) > k.Short() && n < maxWindows {
		n *= 2
	}
	v.width = v.T / float64(n)
	v.head, v.noise, v.first = slices.Grow(v.head[:0], n)[:n], slices.Grow(v.noise[:0], n)[:n], slices.Grow(v.first[:0], n+1)[:n+1]
	v.drive.same(k, n, v.width)
}

// draw draws noise spikes and adds them to their windows.
func (v *Windows) draw(k *psp.Kernel, r *rng.Stream, from, to int) {
	drawn, next, z := v.drawn[from:to], v.next[from:to], v.z[from:to]
	before := v.before[:len(drawn)]
	shift := uint(32 - bits.TrailingZeros(uint(len(v.head))))
	unit, width := v.T*0x1p-32, v.width
	for i := 0; i < len(drawn); i += 2 { // two of each random number
		u := r.Uint64()
		drawn[i] = uint32(u)
		if i+1 < len(drawn) {
			drawn[i+1] = uint32(u >> 32)
		}
	}
	for i, u := range drawn {
		w := uint64(u) >> (shift & 63)
		before[i] = math.FMA(float64(int64(w)+1), width, -float64(float64(u)*unit))
	}
	m, s := v.decayM[:len(drawn)], v.decayS[:len(drawn)]
	k.Decays(before, m, s)
	noise, head := v.noise, v.head
	for i, u := range drawn {
		x, w := z[i], uint64(u)>>(shift&63)
		d := &noise[w]
		d.a += float64(x * m[i])
		d.b += float64(x * s[i])
		d.rise += float64(max(x, 0) * (m[i] - s[i]))
		next[i] = head[w]
		head[w] = int32(from + i)
	}
}

// time is the time of a noise spike.
func (v *Windows) time(u uint32) float64 { return float64(float64(u) * float64(v.T*0x1p-32)) }

// place finds the windows of input spikes.
func (v *Windows) place(k *psp.Kernel) {
	times := v.train.Time
	v.m, v.s = slices.Grow(v.m[:0], len(times))[:len(times)], slices.Grow(v.s[:0], len(times))[:len(times)]
	last := len(v.head) - 1
	perTime := float64(len(v.head)) / v.T
	w := -1
	for from := 0; from < len(times); from += chunk {
		part := times[from:min(from+chunk, len(times))]
		for i, at := range part {
			in := min(int(float64(at*perTime)), last)
			for w < in {
				w++
				v.first[w] = int32(from + i)
			}
			v.before[i] = math.FMA(float64(w+1), v.width, -at)
		}
		k.Decays(v.before[:len(part)], v.m[from:from+len(part)], v.s[from:from+len(part)])
	}
	for w <= last {
		w++
		v.first[w] = int32(len(times))
	}
}

// Run appends to spikes the times, up to until, at which a neuron at rest at time 0 fires
// in response to the presentation, with weights w of the inputs, and the noise weights
// times sigma (scaled as by psp.Scale).
func (v *Windows) Run(k *psp.Kernel, w psp.Weights, sigma, until float64, spikes []float64) []float64 {
	afferent := v.train.Afferent
	for i := range v.drive.sums {
		from, to := v.first[i], v.first[i+1]
		n := &v.noise[i]
		a, b, rise := float64(n.a*sigma), float64(n.b*sigma), float64(n.rise*sigma)
		m, s := v.m[from:to], v.s[from:to]
		for j, in := range afferent[from:to] {
			x := w[in]
			a += float64(x * m[j])
			b += float64(x * s[j])
			rise += float64(max(x, 0) * (m[j] - s[j]))
		}
		v.drive.sums[i] = [4]float64{a, b, rise, rise}
	}
	var p psp.Potential
	for i := 0; ; i++ {
		if i, p = v.drive.quiet(k, i, p); i == len(v.drive.sums) {
			break
		}
		p, spikes = v.follow(k, w, sigma, i, p, spikes)
	}
	if p.A > Threshold {
		_, spikes = fire(k, p, v.T, math.Max(0, until-v.T), spikes)
	}
	return spikes
}

// follow takes the potential p before window i over its spikes, one by one. The ends of
// windows, rounded, would be off by more than the differences of times are.
func (v *Windows) follow(k *psp.Kernel, w psp.Weights, sigma float64, i int, p psp.Potential, spikes []float64) (psp.Potential, []float64) {
	last := float64(float64(i) * v.width)
	left := v.width // until the end
	for _, e := range v.sorted(i, w, sigma) {
		after := math.FMA(float64(i+1), v.width, -e.time)
		m, s := k.Decay(left - after)
		p, spikes = step(k, p, last, left-after, m, s, e.x, spikes)
		last, left = e.time, after
	}
	m, s := k.Decay(left)
	return step(k, p, last, left, m, s, 0, spikes)
}

// sorted returns the spikes of a window in the order of time. They are valid until the
// next call.
func (v *Windows) sorted(i int, w psp.Weights, sigma float64) []weighted {
	out := v.order[:0]
	for j := v.first[i]; j < v.first[i+1]; j++ {
		out = append(out, weighted{v.train.Time[j], w[v.train.Afferent[j]]})
	}
	for j := v.head[i]; j >= 0; j = v.next[j] {
		e := weighted{v.time(v.drawn[j]), float64(v.z[j] * sigma)}
		// By insertion: there are some dozens.
		at := len(out)
		out = append(out, e)
		for ; at > 0 && out[at-1].time > e.time; at-- {
			out[at] = out[at-1]
		}
		out[at] = e
	}
	v.order = out
	return out
}
