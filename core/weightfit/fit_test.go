package weightfit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gardner/core/num"
	"gardner/core/rng"
)

// synthetic draws n weights |w| = scale (z - shift)_+ of one sign.
func synthetic(key string, n int, sign int, shift, scale float64) []float64 {
	s := rng.New(rng.NewKey("weightfit test", key))
	w := make([]float64, n)
	for i := range w {
		w[i] = float64(sign) * math.Max(0, scale*(s.Norm()-shift))
	}
	return w
}

// sampleOf makes a sample of weights, with or without known zeros.
func sampleOf(t testing.TB, w []float64, sign int, threshold float64, known bool) *Sample {
	t.Helper()
	build := NewActiveSample
	if known {
		build = NewSample
	}
	s, err := build(w, sign, threshold)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFitRecovers(t *testing.T) {
	t.Parallel()
	const scale = .3
	for _, shift := range []float64{-1.5, 0, .4, 1} {
		for sign, threshold := range map[int]float64{1: 0, -1: .15} {
			for _, known := range []bool{true, false} {
				name := fmt.Sprintf("shift %v threshold %v known %v sign %d", shift, threshold, known, sign)
				s := sampleOf(t, synthetic(name, 6000, sign, shift, scale), sign, threshold, known)
				fit, err := Fit(s)
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				e, err := fit.Bootstrap(context.Background(), rng.New(rng.NewKey(name)), 40)
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				// 4 s.e., the bootstrap s.e. being good to 11 %.
				if math.Abs(fit.Shift-shift) > 4.5*e.Shift.SE || math.Abs(fit.Scale-scale) > 4.5*e.Scale.SE {
					t.Errorf("%s: shift %v +- %v, scale %v +- %v", name, fit.Shift, e.Shift.SE, fit.Scale, e.Scale.SE)
				}
				if known && math.Abs(fit.Silent-fit.Observed) > 5*e.Observed {
					t.Errorf("%s: silent %v, observed %v +- %v", name, fit.Silent, fit.Observed, e.Observed)
				}
				if math.Abs(fit.SilentZero-(1-num.H(shift))) > 4.5*e.SilentZero.SE {
					t.Errorf("%s: silent at zero %v +- %v, truth %v", name, fit.SilentZero, e.SilentZero.SE, 1-num.H(shift))
				}
				if e.KSP < .01 || fit.KS > 1.7/math.Sqrt(float64(s.Size())) {
					t.Errorf("%s: KS %v, p %v", name, fit.KS, e.KSP)
				}
				d := fit.Density()
				if d.Sign != sign || d.Shift != fit.Shift || d.Scale != fit.Scale || d.Silent != fit.SilentZero {
					t.Errorf("%s: density %+v", name, d)
				}
			}
		}
	}
}

// logLikelihood evaluates l of the package comment weight by weight.
func logLikelihood(s *Sample, shift, scale float64) float64 {
	b := shift + s.Threshold/scale
	l := 0.0
	for _, w := range s.Active {
		x := w/scale + shift
		l += -x*x/2 - halfLog2Pi - math.Log(scale)
		if !s.Known {
			l -= logH(b)
		}
	}
	if s.Silent > 0 {
		l += float64(s.Silent) * logH(-b)
	}
	return l
}

// The fit is a maximum, and its likelihood that of the definition.
func TestFitIsTheMaximum(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 40).Draw(t, "n")
		w := rapid.SliceOfN(rapid.Float64Range(.01, 10), n, n).Draw(t, "weights")
		threshold := rapid.SampledFrom([]float64{0, .005, 1}).Draw(t, "threshold")
		w = append(w, make([]float64, rapid.IntRange(0, 60).Draw(t, "zeros"))...)
		build := NewSample
		if rapid.Bool().Draw(t, "unknown") {
			build = NewActiveSample
		}
		s, err := build(w, 1, threshold)
		if err != nil {
			t.Fatal(err)
		}
		fit, err := Fit(s)
		var why *SampleError
		if errors.As(err, &why) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		at := logLikelihood(s, fit.Shift, fit.Scale)
		tol := 1e-9 * (1 + math.Abs(at) + float64(len(s.Active))*fit.Shift*fit.Shift)
		if math.Abs(at-fit.LogLikelihood) > tol {
			t.Fatalf("likelihood %v, by definition %v", fit.LogLikelihood, at)
		}
		for k := range 16 {
			angle := float64(k) * math.Pi / 8
			for _, step := range []float64{1e-4, 1e-2, .3} {
				near := logLikelihood(s, fit.Shift+step*math.Cos(angle), fit.Scale*math.Exp(step*math.Sin(angle)))
				if near > at+tol {
					t.Fatalf("shift %v scale %v: %v, nearby %v", fit.Shift, fit.Scale, at, near)
				}
			}
		}
	})
}

// Units do not matter: a power of two changes no digit.
func TestFitScalesWithTheUnit(t *testing.T) {
	t.Parallel()
	w := synthetic("unit", 300, 1, .3, 1)
	double := make([]float64, len(w))
	for i := range w {
		double[i] = math.Ldexp(w[i], 40)
	}
	for _, known := range []bool{true, false} {
		a, err1 := Fit(sampleOf(t, w, 1, .25, known))
		b, err2 := Fit(sampleOf(t, double, 1, math.Ldexp(.25, 40), known))
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		if a.Shift != b.Shift || math.Ldexp(a.Scale, 40) != b.Scale || a.KS != b.KS {
			t.Errorf("known %v: %+v and %+v", known, a, b)
		}
	}
}

