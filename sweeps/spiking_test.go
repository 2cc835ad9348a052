package sweeps

import (
	"context"
	"math"
	"strings"
	"testing"
)

// With a threshold far out of reach nothing fires, and the curve is that of chance;
// the counts of a task agree with each other.
func TestSpikingCountsAgree(t *testing.T) {
	t.Parallel()
	p := tinyPlan(t, `{name: t, experiment: spiking, params: {N: 80, alpha: 0.5, trials: 4, n_noise: 500}, grid: {rate: [1e-6, 12],
		solution: [A, B], sigma_noise: [0, 2], threshold: [0, 2]}}`)
	e := p.Experiment
	cell := func(r Row, name string) Cell { return r.Cells[e.Metric(name)] }
	for o := range p.Block.Tasks() {
		rows, err := p.Task(o, nil).Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		outer, _ := p.Outer(o)
		for i, r := range rows {
			at := p.At(outer, i)
			plus, minus := cell(r, "count_plus"), cell(r, "count_minus")
			if plus.N != 4*4 || minus.N != 36*4 {
				t.Errorf("%s: %d and %d presentations, want 16 and 144", at, plus.N, minus.N)
			}
			var mean, above float64
			for n, k := range plus.Vec {
				mean += float64(n) * k / float64(plus.N)
				if n >= at.Int("threshold") {
					above += k
				}
			}
			if got := cell(r, "mean_plus").V; math.Abs(got-mean) > 1e-12 || cell(r, "plus_above").V != above {
				t.Errorf("%s: mean count %v, at least threshold %v; the histogram says %v and %v", at, got, cell(r, "plus_above").V, mean, above)
			}
			silent := outer.Num("rate") < 1 && at.Num("sigma_noise") == 0
			if area := cell(r, "area").V; silent && area != 0.5 || area < 0 || area > 1 {
				t.Errorf("%s: area %v", at, area)
			}
			if silent && cell(r, "mean_minus").V != 0 {
				t.Errorf("%s: fires without input", at)
			}
			if at.Int("threshold") == 0 && (cell(r, "plus_above").V != 16 || cell(r, "minus_below").V != 0) {
				t.Errorf("%s: a threshold of 0 does not take everything for a plus", at)
			}
		}
		if outer.Num("rate") > 1 {
			if m := cell(rows[0], "mean_plus").V; !(m > 0.3) {
				t.Errorf("mean count of plus presentations only %v", m)
			}
		}
	}
}

func TestSpikingRefuses(t *testing.T) {
	t.Parallel()
	e, err := Builtin().Lookup("spiking")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		set  map[string]Value
		want string
	}{
		{map[string]Value{"family_exc": Str("gaussian")}, "can be negative"},
		{map[string]Value{"mean_inh": Num(2)}, "can be negative"},
		{map[string]Value{"tau_s": Num(30)}, "tau_m > tau_s > 0"},
		{map[string]Value{"rate": Num(1e6), "T": Num(1e5)}, "input spikes"},
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
