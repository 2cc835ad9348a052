package sweeps

import (
	"context"
	"fmt"
	"math"

	"gardner/core/patterns"
	"gardner/core/perceptron"
	"gardner/core/psp"
	"gardner/core/spiking"
)

// spikeBins is the number of bins of the histograms of spike counts, one for each
// number of spikes from 0 on.
const spikeBins = 61

// maxInputSpikes bounds the input spikes of one presentation held in memory.
const maxInputSpikes = 1e7

// spikingNeuron is the experiment behind the paper's spiking neurons: the weights of
// both solutions in a leaky integrate-and-fire neuron, with and without noise.
func spikingNeuron() *Experiment {
	positive := func(name, doc, unit string, value float64) Param {
		return Param{Name: name, Doc: doc, Unit: unit, Kind: Number, Default: Num(value), Min: 0, MinOpen: true, Max: 1e6}
	}
	params := withDefaults(append(neuronParams(), loadParam()), map[string]Value{
		"N": Num(200), "alpha": Num(1), "mean_inh": Num(2.82842712475), "sd_inh": Num(2), "gamma": Num(1.5)})
	edges := make([]float64, spikeBins+1)
	for i := range edges {
		edges[i] = float64(i) - 0.5
	}
	return &Experiment{
		Name: "spiking", Version: 11,
		Doc: "spike counts of a leaky integrate-and-fire neuron with the weights of both solutions",
		Long: `A perceptron's weights for floor(alpha N) random patterns, in units of its threshold, solution A
(robust to input noise) or B (to output noise), become the synapses of a leaky integrate-and-fire
neuron. A pattern is presented as Poisson spikes at rates rate x_i for a time T:

    V(t) = sum_i w_i sum_spikes K(t - t_i) - sum_{t_sp < t} e^{-(t-t_sp)/tau_m},
    K(t) = V0 (e^{-t/tau_m} - e^{-t/tau_s}), largest value 1,

a spike wherever V passes 1. With sigma_noise > 0, n_noise more afferents have one spike each at a
uniform time, and weights, drawn once, of standard deviation sigma_noise/sqrt(n_noise). Spikes are
counted up to T + 5 tau_m. The simulation is event-driven and exact: it has no time step.
At a constant input V settles at 1.56 w.x (with the default kernel), so the count that separates
patterns is free: counts of at least n make a plus, fewer a minus, and the curve of the share of
plus presentations that are correct (correct_plus) against that of minus presentations, over all n,
says how well they are separated; between two n it is straight. area is the area below it: 1 is
perfect, 1/2 chance. The model is that of Rubin, Abbott and Sompolinsky (2017); there is no theory
of these curves. All solutions and noises of a task hear the same input spikes. Draw histograms
with --y count_plus,count_minus. Inputs must not be negative.`,
		Params: append(params,
			positive("rate", "rate of an afferent at x = 1", "Hz", 30),
			positive("T", "duration of a presentation", "ms", 200),
			positive("tau_m", "membrane time constant, above tau_s", "ms", 30),
			positive("tau_s", "synaptic time constant", "ms", 10),
			Param{Name: "n_noise", Doc: "afferents that make the output noise", Kind: Integer, Default: Num(30000), Min: 1, Max: 1e6},
			Param{Name: "trials", Doc: "presentations of each pattern", Kind: Integer, Default: Num(10), Min: 1, Max: 1e6, Treatment: true},
			solutionParam(),
			Param{Name: "sigma_noise", Doc: "standard deviation of the noise afferents' weights times sqrt n_noise; 0: no noise", Unit: "V_th", Kind: Number,
				Default: Num(0), Min: 0, Max: 1e6, Inner: true, Treatment: true},
			Param{Name: "threshold", Doc: "count n from which on a presentation is taken for a plus", Unit: "spikes", Kind: Integer,
				Default: Num(1), Min: 0, Max: 1e6, Inner: true, Treatment: true},
			Param{Name: "correct_minus", Doc: "share of minus presentations that correct_plus asks to be correct", Unit: "share", Kind: Number,
				Default: Num(0.9), Min: 0, Max: 1, Inner: true, Treatment: true}),
		Metrics: []Metric{
			{Name: "correct_plus", Doc: "share of plus presentations that are correct where the share correct_minus of minus presentations is", Unit: "share"},
			{Name: "area", Doc: "area under the curve of correct_plus against correct_minus"},
			{Name: "plus_above", Doc: "plus presentations with at least threshold spikes", Kind: MetricCount},
			{Name: "minus_below", Doc: "minus presentations with fewer than threshold spikes", Kind: MetricCount},
			{Name: "mean_plus", Doc: "mean count of plus presentations", Unit: "spikes"},
			{Name: "mean_minus", Doc: "mean count of minus presentations", Unit: "spikes"},
			{Name: "count_plus", Doc: "counts of plus presentations", Unit: "spikes", Kind: MetricHistogram, Edges: edges},
			{Name: "count_minus", Doc: "counts of minus presentations", Unit: "spikes", Kind: MetricHistogram, Edges: edges},
			{Name: "norm", Doc: "norm |w|/theta of the physical weights", Unit: "1/input"},
			{Name: "kappa_in", Doc: "robustness to input noise, 1/|w|", Unit: "input"},
			{Name: "kappa_out", Doc: "robustness to output noise, 1/theta", Unit: "V_th"},
		},
		Check: checkSpiking,
		Cost:  spikingCost,
		Figure: FigureHint{Title: "separation by spike counts", X: "correct_minus", Metrics: []string{"correct_plus"}, Series: "solution",
			Facet: "sigma_noise"},
		Run: runSpiking,
	}
}

