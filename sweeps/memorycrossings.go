package sweeps

import (
	"context"
	"fmt"

	"gardner/core/memory"
)

// memoryCrossings is the experiment behind the paper's maximal noise of networks
// against their size: each network gives its own crossings.
func memoryCrossings() *Experiment {
	return &Experiment{
		Name: "memory-crossings", Version: 3,
		Doc: "noise and distortion at which a trained network keeps half of its memories",
		Long: networkLong + `

Each network gives three numbers, found by bisection on the share kept of its first ` + "`tested`" + `
memories (or all, if it has fewer), under the same random numbers at every magnitude:

    sigma50      s.d. of output noise at which half of them are stable for 500 cycles (see memory-stability)
    sigma50_in   the same for input noise
    p50          distortion from which half of them are recovered (see memory-basins)

to 1 % (p50: of the largest distortion). Their means and confidence intervals are over networks. An
odd number of tested memories has no ties. Where noise does nothing (all weights are 0) a crossing is
infinite.`,
		Params: append(networkParams(),
			Param{Name: "tested", Doc: "memories tested, at most all", Kind: Integer, Default: Num(21), Min: 1, Max: 1e6, Treatment: true}),
		Metrics: append([]Metric{
			{Name: "sigma50", Doc: "output noise at which half of the memories are stable", Unit: "V_th"},
			{Name: "sigma50_in", Doc: "input noise at which half of the memories are stable", Unit: "input"},
			{Name: "p50", Doc: "distortion from which half of the memories are recovered", Unit: "probability"},
		}, networkMetrics()...),
		Artefacts:    []Artefact{networkArtefact()},
		Export:       exportNetwork,
		ExportShared: true,
		Check:        checkNetwork,
		Cost: func(outer Point, _ []Point) float64 {
			n := outer.Num("N")
			return trainingCost(outer) + outer.Num("tested")*(1e-4*n+4e-8*n*n)
		},
		Theory: networkMarginTheory(),
		Figure: FigureHint{Title: "largest noise against size", X: "N", Metrics: []string{"sigma50", "p50"}, Series: "solution", LogX: true, LogY: true},
		Run:    runMemoryCrossings,
	}
}

func runMemoryCrossings(ctx context.Context, t *Task) ([]Row, error) {
	n, trained, err := t.trained(ctx)
	if err != nil {
		return nil, err
	}
	cells := make([]Cell, 3)
	if n.network != nil {
		tester := &memory.Tester{Memories: n.memories, Network: n.network, Tested: min(t.Outer.Int("tested"), n.memories.P), Key: t.key("crossings")}
		for i, find := range []func() (float64, error){
			func() (float64, error) { return tester.Sigma50(ctx, memory.Noise{Out: 1}) },
			func() (float64, error) { return tester.Sigma50(ctx, memory.Noise{In: 1}) },
			func() (float64, error) { return tester.P50(ctx) },
		} {
			x, err := find()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", t, err)
			}
			cells[i] = Val(x)
			t.Report(trained + (1-trained)*float64(i+1)/3)
		}
	}
	row := n.row(cells...)
	rows := make([]Row, len(t.Inner))
	for i := range rows {
		rows[i] = row
	}
	return rows, nil
}
