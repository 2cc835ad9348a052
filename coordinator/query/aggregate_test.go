package query

import (
	"fmt"
	"math"
	"math/big"
	"sort"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gardner/coordinator/store"
	"gardner/sweeps"
)

// expected is one line of an aggregate, computed from the rows without any of the
// package's code: exact sums, two passes, sorted values.
type expected struct {
	n                            int
	mean, sd, median, min, max   float64
	k, trials                    int64
	sound, infeasible, undefined int
}

// brute groups the rows of whole blocks by the text of the By values.
func brute(f *fixture, blocks []*sweeps.Block, by []string, pass func(p sweeps.Point, replicate int, r sweeps.Row) bool) map[string]map[string]*expected {
	values := map[string]map[string][]float64{}
	out := map[string]map[string]*expected{}
	for _, b := range blocks {
		plan, _ := f.exp.Plan(b)
		for o := range b.Tasks() {
			outer, replicate := plan.Outer(o)
			for i := range plan.Rows() {
				p := plan.At(outer, i)
				row := demoRow(p, replicate, b.Seed)
				if !pass(p, replicate, row) {
					continue
				}
				var parts []string
				for _, name := range by {
					if name == "replicate" {
						parts = append(parts, fmt.Sprint(replicate))
					} else {
						parts = append(parts, p.Value(name).String())
					}
				}
				key := strings.Join(parts, "|")
				if out[key] == nil {
					out[key], values[key] = map[string]*expected{}, map[string][]float64{}
					for _, m := range f.exp.Metrics {
						out[key][m.Name] = &expected{}
					}
				}
				for m, e := range out[key] {
					c := row.Cells[f.exp.Metric(m)]
					switch row.Status {
					case sweeps.OK:
						e.sound++
					case sweeps.InfeasibleRow:
						e.infeasible++
					case sweeps.UndefinedRow:
						e.undefined++
					}
					switch m {
					case "y", "only_b":
						if c.V == c.V {
							values[key][m] = append(values[key][m], c.V)
						}
					case "feasible":
						if c.V == c.V {
							e.n++
							e.k += int64(c.V)
							e.trials += c.N
						}
					}
				}
			}
		}
	}
	for key, metrics := range values {
		for m, xs := range metrics {
			e := out[key][m]
			e.n = len(xs)
			sort.Float64s(xs)
			sum := new(big.Float).SetPrec(300)
			for _, x := range xs {
				sum.Add(sum, big.NewFloat(x))
			}
			mean := sum.Quo(sum, new(big.Float).SetInt64(int64(len(xs))))
			squares := new(big.Float).SetPrec(300)
			for _, x := range xs {
				d := new(big.Float).SetPrec(300).Sub(big.NewFloat(x), mean)
				squares.Add(squares, d.Mul(d, d))
			}
			e.mean, _ = mean.Float64()
			v, _ := squares.Float64()
			e.sd = math.Sqrt(v / float64(len(xs)-1))
			e.min, e.max = xs[0], xs[len(xs)-1]
			e.median = (xs[(len(xs)-1)/2] + xs[len(xs)/2]) / 2
		}
	}
	return out
}

// num reads a float of a line, NaN for no value.
func (t *Table) num(row []Field, column string) float64 {
	i := t.Column(column)
	if i < 0 || !row[i].Valid {
		return math.NaN()
	}
	if t.Columns[i].Kind == Float {
		return row[i].Num
	}
	return float64(row[i].Int)
}

func (t *Table) text(row []Field, column string) string {
	i := t.Column(column)
	return string(appendPlain(nil, t.Columns[i].Kind, &row[i]))
}

