package inhibition

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"gardner/core/linalg"
	"gardner/core/memory"
	"gardner/core/rng"
)

// Network is a trained architecture that memories are tested in. It is not for
// concurrent use.
type Network struct {
	problem  *Problem
	block    *memory.Block
	circuit  *Circuit          // nil without a random I population
	net      *memory.Network   // E neurons, and I neurons where they are simulated
	frozen   *memory.Network   // E neurons alone where the I population is random
	neurons  memory.Population // those that are distorted, and whose errors count
	dynamics *memory.Dynamics
	starts   map[int]*memory.State
}

// Network returns the network of the trained block of all the problem's neurons and, of
// live and ei, the circuit whose averages it was trained on. It panics on a block that
// is infeasible or not whole.
func (q *Problem) Network(b *memory.Block, c *Circuit) *Network {
	p := q.Population
	if b.Infeasible != nil || b.Lo != 0 || b.Hi != q.Trained || b.N != q.Ensemble.N || q.Architecture.HasPopulation() != (c != nil) {
		panic(fmt.Sprintf("inhibition: neurons %d to %d are no network of architecture %s", b.Lo, b.Hi, q.Architecture))
	}
	n := &Network{problem: q, block: b, circuit: c, starts: map[int]*memory.State{},
		neurons: memory.Population{N: p.NExc, FExc: 1, FE: p.FE, FI: p.MI}}
	switch {
	case q.Architecture == Selective:
		n.neurons.N = b.N
		n.neurons.FExc = float64(p.NExc) / float64(b.N)
		n.net = b.Network()
	case c != nil:
		n.net, n.frozen = n.withPopulation()
	default:
		n.net = excNetwork(b, q)
	}
	return n
}

// excNetwork is the E population under a common input that is constant, or fed back by
// uniform couplings (each neuron's own activity included, as in training).
func excNetwork(b *memory.Block, q *Problem) *memory.Network {
	p := q.Population
	weights, thresholds := b.Weights, make([]float64, p.NExc)
	for i := range thresholds {
		thresholds[i] = 1
		if q.Architecture == Constant {
			thresholds[i] += q.Base
		}
	}
	if q.Architecture == Feedback {
		uniform := q.Base / (float64(p.NExc) * p.FE)
		weights = make([]float64, len(b.Weights))
		for k, w := range b.Weights {
			weights[k] = w - uniform
		}
	}
	return memory.NewNetwork(p.NExc, weights, thresholds)
}

// withPopulation is the E and I populations together, and the E population alone.
func (n *Network) withPopulation() (whole, exc *memory.Network) {
	p, c, b := n.problem.Population, n.circuit, n.block
	size := p.NExc + p.NInh
	weights, thresholds := make([]float64, size*size), make([]float64, size)
	own := make([]float64, p.NExc*p.NExc)
	uniform := -n.problem.Base / (float64(p.NInh) * p.MI)
	for i := range p.NExc {
		row := weights[i*size : (i+1)*size]
		copy(row, b.Weights[i*b.N:(i+1)*b.N]) // of ei all, of live those from E
		copy(own[i*p.NExc:(i+1)*p.NExc], row)
		if n.problem.Architecture == Live {
			for j := p.NExc; j < size; j++ {
				row[j] = uniform
			}
		}
	}
	for i := range p.NInh {
		row := weights[(p.NExc+i)*size : (p.NExc+i+1)*size]
		copy(row, c.FromExc[i*p.NExc:(i+1)*p.NExc])
		copy(row[p.NExc:], c.FromInh[i*p.NInh:(i+1)*p.NInh])
	}
	for i := range thresholds {
		thresholds[i] = 1
	}
	return memory.NewNetwork(size, weights, thresholds), memory.NewNetwork(p.NExc, own, thresholds[:p.NExc])
}

// frozenThresholds are those of the E neurons less the average input from I in memory mu.
func (n *Network) frozenThresholds(mu int) []float64 {
	p, b := n.problem.Population, n.block
	thresholds := make([]float64, p.NExc)
	inh := n.problem.Memories.Inh[mu*p.NInh : (mu+1)*p.NInh]
	for i := range thresholds {
		thresholds[i] = 1
		if n.problem.Architecture == Live {
			thresholds[i] += n.problem.input(mu)
		} else {
			thresholds[i] -= linalg.Dot(b.Weights[i*b.N+p.NExc:(i+1)*b.N], inh)
		}
	}
	return thresholds
}

