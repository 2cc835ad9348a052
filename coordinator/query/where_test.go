package query

import (
	"errors"
	"strings"
	"testing"

	"gardner/sweeps"
)

func TestMistakesInRequests(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b, id := f.block(t, 1, 0, 2, sweeps.Numbers("N", 50, 100))
	f.compute(t, b, id, all(b), nil)
	f.sweep(t, "s", id)
	for _, c := range []struct {
		req  Request
		says []string
	}{
		{Request{Where: "alpah > 1"}, []string{`unknown name "alpah"`, `did you mean "alpha"?`, "line 1, column 1", "\n | alpah > 1\n | ^"}},
		{Request{Where: "alpha > 1 and\n kapa > 2"}, []string{`did you mean "kappa"?`, "line 2", "^"}},
		{Request{Where: "qqqqqqqqq"}, []string{"the params and metrics of demo are", "feasible"}},
		{Request{Where: "alpha >"}, []string{"line 1", "^"}},
		{Request{Where: "alpha + 1"}, []string{"bool"}},
		{Request{Where: `solution > 1`}, []string{"line 1", "^"}},
		{Request{Where: `solution == "A" and y < "x"`}, []string{"^"}},
		{Request{Where: "now().Year() > 1"}, []string{"now"}},
		{Request{Where: strings.Repeat("(", 1<<17)}, []string{"longer than"}},
		{Request{By: []string{"kapa"}}, []string{`unknown parameter "kapa"`, `did you mean "kappa"?`}},
		{Request{By: []string{"N", "N"}}, []string{"twice"}},
		{Request{Metrics: []string{"feasble"}}, []string{`did you mean "feasible"?`}},
		{Request{Metrics: []string{"zzz"}}, []string{"there are y, feasible"}},
		{Request{Raw: true, By: []string{"N"}}, []string{"not grouped"}},
	} {
		c.req.Sweep = "s"
		_, err := Run(f.st, f.reg, c.req)
		var in *InputError
		if !errors.As(err, &in) {
			t.Errorf("%+v: %v", c.req, err)
			continue
		}
		for _, want := range c.says {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%.60q: the message lacks %q:\n%v", c.req.Where, want, err)
			}
		}
	}
	if _, err := Run(f.st, f.reg, Request{Sweep: "none"}); err == nil {
		t.Error("an unknown sweep")
	}
	// A mistake that shows at run time only is still one of the request.
	res, err := Run(f.st, f.reg, Request{Sweep: "s", Where: "profile[99] > 0"})
	if err != nil {
		t.Fatal(err)
	}
	var in *InputError
	if _, err := res.Table(t.Context()); !errors.As(err, &in) {
		t.Errorf("an index out of range: %v", err)
	}
}

func TestWhereSeesEverything(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b, id := f.block(t, 1, 0, 30, sweeps.Numbers("N", 50, 100), sweeps.Values("solution", sweeps.Str("A"), sweeps.Str("B")))
	f.compute(t, b, id, all(b), nil)
	f.sweep(t, "s", id)
	plan, _ := f.exp.Plan(b)
	for where, pass := range map[string]func(p sweeps.Point, r int, row sweeps.Row) bool{
		"true":                                 func(sweeps.Point, int, sweeps.Row) bool { return true },
		"N*2 == 100 and N/4 < 13 and balanced": func(p sweeps.Point, _ int, _ sweeps.Row) bool { return p.Num("N") == 50 },
		`labels == "exact" && gamma > 1e300`:   func(sweeps.Point, int, sweeps.Row) bool { return true },
		`solution in ["B"]`:                    func(p sweeps.Point, _ int, _ sweeps.Row) bool { return p.Str("solution") == "B" },
		"feasible >= 0.5":                      func(_ sweeps.Point, _ int, row sweeps.Row) bool { return row.Cells[1].V/20 >= 0.5 },
		"len(profile) == 2 and profile[0] < .5": func(_ sweeps.Point, _ int, row sweeps.Row) bool {
			return len(row.Cells[2].Vec) == 2 && row.Cells[2].Vec[0] < .5
		},
		"empty(profile)":         func(_ sweeps.Point, _ int, row sweeps.Row) bool { return row.Cells[2].Vec == nil },
		"not empty(only_b)":      func(_ sweeps.Point, _ int, row sweeps.Row) bool { return row.Cells[4].V == row.Cells[4].V },
		`$env["N"] == 100`:       func(p sweeps.Point, _ int, _ sweeps.Row) bool { return p.Num("N") == 100 },
		`status == "infeasible"`: func(_ sweeps.Point, _ int, row sweeps.Row) bool { return row.Status == sweeps.InfeasibleRow },
		"replicate in 3..5":      func(_ sweeps.Point, r int, _ sweeps.Row) bool { return r >= 3 && r <= 5 },
		"feasible_n - feasible_k > 9": func(_ sweeps.Point, _ int, row sweeps.Row) bool {
			return 20-row.Cells[1].V > 9
		},
	} {
		want := 0
		for o := range b.Tasks() {
			outer, r := plan.Outer(o)
			for i := range plan.Rows() {
				if p := plan.At(outer, i); pass(p, r, demoRow(p, r, 1)) {
					want++
				}
			}
		}
		if got := len(f.run(t, Request{Sweep: "s", Where: where, Raw: true}).Rows); got != want {
			t.Errorf("%s: %d rows, want %d", where, got, want)
		}
	}
}

