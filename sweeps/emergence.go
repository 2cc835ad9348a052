package sweeps

import (
	"context"
	"fmt"
	"math"

	"gardner/core/learning"
	"gardner/core/patterns"
	"gardner/core/theory"
)

// emergence is the experiment behind the paper's learning in noise: balance
// emerges where the potential is noisy.
func emergence() *Experiment {
	inf := math.Inf(1)
	activity := func(name, kind string) Param {
		return Param{Name: name, Doc: "probability that an " + kind + " input is active (1, else 0)", Kind: Number, Default: Num(0.5), Min: 0, Max: 1, MinOpen: true, MaxOpen: true}
	}
	return &Experiment{
		Name: "emergence", Version: 1,
		Doc: "learning by the perceptron rule in noise: balance emerges from output noise",
		Long: `A neuron learns floor(alpha N) random patterns of active and silent inputs. A cycle presents all of
them in random order; a pattern x with label y meets the potential, less the threshold 1,

    h = w.x - 1 + sqrt(|w|^2 sigma_in^2 + sigma_out^2) n,    n a fresh normal number.

If y h < 0, an error, w <- (1 - decay) w + (rate/N) y x, and weights of the wrong sign become 0;
otherwise w <- (1 - decay) w. Weights begin exponential with mean initial, excitatory ones positive,
inhibitory ones negative. With output noise the weights grow until excitation and inhibition nearly
cancel; with input noise only, the imbalance index at the same cycle is several times larger. Rule
and constants are those of Rubin, Abbott, Sompolinsky (2017); at N = 3000 alpha = 0.3 is their 900
patterns. Noises, rate and decay are treatments: patterns, initial weights, order and the normal
numbers are shared. All values are those after the cycle, without noise, but the error is that of
the cycle, in noise; kappa_out is the smallest y (w.x - 1), negative while a pattern is misclassified.
There is no theory of the way; the line over kappa_in is the most that any weights attain.`,
		Params: []Param{
			{Name: "N", Doc: "afferents of the neuron", Kind: Integer, Default: Num(1000), Min: 1, Max: 20000},
			{Name: "alpha", Doc: "load P/N", Unit: "P/N", Kind: Number, Default: Num(0.3), Min: 0, MinOpen: true, Max: 1000},
			{Name: "f_exc", Doc: "excitatory fraction", Kind: Number, Default: Num(0.8), Min: 0, Max: 1},
			{Name: "p_out", Doc: "probability of the label +1 (counts are exact within one)", Kind: Number, Default: Num(0.5), Min: 0, Max: 1, MinOpen: true, MaxOpen: true},
			activity("activity_exc", "excitatory"), activity("activity_inh", "inhibitory"),
			{Name: "sigma_in", Doc: "standard deviation of the noise of each input", Unit: "input", Kind: Number, Default: Num(0.15), Min: 0, Max: math.MaxFloat64, Treatment: true},
			{Name: "sigma_out", Doc: "standard deviation of the noise of the potential", Unit: "V_th", Kind: Number, Default: Num(0.1), Min: 0, Max: math.MaxFloat64, Treatment: true},
			{Name: "rate", Doc: "N rho: change of a weight per error, times N", Unit: "V_th", Kind: Number, Default: Num(0.1), Min: 0, MinOpen: true, Max: inf, MaxOpen: true, Treatment: true},
			{Name: "decay", Doc: "eps: share of every weight that is lost per presentation", Kind: Number, Default: Num(5e-7), Min: 0, Max: 1, MaxOpen: true, Treatment: true},
			{Name: "initial", Doc: "mean of the weights' sizes at the beginning", Unit: "V_th", Kind: Number, Default: Num(1e-3), Min: 0, Max: 1e6, Treatment: true},
			{Name: "cycle", Doc: "presentations of each pattern so far", Kind: Integer, Default: Num(1000), Min: 0, Max: 1e7, Inner: true, Treatment: true},
		},
		Metrics: []Metric{
			{Name: "error", Doc: "share of the cycle's presentations that were errors, in noise; empty at cycle 0", Unit: "probability"},
			{Name: "imbalance", Doc: "imbalance index <w.x>/<sum |w_i| x_i>"},
			{Name: "norm", Doc: "norm |w|/theta of the physical weights", Unit: "1/input"},
			{Name: "kappa_in", Doc: "tolerated input noise kappa_out/|w|", Unit: "input"},
			{Name: "kappa_out", Doc: "tolerated output noise, the smallest y (w.x - 1)", Unit: "V_th"},
			{Name: "drive_exc", Doc: "mean excitatory input", Unit: "V_th"},
			{Name: "drive_inh", Doc: "mean inhibitory input", Unit: "V_th"},
			{Name: "misclassified", Doc: "share of the patterns that are misclassified without noise", Unit: "probability"},
		},
		Check: checkEmergence,
		Cost:  emergenceCost,
		Theory: []Theory{{Metric: "kappa_in", Name: "largest attainable (theory)", Limit: true, Doc: "a limit, not a prediction: kappa_in of solution A, large N (Rubin, Abbott, Sompolinsky 2017)",
			Eval: attainableKappaIn}},
		Figure: FigureHint{Title: "learning in noise", X: "cycle", Metrics: []string{"error", "imbalance", "norm", "kappa_in", "kappa_out"},
			Series: "sigma_in, sigma_out", LogX: true},
		Run: runEmergence,
	}
}

