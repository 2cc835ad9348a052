package sweeps

import (
	"context"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
)

// size is how many replicates of networks of n neurons are measured.
type size struct{ n, replicates int }

// TestNetworkCapacityAgreesWithTheory measures the neurons that limit networks at 12
// grid points (solution, f_exc, activities), and without sign constraints the two
// controls with closed values, 2 and 2.236. A and UF are extrapolated in 1/N to the
// large-N theory. B deviates from it by order N^-1/2, so what is extrapolated is the
// distance from the finite-N theory; its memories have at least one active inhibitory
// neuron, for one without makes kappa_out at most 1.
//
// One neuron of each type per replicate: those of a network share memories, and more of
// them cost what independent ones do at equal error. The slow sizes and replicates give
// standard errors of the extrapolated capacity of at most 1 %.
func TestNetworkCapacityAgreesWithTheory(t *testing.T) {
	t.Parallel()
	slow := os.Getenv("GARDNER_SLOW") != ""
	for _, c := range []struct {
		solution, params, fractions string
		quick, slow                 []size
	}{
		{"A", "kappa: 0.5", "[0.5, 0.65, 0.8]", []size{{30, 10}, {60, 10}}, []size{{100, 600}, {200, 300}, {400, 150}}},
		{"B", "kappa: 0.5, min_active: 1", "[0.5, 0.65, 0.8]", []size{{60, 10}, {100, 10}}, []size{{200, 600}, {400, 400}, {800, 100}}},
		{"UF", "kappa: 0", "[0.8]", []size{{30, 10}, {50, 10}}, []size{{50, 400}, {100, 200}, {200, 100}}},
	} {
		t.Run(c.solution, func(t *testing.T) {
			t.Parallel()
			sizes, worstError, limit := c.quick, math.Inf(1), 4.5
			if slow {
				sizes, worstError, limit = c.slow, 0.01, 3
			}
			against := &capacityTheory{points: map[string]*[]capacityMean{}}
			for _, s := range sizes {
				against.measure(t, tinyPlan(t, fmt.Sprintf(`{name: t, experiment: network-capacity, seed: 3, replicates: %d, params: {N: %d, neurons: 1, %s},
					grid: {f_exc: %s, zip: {f_E: [0.5, 0.3], f_I: [0.5, 0.15]}, solution: [%s]}}`, s.replicates, s.n, c.params, c.fractions, c.solution)))
			}
			against.check(t, worstError, limit)
		})
	}
}

// capacityTheory collects mean capacities of E neurons by grid point.
type capacityTheory struct {
	points map[string]*[]capacityMean // one mean per size
	order  []string
}

type capacityMean struct{ n, mean, variance, theory float64 }

// measure adds a plan's means, of one size.
func (c *capacityTheory) measure(t *testing.T, p *Plan) {
	metric := p.Experiment.Metric("alpha_E")
	theory := map[bool]func(Point) float64{} // by finite N
	for _, th := range p.Experiment.Theory {
		if th.Metric == "alpha_E" {
			theory[th.FiniteN] = th.Eval
		}
	}
	values := map[string][]float64{}
	for o := range p.Block.Tasks() {
		task := p.Task(o, nil)
		rows, err := task.Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		at := task.Inner[0]
		key := fmt.Sprintf("%s f_exc=%s f_E=%s f_I=%s", at.Value("solution"), at.Value("f_exc"), at.Value("f_E"), at.Value("f_I"))
		if c.points[key] == nil {
			c.points[key], c.order = new([]capacityMean), append(c.order, key)
		}
		if values[key] == nil {
			*c.points[key] = append(*c.points[key], capacityMean{n: at.Num("N"), theory: theory[at.Str("solution") == solutionB](at)})
		}
		values[key] = append(values[key], rows[0].Cells[metric].V)
	}
	for key, list := range values {
		means := *c.points[key]
		m := &means[len(means)-1]
		for _, v := range list {
			m.mean += v / float64(len(list))
		}
		for _, v := range list {
			m.variance += (v - m.mean) * (v - m.mean) / float64(len(list)*(len(list)-1))
		}
	}
}