// at puts the network into memory mu, the I population burnt in with E clamped where it
// is simulated, after distorting E neurons with probability p.
func (n *Network) at(ctx context.Context, mu int, frozen bool, p float64, key rng.Key) (*memory.Dynamics, error) {
	pop := n.problem.Population
	x := n.problem.Memories.exc(pop.NExc, mu)
	random := func(name string) *rng.Stream { return rng.New(key.Sub(name, strconv.Itoa(mu))) }
	if frozen && n.frozen != nil {
		d := memory.NewDynamics(n.frozen.WithThresholds(n.frozenThresholds(mu)))
		d.Reset(d.Network().At(x))
		d.Distort(n.neurons, p, random("distortion"))
		return d, nil
	}
	if n.dynamics == nil {
		n.dynamics = memory.NewDynamics(n.net)
		n.dynamics.Count(n.neurons.N)
	}
	d := n.dynamics
	if n.circuit == nil {
		start := n.starts[mu]
		if start == nil {
			if n.problem.Architecture == Selective {
				x = n.problem.Ensemble.X[mu*n.neurons.N : (mu+1)*n.neurons.N]
			}
			start = n.net.At(x)
			n.starts[mu] = start
		}
		d.Reset(start)
		d.Distort(n.neurons, p, random("distortion"))
		return d, nil
	}
	if start := n.starts[mu]; start != nil && p == 0 {
		d.Reset(start)
		return d, nil
	}
	s := random("burn-in")
	whole := append(append(make([]float64, 0, n.net.N()), x...), make([]float64, pop.NInh)...)
	for i := range pop.NInh {
		if s.Bernoulli(pop.MI) {
			whole[pop.NExc+i] = 1
		}
	}
	d.Reset(n.net.At(whole))
	d.Distort(n.neurons, p, random("distortion"))
	d.SetNoise(memory.Noise{})
	d.Update(pop.NExc, n.net.N())
	for t := range BurnIn {
		if t%32 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		d.Cycle(nil, s)
	}
	d.Update(0, n.net.N())
	if p == 0 {
		n.starts[mu] = d.State()
	}
	return d, nil
}

// Sigma50 returns the output noise at which half of the first tested memories are stable
// (see memory.Tester), 0 if not even without noise; frozen replaces a random I
// population by its averages. key names the random numbers.
func (n *Network) Sigma50(ctx context.Context, tested int, frozen bool, accuracy float64, key rng.Key) (float64, error) {
	pass := func(mu int, sigma float64) (bool, error) {
		d, err := n.at(ctx, mu, frozen, 0, key)
		if err != nil {
			return false, err
		}
		random := func(name string) *rng.Stream { return rng.New(key.Sub(name, strconv.Itoa(mu))) }
		r, err := d.Stability(ctx, memory.Noise{Out: sigma}, memory.StabilityCycles, memory.StableError, random("noise"), random("order"))
		return r.Kept, err
	}
	low := math.Inf(1)
	for _, k := range n.block.KappaOut {
		low = math.Min(low, k/8)
	}
	if math.IsInf(low, 1) {
		return low, nil
	}
	if ok, err := memory.Half(tested, func(mu int) (bool, error) { return pass(mu, 0) }); !ok || err != nil {
		return 0, err
	}
	return memory.NoiseCrossing(tested, low, accuracy, pass)
}

// P50 returns the distortion of the E neurons from which half of the first tested
// memories are recovered (see memory.Tester).
func (n *Network) P50(ctx context.Context, tested int, frozen bool, accuracy float64, key rng.Key) (float64, error) {
	return memory.DistortionCrossing(tested, n.neurons.MaxDistortion(), accuracy, func(mu int, p float64) (bool, error) {
		d, err := n.at(ctx, mu, frozen, p, key)
		if err != nil {
			return false, err
		}
		r, err := d.Basin(ctx, memory.BasinCycles, memory.DivergedError, rng.New(key.Sub("order", strconv.Itoa(mu))))
		return r.Kept, err
	})
}

// ResidualNoise returns the s.d. of the noise that asynchronous inhibition makes in the
// potential of an E neuron, sqrt(sum_j w_j^2 m_j (1-m_j)), averaged over the neurons; 0
// without a random I population. It takes I neurons as independent.
func (n *Network) ResidualNoise() float64 {
	if n.circuit == nil {
		return 0
	}
	p, b := n.problem.Population, n.block
	inh := n.problem.Memories.Inh
	variance := make([]float64, p.NInh) // of each I neuron, averaged over memories
	for k, m := range inh {
		variance[k%p.NInh] += m * (1 - m) / float64(n.problem.Memories.P)
	}
	total := 0.0
	for i := range p.NExc {
		sum := 0.0
		for j, v := range variance {
			w := n.problem.Base / (float64(p.NInh) * p.MI)
			if n.problem.Architecture == EI {
				w = b.Weights[i*b.N+p.NExc+j]
			}
			sum += float64(w * w * v)
		}
		total += math.Sqrt(sum) / float64(p.NExc)
	}
	return total
}
