package spiking

import (
	"math"
	"slices"

	"gardner/core/linalg"
	"gardner/core/psp"
)

// Blocks is a train in blocks of eight successive spikes, for Run: what a block does to
// a potential are sums over its spikes, which have no order, and a bound tells most
// blocks in which the neuron cannot fire. It is reused from one train to the next and not
// for concurrent use.
type Blocks struct {
	train  *psp.Train
	m, s   []float64 // of each spike in a whole block: the decays until the last of it
	blocks scan      // from the last spike of a block to that of the next
}

// Set prepares blocks of a train, of which only Time and Afferent are used, and which
// must not change until Run is done.
func (b *Blocks) Set(k *psp.Kernel, train *psp.Train) {
	b.train = train
	n := len(train.Time) / linalg.GatherBlock
	spikes := n * linalg.GatherBlock
	b.m, b.s = slices.Grow(b.m[:0], spikes)[:spikes], slices.Grow(b.s[:0], spikes)[:spikes]
	b.blocks.grow(n)
	short, last := k.Short(), 0.0
	span := b.blocks.span
	for i := range span {
		end := train.Time[i*linalg.GatherBlock+linalg.GatherBlock-1]
		span[i] = end - last
		if end-last > short {
			span[i] = math.NaN()
		}
		last = end
	}
	k.BlockDecays(train.Time[:spikes], b.m, b.s)
	k.Decays(span, b.blocks.lossM, b.blocks.lossS)
	for i, m := range b.blocks.lossM {
		b.blocks.lossM[i], b.blocks.lossS[i] = 1-m, 1-b.blocks.lossS[i]
	}
}

// Run is Run on the train: the same spikes, each right to the rounding of the
// potential, sooner.
func (b *Blocks) Run(k *psp.Kernel, w psp.Weights, until float64, spikes []float64) []float64 {
	n := len(b.blocks.sums)
	inputs := n * linalg.GatherBlock
	linalg.GatherSums(w, b.train.Afferent[:inputs], b.m, b.s, b.blocks.sums)
	var p psp.Potential
	for i := 0; ; i++ {
		if i, p = b.blocks.quiet(k, i, p); i == n {
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

// follow takes the potential p before block i over its spikes, one by one.
func (b *Blocks) follow(k *psp.Kernel, w psp.Weights, i int, p psp.Potential, spikes []float64) (psp.Potential, []float64) {
	from := i * linalg.GatherBlock
	time, afferent := (*[linalg.GatherBlock]float64)(b.train.Time[from:]), (*[linalg.GatherBlock]int32)(b.train.Afferent[from:])
	last := 0.0
	if i > 0 {
		last = b.train.Time[from-1]
	}
	var m, s [linalg.GatherBlock]float64 // the decays between spikes
	if span := b.blocks.span[i]; span == span {
		untilM, untilS := 1-b.blocks.lossM[i], 1-b.blocks.lossS[i]
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
