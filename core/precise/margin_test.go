package precise_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"gardner/core/linalg"
	"gardner/core/perceptron"
	"gardner/core/precise"
	"gardner/core/psp"
)

// row is z(at) and r(at) from their definitions, the resets at desired times before
// at, or up to it if after.
func row(k *psp.Kernel, t *precise.Trial, n int, at float64, after bool) (z []float64, r, margin float64) {
	z = make([]float64, n)
	for j, tj := range t.Input.Time {
		z[t.Input.Afferent[j]] += k.At(at - tj)
	}
	margin = 1
	for _, d := range t.Desired {
		if d < at || after && d == at {
			r += math.Exp((d - at) / k.TauM)
		} else {
			margin = math.Min(1, (d-at)/math.Sqrt(k.TauM*k.TauS))
			break
		}
	}
	return z, r, margin
}

func dot(a, b []float64) float64 {
	s := 0.0
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}

// The solution fires at the desired times and keeps the margin, by definition on a
// fine grid; with real resets it replays them to a millionth of a ms.
func TestMaxMarginKeepsItsPromises(t *testing.T) {
	t.Parallel()
	for _, rate := range []float64{5, 25} {
		const n = 60
		s := sequence(t, fmt.Sprint("margin", rate), n, rate)
		trials := s.Trials(6)
		m, err := precise.MaxMargin(context.Background(), s.Kernel, trials, n, linalg.New(1))
		if err != nil || !m.Feasible {
			t.Fatalf("%g Hz: %+v, %v", rate, m, err)
		}
		if m.Gap > 1e-8 || m.Violation > precise.Violation || math.Abs(m.Kappa*math.Sqrt(dot(m.Weights, m.Weights))-1) > 1e-9 {
			t.Errorf("%g Hz: gap %g, violation %g, kappa %v of |w|^2 = %v", rate, m.Gap, m.Violation, m.Kappa, dot(m.Weights, m.Weights))
		}
		for i, trial := range trials {
			for _, d := range trial.Desired {
				z, r, _ := row(s.Kernel, trial, n, d, false)
				if e := dot(z, m.Weights) - m.Theta*(1+r); math.Abs(e) > 1e-9*m.Theta {
					t.Errorf("%g Hz, trial %d: V(%v) = theta %+g", rate, i, d, e)
				}
			}
			for at := 0.0; at < trial.End; at += 0.25 {
				z, r, margin := row(s.Kernel, trial, n, at, true)
				if e := dot(z, m.Weights) - m.Theta*(1+r) + margin; e > 2e-9 {
					t.Errorf("%g Hz, trial %d: V(%v) is %g above its bound", rate, i, at, e)
				}
			}
		}
		w := make([]float64, n)
		for i := range w {
			w[i] = m.Weights[i] / m.Theta
		}
		if !precise.Replays(s.Kernel, trials, w, 1e-6) {
			t.Errorf("%g Hz: real resets do not replay the desired spikes", rate)
		}
	}
}

// The same optimum from the program as it is written, with equality rows and a free
// threshold, at all times of a grid: it is a relaxation, so its weights are no
// longer, and they grow to ours as the grid becomes finer.
func TestMaxMarginAgainstGrid(t *testing.T) {
	t.Parallel()
	const n = 30
	s := sequence(t, "grid", n, 12)
	trials := s.Trials(3)
	m, err := precise.MaxMargin(context.Background(), s.Kernel, trials, n, linalg.New(1))
	if err != nil || !m.Feasible {
		t.Fatalf("%+v, %v", m, err)
	}
	last := 0.0
	for _, step := range []float64{16, 4, 1} {
		p := &perceptron.Problem{N: n, Signs: make([]int8, n), Gamma: math.Inf(1)}
		add := func(z []float64, y, r, margin float64) {
			p.P++
			p.X, p.Labels = append(p.X, z...), append(p.Labels, y)
			p.Drive, p.Margins = append(p.Drive, -r), append(p.Margins, margin)
		}
		for _, trial := range trials {
			for _, d := range trial.Desired {
				z, r, _ := row(s.Kernel, trial, n, d, false)
				p.Equal = append(p.Equal, p.P)
				add(z, 1, r, 0)
			}
		}
		for _, trial := range trials {
			for at := step; at < trial.End; at += step {
				z, r, margin := row(s.Kernel, trial, n, at, true)
				add(z, -1, r, margin)
			}
		}
		sol, err := perceptron.FreeThreshold(context.Background(), p, nil)
		if err != nil || sol.Status != perceptron.Optimal {
			t.Fatalf("step %g: %v, %v", step, sol, err)
		}
		size := 1 / sol.KappaIn
		if size < last*(1-1e-8) || size > 1/m.Kappa*(1+1e-8) {
			t.Errorf("step %g: |w| = %v after %v, cutting planes have %v", step, size, last, 1/m.Kappa)
		}
		last = size
	}
	if d := 1 - last*m.Kappa; d > 1e-2 {
		t.Errorf("|w| = %v on a grid of 1 ms, cutting planes have %v: %g off", last, 1/m.Kappa, d)
	}
}

func TestMaxMarginWithoutSolution(t *testing.T) {
	t.Parallel()
	s := sequence(t, "conflict", 20, 10)
	a := s.Trials(3)[0]
	desired := []float64{50, 120}
	shifted := []float64{50, 121}
	k := s.Kernel
	good := precise.NewTrial(k, 20, a.Input.Time, a.Input.Afferent, desired, 200)
	bad := precise.NewTrial(k, 20, a.Input.Time, a.Input.Afferent, shifted, 200)
	m, err := precise.MaxMargin(context.Background(), k, []*precise.Trial{good, bad}, 20, linalg.New(1))
	if err != nil || m.Feasible {
		t.Errorf("equal inputs, different outputs: %+v, %v", m, err)
	}
	few := sequence(t, "few", 4, 20)
	if m, err := precise.MaxMargin(context.Background(), few.Kernel, few.Trials(5), 4, linalg.New(1)); err != nil || m.Feasible {
		t.Errorf("5 desired spikes of 4 afferents: %+v, %v", m, err)
	}
	// Silence needs no weights: theta is the margin.
	silent := precise.NewTrial(k, 20, a.Input.Time, a.Input.Afferent, nil, 200)
	m, err = precise.MaxMargin(context.Background(), k, []*precise.Trial{silent}, 20, linalg.New(1))
	if err != nil || !m.Feasible || m.Theta != 1 || dot(m.Weights, m.Weights) != 0 || !math.IsInf(m.Kappa, 1) {
		t.Errorf("silence: %+v, %v", m, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := precise.MaxMargin(ctx, k, []*precise.Trial{good}, 20, linalg.New(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