// FuzzWhere: no expression may crash the engine or change the rows that pass
// between two evaluations.
// FuzzRequest: whatever a request says, it is answered or refused as a mistake of the request, twice in the same way, and
// its rows have the columns that are announced.
func FuzzRequest(f *testing.F) {
	fix := newFixture(f)
	b, id := fix.block(f, 1, 0, 3, sweeps.Numbers("N", 50, 100), sweeps.Numbers("alpha", 0.5, 1), sweeps.Values("solution", sweeps.Str("A"), sweeps.Str("B")),
		sweeps.Numbers("kappa", 0, 1, 2))
	fix.compute(f, b, id, all(b), nil)
	fix.sweep(f, "s", id)
	f.Add("alpha > 0.5", "kappa,N", "y,feasible", "r=y*N", "", "", "", 0, uint8(0))
	f.Add("", "", "", "t = y > 0", "t=0.5", "alpha", "", 200, uint8(1))
	f.Add("status == 'ok'", "kappa", "", "", "", "", "solution=A,B", 0, uint8(0))
	f.Add("", "alpha", "y", "", "", "", "N=50,100", 100, uint8(0))
	f.Add("", "", "weights", "", "", "", "", 0, uint8(2))
	f.Add("", "N", "", "z=profile[N-50]", "only_b=1e300", "gamma", "x=,", -5, uint8(1))
	f.Fuzz(func(t *testing.T, where, by, metric, column, crossing, along, compare string, bootstrap int, bits uint8) {
		if bootstrap > 300 {
			bootstrap = 300 // only slower
		}
		req := Request{Sweep: "s", Where: where, Crossing: crossing, Along: along, Compare: compare, Bootstrap: bootstrap, Log: bits&1 != 0, Raw: bits&2 != 0}
		for dst, text := range map[*[]string]string{&req.By: by, &req.Metrics: metric} {
			if text != "" {
				*dst = strings.Split(text, ",")
			}
		}
		if column != "" {
			req.Columns = []string{column}
		}
		run := func() (string, error) {
			res, err := Run(fix.st, fix.reg, req)
			if err != nil {
				return "", err
			}
			if err := res.Each(t.Context(), func(row []Field) error {
				if len(row) != len(res.Columns) {
					t.Fatalf("a row of %d fields, %d columns", len(row), len(res.Columns))
				}
				return nil
			}); err != nil {
				return "", err
			}
			var out strings.Builder
			err = Write(t.Context(), &out, res, CSV)
			return out.String(), err
		}
		a, errA := run()
		b, errB := run()
		if a != b || (errA == nil) != (errB == nil) {
			t.Fatalf("%q, %v; then %q, %v", a, errA, b, errB)
		}
		var in *InputError
		if errA != nil && !errors.As(errA, &in) {
			t.Fatalf("an error that is not one of the request: %v", errA)
		}
	})
}

func FuzzWhere(f *testing.F) {
	for _, s := range []string{"alpha > 1", `solution == "B" and kappa < 0.5`, "profile[0] > 0", "1..9999999 == []", "all(profile, # > 0)",
		"filter(1..1000, # % 2 == 0) == nil", "let x = N; x > 1", `status matches "^o"`, "$env", "replicate ?? 1", "empty(y)", "N ? y > 1 : balanced", "1/0 > 0", "\x00", `"\uD800"`} {
		f.Add(s)
	}
	e := demo()
	p, err := e.Point(map[string]sweeps.Value{"alpha": sweeps.Num(1.5), "solution": sweeps.Str("B")})
	if err != nil {
		f.Fatal(err)
	}
	row := demoRow(p, 1, 1)
	f.Fuzz(func(t *testing.T, text string) {
		w, err := compileWhere(e, e.Metrics, text)
		if err != nil {
			var in *InputError
			if !errors.As(err, &in) {
				t.Fatalf("a mistake that is no InputError: %v", err)
			}
			return
		}
		a, errA := newEvaluator(w).pass(p, 1, "ok", row.Cells)
		b, errB := newEvaluator(w).pass(p, 1, "ok", row.Cells)
		if a != b || (errA == nil) != (errB == nil) {
			t.Fatalf("%q gives %v %v, then %v %v", text, a, errA, b, errB)
		}
	})
}
