package sweeps_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gardner/sweeps"
	"gardner/sweeps/data"
)

// ownFiles are five patterns of three inputs, inhibitory in the middle.
func ownFiles(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"x.csv": "1,10,2\n2,20,1\n3,30,5\n4,40,3\n5,50,4\n", "y.csv": "1\n-1\n1\n-1\n1\n", "t.csv": "exc\ninh\nexc\n",
		"plus.csv": "1\n1\n1\n1\n1\n", "free.csv": "exc\n0\nexc\n", "flat.csv": "1,7,2\n2,7,3\n5,7,1\n2,7,3\n1,7,4\n", "ragged.csv": "1,2,3\n4,5\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func parseOwn(t *testing.T, section string) *sweeps.Spec {
	t.Helper()
	spec, err := sweeps.ParseSpec("f.yaml", []byte("name: own\nexperiment: single-neuron\n"+section), sweeps.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// The rows of a data set, in the replicate's order and with inputs sorted by type,
// are the task's patterns; what is exported is in the order of the file.
func TestRowsOfADataSet(t *testing.T) {
	t.Parallel()
	spec := parseOwn(t, "patterns: {file: x.csv, labels: y.csv, types: t.csv}\nparams: {alpha: 1.34}\nreplicates: 3\n")
	if _, err := spec.Blocks(sweeps.Builtin()); err == nil || !strings.Contains(err.Error(), "have not been read") {
		t.Errorf("before reading: %v", err)
	}
	set, err := spec.ReadPatterns(ownFiles(t))
	if err != nil {
		t.Fatal(err)
	}
	again, err := sweeps.ParseSpec("f.yaml", spec.YAML(), sweeps.Builtin())
	if err != nil || again.Revision() != spec.Revision() {
		t.Fatalf("the canonical file is not read back: %v\n%s", err, spec.YAML())
	}
	blocks, err := spec.Blocks(sweeps.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	if got := blocks[0].DataSets(); len(got) != 1 || got[0] != set.Hash().String() {
		t.Fatalf("the block needs %v", got)
	}
	rows := map[string]float64{}
	for mu := range set.P {
		rows[key(set.X[mu*set.N:(mu+1)*set.N])] = set.Labels[mu]
	}
	orders := map[string]bool{}
	for ordinal := range blocks[0].Tasks() {
		task, err := blocks[0].TaskAt(sweeps.Builtin(), ordinal, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := task.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "cannot be had here") {
			t.Errorf("without the set: %v", err)
		}
		task.Sets = func(context.Context, data.Hash) (*data.Set, error) { return set, nil }
		out, err := task.Run(t.Context())
		if err != nil || len(out) != 1 {
			t.Fatal(out, err)
		}
		x, err := task.Experiment().Export(t.Context(), task, task.Inner[0])
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(x.Signs, []int8{1, -1, 1}) || x.Patterns.Rows != 4 || x.Patterns.Cols != 3 {
			t.Fatalf("signs %v, %d x %d patterns", x.Signs, x.Patterns.Rows, x.Patterns.Cols)
		}
		order := ""
		for mu := range x.Patterns.Rows {
			k := key(x.Patterns.Values[3*mu : 3*mu+3])
			if y, ok := rows[k]; !ok || y != x.Labels[mu] {
				t.Errorf("pattern %s with label %v is not in the file", k, x.Labels[mu])
			}
			order += k
		}
		orders[order] = true
		if x.Weights != nil && (x.Weights[0] < 0 || x.Weights[1] > 0 || x.Weights[2] < 0) {
			t.Errorf("weights %v against the file's types", x.Weights)
		}
	}
	if len(orders) < 2 {
		t.Error("all replicates see the patterns in the same order")
	}
}

func key(x []float64) string {
	parts := make([]string, len(x))
	for i, v := range x {
		parts[i] = sweeps.Num(v).String()
	}
	return strings.Join(parts, ",") + ";"
}

func TestMarginalsOfADataSet(t *testing.T) {
	t.Parallel()
	spec := parseOwn(t, "patterns: {file: x.csv, types: t.csv, use: marginal}\nparams: {alpha: 1, p_out: 0.3}\ngrid: {N: [10, 20]}\n")
	set, err := spec.ReadPatterns(ownFiles(t))
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := spec.Blocks(sweeps.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	task, err := blocks[0].TaskAt(sweeps.Builtin(), 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	task.Sets = func(context.Context, data.Hash) (*data.Set, error) { return set, nil }
	x, err := task.Experiment().Export(t.Context(), task, task.Inner[0])
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range x.Patterns.Values {
		of := set.Marginal(x.Signs[k%x.Patterns.Cols])
		if !slices.Contains(of, v) {
			t.Fatalf("the value %g is not one of %v", v, of)
		}
	}
}

func TestMistakesWithDataSets(t *testing.T) {
	t.Parallel()
	dir := ownFiles(t)
	for _, c := range []struct{ name, section, want string }{
		{"no such file", "patterns: {file: z.csv, types: t.csv}\n", "z.csv: there is no such file"},
		{"ragged", "patterns: {file: ragged.csv}\n", "ragged.csv:2"},
		{"N twice", "patterns: {file: x.csv, types: t.csv}\nparams: {N: 3}\n", "N follows from x.csv"},
		{"means twice", "patterns: {file: x.csv, types: t.csv}\nparams: {mean_exc: 2}\n", "mean_exc follows from x.csv"},
		{"labels twice", "patterns: {file: x.csv, labels: y.csv, types: t.csv}\nparams: {p_out: 0.5}\n", "p_out follows from x.csv"},
		{"marginal without types", "patterns: {file: x.csv, use: marginal}\n", "needs a file of cell types"},
		{"unconstrained", "patterns: {file: x.csv, types: free.csv}\n", "input 1 is unconstrained"},
		{"constant", "patterns: {file: flat.csv, types: t.csv}\n", "inh inputs all have the value 7"},
		{"too few", "patterns: {file: x.csv, types: t.csv}\nparams: {alpha: 2}\n", "alpha = 2 needs 6 patterns of 3 inputs, but x.csv has 5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := parseOwn(t, c.section).ReadPatterns(dir); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	for section, want := range map[string]string{
		"patterns: {types: t.csv}\n":            "f.yaml:3:11: patterns has no file",
		"patterns: {file: x.csv, use: rows}\n":  "f.yaml:3:30: use is \"rows\"",
		"patterns: {fil: x.csv}\n":              "did you mean \"file\"?",
		"params: {source: file}\n":              "source and data go together",
		"params: {labels: file}\n":              "labels = file needs the rows",
		"params: {source: file, data: abc}\n":   "is not the hash of a data set",
		"patterns: x.csv\nparams: {alpha: 1}\n": "patterns must be a mapping",
	} {
		_, err := sweeps.ParseSpec("f.yaml", []byte("name: own\nexperiment: single-neuron\n"+section), sweeps.Builtin())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", section, err, want)
		}
	}
	one := parseOwn(t, "patterns: {file: x.csv, labels: plus.csv, types: t.csv}\n")
	set, err := one.ReadPatterns(dir)
	if err != nil || len(set.Notes) == 0 {
		t.Fatalf("labels of one class: %v, notes %v", err, set)
	}
	if !strings.Contains(string(one.YAML()), "independent: false") {
		t.Errorf("theory applies to labels of one class:\n%s", one.YAML())
	}
}
