package sweeps

import (
	"context"
	"fmt"
	"math"

	"gardner/core/oldbalance"
	"gardner/core/oldbalance/meanfield"
)

// lagStep is the unit of lags in balanced-network, in tau_E: states are compared at
// multiples of it.
const lagStep = 0.1

// Histograms of rates have bins of this width, in mean rates.
const rateBinWidth, rateBins = 0.2, 40

// balancedNetwork is the experiment on the balanced network of van Vreeswijk and
// Sompolinsky.
func balancedNetwork() *Experiment {
	edges := make([]float64, rateBins+1)
	for i := range edges {
		edges[i] = float64(i) / (1 / rateBinWidth)
	}
	return &Experiment{
		Name: "balanced-network", Version: 2,
		Doc: "the old balance: rates of a random network of binary E and I neurons, against mean-field theory",
		Long: `N excitatory (E) and N inhibitory (I) binary neurons (van Vreeswijk and Sompolinsky 1996, 1998). Each
connection exists with probability K/N and has the strength J/sqrt K (E to E and I: 1; I to E: -J_E,
I to I: -J_I); a drive sqrt K E_E m_0, sqrt K E_I m_0 comes from outside. A neuron is updated at the times
of a Poisson process, E neurons each tau_E = 1 on average, to active if its input exceeds its threshold.
After burn_in it is watched for record. E and I drives of order sqrt K cancel to a sum of order 1.

Theory: rates as K grows are linear in m_0 (the straight line); at finite K they solve
m = H(-u/sqrt a) with normal inputs; with the inputs counted (ours) the theory holds at any K where N is
much larger. The step of an input, 1/sqrt K, makes the latter rise in teeth. Where K is a square, a sum of
inputs can lie exactly on a threshold, which counts as silent, and rates jump there: at K = 100 the
theory is .009 (E) and .045 (I) at m_0 = 0.1, but .040 and .068 just above. At K = 100 such m_0 are the
multiples of 0.0025 (of 0.01 for E neurons): take values between, like 0.10625. Below threshold
(sqrt K m_0 < theta_E) the network can die out: rate 0.
Measured rates are within 2 % of the counted theory at K = 100, N = 40 K, within 1 % at N = 80 K. As it jumps between values
that lie close, figures show it at their points only. Rates in the histogram are
averages over record, which widens it a little; quenched avoids that by a product of both halves.
The coefficient of variation would be sqrt(m^2 + (1-m)^2), averaged over neurons, if inputs were drawn
anew at each update (dashed). At record 3000 it is within 4 % of that; shorter records miss long intervals
and slow neurons and make it less, by some 5 % at 500 and 10 % at 200.

With trials > 0 the outside steps to (1 + step) m_0 that often, and half_rise is the time until the mean
response is half way. It falls like 1/sqrt K as long as step sqrt K m_0 is below about 1: the dashed trend.
What counts is how many whole inputs the step is worth to an E neuron, which is near step K m_0: at
m_0 = 0.20625, 4 for 4.1 at K = 200 and 11 for 10.3 at K = 500, whose times are 29 % below and 36 % above
the trend. The mean field with inputs counted has that.`,
		Params: balancedParams(),
		Metrics: []Metric{
			{Name: "rate", Doc: "mean activity", Unit: "fraction of time"},
			{Name: "drive_exc", Doc: "mean input from outside and E neurons", Unit: "theta_E"},
			{Name: "drive_inh", Doc: "mean input from I neurons", Unit: "theta_E"},
			{Name: "drive_sum", Doc: "their sum", Unit: "theta_E"},
			{Name: "cv", Doc: "mean coefficient of variation of the intervals between spikes (silent to active), of neurons with at least 10"},
			{Name: "irregular", Doc: "neurons with at least 10 spikes", Kind: MetricCount},
			{Name: "quenched", Doc: "q, mean over neurons of the square of the rate"},
			{Name: "autocorrelation", Doc: "mean over neurons of x(t) x(t + lag)"},
			{Name: "rates", Doc: "rates of neurons over the mean rate", Unit: "mean rate", Kind: MetricHistogram, Edges: edges, Zero: "never_active"},
			{Name: "never_active", Doc: "share of the neurons that were never active"},
			{Name: "half_rise", Doc: "time after a step of m_0 until half of the response", Unit: "tau_E"},
		},
		Check: checkBalanced,
		Cost:  balancedCost,
		Theory: []Theory{
			{Metric: "rate", Name: "theory (inputs counted)", AtPoints: true, Doc: "mean field with binomial numbers of active inputs (ours), N much larger than K",
				Eval: ofBalanced(func(f *meanfield.State, k oldbalance.Population, _ Point) float64 { return f.M[k] })},
			{Name: "theory (normal inputs)", Metric: "rate", FiniteN: true, Doc: "mean field at finite K (van Vreeswijk and Sompolinsky 1998), N much larger than K",
				Eval: func(p Point) float64 {
					f, err := meanfield.Normal(balancedPoint(p))
					if err != nil {
						return math.NaN()
					}
					return f.M[balancedPopulation(p)]
				}},
			{Metric: "rate", Name: "theory (K to infinity)", Limit: true, Doc: "the linear law: E_k m_0 + sum J_kl m_l = 0", FiniteN: true,
				Eval: func(p Point) float64 {
					m, err := balancedPoint(p).LargeK()
					if err != nil {
						return math.NaN()
					}
					return m[balancedPopulation(p)]
				}},
			{Metric: "drive_exc", Name: "theory (inputs counted)", AtPoints: true, Doc: "sqrt K (E_k m_0 + J_kE m_E)",
				Eval: ofBalanced(func(f *meanfield.State, k oldbalance.Population, _ Point) float64 {
					exc, _ := f.Drives(k)
					return exc
				})},
			{Metric: "drive_inh", Name: "theory (inputs counted)", AtPoints: true, Doc: "sqrt K J_kI m_I",
				Eval: ofBalanced(func(f *meanfield.State, k oldbalance.Population, _ Point) float64 {
					_, inh := f.Drives(k)
					return inh
				})},
			{Metric: "drive_sum", Name: "theory (inputs counted)", AtPoints: true, Doc: "of order 1",
				Eval: ofBalanced(func(f *meanfield.State, k oldbalance.Population, _ Point) float64 {
					exc, inh := f.Drives(k)
					return exc + inh
				})},
			{Metric: "cv", Name: "theory (inputs new at each update)", AtPoints: true, Limit: true, FiniteN: true, Doc: "sqrt(m^2 + (1-m)^2) over the neurons' rates (ours), within 4 % at record 3000; short records make it less",
				Eval: ofBalanced(func(f *meanfield.State, k oldbalance.Population, _ Point) float64 {
					if f.M[k] == 0 {
						return math.NaN()
					}
					return f.Quenched().IrregularCV(k)
				})},
			{Metric: "quenched", Name: "theory", AtPoints: true, Doc: "quenched order parameter q, normal inputs of the counted mean",
				Eval: ofBalanced(func(f *meanfield.State, k oldbalance.Population, _ Point) float64 { return f.Quenched().Q[k] })},
			{Metric: "autocorrelation", Name: "theory", Doc: "dynamic mean field (van Vreeswijk and Sompolinsky 1998), normal inputs of the counted mean",
				Eval: ofBalanced(func(f *meanfield.State, k oldbalance.Population, p Point) float64 {
					lag := int(math.Floor(p.Num("lag")/lagStep + 0.5))
					return f.Quenched().Autocorrelation(lagStep, lag+1)[k][lag]
				})},
			{Metric: "rates", Name: "theory", Doc: "quenched distribution of rates, normal inputs of the counted mean; rates over an endless time", Mass: balancedMass},
			{Metric: "half_rise", Name: "theory (inputs counted)", AtPoints: true, Doc: "mean-field dynamics tau dm/dt = law(m) - m, inputs counted", Eval: halfRiseTheory(meanfield.CountedInputs)},
			{Metric: "half_rise", Name: "theory (normal inputs)", FiniteN: true, Limit: true, Doc: "the same with inputs taken as normal: the trend", Eval: halfRiseTheory(meanfield.NormalInputs)},
		},
		Figure: FigureHint{Title: "the old balance", X: "m_0", Metrics: []string{"rate", "cv"}, Series: "population, K"},
		Run:    runBalanced,
	}
}