func TestAggregatesAgainstBruteForce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	seed := uint64(100)
	filters := []struct {
		where string
		pass  func(p sweeps.Point, replicate int, r sweeps.Row) bool
	}{
		{"", func(sweeps.Point, int, sweeps.Row) bool { return true }},
		{"alpha >= 1 and N != 200", func(p sweeps.Point, _ int, _ sweeps.Row) bool { return p.Num("alpha") >= 1 && p.Num("N") != 200 }},
		{`kappa < 1 && solution == "A" && replicate % 2 == 0`, func(p sweeps.Point, r int, _ sweeps.Row) bool {
			return p.Num("kappa") < 1 && p.Str("solution") == "A" && r%2 == 0
		}},
		{`status == "ok" and y > 0.4`, func(_ sweeps.Point, _ int, r sweeps.Row) bool { return r.Status == sweeps.OK && r.Cells[0].V > 0.4 }},
		{"feasible_k >= 5 or empty(y)", func(_ sweeps.Point, _ int, r sweeps.Row) bool {
			return r.Cells[1].V >= 5 || math.IsNaN(r.Cells[0].V)
		}},
	}
	rapid.Check(t, func(t *rapid.T) {
		seed++
		// Two disjoint blocks: more replicates of another grid.
		b1, id1 := f.block(t, seed, 0, rapid.IntRange(1, 4).Draw(t, "replicates"), drawAxes(t, "one ")...)
		b2, id2 := f.block(t, seed, 4, 6, drawAxes(t, "two ")...)
		f.compute(t, b1, id1, all(b1), nil)
		f.compute(t, b2, id2, all(b2), nil)
		f.sweep(t, "s", id1, id2)
		leaf := uint64(rapid.IntRange(0, 4).Draw(t, "leaf")) // 0: as it comes
		by := rapid.Permutation([]string{"N", "alpha", "solution", "kappa", "replicate", "labels"}).Draw(t, "by")
		by = by[:rapid.IntRange(0, len(by)).Draw(t, "by n")]
		if by == nil {
			by = []string{}
		}
		filter := rapid.SampledFrom(filters).Draw(t, "where")
		got := f.run(t, Request{Sweep: "s", By: by, Where: filter.where, leaf: leaf})
		want := brute(f, []*sweeps.Block{b1, b2}, by, filter.pass)
		seen := map[string]bool{}
		for _, row := range got.Rows {
			var parts []string
			for _, name := range by {
				parts = append(parts, got.text(row, name))
			}
			key, metric := strings.Join(parts, "|"), got.text(row, "metric")
			if metric == "profile" || metric == "weights" {
				continue
			}
			e := want[key][metric]
			if e == nil || seen[key+"/"+metric] {
				t.Fatalf("unexpected or repeated line %s %s", key, metric)
			}
			seen[key+"/"+metric] = true
			checkLine(t, got, row, e, metric == "feasible")
		}
		for key, metrics := range want {
			for m, e := range metrics {
				if m == "profile" || m == "weights" {
					continue
				}
				if due := e.n > 0 || e.sound == 0; due != seen[key+"/"+m] {
					t.Fatalf("line %s %s: there is %v, due %v", key, m, seen[key+"/"+m], due)
				}
			}
		}
	})
}

func checkLine(t *rapid.T, got *Table, row []Field, e *expected, count bool) {
	is := func(column string, want, tol float64) {
		if x := got.num(row, column); !relative(x, want, tol) && math.Abs(x-want) > 1e-13 {
			t.Fatalf("%s is %v, want %v in the line %v", column, x, want, row)
		}
	}
	is("n", float64(e.n), 0)
	is("n_infeasible", float64(e.infeasible), 0)
	is("n_undefined", float64(e.undefined), 0)
	nan := math.NaN()
	if count {
		p := float64(e.k) / float64(e.trials)
		is("mean", p, 1e-15)
		is("count_k", float64(e.k), 0)
		is("count_n", float64(e.trials), 0)
		is("sem", math.Sqrt(p*(1-p)/float64(e.trials)), 1e-14)
		is("median", nan, 0)
		return
	}
	if e.n == 0 {
		e.mean, e.min, e.max, e.median = nan, nan, nan, nan
	}
	if e.n < 2 {
		e.sd = nan
	}
	is("mean", e.mean, 1e-15)
	is("sd", e.sd, 1e-12)
	is("sem", e.sd/math.Sqrt(float64(e.n)), 1e-12)
	is("min", e.min, 0)
	is("max", e.max, 0)
	is("median", e.median, 1e-15)
	half := studentT(int64(e.n-1)) * e.sd / math.Sqrt(float64(e.n))
	is("ci95_low", e.mean-half, 1e-12)
	is("ci95_high", e.mean+half, 1e-12)
	is("count_n", nan, 0)
}

