package precise

import (
	"context"
	"math"
	"testing"

	"gardner/core/linalg"
	"gardner/core/perceptron"
	"gardner/core/rng"
)

// Rows that come one by one end at the optimum of the certified solver, or are excluded
// where it has a Farkas vector.
func TestLeastNormAgainstTheSolver(t *testing.T) {
	t.Parallel()
	seen := map[perceptron.Status]int{}
	for trial := range 60 {
		r := rng.New(rng.NewKey("least norm", string(rune('a'+trial))))
		n := 3 + trial%10
		rows := n/2 + 7*trial%(5*n)
		s := newLeastNorm(n, linalg.New(1))
		p := &perceptron.Problem{P: rows, N: n, Signs: make([]int8, n), Gamma: math.Inf(1)}
		cuts := make([]cut, rows)
		for i := range cuts {
			cuts[i] = cut{x: make([]float64, n), margin: 0.5 + r.Float64()}
			r.FillNorm(cuts[i].x)
			if i > 0 && i%4 == 0 { // nearly the same row
				for k := range cuts[i].x {
					cuts[i].x[k] = cuts[i-1].x[k] + 1e-5*cuts[i].x[k]
				}
			}
			p.X, p.Labels, p.Margins = append(p.X, cuts[i].x...), append(p.Labels, -1), append(p.Margins, cuts[i].margin)
		}
		want, err := perceptron.FeasibleZeroThreshold(context.Background(), p, nil)
		if err != nil {
			t.Fatal(err)
		}
		seen[want.Status]++
		status := perceptron.Optimal
		for changed := true; changed && status == perceptron.Optimal; {
			changed = false
			for i := range cuts {
				if s.slack(&cuts[i]) < -1e-10 {
					changed = true
					if !s.add(cuts[i]) {
						status = perceptron.Infeasible
						break
					}
				}
			}
		}
		if status != want.Status {
			t.Errorf("trial %d: %d rows of %d are %v, the solver says %v", trial, rows, n, status, want.Status)
			continue
		}
		for i := range want.Weights {
			if scale := 1 / want.KappaIn; math.Abs(s.x[i]-want.Weights[i]) > 1e-7*scale {
				t.Errorf("trial %d: x[%d] = %v, the solver has %v", trial, i, s.x[i], want.Weights[i])
			}
		}
		if status == perceptron.Infeasible {
			continue
		}
		sum := make([]float64, n)
		for i, c := range s.active {
			if s.lambda[i] < 0 {
				t.Errorf("trial %d: multiplier %v", trial, s.lambda[i])
			}
			linalg.Axpy(-s.lambda[i], c.x, sum)
		}
		for i := range sum {
			if math.Abs(sum[i]-s.x[i]) > 1e-6/want.KappaIn {
				t.Errorf("trial %d: x[%d] = %v, its multipliers make %v", trial, i, s.x[i], sum[i])
			}
		}
	}
	if seen[perceptron.Optimal] < 10 || seen[perceptron.Infeasible] < 10 {
		t.Errorf("the trials end as %v: too few of one kind", seen)
	}
}
