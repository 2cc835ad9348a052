package sweeps

import (
	"context"
	"fmt"
	"math"

	"gardner/core/inhibition"
	"gardner/core/memory"
	"gardner/core/patterns"
	"gardner/core/theory"
)

// roleOfInhibition is the experiment behind the talk's comparison of what inhibition
// does in associative memory networks.
func roleOfInhibition() *Experiment {
	var names []string
	for _, a := range inhibition.Architectures() {
		names = append(names, string(a))
	}
	return &Experiment{
		Name: "role-of-inhibition", Version: 3,
		Doc: "robustness of associative networks whose inhibition is constant, fed back, random, learned or absent",
		Long: `A network of N neurons, floor(f_exc N) of them excitatory, stores P = floor(alpha N) random memories
in the states of its excitatory neurons (active with probability f_E), trained for the largest
kappa_out (solution B, weights onto a neuron of norm at most gamma, thresholds 1). Architectures:

    constant     E->E learned; a constant inhibitory input I_0
    feedback     E->E learned; an inhibitory input I_0 (mean x_E)/f_E
    live         E->E learned; inhibition by uniform weights from a random, asynchronous I population
    ei           E->E and I->E learned; a random, asynchronous I population
    selective    all neurons are part of the memories (I neurons active with probability m_I) and
                 all weights are learned
    excitatory   E->E learned, no inhibition: nothing can balance

They are those of the talk "E-I balance is required for high-capacity, noise-robust neuronal
computation" (2017); the parameters are ours. I_0 = gamma f_E sqrt(N_E) J1(B)/sqrt(J2(B)) with theory's
B at the load, rounded to two decimals. The random I population has couplings -(2/sqrt N_I) Exp(1)
within and (g/sqrt N_E) Exp(1) from E, g such that its mean activity is m_I. E neurons are trained on its
activity averaged over 300 cycles with E clamped at each memory, after 100 of burn-in; its
asynchrony is measured there: C(1) and C(5), the autocovariance at lags of 1 and 5 cycles over
that at 0, and N_I var(population rate)/(m_I (1-m_I)); a memory counts as asynchronous if C(1) < 0.5,
C(5) < 0.05, the rate variance < 0.3, and C(0) > 0.1 m_I (1-m_I), which a frozen population fails.
At the default activities populations of 50 freeze in nearly all memories, of 100 in a third, of 200
in none: see to it that (1 - f_exc) N is at least 150 for live and ei.

The theory of ei takes the averages of I neurons for independent of the memory. They follow it, and
kappa_out is 10 to 20 % above (2.74 for 2.27 at N = 2000, alpha = 0.25); with each neuron's averages
shuffled over memories it is within a few per cent.

sigma50 is the output noise at which half of the first ` + "`tested`" + ` memories stay stable, p50 the distortion from
which half are recovered (see memory-crossings), with errors over E neurons (selective: all) and
noise on the trained neurons only. E and I are updated in one random order; I burns in with E
clamped, then E is released. With _frozen the I population is replaced by its average at the memory
tested, which separates the noise that inhibition makes; residual_noise is the s.d. of that noise
if I neurons were independent. sigma50 is 0 where half of the memories are lost without noise.
All architectures see the same E memories.`,
		Params: []Param{
			{Name: "N", Doc: "neurons of the network", Kind: Integer, Default: Num(1000), Min: 4, Max: 20000},
			{Name: "alpha", Doc: "load P/N", Unit: "P/N", Kind: Number, Default: Num(0.25), Min: 0, MinOpen: true, Max: 1000},
			{Name: "f_exc", Doc: "excitatory fraction", Kind: Number, Default: Num(0.8), Min: 0, Max: 1, MinOpen: true, MaxOpen: true},
			{Name: "f_E", Doc: "probability that an excitatory neuron is active in a memory", Kind: Number, Default: Num(0.3), Min: 0, Max: 1, MinOpen: true, MaxOpen: true},
			{Name: "m_I", Doc: "mean activity of inhibitory neurons", Kind: Number, Default: Num(0.15), Min: 0, Max: 0.5, MinOpen: true, MaxOpen: true},
			{Name: "gamma", Doc: "bound Gamma on the norm of the weights onto a neuron, its threshold being 1", Unit: "1/input", Kind: Number, Default: Num(10), Min: 0, MinOpen: true, Max: maxGamma, Treatment: true},
			{Name: "architecture", Doc: "what inhibits: constant, feedback, live, ei, selective, or nothing (excitatory)", Kind: Choice, Default: Str(string(inhibition.Feedback)), Choices: names, Treatment: true},
			{Name: "tested", Doc: "memories tested, at most all", Kind: Integer, Default: Num(11), Min: 1, Max: 1e6, Treatment: true},
		},
		Metrics: []Metric{
			{Name: "kappa_out_mean", Doc: "robustness to output noise, mean over E neurons", Unit: "V_th"},
			{Name: "kappa_out_min", Doc: "robustness to output noise, smallest of the E neurons", Unit: "V_th"},
			{Name: "kappa_out_theory", Doc: "large-N theory of kappa_out, for ei with the measured moments of the I population", Unit: "V_th"},
			{Name: "sigma50", Doc: "output noise at which half of the memories are stable", Unit: "V_th"},
			{Name: "sigma50_frozen", Doc: "the same with the random I population frozen at its average", Unit: "V_th"},
			{Name: "p50", Doc: "distortion from which half of the memories are recovered", Unit: "probability"},
			{Name: "p50_frozen", Doc: "the same with the random I population frozen at its average", Unit: "probability"},
			{Name: "load_N", Doc: "memories per neuron", Unit: "P/N"},
			{Name: "load_E", Doc: "memories per excitatory neuron", Unit: "P/N_E"},
			{Name: "load_synapse", Doc: "memories per plastic synapse onto an E neuron", Unit: "P/synapse"},
			{Name: "rate_inh", Doc: "mean activity of the random I population"},
			{Name: "sigma_inh", Doc: "s.d. over memories of the averaged activity of an I neuron"},
			{Name: "c1", Doc: "autocovariance of I neurons at a lag of 1 cycle over that at 0"},
			{Name: "c5", Doc: "autocovariance of I neurons at a lag of 5 cycles over that at 0"},
			{Name: "rate_variance", Doc: "variance of the I population's rate, 1 for independent neurons"},
			{Name: "asynchronous", Doc: "memories in which the I population is asynchronous", Kind: MetricCount},
			{Name: "residual_noise", Doc: "s.d. of the noise of independent I neurons in the potential of an E neuron", Unit: "V_th"},
			{Name: "feasible", Doc: "whether every neuron can be trained", Kind: MetricCount},
			{Name: "signed_margin", Doc: "infeasible: largest attainable kappa_out of the first neuron that cannot be trained, at most 0", Unit: "V_th"},
			{Name: "gap", Doc: "worst duality gap of the neurons' certificates"},
		},
		Artefacts:    []Artefact{inhibitionArtefact()},
		Export:       exportInhibition,
		ExportShared: true,
		Check:        checkInhibition,
		Cost: func(outer Point, _ []Point) float64 {
			n := outer.Num("N")
			return inhibitionTrainingCost(outer) + 2*outer.Num("tested")*(1e-4*n+1.5e-7*n*n)
		},
		Theory: []Theory{{Metric: "kappa_out_mean", Name: "theory",
			Doc:  "large N: constant and fed back inhibition (live: that of feedback), selective; ei needs measured moments (kappa_out_theory)",
			Eval: inhibitionTheory}},
		Figure: FigureHint{Title: "what inhibition does in associative networks", X: "alpha", Metrics: []string{"kappa_out_mean", "sigma50", "p50"}, Series: "architecture"},
		Run:    runInhibition,
	}
}

