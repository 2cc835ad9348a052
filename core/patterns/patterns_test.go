package patterns_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gardner/core/patterns"
	"gardner/core/rng"
)

// defaults is the population of the presets.
func defaults(n int) patterns.Population {
	return patterns.Population{
		N: n, FExc: .8,
		Exc: patterns.Input{Family: patterns.Exponential, Mean: 1},
		Inh: patterns.Input{Family: patterns.Gamma, Mean: 1.41421356237, SD: 1, Shape: 2},
	}
}

func ExamplePopulation_Patterns() {
	key := rng.NewKey("example")
	pop := patterns.Population{
		N: 10, FExc: .3,
		Exc: patterns.Input{Family: patterns.Bernoulli, Mean: .3},
		Inh: patterns.Input{Family: patterns.Bernoulli, Mean: .15},
	}
	x := pop.Patterns(rng.New(key.Sub("patterns")), 2)
	y := patterns.ExactLabels(rng.New(key.Sub("labels")), 2, .5)
	fmt.Println(pop.Signs())
	for mu := range y {
		fmt.Println(y[mu], x[mu*pop.N:(mu+1)*pop.N])
	}
	// Output:
	// [1 1 1 -1 -1 -1 -1 -1 -1 -1]
	// -1 [0 0 0 0 1 1 1 0 0 0]
	// 1 [0 0 1 0 0 1 0 0 0 0]
}

func input(t *rapid.T, name string) patterns.Input {
	in := patterns.Input{Family: rapid.SampledFrom(patterns.Families()).Draw(t, name+" family")}
	switch in.Family {
	case patterns.Bernoulli:
		in.Mean = rapid.Float64Range(.01, .99).Draw(t, name+" f")
	default:
		in.Mean = rapid.Float64Range(.1, 3).Draw(t, name+" mean")
		in.SD = rapid.Float64Range(.1, 3).Draw(t, name+" sd")
		in.Shape = rapid.Float64Range(.3, 9).Draw(t, name+" shape")
	}
	if in.Family == patterns.Exponential {
		in.SD = 0
	}
	return in
}

func population(t *rapid.T) patterns.Population {
	return patterns.Population{
		N:    rapid.IntRange(1, 40).Draw(t, "N"),
		FExc: rapid.Float64Range(0, 1).Draw(t, "f_exc"),
		Exc:  input(t, "exc"),
		Inh:  input(t, "inh"),
	}
}

// Means and variances of every family within 5 standard errors.
func TestMoments(t *testing.T) {
	t.Parallel()
	const n = 200_000
	for _, in := range []patterns.Input{
		{Family: patterns.Exponential, Mean: 1},
		{Family: patterns.Exponential, Mean: 2.5, SD: 2.5},
		{Family: patterns.Gamma, Mean: math.Sqrt2, SD: 1, Shape: 2},
		{Family: patterns.Gamma, Mean: -3, SD: .5, Shape: .7},
		{Family: patterns.Bernoulli, Mean: .3},
		{Family: patterns.Gaussian, Mean: 1, SD: .2},
		{Family: patterns.Gaussian, Mean: 0, SD: 1},
		{Family: patterns.Lognormal, Mean: 1, SD: .5},
	} {
		x := make([]float64, n)
		in.Fill(rng.New(rng.NewKey("moments", fmt.Sprint(in))), x)
		mean, m2, m4 := 0.0, 0.0, 0.0
		for _, v := range x {
			mean += v / n
		}
		for _, v := range x {
			d := (v - mean) * (v - mean)
			m2 += d / n
			m4 += d * d / n
		}
		sigma := in.Sigma()
		if z := (mean - in.MeanValue()) / (sigma / math.Sqrt(n)); math.Abs(z) > 5 {
			t.Errorf("%+v: mean %v (z = %.1f)", in, mean, z)
		}
		if z := (m2 - sigma*sigma) / math.Sqrt((m4-m2*m2)/n); math.Abs(z) > 5 {
			t.Errorf("%+v: variance %v, want %v (z = %.1f)", in, m2, sigma*sigma, z)
		}
		if cv := in.CV(); cv != sigma/in.Mean {
			t.Errorf("%+v: CV %v", in, cv)
		}
	}
}

