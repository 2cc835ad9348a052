package oldbalance

import (
	"context"

	"gardner/core/rng"
)

// Network is a network with its connections and its present state. It is not for
// concurrent use.
type Network struct {
	p      Params
	wiring wiring

	active   [2][]uint64  // bit i: neuron i is active
	base     [2][]float64 // input of each neuron from outside, less threshold
	outside  [2]float64   // mean input from outside
	from     [2]lists     // from neurons outside onto k, if there are any
	strength [2][2]float64
	inE      float64 // probability that the next update is of an E neuron
	interval float64 // mean time between updates

	time, next float64 // now, and when the next update comes; next is before 0 while not drawn
	flips      uint64
	watch      *watch // nil: nobody looks
}

// New returns a network with connections from the stream and all neurons silent.
// Most of its memory is its about 4 N K connections: two bytes for each, or from
// K = N/25 on 4 N^2 bits. The error is a *ParamError.
func New(p Params, connections *rng.Stream) (*Network, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if float64(p.N)*float64(p.K) > 4e9 { // begin has 32 bits
		return nil, &ParamError{"K", float64(p.K), "at most 4e9 connections between two populations"}
	}
	n := &Network{p: p, wiring: wire(p, connections), next: -1}
	for k := range 2 {
		n.active[k] = make([]uint64, (p.N+63)/64)
		n.base[k] = make([]float64, p.N)
		for l := range 2 {
			n.strength[k][l] = p.Coupling[k][l] / p.rootK()
		}
	}
	rate := [2]float64{float64(p.N) / p.Tau[0], float64(p.N) / p.Tau[1]}
	n.inE, n.interval = rate[0]/(rate[0]+rate[1]), 1/(rate[0]+rate[1])
	n.SetOutside(p.M0)
	return n, nil
}

// SetOutside makes the outside a constant drive of activity m_0 from now on.
func (n *Network) SetOutside(m0 float64) {
	n.p.M0, n.p.OutsideSquare = m0, 0
	for k := range 2 {
		n.outside[k] = float64(n.p.rootK() * n.p.Drive[k] * m0)
		for i := range n.base[k] {
			n.base[k][i] = n.p.Outside(Population(k))
		}
	}
}

// Params returns the network's constants, with the present M0.
func (n *Network) Params() Params { return n.p }

// Time returns the time since the network was made.
func (n *Network) Time() float64 { return n.time }

// Flips returns how often neurons have changed since the network was made: each changes
// the inputs of about 2K others.
func (n *Network) Flips() uint64 { return n.flips }

// Active reports whether a neuron is active.
func (n *Network) Active(k Population, i int) bool { return n.active[k][i/64]>>(i%64)&1 != 0 }

// Activity returns the fraction of the neurons of population k that are active.
func (n *Network) Activity(k Population) float64 {
	return float64(count(n.active[k])) / float64(n.p.N)
}

// Ignite makes each neuron active with probability m, independently.
func (n *Network) Ignite(s *rng.Stream, m [2]float64) {
	n.ignite(func(k int) bool { return s.Bernoulli(m[k]) })
}

func (n *Network) ignite(active func(k int) bool) {
	for k := range 2 {
		for i := range n.p.N {
			if active(k) != n.Active(Population(k), i) {
				n.flip(k, i)
			}
		}
	}
}

// field is the input of a neuron less its threshold.
func (n *Network) field(k, i int) float64 {
	exc, inh := n.wiring.counts(k, i)
	return n.base[k][i] + float64(n.strength[k][0]*float64(exc)) + float64(n.strength[k][1]*float64(inh))
}

// flip changes a neuron and the inputs of its targets.
func (n *Network) flip(l, i int) {
	word, bit := &n.active[l][i/64], uint64(1)<<(i%64)
	*word ^= bit
	n.wiring.flip(l, i, *word&bit != 0)
	n.flips++
	if n.watch != nil {
		n.watch.flipped(n, l, i, *word&bit != 0)
	}
}

// update moves to the time of the next update and does it.
func (n *Network) update(s *rng.Stream) {
	k := 0
	if !s.Bernoulli(n.inE) {
		k = 1
	}
	i := s.IntN(n.p.N)
	if (n.field(k, i) > 0) != (n.active[k][i/64]>>(i%64)&1 != 0) {
		n.flip(k, i)
	}
}

// checkEvery is the number of updates between two looks at a context.
const checkEvery = 1 << 14

// Run lets the network run for a time, in units of tau_E; updates, their order and
// times come from the stream. It stops early with ctx's error.
func (n *Network) Run(ctx context.Context, s *rng.Stream, duration float64) error {
	return n.until(ctx, s, n.time+float64(duration))
}

// until runs to a time. The next update is drawn already, so stops on the way
// change nothing.
func (n *Network) until(ctx context.Context, s *rng.Stream, end float64) error {
	if n.next < 0 {
		n.next = n.time + float64(n.interval*s.Exp())
	}
	for k := 1; n.next <= end; k++ {
		n.time = n.next
		n.update(s)
		n.next = n.time + float64(n.interval*s.Exp())
		if k%checkEvery == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	}
	n.time = end
	return nil
}