// inhibitionPopulation returns the sizes and activities of a point.
func inhibitionPopulation(p Point) inhibition.Population {
	n := p.Int("N")
	exc := patterns.FloorSize(p.Num("f_exc") * float64(n))
	return inhibition.Population{NExc: exc, NInh: n - exc, FE: p.Num("f_E"), MI: p.Num("m_I")}
}

// checkInhibitory refuses populations that do not exist.
func checkInhibitory(p Point) error {
	pop := inhibitionPopulation(p)
	if pop.NExc < 2 || pop.NInh < 2 {
		return fmt.Errorf("f_exc = %s leaves %d excitatory and %d inhibitory neurons at N = %s, want at least 2 of each", p.Value("f_exc"), pop.NExc, pop.NInh, p.Value("N"))
	}
	return pop.Validate()
}

func checkInhibition(p Point) error {
	if err := checkInhibitory(p); err != nil {
		return err
	}
	if memoryCount(p) < 1 {
		return fmt.Errorf("alpha = %s leaves no memory at N = %s", p.Value("alpha"), p.Value("N"))
	}
	if cells := p.Num("N") * float64(memoryCount(p)); cells > maxPatternCells {
		return fmt.Errorf("%g states of memories do not fit in memory: lower N or alpha", cells)
	}
	return nil
}

// inhibitionTheory is kappa_out where theory needs no measured moments.
func inhibitionTheory(p Point) float64 {
	pop := inhibitionPopulation(p)
	scale := p.Num("gamma") * math.Sqrt(pop.FE*(1-pop.FE))
	count := p.Num("alpha") * p.Num("N")
	var k float64
	var err error
	switch a := inhibition.Architecture(p.Str("architecture")); a {
	case inhibition.Constant, inhibition.Feedback, inhibition.Live:
		k, _, err = theory.CommonInhibition{POut: pop.FE, Feedback: a != inhibition.Constant}.Kappa(count / float64(pop.NExc))
	case inhibition.Selective:
		var n theory.Neuron
		n, _, err = theory.FromInputs(p.Num("f_exc"), pop.FE, theory.Inputs{MeanExc: pop.FE, SDExc: math.Sqrt(pop.FE * (1 - pop.FE)),
			MeanInh: pop.MI, SDInh: math.Sqrt(pop.MI * (1 - pop.MI))})
		if err == nil {
			k, err = n.KappaBalanced(count / p.Num("N"))
		}
	default:
		return math.NaN()
	}
	if err != nil {
		return math.NaN()
	}
	return k * scale
}

