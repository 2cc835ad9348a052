package rng_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gardner/core/num"
	"gardner/core/rng"
)

func ExampleKey_Sub() {
	task := rng.NewKey("capacity@1", "N=100", "replicate 7")
	patterns := rng.New(task.Sub("patterns"))
	labels := rng.New(task.Sub("labels"))
	fmt.Println(patterns.IntN(100), patterns.IntN(100), labels.IntN(100))
	again := rng.New(rng.NewKey("capacity@1", "N=100", "replicate 7").Sub("patterns"))
	fmt.Println(again.IntN(100), again.IntN(100))
	// Output:
	// 97 19 73
	// 97 19
}

func ExampleStream_FillNorm() {
	s := rng.New(rng.NewKey("noise"))
	noise := make([]float64, 100_000)
	s.FillNorm(noise)
	sum := 0.0
	for _, z := range noise {
		sum += z * z
	}
	fmt.Printf("variance %.2f\n", sum/float64(len(noise)))
	// Output: variance 1.00
}

// Keys of different lists of parts differ, however the parts are cut.
func TestKeysDiffer(t *testing.T) {
	t.Parallel()
	parts := rapid.SliceOfN(rapid.StringN(0, 3, 3), 0, 4)
	rapid.Check(t, func(t *rapid.T) {
		a, b := parts.Draw(t, "a"), parts.Draw(t, "b")
		if same := slices.Equal(a, b); same != (rng.NewKey(a...) == rng.NewKey(b...)) {
			t.Fatalf("equal lists: %v, equal keys: %v", same, !same)
		}
		k := rng.NewKey("k")
		if same := slices.Equal(a, b); same != (k.Sub(a...) == k.Sub(b...)) {
			t.Fatalf("equal lists: %v, equal sub-keys: %v", same, !same)
		}
		if k.Sub(a...) == rng.NewKey(append([]string{"k"}, a...)...) {
			t.Fatal("a sub-key is the key of the longer list")
		}
	})
}

// ks returns the Kolmogorov-Smirnov statistic sqrt(n) sup |F_n - F|; above 1.95 has
// probability 0.001.
func ks(x []float64, cdf func(float64) float64) float64 {
	slices.Sort(x)
	n, worst := float64(len(x)), 0.0
	for i, v := range x {
		f := cdf(v)
		worst = max(worst, f-float64(i)/n, float64(i+1)/n-f)
	}
	return math.Sqrt(n) * worst
}

func draws(name string, n int, f func(*rng.Stream) float64) []float64 {
	s := rng.New(rng.NewKey("test", name))
	x := make([]float64, n)
	for i := range x {
		x[i] = f(s)
	}
	return x
}

// erlang is the distribution function of a gamma of integer shape.
func erlang(shape int) func(float64) float64 {
	return func(x float64) float64 {
		term, sum := 1.0, 0.0
		for k := range shape {
			sum += term
			term *= x / float64(k+1)
		}
		return 1 - num.Exp(-x)*sum
	}
}

func TestDistributions(t *testing.T) {
	t.Parallel()
	const n = 200_000
	for _, c := range []struct {
		name string
		draw func(*rng.Stream) float64
		cdf  func(float64) float64
	}{
		{"uniform", (*rng.Stream).Float64, func(x float64) float64 { return x }},
		{"normal", (*rng.Stream).Norm, func(x float64) float64 { return num.H(-x) }},
		{"exponential", (*rng.Stream).Exp, func(x float64) float64 { return -num.Expm1(-x) }},
		// A gamma of shape 1/2 is half the square of a normal number.
		{"gamma 1/2", func(s *rng.Stream) float64 { return s.Gamma(.5) }, func(x float64) float64 { return 1 - num.Erfc(math.Sqrt(x)) }},
		{"gamma 1", func(s *rng.Stream) float64 { return s.Gamma(1) }, erlang(1)},
		{"gamma 2", func(s *rng.Stream) float64 { return s.Gamma(2) }, erlang(2)},
		{"gamma 9", func(s *rng.Stream) float64 { return s.Gamma(9) }, erlang(9)},
	} {
		if k := ks(draws(c.name, n, c.draw), c.cdf); k > 1.95 {
			t.Errorf("%s: Kolmogorov-Smirnov statistic %.2f, want below 1.95 (p = 0.001)", c.name, k)
		}
	}
}

