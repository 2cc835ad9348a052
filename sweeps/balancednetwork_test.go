package sweeps

import (
	"math"
	"strings"
	"testing"
)

// The network is near its theory at K = 100 and N = 30 K: within 3 % where inputs are counted (the model description allows
// 5 %), within 10 % where they are taken as normal.
func TestBalancedNetworkIsNearTheory(t *testing.T) {
	t.Parallel()
	p := tinyPlan(t, `{name: t, experiment: balanced-network, replicates: 1, params: {N: 3000, burn_in: 15, record: 100, m_0: 0.25}, grid: {population: [E, I], lag: [0.5, 2]}}`)
	outer, _ := p.Outer(0)
	tasks := runAll(t, p)
	for m, tolerance := range map[string]float64{"rate": 0.03, "drive_exc": 0.03, "drive_inh": 0.03, "quenched": 0.1, "autocorrelation": 0.1} {
		mean, _ := average(tasks, p.Experiment.Metric(m))
		for row, got := range mean {
			at := p.At(outer, row)
			for _, th := range p.Experiment.Theory {
				if th.Metric != m || strings.Contains(th.Name, "normal") || th.Limit {
					continue
				}
				want := th.Eval(at)
				t.Logf("%s of %s at lag %g: %.5f, %s %.5f", m, at.Str("population"), at.Num("lag"), got, th.Name, want)
				if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
					t.Errorf("%s of %s: %.5f, %s %.5f", m, at, got, th.Name, want)
				}
			}
		}
	}
}

func TestBalancedNetworkRefuses(t *testing.T) {
	t.Parallel()
	e := balancedNetwork()
	for want, set := range map[string]map[string]Value{
		"there cannot be K = 200 inputs":  {"N": Num(100), "K": Num(200)},
		"lag = 0.25 is not a multiple":    {"lag": Num(0.25)},
		"not a multiple of 0.1 below rec": {"lag": Num(20), "record": Num(10)},
	} {
		p, err := e.Point(set)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Check(p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v, want %q", set, err, want)
		}
	}
}
