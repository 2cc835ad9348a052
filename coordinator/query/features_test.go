package query

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gardner/coordinator/store"
	"gardner/sweeps"
)

// custom is a fixture of another experiment.
func custom(t testing.TB, exp *sweeps.Experiment) *fixture {
	t.Helper()
	st, err := store.Open(filepath.Join(t.TempDir(), "gardner.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return &fixture{t, exp, sweeps.NewRegistry(exp), st}
}

func TestDerivedMetrics(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b, id := f.block(t, 1, 0, 30, sweeps.Numbers("N", 50, 100), sweeps.Values("solution", sweeps.Str("A"), sweeps.Str("B")))
	f.compute(t, b, id, all(b), nil)
	f.sweep(t, "s", id)
	columns := []string{"scaled = y*N/2", "good = scaled > 10", "sure=empty(y) ? -1 : y", "first = profile[0]"}
	raw := f.run(t, Request{Sweep: "s", Raw: true, Columns: columns, Metrics: []string{"y", "profile", "scaled", "good", "sure", "first"}})
	n, k, sum, empties := 0, 0, 0.0, 0
	for _, row := range raw.Rows {
		y, scaled := raw.num(row, "y"), raw.num(row, "scaled")
		if math.IsNaN(y) {
			empties++
			if !math.IsNaN(scaled) || raw.text(row, "good_n") != "" || raw.num(row, "sure") != -1 {
				t.Errorf("a row without y: scaled %g, good of %s, sure %g", scaled, raw.text(row, "good_n"), raw.num(row, "sure"))
			}
			continue
		}
		if want := y * raw.num(row, "N") / 2; scaled != want {
			t.Errorf("scaled %g, want %g", scaled, want)
		}
		if raw.num(row, "first") != raw.Rows[0][raw.Column("first")].Num && raw.Rows[0][raw.Column("profile")].Vec == nil {
			t.Error("first differs from profile[0]")
		}
		n++
		sum += scaled
		if scaled > 10 {
			k++
		}
	}
	if n == 0 || empties == 0 || k == 0 || k == n {
		t.Fatalf("the test tests nothing: %d, %d, %d", n, empties, k)
	}
	got := f.run(t, Request{Sweep: "s", By: []string{"labels"}, Columns: columns, Metrics: []string{"scaled", "good"}})
	if g := got.num(got.Rows[0], "mean"); !relative(g, sum/float64(n), 1e-12) {
		t.Errorf("mean %g, want %g", g, sum/float64(n))
	}
	low, _ := wilson(float64(k), float64(n))
	if got.num(got.Rows[1], "count_k") != float64(k) || got.num(got.Rows[1], "count_n") != float64(n) || got.num(got.Rows[1], "ci95_low") != low {
		t.Errorf("a truth is no count: %v", got.Rows[1])
	}
	// where sees them.
	filtered := f.run(t, Request{Sweep: "s", By: []string{"labels"}, Columns: columns, Metrics: []string{"y"}, Where: "good == 1"})
	if filtered.num(filtered.Rows[0], "n") != float64(k) {
		t.Errorf("where good: %v of %d", filtered.num(filtered.Rows[0], "n"), k)
	}
	for text, says := range map[string]string{
		"x": "not NAME=EXPRESSION", "x == 3": "not NAME=EXPRESSION", "2x=1": "not NAME", "N=1": "something already", "feasible_k=1": "something already", "mean=1": "something already",
		"x = yy+1": "did you mean \"y\"? (line 1, column 1)", "x=y+": "| ^", "x=solution": "is a string", "x=profile": "want a number", "x=profile[99]": "out of range",
	} {
		res, err := Run(f.st, f.reg, Request{Sweep: "s", Columns: []string{text}})
		if err == nil {
			_, err = res.Table(t.Context())
		}
		var in *InputError
		if !errors.As(err, &in) || in.Field != "column" || !strings.Contains(err.Error(), strings.TrimPrefix(says, "| ")) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Differences against pairs made by hand from the raw rows.
func TestCompareAgainstBruteForce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	seed := uint64(900)
	rapid.Check(t, func(t *rapid.T) {
		seed++
		param := rapid.SampledFrom([]string{"solution", "N"}).Draw(t, "param") // inner, outer
		axes := []sweeps.Axis{sweeps.Numbers("N", 50, 100, 200), sweeps.Numbers("alpha", 1, 2),
			sweeps.Values("solution", sweeps.Str("A"), sweeps.Str("B")), sweeps.Numbers("kappa", 0, 1)}
		b, id := f.block(t, seed, 0, rapid.IntRange(1, 5).Draw(t, "replicates"), axes...)
		tasks := all(b)
		if rapid.Bool().Draw(t, "incomplete") {
			tasks = tasks[:len(tasks)*2/3]
		}
		f.compute(t, b, id, tasks, nil)
		f.sweep(t, "s", id)
		request := Request{Sweep: "s", Compare: map[string]string{"solution": "solution=A,B", "N": "N=200,50"}[param], Metrics: []string{"y", "feasible"}, By: []string{"alpha"}}
		from, to := "A", "B"
		if param == "N" {
			from, to = "200", "50"
		}
		raw := f.run(t, Request{Sweep: "s", Raw: true, Metrics: request.Metrics})
		type pair struct{ y, p [2]float64 }
		pairs := map[string]*pair{}
		for _, row := range raw.Rows {
			var side int
			switch raw.text(row, param) {
			case from:
				side = 0
			case to:
				side = 1
			default:
				continue
			}
			key := raw.text(row, "alpha") + "|" + raw.text(row, "replicate")
			for _, name := range []string{"N", "solution", "kappa"} {
				if name != param {
					key += "|" + raw.text(row, name)
				}
			}
			if pairs[key] == nil {
				pairs[key] = &pair{[2]float64{math.NaN(), math.NaN()}, [2]float64{math.NaN(), math.NaN()}}
			}
			pairs[key].y[side] = raw.num(row, "y")
			pairs[key].p[side] = raw.num(row, "feasible_k") / raw.num(row, "feasible_n")
		}
		want := map[string][]float64{}
		unpaired := map[string]int{}
		for key, p := range pairs {
			alpha, _, _ := strings.Cut(key, "|")
			for metric, v := range map[string][2]float64{"y": p.y, "feasible": p.p} {
				d := v[1] - v[0]
				switch {
				case !math.IsNaN(d):
					want[alpha+metric] = append(want[alpha+metric], d)
				case math.IsNaN(v[0]) != math.IsNaN(v[1]):
					unpaired[alpha+metric]++
				}
			}
		}
		got := f.run(t, request)
		seen := 0
		for _, row := range got.Rows {
			key := got.text(row, "alpha") + got.text(row, "metric")
			xs := want[key]
			sum := 0.0
			for _, x := range xs {
				sum += x
			}
			if int(got.num(row, "n")) != len(xs) || int(got.num(row, "n_unpaired")) != unpaired[key] {
				t.Fatalf("%s: n %v, unpaired %v, want %d and %d", key, got.num(row, "n"), got.num(row, "n_unpaired"), len(xs), unpaired[key])
			}
			if len(xs) == 0 {
				continue
			}
			seen++
			mean := sum / float64(len(xs))
			ss := 0.0
			for _, x := range xs {
				ss += (x - mean) * (x - mean)
			}
			if g := got.num(row, "mean"); math.Abs(g-mean) > 1e-9 {
				t.Fatalf("%s: mean %g, want %g", key, g, mean)
			}
			if sem := math.Sqrt(ss / float64(len(xs)-1) / float64(len(xs))); len(xs) > 1 && math.Abs(got.num(row, "sem")-sem) > 1e-9 {
				t.Fatalf("%s: sem %g, want %g", key, got.num(row, "sem"), sem)
			}
			if got.text(row, "difference") != to+" - "+from {
				t.Fatalf("difference %q", got.text(row, "difference"))
			}
			if param == "solution" && got.text(row, "metric") == "y" && got.num(row, "theory") != 0 {
				t.Fatalf("theory's difference %v, want 0: theory does not depend on the solution", got.num(row, "theory"))
			}
		}
		if seen == 0 && len(want) > 0 {
			t.Fatal("no lines")
		}
	})
}

// steep is an experiment whose share of successes falls along x through 1/2 at x0.
func steep(x0 float64, shared bool) *sweeps.Experiment {
	return &sweeps.Experiment{
		Name: "steep", Version: 1,
		Params: []sweeps.Param{
			{Name: "g", Kind: sweeps.Integer, Default: sweeps.Num(0)},
			{Name: "x", Unit: "V_th", Kind: sweeps.Number, Default: sweeps.Num(1), Inner: shared},
		},
		Metrics: []sweeps.Metric{{Name: "ok", Kind: sweeps.MetricCount}, {Name: "v", Unit: "mV"}, {Name: "skewed"}},
		Theory: []sweeps.Theory{{Metric: "v", Name: "theory", Eval: func(p sweeps.Point) float64 { return 2 * (x0 - p.Num("x")) }},
			{Metric: "ok", Name: "theory", Eval: func(p sweeps.Point) float64 { return math.Min(1, math.Max(0, 0.5+(x0-p.Num("x")))) }}},
		Run: func(_ context.Context, t *sweeps.Task) ([]sweeps.Row, error) {
			common := t.Stream("noise")
			noise, u := common.Norm(), common.Float64()
			rows := make([]sweeps.Row, len(t.Inner))
			for i, p := range t.Inner {
				x := p.Num("x")
				rows[i].Cells = []sweeps.Cell{sweeps.Indicator(u < 0.5+(x0-x)), sweeps.Val(2*(x0-x) + noise), sweeps.Val(-math.Log(1 - u))}
			}
			return rows, nil
		},
	}
}

func TestCrossingOfKnownCurves(t *testing.T) {
	t.Parallel()
	f := custom(t, steep(1.1, true))
	b, id := f.block(t, 3, 0, 60, sweeps.Numbers("g", 0, 1), sweeps.Numbers("x", 0.7, 0.8, 0.9, 1, 1.2, 1.3, 1.4, 1.5))
	f.compute(t, b, id, all(b), nil)
	f.sweep(t, "s", id)
	got := f.run(t, Request{Sweep: "s", Crossing: "v = 0", By: []string{"x", "g"}})
	if len(got.Rows) != 2 || got.Columns[0].Name != "g" || got.Columns[got.Column("at")].Unit != "V_th" {
		t.Fatalf("%d rows, columns %v", len(got.Rows), got.Columns)
	}
	raw := f.run(t, Request{Sweep: "s", Raw: true, Metrics: []string{"v"}})
	for i, row := range got.Rows {
		// v is linear in x with common noise, so its crossing is x0 + mean noise/2 and its error that of the mean.
		var m moments
		for _, r := range raw.Rows {
			if raw.num(r, "g") == float64(i) && raw.num(r, "x") == 1 {
				m.add(raw.num(r, "v"))
			}
		}
		at, sem := 1+m.average()/2, m.sd()/math.Sqrt(float64(m.n))/2
		if !relative(got.num(row, "at"), at, 1e-9) || got.text(row, "direction") != "down" || got.text(row, "interval") != "bootstrap" {
			t.Errorf("at %g %s, want %g down", got.num(row, "at"), got.text(row, "direction"), at)
		}
		if r := got.num(row, "sem") / sem; r < 0.85 || r > 1.15 {
			t.Errorf("sem %g, want about %g", got.num(row, "sem"), sem)
		}
		if lo, hi := got.num(row, "ci95_low"), got.num(row, "ci95_high"); !(lo < at && at < hi) || hi-lo > 5*sem || hi-lo < 3*sem {
			t.Errorf("interval %g to %g about %g with sem %g", lo, hi, at, sem)
		}
		if th := got.num(row, "theory"); !relative(th, 1.1, 1e-12) {
			t.Errorf("theory crosses at %g, want 1.1", th)
		}
		if got.num(row, "n") != 480 || got.num(row, "below") > at || got.num(row, "above") < at {
			t.Errorf("n %g, between %g and %g", got.num(row, "n"), got.num(row, "below"), got.num(row, "above"))
		}
	}
	// A level the curve does not reach has a row that says so.
	none := f.run(t, Request{Sweep: "s", Crossing: "v=99", By: []string{"x", "g"}})
	if len(none.Rows) != 2 || !math.IsNaN(none.num(none.Rows[0], "at")) || none.num(none.Rows[0], "n") != 480 {
		t.Errorf("%v", none.Rows)
	}
	// Near the end of the axis some resamples do not cross: the interval is open there.
	edge := f.run(t, Request{Sweep: "s", Crossing: "ok=0.9", Along: "x", Where: "g == 0"})
	if row := edge.Rows[0]; !math.IsNaN(edge.num(row, "at")) && !math.IsInf(edge.num(row, "ci95_low"), -1) {
		t.Logf("at %g from %g", edge.num(row, "at"), edge.num(row, "ci95_low"))
	}
	log := f.run(t, Request{Sweep: "s", Crossing: "v=0", Along: "x", Log: true})
	if lin, l := got.num(got.Rows[0], "at"), log.num(log.Rows[0], "at"); l == lin || math.Abs(l-lin) > 0.01 {
		t.Errorf("log interpolation gives %g, linear %g", l, lin)
	}
	for _, c := range []struct {
		req  Request
		says string
	}{
		{Request{Crossing: "v"}, "METRIC=VALUE"}, {Request{Crossing: "v=NaN"}, "METRIC=VALUE"}, {Request{Crossing: "vv=1"}, `did you mean "v"?`},
		{Request{Crossing: "v=1"}, "along which"}, {Request{Crossing: "v=1", Along: "gg"}, "gg"}, {Request{Along: "x"}, "add crossing"},
		{Request{Crossing: "v=1", Along: "x", Compare: "g=0,1"}, "one after the other"}, {Request{Raw: true, Compare: "g=0,1"}, "not aggregated"},
		{Request{Compare: "g=0"}, "PARAM=A,B"}, {Request{Compare: "g=0,7"}, "it has 0, 1"}, {Request{Compare: "g=0,0"}, "itself"},
		{Request{Compare: "g=0,1", By: []string{"g"}}, "cannot be grouped"}, {Request{Bootstrap: 5}, "between"}, {Request{Bootstrap: -1}, "between"},
	} {
		c.req.Sweep = "s"
		_, err := Run(f.st, f.reg, c.req)
		var in *InputError
		if !errors.As(err, &in) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v", c.req, err)
		}
	}
}

func TestFindCrossings(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	for _, c := range []struct {
		y    []float64
		want []place
	}{
		{[]float64{0, 1}, []place{{0.5, true, 0, 1}}},
		{[]float64{1, nan, 0}, []place{{1, false, 0, 2}}},
		{[]float64{1, 0, 1}, []place{{0.5, false, 0, 1}, {1.5, true, 1, 2}}},
		{[]float64{0, 0.5, 1}, []place{{1, true, 0, 1}}},
		{[]float64{1, 0.5, 1}, nil},
		{[]float64{nan, nan}, nil},
		{nil, nil},
	} {
		x := make([]float64, len(c.y))
		for i := range x {
			x[i] = float64(i)
		}
		got := findCrossings(x, c.y, 0.5)
		if len(got) != len(c.want) {
			t.Errorf("%v: %v, want %v", c.y, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%v: %v, want %v", c.y, got, c.want)
			}
		}
	}
}
