package precise_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"gardner/core/precise"
	"gardner/core/psp"
	"gardner/core/psp/psptest"
	"gardner/core/rng"
)

func sequence(t testing.TB, key string, n int, rateOut float64) *precise.Sequence {
	k, err := psp.New(20, 5)
	if err != nil {
		t.Fatal(err)
	}
	seed := rng.NewKey("precise test", key)
	return &precise.Sequence{Kernel: k, N: n, RateIn: .005, RateOut: rateOut / 1000, Gap: 6, Duration: 300,
		Input: rng.New(seed.Sub("in")), Output: rng.New(seed.Sub("out"))}
}

func initial(key string, n int) []float64 {
	w := make([]float64, n)
	rng.New(rng.NewKey("precise weights", key)).FillNorm(w)
	for i := range w {
		w[i] *= 0.15
	}
	return w
}

// naiveFinite is the finite precision rule from its definition.
func naiveFinite(k *psp.Kernel, rule precise.FinitePrecision, trials []*precise.Trial, w []float64, s *rng.Stream) int {
	order := make([]int, len(trials))
	for i := range order {
		order[i] = i
	}
	for cycle := 1; ; cycle++ {
		s.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		right := true
		for _, i := range order {
			t := trials[i]
			at, sign := math.Inf(1), 0.0
			spikes := psptest.Spikes(k, &t.Input, w, t.End, 0.1)
			hit := make([]int, len(t.Desired))
			for _, x := range spikes {
				inside := false
				for d, td := range t.Desired {
					if math.Abs(x-td) <= rule.Eps && hit[d] == 0 {
						hit[d]++
						inside = true
						break
					}
				}
				if !inside {
					at, sign = x, -1
					break
				}
			}
			for d, td := range t.Desired {
				if hit[d] == 0 && td+rule.Eps < at {
					at, sign = td+rule.Eps, 1
					break
				}
			}
			if sign == 0 {
				continue
			}
			right = false
			for j, tj := range t.Input.Time {
				w[t.Input.Afferent[j]] += sign * rule.Rate * k.At(at-tj)
			}
		}
		if right || cycle == rule.Cycles {
			return cycle
		}
	}
}

func TestFinitePrecisionAgainstDefinition(t *testing.T) {
	t.Parallel()
	s := sequence(t, "definition", 40, 15)
	trials := s.Trials(7)
	w := initial("definition", 40)
	naive := slices.Clone(w)
	rule := precise.FinitePrecision{Rate: 0.02, Eps: 3, Cycles: 40}
	cycles, _, err := rule.Learn(context.Background(), s.Kernel, trials, w, rng.New(rng.NewKey("order")))
	if err != nil {
		t.Fatal(err)
	}
	if want := naiveFinite(s.Kernel, rule, trials, naive, rng.New(rng.NewKey("order"))); cycles != want {
		t.Errorf("%d cycles, by definition %d", cycles, want)
	}
	for i := range w {
		if math.Abs(w[i]-naive[i]) > 1e-9 {
			t.Fatalf("w[%d] = %v, by definition %v", i, w[i], naive[i])
		}
	}
}

// What either rule calls success is a success by definition.
func TestSuccessIsAReplay(t *testing.T) {
	t.Parallel()
	for _, rate := range []float64{5, 30} {
		s := sequence(t, fmt.Sprint("success", rate), 150, rate)
		trials := s.Trials(15)
		for name, learn := range map[string]func(w []float64) (int, bool, error){
			"finite precision": func(w []float64) (int, bool, error) {
				return precise.FinitePrecision{Rate: 0.01, Eps: 3, Cycles: 5000}.Learn(context.Background(), s.Kernel, trials, w, rng.New(rng.NewKey("order")))
			},
			"high threshold": func(w []float64) (int, bool, error) {
				return precise.HighThreshold{Rate: 0.1, Eps: 3, Cycles: 5000}.Learn(context.Background(), s.Kernel, trials, w, rng.New(rng.NewKey("order")))
			},
		} {
			w := initial("success", 150)
			cycles, ok, err := learn(w)
			if err != nil || !ok {
				t.Errorf("%s at %g Hz: %d cycles, %v, %v", name, rate, cycles, ok, err)
				continue
			}
			for i, trial := range trials {
				spikes := psptest.Spikes(s.Kernel, &trial.Input, w, trial.End, 0.1)
				if len(spikes) != len(trial.Desired) {
					t.Errorf("%s at %g Hz, trial %d: spikes %v, desired %v", name, rate, i, spikes, trial.Desired)
					continue
				}
				for d, at := range spikes {
					if math.Abs(at-trial.Desired[d]) > 3 {
						t.Errorf("%s at %g Hz, trial %d: spike at %v, desired %v", name, rate, i, at, trial.Desired[d])
					}
				}
			}
		}
	}
}