// Counts beyond thresholds far out agree with the exact probabilities: the tail
// branches of the ziggurats.
func TestTails(t *testing.T) {
	t.Parallel()
	const n = 4_000_000
	s := rng.New(rng.NewKey("test", "tails"))
	thresholds := []float64{3, 3.6, 3.7, 4, 4.5}
	var above, below, exps [5]float64
	buf := make([]float64, 1000)
	for range n / len(buf) {
		s.FillNorm(buf)
		for _, z := range buf {
			for k, a := range thresholds {
				if z > a {
					above[k]++
				} else if z < -a {
					below[k]++
				}
			}
		}
		s.FillExp(buf)
		for _, x := range buf {
			for k := range exps {
				if x > float64(2*k+5) {
					exps[k]++
				}
			}
		}
	}
	check := func(what string, count, p float64) {
		if z := (count - n*p) / math.Sqrt(n*p); math.Abs(z) > 4 && math.Abs(count-n*p) > 4 {
			t.Errorf("%s: %v of %v, want %.1f (z = %.1f)", what, count, n, n*p, z)
		}
	}
	for k, a := range thresholds {
		check(fmt.Sprintf("normal > %v", a), above[k], num.H(a))
		check(fmt.Sprintf("normal < -%v", a), below[k], num.H(a))
		check(fmt.Sprintf("exponential > %v", 2*k+5), exps[k], num.Exp(-float64(2*k+5)))
	}
}

// Means and variances over a wide range of parameters, within 5 standard errors.
func TestMoments(t *testing.T) {
	t.Parallel()
	const n = 100_000
	type moments struct{ mean, variance, kurtosis float64 } // kurtosis: excess
	check := func(name string, draw func(*rng.Stream) float64, m moments) {
		x := draws(name, n, draw)
		mean := 0.0
		for _, v := range x {
			mean += v / n
		}
		variance := 0.0
		for _, v := range x {
			variance += (v - mean) * (v - mean) / n
		}
		if z := (mean - m.mean) / math.Sqrt(m.variance/n); math.Abs(z) > 5 {
			t.Errorf("%s: mean %v, want %v (z = %.1f)", name, mean, m.mean, z)
		}
		if z := (variance/m.variance - 1) / math.Sqrt((m.kurtosis+2)/n); math.Abs(z) > 5 {
			t.Errorf("%s: variance %v, want %v (z = %.1f)", name, variance, m.variance, z)
		}
	}
	check("normal", (*rng.Stream).Norm, moments{0, 1, 0})
	check("exponential", (*rng.Stream).Exp, moments{1, 1, 6})
	for _, shape := range []float64{.2, .999, 1, 1.5, 3, 20, 1e4, 1e8} {
		check(fmt.Sprint("gamma ", shape), func(s *rng.Stream) float64 { return s.Gamma(shape) }, moments{shape, shape, 6 / shape})
	}
	for _, mean := range []float64{.01, 1, 6, 9.99, 10, 10.5, 33, 1e3, 1e6, 1e9} {
		check(fmt.Sprint("Poisson ", mean), func(s *rng.Stream) float64 { return float64(s.Poisson(mean)) }, moments{mean, mean, 1 / mean})
	}
	for _, p := range []float64{.01, .3, .6} {
		q := 1 - p
		check(fmt.Sprint("Bernoulli ", p), func(s *rng.Stream) float64 {
			if s.Bernoulli(p) {
				return 1
			}
			return 0
		}, moments{p, p * q, (1 - 6*p*q) / (p * q)})
	}
}

// chiSquare returns how many standard deviations the chi-square of counts lies
// above its mean.
func chiSquare(counts, expected []float64) float64 {
	sum := 0.0
	for i, c := range counts {
		sum += (c - expected[i]) * (c - expected[i]) / expected[i]
	}
	k := float64(len(counts) - 1)
	return (sum - k) / math.Sqrt(2*k)
}