// balancedParams are the constants of the network, and the protocol.
func balancedParams() []Param {
	inf := math.Inf(1)
	positive := func(name, doc, unit string, value float64) Param {
		return Param{Name: name, Doc: doc, Unit: unit, Kind: Number, Default: Num(value), Min: 0, MinOpen: true, Max: inf, MaxOpen: true, Treatment: true}
	}
	return []Param{
		{Name: "N", Doc: "neurons of each population", Kind: Integer, Default: Num(8000), Min: 2, Max: oldbalance.MaxN},
		{Name: "K", Doc: "mean number of inputs from each population", Kind: Integer, Default: Num(100), Min: 1, Max: oldbalance.MaxN},
		{Name: "m_0", Doc: "activity outside", Kind: Number, Default: Num(0.10625), Min: 0, MinOpen: true, Max: 1, Treatment: true},
		positive("J_E", "size of the coupling from I to E; from E it is 1", "theta_E", 2),
		positive("J_I", "size of the coupling from I to I", "theta_E", 1.8),
		positive("E_E", "strength of the outside onto E", "theta_E", 1),
		positive("E_I", "strength of the outside onto I", "theta_E", 0.8),
		positive("theta_E", "threshold of E", "", 1),
		positive("theta_I", "threshold of I", "theta_E", 0.7),
		positive("tau_I", "mean time between updates of an I neuron", "tau_E", 0.9),
		{Name: "burn_in", Doc: "time before anything is recorded", Unit: "tau_E", Kind: Number, Default: Num(50), Min: 0, Max: 1e6, Treatment: true},
		{Name: "record", Doc: "time recorded", Unit: "tau_E", Kind: Number, Default: Num(500), Min: 1, Max: 1e6, Treatment: true},
		{Name: "trials", Doc: "steps of m_0 whose response is averaged; 0: none", Kind: Integer, Default: Num(0), Min: 0, Max: 1e6, Treatment: true},
		{Name: "step", Doc: "size of the step of m_0, over m_0", Kind: Number, Default: Num(0.1), Min: 0, MinOpen: true, Max: 10, Treatment: true},
		{Name: "population", Doc: "the neurons that are described", Kind: Choice, Default: Str("E"), Choices: []string{"E", "I"}, Inner: true, Treatment: true},
		{Name: "lag", Doc: "of the autocorrelation, a multiple of 0.1", Unit: "tau_E", Kind: Number, Default: Num(1), Min: 0, Max: 1000, Inner: true, Treatment: true},
	}
}

