package data

import (
	"errors"
	"math"
	"strconv"
	"testing"

	"gardner/core/patterns"
	"gardner/core/rng"
)

func near(a, b, tol float64) bool { return math.Abs(a-b) <= tol }

func TestStatisticsByHand(t *testing.T) {
	t.Parallel()
	s, err := NewSet(Matrix(2, 3, []float64{
		1, 0, 5,
		3, 0, 5}), Vector([]float64{1, -1}), []int8{1, 1, -1})
	if err != nil {
		t.Fatal(err)
	}
	st := s.Statistics()
	e, i := st.Exc, st.Inh
	if e.Cells != 2 || e.Mean != 1 || !near(e.SD, math.Sqrt(1.5), 1e-15) || !near(e.CV, math.Sqrt(1.5), 1e-15) ||
		e.Activity != .5 || e.Min != 0 || e.Max != 3 || e.Constant != 1 || e.Silent != 1 {
		t.Errorf("exc %+v", e)
	}
	if i.Cells != 1 || i.Mean != 5 || i.SD != 0 || i.Constant != 1 || i.Silent != 0 || i.Activity != 1 {
		t.Errorf("inh %+v", i)
	}
	if !near(st.FExc, 2./3, 1e-15) || st.POut != .5 || st.Lambda != 0 || st.Free.Cells != 0 || !math.IsNaN(st.Free.Mean) {
		t.Errorf("got %+v", st)
	}
	if _, _, err := st.Neuron(); !errors.Is(err, ErrNoTheory) {
		t.Errorf("constant inhibition has a theory: %v", err)
	}
	if m := s.Marginal(1); len(m) != 4 || m[2] != 3 {
		t.Errorf("marginal %v", m)
	}
}

// population draws a set of independent inputs.
func population(key string, p, n int, exc patterns.Input) *Set {
	pop := patterns.Population{N: n, FExc: .8, Exc: exc, Inh: patterns.Input{Family: patterns.Gamma, Mean: math.Sqrt2, SD: 1, Shape: 2}}
	s := rng.New(rng.NewKey("data test", key))
	return &Set{P: p, N: n, X: pop.Patterns(s, p), Labels: patterns.ExactLabels(s, p, .1), Signs: pop.Signs()}
}

func TestStatisticsOfThePresetPopulation(t *testing.T) {
	t.Parallel()
	set := population("moments", 2000, 200, patterns.Input{Family: patterns.Exponential, Mean: 1})
	st := set.Statistics()
	n, cv, err := st.Neuron()
	if err != nil {
		t.Fatal(err)
	}
	// 320,000 and 80,000 values: s.e. of the mean .002 and .004.
	if !near(st.Exc.Mean, 1, .01) || !near(st.Inh.SD, 1, .02) || !near(n.Phi, math.Sqrt2, .03) || !near(n.Lambda, 1, .02) || !near(cv, 1, .02) || n.FExc != .8 || !near(n.POut, .1, 1e-3) {
		t.Errorf("%+v, neuron %+v, cv %v", st, n, cv)
	}
}

// Independent inputs of any family are not flagged: 6 s.d. of evidence in none
// of 800 sets, and z-scores of about the right scale.
func TestIndependentInputsAreNotFlagged(t *testing.T) {
	t.Parallel()
	for _, in := range []patterns.Input{
		{Family: patterns.Exponential, Mean: 1}, {Family: patterns.Bernoulli, Mean: .05},
		{Family: patterns.Gaussian, Mean: 1, SD: 1}, {Family: patterns.Lognormal, Mean: 1, SD: 1},
	} {
		for _, size := range []struct{ p, n int }{{12, 40}, {40, 12}, {100, 50}, {30, 2}} {
			var sum, square [3]float64
			const sets = 50
			for k := range sets {
				set := population(string(in.Family)+strconv.Itoa(k), size.p, size.n, in)
				c := set.Statistics().Correlation
				if c.Correlated || c.Unequal {
					t.Errorf("%s %+v set %d: flagged: %+v", in.Family, size, k, c)
				}
				for i, z := range []float64{c.ZMean, c.ZRMS, c.ZType} {
					if !math.IsNaN(z) {
						sum[i] += z / sets
						square[i] += z * z / sets
					}
				}
			}
			for i := range sum {
				if math.Abs(sum[i]) > .7 || math.Sqrt(square[i]) > 1.6 {
					t.Errorf("%s %+v: z-score %d has mean %.2f, rms %.2f", in.Family, size, i, sum[i], math.Sqrt(square[i]))
				}
			}
		}
	}
}

func TestDependentInputsAreFlagged(t *testing.T) {
	t.Parallel()
	base := func() *Set {
		return population("dependent", 200, 100, patterns.Input{Family: patterns.Exponential, Mean: 1})
	}
	s := rng.New(rng.NewKey("data test", "noise"))
	common := base() // a gain common to all cells, s.d. 0.2
	for mu := range common.P {
		gain := 1 + .2*s.Norm()
		for i := range common.N {
			common.X[mu*common.N+i] *= gain
		}
	}
	pairs := base() // half of the cells copy another, with alternating sign: no mean correlation
	for mu := range pairs.P {
		row := pairs.X[mu*pairs.N:]
		for i := 0; i < 50; i++ {
			row[50+i] = 1 + float64(2*(i%2)-1)*(row[i]-1) + .5*s.Norm()
		}
	}
	repeated := base() // 20 different patterns only
	for mu := range repeated.P {
		copy(repeated.X[mu*repeated.N:(mu+1)*repeated.N], repeated.X[mu%20*repeated.N:])
	}
	for name, set := range map[string]*Set{"common gain": common, "pairs": pairs, "repeated patterns": repeated} {
		st := set.Statistics()
		if !st.Correlation.Correlated {
			t.Errorf("%s: not flagged: %+v", name, st.Correlation)
		}
		if _, _, err := st.Neuron(); !errors.Is(err, ErrNoTheory) {
			t.Errorf("%s: has a theory: %v", name, err)
		}
	}
	rates := base() // cells with rates of their own
	for mu := range rates.P {
		for i := range rates.N {
			rates.X[mu*rates.N+i] *= .5 + float64(i%10)/10
		}
	}
	if c := rates.Statistics().Correlation; c.Correlated || !c.Unequal {
		t.Errorf("different means: %+v", c)
	}
}

func TestStatisticsOfSmallAndHugeSets(t *testing.T) {
	t.Parallel()
	one := &Set{P: 1, N: 1, X: []float64{3}}
	if st := one.Statistics(); st.All.Mean != 3 || st.Correlation.Correlated || st.Correlation.Cells != 0 {
		t.Errorf("%+v", st)
	}
	huge := &Set{P: 12, N: 2, X: make([]float64, 24), Signs: []int8{1, -1}}
	for k := range huge.X {
		huge.X[k] = math.MaxFloat64 * float64(1-k%4/2*2)
	}
	if st := huge.Statistics(); math.IsNaN(st.All.Mean) || math.IsInf(st.All.Mean, 0) || st.Correlation.Cells > 2 {
		t.Errorf("%+v", st)
	}
}