// TestOutputDoesNotDependOnArrival stores the same results in several orders,
// some under another block, and compares all outputs byte for byte.
func TestOutputDoesNotDependOnArrival(t *testing.T) {
	t.Parallel()
	axes := []sweeps.Axis{sweeps.Numbers("N", 50, 100), sweeps.Numbers("alpha", 0.5, 1, 1.5), sweeps.Numbers("kappa", 0, 0.1, 0.5)}
	var want [2]string
	for order := range 4 {
		f := newFixture(t)
		b, id := f.block(t, 1, 0, 20, axes...)
		switch order {
		case 0:
			f.compute(t, b, id, all(b), nil)
		case 1: // backwards, one at a time
			for o := range b.Tasks() {
				f.compute(t, b, id, []uint64{b.Tasks() - 1 - o}, nil)
			}
		case 2: // half of it under an earlier sweep, with its axes the other way round
			early, earlyID := f.block(t, 1, 3, 9, sweeps.Numbers("kappa", 0.5, 0), sweeps.Numbers("alpha", 1.5, 1), sweeps.Numbers("N", 100, 50))
			f.compute(t, early, earlyID, all(early), nil)
			plan, _ := f.exp.Plan(b)
			f.compute(t, b, id, all(b), func(o uint64) []int {
				outer, r := plan.Outer(o)
				if r >= 3 && r < 9 && outer.Num("alpha") > 0.5 {
					return []int{1} // kappa 0.1; the others are there already
				}
				return nil
			})
		case 3: // with a bigger block that has everything
			big, bigID := f.block(t, 1, 0, 30, append([]sweeps.Axis{axes[2], axes[1]}, sweeps.Numbers("N", 25, 100, 50))...)
			f.compute(t, big, bigID, all(big), nil)
		}
		f.sweep(t, "s", id)
		got := [2]string{f.write(t, Request{Sweep: "s"}, CSV), f.write(t, Request{Sweep: "s", Raw: true}, CSV)}
		if order == 0 {
			want = got
		} else if got != want {
			t.Errorf("order %d gives another output", order)
		}
	}
	if lines := strings.Count(want[1], "\n"); lines != 1+20*6*3 {
		t.Errorf("%d raw lines", lines)
	}
}

func TestTheoryColumns(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b, id := f.block(t, 1, 0, 50, sweeps.Numbers("N", 50, 100), sweeps.Numbers("alpha", 0.5, 1), sweeps.Numbers("kappa", 0, 0.5))
	f.compute(t, b, id, all(b), nil)
	f.sweep(t, "s", id)
	for _, c := range []struct {
		by                    []string
		theory, finite, score bool // which columns have values
	}{
		{nil, true, true, true},
		{[]string{"alpha", "kappa"}, true, false, true}, // pools N, on which the first does not depend
		{[]string{"N", "kappa"}, false, false, false},
	} {
		got := f.run(t, Request{Sweep: "s", By: c.by, Metrics: []string{"y", "feasible"}})
		for _, row := range got.Rows {
			if got.text(row, "metric") == "feasible" {
				p, n := got.num(row, "mean"), got.num(row, "count_n")
				if z := got.num(row, "z"); !relative(z, (p-.5)/math.Sqrt(.25/n), 1e-12) || !math.IsNaN(got.num(row, "theory_finite_n")) {
					t.Errorf("by %v: z of a count is %v", c.by, z)
				}
				continue
			}
			theory, z, finite := got.num(row, "theory"), got.num(row, "z"), got.num(row, "theory_finite_n")
			if math.IsNaN(theory) == c.theory || math.IsNaN(finite) == c.finite || math.IsNaN(z) == c.score {
				t.Errorf("by %v: theory %v, finite N %v, z %v", c.by, theory, finite, z)
			}
			if c.theory && !relative(theory, got.num(row, "alpha")-got.num(row, "kappa"), 1e-15) {
				t.Errorf("by %v: theory %v", c.by, theory)
			}
			if c.score && (!relative(z, (got.num(row, "mean")-theory)/got.num(row, "sem"), 1e-12) || math.Abs(z) > 5) {
				t.Errorf("by %v: z %v", c.by, z)
			}
		}
	}
	got := f.run(t, Request{Sweep: "s", Metrics: []string{"only_b"}})
	for _, row := range got.Rows {
		if got.num(row, "theory_largest") != 100 || !math.IsNaN(got.num(row, "z_largest")) {
			t.Errorf("a bound of %v, z %v", got.num(row, "theory_largest"), got.num(row, "z_largest"))
		}
	}
	for name, want := range map[string]string{"theory": "", "Theory (finite N)": "_finite_n", "large N": "_large_n", "theory, K=3": "_k_3", "": ""} {
		if got := theorySuffix(name); got != want {
			t.Errorf("suffix of %q is %q, want %q", name, got, want)
		}
	}
}

