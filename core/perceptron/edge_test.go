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
