package sweeps

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestNetworkCapacityAgreesWithTheory measures the neurons that limit networks at 12
// grid points (solution, f_exc, activities), and without sign constraints the two
// controls with closed values, 2 and 2.236. A and UF are extrapolated in 1/N to the
// large-N theory. B deviates from it by order N^-1/2, so what is extrapolated is the
// distance from the finite-N theory, from the sizes where a memory without any active
// inhibitory neuron (which makes kappa_out at most 1) is rare.
func TestNetworkCapacityAgreesWithTheory(t *testing.T) {
	t.Parallel()
	slow := os.Getenv("GARDNER_SLOW") != ""
	for _, c := range []struct{ solution, kappa, fractions, sizes, quick string }{
		{"A", "0.5", "[0.5, 0.65, 0.8]", "[50, 100, 200]", "[30, 60]"},
		{"B", "0.5", "[0.5, 0.65, 0.8]", "[100, 200]", "[60, 100]"},
		{"UF", "0", "[0.8]", "[50, 100, 200]", "[30, 50]"},
	} {
		t.Run(c.solution, func(t *testing.T) {
			t.Parallel()
			sizes, replicates, limit := c.quick, "5", 4.5
			if slow {
				sizes, replicates, limit = c.sizes, "30", 3.5
			}
			p := tinyPlan(t, fmt.Sprintf(`{name: t, experiment: network-capacity, seed: 3, replicates: %s, params: {neurons: 2, kappa: %s},
				grid: {N: %s, f_exc: %s, zip: {f_E: [0.5, 0.3], f_I: [0.5, 0.15]}, solution: [%s]}}`, replicates, c.kappa, sizes, c.fractions, c.solution))
			capacityAgainstTheory(t, p, limit)
		})
	}
}

// capacityAgainstTheory fits the distances of alpha_E from theory at each grid point as
// d + c/N and wants d to be 0.
func capacityAgainstTheory(t *testing.T, p *Plan, limit float64) {
	e := p.Experiment
	metric := e.Metric("alpha_E")
	var theories [2]func(Point) float64 // large N, finite N
	for _, th := range e.Theory {
		if th.Metric == "alpha_E" && th.FiniteN {
			theories[1] = th.Eval
		} else if th.Metric == "alpha_E" {
			theories[0] = th.Eval
		}
	}
	type size struct{ n, sum, square, count, theory float64 }
	points, order := map[string]map[float64]*size{}, []string{}
	for o := range p.Block.Tasks() {
		task := p.Task(o, nil)
		rows, err := task.Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		at := task.Inner[0]
		key := fmt.Sprintf("%s f_exc=%s f_E=%s f_I=%s", at.Value("solution"), at.Value("f_exc"), at.Value("f_E"), at.Value("f_I"))
		if points[key] == nil {
			points[key], order = map[float64]*size{}, append(order, key)
		}
		s := points[key][at.Num("N")]
		if s == nil {
			s = &size{n: at.Num("N"), theory: theories[0](at)}
			if at.Str("solution") == solutionB {
				s.theory = theories[1](at)
			}
			points[key][s.n] = s
		}
		v := rows[0].Cells[metric].V
		s.sum, s.square, s.count = s.sum+v, s.square+v*v, s.count+1
	}
	for _, key := range order {
		sizes := make([]*size, 0, 3)
		for _, s := range points[key] {
			sizes = append(sizes, s)
		}
		slices.SortFunc(sizes, func(a, b *size) int { return cmp.Compare(a.n, b.n) })
		var sw, sx, sy, sxx, sxy float64
		line := ""
		for _, s := range sizes {
			mean := s.sum / s.count
			variance := (s.square/s.count - mean*mean) / (s.count - 1)
			w, x, y := 1/variance, 1/s.n, mean-s.theory
			sw, sx, sy, sxx, sxy = sw+w, sx+w*x, sy+w*y, sxx+w*x*x, sxy+w*x*y
			line += fmt.Sprintf(" N=%g: %.4f +- %.4f (%.4f)", s.n, mean, math.Sqrt(variance), s.theory)
		}
		det := sw*sxx - sx*sx
		distance, sem := (sxx*sy-sx*sxy)/det, math.Sqrt(sxx/det)
		z := distance / sem
		t.Logf("%s:%s; 1/N -> theory %+.4f +- %.4f, z = %+.2f", key, line, distance, sem, z)
		if !(math.Abs(z) < limit) {
			t.Errorf("%s disagrees with theory: z = %.2f", key, z)
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