// learningPopulation is the 0/1 inputs of a point.
func learningPopulation(p Point) patterns.Population {
	return patterns.Population{N: p.Int("N"), FExc: p.Num("f_exc"),
		Exc: patterns.Input{Family: patterns.Bernoulli, Mean: p.Num("activity_exc")},
		Inh: patterns.Input{Family: patterns.Bernoulli, Mean: p.Num("activity_inh")}}
}

func checkEmergence(p Point) error {
	if patterns.FloorSize(p.Num("alpha")*p.Num("N")) < 1 {
		return fmt.Errorf("alpha = %s leaves no pattern at N = %s", p.Value("alpha"), p.Value("N"))
	}
	return learningPopulation(p).Validate()
}

// emergenceCost is the measured cost of a presentation, about a tenth of a
// nanosecond per input, times their number.
func emergenceCost(outer Point, inner []Point) float64 {
	n, cycles := outer.Num("N"), 0.0
	for _, p := range inner {
		cycles = math.Max(cycles, p.Num("cycle"))
	}
	p := n * outer.Num("alpha")
	return 4e-9*p*n + cycles*p*(3e-8+7e-11*n)
}

// attainableKappaIn is the largest kappa_in of any weights, NaN beyond capacity.
func attainableKappaIn(p Point) float64 {
	pop := learningPopulation(p)
	n, _, err := theory.FromInputs(pop.FExc, p.Num("p_out"), theory.Inputs{
		MeanExc: pop.Exc.MeanValue(), SDExc: pop.Exc.Sigma(), MeanInh: pop.Inh.MeanValue(), SDInh: pop.Inh.Sigma()})
	if err != nil {
		return math.NaN()
	}
	kappa, err := n.KappaIn(p.Num("alpha"))
	if err != nil {
		return math.NaN()
	}
	return kappa * pop.Exc.Sigma()
}

// learner makes the neuron of a task.
func (t *Task) learner() (*learning.Learner, error) {
	pop := learningPopulation(t.Outer)
	labels := patterns.ExactLabels(t.Stream("labels"), patterns.FloorSize(t.Outer.Num("alpha")*t.Outer.Num("N")), t.Outer.Num("p_out"))
	p, err := learning.NewPatterns(pop.Patterns(t.Stream("patterns"), len(labels)), labels, pop.NExc())
	if err != nil {
		return nil, err
	}
	weights := make([]float64, pop.N)
	t.Stream("weights").FillExp(weights)
	for i := range weights {
		weights[i] *= t.Outer.Num("initial")
		if i >= pop.NExc() {
			weights[i] *= -1
		}
	}
	rule := learning.Rule{SigmaIn: t.Outer.Num("sigma_in"), SigmaOut: t.Outer.Num("sigma_out"),
		Rate: t.Outer.Num("rate") / float64(pop.N), Decay: t.Outer.Num("decay")}
	return learning.New(p, weights, rule, t.Stream("order"), t.Stream("noise"))
}

func runEmergence(ctx context.Context, t *Task) ([]Row, error) {
	l, err := t.learner()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t, err)
	}
	wanted, last := map[int][]int{}, 0 // rows by cycle
	for i, p := range t.Inner {
		c := p.Int("cycle")
		wanted[c] = append(wanted[c], i)
		last = max(last, c)
	}
	rows := make([]Row, len(t.Inner))
	record := func(cycle int, failure Cell) {
		if len(wanted[cycle]) == 0 {
			return
		}
		s := l.State()
		row := Row{Cells: []Cell{failure, Val(s.Imbalance), Val(s.Norm), Val(s.KappaIn), Val(s.KappaOut), Val(s.DriveExc), Val(s.DriveInh),
			Val(float64(s.Misclassified) / float64(l.Patterns()))}}
		for _, i := range wanted[cycle] {
			rows[i] = row
		}
	}
	record(0, Empty())
	for cycle := 1; cycle <= last; cycle++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		wrong := l.Cycle()
		record(cycle, Val(float64(wrong)/float64(l.Patterns())))
		if cycle%64 == 0 {
			t.Report(float64(cycle) / float64(last))
		}
	}
	return rows, nil
}
