package problem

import (
	"errors"
	"math"
	"strings"
	"testing"
)

const good = `{"problem": "max-kappa-in",
 "patterns": [[1, 2.5], [0, 1e-3]],
 "labels": [1, -1], "signs": [1, -1], "gamma": 2,
 "drive": [0, -0.5], "margins": [1, 0], "equal": [0]}`

func TestParse(t *testing.T) {
	t.Parallel()
	f, err := Parse("good.json", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	p := f.Problem
	if f.Question != MaxKappaIn || p.P != 2 || p.N != 2 || p.X[1] != 2.5 || p.X[3] != 1e-3 || p.Gamma != 2 ||
		p.Signs[1] != -1 || p.Drive[1] != -0.5 || p.Margins[1] != 0 || p.Equal[0] != 0 {
		t.Errorf("got %+v of %+v", f, p)
	}
	f, err = Parse("g", []byte(`{"problem":"feasible","patterns":[[1]],"labels":[1],"signs":[0]}`))
	if err != nil || !math.IsInf(f.Problem.Gamma, 1) {
		t.Errorf("absent gamma: %v, %v", f, err)
	}
}

func TestMistakesHaveAPlace(t *testing.T) {
	t.Parallel()
	replace := func(from, to string) string { return strings.Replace(good, from, to, 1) }
	for _, c := range []struct{ name, file, want string }{
		{"empty", "", "f:1:1: the file ends too early"},
		{"cut off", good[:40], "f:2:13: the file ends too early"},
		{"not an object", `[1]`, "f:1:1: a problem must start with"},
		{"nan", replace("2.5", "NaN"), "f:2:19: not JSON"},
		{"huge", replace("2.5", "1e999"), "f:2:19: value 1 of pattern 0 is not a finite number"},
		{"text", replace("2.5", `"2"`), "f:2:19: value 1 of pattern 0 is not a finite number"},
		{"ragged", replace("[0, 1e-3]", "[0]"), "f:2:25: pattern 1 has 1 values, pattern 0 has 2"},
		{"label", replace(`"labels": [1, -1]`, `"labels": [1, 2]`), "f:3:2: perceptron: Labels of pattern 1 is 2, must be +1 or -1"},
		{"labels short", replace(`"labels": [1, -1]`, `"labels": [1]`), "f:3:2: perceptron: Labels has 1 values, must have 2"},
		{"sign", replace(`"signs": [1, -1]`, `"signs": [1, 3]`), "value 1 of signs is 3"},
		{"gamma", replace(`"gamma": 2`, `"gamma": -2`), "gamma must be a positive number"},
		{"margin", replace(`[1, 0]`, `[1, -4]`), "value 1 of margins is -4: it must be at least 0"},
		{"equal", replace(`"equal": [0]`, `"equal": [7]`), "Equal of pattern 7 names no pattern"},
		{"unknown key", replace(`"gamma"`, `"gama"`), `f:3:39: unknown key "gama"`},
		{"twice", replace(`"gamma": 2`, `"labels": [1, 1]`), `the key "labels" stands twice`},
		{"missing", `{"problem": "feasible"}`, `the key "patterns" is missing`},
		{"problem", replace("max-kappa-in", "max"), "unknown problem max; it is one of"},
		{"tail", good + "x", "something after the end"},
		{"no patterns", replace(`[[1, 2.5], [0, 1e-3]]`, `[]`), "P is 0"},
		{"uf", replace(`"max-kappa-in"`, `"feasible", "free_threshold": true`), "free_threshold goes with"},
	} {
		_, err := Parse("f", []byte(c.file))
		var place *Error
		if !errors.As(err, &place) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(`{"problem":"capacity-curve","patterns":[[1]],"labels":[1],"signs":[0],"gamma":"inf"}`))
	f.Add([]byte(`{"problem":"feasible","patterns":{"file":"x.csv"},"labels":{"file":"y.npy"},"signs":{"file":""}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse("f", data)
		var place *Error
		switch {
		case err == nil:
			if err := file.Problem.Validate(); err != nil {
				t.Errorf("accepted an invalid problem: %v", err)
			}
		case !errors.As(err, &place):
			t.Errorf("an error without a place: %v", err)
		}
	})
}
