package sweeps

import (
	"context"
	"math"
	"testing"
)

func TestWeightsAddUpAndAreNearTheory(t *testing.T) {
	t.Parallel()
	p := tinyPlan(t, `{name: t, experiment: weights, replicates: 20, params: {N: 200}, grid: {alpha: [1], solution: [A, B]}}`)
	e := p.Experiment
	counts := make([][2][]float64, p.Rows())
	samples := make([][2]float64, p.Rows())
	for o := range p.Block.Tasks() {
		rows, err := p.Task(o, nil).Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range rows {
			for m := range 2 { // excitatory, inhibitory
				h, silent := r.Cells[m], r.Cells[2+m].V
				sum := 0.0
				if counts[i][m] == nil {
					counts[i][m] = make([]float64, len(h.Vec))
				}
				for k, c := range h.Vec {
					sum += c
					counts[i][m][k] += c
				}
				samples[i][m] += float64(h.N)
				if want := []int64{160, 40}[m]; h.N != want || math.Abs(sum/float64(h.N)+silent-1) > 1e-12 || len(h.Vec)+1 != len(e.Metrics[m].Edges) {
					t.Errorf("row %d, %s: %d samples, bins %g and silent %g do not add up to 1", i, e.Metrics[m].Name, h.N, sum/float64(h.N), silent)
				}
			}
		}
	}
	outer, _ := p.Outer(0)
	for i := range p.Rows() {
		at := p.At(outer, i)
		for m := range 2 {
			edges, theory, total := e.Metrics[m].Edges, e.Theory[m], e.Theory[2+m].Eval(at)
			measured, predicted, worst := 0.0, 0.0, 0.0 // Kolmogorov's distance
			for k, c := range counts[i][m] {
				mass := theory.Mass(at, edges[k], edges[k+1])
				total += mass
				measured += c / samples[i][m]
				predicted += mass
				worst = math.Max(worst, math.Abs(measured-predicted))
			}
			if math.Abs(total-1) > 1e-4 {
				t.Errorf("%s: theory's bins and silent fraction of %s add up to %g", at, e.Metrics[m].Name, total)
			}
			// Its 99.9 % point is 1.95/sqrt(samples); the rest is the finite size.
			if worst > 1.95/math.Sqrt(samples[i][m])+0.03 {
				t.Errorf("%s: the distribution of %s is %.3f from theory", at, e.Metrics[m].Name, worst)
			}
		}
	}
}

func TestWeightHistogram(t *testing.T) {
	t.Parallel()
	exc := weightHistogram([]float64{0, 0.1, 0.2, 1.7, 100}, 1, 1)
	inh := weightHistogram([]float64{0, -0.1, -0.2, -1.7, -100}, 1, -1)
	for k, want := range map[int]float64{0: 1, 1: 1, 8: 1, 39: 0} {
		if exc.Vec[k] != want || inh.Vec[weightBins-1-k] != want {
			t.Errorf("bin %d has %g and %g weights, want %g", k, exc.Vec[k], inh.Vec[weightBins-1-k], want)
		}
	}
	if e := weightEdges(-1); exc.N != 5 || e[0] != -8 || e[weightBins] != 0 || e[weightBins-1] != -0.2 {
		t.Errorf("%d samples, edges %v", exc.N, e)
	}
	if !weightHistogram(nil, 1, 1).IsEmpty(MetricHistogram) {
		t.Error("a type without weights has a histogram")
	}
	silent := weightHistogram([]float64{0, 0}, 0, 1) // w = 0 has no unit
	if silent.N != 2 || silent.Vec[0] != 0 {
		t.Errorf("silent neuron: %+v", silent)
	}
}
