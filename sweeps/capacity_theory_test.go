package sweeps_test

import (
	"context"
	"math"
	"os"
	"testing"

	"gardner/sweeps"
)

// TestCapacityAgreesWithTheory measures the capacity with gaussian inputs, for
// which h is normal at every N, and compares it with the large-N theory of A and
// the finite-N theory of B. (The skewness of exponential and gamma inputs adds a
// term of order N^-1/2, 2 % at N = 400, that no theory here has.) Streams are
// fixed, so the z-scores are, too.
func TestCapacityAgreesWithTheory(t *testing.T) {
	t.Parallel()
	sizes, replicates := "[50, 100]", "40"
	if os.Getenv("GARDNER_SLOW") != "" {
		sizes, replicates = "[100, 200, 400]", "400"
	}
	registry := sweeps.Builtin()
	spec, err := sweeps.ParseSpec("gaussian.yaml", []byte(`
name: gaussian
experiment: capacity
replicates: `+replicates+`
params: {family_exc: gaussian, family_inh: gaussian}
grid:
  N: `+sizes+`
  solution: [A, B]
  kappa: [0.5, 1]
`), registry)
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := spec.Blocks(registry)
	if err != nil {
		t.Fatal(err)
	}
	type group struct {
		n               int
		solution        string
		kappa           float64
		sum, sumSquares float64
		count           float64
		theory          float64
	}
	groups := map[string]*group{}
	var order []*group
	for _, b := range blocks {
		plan, err := registry.Plan(b)
		if err != nil {
			t.Fatal(err)
		}
		for o := range b.Tasks() {
			task := plan.Task(o, nil)
			rows, err := task.Run(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			for i, row := range rows {
				p := task.Inner[i]
				metric, wanted := "alpha_in", "theory"
				if p.Str("solution") == "B" {
					metric, wanted = "alpha_balanced", "finite-N theory"
				}
				g := groups[p.String()]
				if g == nil {
					g = &group{n: p.Int("N"), solution: p.Str("solution"), kappa: p.Num("kappa")}
					for _, th := range plan.Experiment.Theory {
						if th.Metric == metric && th.Name == wanted {
							g.theory = th.Eval(p)
						}
					}
					groups[p.String()] = g
					order = append(order, g)
				}
				v := row.Cells[plan.Experiment.Metric(metric)].V
				g.sum, g.sumSquares, g.count = g.sum+v, g.sumSquares+v*v, g.count+1
			}
		}
	}
	for _, g := range order {
		mean := g.sum / g.count
		sem := math.Sqrt((g.sumSquares/g.count - mean*mean) / (g.count - 1))
		z := (mean - g.theory) / sem
		t.Logf("N=%d solution %s kappa %g: %.4f +- %.4f, theory %.4f, z = %+.2f", g.n, g.solution, g.kappa, mean, sem, g.theory, z)
		if !(math.Abs(z) < 3.5) {
			t.Errorf("N=%d solution %s kappa %g disagrees with theory: z = %.2f", g.n, g.solution, g.kappa, z)
		}
	}
}
