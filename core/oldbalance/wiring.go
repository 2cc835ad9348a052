package oldbalance

import (
	"math"

	"gardner/core/num"
	"gardner/core/rng"
)

// wiring holds the connections of a network and how many active inputs each neuron
// has at present. All neurons are silent at first. Its two forms keep the same
// numbers; which is faster depends on how dense the connections are.
type wiring interface {
	// flip makes neuron j of population l active or silent, which it must not be.
	flip(l, j int, active bool)
	// counts returns the numbers of active E and I inputs of neuron i of population k.
	counts(k, i int) (exc, inh int)
	// degree returns the number of targets in population k of neuron j of population l.
	degree(k, l, j int) int
}

// packedAbove is the K/N from which on a bit for each pair of neurons is faster than
// lists of targets: as fast at 3/80, 2.6 times as fast at 1/8 (N = 8000).
const packedAbove = 1.0 / 25

// wire draws the connections of a network.
func wire(p Params, connections *rng.Stream) wiring {
	if float64(p.K) >= packedAbove*float64(p.N) {
		return newPacked(p, connections)
	}
	return newListed(p, connections)
}

// draw draws connections of n neurons onto n, each with probability p, by the
// distances between neighbours, which are geometric. It calls begin for each source
// and then connect for each of its targets, in order.
func draw(s *rng.Stream, n int, p float64, begin func(j int), connect func(i int)) {
	unit := -num.Log1p(-p) // infinite at p = 1, where all distances are 0
	for j := range n {
		begin(j)
		for i := 0; ; i++ {
			gap := math.Floor(s.Exp() / unit)
			if !(gap < float64(n-i)) {
				break
			}
			i += int(gap)
			connect(i)
		}
	}
}
