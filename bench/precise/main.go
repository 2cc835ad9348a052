// Command precise times what teaches a neuron to fire at given times against the plain
// ways to do it on a grid of times: presentations of the finite precision rule at the
// literature's size (N = 500, trials of 500 ms), and the largest margin, for which a
// grid makes every point a row of one large program, given here to the same certified
// solver. The grid's margin is that of fewer constraints, so it is too large.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math"
	"time"

	"gardner/core/linalg"
	"gardner/core/perceptron"
	"gardner/core/precise"
	"gardner/core/psp"
	"gardner/core/rng"
	"gardner/core/tempotron"
)

const (
	rateIn, rateOut = 0.005, 0.005 // per ms
	eps             = 3.0          // ms
	rate            = 0.01
	rounds          = 20  // cycles of the rule that are timed
	step            = 0.1 // ms, of the rule's grid
	coarse          = 1.0 // ms, of the program's grid
)

func main() {
	if err := errors.Join(rule(500, 50), margin(100, 10)); err != nil {
		log.Fatal(err)
	}
}

// draw returns trials of n afferents with count desired spikes.
func draw(n, count int) (*psp.Kernel, []*precise.Trial, error) {
	k, err := psp.New(20, 5)
	if err != nil {
		return nil, nil, err
	}
	key := rng.NewKey("bench", "precise")
	s := &precise.Sequence{Kernel: k, N: n, RateIn: rateIn, RateOut: rateOut, Gap: 2 * eps, Duration: 500,
		Input: rng.New(key.Sub("input")), Output: rng.New(key.Sub("output"))}
	return k, s.Trials(count), s.Validate()
}

// rule times the finite precision rule.
func rule(n, count int) error {
	k, trials, err := draw(n, count)
	if err != nil {
		return err
	}
	initial := make([]float64, n)
	rng.New(rng.NewKey("bench", "weights")).FillNorm(initial)
	sd := 0.3 / tempotron.PotentialSD(k, n, rateIn, 1)
	for i := range initial {
		initial[i] *= sd
	}
	w := append([]float64(nil), initial...)
	start := time.Now()
	cycles, _, err := precise.FinitePrecision{Rate: rate, Eps: eps, Cycles: rounds}.Learn(context.Background(), k, trials, w, rng.New(rng.NewKey("bench", "order")))
	if err != nil {
		return err
	}
	ours := time.Since(start).Seconds() / float64(cycles*len(trials))
	fmt.Printf("finite precision, N = %d, trials of 500 ms, per presentation, learning included   ours %6.2f us, exact times\n", n, 1e6*ours)
	theirs := grid(k, trials, initial)
	fmt.Printf("   %-46s %9.2f us %6.1fx, times late by up to %g ms\n", fmt.Sprintf("plain Go, a grid of %g ms", step), 1e6*theirs, theirs/ours, step)
	return nil
}

// grid is the same rule with potentials on a grid of times; it returns the time of a
// presentation.
func grid(k *psp.Kernel, trials []*precise.Trial, initial []float64) float64 {
	w := append([]float64(nil), initial...)
	m, s := math.Exp(-step/k.TauM), math.Exp(-step/k.TauS)
	replay := func(t *precise.Trial) []float64 {
		var spikes []float64
		var a, b float64
		j := 0
		for i := 1; float64(i)*step < t.End; i++ {
			now := float64(i) * step
			a, b = a*m, b*s
			for ; j < t.Input.Len() && t.Input.Time[j] <= now; j++ {
				late := (now - t.Input.Time[j])
				x := w[t.Input.Afferent[j]] * k.V0
				a, b = a+x*(1-late/k.TauM), b+x*(1-late/k.TauS)
			}
			if a-b > 1 {
				spikes = append(spikes, now)
				a--
			}
		}
		return spikes
	}
	start := time.Now()
	for range rounds {
		for _, t := range trials {
			wrong, is := precise.Judge(t.Desired, replay(t), eps)
			if !is {
				continue
			}
			eta := -rate
			if wrong.Missing {
				eta = rate
			}
			for j, at := range t.Input.Time {
				if at >= wrong.At {
					break
				}
				w[t.Input.Afferent[j]] += eta * k.At(wrong.At-at)
			}
		}
	}
	return time.Since(start).Seconds() / float64(rounds*len(trials))
}

// margin times the largest margin.
func margin(n, count int) error {
	k, trials, err := draw(n, count)
	if err != nil {
		return err
	}
	start := time.Now()
	m, err := precise.MaxMargin(context.Background(), k, trials, n, linalg.New(1))
	if err != nil {
		return err
	}
	ours := time.Since(start).Seconds()
	if !m.Feasible {
		return errors.New("no weights exist: nothing to compare")
	}
	fmt.Printf("largest margin, N = %d, %d desired spikes   ours %7.1f ms, %d cuts, violated by at most %.0e at any time\n", n, count, 1e3*ours, m.Cuts, m.Violation)
	p := onGrid(k, trials, n)
	start = time.Now()
	s, err := perceptron.FreeThreshold(context.Background(), p, nil)
	if err != nil {
		return err
	}
	theirs := time.Since(start).Seconds()
	fmt.Printf("   %-46s %7.1f ms %6.1fx, margin too large by %.1e\n", fmt.Sprintf("a grid of %g ms, one program of %d rows", coarse, p.P), 1e3*theirs, theirs/ours, s.KappaIn/m.Kappa-1)
	return nil
}

// onGrid is the program with its equality rows, and a row for every point of the grid.
func onGrid(k *psp.Kernel, trials []*precise.Trial, n int) *perceptron.Problem {
	p := &perceptron.Problem{N: n, Signs: make([]int8, n), Gamma: math.Inf(1)}
	tauD := math.Sqrt(k.TauM * k.TauS)
	add := func(t *precise.Trial, at, label float64) {
		z, r, margin := make([]float64, n), 0.0, 1.0
		t.Input.AddPSP(k, at, 1, z)
		for _, d := range t.Desired {
			if d >= at {
				margin = min(1, (d-at)/tauD)
				break
			}
			r += math.Exp((d - at) / k.TauM)
		}
		p.P++
		p.X, p.Labels, p.Drive, p.Margins = append(p.X, z...), append(p.Labels, label), append(p.Drive, -r), append(p.Margins, margin)
	}
	for _, t := range trials {
		for _, d := range t.Desired {
			p.Equal = append(p.Equal, p.P)
			add(t, d, 1)
		}
	}
	for _, t := range trials {
		for at := coarse; at < t.End; at += coarse {
			add(t, at, -1)
		}
	}
	return p
}
