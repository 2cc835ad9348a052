package query

import (
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"gardner/sweeps"
)

// covers counts how often an interval holds the truth, and fails outside 93 to 97 %.
func covers(t *testing.T, name string, times int, truth float64, interval func(rng *rand.Rand) (low, top float64)) {
	t.Helper()
	rng := rand.New(rand.NewPCG(5, 6))
	hits := 0
	for range times {
		if low, top := interval(rng); low <= truth && truth <= top {
			hits++
		}
	}
	share := float64(hits) / float64(times)
	t.Logf("%s: %d intervals cover %.2f %%", name, times, 100*share)
	if slack := 2 * math.Sqrt(0.05*0.95/float64(times)); share < 0.93-slack || share > 0.97+slack {
		t.Errorf("%s: the 95 %% interval covers %.2f %%", name, 100*share)
	}
}

func TestBootstrapCoverage(t *testing.T) {
	t.Parallel()
	r := newResampler(400)
	covers(t, "mean of 20 exponential values", 1500, 1, func(rng *rand.Rand) (float64, float64) {
		bins := make([]bin, 20)
		for i := range bins {
			bins[i] = bin{rng.ExpFloat64(), 1}
		}
		x := r.interval(bins, studentT)
		return x.low, x.top
	})
	// Twelve rows in each of 25 clusters share most of their noise: as if independent, the interval would be 3 times too narrow.
	covers(t, "pooled rows that share random numbers", 1500, 0, func(rng *rand.Rand) (float64, float64) {
		bins := make([]bin, 25)
		for i := range bins {
			common := rng.NormFloat64()
			for range 12 {
				bins[i].sum += common + 0.3*rng.NormFloat64()
				bins[i].n++
			}
		}
		x := r.interval(bins, studentT)
		return x.low, x.top
	})
	covers(t, "5 clusters", 1500, 0, func(rng *rand.Rand) (float64, float64) {
		bins := make([]bin, 5)
		for i := range bins {
			bins[i] = bin{rng.NormFloat64(), 1}
		}
		x := r.interval(bins, studentT)
		return x.low, x.top
	})
}

func TestCrossingCoverage(t *testing.T) {
	t.Parallel()
	times := 250
	if os.Getenv("GARDNER_SLOW") != "" {
		times = 3000
	}
	xs := []float64{0.6, 0.8, 1, 1.2, 1.4}
	for _, c := range []struct {
		name       string
		replicates int
		shared     bool
	}{{"40 replicates, common random numbers", 40, true}, {"40 replicates, independent points", 40, false}, {"6 replicates", 6, true}} {
		a := &crossing{aggregate: &aggregate{clusters: &clusters{bins: uint64(c.replicates)}, resample: newResampler(1000)}, level: 0.5}
		// The share of 20 trials that succeed falls linearly through 1/2 at 1.07.
		const truth = 1.07
		covers(t, c.name, times, truth, func(rng *rand.Rand) (float64, float64) {
			k := &curve{x: xs}
			for range xs {
				k.groups = append(k.groups, &group{bins: []bins{make(bins, c.replicates)}})
			}
			for b := range c.replicates {
				for trial := 0; trial < 20; trial++ {
					u := rng.Float64()
					for i, x := range xs {
						if !c.shared {
							u = rng.Float64()
						}
						if u < 0.5+truth-x {
							k.groups[i].bins[0][b].sum++
						}
						k.groups[i].bins[0][b].n++
					}
				}
			}
			for _, g := range k.groups {
				sum, n := 0.0, 0.0
				for _, b := range g.bins[0] {
					sum, n = sum+b.sum, n+b.n
				}
				k.means = append(k.means, sum/n)
			}
			found := findCrossings(k.x, k.means, 0.5)
			if len(found) == 0 {
				return math.NaN(), math.NaN()
			}
			u := a.uncertainty(k, &found[0])
			return u.low, u.top
		})
	}
}

func TestBootstrapIsDeterministic(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	bins := make([]bin, 50)
	for i := range bins {
		bins[i] = bin{rng.ExpFloat64(), 1}
	}
	a, b := newResampler(500).interval(bins, studentT), newResampler(500).interval(bins, studentT)
	if a != b || !(a.low < a.mean && a.mean < a.top) {
		t.Errorf("%+v, then %+v", a, b)
	}
	var m moments
	for _, x := range bins {
		m.add(x.sum)
	}
	if sem := m.sd() / math.Sqrt(50); !relative(a.sem, sem, 1e-12) {
		t.Errorf("the cluster-robust error of lone values is %g, want sd/sqrt(n) = %g", a.sem, sem)
	}
	for name, bins := range map[string][]bin{"none": nil, "one": {{1, 1}}, "all the same": {{1, 1}, {2, 2}, {3, 3}}, "infinite": {{math.Inf(1), 1}, {1, 1}}} {
		if x := newResampler(100).interval(bins, studentT); !math.IsNaN(x.low) || !math.IsNaN(x.top) {
			t.Errorf("%s: an interval of nothing: %+v", name, x)
		}
	}
}

// The element of a vector and the bin of a histogram have the interval that a derived metric of the same value has.
func TestBootstrapOfElements(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b, id := f.block(t, 1, 0, 30, sweeps.Numbers("alpha", 0.1, 0.2), sweeps.Values("solution", sweeps.Str("A"), sweeps.Str("B")))
	f.compute(t, b, id, all(b), nil)
	f.sweep(t, "s", id)
	ask := func(metric string, columns ...string) *Table {
		t.Helper()
		return f.run(t, Request{Sweep: "s", By: []string{"alpha"}, Metrics: []string{metric}, Columns: columns, Bootstrap: 500})
	}
	elements, alone := ask("profile"), ask("first", "first=profile[0]")
	n := 0
	for _, row := range elements.Rows {
		if row[elements.Column("index")].Int != 0 {
			continue
		}
		for _, name := range []string{"n", "mean", "sem", "ci95_low", "ci95_high", "interval"} {
			if got, want := row[elements.Column(name)], alone.Rows[n][alone.Column(name)]; got.Text != want.Text || got.Int != want.Int || !relative(got.Num, want.Num, 1e-12) {
				t.Errorf("%s of an element is %+v, alone %+v", name, got, want)
			}
		}
		n++
	}
	if n != 2 {
		t.Errorf("%d groups", n)
	}
	bars := ask("weights")
	for _, row := range bars.Rows {
		low, mean, top, made := row[bars.Column("ci95_low")].Num, row[bars.Column("mean")].Num, row[bars.Column("ci95_high")].Num, row[bars.Column("interval")].Text
		want := "bootstrap"
		if mean == 3./20 || mean == 0 { // every row has the same: Wilson's stays
			want = "wilson"
		}
		if made != want || !(low <= mean && mean <= top && 0 <= low && top <= 1) {
			t.Errorf("bin %d: %g in [%g, %g] by %s, want by %s", row[bars.Column("index")].Int, mean, low, top, made, want)
		}
	}
	if len(bars.Rows) != 6 {
		t.Errorf("%d bins", len(bars.Rows))
	}
}