// The high threshold rule keeps w.z(t_d) = 1 + sum e^{-(t_d-t')/tau_m} exactly, also
// when it does not succeed, and changes nothing in the span of the z(t_d) otherwise.
func TestHighThresholdStaysAtTheThreshold(t *testing.T) {
	t.Parallel()
	s := sequence(t, "projection", 60, 20)
	trials := s.Trials(12)
	w := initial("projection", 60)
	if _, _, err := (precise.HighThreshold{Rate: 0.1, Eps: 3, Cycles: 3}).Learn(context.Background(), s.Kernel, trials, w, rng.New(rng.NewKey("order"))); err != nil {
		t.Fatal(err)
	}
	for i, trial := range trials {
		for d, at := range trial.Desired {
			v := 0.0
			for j, tj := range trial.Input.Time {
				v += w[trial.Input.Afferent[j]] * s.Kernel.At(at-tj)
			}
			for _, before := range trial.Desired[:d] {
				v -= math.Exp((before - at) / s.Kernel.TauM)
			}
			if math.Abs(v-1) > 1e-11 {
				t.Errorf("trial %d: V(%v) = 1 %+g", i, at, v-1)
			}
		}
	}
	// More desired spikes than afferents: no weights have V = 1 at all of them.
	few := sequence(t, "too many", 5, 20)
	if cycles, ok, err := (precise.HighThreshold{Rate: 0.1, Eps: 3, Cycles: 3}).Learn(context.Background(), few.Kernel, few.Trials(6), make([]float64, 5), rng.New(rng.NewKey("order"))); ok || cycles != 0 || err != nil {
		t.Errorf("6 desired spikes of 5 afferents: %d cycles, %v, %v", cycles, ok, err)
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	desired := []float64{10, 30, 50}
	for _, c := range []struct {
		spikes []float64
		want   precise.Mistake
		wrong  bool
	}{
		{[]float64{9, 31, 50}, precise.Mistake{}, false},
		{[]float64{12, 28, 52}, precise.Mistake{}, false},
		{[]float64{5, 10, 30, 50}, precise.Mistake{At: 5}, true},
		{[]float64{9, 11, 30, 50}, precise.Mistake{At: 11}, true},
		{[]float64{9, 20, 30, 50}, precise.Mistake{At: 20}, true},
		{[]float64{9, 50}, precise.Mistake{At: 32, Missing: true}, true},
		{[]float64{9, 31, 50, 60}, precise.Mistake{At: 60}, true},
		{nil, precise.Mistake{At: 12, Missing: true}, true},
		{[]float64{10, 30}, precise.Mistake{At: 52, Missing: true}, true},
		{[]float64{40}, precise.Mistake{At: 12, Missing: true}, true},
	} {
		if m, wrong := precise.Judge(desired, c.spikes, 2); m != c.want || wrong != c.wrong {
			t.Errorf("spikes %v: %+v, %v; want %+v, %v", c.spikes, m, wrong, c.want, c.wrong)
		}
	}
	if m, wrong := precise.Judge(nil, nil, 2); wrong {
		t.Errorf("silence where it is desired: %+v", m)
	}
}

// Sequences are nested: fewer desired spikes are the beginning of more.
func TestSequencesAreNested(t *testing.T) {
	t.Parallel()
	s := sequence(t, "nested", 20, 12)
	long := s.Trials(30)
	gaps, n := 0.0, 0
	for _, count := range []int{1, 7, 8, 29} {
		short := s.Trials(count)
		total := 0
		for i, a := range short {
			b := long[i]
			total += len(a.Desired)
			if !slices.Equal(a.Desired, b.Desired[:len(a.Desired)]) || !slices.Equal(a.Input.Time, b.Input.Time[:a.Input.Len()]) || a.End > b.End {
				t.Errorf("%d spikes: trial %d is another", count, i)
			}
		}
		if total != count {
			t.Errorf("%d desired spikes, want %d", total, count)
		}
	}
	for _, trial := range sequence(t, "gaps", 5, 40).Trials(3000) {
		for i, at := range trial.Desired {
			if i > 0 {
				gap := at - trial.Desired[i-1]
				if gap < 6 {
					t.Fatalf("desired spikes %v apart", gap)
				}
				gaps, n = gaps+gap, n+1
			} else if at <= 20 {
				t.Errorf("a desired spike at %v, before tau_m", at)
			}
		}
	}
	if mean := gaps / float64(n); math.Abs(mean-25) > 2.5 { // trials cut long intervals
		t.Errorf("mean interval %v of %d, want 25", mean, n)
	}
}

func TestBadRulesAndSequences(t *testing.T) {
	t.Parallel()
	s := sequence(t, "bad", 5, 20)
	for _, bad := range []precise.FinitePrecision{{Eps: 1, Cycles: 1}, {Rate: 1, Cycles: 1}, {Rate: 1, Eps: 1, Cycles: -1}} {
		var e *precise.RuleError
		if _, _, err := bad.Learn(context.Background(), s.Kernel, nil, nil, nil); !errors.As(err, &e) {
			t.Errorf("rule %+v: %v", bad, err)
		}
		if _, _, err := precise.HighThreshold(bad).Learn(context.Background(), s.Kernel, nil, nil, nil); !errors.As(err, &e) {
			t.Errorf("high threshold %+v: %v", bad, err)
		}
	}
	for field, spoil := range map[string]func(*precise.Sequence){
		"N": func(s *precise.Sequence) { s.N = 0 }, "RateIn": func(s *precise.Sequence) { s.RateIn = -1 },
		"RateOut": func(s *precise.Sequence) { s.RateOut = 0 }, "Gap": func(s *precise.Sequence) { s.Gap = 60 },
		"Duration": func(s *precise.Sequence) { s.Duration = 20 },
	} {
		c := *s
		spoil(&c)
		var e *precise.SequenceError
		if err := c.Validate(); !errors.As(err, &e) || e.Field != field {
			t.Errorf("bad %s: %v", field, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	rule := precise.FinitePrecision{Rate: 0.01, Eps: 3, Cycles: 5}
	if _, _, err := rule.Learn(ctx, s.Kernel, s.Trials(2), make([]float64, 5), rng.New(rng.NewKey("order"))); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