// The presets' gamma has shift 0 in truth; with a mean of 12 digits it must not
// give negative inputs, which spiking models refuse.
func TestGammaShiftOfRoundedMean(t *testing.T) {
	t.Parallel()
	in := defaults(10).Inh
	if scale, shift := in.GammaScaleShift(); shift != 0 || math.Abs(scale-math.Sqrt2/2) > 1e-15 {
		t.Errorf("scale %v, shift %v", scale, shift)
	}
	in.Mean = 1.5
	if _, shift := in.GammaScaleShift(); math.Abs(shift-(1.5-math.Sqrt2)) > 1e-15 {
		t.Errorf("shift %v", shift)
	}
}

// More patterns, more labels: the first ones stay.
func TestPrefixes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pop := population(t)
		pOut := rapid.Float64Range(0, 1).Draw(t, "p_out")
		few, more := rapid.IntRange(0, 20).Draw(t, "few"), rapid.IntRange(0, 20).Draw(t, "more")
		key := rng.NewKey(rapid.String().Draw(t, "key"))
		s := func() *rng.Stream { return rng.New(key) }
		if !slices.Equal(pop.Patterns(s(), few), pop.Patterns(s(), few+more)[:few*pop.N]) {
			t.Fatal("patterns are not nested")
		}
		exact := patterns.ExactLabels(s(), few+more, pOut)
		if !slices.Equal(patterns.ExactLabels(s(), few, pOut), exact[:few]) {
			t.Fatal("exact labels are not nested")
		}
		if !slices.Equal(patterns.RandomLabels(s(), few, pOut), patterns.RandomLabels(s(), few+more, pOut)[:few]) {
			t.Fatal("random labels are not nested")
		}
		pop.Inh = patterns.Input{Family: patterns.Bernoulli, Mean: .2}
		if pop.NExc() == pop.N {
			return
		}
		a, errA := pop.ActivePatterns(s(), exact[:few], 1)
		b, errB := pop.ActivePatterns(s(), exact, 1)
		if errA != nil || errB != nil || !slices.Equal(a, b[:few*pop.N]) {
			t.Fatalf("active patterns are not nested (%v, %v)", errA, errB)
		}
	})
}

// Every prefix has p_out P plus labels within one.
func TestExactCounts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pOut := rapid.OneOf(rapid.Float64Range(0, 1), rapid.SampledFrom([]float64{0, .1, .3, .5, 1})).Draw(t, "p_out")
		y := patterns.ExactLabels(rng.New(rng.NewKey(rapid.String().Draw(t, "key"))), 500, pOut)
		plus := 0.0
		for mu, v := range y {
			if v == 1 {
				plus++
			} else if v != -1 {
				t.Fatalf("label %v", v)
			}
			if math.Abs(plus-float64(mu+1)*pOut) >= 1+1e-9 {
				t.Fatalf("%v plus labels among %d", plus, mu+1)
			}
		}
	})
}

// Over replicates each label is +1 with probability p_out.
func TestLabelMeans(t *testing.T) {
	t.Parallel()
	const replicates, P, pOut = 20_000, 12, .3
	for name, labels := range map[string]func(*rng.Stream, int, float64) []float64{"exact": patterns.ExactLabels, "random": patterns.RandomLabels} {
		s := rng.New(rng.NewKey("labels", name))
		var plus [P]float64
		for range replicates {
			for mu, y := range labels(s, P, pOut) {
				plus[mu] += (y + 1) / 2
			}
		}
		for mu, n := range plus {
			if z := (n - replicates*pOut) / math.Sqrt(replicates*pOut*(1-pOut)); math.Abs(z) > 4.5 {
				t.Errorf("%s: label %d is +1 with probability %v (z = %.1f)", name, mu, n/replicates, z)
			}
		}
	}
}

