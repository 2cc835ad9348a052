package query

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"pgregory.net/rapid"

	"gardner/sweeps"
)

// relative compares to a relative tolerance, NaN equal to NaN.
func relative(got, want, tol float64) bool {
	if math.IsNaN(want) || math.IsNaN(got) {
		return math.IsNaN(want) && math.IsNaN(got)
	}
	return got == want || math.Abs(got-want) <= tol*math.Abs(want)
}

// TestMomentsAgainstBig compares mean and standard deviation with 400-bit
// arithmetic, also where values share many leading digits.
func TestMomentsAgainstBig(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		offset := rapid.SampledFrom([]float64{0, 1, 1e6, -1e9}).Draw(t, "offset")
		scale := rapid.SampledFrom([]float64{1e-3, 1, 1e5}).Draw(t, "scale")
		xs := rapid.SliceOfN(rapid.Float64Range(-1, 1), 1, 300).Draw(t, "xs")
		var m moments
		sum := new(big.Float).SetPrec(400)
		for i, x := range xs {
			xs[i] = offset + scale*x
			m.add(xs[i])
			sum.Add(sum, big.NewFloat(xs[i]))
		}
		n := new(big.Float).SetPrec(400).SetInt64(int64(len(xs)))
		mean := new(big.Float).SetPrec(400).Quo(sum, n)
		squares := new(big.Float).SetPrec(400)
		for _, x := range xs {
			d := new(big.Float).SetPrec(400).Sub(big.NewFloat(x), mean)
			squares.Add(squares, d.Mul(d, d))
		}
		wantMean, _ := mean.Float64()
		if got := m.average(); math.Abs(got-wantMean) > 3.4e-16*(math.Abs(wantMean)+1e-300) {
			t.Fatalf("mean %v, want %v", got, wantMean)
		}
		if len(xs) == 1 {
			if !math.IsNaN(m.sd()) {
				t.Fatal("a standard deviation of one value")
			}
			return
		}
		v := new(big.Float).SetPrec(400).Quo(squares, n.Sub(n, big.NewFloat(1)))
		want, _ := v.Sqrt(v).Float64()
		// Welford's error is a few ulps of the values, relative to their spread.
		if got := m.sd(); math.Abs(got-want) > 1e-13*want+4e-16*(math.Abs(offset)+scale) {
			t.Fatalf("sd %v, want %v", got, want)
		}
		lo, hi := slices.Min(xs), slices.Max(xs)
		if m.minV != lo || m.maxV != hi {
			t.Fatalf("range %v %v, want %v %v", m.minV, m.maxV, lo, hi)
		}
	})
}

// TestQuantilesExact compares with the definition while nothing is compacted.
func TestQuantilesExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		xs := rapid.SliceOfN(rapid.Float64Range(-10, 10), 0, 64).Draw(t, "xs")
		q := quantile{k: 64}
		for _, x := range xs {
			q.add(x)
		}
		sorted := slices.Sorted(slices.Values(xs))
		for i, got := range q.at(probabilities) {
			want := math.NaN()
			if n := len(sorted); n > 0 {
				h := float64(n-1) * probabilities[i]
				lo := int(h)
				want = sorted[lo]
				if lo+1 < n {
					want += (h - float64(lo)) * (sorted[lo+1] - sorted[lo])
				}
			}
			if math.Abs(got-want) > 1e-14*10 || math.IsNaN(got) != math.IsNaN(want) {
				t.Fatalf("quantile %v of %v: %v, want %v", probabilities[i], sorted, got, want)
			}
		}
	})
}

// TestQuantileSketch: far beyond k the rank error stays below the bound that
// doc.go names, for values in random, ascending and alternating order.
func TestQuantileSketch(t *testing.T) {
	t.Parallel()
	const n, k = 100_000, 64
	rng := rand.New(rand.NewPCG(1, 1))
	for name, order := range map[string]func(i int) float64{
		"random":      func(int) float64 { return rng.Float64() },
		"ascending":   func(i int) float64 { return float64(i) },
		"alternating": func(i int) float64 { return float64(i) * float64(1-i%2*2) },
		"constant":    func(int) float64 { return 3 },
	} {
		q := quantile{k: k}
		xs := make([]float64, n)
		for i := range xs {
			xs[i] = order(i)
			q.add(xs[i])
		}
		held := 0
		for _, l := range q.levels {
			held += len(l)
		}
		if held > k*len(q.levels) || len(q.levels) > 14 {
			t.Errorf("%s: %d values held in %d levels", name, held, len(q.levels))
		}
		sort.Float64s(xs)
		for i, got := range q.at(probabilities) {
			lo := sort.SearchFloat64s(xs, got)
			hi := sort.Search(n, func(j int) bool { return xs[j] > got })
			p := probabilities[i] * n
			if miss := max(float64(lo)-p, p-float64(hi), 0) / n; miss > 0.03 {
				t.Errorf("%s: quantile %v is off by %.3f in rank", name, probabilities[i], miss)
			}
		}
	}
}

