package sweeps

import (
	"context"
	"strings"
	"testing"
)

// Capacities of both rules are loads within the limit, and do not shrink with more
// cycles; more desired spikes than afferents are beyond the high threshold rule.
func TestPreciseSpikesCapacity(t *testing.T) {
	t.Parallel()
	p := tinyPlan(t, `{name: t, experiment: precise-spikes, params: {N: 60, T: 250, step: 0.05}, grid: {rule: [finite-precision, high-threshold],
		rate_out: [5, 40], cycles: [20, 100, 400]}}`)
	for o := range p.Block.Tasks() {
		rows, err := p.Task(o, nil).Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		last := -1.0
		for i, r := range rows {
			capacity, count, used := r.Cells[0].V, r.Cells[1].V, r.Cells[2]
			if capacity != count/60 || capacity < last || capacity > 1 {
				t.Errorf("task %d, row %d: capacity %v of %v spikes, after %v", o, i, capacity, count, last)
			}
			if limit := []float64{20, 100, 400}[i]; count > 0 && !(used.V >= 1 && used.V <= limit) {
				t.Errorf("task %d, row %d: %v cycles within a limit of %v", o, i, used.V, limit)
			}
			last = capacity
		}
		if !(last >= 0.05) {
			t.Errorf("task %d: capacity only %v after 400 cycles", o, last)
		}
	}
}

func TestPreciseSpikesRefuses(t *testing.T) {
	t.Parallel()
	e, err := Builtin().Lookup("precise-spikes")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		set  map[string]Value
		want string
	}{
		{map[string]Value{"tau_s": Num(25)}, "tau_m > tau_s > 0"},
		{map[string]Value{"rate_out": Num(200)}, "lower rate_out or eps"},
		{map[string]Value{"T": Num(15)}, "more than tau_m"},
		{map[string]Value{"N": Num(10)}, "less than one spike"},
		{map[string]Value{"rate_out": Num(0.001)}, "do not fit in memory"},
	} {
		p, err := e.Point(c.set)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Check(p); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want %q", c.set, err, c.want)
		}
	}
}
