package perceptron

import (
	"errors"
	"math"
	"testing"
)

// Numbers whose squares are no numbers any more are refused, not solved wrongly.
func TestMagnitudesOutOfRange(t *testing.T) {
	t.Parallel()
	base := func() *Problem {
		return &Problem{P: 2, N: 2, X: []float64{3, 1, 1, 3}, Labels: []float64{1, -1}, Signs: []int8{1, -1}, Gamma: 1}
	}
	for name, spoil := range map[string]func(p *Problem){
		"huge inputs":  func(p *Problem) { p.X[2] = 1e300 },
		"tiny inputs":  func(p *Problem) { p.X = []float64{3e-300, 1e-300, 1e-308, 3e-300} },
		"huge gamma":   func(p *Problem) { p.Gamma = 1e200 },
		"tiny gamma":   func(p *Problem) { p.Gamma = 1e-200 },
		"huge drive":   func(p *Problem) { p.Drive = []float64{0, -1e100} },
		"huge margins": func(p *Problem) { p.Margins = []float64{1, 1e100} },
	} {
		p := base()
		spoil(p)
		var input *InputError
		if _, _, err := Both(t.Context(), p, nil); !errors.As(err, &input) {
			t.Errorf("%s: got %v, want an InputError", name, err)
		}
	}
	// Up to the limits answers scale as they should: kappa_in with the inputs.
	want, err := MaxKappaIn(t.Context(), base(), nil)
	if err != nil || want.Status != Optimal {
		t.Fatal(want, err)
	}
	for _, scale := range []float64{1e-70, 1e-20, 1e20, 1e70} {
		p := base()
		for k := range p.X {
			p.X[k] *= scale
		}
		p.Gamma /= scale
		s, err := MaxKappaIn(t.Context(), p, nil)
		if err != nil || s.Status != Optimal || math.Abs(s.KappaIn/scale/want.KappaIn-1) > 1e-9 {
			t.Errorf("inputs times %g: %+v, %v", scale, s, err)
			continue
		}
		if _, err := Check(p, KindKappaIn, s); err != nil {
			t.Errorf("inputs times %g: %v", scale, err)
		}
	}
}