func TestSignsAndSizes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pop := population(t)
		if err := pop.Validate(); err != nil {
			t.Fatal(err)
		}
		signs := pop.Signs()
		for i, g := range signs {
			if (g == 1) != (i < pop.NExc()) || g*g != 1 {
				t.Fatalf("sign %d of afferent %d, %d excitatory", g, i, pop.NExc())
			}
		}
		if k := pop.NExc(); float64(k) > pop.FExc*float64(pop.N)+1e-6 || float64(k) < pop.FExc*float64(pop.N)-1 {
			t.Fatalf("%d excitatory", k)
		}
	})
	for _, c := range []struct {
		x    float64
		want int
	}{
		{0, 0}, {.29 * 100, 29}, {.57 * 100, 57}, {.3 * 10, 3}, {2.999, 2}, {2.9999999, 2}, {3, 3}, {3.5, 3},
		{1.673641402535 * 200, 334}, {123456789.5, 123456789}, {1e9 - .5, 999999999}, {.999999999999 * 1e6, 1e6}, {1 << 53, 1 << 53},
	} {
		if got := patterns.FloorSize(c.x); got != c.want {
			t.Errorf("FloorSize(%v) = %d, want %d", c.x, got, c.want)
		}
	}
	// Every product of a two-digit fraction and a size rounds as in decimals.
	for percent := range 101 {
		for n := range 1000 {
			if got := patterns.FloorSize(float64(percent) / 100 * float64(n)); got != percent*n/100 {
				t.Fatalf("FloorSize(%d%% of %d) = %d", percent, n, got)
			}
		}
	}
}

// Minus patterns are active enough, plus patterns untouched in law, and the
// conditioned law is right: with one inhibitory afferent it is always active.
func TestActivePatterns(t *testing.T) {
	t.Parallel()
	pop := patterns.Population{
		N: 10, FExc: .8,
		Exc: patterns.Input{Family: patterns.Bernoulli, Mean: .3},
		Inh: patterns.Input{Family: patterns.Bernoulli, Mean: .15},
	}
	const P = 20_000
	y := patterns.RandomLabels(rng.New(rng.NewKey("y")), P, .5)
	x, err := pop.ActivePatterns(rng.New(rng.NewKey("x")), y, 1)
	if err != nil {
		t.Fatal(err)
	}
	var both, minus, plusActive, plus float64
	for mu := range P {
		a, b := x[mu*10+8], x[mu*10+9]
		if y[mu] < 0 {
			if a+b < 1 {
				t.Fatalf("minus pattern %d has no active inhibitory input", mu)
			}
			minus++
			both += a * b
		} else {
			plus++
			plusActive += a
		}
	}
	p := .15 * .15 / (1 - .85*.85) // both active given that one is
	if z := (both - minus*p) / math.Sqrt(minus*p*(1-p)); math.Abs(z) > 4 {
		t.Errorf("both inhibitory inputs active in %v of minus patterns, want %v (z = %.1f)", both/minus, p, z)
	}
	if z := (plusActive - plus*.15) / math.Sqrt(plus*.15*.85); math.Abs(z) > 4 {
		t.Errorf("plus patterns: activity %v (z = %.1f)", plusActive/plus, z)
	}
	none, err := pop.ActivePatterns(rng.New(rng.NewKey("x")), y, 0)
	if err != nil || !slices.Equal(none, pop.Patterns(rng.New(rng.NewKey("x")), P)) {
		t.Error("min_active 0 differs from Patterns")
	}
}

func TestActivePatternsImpossible(t *testing.T) {
	t.Parallel()
	pop := patterns.Population{N: 3, FExc: 1, Exc: patterns.Input{Family: patterns.Bernoulli, Mean: .3}}
	var redraw *patterns.RedrawError
	if _, err := pop.ActivePatterns(rng.New(rng.NewKey()), []float64{1, -1}, 1); !errors.As(err, &redraw) || redraw.Row != 1 || redraw.NInh != 0 {
		t.Errorf("no inhibition: %v", err)
	}
	pop = patterns.Population{N: 2, FExc: .5, Exc: pop.Exc, Inh: patterns.Input{Family: patterns.Bernoulli, Mean: 1e-12}}
	if _, err := pop.ActivePatterns(rng.New(rng.NewKey()), []float64{-1}, 1); !errors.As(err, &redraw) || redraw.Draws == 0 {
		t.Errorf("hardly ever active: %v", err)
	}
	if _, err := pop.ActivePatterns(rng.New(rng.NewKey()), []float64{1, 1}, 5); err != nil {
		t.Errorf("plus patterns need no inhibition: %v", err)
	}
}

