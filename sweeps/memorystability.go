package sweeps

import (
	"context"
	"math"

	"gardner/core/memory"
)

// memoryStability is the experiment behind the paper's stability of memories under
// noise: trained once, a network is tried at every noise magnitude from every memory.
func memoryStability() *Experiment {
	magnitude := func(name, doc, unit string, level float64) Param {
		return Param{Name: name, Doc: doc, Unit: unit, Kind: Number, Default: Num(level), Min: 0, Max: math.MaxFloat64, Inner: true, Treatment: true}
	}
	return &Experiment{
		Name: "memory-stability", Version: 3,
		Doc: "whether the memories of a trained network stay stable under input and output noise",
		Long: networkLong + `

A test starts at a memory and runs ` + "`cycles`" + ` cycles with noise. The memory is stable if the error,
the share of all neurons that differ from it after a whole cycle, never exceeds tolerance; the test
ends where it does. Memories and noise magnitudes are inner: the network is trained once for all.
Each test has random numbers of its own. The stable share over the memories of a network is a share
of tests, whose confidence interval takes tests as independent.`,
		Params: append(networkParams(),
			Param{Name: "cycles", Doc: "cycles of a test", Kind: Integer, Default: Num(memory.StabilityCycles), Min: 1, Max: 1e6, Treatment: true},
			Param{Name: "tolerance", Doc: "a memory is stable while the error does not exceed it", Kind: Number, Default: Num(memory.StableError), Min: 0, Max: 1, Treatment: true},
			memoryParam(),
			magnitude("sigma_in", "standard deviation of the noise of each input", "input", 0),
			magnitude("sigma_out", "standard deviation of the noise of the potential", "V_th", 0.1)),
		Metrics: append([]Metric{
			{Name: "stable", Doc: "whether the error never exceeded the tolerance", Kind: MetricCount},
			{Name: "error", Doc: "error after the last cycle that was run", Unit: "share of neurons"},
			{Name: "worst_error", Doc: "largest error after any cycle that was run", Unit: "share of neurons"},
		}, networkMetrics()...),
		Artefacts:    []Artefact{networkArtefact()},
		Export:       exportNetwork,
		ExportShared: true,
		Check:        checkTested,
		Cost: func(outer Point, inner []Point) float64 {
			// A cycle without flips takes 5 ns a neuron; near the crossing some per cent of all flip, at N/4 ns each.
			n := outer.Num("N")
			return trainingCost(outer) + float64(len(inner))*outer.Num("cycles")*(5e-9*n+1e-12*n*n)
		},
		Theory: networkMarginTheory(),
		Figure: FigureHint{Title: "stability of memories under output noise", X: "sigma_out", Metrics: []string{"stable"}, Series: "solution", LogX: true},
		Run: func(ctx context.Context, t *Task) ([]Row, error) {
			cycles, tolerance := t.Outer.Int("cycles"), t.Outer.Num("tolerance")
			return t.tests(ctx, func(d *memory.Dynamics, _ *trainedNetwork, p Point) (memory.Trial, error) {
				noise, order := t.testStreams(p, "memory", "sigma_in", "sigma_out")
				return d.Stability(ctx, memory.Noise{In: p.Num("sigma_in"), Out: p.Num("sigma_out")}, cycles, tolerance, noise, order)
			}, func(r memory.Trial) []Cell {
				return []Cell{Indicator(r.Kept), Val(r.Error), Val(r.Worst)}
			})
		},
	}
}