// balancedPoint is the network of a point.
func balancedPoint(p Point) oldbalance.Params {
	return oldbalance.Params{N: p.Int("N"), K: p.Int("K"), M0: p.Num("m_0"),
		Coupling: [2][2]float64{{1, -p.Num("J_E")}, {1, -p.Num("J_I")}}, Drive: [2]float64{p.Num("E_E"), p.Num("E_I")},
		Threshold: [2]float64{p.Num("theta_E"), p.Num("theta_I")}, Tau: [2]float64{1, p.Num("tau_I")}}
}

func balancedPopulation(p Point) oldbalance.Population {
	if p.Str("population") == "I" {
		return oldbalance.Inh
	}
	return oldbalance.Exc
}

// ofBalanced makes a Theory's Eval of the mean field with counted inputs; NaN where
// there is none.
func ofBalanced(formula func(f *meanfield.State, k oldbalance.Population, p Point) float64) func(Point) float64 {
	return func(p Point) float64 {
		f, err := meanfield.Counted(balancedPoint(p))
		if err != nil {
			return math.NaN()
		}
		return formula(f, balancedPopulation(p), p)
	}
}

// halfRiseTheory makes the Eval of the time until half of the response under a law.
func halfRiseTheory(law meanfield.Law) func(Point) float64 {
	return func(p Point) float64 {
		b := balancedPoint(p)
		t, err := meanfield.HalfRise(b, law, (1+p.Num("step"))*b.M0)
		if err != nil {
			return math.NaN()
		}
		return t[balancedPopulation(p)]
	}
}

func balancedMass(p Point, lo, hi float64) float64 {
	f, err := meanfield.Counted(balancedPoint(p))
	if err != nil {
		return math.NaN()
	}
	k := balancedPopulation(p)
	if f.M[k] == 0 {
		return math.NaN()
	}
	q := f.Quenched()
	return q.RateBelow(k, hi*f.M[k]) - q.RateBelow(k, lo*f.M[k])
}

