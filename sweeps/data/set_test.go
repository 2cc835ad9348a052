package data

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// files writes files into a new folder and returns it.
func files(t *testing.T, contents map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range contents {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoad(t *testing.T) {
	t.Parallel()
	dir := files(t, map[string]string{
		"x.csv": "a,b\n1,2\n3,4\n5,-0\n", "y.csv": "0,1,0\n", "t.csv": "type\nexc\nInh\n",
	})
	at := func(name string) string { return filepath.Join(dir, name) }
	s, err := Load(at("x.csv"), at("y.csv"), at("t.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if s.P != 3 || s.N != 2 || fmt.Sprint(s.X, s.Labels, s.Signs) != "[1 2 3 4 5 0] [-1 1 -1] [1 -1]" || math.Signbit(s.X[5]) {
		t.Errorf("got %+v", s)
	}
	if len(s.Notes) != 1 || !strings.HasSuffix(s.Notes[0], "y.csv: labels of 0 are read as -1") {
		t.Errorf("notes %q", s.Notes)
	}
	if err := s.Require(); err != nil {
		t.Error(err)
	}
	if s, err = Load(at("x.csv"), "", ""); err != nil || !errors.Is(s.Require(), ErrIncomplete) {
		t.Errorf("%v, %v", err, s.Require())
	}
}

func TestLoadMistakes(t *testing.T) {
	t.Parallel()
	dir := files(t, map[string]string{
		"x.csv": "1,2\n3,4\n5,6\n", "y.csv": "1\n-1\n1\n", "t.csv": "exc\ninh\n",
		"two.csv": "1\n-1\n", "three.csv": "exc\ninh\nexc\n", "matrix.csv": "1,1\n1,1\n",
		"mixed.csv": "1\n0\n-1\n", "five.csv": "1\n5\n1\n", "word.csv": "exc\nboth\n", "half.csv": "1\n0.5\n",
		"nan.csv": "1,2\n3,NaN\n", "x.npz": "", "x.mat": "", "x.npy": "1,2\n",
	})
	at := func(name string) string {
		if name == "" {
			return ""
		}
		return filepath.Join(dir, name)
	}
	for _, c := range []struct{ x, y, types, want string }{
		{"none.csv", "", "", "none.csv: there is no such file"},
		{"x.npz", "", "", "a .npz archive is not read"},
		{"x.mat", "", "", "must end in .npy or .csv"},
		{"x.npy", "", "", "x.npy: byte 0: this is no NPY file"},
		{"nan.csv", "", "", "nan.csv:2:3: value 1 is NaN"},
		{"x.csv", "two.csv", "", "has 2 labels, but there are 3 patterns; are the patterns transposed?"},
		{"x.csv", "matrix.csv", "", "labels must be one row or one column, this is 2 x 2"},
		{"x.csv", "mixed.csv", "", "label 1 is 0 and label 2 is -1"},
		{"x.csv", "five.csv", "", "label 1 is 5: it must be"},
		{"x.csv", "y.csv", "three.csv", "has 3 cell types, but the patterns of"},
		{"x.csv", "y.csv", "word.csv", `word.csv:2:1: value 0, "both", is unknown; it is a number or one of e, exc,`},
		{"x.csv", "y.csv", "half.csv", "the type of cell 1 is 0.5"},
		{"x.csv", "y.csv", "matrix.csv", "cell types must be one row or one column"},
	} {
		_, err := Load(at(c.x), at(c.y), at(c.types))
		var place *Error
		if !errors.As(err, &place) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s %s: got %v, want %s", c.x, c.y, c.types, err, c.want)
		}
	}
	if _, err := ReadFile(dir + ".csv"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if err := os.Mkdir(at("folder.csv"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(at("folder.csv")); err == nil || !strings.Contains(err.Error(), "this is a folder") {
		t.Errorf("got %v", err)
	}
	if _, err := NewSet(Vector([]float64{1, 2}), nil, nil); err == nil || !strings.Contains(err.Error(), "patterns must be 2-D") {
		t.Errorf("1-D patterns: %v", err)
	}
}

// The hash does not depend on the format, and on everything else.
func TestHash(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := arrays().Filter(func(a *Array) bool { return a.Dims == 2 }).Draw(t, "patterns")
		labels := make([]float64, a.Rows)
		for i := range labels {
			labels[i] = rapid.SampledFrom([]float64{1, -1}).Draw(t, "label")
		}
		signs := make([]int8, a.Cols)
		set := func(x *Array) *Set {
			s, err := NewSet(x, Vector(labels), signs)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		var npy, csv bytes.Buffer
		if err := errors.Join(WriteNPY(&npy, a), WriteCSV(&csv, a, nil)); err != nil {
			t.Fatal(err)
		}
		fromNPY, err1 := ReadNPY("a", &npy, Limits{})
		fromCSV, err2 := ReadCSV("b", &csv, Limits{})
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		h := set(a).Hash()
		if set(fromNPY).Hash() != h || set(fromCSV).Hash() != h {
			t.Fatal("the hash depends on the format")
		}
		other := set(a)
		switch rapid.IntRange(0, 3).Draw(t, "change") {
		case 0:
			other.X = append([]float64(nil), other.X...)
			k := rapid.IntRange(0, len(other.X)-1).Draw(t, "k")
			if other.X[k] = math.Nextafter(other.X[k], 0); other.X[k] == a.Values[k] {
				other.X[k] = 1
			}
		case 1:
			other.Labels[0] = -other.Labels[0]
		case 2:
			other.Signs = append([]int8(nil), other.Signs...)
			other.Signs[0] = 1
		case 3:
			other.Signs = nil
		}
		if other.Hash() == h {
			t.Fatal("the hash does not see the change")
		}
	})
	s, err := NewSet(Matrix(2, 1, []float64{1, 0.5}), Vector([]float64{1, 0}), []int8{1})
	if err != nil {
		t.Fatal(err)
	}
	// Held, for it is part of the keys of stored results.
	if got, want := s.Hash().String(), goldenHash; got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
	flat, err := NewSet(Matrix(1, 2, []float64{1, 0.5}), nil, nil)
	tall, err2 := NewSet(Matrix(2, 1, []float64{1, 0.5}), nil, nil)
	if err != nil || err2 != nil || flat.Hash() == tall.Hash() {
		t.Error("the hash does not see the shape")
	}
}

func TestExport(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "deep", "er")
	e := Export{Weights: []float64{0.1, 0}, Theta: []float64{1. / 3}, Patterns: Matrix(1, 2, []float64{1, 2}), Labels: []float64{-1}, Signs: []int8{1, -1}}
	for _, format := range []Format{NPY, CSV} {
		paths, err := e.Write(dir, format)
		if err != nil || len(paths) != 5 {
			t.Fatal(paths, err)
		}
		s, err := Load(paths[2], paths[3], paths[4])
		if err != nil || !sameBits(s.X, e.Patterns.Values) || s.Labels[0] != -1 || s.Signs[1] != -1 {
			t.Errorf("%s: %+v, %v", format, s, err)
		}
		w, err := ReadFile(paths[0])
		if err != nil || !sameBits(w.Values, e.Weights) {
			t.Errorf("%s: %+v, %v", format, w, err)
		}
	}
	if paths, err := (Export{Weights: []float64{1}}).Write(dir, CSV); err != nil || len(paths) != 1 {
		t.Error(paths, err)
	}
	if _, err := e.Write(dir, "xls"); err == nil {
		t.Error("an unknown format is accepted")
	}
	if _, err := (Export{Weights: []float64{math.Inf(1)}}).Write(dir, NPY); !errors.Is(err, ErrNotFinite) {
		t.Errorf("an infinite weight is written: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

const goldenHash = "eacdba4128bcaafa7fce1dd2c1d793ebd9808c51f69a89e783d53a458e61ba8a"