func TestSampleEdges(t *testing.T) {
	t.Parallel()
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		weights   []float64
		sign      int
		threshold float64
		want      string
	}{
		{[]float64{1, -.5}, 1, 0, "weight 1 is -0.5, it must be at least 0"},
		{[]float64{-1, .5}, -1, 0, "weight 1 is 0.5, it must be at most 0"},
		{[]float64{nan}, 1, 0, "weight 0 is NaN, it must be finite"},
		{[]float64{0, inf}, 1, 0, "weight 1 is +Inf, it must be finite"},
		{[]float64{0, -inf}, -1, 0, "weight 1 is -Inf, it must be finite"},
		{[]float64{1}, 1, -1, "the detection threshold is -1"},
		{[]float64{1}, 1, nan, "the detection threshold is NaN"},
		{[]float64{1}, 1, inf, "the detection threshold is +Inf"},
	} {
		_, err := NewSample(c.weights, c.sign, c.threshold)
		var weight *WeightError
		if !errors.As(err, &weight) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: got %v, want %s", c.weights, err, c.want)
		}
	}
	for _, c := range []struct {
		weights []float64
		known   bool
		want    string
	}{
		{nil, true, "nothing to fit"},
		{[]float64{0, 0, 0}, true, "all are silent"},
		{[]float64{0, 0, 0}, false, "nothing to fit"},
		{[]float64{0, 2}, true, "at least 2 active weights"},
		{[]float64{2}, false, "at least 2 active weights"},
		{[]float64{0, 2, 2, 2}, true, "all equal"},
		{[]float64{.001, .001, .001, 8}, false, "as widely as an exponential"},
	} {
		_, err := Fit(sampleOf(t, c.weights, 1, 0, c.known))
		var sample *SampleError
		if !errors.As(err, &sample) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v known %v: got %v, want %s", c.weights, c.known, err, c.want)
		}
	}
	s := sampleOf(t, []float64{0, .1, .5, .05}, 1, .1, true)
	if s.Silent != 2 || len(s.Active) != 2 || s.SilentFraction() != .5 || s.Size() != 4 {
		t.Errorf("weights below the threshold: %+v", s)
	}
	if !math.IsNaN(sampleOf(t, []float64{1, 2}, 1, 0, false).SilentFraction()) {
		t.Error("an unknown silent fraction has a value")
	}
}

// Two weights and one zero: solved by hand where there is no zero, and finite
// where there is; hardly any zeros, and hardly anything else.
func TestFitSmallAndLopsided(t *testing.T) {
	t.Parallel()
	fit, err := Fit(sampleOf(t, []float64{1, 3}, 1, 0, true))
	if err != nil || math.Abs(fit.Shift+2) > 1e-15 || math.Abs(fit.Scale-1) > 1e-15 || fit.Observed != 0 {
		t.Errorf("mean 2, s.d. 1: %+v, %v", fit, err)
	}
	many := append(make([]float64, 1_000_000), 1, 2)
	fit, err = Fit(sampleOf(t, many, 1, 0, true))
	if err != nil || math.Abs(num.H(fit.Shift)/2e-6-1) > .5 {
		t.Errorf("a million zeros: %+v, %v", fit, err)
	}
	narrow := synthetic("narrow", 1000, 1, -1000, 1e-3) // mean 1, s.d. .001
	for _, known := range []bool{true, false} {
		fit, err = Fit(sampleOf(t, narrow, 1, 0, known))
		if err != nil || math.Abs(fit.Shift/-1000-1) > .1 {
			t.Errorf("narrow: %+v, %v", fit, err)
		}
	}
	fit, err = Fit(sampleOf(t, append(narrow, 0), 1, 0, true))
	if err != nil || !(fit.Scale > 0) || math.IsInf(fit.Shift, 0) {
		t.Errorf("narrow and a zero: %+v, %v", fit, err)
	}
}

func TestTails(t *testing.T) {
	t.Parallel()
	for x := 20.0; x < 37; x += .37 {
		if a, b := hazard(x), num.Gauss(x)/num.H(x); math.Abs(a/b-1) > 3e-14 {
			t.Errorf("hazard(%v) = %v, by division %v", x, a, b)
		}
	}
	for x := 34.0; x < 37; x += .37 {
		if a, b := -x*x/2-halfLog2Pi+num.Log(mills(x)), num.Log(num.H(x)); math.Abs(a/b-1) > 1e-15 {
			t.Errorf("logH(%v) = %v, directly %v", x, a, b)
		}
	}
	if a, b := ratio(-31), 1+1/(31.*31); math.Abs(a-b) > 1e-12 {
		t.Errorf("ratio(-31) = %v, should be %v", a, b)
	}
	if r := ratio(tail); !(r > 1.995 && r < 2) {
		t.Errorf("ratio(%v) = %v", tail, r)
	}
}

// Held, because compare-weights promises equal bits on every CPU.
func TestGoldenBits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		known bool
		want  string
	}{
		{true, goldenKnown},
		{false, goldenUnknown},
	} {
		fit, err := Fit(sampleOf(t, synthetic("golden", 100, -1, .2, 2), -1, .1, c.known))
		if err != nil {
			t.Fatal(err)
		}
		e, err := fit.Bootstrap(context.Background(), rng.New(rng.NewKey("golden")), 20)
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprintf("%x %x %x %x %x", fit.Shift, fit.Scale, fit.KS, e.Shift.SE, e.KSP)
		if got != c.want {
			t.Errorf("known %v: %s, want %s", c.known, got, c.want)
		}
	}
}

const (
	goldenKnown   = "0x1.2091a0c69511p-04 0x1.e859804768b59p+00 0x1.5700cc2c1fca8p-04 0x1.a6063030f6102p-04 0x1.8618618618618p-05"
	goldenUnknown = "-0x1.92c53851bf077p+00 0x1.f75b5cce12226p-01 0x1.512def0feed24p-04 0x1.17722dd469311p-02 0x1.2492492492492p-01"
)