func TestFailedTasksAreCounted(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b, id := f.block(t, 1, 0, 5, sweeps.Numbers("N", 50, 100), sweeps.Numbers("kappa", 0, 0.5, 1))
	f.compute(t, b, id, []uint64{0, 2, 4, 6}, nil) // N = 50 only
	f.sweep(t, "s", id)
	if err := f.st.PutFailures(
		store.Failure{Block: id, Ordinal: 1, Quarantined: true},
		store.Failure{Block: id, Ordinal: 3, Quarantined: true},
		store.Failure{Block: id, Ordinal: 5}, // will be tried again
	); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		where string
		want  string
	}{
		{"", "50:0 100:6"},
		{"kappa > 0", "50:0 100:4"},
		{`status == "failed" and replicate == 0`, "100:3"},
		{`status == "ok"`, "50:0"},
	} {
		got := f.run(t, Request{Sweep: "s", By: []string{"N"}, Metrics: []string{"feasible"}, Where: c.where})
		var parts []string
		for _, row := range got.Rows {
			parts = append(parts, got.text(row, "N")+":"+got.text(row, "n_failed"))
		}
		if s := strings.Join(parts, " "); s != c.want {
			t.Errorf("where %q: %s, want %s", c.where, s, c.want)
		}
	}
}

func TestVectorsAndHistograms(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b, id := f.block(t, 1, 0, 40)
	f.compute(t, b, id, all(b), nil)
	f.sweep(t, "s", id)
	plan, _ := f.exp.Plan(b)
	var first, second moments
	var bins [3]float64
	samples := 0.0
	for o := range b.Tasks() {
		outer, r := plan.Outer(o)
		row := demoRow(plan.At(outer, 0), r, 1)
		if row.Status == sweeps.OK {
			first.add(row.Cells[2].Vec[0])
			second.add(row.Cells[2].Vec[1])
			for i, x := range row.Cells[3].Vec {
				bins[i] += x
			}
			samples += float64(row.Cells[3].N)
		}
	}
	got := f.run(t, Request{Sweep: "s", Metrics: []string{"profile", "weights"}})
	if len(got.Rows) != 5 {
		t.Fatalf("%d lines, want 2 elements and 3 bins", len(got.Rows))
	}
	for i, m := range []*moments{&first, &second} {
		row := got.Rows[i]
		if got.text(row, "metric") != "profile" || int(got.num(row, "index")) != i || got.num(row, "mean") != m.average() || got.num(row, "sd") != m.sd() {
			t.Errorf("element %d: %v", i, row)
		}
	}
	for i := range bins {
		row := got.Rows[2+i]
		low, high := wilson(bins[i], samples)
		if got.text(row, "metric") != "weights" || got.num(row, "mean") != bins[i]/samples || got.num(row, "count_n") != samples ||
			got.num(row, "ci95_low") != low || got.num(row, "ci95_high") != high {
			t.Errorf("bin %d: %v", i, row)
		}
		edges := []float64{-1, 0, 1, 3}
		share := (edges[i+1] - edges[i]) / 5
		z := (bins[i]/samples - share) / math.Sqrt(share*(1-share)/samples)
		if got.num(row, "bin_low") != edges[i] || got.num(row, "bin_high") != edges[i+1] || got.num(row, "theory") != share || math.Abs(got.num(row, "z")-z) > 1e-9 {
			t.Errorf("bin %d: %v; want borders %g and %g, theory %g, z %g", i, row, edges[i], edges[i+1], share, z)
		}
	}
}
