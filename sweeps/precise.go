package sweeps

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"gardner/core/patterns"
	"gardner/core/precise"
	"gardner/core/psp"
)

// The learning rules for precise spikes, as the param `rule` names them.
const (
	ruleFinite    = "finite-precision"
	ruleThreshold = "high-threshold"
)

// maxPreciseLoad ends the search for a capacity, in desired spikes per synapse.
const maxPreciseLoad = 4

// spikeTimeParams are the outer params of experiments on desired spike times.
func spikeTimeParams() []Param {
	positive := func(name, doc, unit string, value, most float64) Param {
		return Param{Name: name, Doc: doc, Unit: unit, Kind: Number, Default: Num(value), Min: 0, MinOpen: true, Max: most}
	}
	return []Param{
		{Name: "N", Doc: "afferents of the neuron", Kind: Integer, Default: Num(500), Min: 1, Max: 20000},
		positive("rate_out", "rate of the desired spikes", "Hz", 5, 1e4),
		positive("rate_in", "rate of an afferent", "Hz", 5, 1e5),
		positive("T", "duration of a trial, above tau_m", "ms", 500, 1e6),
		positive("tau_m", "membrane time constant, above tau_s", "ms", 20, 1e6),
		positive("tau_s", "synaptic time constant", "ms", 5, 1e6),
		positive("eps", "precision: half the least time between two desired spikes", "ms", 3, 1e6),
	}
}

// spikeTimeSequence is the trials of a task.
func spikeTimeSequence(t *Task, p Point) (*precise.Sequence, error) {
	kernel, err := psp.New(p.Num("tau_m"), p.Num("tau_s"))
	if err != nil {
		return nil, err
	}
	s := &precise.Sequence{Kernel: kernel, N: p.Int("N"), RateIn: p.Num("rate_in") / 1000, RateOut: p.Num("rate_out") / 1000,
		Gap: 2 * p.Num("eps"), Duration: p.Num("T")}
	if t != nil {
		s.Input, s.Output = t.Stream("input spikes"), t.Stream("desired spikes")
	}
	return s, s.Validate()
}

// trialSpikes is the mean number of input spikes of a trial.
func trialSpikes(p Point) float64 { return p.Num("N") * p.Num("rate_in") / 1000 * p.Num("T") }

// checkSpikeTimes refuses trials that cannot be drawn or held in memory with the
// given load.
func checkSpikeTimes(p Point, load float64) error {
	if _, err := spikeTimeSequence(nil, p); err != nil {
		return err
	}
	perTrial := p.Num("rate_out") / 1000 * (p.Num("T") - p.Num("tau_m")) // desired spikes
	trials := load*p.Num("N")/perTrial + 1
	if n := trialSpikes(p); n > maxInputSpikes || n*trials > 5e7 {
		return fmt.Errorf("about %.3g trials of %.3g input spikes do not fit in memory; raise rate_out or lower N, T or rate_in", trials, n)
	}
	return nil
}

