package sweeps

import (
	"fmt"
	"math"
	"testing"

	"gardner/sweeps/data"
)

// field is what row i of couplings makes of a pattern, less the threshold.
func field(e *data.Export, i int, x []float64) float64 {
	h := -e.Thresholds[i]
	for j, w := range e.Couplings.Values[i*e.Couplings.Cols : (i+1)*e.Couplings.Cols] {
		h += w * x[j]
	}
	return h
}

// In an exported network every memory is a fixed point with the margin that the row of
// the same task reports, and couplings have the signs of their types.
func TestExportedNetworkKeepsItsMemories(t *testing.T) {
	t.Parallel()
	for _, solution := range []string{solutionA, solutionB, solutionUF} {
		task := tinyPlan(t, fmt.Sprintf(`{name: t, experiment: memory-stability, params: {N: 60, alpha: 0.2, min_active: 1, solution: %s}, grid: {sigma_out: [0, 1]}}`, solution)).Task(0, nil)
		if !task.Experiment().ExportShared {
			t.Fatal("a network is exported once for each noise")
		}
		x, err := task.Experiment().Export(t.Context(), task, task.Inner[0])
		if err != nil {
			t.Fatal(err)
		}
		rows, err := task.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n, least := x.Patterns.Cols, math.Inf(1)
		if n != 60 || x.Patterns.Rows != 12 || x.Couplings.Rows != n || len(x.Thresholds) != n || len(x.Signs) != n {
			t.Fatalf("%d x %d patterns, %d x %d couplings, %d thresholds, %d types", x.Patterns.Rows, n, x.Couplings.Rows, x.Couplings.Cols, len(x.Thresholds), len(x.Signs))
		}
		used := make([]bool, n) // the row leaves out neurons that are silent in all memories
		for k, state := range x.Patterns.Values {
			used[k%n] = used[k%n] || state > 0
		}
		for mu := range x.Patterns.Rows {
			memory := x.Patterns.Values[mu*n : (mu+1)*n]
			for i := range n {
				if !used[i] {
					continue
				}
				least = math.Min(least, (2*memory[i]-1)*field(x, i, memory))
			}
		}
		if want := rows[0].Cells[task.Experiment().Metric("kappa_out_min")].V; !(math.Abs(least-want) < 1e-8) {
			t.Errorf("%s: the smallest margin is %v, the row says %v", solution, least, want)
		}
		for k, w := range x.Couplings.Values {
			if i, j := k/n, k%n; i == j && w != 0 || solution != solutionUF && w*float64(x.Signs[j]) < 0 {
				t.Fatalf("%s: the coupling from %d to %d is %v", solution, j, i, w)
			}
		}
	}
}

// The same of the architectures of role-of-inhibition, with the drive.
func TestExportedArchitectures(t *testing.T) {
	t.Parallel()
	for _, architecture := range []string{"constant", "feedback", "live", "ei", "selective"} {
		task := tinyPlan(t, fmt.Sprintf(`{name: t, experiment: role-of-inhibition, params: {N: 200, f_exc: 0.5, alpha: 0.04, architecture: %s}}`, architecture)).Task(0, nil)
		x, err := task.Experiment().Export(t.Context(), task, task.Inner[0])
		if err != nil {
			t.Fatal(err)
		}
		n := x.Patterns.Cols
		if x.Couplings == nil {
			t.Fatalf("%s could not be trained", architecture)
		}
		for mu := range x.Patterns.Rows {
			memory := x.Patterns.Values[mu*n : (mu+1)*n]
			for i := range x.Couplings.Rows {
				h := field(x, i, memory)
				if x.Drive != nil {
					h += x.Thresholds[i] * x.Drive[mu]
				}
				if !((2*memory[i]-1)*h > 0) {
					t.Errorf("%s: neuron %d loses memory %d by %v", architecture, i, mu, h)
				}
			}
		}
		if population := architecture == "live" || architecture == "ei"; (x.FromExc != nil) != population || (x.FromInh != nil) != population {
			t.Errorf("%s: random couplings %v, %v", architecture, x.FromExc, x.FromInh)
		}
	}
}
