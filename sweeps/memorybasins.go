package sweeps

import (
	"context"
	"fmt"

	"gardner/core/memory"
)

// memoryBasins is the experiment behind the paper's basins of attraction: a trained
// network is started at distorted memories.
func memoryBasins() *Experiment {
	return &Experiment{
		Name: "memory-basins", Version: 3,
		Doc: "whether the memories of a trained network are recovered from distorted ones",
		Long: networkLong + `

A test starts at a memory distorted so that mean activities stay: active neurons become silent with
probability p = distortion, silent ones active with probability p f/(1-f), f the activity of their
type. It runs at most ` + "`cycles`" + ` cycles without noise. The memory is recovered if the error, the share
of all neurons that differ from it after a whole cycle, reaches 0; the test fails where the error
exceeds diverged, and at any other fixed point. Memories and distortions are inner: the network is
trained once for all. A memory's distortions are nested, the flips of a smaller p being among those
of a larger one.`,
		Params: append(networkParams(),
			Param{Name: "cycles", Doc: "cycles of a test, at most", Kind: Integer, Default: Num(memory.BasinCycles), Min: 1, Max: 1e6, Treatment: true},
			Param{Name: "diverged", Doc: "a test fails where the error exceeds it", Kind: Number, Default: Num(memory.DivergedError), Min: 0, Max: 1, Treatment: true},
			memoryParam(),
			Param{Name: "distortion", Doc: "probability that an active neuron is silenced", Kind: Number, Default: Num(0.1), Min: 0, Max: 1, Inner: true, Treatment: true}),
		Metrics: append([]Metric{
			{Name: "recovered", Doc: "whether the error reached 0", Kind: MetricCount},
			{Name: "error", Doc: "error after the last cycle that was run", Unit: "share of neurons"},
			{Name: "initial_error", Doc: "error of the distorted memory", Unit: "share of neurons"},
		}, networkMetrics()...),
		Artefacts:    []Artefact{networkArtefact()},
		Export:       exportNetwork,
		ExportShared: true,
		Check: func(p Point) error {
			if most := memoryPopulation(p).MaxDistortion(); p.Num("distortion") > most {
				return fmt.Errorf("distortion = %s: at f_E = %s, f_I = %s no more than %.3g keeps mean activities", p.Value("distortion"), p.Value("f_E"), p.Value("f_I"), most)
			}
			return checkTested(p)
		},
		Cost: func(outer Point, inner []Point) float64 {
			n := outer.Num("N")
			return trainingCost(outer) + float64(len(inner))*(2e-7*n+1.5e-10*n*n)
		},
		Theory: networkMarginTheory(),
		Figure: FigureHint{Title: "basins of attraction of memories", X: "distortion", Metrics: []string{"recovered"}, Series: "solution"},
		Run: func(ctx context.Context, t *Task) ([]Row, error) {
			cycles, diverged := t.Outer.Int("cycles"), t.Outer.Num("diverged")
			initial := 0.0
			return t.tests(ctx, func(d *memory.Dynamics, n *trainedNetwork, p Point) (memory.Trial, error) {
				d.Distort(n.memories.Population, p.Num("distortion"), t.StreamAt("distortion", p, "memory"))
				initial = d.Error()
				return d.Basin(ctx, cycles, diverged, t.StreamAt("order", p, "memory", "distortion"))
			}, func(r memory.Trial) []Cell {
				return []Cell{Indicator(r.Kept), Val(r.Error), Val(initial)}
			})
		},
	}
}
