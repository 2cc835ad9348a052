package perceptron

import (
	"context"
	"math"
	"testing"
)

// At the point where the norm constraint of A is met with equality and does not push, B's multipliers are no certificate
// of A (t'lambda < 0): A's own are.
func TestNormMetWithEquality(t *testing.T) {
	t.Parallel()
	p := &Problem{P: 3, N: 4, X: []float64{2, -1, 0, -1, 2, -1, 0, -1, 0, 1, 1, 0}, Labels: []float64{1, 1, -1},
		Signs: []int8{1, 1, 1, 1}, Gamma: 1}
	for name, solve := range map[string]func() (*Solution, error){
		"alone": func() (*Solution, error) { return MaxKappaIn(context.Background(), p, nil) },
		"after B": func() (*Solution, error) {
			a, _, err := Both(context.Background(), p, nil)
			return a, err
		},
	} {
		s, err := solve()
		if err != nil {
			t.Fatal(name, err)
		}
		if _, err := Check(p, KindKappaIn, s); err != nil || math.Abs(s.KappaIn-1) > 1e-9 || math.Abs(s.Theta-1) > 1e-9 {
			t.Errorf("%s: kappa_in %v, theta %v, %v; want 1, 1 and a certificate", name, s.KappaIn, s.Theta, err)
		}
	}
}

// Without a bound on the norm an infeasible problem has a margin, too: 0 for a pattern with both labels.
func TestMarginOfInfeasibleWithoutNorm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		x    []float64
		y    []float64
		want float64
	}{
		{[]float64{1, 1}, []float64{1, -1}, 0},
		{[]float64{-1}, []float64{1}, -1}, // an excitatory weight on a negative input: w = 0 is best
	} {
		p := &Problem{P: len(c.y), N: 1, X: c.x, Labels: c.y, Signs: []int8{1}, Gamma: math.Inf(1)}
		s, err := MaxKappaIn(context.Background(), p, nil)
		if err != nil {
			t.Fatal(err)
		}
		if s.Status != Infeasible || math.Abs(s.SignedMargin-c.want) > 1e-7 || s.SignedMargin > 0 {
			t.Errorf("%v: %v with margin %v, want infeasible with %v", c, s.Status, s.SignedMargin, c.want)
		}
	}
}

// Where theta = 0 binds, theta is 0 and not what rounding left of it.
func TestBindingThresholdIsZero(t *testing.T) {
	t.Parallel()
	p := &Problem{P: 2, N: 2, X: []float64{1, 0.3, 0.7, 1}, Labels: []float64{1, 1}, Signs: []int8{1, 1}, Gamma: math.Inf(1)}
	s, err := MaxKappaIn(context.Background(), p, nil)
	if err != nil || s.Theta != 0 || !math.IsInf(s.KappaOut, 1) {
		t.Fatalf("theta %v, kappa_out %v, %v; want 0 and +Inf", s.Theta, s.KappaOut, err)
	}
	if _, ok := s.Physical(); ok {
		t.Error("physical weights at theta = 0")
	}
}

// Rows that exclude each other at any margin. First -w = 1 - 0.7 theta in an equality row and -w >= 1 - 0.55 theta: theta <= 0. Then
// rows with margin 0, w >= theta and w <= theta/2.
func TestRowsThatExcludeEachOther(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]*Problem{
		"equality": {P: 3, N: 1, X: []float64{1, 1, 1}, Labels: []float64{-1, -1, -1}, Signs: []int8{-1}, Gamma: 10,
			Drive: []float64{0.3, 0.45, 0.2}, Equal: []int{0}},
		"margin 0": {P: 3, N: 1, X: []float64{1, 2, 0}, Labels: []float64{1, -1, -1}, Signs: []int8{1}, Gamma: 10,
			Margins: []float64{0, 0, 1}},
	} {
		s := must(t, p, KindKappaOut)
		if s.Status != Infeasible || !math.IsInf(s.SignedMargin, -1) {
			t.Errorf("%s: %v with margin %v", name, s.Status, s.SignedMargin)
		}
		opt := (&Options{}).resolved()
		v := &solver{p: p, o: &opt, t: thresholds(p)}
		g := v.program(KindKappaOut)
		if _, err := v.withRadius(t.Context(), g, p.Gamma, false); err != nil {
			t.Fatal(err)
		}
		f, ok := v.contradiction(t.Context(), g)
		if !ok {
			t.Errorf("%s: no contradiction", name)
			continue
		}
		if gap, err := Check(p, KindKappaOut, f); err != nil || !(gap > 0) {
			t.Errorf("%s: gap %v, %v", name, gap, err)
		}
	}
}
