package sweeps_test

import (
	"fmt"
	"testing"

	"gardner/sweeps"
)

// Neurons with afferents of one type only: with inhibition alone no pattern of non-negative inputs can be answered +1,
// which must be proved; with excitation alone a light load has a certified solution.
func TestOneTypeOfAfferents(t *testing.T) {
	t.Parallel()
	for fExc, want := range map[string]sweeps.Status{"0": sweeps.InfeasibleRow, "1": sweeps.OK} {
		yaml := fmt.Sprintf("name: t\nexperiment: single-neuron\nreplicates: 5\nparams: {N: 20, alpha: 0.2, p_out: 0.5, f_exc: %s}\ngrid: {solution: [A, B]}\n", fExc)
		spec, err := sweeps.ParseSpec("t", []byte(yaml), sweeps.Builtin())
		if err != nil {
			t.Fatal(err)
		}
		blocks, err := spec.Blocks(sweeps.Builtin())
		if err != nil {
			t.Fatal(err)
		}
		for ordinal := range blocks[0].Tasks() {
			task, err := blocks[0].TaskAt(sweeps.Builtin(), ordinal, nil)
			if err != nil {
				t.Fatal(err)
			}
			rows, err := task.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			e := task.Experiment()
			for _, row := range rows {
				gap, margin := row.Cells[e.Metric("gap")].V, row.Cells[e.Metric("signed_margin")].V
				if row.Status != want || want == sweeps.OK && !(gap <= 1e-8) || want == sweeps.InfeasibleRow && !(gap >= 0 && margin <= 0) {
					t.Errorf("f_exc = %s, replicate %d: %v with gap %g, margin %g", fExc, task.Replicate, row.Status, gap, margin)
				}
			}
		}
	}
}