// TestStudentT checks against published tables (NIST handbook 1.3.6.7.2, more
// digits from R's qt), against the integral of the density, and the two forms
// against each other where they meet.
func TestStudentT(t *testing.T) {
	t.Parallel()
	for nu, want := range map[int64]float64{
		1: 12.7062047361747, 2: 4.30265272974946, 3: 3.18244630528371, 4: 2.77644510519779, 5: 2.57058183563631,
		10: 2.22813885198627, 30: 2.04227245630124, 39: 2.02269092003676, 100: 1.98397151852355,
	} {
		if got := studentT(nu); !relative(got, want, 1e-11) {
			t.Errorf("t(0.975, %d) = %.14g, want %.14g", nu, got, want)
		}
	}
	for _, nu := range []int64{7, 59, 120, 250, 1001} {
		if p := studentIntegral(studentT(nu), float64(nu)); math.Abs(p-0.475) > 1e-12 {
			t.Errorf("with %d degrees of freedom the quantile has 0.5+%.15f below it", nu, p)
		}
	}
	if a, b := studentT(200), studentTail(200); !relative(a, b, 2e-11) {
		t.Errorf("at 200 degrees of freedom: %.14g and %.14g", a, b)
	}
	if got := studentT(1 << 40); !relative(got, normal975, 1e-11) {
		t.Errorf("the limit is %v", got)
	}
	if !math.IsNaN(studentT(0)) {
		t.Error("t of 0 degrees of freedom")
	}
	for nu := int64(1); nu < 400; nu++ {
		if studentT(nu+1) >= studentT(nu) {
			t.Fatalf("it does not decrease at %d", nu)
		}
	}
}

// studentIntegral integrates the density of the t distribution from 0 to t by
// Simpson's rule.
func studentIntegral(t, nu float64) float64 {
	a, _ := math.Lgamma((nu + 1) / 2)
	b, _ := math.Lgamma(nu / 2)
	c := math.Exp(a-b) / math.Sqrt(nu*math.Pi)
	density := func(x float64) float64 { return c * math.Exp(-(nu+1)/2*math.Log1p(x*x/nu)) }
	const n = 4000
	sum := density(0) + density(t)
	for i := 1; i < n; i++ {
		sum += density(t*float64(i)/n) * float64(2+2*(i%2))
	}
	return sum * t / n / 3
}

// TestWilson checks known intervals (Newcombe 1998, table I: 81/263, 15/148, 0/20,
// 1/29) and that the bounds solve the score equation.
func TestWilson(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ k, n, low, high float64 }{
		{81, 263, .2553, .3662}, {15, 148, .0624, .1605}, {0, 20, 0, .1611}, {1, 29, .0061, .1718},
	} {
		low, high := wilson(c.k, c.n)
		if math.Abs(low-c.low) > 5e-5 || math.Abs(high-c.high) > 5e-5 {
			t.Errorf("%v of %v: %v to %v, want %v to %v", c.k, c.n, low, high, c.low, c.high)
		}
		for _, p := range []float64{low, high} {
			if p > 0 && p < 1 && math.Abs(math.Abs(c.k/c.n-p)/math.Sqrt(p*(1-p)/c.n)-normal975) > 1e-9 {
				t.Errorf("%v of %v: the bound %v is not at 1.96 standard errors", c.k, c.n, p)
			}
		}
	}
	if low, high := wilson(5, 5); high != 1 || low < .5 {
		t.Errorf("5 of 5: %v to %v", low, high)
	}
	if low, _ := wilson(0, 0); !math.IsNaN(low) {
		t.Error("no trials")
	}
}

// TestCoverage: nominal 95 % intervals hold the truth in 93 to 97 % of 4000
// samples, for numbers (t) and counts (Wilson).
func TestCoverage(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 7))
	const trials = 4000
	for _, n := range []int{3, 10, 40} {
		numbers, counts := 0, 0
		for range trials {
			num, cnt := newAccumulator(sweeps.MetricNumber, 64), newAccumulator(sweeps.MetricCount, 64)
			for range n {
				num.add(&sweeps.Cell{V: 5 + rng.NormFloat64()})
				k := 0.0
				for range 50 {
					if rng.Float64() < 0.3 {
						k++
					}
				}
				cnt.add(&sweeps.Cell{V: k, N: 50})
			}
			num.lines(studentT, func(s *stats) {
				if s.low <= 5 && 5 <= s.top {
					numbers++
				}
			})
			cnt.lines(studentT, func(s *stats) {
				if s.low <= .3 && .3 <= s.top {
					counts++
				}
			})
		}
		for what, hits := range map[string]int{"numbers": numbers, "counts": counts} {
			if share := float64(hits) / trials; share < .93 || share > .97 {
				t.Errorf("n = %d, %s: the interval holds the truth in %.1f %%", n, what, 100*share)
			}
		}
	}
}