func TestValidation(t *testing.T) {
	t.Parallel()
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		in    patterns.Input
		field string // empty: valid
	}{
		{patterns.Input{Family: patterns.Exponential, Mean: 1}, ""},
		{patterns.Input{Family: patterns.Exponential, Mean: 1, SD: 1, Shape: -7}, ""},
		{patterns.Input{Family: patterns.Exponential, Mean: 1, SD: 2}, "SD"},
		{patterns.Input{Family: patterns.Exponential, Mean: 0}, "Mean"},
		{patterns.Input{Family: patterns.Exponential, Mean: nan}, "Mean"},
		{patterns.Input{Family: patterns.Gamma, Mean: -1, SD: 1, Shape: 2}, ""},
		{patterns.Input{Family: patterns.Gamma, Mean: 1, SD: 1}, "Shape"},
		{patterns.Input{Family: patterns.Gamma, Mean: 1, SD: 0, Shape: 2}, "SD"},
		{patterns.Input{Family: patterns.Gamma, Mean: inf, SD: 1, Shape: 2}, "Mean"},
		{patterns.Input{Family: patterns.Bernoulli, Mean: .5, SD: 9}, ""},
		{patterns.Input{Family: patterns.Bernoulli, Mean: 0}, "Mean"},
		{patterns.Input{Family: patterns.Bernoulli, Mean: 1}, "Mean"},
		{patterns.Input{Family: patterns.Gaussian, Mean: 0, SD: 1}, ""},
		{patterns.Input{Family: patterns.Gaussian, Mean: 0, SD: -1}, "SD"},
		{patterns.Input{Family: patterns.Lognormal, Mean: 1, SD: 1}, ""},
		{patterns.Input{Family: patterns.Lognormal, Mean: -1, SD: 1}, "Mean"},
		{patterns.Input{Family: patterns.Lognormal, Mean: 1, SD: nan}, "SD"},
	} {
		err := c.in.Validate()
		var param *patterns.ParamError
		switch {
		case c.field == "" && err != nil:
			t.Errorf("%+v: %v", c.in, err)
		case c.field != "" && (!errors.As(err, &param) || param.Field != c.field):
			t.Errorf("%+v: %v, want an error about %s", c.in, err, c.field)
		}
	}
	var family *patterns.FamilyError
	if err := (patterns.Input{Family: "cauchy"}).Validate(); !errors.As(err, &family) {
		t.Errorf("unknown family: %v", err)
	}
	for _, bad := range []patterns.Population{{N: 0}, {N: 3, FExc: 1.1}, {N: 3, FExc: nan}, {N: 3, FExc: 1}, {N: 3, FExc: 0}} {
		if bad.Validate() == nil {
			t.Errorf("%+v is valid", bad)
		}
	}
	// The input of an empty type is not looked at.
	if err := (patterns.Population{N: 3, FExc: 1, Exc: patterns.Input{Family: patterns.Exponential, Mean: 1}}).Validate(); err != nil {
		t.Error(err)
	}
	got := patterns.Input{Family: patterns.Bernoulli, Mean: 1.5}.Validate().Error()
	if want := "patterns: bernoulli input: Mean = 1.5, want an activity between 0 and 1, both excluded"; got != want {
		t.Errorf("message %q, want %q", got, want)
	}
	for _, p := range []float64{-.1, 1.1, nan} {
		if patterns.ValidatePOut(p) == nil {
			t.Errorf("p_out = %v is valid", p)
		}
	}
}
