package sweeps

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// toys is a registry of the toy experiment.
func toys() *Registry {
	e := toy()
	e.Run = func(_ context.Context, t *Task) ([]Row, error) { return nil, errors.New("the toy computes nothing") }
	e.Check = func(p Point) error {
		if p.Int("a") == 9 && p.Str("c") == "z" {
			return errors.New("a = 9 does not go with c = z")
		}
		return nil
	}
	return NewRegistry(e)
}

func TestSpecErrorsNameThePlaceAndWhatWouldBeRight(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file string
		want []string // one a line
	}{
		"many at once": {`name: my sweep
experiment: toy
prams: {a: 1}
params:
  bb: 0.5
  c: w
  a: 1.5
grid:
  b: [0, 2, zero]
  i: linspce(0, 3, 4)
  t: [1, 1]
replicates: 0
seed: -1
figure: {x: aa, y: [mm], log: z}
`, []string{
			`f.yaml:1:7: name "my sweep": a name is up to 64 letters, digits, '-', '_' and '.'`,
			`f.yaml:3:1: unknown key "prams" in the sweep file; did you mean "params"?`,
			`f.yaml:5:3: unknown parameter "bb" of experiment toy; did you mean "b" (a number, 0 to 1, default 0.5)?`,
			`f.yaml:6:6: c cannot be "w": it is one of x, y, z; did you mean "x"?`,
			`f.yaml:7:6: a = 1.5 is not a whole number (an integer, 0 to 9, default 1)`,
			`f.yaml:9:10: b = 2 is out of range (a number, 0 to 1, default 0.5)`,
			`f.yaml:9:13: b = zero is not a number (a number, 0 to 1, default 0.5)`,
			`f.yaml:10:6: unknown function "linspce"; did you mean "linspace"?`,
			`f.yaml:11:10: values 1 and 2 of t are equal: 1 (values are compared at 12 significant digits)`,
			`f.yaml:12:13: replicates is "0"; it must be a whole number of at least 1`,
			`f.yaml:13:7: seed is "-1"; it must be a whole number from 0 to 2^64-1`,
			`f.yaml:14:13: unknown parameter "aa" of experiment toy; did you mean "a" (an integer, 0 to 9, default 1)?`,
			`f.yaml:14:21: unknown metric "mm" of experiment toy; did you mean "m" (a number)?`,
			`f.yaml:14:31: log names the axes with logarithmic scales, x, y or [x, y], not "z"`,
		}},
		"nothing at all": {"", []string{"f.yaml: the file is empty; a sweep file starts with name: and experiment:"}},
		"missing keys": {"params: {}\n", []string{
			"f.yaml: name is missing; write name: my-sweep",
			"f.yaml: experiment is missing; write experiment: followed by one of toy"}},
		"unknown experiment": {"name: x\nexperiment: tyo\n", []string{`f.yaml:2:13: unknown experiment "tyo"; did you mean "toy" (for tests)?`}},
		"not YAML":           {"name: [x\nexperiment: toy\n", []string{"f.yaml:1:1: not YAML: did not find expected ',' or ']'"}},
		"duplicate keys": {"name: x\nname: y\nexperiment: toy\ngrid:\n  a: [1, 2]\n  a: [3]\nparams: {a: 2}\n", []string{
			`f.yaml:2:1: key "name" occurs twice in the sweep file, first on line 1`,
			`f.yaml:6:3: key "a" occurs twice in grid, first on line 5`,
			`f.yaml:5:3: parameter "a" is given twice, first on line 7`}},
		"param at the top": {"name: x\nexperiment: toy\nb: 0.3\n", []string{
			`f.yaml:3:1: unknown key "b" in the sweep file; it may have name, title, experiment, patterns, params, grid, replicates, refine, seed, figure; params go under params: or grid:, b for example as params: {b: 0.5}`}},
		"list under params": {"name: x\nexperiment: toy\nparams: {b: [0, 1], a: 'range(1,3)'}\n", []string{
			"f.yaml:3:13: params holds single values; b with several goes under grid:",
			"f.yaml:3:24: params holds single values; a with several goes under grid:"}},
		"generator in braces": {"name: x\nexperiment: toy\ngrid: {a: range(1,3)}\n", []string{
			"f.yaml:3:11: a = range(1 is cut off at a comma; inside { } write the whole in quotes, 'range(...)'",
			"f.yaml:3:21: 3) has no value",
		}},
		"empty axis":         {"name: x\nexperiment: toy\ngrid: {a: []}\n", []string{"f.yaml:3:11: the axis a has no values, so there would be nothing to compute"}},
		"adaptive":           {"name: x\nexperiment: toy\nreplicates: {metric: m}\n", []string{"f.yaml:3:13: adaptive replicates need max and until, as in replicates: {min: 20, max: 400, until: {alpha_in: 1%}}", `f.yaml:3:14: unknown key "metric" in replicates; it may have min, max, until`}},
		"adaptive, numbers":  {"name: x\nexperiment: toy\nreplicates: {min: 30, max: 20, until: {m: -1%, mm: 2}}\n", []string{"f.yaml:3:13: max: 20 is less than min: 30", "f.yaml:3:43: the half-width of m's interval is \"-1%\"; it must be a positive number or a share such as 1%", `f.yaml:3:48: unknown metric "mm" of experiment toy; did you mean "m" (a number)?`}},
		"one replicate":      {"name: x\nexperiment: toy\nreplicates: {min: 1, max: 20, until: {m: 1}}\n", []string{`f.yaml:3:19: min is "1"; it must be a whole number of at least 2: one replicate has no interval`}},
		"refine":             {"name: x\nexperiment: toy\ngrid: {b: [0, 1]}\nrefine: {axis: b, crossing: m}\n", []string{`f.yaml:4:29: crossing is "m"; it must be metric=value, as in stable=0.5`}},
		"refine what":        {"name: x\nexperiment: toy\ngrid: {b: [0, 1]}\nrefine: {axis: t, crossing: m=1, to: 0.1}\n", []string{"f.yaml:4:16: t does not vary: give it a few values under grid"}},
		"refine text":        {"name: x\nexperiment: toy\ngrid: {c: [y, z]}\nrefine: {axis: c, crossing: m=1, to: 0.1}\n", []string{"f.yaml:4:16: c has no values between two others: it is a choice"}},
		"refine a zip":       {"name: x\nexperiment: toy\ngrid: {zip: {b: [0, 1], a: [1, 2]}}\nrefine: {axis: b, crossing: m=1, to: 0.1}\n", []string{"f.yaml:4:16: b is zipped with other params; only an axis of its own can be refined"}},
		"refine to":          {"name: x\nexperiment: toy\ngrid: {b: [0, 1]}\nrefine: {axis: b, crossing: m=1}\n", []string{"f.yaml:4:9: refine needs axis, crossing and to, as in refine: {axis: sigma_out, crossing: stable=0.5, to: 1%}; to is missing"}},
		"alias":              {"name: &n x\nexperiment: toy\ntitle: *n\n", []string{"f.yaml:3:8: aliases (*n) are not allowed in sweep files; repeat the value"}},
		"uneven zip":         {"name: x\nexperiment: toy\ngrid: {zip: {a: [1, 2], b: [0, 0.1, 1]}}\n", []string{"f.yaml:3:28: b has 3 values and a has 2; in a zip they go in pairs"}},
		"mixed zip":          {"name: x\nexperiment: toy\ngrid: {zip: {a: [1, 2], i: [0, 1]}}\n", []string{"f.yaml:3:13: a zip cannot mix params that split a sweep into tasks with params evaluated inside one task (i); zip them separately"}},
		"equal after digits": {"name: x\nexperiment: toy\ngrid: {b: [0.3, 0.30000000000000004]}\n", []string{"f.yaml:3:17: values 1 and 2 of b are equal: 0.3 (values are compared at 12 significant digits)"}},
		"do not go together": {"name: x\nexperiment: toy\ngrid: {a: [1, 9], c: [x, z]}\n", []string{"f.yaml:3:7: at a=9 c=z: a = 9 does not go with c = z"}},
		"second document":    {"name: x\nexperiment: toy\n---\nname: y\n", []string{"f.yaml:3:1: a second document; one file holds one sweep"}},
		"no value":           {"name: x\nexperiment: toy\nparams: {a: }\nseed:\n", []string{"f.yaml:3:13: a has no value", "f.yaml:4:6: seed has no value"}},
		"too many values":    {"name: x\nexperiment: toy\ngrid: {t: 'linspace(0, 1, 1e7)'}\n", []string{"f.yaml:3:11: linspace: 10000000 values are more than a sweep file may hold (1048576)"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseSpec("f.yaml", []byte(c.file), toys())
			var errs *SpecErrors
			if !errors.As(err, &errs) {
				t.Fatalf("error %v", err)
			}
			got := strings.Split(err.Error(), "\n")
			less := func(a, b string) bool { return a < b }
			if diff := cmp.Diff(sorted(c.want, less), sorted(got, less)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func sorted(s []string, less func(a, b string) bool) []string {
	out := append([]string(nil), s...)
	for i := range out {
		for j := i; j > 0 && less(out[j], out[j-1]); j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out
}

func mustParse(t *testing.T, file string) *Spec {
	t.Helper()
	s, err := ParseSpec("f.yaml", []byte(file), toys())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSpecsThatMeanTheSameAreOne(t *testing.T) {
	t.Parallel()
	want := mustParse(t, "name: x\nexperiment: toy\nparams: {a: 2, c: y}\ngrid: {b: [0, 0.1, 0.2, 0.3], t: [1, 10, 100]}\nreplicates: 3\n")
	for name, file := range map[string]string{
		"generators":       "name: x\nexperiment: toy\nparams: {c: y, a: 2}\ngrid: {b: 'linspace(0, 0.3, 4)', t: 'logspace(1, 100, 3)'}\nreplicates: 3\nseed: 1\n",
		"range":            "replicates: 3\nexperiment: toy\nname: x\ngrid: {b: 'range(0, 0.3, 0.1)', t: {logspace: [1, 1e2, 3]}, a: [2], c: y}\n",
		"list of axes":     "name: x\nexperiment: toy\nparams: {a: 2.0, c: y}\ngrid:\n- b: [0, .1, 2e-1, 0.3]\n- t: [1, 10, 100]\nreplicates: 3\n",
		"quoted, negative": "name: 'x'\nexperiment: toy\nparams: {a: '2', c: y}\ngrid: {b: [-0, 0.1, 0.2, 0.3], t: [1, 10, 100]}\nreplicates: 3\n",
	} {
		got := mustParse(t, file)
		if !bytes.Equal(got.YAML(), want.YAML()) || got.Revision() != want.Revision() {
			t.Errorf("%s: canonical file\n%s\nwant\n%s", name, got.YAML(), want.YAML())
		}
	}
	if got := mustParse(t, "name: x\nexperiment: toy\nparams: {a: 2, c: y}\ngrid: {t: [1, 10, 100], b: [0, 0.1, 0.2, 0.3]}\nreplicates: 3\n"); got.Revision() == want.Revision() {
		t.Error("the order of the axes numbers the tasks, so it must change the revision")
	}
}

func TestCanonicalFilesReadBack(t *testing.T) {
	t.Parallel()
	reg := toys()
	e, _ := reg.Lookup("toy")
	rapid.Check(t, func(t *rapid.T) {
		s := &Spec{Name: "x-1.y", Title: rapid.StringMatching(`[ -~äß\n]{0,12}`).Draw(t, "title"), Experiment: "toy", experiment: e,
			Replicates: rapid.IntRange(1, 5).Draw(t, "replicates"), Seed: rapid.Uint64().Draw(t, "seed")}
		s.Figure = FigureHint{Title: s.Title, X: "b", Heat: rapid.SampledFrom([]string{"", "a"}).Draw(t, "heat"), Metrics: []string{"m", "k"}, LogX: rapid.Bool().Draw(t, "log x"), LogY: rapid.Bool().Draw(t, "log y")}
		for _, a := range drawAxes(t, e) {
			if len(a.Tuples) > 1 {
				s.Grid = append(s.Grid, a)
				continue
			}
			for k, name := range a.Params {
				s.fix(Values(name, a.Tuples[0][k]))
			}
		}
		if rapid.Bool().Draw(t, "adaptive") {
			size := Size{rapid.Float64Range(1e-300, 1e300).Draw(t, "size"), rapid.Bool().Draw(t, "relative")}
			s.Adaptive = &Adaptive{Min: s.Replicates + 1, Max: s.Replicates + 7, Until: []Precision{{"m", size}}}
			s.Replicates++
		}
		back, err := ParseSpec("f.yaml", s.YAML(), reg)
		if err != nil {
			t.Fatalf("%v in\n%s", err, s.YAML())
		}
		if !bytes.Equal(back.YAML(), s.YAML()) {
			t.Fatalf("canonical file\n%s\ncame back as\n%s", s.YAML(), back.YAML())
		}
		one, err := s.Blocks(reg)
		if err != nil {
			t.Fatal(err)
		}
		two, err := back.Blocks(reg)
		if err != nil || one[0].ID() != two[0].ID() {
			t.Fatalf("other blocks: %v", err)
		}
	})
}

func TestSet(t *testing.T) {
	t.Parallel()
	const base = "name: x\nexperiment: toy\nparams: {a: 2}\ngrid:\n- b: [0, 0.5, 1]\n- {c: [y, z], t: [1, 2]}\n- i: [0, 1]\n"
	for name, c := range map[string]struct{ set, params, grid string }{
		"fixed param":        {"a=3", "a=3", "b c,t i"},
		"new fixed param":    {"j=true", "a=2 j=true", "b c,t i"},
		"axis to fixed":      {"b=0.25", "a=2 b=0.25", "c,t i"},
		"axis in its place":  {"b=0.1,0.2", "a=2", "b c,t i"},
		"fixed to axis":      {"a=range(1,3)", "", "b c,t i a"},
		"generator":          {"t=linspace(0, 1, 11)", "a=2", "b c t i"},
		"out of a zip":       {"c=x", "a=2 c=x", "b t i"},
		"brackets are right": {"i=[1, 2]", "a=2", "b c,t i"},
	} {
		s := mustParse(t, base)
		if err := s.Set(c.set); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var params, grid []string
		for _, a := range s.Params {
			params = append(params, a.Params[0]+"="+a.Tuples[0][0].String())
		}
		for _, a := range s.Grid {
			grid = append(grid, strings.Join(a.Params, ","))
		}
		if got := strings.Join(params, " "); got != c.params {
			t.Errorf("%s: params %q, want %q", name, got, c.params)
		}
		if got := strings.Join(grid, " "); got != c.grid {
			t.Errorf("%s: grid %q, want %q", name, got, c.grid)
		}
		if _, err := s.Blocks(toys()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for set, want := range map[string]string{
		"bb=0.5":            `unknown parameter "bb" of experiment toy; did you mean "b" (a number, 0 to 1, default 0.5)?`,
		"b":                 `"b" is not param=value`,
		"b=":                "b needs a value (a number, 0 to 1, default 0.5)",
		"b=2":               "b = 2 is out of range (a number, 0 to 1, default 0.5)",
		"b=0.1,0.1":         "b: values 1 and 2 are both 0.1 (values are compared at 12 significant digits)",
		"b=linspace(0,1)":   "linspace takes 3 numbers: linspace(first, last, n)",
		"b=linspace(0,1,0)": "linspace: the number of values is 0; it is linspace(first, last, n)",
		"b=logspace(0,1,3)": "logspace: its ends are values, not exponents, and must be above 0",
		"b=range(0,1,-1)":   "range: steps of -1 do not lead from 0 to 1",
		"b=NaN":             "b = NaN is not a number (a number, 0 to 1, default 0.5)",
		"replicates=0":      "replicates = 0 is not a whole number of at least 1",
		"seed=x":            "seed = x is not a whole number from 0 to 2^64-1",
	} {
		s := mustParse(t, base)
		before := string(s.YAML())
		if err := s.Set(set); err == nil || err.Error() != want {
			t.Errorf("Set(%q) = %v, want %s", set, err, want)
		}
		if string(s.YAML()) != before {
			t.Errorf("Set(%q) failed and changed the sweep", set)
		}
	}
	s := mustParse(t, base)
	for _, set := range []string{"replicates=7", "seed=18446744073709551615", "name=other"} {
		if err := s.Set(set); err != nil {
			t.Error(err)
		}
	}
	if s.Replicates != 7 || s.Seed != 1<<64-1 || s.Name != "other" {
		t.Errorf("%+v", s)
	}
}

func FuzzParseSpec(f *testing.F) {
	f.Add([]byte("name: x\nexperiment: toy\nparams: {a: 2, c: y}\ngrid: {b: 'linspace(0, 0.3, 4)', zip: {t: [1, 2], a: [1, 3]}}\nreplicates: 3\n"))
	f.Add([]byte("name: x\nexperiment: toy\ngrid:\n- {a: [1, 2], b: [0, 1]}\n- i: {range: [0, 3]}\nfigure: {x: b, y: m, log: x}\n"))
	f.Add([]byte("name: x\nexperiment: toy\ngrid: {b: [0, 1]}\nreplicates: {min: 2, max: 9, until: {m: 1%, k: .5}}\nrefine: {axis: b, crossing: m=.5, to: 1%, log: false}\n"))
	f.Add([]byte(commandYAML))
	f.Add([]byte("name: x\nexperiment: {command: [a], metrics: [m], params: {p: {default: x, choices: [x, y]}}, files: {b: c}, theory: {m: pi}}\ngrid: {p: [x, y]}\n"))
	f.Add([]byte("name: &a [*a, !!binary x]\n? {a: b}\n: ~\n<<: *a\n"))
	reg := toys()
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ParseSpec("f", data, reg)
		if err != nil {
			if err.Error() == "" {
				t.Fatal("an error without a word")
			}
			return
		}
		back, err := ParseSpec("f", s.YAML(), reg)
		if err != nil || !bytes.Equal(back.YAML(), s.YAML()) {
			t.Fatalf("canonical file does not read back: %v\n%s", err, s.YAML())
		}
	})
}