func checkBalanced(p Point) error {
	b := balancedPoint(p)
	if b.K > b.N {
		return fmt.Errorf("there cannot be K = %d inputs from N = %d neurons: lower K or raise N", b.K, b.N)
	}
	if lag := p.Num("lag") / lagStep; math.Abs(lag-math.Floor(lag+0.5)) > 1e-6 || p.Num("lag") >= p.Num("record") {
		return fmt.Errorf("lag = %s is not a multiple of %g below record = %s", p.Value("lag"), lagStep, p.Value("record"))
	}
	return b.Validate()
}

// responseTimes is the grid of times on which the response to a step is recorded:
// many times the time of order tau/sqrt K that it takes, so that it has settled in the
// second half of them. (In half as many the slowest, K = 500, would be 5 % from there.)
func responseTimes(k int) (step float64, times int) {
	times = 150
	return math.Max(1.5, 60/math.Sqrt(float64(k))) / float64(times), times
}

// balancedCost is the measured cost of connecting, of updates and of the additions
// at a flip's targets.
func balancedCost(outer Point, _ []Point) float64 {
	n, k, m := outer.Num("N"), outer.Num("K"), outer.Num("m_0")
	step, times := responseTimes(outer.Int("K"))
	duration := outer.Num("burn_in") + outer.Num("record") + 2*outer.Num("trials")*step*float64(times)
	updates := 2 * n * duration
	return 3e-8*n*k + updates*(5e-8+0.65*math.Min(m, 0.5)*flipCost(n, k))
}

// flipCost is the seconds that a flip takes in a network of n neurons per population: an
// addition for each target, or the words of a row of bits.
func flipCost(n, k float64) float64 { return math.Min(2*k*1.3e-9, 2*n/64*4e-9) }

func runBalanced(ctx context.Context, t *Task) ([]Row, error) {
	seen, response, err := t.watchBalanced(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t, err)
	}
	rows := make([]Row, len(t.Inner))
	for i, p := range t.Inner {
		k := balancedPopulation(p)
		silent, counts := 0, make([]float64, rateBins)
		for _, rate := range seen.Neurons[k] {
			if rate == 0 {
				silent++
			} else if bin := int(rate / seen.Rate[k] / rateBinWidth); bin < rateBins {
				counts[bin]++
			}
		}
		half := Empty()
		if response != nil {
			half = Val(response.HalfRise(k))
		}
		n := len(seen.Neurons[k])
		rows[i] = Row{Cells: []Cell{Val(seen.Rate[k]), Val(seen.DriveExc[k]), Val(seen.DriveInh[k]), Val(seen.DriveExc[k] + seen.DriveInh[k]),
			Val(seen.CV[k]), KofN(int64(seen.Irregular[k]), int64(n)), Val(seen.Quenched[k]), Val(seen.Autocorrelation[k][i]),
			Hist(counts, int64(n)), Val(float64(silent) / float64(n)), half}}
	}
	return rows, nil
}

// watchBalanced runs the network of a task: burn-in, recording with the lags of the
// inner points, and responses, nil if none are asked for.
func (t *Task) watchBalanced(ctx context.Context) (seen *oldbalance.Seen, response *oldbalance.Response, err error) {
	b := balancedPoint(t.Outer)
	n, err := oldbalance.New(b, t.Stream("connections"))
	if err != nil {
		return nil, nil, err
	}
	t.Report(0.05)
	begin := [2]float64{b.M0, b.M0}
	if m, err := b.LargeK(); err == nil {
		begin = m
	}
	n.Ignite(t.Stream("ignition"), begin)
	dynamics := t.Stream("dynamics")
	if err := n.Run(ctx, dynamics, t.Outer.Num("burn_in")); err != nil {
		return nil, nil, err
	}
	t.Report(0.1)
	lags := make([]int, len(t.Inner))
	for i, p := range t.Inner {
		lags[i] = int(math.Floor(p.Num("lag")/lagStep + 0.5))
	}
	if seen, err = n.Observe(ctx, dynamics, t.Outer.Num("record"), lagStep, lags); err != nil {
		return nil, nil, err
	}
	t.Report(0.5)
	if trials := t.Outer.Int("trials"); trials > 0 {
		step, times := responseTimes(b.K)
		if response, err = n.Respond(ctx, dynamics, (1+t.Outer.Num("step"))*b.M0, step, times, trials); err != nil {
			return nil, nil, err
		}
	}
	return seen, response, nil
}
