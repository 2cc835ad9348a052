package precise

import (
	"fmt"
	"math"
	"testing"

	"gardner/core/psp"
	"gardner/core/rng"
	"gardner/core/spiking"
)

// randomTrials draws trials, and weights that make the potential reach the threshold
// now and then.
func randomTrials(t *testing.T, seed string, n int, rateOut, size float64) (*psp.Kernel, []*Trial, []float64) {
	t.Helper()
	k, err := psp.New(20, 5)
	if err != nil {
		t.Fatal(err)
	}
	key := rng.NewKey("walk test", seed)
	s := &Sequence{Kernel: k, N: n, RateIn: .01, RateOut: rateOut, Gap: 6, Duration: 300, Input: rng.New(key.Sub("in")), Output: rng.New(key.Sub("out"))}
	w := make([]float64, n)
	rng.New(key.Sub("w")).FillNorm(w)
	for i := range w {
		w[i] *= size
	}
	return k, s.Trials(12), w
}

// A trial that ends at its first mistake has the mistake of a whole replay.
func TestFirstMistakeIsThatOfTheReplay(t *testing.T) {
	t.Parallel()
	wrong, right := 0, 0
	for seed := range 20 {
		k, trials, w := randomTrials(t, fmt.Sprint(seed), 40, 0.01, 0.02*float64(1+seed))
		scaled := psp.Scale(k, w)
		for i, trial := range trials {
			spikes := spiking.Run(k, &trial.Input, scaled, trial.End, nil)
			if i%2 == 0 { // trials that are right, or nearly
				var desired []float64
				for _, s := range spikes {
					if s < trial.End-1 && (len(desired) == 0 || s > desired[len(desired)-1]+6) {
						desired = append(desired, s+1)
					}
				}
				trial = NewTrial(k, 40, trial.Input.Time, trial.Input.Afferent, desired, trial.End)
			}
			want, bad := Judge(trial.Desired, spikes, 3)
			if got, is := trial.firstMistake(k, scaled, 3); got != want || is != bad {
				t.Errorf("seed %d, trial %d: %+v, %v; a replay has %+v, %v", seed, i, got, is, want, bad)
			}
			if bad {
				wrong++
			} else {
				right++
			}
		}
	}
	if wrong < 20 || right < 20 {
		t.Errorf("%d wrong, %d right: the test sees one case only", wrong, right)
	}
}

// The largest excess over the bound is that of a fine grid, and each that is found is
// what it says, by definition.
func TestViolatedAgainstGrid(t *testing.T) {
	t.Parallel()
	total := 0
	for seed := range 8 {
		k, trials, w := randomTrials(t, fmt.Sprint("grid", seed), 40, 0.02, 0.25)
		theta := []float64{0, 0.5, 1.2, 2}[seed%4]
		c, ok := newCuts(k, trials, 40)
		if !ok {
			t.Fatal("dependent gradients")
		}
		excessAt := func(trial *Trial, at float64) float64 {
			v, margin := 0.0, 1.0
			for j, tj := range trial.Input.Time {
				v += w[trial.Input.Afferent[j]] * k.At(at-tj)
			}
			for _, d := range trial.Desired {
				if d > at {
					margin = math.Min(1, (d-at)/c.tauD)
					break
				}
				v -= theta * math.Exp((d-at)/k.TauM)
			}
			return v + margin - theta
		}
		found, worst := c.violated(w, theta)
		total += len(found)
		for _, e := range found {
			if got := excessAt(trials[e.trial], e.at); math.Abs(got-e.v) > 1e-11 {
				t.Errorf("seed %d: excess %v at %v of trial %d, by definition %v", seed, e.v, e.at, e.trial, got)
			}
		}
		grid := 0.0
		for i, trial := range trials {
			for at := 0.05; at < trial.End; at += 0.05 {
				x := excessAt(trial, at)
				grid = math.Max(grid, x)
				// One maximum stands for at most 3 tau_D before it and after it.
				near := false
				for _, e := range found {
					near = near || e.trial == i && math.Abs(e.at-at) < 2*stretch*c.tauD && e.v >= x-1e-11
				}
				if x > 1e-3 && !near {
					t.Errorf("seed %d: excess %v at %v of trial %d is not found", seed, x, at, i)
				}
			}
		}
		if worst < grid-1e-11 || worst > grid+0.05 {
			t.Errorf("seed %d: worst excess %v, a grid has %v", seed, worst, grid)
		}
	}
	if total < 50 {
		t.Errorf("only %d excesses in all: the test compares nothing", total)
	}
}
