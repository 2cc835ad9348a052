package sweeps

import (
	"context"
	"fmt"
	"math"

	"gardner/core/memory"
	"gardner/core/patterns"
	"gardner/core/perceptron"
	"gardner/core/rng"
)

// This file holds what the experiments on associative memory networks share: the
// params of networks and memories, and the training.

// networkKinds are the solutions of a network's neurons.
var networkKinds = map[string]perceptron.Kind{
	solutionA: perceptron.KindKappaIn, solutionB: perceptron.KindKappaOut, solutionUF: perceptron.KindFreeThreshold,
}

// maxGamma bounds Gamma where weights must be physical.
const maxGamma = 1e6

// networkParams are the params of a trained network; defaults are the paper's but for N.
func networkParams() []Param {
	activity := func(name, kind string, level float64) Param {
		return Param{Name: name, Doc: "probability that an " + kind + " neuron is active in a memory", Kind: Number, Default: Num(level),
			Min: 0, Max: 1, MinOpen: true, MaxOpen: true}
	}
	return []Param{
		{Name: "N", Doc: "neurons of the network", Kind: Integer, Default: Num(200), Min: 2, Max: 20000},
		{Name: "alpha", Doc: "load P/N", Unit: "P/N", Kind: Number, Default: Num(0.25), Min: 0, MinOpen: true, Max: 1000},
		{Name: "f_exc", Doc: "excitatory fraction", Kind: Number, Default: Num(0.8), Min: 0, Max: 1},
		activity("f_E", "excitatory", 0.3),
		activity("f_I", "inhibitory", 0.15),
		{Name: "min_active", Doc: "redraw the inhibitory neurons of a memory until that many are active; 0: never", Kind: Integer, Default: Num(0), Min: 0, Max: 20000},
		{Name: "gamma", Doc: "bound Gamma on the norm |J_i| of a neuron's weights, their thresholds being 1; UF: the norm that weights are scaled to",
			Kind: Number, Default: Num(10), Min: 0, MinOpen: true, Max: maxGamma, Treatment: true},
		{Name: "solution", Doc: "A: largest kappa_in (input noise); B: largest kappa_out (output noise); UF: Gardner's, without signs", Kind: Choice,
			Default: Str(solutionB), Choices: []string{solutionA, solutionB, solutionUF}, Treatment: true},
	}
}

// networkLong is the paragraph on networks that the experiments share.
const networkLong = `A network of N binary neurons, floor(f_exc N) of them excitatory, stores P = floor(alpha N) random
memories in which an excitatory (inhibitory) neuron is active with probability f_E (f_I). Each
neuron is trained to keep its own state in every memory given those of all others, so that all
memories are fixed points: by the weights most robust to input noise (solution A), to output noise
(B, |J_i| <= gamma), or without sign constraints (UF). All solutions see the same memories. Weights of
A and B are in units of the threshold 1; UF has no such unit (its thresholds have any sign), so its
rows are scaled to |J_i| = gamma. Neurons are updated in a fresh random order in each cycle,

    x_i = 1 if J_i.x + noise > threshold, else 0,   noise of variance sigma_out^2 + |J_i|^2 sigma_in^2,

fresh at every update. Where some neuron cannot be trained rows have status infeasible, with how far
from feasible it is (signed_margin) and the gap of the proof. Statistics over neurons leave out those
that are silent in all memories: they need no weights.`

// networkMetrics are reported for every trained network.
func networkMetrics() []Metric {
	return []Metric{
		{Name: "feasible", Doc: "whether every neuron can be trained", Kind: MetricCount},
		{Name: "kappa_in_min", Doc: "smallest robustness to input noise, 1/|w|, of the network's neurons", Unit: "input"},
		{Name: "kappa_in_mean", Doc: "mean robustness to input noise of the network's neurons", Unit: "input"},
		{Name: "kappa_out_min", Doc: "smallest distance of a field from threshold over neurons and memories", Unit: "V_th"},
		{Name: "kappa_out_mean", Doc: "mean over neurons of their smallest distance from threshold", Unit: "V_th"},
		{Name: "norm_mean", Doc: "mean norm |J_i|", Unit: "V_th/input"},
		{Name: "imbalance", Doc: "mean over neurons of the imbalance index <w.x>/<sum |w_i| x_i>"},
		{Name: "signed_margin", Doc: "infeasible: largest attainable kappa_out of the first neuron that cannot be trained, at most 0", Unit: "V_th"},
		{Name: "gap", Doc: "worst duality gap of the neurons' certificates"},
	}
}

// memoryPopulation returns the neurons of a point.
func memoryPopulation(p Point) memory.Population {
	return memory.Population{N: p.Int("N"), FExc: p.Num("f_exc"), FE: p.Num("f_E"), FI: p.Num("f_I")}
}

// memoryCount returns P.
func memoryCount(p Point) int { return patterns.FloorSize(p.Num("alpha") * p.Num("N")) }

