package sweeps

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"gardner/core/patterns"
	"gardner/core/psp"
	"gardner/core/rng"
	"gardner/core/spiking"
	"gardner/core/tempotron"
)

// maxTempotronLoad ends the search for a capacity: no learner comes near.
const maxTempotronLoad = 20

// tempotronCapacity is the experiment on how many spike patterns a tempotron learns.
func tempotronCapacity() *Experiment {
	inf := math.Inf(1)
	return &Experiment{
		Name: "tempotron", Version: 4,
		Doc: "capacity of the tempotron's learning rule, a classifier of spatiotemporal spike patterns",
		Long: `Patterns are spikes of N afferents in a window of T = K sqrt(tau_m tau_s), one at a uniform time
each (input = once) or Poisson spikes (input = poisson). A neuron answers +1 if its potential

    V(t) = sum_i w_i sum_spikes K(t - t_i),   K(t) = V0 (e^{-t/tau_m} - e^{-t/tau_s}), largest value 1,

passes 1 anywhere in the window. On an error the weights change by +-learning_rate z(t_max), z(t)
the gradient of V, plus momentum times the change before (Guetig and Sompolinsky 2006; the maximum
is exact). The learning rate stays, or falls from cycle to cycle as learning_rate/(1 + cycle/decay)
(ours). Learning converges if a whole cycle over the patterns has no error within the limit of
cycles. capacity is the largest load P/N, in steps of step, that converges, among nested sets of
patterns (a larger one only adds patterns), each learned from the same initial weights; the search
takes convergence for monotone in P. Its median over replicates is the load at which half of them
converge.
This measures the learner, so it is a lower bound of what weights can do, and grows with the limit
of cycles: give several. Initial weights are normal, such that V has the standard deviation
initial_sd (ours). There is no closed formula for the capacity; about 3 patterns per synapse are
reported at T = 500 ms, growing weakly with K (Rubin, Monasson and Sompolinsky 2010). Here, at
N = 500 and K = 66.7, a constant rate ends at 2.3 (1e-4), 2.5 (3e-4) or 1.8 (1e-3): its own steps keep
up a few percent of errors. A rate that falls goes on to 3.1 (2e-4 with decay 100). Weights of a given
potential grow as sqrt(K), so learning_rate should.`,
		Params: []Param{
			{Name: "N", Doc: "afferents of the neuron", Kind: Integer, Default: Num(500), Min: 1, Max: 20000},
			{Name: "K", Doc: "windows: duration of a pattern over sqrt(tau_m tau_s)", Kind: Number, Default: Num(66.6666666667), Min: 0, MinOpen: true, Max: 1e5},
			{Name: "tau_m", Doc: "membrane time constant, above tau_s", Unit: "ms", Kind: Number, Default: Num(15), Min: 0, MinOpen: true, Max: 1e6},
			{Name: "tau_s", Doc: "synaptic time constant", Unit: "ms", Kind: Number, Default: Num(3.75), Min: 0, MinOpen: true, Max: 1e6},
			{Name: "input", Doc: "once: one spike per afferent and pattern; poisson: at the rate", Kind: Choice, Default: Str("once"), Choices: []string{"once", "poisson"}},
			{Name: "rate", Doc: "rate of an afferent, if poisson", Unit: "Hz", Kind: Number, Default: Num(5), Min: 0, MinOpen: true, Max: 1e5},
			{Name: "p_out", Doc: "share of patterns with label +1, exact in every prefix", Kind: Number, Default: Num(0.5), Min: 0, Max: 1, MinOpen: true, MaxOpen: true},
			{Name: "learning_rate", Doc: "step lambda along the gradient", Unit: "V_th", Kind: Number, Default: Num(1e-4), Min: 0, MinOpen: true, Max: inf, MaxOpen: true, Treatment: true},
			{Name: "momentum", Doc: "part of the last change that is repeated", Kind: Number, Default: Num(0.99), Min: 0, Max: 1, MaxOpen: true, Treatment: true},
			{Name: "decay", Doc: "cycles after which the learning rate has halved, lambda/(1 + cycle/decay); 0: it stays", Unit: "cycles", Kind: Number, Default: Num(0), Min: 0, Max: inf, MaxOpen: true, Treatment: true},
			{Name: "initial_sd", Doc: "standard deviation of the potential under the initial weights", Unit: "V_th", Kind: Number, Default: Num(0.5), Min: 0, MinOpen: true, Max: inf, MaxOpen: true, Treatment: true},
			{Name: "step", Doc: "resolution of the capacity", Unit: "P/N", Kind: Number, Default: Num(0.1), Min: 0, MinOpen: true, Max: 10, Treatment: true},
			{Name: "cycles", Doc: "limit of cycles over the patterns", Kind: Integer, Default: Num(1000), Min: 1, Max: 1e7, Inner: true, Treatment: true},
		},
		Metrics: []Metric{
			{Name: "capacity", Doc: "largest load that converges within the limit of cycles", Unit: "P/N"},
			{Name: "patterns", Doc: "number of patterns at capacity", Unit: "patterns"},
			{Name: "cycles_used", Doc: "cycles until all patterns at capacity were right", Unit: "cycles"},
		},
		Check: checkTempotron,
		Cost: func(outer Point, inner []Point) float64 {
			return 3 * largestLimit(inner) * 3 * outer.Num("N") * tempotronSpikes(outer) * 2.5e-9
		},
		Figure: FigureHint{Title: "capacity of the tempotron's learning rule", X: "K", Metrics: []string{"capacity"}, Series: "cycles", LogX: true},
		Run:    runTempotron,
	}
}