// check fits the distances from theory at each grid point as d + c/N and wants d to be
// 0, with a standard error of at most worstError of the theory.
func (c *capacityTheory) check(t *testing.T, worstError, limit float64) {
	for _, key := range c.order {
		var sw, sx, sy, sxx, sxy float64
		line, theory := "", 0.0
		for _, m := range *c.points[key] {
			w, x, y := 1/m.variance, 1/m.n, m.mean-m.theory
			sw, sx, sy, sxx, sxy = sw+w, sx+w*x, sy+w*y, sxx+w*x*x, sxy+w*x*y
			line += fmt.Sprintf(" N=%g: %.4f +- %.4f (%.4f)", m.n, m.mean, math.Sqrt(m.variance), m.theory)
			theory = m.theory
		}
		det := sw*sxx - sx*sx
		distance, sem := (sxx*sy-sx*sxy)/det, math.Sqrt(sxx/det)
		z := distance / sem
		t.Logf("%s:%s; 1/N -> theory %+.4f +- %.4f (%.2f %%), z = %+.2f", key, line, distance, sem, 100*sem/theory, z)
		if !(math.Abs(z) < limit) {
			t.Errorf("%s disagrees with theory: z = %.2f", key, z)
		}
		if !(sem <= worstError*theory) {
			t.Errorf("%s: standard error %.2f %%, want at most %g %%", key, 100*sem/theory, 100*worstError)
		}
	}
}

// The parts of a row fit together, and bad points are refused.
func TestNetworkCapacityRows(t *testing.T) {
	t.Parallel()
	p := tinyPlan(t, `{name: t, experiment: network-capacity, params: {N: 40, neurons: 3}, grid: {solution: [A, B, UF], kappa: [0, 0.5]}}`)
	rows, err := p.Task(0, nil).Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		at := p.At(p.Task(0, nil).Outer, i)
		if at.Str("solution") == solutionB && at.Num("kappa") == 0 {
			if r.Status != UndefinedRow {
				t.Errorf("%s: %v, want undefined", at, r.Status)
			}
			continue
		}
		if r.Cells[0].V != math.Min(r.Cells[1].V, r.Cells[2].V) || !(r.Cells[0].V > 0) || !(r.Cells[3].V <= 1e-8) {
			t.Errorf("%s: %+v", at, r)
		}
	}
	// kappa = 0 of A is the limit of any bound: more robustness, fewer memories.
	if rows[0].Cells[0].V <= rows[1].Cells[0].V || rows[4].Cells[0].V <= rows[0].Cells[0].V {
		t.Errorf("A %v, %v; UF %v", rows[0].Cells, rows[1].Cells, rows[4].Cells)
	}
	only := tinyPlan(t, `{name: t, experiment: network-capacity, params: {N: 40, neurons: 3, solution: UF, kappa: 0.5}}`).Task(0, nil)
	alone, err := only.Run(context.Background())
	if err != nil || alone[0].Cells[0].V != rows[5].Cells[0].V {
		t.Errorf("alone %v, among others %v, %v", alone, rows[5], err)
	}
	for params, want := range map[string]string{
		"f_exc: 1, solution: B": "no inhibitory neuron",
		"N: 10, min_active: 3":  "more than the 2 inhibitory neurons",
		"N: 1":                  "2 to 20000",
	} {
		s, err := ParseSpec("bad", []byte(`{name: t, experiment: network-capacity, params: {`+params+`}}`), Builtin())
		if err == nil {
			_, err = s.Blocks(Builtin())
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error with %q", params, err, want)
		}
	}
	// Networks of one type.
	for _, f := range []string{"0", "1"} {
		one := tinyPlan(t, `{name: t, experiment: network-capacity, params: {N: 30, f_exc: `+f+`, solution: UF}}`).Task(0, nil)
		rows, err := one.Run(context.Background())
		if err != nil || rows[0].Status != OK || rows[0].Cells[1].IsEmpty(MetricNumber) == rows[0].Cells[2].IsEmpty(MetricNumber) {
			t.Errorf("f_exc = %s: %v, %v", f, rows, err)
		}
	}
}
