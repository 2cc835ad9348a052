package sweeps

import (
	"context"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
)

// TestNetworkCapacityAgreesWithTheory measures the capacity of both types of neurons at
// 12 grid points (solution, f_exc, activities) and three sizes, and extrapolates. With
// activities 1/2 inputs are symmetric and corrections to A are of order 1/N; those of
// B, and the skewness of sparse inputs, are of order N^-1/2. The two controls without
// sign constraints have closed values: 2, and 2.236 where E neurons limit.
func TestNetworkCapacityAgreesWithTheory(t *testing.T) {
	t.Parallel()
	sizes, replicates, limit := "", "6", 4.5
	if os.Getenv("GARDNER_SLOW") != "" {
		sizes, replicates, limit = "[50, 100, 200]", "30", 3.5
	}
	const file = `{name: t, experiment: network-capacity, seed: 3, replicates: REPLICATES, params: {neurons: 2, kappa: KAPPA},
		grid: {N: SIZES, f_exc: FRACTIONS, zip: {f_E: [0.5, 0.3], f_I: [0.5, 0.15]}, solution: SOLUTIONS}}`
	for _, c := range []struct{ kappa, fractions, solutions, quick string }{
		{"0.5", "[0.5, 0.65, 0.8]", "[A, B]", "[40, 80]"},
		{"0", "[0.8]", "[UF]", "[30, 60]"},
	} {
		sizes := sizes
		if sizes == "" {
			sizes = c.quick
		}
		t.Run(c.solutions, func(t *testing.T) {
			t.Parallel()
			p := tinyPlan(t, strings.NewReplacer("REPLICATES", replicates, "KAPPA", c.kappa, "SIZES", sizes,
				"FRACTIONS", c.fractions, "SOLUTIONS", c.solutions).Replace(file))
			capacityAgainstTheory(t, p, limit)
		})
	}
}

// capacityAgainstTheory fits capacities of each grid point as alpha + c N^-gamma and
// compares alpha with theory.
func capacityAgainstTheory(t *testing.T, p *Plan, limit float64) {
	type sample struct{ n, sum, square, count float64 }
	type gridPoint struct {
		at      Point
		samples []*sample
	}
	points, order := map[string]*gridPoint{}, []string{}
	metric := p.Experiment.Metric("alpha")
	for o := range p.Block.Tasks() {
		task := p.Task(o, nil)
		rows, err := task.Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range rows {
			at := task.Inner[i]
			key := fmt.Sprintf("%s f_exc=%s f_E=%s f_I=%s", at.Value("solution"), at.Value("f_exc"), at.Value("f_E"), at.Value("f_I"))
			g := points[key]
			if g == nil {
				g = &gridPoint{at: at}
				points[key], order = g, append(order, key)
			}
			if len(g.samples) == 0 || g.samples[len(g.samples)-1].n != at.Num("N") {
				var known *sample
				for _, s := range g.samples {
					if s.n == at.Num("N") {
						known = s
					}
				}
				if known == nil {
					known = &sample{n: at.Num("N")}
				}
				g.samples = append(g.samples, known)
			}
			s := g.samples[len(g.samples)-1]
			v := r.Cells[metric].V
			s.sum, s.square, s.count = s.sum+v, s.square+v*v, s.count+1
		}
	}
	for _, key := range order {
		g := points[key]
		power := 1.0
		if g.at.Str("solution") == solutionB || g.at.Num("f_E") != 0.5 {
			power = 0.5
		}
		seen := map[*sample]bool{}
		var sw, sx, sy, sxx, sxy float64
		line := ""
		for _, s := range g.samples {
			if seen[s] {
				continue
			}
			seen[s] = true
			mean := s.sum / s.count
			variance := (s.square/s.count - mean*mean) / (s.count - 1)
			w, x := 1/variance, math.Pow(s.n, -power)
			sw, sx, sy, sxx, sxy = sw+w, sx+w*x, sy+w*mean, sxx+w*x*x, sxy+w*x*mean
			line += fmt.Sprintf(" N=%g: %.4f +- %.4f", s.n, mean, math.Sqrt(variance))
		}
		det := sw*sxx - sx*sx
		alpha, sem := (sxx*sy-sx*sxy)/det, math.Sqrt(sxx/det)
		want := p.Experiment.Theory[0].Eval(g.at)
		z := (alpha - want) / sem
		t.Logf("%s:%s; N^-%g -> %.4f +- %.4f, theory %.4f, z = %+.2f", key, line, power, alpha, sem, want, z)
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
