package weightfit

import (
	"context"
	"errors"
	"math"
	"strconv"
	"testing"

	"gardner/core/patterns"
	"gardner/core/perceptron"
	"gardner/core/rng"
	"gardner/core/theory"
)

// Of the 95 % intervals of independent samples about 95 % hold the truth, and
// the bootstrap's s.e. is the scatter of the estimates.
func TestCoverage(t *testing.T) {
	t.Parallel()
	const shift, scale, samples = .4, 1.5, 100
	for _, c := range []struct {
		known     bool
		n         int
		threshold float64
	}{{true, 200, 0}, {true, 200, .5}, {false, 1000, 0}} {
		inside, small := [2]int{}, 0
		var mean, square, se float64
		for k := range samples {
			w := synthetic("coverage"+strconv.Itoa(k), c.n, 1, shift, scale)
			fit, err := Fit(sampleOf(t, w, 1, c.threshold, c.known))
			if err != nil {
				t.Fatal(err)
			}
			e, err := fit.Bootstrap(context.Background(), rng.New(rng.NewKey("boot", strconv.Itoa(k))), 60)
			if err != nil {
				t.Fatal(err)
			}
			for i, x := range []struct {
				Interval
				truth float64
			}{{e.Shift, shift}, {e.Scale, scale}} {
				if x.Low <= x.truth && x.truth <= x.High {
					inside[i]++
				}
			}
			if e.KSP < .1 {
				small++
			}
			mean += fit.Shift / samples
			square += fit.Shift * fit.Shift / samples
			se += e.Shift.SE / samples
		}
		scatter := math.Sqrt(square - mean*mean)
		t.Logf("%+v: %d and %d of %d intervals hold; scatter %.4f, bootstrap s.e. %.4f; KS p < 0.1 in %d", c, inside[0], inside[1], samples, scatter, se, small)
		for _, n := range inside {
			if n < 85 || n > 99 { // 95 +- 2.2; a percentile interval of 60 is a little short
				t.Errorf("%+v: %d of %d intervals hold the truth", c, n, samples)
			}
		}
		if se/scatter < .8 || se/scatter > 1.25 {
			t.Errorf("%+v: bootstrap s.e. %v, scatter %v", c, se, scatter)
		}
		if small < 1 || small > 24 { // 10 +- 3
			t.Errorf("%+v: KS p < 0.1 in %d of %d samples", c, small, samples)
		}
	}
}