// withDefaults returns the params with other defaults.
func withDefaults(params []Param, defaults map[string]Value) []Param {
	for i := range params {
		if v, ok := defaults[params[i].Name]; ok {
			params[i].Default = v
		}
	}
	return params
}

// inputSpikes is the mean number of input spikes of a presentation.
func inputSpikes(p Point) float64 {
	pop := population(p)
	nExc := float64(pop.NExc())
	mean := nExc*pop.Exc.MeanValue() + (float64(pop.N)-nExc)*pop.Inh.MeanValue()
	return mean * p.Num("rate") / 1000 * p.Num("T")
}

func checkSpiking(p Point) error {
	if err := checkLoaded(p); err != nil {
		return err
	}
	if _, err := psp.New(p.Num("tau_m"), p.Num("tau_s")); err != nil {
		return err
	}
	pop := population(p)
	for _, in := range []struct {
		input patterns.Input
		n     int
		name  string
	}{{pop.Exc, pop.NExc(), "exc"}, {pop.Inh, pop.N - pop.NExc(), "inh"}} {
		_, shift := in.input.GammaScaleShift()
		if in.n > 0 && (in.input.Family == patterns.Gaussian || in.input.Family == patterns.Gamma && shift < 0) {
			return fmt.Errorf("%s inputs with mean_%s = %s, sd_%s = %s can be negative, and rates cannot; raise the mean or take another family_%s",
				in.input.Family, in.name, p.Value("mean_"+in.name), in.name, p.Value("sd_"+in.name), in.name)
		}
	}
	if n := inputSpikes(p); n > maxInputSpikes {
		return fmt.Errorf("a presentation would have %.3g input spikes, more than %g; lower rate, T or N", n, maxInputSpikes)
	}
	return nil
}

// spikingCost is the solver's, and for each presentation that of drawing its spikes
// and of passing them by each neuron.
func spikingCost(outer Point, inner []Point) float64 {
	n := outer.Num("N")
	spikes, quiet, noisy := inputSpikes(outer), 0.0, 0.0
	for k := range spikingNeurons(inner) {
		if k.sigma > 0 {
			noisy++
		} else {
			quiet++
		}
	}
	each := spikes*1.3e-8 + 1e-6
	if quiet > 0 {
		each += spikes * (1e-9 + 1.3e-9*quiet)
	}
	if noisy > 0 {
		each += spikes*(3e-9+2.5e-9*noisy) + outer.Num("n_noise")*(7e-9+1e-9*noisy)
	}
	return solveCost(n, n*outer.Num("alpha")) + outer.Num("alpha")*n*outer.Num("trials")*each
}

// spikingKey tells the neurons of a task apart.
type spikingKey struct {
	solution string
	sigma    float64
}

func spikingNeurons(inner []Point) map[spikingKey]*countingNeuron {
	neurons := map[spikingKey]*countingNeuron{}
	for _, p := range inner {
		k := spikingKey{p.Str("solution"), p.Num("sigma_noise")}
		if neurons[k] == nil {
			neurons[k] = new(countingNeuron)
		}
	}
	return neurons
}

// countingNeuron is one neuron with its weights and what it counted.
type countingNeuron struct {
	sigma   float64     // standard deviation of the noise weights, scaled as the others
	weights psp.Weights // of the afferents
	counts  spiking.Counts
	row     Row // what does not depend on counts; its status says whether there are weights
}

