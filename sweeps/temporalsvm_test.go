package sweeps

import (
	"context"
	"strings"
	"testing"
)

// Loads of one replicate are nested: the margin shrinks with the load, and no weights
// come back where there were none.
func TestTemporalSVMIsNested(t *testing.T) {
	t.Parallel()
	p := tinyPlan(t, `{name: t, experiment: temporal-svm, params: {N: 60, rate_out: 20}, grid: {alpha: [0.05, 0.1, 0.2, 0.6, 1.5]}}`)
	e := p.Experiment
	kappa, feasible := -1.0, true
	for o := range p.Block.Tasks() {
		rows, err := p.Task(o, nil).Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		cell := func(name string) Cell { return rows[0].Cells[e.Metric(name)] }
		if cell("feasible").V == 0 {
			feasible = false
			if rows[0].Status != InfeasibleRow || !cell("kappa").IsEmpty(MetricNumber) {
				t.Errorf("task %d: infeasible with status %s and kappa %v", o, rows[0].Status, cell("kappa").V)
			}
			continue
		}
		now := cell("kappa").V
		if !feasible || kappa > 0 && now > kappa*(1+1e-8) {
			t.Errorf("task %d: kappa %v after %v, feasible before: %v", o, now, kappa, feasible)
		}
		if cell("replays").V != 1 || cell("violation").V > 1e-9 || cell("gap").V > 1e-8 {
			t.Errorf("task %d: replays %v, violation %v, gap %v", o, cell("replays").V, cell("violation").V, cell("gap").V)
		}
		kappa = now
	}
	if kappa < 0 || feasible {
		t.Errorf("kappa %v at last, feasible at 1.5 spikes per synapse: %v", kappa, feasible)
	}
}

func TestTemporalSVMRefuses(t *testing.T) {
	t.Parallel()
	e, err := Builtin().Lookup("temporal-svm")
	if err != nil {
		t.Fatal(err)
	}
	p, err := e.Point(map[string]Value{"alpha": Num(0.001), "N": Num(100)})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Check(p); err == nil || !strings.Contains(err.Error(), "leaves no desired spike") {
		t.Errorf("error %v", err)
	}
}