func TestBootstrapRefuses(t *testing.T) {
	t.Parallel()
	fit, err := Fit(sampleOf(t, append(make([]float64, 400), 1, 2), 1, 0, true))
	if err != nil {
		t.Fatal(err)
	}
	var why *SampleError
	if e, err := fit.Bootstrap(context.Background(), rng.New(rng.NewKey("few")), 100); err == nil && e.Without == 0 || err != nil && !errors.As(err, &why) {
		t.Errorf("two active weights: %+v, %v", e, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := fit.Bootstrap(ctx, rng.New(rng.NewKey("few")), 100); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// A wrong family of weights is seen by KS: lognormal ones, of no cut-off normal.
func TestWrongFamily(t *testing.T) {
	t.Parallel()
	in := patterns.Input{Family: patterns.Lognormal, Mean: 1, SD: .8}
	w := make([]float64, 500)
	in.Fill(rng.New(rng.NewKey("weightfit test", "wrong")), w)
	fit, err := Fit(sampleOf(t, w, 1, 0, true))
	if err != nil {
		t.Fatal(err)
	}
	e, err := fit.Bootstrap(context.Background(), rng.New(rng.NewKey("wrong")), 99)
	if err != nil || e.KSP > .011 {
		t.Errorf("KS %v, p %+v, %v", fit.KS, e, err)
	}
}

func TestAgainst(t *testing.T) {
	t.Parallel()
	const shift, scale = .4, .05
	small := 0
	for k := range 100 {
		for _, threshold := range []float64{0, .01} {
			s := sampleOf(t, synthetic("against"+strconv.Itoa(k), 400, -1, shift, scale), -1, threshold, k%2 == 0)
			fit, err := Fit(s)
			if err != nil {
				t.Fatal(err)
			}
			free, err1 := fit.Against(theory.WeightDensity{Sign: -1, Shift: shift}, true)
			fixed, err2 := fit.Against(theory.WeightDensity{Sign: -1, Shift: shift, Scale: scale}, false)
			if err := errors.Join(err1, err2); err != nil {
				t.Fatal(err)
			}
			if free.P < .1 {
				small++
			}
			if free.Ratio > fixed.Ratio+1e-9 || free.Freedom != 1 || fixed.Freedom != 2 || free.P < 1e-4 || fixed.P < 1e-4 ||
				math.Abs(free.Scale/scale-1) > .25 || s.Known && math.Abs(free.SilentZ) > 4 || free.KS > .2 {
				t.Errorf("sample %d: free %+v, fixed %+v", k, free, fixed)
			}
			near, err := fit.Against(theory.WeightDensity{Sign: -1, Shift: shift, Scale: free.Scale * 1.001}, false)
			if err != nil || near.Ratio < free.Ratio-1e-9 {
				t.Errorf("the free scale %v is not the best: %v, %v nearby", free.Scale, free.Ratio, near.Ratio)
			}
		}
	}
	if small < 5 || small > 40 { // 20 +- 6, for the two thresholds share samples
		t.Errorf("P < 0.1 in %d of 200", small)
	}
	fit, err := Fit(sampleOf(t, synthetic("wrong", 2000, 1, shift, scale), 1, 0, true))
	if err != nil {
		t.Fatal(err)
	}
	if c, err := fit.Against(theory.WeightDensity{Sign: 1, Shift: 0}, true); err != nil || c.P > 1e-6 || c.SilentZ < 5 {
		t.Errorf("B = 0 for B = .4: %+v, %v", c, err)
	}
	var domain *theory.DomainError
	if _, err := fit.Against(theory.WeightDensity{Sign: 1, Shift: 0}, false); !errors.As(err, &domain) {
		t.Errorf("a prediction without scale: %v", err)
	}
	if _, err := fit.Against(theory.WeightDensity{Sign: 1, Shift: math.NaN()}, true); !errors.As(err, &domain) {
		t.Errorf("a prediction without shift: %v", err)
	}
}

// The weights of real balanced solutions have theory's shift, within a
// finite-size error of the order of the statistical one.
func TestWeightsOfSolutions(t *testing.T) {
	t.Parallel()
	const n, p, gamma = 200, 200, 1.
	pop := patterns.Population{N: n, FExc: .8,
		Exc: patterns.Input{Family: patterns.Exponential, Mean: 1},
		Inh: patterns.Input{Family: patterns.Gamma, Mean: math.Sqrt2, SD: 1, Shape: 2}}
	neuron := theory.Neuron{FExc: .8, Phi: math.Sqrt2, POut: .1, Lambda: 1}
	kappa, err := neuron.KappaBalanced(float64(p) / n)
	if err != nil {
		t.Fatal(err)
	}
	order, err := neuron.OrderBalancedFinite(kappa, n, gamma, 1)
	if err != nil {
		t.Fatal(err)
	}
	exc, inh, err := neuron.WeightDensities(order, gamma, n)
	if err != nil {
		t.Fatal(err)
	}
	var w [2][]float64
	for k := range 6 {
		s := rng.New(rng.NewKey("weightfit test", "solution", strconv.Itoa(k)))
		problem := &perceptron.Problem{P: p, N: n, X: pop.Patterns(s, p), Labels: patterns.ExactLabels(s, p, .1), Signs: pop.Signs(), Gamma: gamma}
		b, err := perceptron.MaxKappaOut(context.Background(), problem, nil)
		if err != nil {
			t.Fatal(err)
		}
		v, ok := b.Physical()
		if !ok {
			t.Fatal("no physical weights")
		}
		w[0], w[1] = append(w[0], v[:pop.NExc()]...), append(w[1], v[pop.NExc():]...)
	}
	for i, d := range []theory.WeightDensity{exc, inh} {
		fit, err := Fit(sampleOf(t, w[i], d.Sign, 0, true))
		if err != nil {
			t.Fatal(err)
		}
		c, err := fit.Against(d, false)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("sign %+d: shift %.3f (theory %.3f), scale %.4f (%.4f), silent %.3f (%.3f, z %.1f), KS %.3f, P %.2g", d.Sign, fit.Shift, d.Shift, fit.Scale, d.Scale, fit.Observed, c.SilentTheory, c.SilentZ, c.KS, c.P)
		if math.Abs(fit.Shift-d.Shift) > .2 || math.Abs(fit.Scale/d.Scale-1) > .15 || math.Abs(c.SilentZ) > 4 || c.KS > .08 {
			t.Errorf("sign %+d: fit %+v against %+v: %+v", d.Sign, fit, d, c)
		}
	}
}
