package problem

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gardner/sweeps/data"
)

// folder writes files of a problem and returns the path of problem.json, which
// need not exist: Parse gets its text.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "rig"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "problem.json")
}

// The same problem from files, in either format and in part, has the same answer.
func TestProblemFromFiles(t *testing.T) {
	t.Parallel()
	var npy bytes.Buffer
	if err := data.WriteNPY(&npy, data.Matrix(3, 2, []float64{2, 1, 1, 2.5, 3, 1})); err != nil {
		t.Fatal(err)
	}
	path := folder(t, map[string]string{
		"x.npy": npy.String(), "rig/x.csv": "left,right\n2,1\n1,2.5\n3,1\n", "y.csv": "1\n-1\n1\n", "spikes.csv": "1,0,1\n",
		"g.csv": "exc\ninh\n", "drive.csv": "0.1,0,-0.2\n", "margins.csv": "1\n2\n1\n",
	})
	rest := `"labels": [1, -1, 1], "signs": [1, -1], "drive": [0.1, 0, -0.2], "margins": [1, 2, 1], "gamma": 3}`
	want := solveText(t, path, `{"problem": "max-kappa-out", "patterns": [[2, 1], [1, 2.5], [3, 1]], `+rest)
	for name, text := range map[string]string{
		"npy":      `{"problem": "max-kappa-out", "patterns": {"file": "x.npy"}, ` + rest,
		"csv":      `{"problem": "max-kappa-out", "patterns": {"file": "rig/x.csv"}, ` + rest,
		"absolute": `{"problem": "max-kappa-out", "patterns": {"file": "` + filepath.ToSlash(filepath.Join(filepath.Dir(path), "x.npy")) + `"}, ` + rest,
		"all": `{"problem": "max-kappa-out", "patterns": {"file": "x.npy"}, "labels": {"file": "y.csv"}, "signs": {"file": "g.csv"},
			"drive": {"file": "drive.csv"}, "margins": {"file": "margins.csv"}, "gamma": 3}`,
	} {
		if got := solveText(t, path, text); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
	got := solveText(t, path, `{"problem": "max-kappa-out", "patterns": {"file": "x.npy"}, "labels": {"file": "spikes.csv"}, "signs": {"file": "g.csv"},
		"drive": [0.1, 0, -0.2], "margins": [1, 2, 1], "gamma": 3}`)
	if len(got.Notes) != 1 || !strings.HasSuffix(got.Notes[0], "spikes.csv: labels of 0 are read as -1") {
		t.Errorf("notes %q", got.Notes)
	}
	got.Notes = nil
	if !reflect.DeepEqual(got, want) {
		t.Errorf("labels 1 and 0: got %+v, want %+v", got, want)
	}
}

func solveText(t *testing.T, path, text string) printed {
	t.Helper()
	f, err := Parse(path, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := f.Solve(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	var p printed
	if err := json.Unmarshal(out, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

// A mistake in a file names both places: who asks for the file, and where in it.
func TestMistakesInFiles(t *testing.T) {
	t.Parallel()
	path := folder(t, map[string]string{
		"x.csv": "1,2\n3,4\n", "nan.csv": "1,2\n3,NaN\n", "ragged.csv": "1,2\n3\n", "y.csv": "1\n-1\n1\n", "two.csv": "1\n2\n",
		"matrix.csv": "1,2\n3,4\n", "empty.csv": "", "short.npy": "\x93NUMPY\x01", "cells.csv": "exc\nwhat\n", "minus.csv": "1\n-1\n",
	})
	text := func(key, value string) string {
		keys := map[string]string{"patterns": "[[1, 2], [3, 4]]", "labels": "[1, -1]", "signs": "[1, -1]"}
		keys[key] = value
		out := `{"problem": "feasible"`
		for _, k := range []string{"patterns", "labels", "signs", "drive", "margins", "equal", "gamma"} {
			if keys[k] != "" {
				out += ",\n \"" + k + `": ` + keys[k]
			}
		}
		return out + "}"
	}
	for _, c := range []struct {
		key, value, want string
		inFile           bool
	}{
		{"patterns", `{"file": "none.npy"}`, "problem.json:2:2: patterns: DIR/none.npy: there is no such file", true},
		{"patterns", `{"file": "nan.csv"}`, "problem.json:2:2: patterns: DIR/nan.csv:2:3: value 1 is NaN", true},
		{"patterns", `{"file": "ragged.csv"}`, "patterns: DIR/ragged.csv:2:2: this row has 1 values", true},
		{"patterns", `{"file": "empty.csv"}`, "patterns: DIR/empty.csv: the file is empty", true},
		{"patterns", `{"file": "short.npy"}`, "patterns: DIR/short.npy: byte 7: the file ends", true},
		{"patterns", `{"file": "x.xls"}`, "DIR/x.xls: the format is not known", true},
		{"labels", `{"file": "two.csv"}`, "problem.json:3:2: labels: DIR/two.csv: label 1 is 2", true},
		{"labels", `{"file": "matrix.csv"}`, "labels must be one row or one column", true},
		{"labels", `{"file": "y.csv"}`, "Labels has 3 values, must have 2 (P=2, N=2) (labels is from DIR/y.csv)", false},
		{"signs", `{"file": "cells.csv"}`, `signs: DIR/cells.csv:2:1: value 0, "what", is unknown`, true},
		{"signs", `{"file": "y.csv"}`, "Signs has 3 values", false},
		{"drive", `{"file": "y.csv"}`, "Drive has 3 values", false},
		{"drive", `{"file": "matrix.csv"}`, "drive must be one row or one column", true},
		{"margins", `{"file": "minus.csv"}`, "value 1 of DIR/minus.csv is -1: it must be at least 0", false},
		{"patterns", `"x.csv"`, `problem.json:2:14: patterns is text; a file is named as {"file": "x.npy"}`, false},
		{"patterns", `{"path": "x.csv"}`, `problem.json:2:15: unknown key "path" of patterns`, false},
		{"patterns", `{"flie": "x.csv"}`, `did you mean "file"?`, false},
		{"patterns", `{"file": "x.csv", "file": "x.csv"}`, `the key "file" stands twice`, false},
		{"patterns", `{"file": 7}`, "problem.json:2:23: the file of patterns must be a name in quotes", false},
		{"patterns", `{}`, `patterns needs the key "file"`, false},
		{"labels", `{"file": "x.csv"`, "labels", false},
		{"equal", `{"file": "x.csv"}`, `equal must start with "["`, false},
	} {
		_, err := Parse(path, []byte(text(c.key, c.value)))
		var place *Error
		var file *data.Error
		want := strings.ReplaceAll(c.want, "DIR", filepath.Dir(path))
		if !errors.As(err, &place) || !strings.Contains(err.Error(), want) || errors.As(err, &file) != c.inFile {
			t.Errorf("%s %s: got %v, want %s", c.key, c.value, err, want)
		}
	}
}

func TestNearestKeys(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"patern": 1}`:                 `unknown key "patern"; did you mean "patterns"? the keys are `,
		`{"freeThreshold": true}`:       `did you mean "free_threshold"?`,
		`{"zzzzzz": true}`:              `unknown key "zzzzzz"; the keys are drive, equal,`,
		`{"problem": "max_kappa_out"}`:  `unknown problem max_kappa_out; did you mean "max-kappa-out"? it is one of`,
		`{"problem": "capacity curve"}`: `did you mean "capacity-curve"?`,
		`{"problem": 3}`:                `unknown problem 3; it is one of`,
	} {
		if _, err := Parse("f", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}
