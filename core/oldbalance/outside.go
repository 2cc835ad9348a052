package oldbalance

import (
	"fmt"

	"gardner/core/rng"
)

// ConnectOutside draws connections from N neurons outside, each with probability K/N
// and the strength E_k/sqrt K, for SetPattern to use instead of a constant drive.
func (n *Network) ConnectOutside(s *rng.Stream) {
	for k := range 2 {
		n.from[k] = connect(s, n.p.N, float64(n.p.K)/float64(n.p.N))
	}
}

// SetPattern sets the activities x of the N neurons outside from now on; M0 and
// OutsideSquare become their mean and mean square. Activities are usually 0 or 1 but
// may be any numbers. It panics if there are not N of them or ConnectOutside was not
// called.
func (n *Network) SetPattern(x []float64) {
	if len(x) != n.p.N || n.from[0].begin == nil {
		panic(fmt.Sprintf("oldbalance: %d activities outside for %d neurons, or no connections", len(x), n.p.N))
	}
	sum, square := 0.0, 0.0
	for _, v := range x {
		sum += v
		square += float64(v * v)
	}
	n.p.M0, n.p.OutsideSquare = sum/float64(n.p.N), square/float64(n.p.N)
	for k := range 2 {
		input := n.base[k]
		clear(input)
		for j, v := range x {
			if v == 0 {
				continue
			}
			for _, i := range n.from[k].of(j) {
				input[i] += v
			}
		}
		strength, total := n.p.Drive[k]/n.p.rootK(), 0.0
		for i, v := range input {
			total += v
			input[i] = float64(strength*v) - n.p.Threshold[k] - atThreshold
		}
		n.outside[k] = float64(strength*total) / float64(n.p.N)
	}
}

// OutsideWeights returns what each neuron outside adds to the summed input of
// population k: the direction in which activities outside move that sum most.
func (n *Network) OutsideWeights(k Population) []float64 {
	w := make([]float64, n.p.N)
	for j := range w {
		w[j] = float64(n.p.Drive[k] / n.p.rootK() * float64(len(n.from[k].of(j))))
	}
	return w
}

// Reset silences all neurons and sets the time to 0, as after New.
func (n *Network) Reset() {
	n.ignite(func(int) bool { return false })
	n.time, n.next = 0, -1
}
