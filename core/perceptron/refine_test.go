package perceptron

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// parallelCuts has equality rows, each beside a row with the other label that differs from it by delta only, as desired spikes
// and the silence right before them make them. Its margins are of order delta.
func parallelCuts(seed uint64, delta, gamma, d float64) *Problem {
	const n, pairs = 40, 5
	r := rand.New(rand.NewPCG(seed, 9))
	p := instance(r, "exponential", n, 2*pairs+10, 0.8, 0.3, gamma)
	p.Margins = make([]float64, p.P)
	for mu := range p.Margins {
		p.Margins[mu] = 1
	}
	for k := 0; k < 2*pairs; k += 2 {
		p.Equal = append(p.Equal, k)
		p.Margins[k] = d
		p.Labels[k], p.Labels[k+1] = 1, -1
		for i := range n {
			p.X[(k+1)*n+i] = p.X[k*n+i] + float64(delta*r.NormFloat64())
		}
	}
	return p
}

// Answers down to margins of 1e-7: Check accepts each, and few problems stay without one.
func TestParallelCuts(t *testing.T) {
	t.Parallel()
	for _, delta := range []float64{1e-3, 1e-5, 1e-6, 1e-7} {
		for _, gamma := range []float64{1, math.Inf(1)} {
			for _, d := range []float64{0, 1} {
				for _, k := range kinds {
					open := 0
					for seed := range uint64(6) {
						p := parallelCuts(seed, delta, gamma, d)
						s, err := solvers[k](context.Background(), p, nil)
						var numerical *NumericalError
						if errors.As(err, &numerical) {
							open++
							continue
						}
						if err != nil {
							t.Fatal(err)
						}
						if _, err := Check(p, k, s); err != nil {
							t.Errorf("delta %g gamma %g d %g seed %d: %v: %v", delta, gamma, d, seed, k, err)
						}
					}
					if limit := map[bool]int{true: 0, false: 2}[delta >= 1e-3]; open > limit {
						t.Errorf("delta %g gamma %g d %g: %v: %d of 6 undecided", delta, gamma, d, k, open)
					}
				}
			}
		}
	}
}

// Two patterns that differ by delta only, with different labels: whatever is answered, Check accepts it. There are solutions, with
// margins of the order of delta, so that it is never that there is none unless delta is rounding.
func TestNearContradictions(t *testing.T) {
	t.Parallel()
	const n = 40
	for _, delta := range []float64{1e-4, 1e-8, 1e-10, 1e-11, 1e-12, 1e-13, 1e-15} {
		for _, gamma := range []float64{1, math.Inf(1)} {
			for seed := range uint64(10) {
				r := rand.New(rand.NewPCG(seed, 5))
				p := instance(r, "exponential", n, 20, 0.8, 0.3, gamma)
				p.Labels[0], p.Labels[1] = 1, -1
				for i := range n {
					p.X[n+i] = p.X[i] + float64(delta*r.NormFloat64())
				}
				for _, k := range kinds {
					s, err := solvers[k](context.Background(), p, nil)
					var numerical *NumericalError
					if errors.As(err, &numerical) && delta < 1e-8 {
						continue
					}
					if err != nil {
						t.Fatalf("delta %g gamma %g seed %d: %v", delta, gamma, seed, err)
					}
					if _, err := Check(p, k, s); err != nil {
						t.Errorf("delta %g gamma %g seed %d: %v: %v", delta, gamma, seed, k, err)
					}
					if delta > 1e-14 && k != KindThresholdAtZero && s.Status != Optimal {
						t.Errorf("delta %g gamma %g seed %d: %v: %v", delta, gamma, seed, k, s.Status)
					}
				}
			}
		}
	}
}
