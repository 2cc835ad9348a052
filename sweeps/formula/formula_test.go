package formula

import (
	"math"
	"strings"
	"testing"
)

func TestFormula(t *testing.T) {
	env := map[string]any{"g": 2.0, "rule": "oja", "fast": true, "tan": 3.0}
	for text, want := range map[string]float64{
		"g^2 + sqrt(4)":           6,
		"exp(0) + log(1)":         1,
		"erf(0) + erfc(0)":        1,
		"rule == 'oja' ? g : 0":   2,
		"fast ? 1 : 0":            1,
		"2*pi":                    2 * math.Pi,
		"floor(2.5) + round(0.4)": 2,
		"max(g, 3) + abs(-1)":     4,
		"tan":                     3, // the params' names come first
		"log(-1)":                 math.NaN(),
		"1/(g-2)":                 math.Inf(1),
		"tanh(1000) + cos(0)":     2,
		"log10(100)+atan(0)":      2,
	} {
		f, err := Compile(text, env)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := f.Eval(map[string]any{"g": 2.0, "rule": "oja", "fast": true, "tan": 3.0}); err != nil || got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Errorf("%s is %g (%v), want %g", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"h + 1":                     "unknown name h, at column 1",
		"rule + 1":                  "the formula",
		"now()":                     "the formula",
		"sum(1..10, sum(1..10, #))": "the formula",
		"'text'":                    "the formula",
		"g +":                       "the formula",
		strings.Repeat("g+", 4096):  "is longer than",
	} {
		if _, err := Compile(text, env); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20s: %v; want %q", text, err, want)
		}
	}
}