// tempotronSpikes is the mean number of input spikes of a pattern.
func tempotronSpikes(p Point) float64 {
	if p.Str("input") == "once" {
		return p.Num("N")
	}
	return p.Num("N") * p.Num("rate") / 1000 * tempotronWindow(p)
}

// tempotronWindow is T in ms.
func tempotronWindow(p Point) float64 {
	return p.Num("K") * math.Sqrt(p.Num("tau_m")*p.Num("tau_s"))
}

func checkTempotron(p Point) error {
	if _, err := psp.New(p.Num("tau_m"), p.Num("tau_s")); err != nil {
		return err
	}
	if n := p.Num("step") * p.Num("N"); patterns.FloorSize(n) < 1 {
		return fmt.Errorf("step = %s is less than one pattern at N = %s", p.Value("step"), p.Value("N"))
	}
	if n := tempotronSpikes(p); n*p.Num("N")*maxTempotronLoad > 1e11 || n > maxInputSpikes {
		return fmt.Errorf("patterns of %.3g spikes, N = %s times %d of them, do not fit in memory", n, p.Value("N"), maxTempotronLoad)
	}
	return nil
}

// tempotronTask is what learning different numbers of patterns shares.
type tempotronTask struct {
	t        *Task
	kernel   *psp.Kernel
	rule     tempotron.Rule
	initial  []float64
	patterns []*psp.Train
	spikes   *rng.Stream
	volley   spiking.Volley
	source   *spiking.Source // nil: once
}

func runTempotron(ctx context.Context, t *Task) ([]Row, error) {
	p := t.Outer
	kernel, err := psp.New(p.Num("tau_m"), p.Num("tau_s"))
	if err != nil {
		return nil, err
	}
	n, T := p.Int("N"), tempotronWindow(p)
	task := &tempotronTask{t: t, kernel: kernel, spikes: t.Stream("spikes"),
		initial: initialWeights(t, kernel, n, tempotronSpikes(p)/float64(n)/T),
		rule:    tempotron.Rule{Rate: p.Num("learning_rate"), Momentum: p.Num("momentum"), Decay: p.Num("decay"), Window: T}}
	if p.Str("input") == "poisson" {
		x := make([]float64, n)
		for i := range x {
			x[i] = 1
		}
		if task.source, err = spiking.NewSource(x, p.Num("rate")/1000); err != nil {
			return nil, err
		}
	}
	step := patterns.FloorSize(p.Num("step") * float64(n))
	search := learnerCapacity{N: float64(n), step: step, first: 2 * n / step, most: maxTempotronLoad * n / step, learn: task.learn}
	return search.rows(ctx, t)
}

// initialWeights are normal, such that the potential has the standard deviation
// initial_sd under spikes of n afferents with a rate per ms.
func initialWeights(t *Task, k *psp.Kernel, n int, rate float64) []float64 {
	w := make([]float64, n)
	t.Stream("weights").FillNorm(w)
	sd := t.Outer.Num("initial_sd") / tempotron.PotentialSD(k, n, rate, 1)
	for i := range w {
		w[i] *= sd
	}
	return w
}

// learn learns the first patterns.
func (s *tempotronTask) learn(ctx context.Context, count, limit int) (cycles int, ok bool, err error) {
	s.draw(count)
	rule := s.rule
	rule.Cycles = limit
	labels := patterns.ExactLabels(s.t.Stream("labels"), count, s.t.Outer.Num("p_out"))
	return rule.Learn(ctx, s.kernel, s.patterns[:count], labels, slices.Clone(s.initial), s.t.Stream("order of "+strconv.Itoa(count)))
}

// draw extends the sequence of patterns to count.
func (s *tempotronTask) draw(count int) {
	T := s.rule.Window
	for len(s.patterns) < count {
		if s.source == nil {
			s.volley.Once(s.spikes, len(s.initial), T)
		} else {
			s.volley.Poisson(s.kernel, s.spikes, s.source, T)
		}
		p := new(psp.Train)
		p.Set(s.kernel, s.volley.Time, s.volley.Afferent)
		s.patterns = append(s.patterns, p)
	}
}