func inhibitionTrainingCost(p Point) float64 {
	pop := inhibitionPopulation(p)
	a := inhibition.Architecture(p.Str("architecture"))
	inputs := float64(a.PlasticInputs(pop))
	count := float64(memoryCount(p))
	seconds := neuronsCost(float64(pop.NExc), inputs, count)
	if a == inhibition.Excitatory { // nothing balances: all neurons are left to the single solver
		seconds = float64(pop.NExc) * (1e-3 + 2.4e-10*math.Pow(math.Min(inputs, count), 2)*math.Max(inputs, count))
	}
	if a.HasPopulation() {
		n := float64(pop.NInh)
		seconds += count * 400 * (2e-8*n + 5e-11*n*n)
	}
	return seconds
}

func runInhibition(ctx context.Context, t *Task) ([]Row, error) {
	a, err := t.inhibitionNetwork(ctx)
	if err != nil {
		return nil, err
	}
	row, err := a.row(ctx, t)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t, err)
	}
	rows := make([]Row, len(t.Inner))
	for i := range rows {
		rows[i] = row
	}
	return rows, nil
}

// row tests the network and writes its metrics in the order of their declaration.
func (a *inhibited) row(ctx context.Context, t *Task) (Row, error) {
	pop := a.problem.Population
	no := Empty()
	meanInh, sigmaInh := no, no
	asynchrony := []Cell{no, no, no, no}
	if a.problem.Architecture.HasPopulation() {
		m, sd := a.problem.AverageMoments()
		meanInh, sigmaInh = Val(m), Val(sd)
		asynchrony = []Cell{Val(a.c1), Val(a.c5), Val(a.rateVariance), KofN(int64(a.asynchronous), int64(a.problem.Memories.P))}
	}
	p := float64(a.problem.Memories.P)
	loads := []Cell{Val(p / float64(pop.NExc+pop.NInh)), Val(p / float64(pop.NExc)), Val(p / float64(a.problem.Architecture.PlasticInputs(pop)))}
	if bad := a.block.Infeasible; bad != nil {
		cells := append([]Cell{no, no, Val(a.problem.Theory()), no, no, no, no}, loads...)
		cells = append(append(cells, meanInh, sigmaInh), asynchrony...)
		return Row{Status: InfeasibleRow, Cells: append(cells, no, Indicator(false), Val(bad.SignedMargin), Val(bad.Gap))}, nil
	}
	network := a.problem.Network(a.block, a.circuit)
	least, mean, gap := math.Inf(1), 0.0, 0.0
	for _, k := range a.block.KappaOut[:pop.NExc] {
		least = math.Min(least, k)
		mean += k / float64(pop.NExc)
	}
	for _, g := range a.block.Gaps {
		gap = math.Max(gap, g)
	}
	crossings, err := a.crossings(ctx, t, network)
	if err != nil {
		return Row{}, err
	}
	cells := append([]Cell{Val(mean), Val(least), Val(a.problem.Theory())}, crossings...)
	cells = append(append(append(cells, loads...), meanInh, sigmaInh), asynchrony...)
	return Row{Cells: append(cells, Val(network.ResidualNoise()), Indicator(true), no, Val(gap))}, nil
}

// crossings are sigma50, sigma50_frozen, p50 and p50_frozen.
func (a *inhibited) crossings(ctx context.Context, t *Task, network *inhibition.Network) ([]Cell, error) {
	tested := min(t.Outer.Int("tested"), a.problem.Memories.P)
	const accuracy = 0.01
	key := t.key("crossings")
	var cells []Cell
	for _, find := range []func(context.Context, int, bool) (float64, error){
		func(ctx context.Context, tested int, frozen bool) (float64, error) {
			return network.Sigma50(ctx, tested, frozen, accuracy, key)
		},
		func(ctx context.Context, tested int, frozen bool) (float64, error) {
			return network.P50(ctx, tested, frozen, accuracy, key)
		},
	} {
		x, err := find(ctx, tested, false)
		if err != nil {
			return nil, err
		}
		frozen := x
		if a.problem.Architecture.HasPopulation() {
			if frozen, err = find(ctx, tested, true); err != nil {
				return nil, err
			}
		}
		cells = append(cells, Val(x), Val(frozen))
		t.Report(a.share + (1-a.share)*float64(len(cells))/4)
	}
	return cells, nil
}

// inhibited is a trained architecture of a task.
type inhibited struct {
	problem      *inhibition.Problem
	block        *memory.Block
	circuit      *inhibition.Circuit // nil without a random I population
	share        float64             // of the task's cost that training was
	c1, c5       float64             // autocovariances over that at lag 0, averaged over memories
	rateVariance float64
	asynchronous int // memories
}