// checkNetwork refuses points without couplings, memories or balance.
func checkNetwork(p Point) error {
	pop := memoryPopulation(p)
	if err := pop.Validate(); err != nil {
		return err
	}
	if memoryCount(p) < 1 {
		return fmt.Errorf("alpha = %s leaves no memory at N = %s", p.Value("alpha"), p.Value("N"))
	}
	inhibitory := pop.N - pop.NExc()
	if n := p.Int("min_active"); n > inhibitory {
		return fmt.Errorf("min_active = %d is more than the %d inhibitory neurons", n, inhibitory)
	}
	if inhibitory == 0 && p.Str("solution") == solutionB {
		return fmt.Errorf("solution B balances excitation with inhibition, but f_exc = %s leaves no inhibitory neuron at N = %s: lower f_exc, or take solution A or UF",
			p.Value("f_exc"), p.Value("N"))
	}
	if cells := float64(pop.N) * float64(memoryCount(p)); cells > maxPatternCells {
		return fmt.Errorf("%g states of memories do not fit in memory: lower N or alpha", cells)
	}
	return nil
}

// trainingCost is the measured cost of training a network, in seconds on one core.
func trainingCost(p Point) float64 {
	n := p.Num("N")
	return neuronsCost(n, n, n*p.Num("alpha"))
}

// neuronsCost is that of neurons with so many inputs and patterns each: 5 ms of one with
// 2000 inputs and 500 patterns. It grows with the load, for neurons near their capacity
// are left to the single solver.
func neuronsCost(neurons, inputs, patterns float64) float64 {
	m, load := math.Min(inputs, patterns), patterns/inputs
	return neurons * (2e-4 + 7e-12*m*m*math.Max(inputs, patterns)*(1+8*load*load))
}

// row is a row of the given cells followed by those of networkMetrics; of an infeasible
// network the given ones are left empty.
func (n *trainedNetwork) row(cells ...Cell) Row {
	no := Empty()
	if bad := n.block.Infeasible; bad != nil {
		for i := range cells {
			cells[i] = no
		}
		return Row{Status: InfeasibleRow, Cells: append(cells, Indicator(false), no, no, no, no, no, no, Val(bad.SignedMargin), Val(bad.Gap))}
	}
	b := n.block
	used, with := n.everActive()
	least := func(values []float64) (low, mean float64) {
		low = math.Inf(1)
		for i, v := range values {
			if used[i] {
				low = math.Min(low, v)
				mean += v / float64(with)
			}
		}
		return low, mean
	}
	inMin, inMean := least(b.KappaIn)
	outMin, outMean := least(b.KappaOut)
	_, imbalance := least(b.Imbalance)
	gap := 0.0
	for _, g := range b.Gaps {
		gap = math.Max(gap, g)
	}
	if with == 0 {
		inMin, inMean, outMin, outMean, imbalance = math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN()
	}
	return Row{Cells: append(cells, Indicator(true), Val(inMin), Val(inMean), Val(outMin), Val(outMean), Val(n.norm),
		Val(imbalance), no, Val(gap))}
}

// everActive finds the neurons that are active in some memory. The others need no
// weights at all, which makes their kappa_in infinite.
func (n *trainedNetwork) everActive() (used []bool, count int) {
	used = make([]bool, n.memories.N)
	for k, x := range n.memories.States {
		if i := k % n.memories.N; x > 0 && !used[i] {
			used[i] = true
			count++
		}
	}
	return used, count
}

// memoryParam is the inner param that says which memory is tested.
func memoryParam() Param {
	return Param{Name: "memory", Doc: "which memory is tested, 1 to P", Kind: Integer, Default: Num(1), Min: 1, Max: 1e9, Inner: true, Treatment: true}
}

// checkTested refuses a memory that a network does not have.
func checkTested(p Point) error {
	if err := checkNetwork(p); err != nil {
		return err
	}
	if mu := p.Int("memory"); mu > memoryCount(p) {
		return fmt.Errorf("memory = %d, but alpha = %s gives %d memories at N = %s", mu, p.Value("alpha"), memoryCount(p), p.Value("N"))
	}
	return nil
}

// tests runs one trial per inner point on a network that starts at the point's memory.
func (t *Task) tests(ctx context.Context, trial func(d *memory.Dynamics, n *trainedNetwork, p Point) (memory.Trial, error), cells func(memory.Trial) []Cell) ([]Row, error) {
	n, trained, err := t.trained(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, len(t.Inner))
	var d *memory.Dynamics
	if n.network != nil {
		d = memory.NewDynamics(n.network)
	}
	starts := map[int]*memory.State{}
	for i, p := range t.Inner {
		var r memory.Trial
		if d != nil {
			mu := p.Int("memory")
			if starts[mu] == nil {
				starts[mu] = n.network.At(n.memories.Memory(mu - 1))
			}
			d.Reset(starts[mu])
			if r, err = trial(d, n, p); err != nil {
				return nil, err
			}
		}
		rows[i] = n.row(cells(r)...)
		t.Report(trained + (1-trained)*float64(i+1)/float64(len(t.Inner)))
	}
	return rows, nil
}

// testStreams are the random numbers of one trial, by the named inner params.
func (t *Task) testStreams(p Point, params ...string) (noise, order *rng.Stream) {
	return t.StreamAt("noise", p, params...), t.StreamAt("order", p, params...)
}