func runSpiking(ctx context.Context, t *Task) ([]Row, error) {
	kernel, err := psp.New(t.Outer.Num("tau_m"), t.Outer.Num("tau_s"))
	if err != nil {
		return nil, err
	}
	problem, err := t.problem(ctx, patterns.FloorSize(t.Outer.Num("alpha")*t.Outer.Num("N")))
	if err != nil {
		return nil, err
	}
	a, b, err := perceptron.Both(ctx, problem, &perceptron.Options{Engine: t.engine()})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t, err)
	}
	neurons := spikingNeurons(t.Inner)
	var noise []float64
	for key := range neurons {
		if key.sigma > 0 && noise == nil {
			noise = make([]float64, t.Outer.Int("n_noise"))
			t.Stream("noise weights").FillNorm(noise)
		}
	}
	for key, n := range neurons {
		s := a
		if key.solution == solutionB {
			s = b
		}
		n.prepare(kernel, problem, s, key.sigma/math.Sqrt(float64(max(1, len(noise)))))
	}
	if err := countSpikes(ctx, t, kernel, problem, neurons, noise); err != nil {
		return nil, err
	}
	rows := make([]Row, len(t.Inner))
	for i, p := range t.Inner {
		rows[i] = neurons[spikingKey{p.Str("solution"), p.Num("sigma_noise")}].rowAt(p)
	}
	return rows, nil
}

// prepare gives the neuron its weights, those of the noise by their standard deviation,
// and the cells that no presentation changes.
func (n *countingNeuron) prepare(k *psp.Kernel, problem *perceptron.Problem, s *perceptron.Solution, sigma float64) {
	w, ok := s.Physical()
	if !ok {
		n.row = Row{Status: UndefinedRow, Cells: []Cell{Empty(), Empty(), Empty()}}
		if s.Status == perceptron.Infeasible {
			n.row.Status = InfeasibleRow
		}
		return
	}
	norm := perceptron.Describe(problem, s, 0).Norm
	n.row = Row{Cells: []Cell{Val(norm), Val(s.KappaIn), Val(s.KappaOut)}}
	n.weights, n.sigma = psp.Scale(k, w), float64(sigma*k.V0)
}

// countSpikes presents every pattern to every neuron. Input spikes and the noise's
// times come from streams of their own, so that a neuron's counts do not depend on
// which others there are.
func countSpikes(ctx context.Context, t *Task, k *psp.Kernel, problem *perceptron.Problem, neurons map[spikingKey]*countingNeuron, z []float64) error {
	input, noise := t.Stream("input spikes"), t.Stream("noise spikes")
	T := t.Outer.Num("T")
	until := T + 5*k.TauM
	var inputs spiking.Volley
	var quiet spiking.Blocks
	var noisy spiking.Windows
	var spikes []float64
	anyQuiet := false
	for _, n := range neurons {
		anyQuiet = anyQuiet || n.sigma == 0
	}
	for mu := range problem.P {
		if err := ctx.Err(); err != nil {
			return err
		}
		source, err := spiking.NewSource(problem.X[mu*problem.N:(mu+1)*problem.N], t.Outer.Num("rate")/1000)
		if err != nil {
			return fmt.Errorf("%s, pattern %d: %w", t, mu, err)
		}
		for range t.Outer.Int("trials") {
			inputs.Draw(input, source, T)
			if anyQuiet {
				quiet.Set(k, &inputs.Train)
			}
			if len(z) > 0 {
				noisy.Set(k, &inputs.Train, noise, z, T)
			}
			for _, n := range neurons {
				switch {
				case n.weights == nil:
					continue
				case n.sigma > 0:
					spikes = noisy.Run(k, n.weights, n.sigma, until, spikes[:0])
				default:
					spikes = quiet.Run(k, n.weights, until, spikes[:0])
				}
				n.counts.Add(problem.Labels[mu] > 0, len(spikes))
			}
		}
		t.Report(float64(mu+1) / float64(problem.P))
	}
	return nil
}

// rowAt evaluates the counts at an inner point.
func (n *countingNeuron) rowAt(p Point) Row {
	no := Empty()
	if n.row.Status != OK {
		return Row{Status: n.row.Status, Cells: append([]Cell{no, no, no, no, no, no, no, no}, n.row.Cells...)}
	}
	threshold := p.Int("threshold")
	above, plus := spiking.Above(n.counts.Plus, threshold)
	missed, minus := spiking.Above(n.counts.Minus, threshold)
	cells := []Cell{Val(n.counts.PlusAt(p.Num("correct_minus"))), Val(n.counts.Area()),
		kOfN(above, plus), kOfN(minus-missed, minus), Val(meanCount(n.counts.Plus)), Val(meanCount(n.counts.Minus)),
		countHistogram(n.counts.Plus, plus), countHistogram(n.counts.Minus, minus)}
	return Row{Cells: append(cells, n.row.Cells...)}
}

// kOfN is KofN, empty without trials.
func kOfN(k, n int64) Cell {
	if n == 0 {
		return Empty()
	}
	return KofN(k, n)
}

func meanCount(h []int64) float64 {
	sum, total := 0.0, 0.0
	for n, k := range h {
		sum += float64(n) * float64(k)
		total += float64(k)
	}
	return sum / total
}

func countHistogram(h []int64, total int64) Cell {
	if total == 0 {
		return Empty()
	}
	bins := make([]float64, spikeBins)
	for n, k := range h[:min(len(h), spikeBins)] {
		bins[n] = float64(k)
	}
	return Hist(bins, total)
}