// preciseSpikes is the experiment on how many spike times a neuron learns.
func preciseSpikes() *Experiment {
	inf := math.Inf(1)
	return &Experiment{
		Name: "precise-spikes", Version: 8,
		Doc: "capacity of two learning rules for spikes at given times",
		Long: `A leaky integrate-and-fire neuron,

    V(t) = sum_i w_i sum_spikes K(t - t_i) - sum_{t_sp < t} e^{-(t-t_sp)/tau_m},

fires where V passes 1. In response to Poisson spikes of its N afferents it should fire at desired
times, Poisson with intervals of at least 2 eps. Trials have the duration T; those without desired
spikes ask for silence. Rules (Memmesheimer, Rubin, Oelveczky and Sompolinsky 2014):

    finite-precision   one spike within eps of each desired time and none elsewhere. At the first
                       mistake of a trial w -= learning_rate z(t) at a wrong spike,
                       w += learning_rate z(t_d + eps) at the end of an empty window; z = dV/dw
    high-threshold     V(t_d) = 1 exactly, by projection, with resets at desired times only; where V
                       is highest above 1 between two of them, w -= projection_rate z_perp(t)

Success is, within the limit of cycles over the trials, a replay with real resets that has one spike
within eps of each desired time and none elsewhere. capacity is the largest load, desired spikes per
afferent, that succeeds, in steps of step, among nested sequences of trials, each learned from the
same initial weights; the search halves intervals, taking success for monotone. Its median over
replicates is the load at which half of them succeed. It measures the learner: a lower bound, which
grows with the limit of cycles (the experiment temporal-svm has the bound of what weights can do).
Reported are .1 to .3 spikes per synapse; there is no theory of it here. Desired spikes begin tau_m
after the trial (ours), initial weights are normal, such that V has the standard deviation
initial_sd (ours).`,
		Params: append(spikeTimeParams(),
			Param{Name: "rule", Doc: "learning rule", Kind: Choice, Default: Str(ruleFinite), Choices: []string{ruleFinite, ruleThreshold}, Treatment: true},
			Param{Name: "learning_rate", Doc: "step eta along the gradient of finite-precision", Unit: "V_th", Kind: Number, Default: Num(0.01), Min: 0, MinOpen: true, Max: inf, MaxOpen: true, Treatment: true},
			Param{Name: "projection_rate", Doc: "step eta along the projected gradient of high-threshold", Unit: "V_th", Kind: Number, Default: Num(0.1), Min: 0, MinOpen: true, Max: inf, MaxOpen: true, Treatment: true},
			Param{Name: "initial_sd", Doc: "standard deviation of the potential under the initial weights", Unit: "V_th", Kind: Number, Default: Num(0.3), Min: 0, MinOpen: true, Max: inf, MaxOpen: true, Treatment: true},
			Param{Name: "step", Doc: "resolution of the capacity", Unit: "spikes/N", Kind: Number, Default: Num(0.02), Min: 0, MinOpen: true, Max: 1, Treatment: true},
			Param{Name: "cycles", Doc: "limit of cycles over the trials", Kind: Integer, Default: Num(1000), Min: 1, Max: 1e7, Inner: true, Treatment: true}),
		Metrics: []Metric{
			{Name: "capacity", Doc: "largest load that succeeds within the limit of cycles", Unit: "spikes/N"},
			{Name: "spikes", Doc: "number of desired spikes at capacity", Unit: "spikes"},
			{Name: "cycles_used", Doc: "cycles until all trials at capacity were right", Unit: "cycles"},
		},
		Check: func(p Point) error {
			if patterns.FloorSize(p.Num("step")*p.Num("N")) < 1 {
				return fmt.Errorf("step = %s is less than one spike at N = %s", p.Value("step"), p.Value("N"))
			}
			return checkSpikeTimes(p, maxPreciseLoad)
		},
		Cost: func(outer Point, inner []Point) float64 {
			// About the same at all rates: the fewer desired spikes a trial has, the more trials there
			// are, and the sooner learning ends.
			return largestLimit(inner) * trialSpikes(outer) * 6e-7
		},
		Figure: FigureHint{Title: "capacity for spikes at given times", X: "rate_out", Metrics: []string{"capacity"}, Series: "cycles", Facet: "rule", LogX: true},
		Run:    runPrecise,
	}
}

func runPrecise(ctx context.Context, t *Task) ([]Row, error) {
	p := t.Outer
	sequence, err := spikeTimeSequence(t, p)
	if err != nil {
		return nil, err
	}
	n := p.Int("N")
	initial := initialWeights(t, sequence.Kernel, n, sequence.RateIn)
	eps := p.Num("eps")
	learn := func(ctx context.Context, count, limit int) (cycles int, ok bool, err error) {
		trials, w, order := sequence.Trials(count), slices.Clone(initial), t.Stream("order of "+strconv.Itoa(count))
		if p.Str("rule") == ruleThreshold {
			return precise.HighThreshold{Rate: p.Num("projection_rate"), Eps: eps, Cycles: limit}.Learn(ctx, sequence.Kernel, trials, w, order)
		}
		return precise.FinitePrecision{Rate: p.Num("learning_rate"), Eps: eps, Cycles: limit}.Learn(ctx, sequence.Kernel, trials, w, order)
	}
	step := patterns.FloorSize(p.Num("step") * float64(n))
	search := learnerCapacity{N: float64(n), step: step, first: patterns.FloorSize(0.1*float64(n)) / step, most: maxPreciseLoad * n / step, learn: learn}
	return search.rows(ctx, t)
}
