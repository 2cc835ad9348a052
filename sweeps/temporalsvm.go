package sweeps

import (
	"context"
	"fmt"

	"gardner/core/patterns"
	"gardner/core/precise"
)

// temporalSVM is the experiment on the largest margin with which a neuron can fire at
// given times.
func temporalSVM() *Experiment {
	return &Experiment{
		Name: "temporal-svm", Version: 8,
		Doc: "largest margin of a neuron that fires at given times, and whether weights exist",
		Long: `A leaky integrate-and-fire neuron with threshold and reset theta should fire at desired times t_d
in response to Poisson spikes of its N afferents (trials as in the experiment precise-spikes; eps is
only half the least interval here). Sought are the least weights |w| that reach the threshold at the
desired times and keep a margin elsewhere:

    V(t_d) = theta,   V(t) <= theta - m(t),   V = w.z(t) - theta sum_{t_d < t} e^{-(t-t_d)/tau_m},
    m(t) = min(1, (t_next - t)/tau_D),   tau_D = sqrt(tau_m tau_s)

t_next the next desired time. The profile m of the margin is ours: no constant margin can be kept just
before a spike. The program is solved by cutting planes at exact maxima of V + m until none is more
than 1e-9 above theta: an active set finds the cuts that matter, the certified solver their optimum;
feasible = 0 (status infeasible) is proven, too. With a replay of real resets the neuron fires at t_d
exactly.
kappa = 1/|w| is the margin against noise of the z, kappa_out = 1/theta that against noise of the
potential, in units of the threshold. Where feasible crosses 1/2 is the capacity, desired spikes per
afferent, of any learning rule for exact times: gardner query SWEEP --by rate_out,alpha --metric
feasible. Loads of one replicate are nested. There is no theory of these curves.`,
		Params: append(spikeTimeParams(),
			Param{Name: "alpha", Doc: "load: desired spikes per afferent", Unit: "spikes/N", Kind: Number, Default: Num(0.1), Min: 0, MinOpen: true, Max: 2, Treatment: true}),
		Metrics: []Metric{
			{Name: "feasible", Doc: "whether weights exist", Kind: MetricCount},
			{Name: "kappa", Doc: "largest margin, 1/|w|"},
			{Name: "kappa_out", Doc: "margin of the potential, 1/theta", Unit: "V_th"},
			{Name: "norm", Doc: "norm |w|/theta of the physical weights"},
			{Name: "replays", Doc: "whether real resets replay all desired times within 1e-6 ms", Kind: MetricCount},
			{Name: "cuts", Doc: "times at which the margin is kept explicitly in the last program", Unit: "times"},
			{Name: "rounds", Doc: "rounds of cutting planes: how often V was searched for violations", Unit: "rounds"},
			{Name: "violation", Doc: "largest amount by which the margin is missed anywhere"},
			{Name: "gap", Doc: "duality gap of the certificate"},
		},
		Check: func(p Point) error {
			if patterns.FloorSize(p.Num("alpha")*p.Num("N")) < 1 {
				return fmt.Errorf("alpha = %s leaves no desired spike at N = %s", p.Value("alpha"), p.Value("N"))
			}
			return checkSpikeTimes(p, p.Num("alpha"))
		},
		Cost: func(outer Point, _ []Point) float64 {
			n := outer.Num("N")
			return 0.005 + 4e-8*n*n*n*min(outer.Num("alpha"), 0.3)
		},
		Figure: FigureHint{Title: "margin and feasibility of spikes at given times", X: "alpha", Metrics: []string{"kappa", "feasible"}, Series: "rate_out"},
		Run:    runTemporalSVM,
	}
}

func runTemporalSVM(ctx context.Context, t *Task) ([]Row, error) {
	sequence, err := spikeTimeSequence(t, t.Outer)
	if err != nil {
		return nil, err
	}
	n := t.Outer.Int("N")
	trials := sequence.Trials(patterns.FloorSize(t.Outer.Num("alpha") * float64(n)))
	m, err := precise.MaxMargin(ctx, sequence.Kernel, trials, n, t.engine())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t, err)
	}
	row := Row{Status: InfeasibleRow, Cells: []Cell{Indicator(false), Empty(), Empty(), Empty(), Empty(),
		Val(float64(m.Cuts)), Val(float64(m.Rounds)), Empty(), Val(m.Gap)}}
	if m.Feasible {
		w := make([]float64, n)
		for i, x := range m.Weights {
			w[i] = x / m.Theta
		}
		row = Row{Cells: []Cell{Indicator(true), Val(m.Kappa), Val(1 / m.Theta), Val(1 / float64(m.Kappa*m.Theta)),
			Indicator(precise.Replays(sequence.Kernel, trials, w, 1e-6)),
			Val(float64(m.Cuts)), Val(float64(m.Rounds)), Val(m.Violation), Val(m.Gap)}}
	}
	rows := make([]Row, len(t.Inner))
	for i := range rows {
		rows[i] = row
	}
	return rows, nil
}
