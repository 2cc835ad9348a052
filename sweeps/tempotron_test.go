package sweeps

import (
	"context"
	"strings"
	"testing"
)

// A capacity is a load that converges beside one that does not, within any limit of
// cycles, and more cycles never make it smaller.
func TestTempotronCapacity(t *testing.T) {
	t.Parallel()
	p := tinyPlan(t, `{name: t, experiment: tempotron, replicates: 2, params: {N: 20, K: 20, learning_rate: 0.01, momentum: 0.9}, grid: {input: [once, poisson],
		cycles: [10, 50, 200]}}`)
	for o := range p.Block.Tasks() {
		rows, err := p.Task(o, nil).Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		last := -1.0
		for i, r := range rows {
			capacity, count, used := r.Cells[0].V, r.Cells[1].V, r.Cells[2]
			if capacity*20 != count || capacity < last || capacity > 5 {
				t.Errorf("task %d, row %d: capacity %v of %v patterns, after %v", o, i, capacity, count, last)
			}
			if limit := []float64{10, 50, 200}[i]; count > 0 && !(used.V >= 1 && used.V <= limit) {
				t.Errorf("task %d, row %d: %v cycles within a limit of %v", o, i, used.V, limit)
			}
			last = capacity
		}
		if !(last > 0.3) {
			t.Errorf("task %d: capacity only %v after 200 cycles", o, last)
		}
	}
}

func TestTempotronRefuses(t *testing.T) {
	t.Parallel()
	e, err := Builtin().Lookup("tempotron")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		set  map[string]Value
		want string
	}{
		{map[string]Value{"tau_m": Num(3)}, "tau_m > tau_s > 0"},
		{map[string]Value{"N": Num(5)}, "less than one pattern"},
		{map[string]Value{"input": Str("poisson"), "rate": Num(1e4), "K": Num(1e4)}, "do not fit in memory"},
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
