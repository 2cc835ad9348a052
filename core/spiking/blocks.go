package spiking

import (
	"math"
	"slices"

	"gardner/core/linalg"
	"gardner/core/psp"
)

// Blocks is a train cut into blocks of eight successive spikes, for Run: what a block
// does to a potential are two sums over its spikes, which have no order, and a bound
// tells most blocks in which the neuron cannot fire. It is reused from one train to the
// next and not for concurrent use.
type Blocks struct {
	train *psp.Train
	n     int // whole blocks

	m, s []float64 // of each spike in them: the decays until the last of its block

	// Of each block: the time from the end of the block before, or from 0, and the decay
	// over it. A span that is too long for psp.Kernel.Decays is NaN, so that no bound holds.
	span, spanM, spanS []float64

	sums [][4]float64 // of one neuron, linalg.GatherSums
}

// Set prepares blocks of a train, of which only Time and Afferent are used, and which
// must not change until Run is done.
func (b *Blocks) Set(k *psp.Kernel, train *psp.Train) {
	b.train, b.n = train, len(train.Time)/linalg.GatherBlock
	spikes := b.n * linalg.GatherBlock
	for _, x := range []*[]float64{&b.m, &b.s} {
		*x = slices.Grow((*x)[:0], spikes)[:spikes]
	}
	for _, x := range []*[]float64{&b.span, &b.spanM, &b.spanS} {
		*x = slices.Grow((*x)[:0], b.n)[:b.n]
	}
	b.sums = slices.Grow(b.sums[:0], b.n)[:b.n]
	short, last := k.Short(), 0.0
	for i := range b.span {
		end := train.Time[i*linalg.GatherBlock+linalg.GatherBlock-1]
		b.span[i] = end - last
		if end-last > short {
			b.span[i] = math.NaN()
		}
		last = end
	}
	k.BlockDecays(train.Time[:spikes], b.m, b.s)
	k.Decays(b.span, b.spanM, b.spanS)
}

// slack is far above the rounding of a bound, and far below what it leaves to the
// threshold.
const slack = 1e-9

// Run is Run on the train: the same spikes, each right to the rounding of the
// potential, sooner.
//
// Over a block of length h, no longer than K rises, the potential is at most
//
//	max(0, V(0), V(0) + h V'(0)) + sum_i max(w_i, 0) K(h - t_i):
//
// without inputs it falls or is negative or, up to its maximum, concave. Blocks in which
// this passes the threshold are followed spike by spike.
func (b *Blocks) Run(k *psp.Kernel, w psp.Weights, until float64, spikes []float64) []float64 {
	inputs := b.n * linalg.GatherBlock
	linalg.GatherSums(w, b.train.Afferent[:inputs], b.m, b.s, b.sums)
	var p psp.Potential
	for i := 0; ; i++ {
		if i, p = b.quiet(k, i, p); i == b.n {
			break
		}
		p, spikes = b.follow(k, w, i, p, spikes)
	}
	last := 0.0
	if inputs > 0 {
		last = b.train.Time[inputs-1]
	}
	for j, at := range b.train.Time[inputs:] {
		m, s := k.Decay(at - last)
		p, spikes = step(k, p, last, at-last, m, s, w[b.train.Afferent[inputs+j]], spikes)
		last = at
	}
	if p.A > Threshold {
		_, spikes = fire(k, p, last, math.Max(0, until-last), spikes)
	}
	return spikes
}

// quiet takes the potential p before block i over blocks in which the neuron surely does
// not fire, up to the block that it returns, with the potential before it.
func (b *Blocks) quiet(k *psp.Kernel, i int, p psp.Potential) (int, psp.Potential) {
	sums := b.sums
	span, spanM, spanS := b.span[:len(sums)], b.spanM[:len(sums)], b.spanS[:len(sums)]
	for ; i < len(sums); i++ {
		sum := &sums[i]
		room := (Threshold - slack) - sum[2]
		v := p.Value()
		if !(room >= 0 && v <= room && v+float64(k.Slope(p)*span[i]) <= room) {
			break
		}
		p.A, p.B = float64(p.A*spanM[i])+sum[0], float64(p.B*spanS[i])+sum[1]
	}
	return i, p
}

// follow takes the potential p before block i over its spikes, one by one.
func (b *Blocks) follow(k *psp.Kernel, w psp.Weights, i int, p psp.Potential, spikes []float64) (psp.Potential, []float64) {
	from := i * linalg.GatherBlock
	time, afferent := (*[linalg.GatherBlock]float64)(b.train.Time[from:]), (*[linalg.GatherBlock]int32)(b.train.Afferent[from:])
	last := 0.0
	if i > 0 {
		last = b.train.Time[from-1]
	}
	var m, s [linalg.GatherBlock]float64 // the decays between spikes
	if span := b.span[i]; span == span {
		untilM, untilS := b.spanM[i], b.spanS[i]
		for j := range m {
			m[j], s[j] = untilM/b.m[from+j], untilS/b.s[from+j]
			untilM, untilS = b.m[from+j], b.s[from+j]
		}
	} else {
		before := last
		for j, at := range time {
			m[j], s[j] = k.Decay(at - before)
			before = at
		}
	}
	for j, at := range time {
		p, spikes = step(k, p, last, at-last, m[j], s[j], w[afferent[j]], spikes)
		last = at
	}
	return p, spikes
}

// step takes the potential p just after an input at last over the time h, with the
// decays m and s, and adds the next input x.
func step(k *psp.Kernel, p psp.Potential, last, h, m, s, x float64, spikes []float64) (psp.Potential, []float64) {
	// Until the next input A is at most what it is now, and B, which is positive where
	// the potential can rise, at least what it will be then.
	if math.FMA(-p.B, s, p.A) > Threshold {
		p, spikes = fire(k, p, last, h, spikes)
		return psp.Potential{A: p.A + x, B: p.B + x}, spikes
	}
	return psp.Potential{A: math.FMA(p.A, m, x), B: math.FMA(p.B, s, x)}, spikes
}