func TestDiscreteDistributions(t *testing.T) {
	t.Parallel()
	const n = 300_000
	for _, mean := range []float64{4, 12, 40} {
		cells := int(mean + 5*math.Sqrt(mean))
		counts, expected := make([]float64, cells), make([]float64, cells)
		for _, v := range draws(fmt.Sprint("Poisson cells ", mean), n, func(s *rng.Stream) float64 { return float64(s.Poisson(mean)) }) {
			counts[min(int(v), cells-1)]++
		}
		rest := 1.0
		for k := range cells - 1 {
			p := num.Exp(float64(k)*num.Log(mean) - mean - num.LogGamma(float64(k)+1))
			expected[k] = n * p
			rest -= p
		}
		expected[cells-1] = n * rest
		low := 0 // join cells expected less than 5 times
		for expected[low] < 5 {
			counts[low+1] += counts[low]
			expected[low+1] += expected[low]
			low++
		}
		if z := chiSquare(counts[low:], expected[low:]); z > 4.5 {
			t.Errorf("Poisson(%v): chi-square is %.1f standard deviations too large", mean, z)
		}
	}
	perms := map[[4]int]float64{}
	s := rng.New(rng.NewKey("test", "permutations"))
	for range n {
		perms[[4]int(s.Perm(4))]++
	}
	var counts, expected []float64
	for _, c := range perms {
		counts, expected = append(counts, c), append(expected, n/24.)
	}
	if z := chiSquare(counts, expected); len(perms) != 24 || z > 4.5 {
		t.Errorf("%d permutations of 4, chi-square is %.1f standard deviations too large", len(perms), z)
	}
	for _, m := range []int{1, 2, 3, 10, 1000} {
		counts, expected := make([]float64, m), make([]float64, m)
		for range n {
			counts[s.IntN(m)]++
		}
		for i := range expected {
			expected[i] = n / float64(m)
		}
		if z := chiSquare(counts, expected); m > 1 && z > 4.5 {
			t.Errorf("IntN(%d): chi-square is %.1f standard deviations too large", m, z)
		}
	}
}

// Streams of related keys are uncorrelated, as are numbers within a stream.
func TestIndependence(t *testing.T) {
	t.Parallel()
	const n, streams = 20_000, 20
	x := make([][]float64, streams)
	for i := range x {
		x[i] = make([]float64, n)
		rng.New(rng.NewKey("replicate", fmt.Sprint(i))).FillNorm(x[i])
	}
	correlation := func(a, b []float64) float64 {
		sum := 0.0
		for i := range a {
			sum += a[i] * b[i]
		}
		return sum / math.Sqrt(float64(len(a)))
	}
	for i := range x {
		for j := range i {
			if z := correlation(x[i], x[j]); math.Abs(z) > 4.5 {
				t.Errorf("streams %d and %d: correlation of %.1f standard errors", i, j, z)
			}
		}
		for lag := 1; lag <= 5; lag++ {
			if z := correlation(x[i][lag:], x[i][:n-lag]); math.Abs(z) > 4.5 {
				t.Errorf("stream %d, lag %d: correlation of %.1f standard errors", i, lag, z)
			}
		}
	}
}

func TestBadArgumentsPanic(t *testing.T) {
	t.Parallel()
	s := rng.New(rng.NewKey())
	for name, f := range map[string]func(){
		"IntN(0)":       func() { s.IntN(0) },
		"Shuffle(-1)":   func() { s.Shuffle(-1, nil) },
		"Gamma(0)":      func() { s.Gamma(0) },
		"Gamma(NaN)":    func() { s.Gamma(math.NaN()) },
		"Poisson(-1)":   func() { s.Poisson(-1) },
		"Poisson(1e10)": func() { s.Poisson(1e10) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s did not panic", name)
				}
			}()
			f()
		}()
	}
	if s.Poisson(0) != 0 {
		t.Error("Poisson(0) is not 0")
	}
}
