package perceptron

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gardner/core/linalg"
)

// must solves p and has the answer checked.
func must(t *testing.T, p *Problem, k Kind) *Solution {
	t.Helper()
	s, err := solvers[k](context.Background(), p, nil)
	if err != nil {
		t.Fatalf("%v: %v", k, err)
	}
	gap, err := Check(p, k, s)
	if err != nil {
		t.Fatalf("%v: %v", k, err)
	}
	if s.Status == Optimal && k != KindFeasible && math.Abs(gap-s.Gap) > 1e-9 {
		t.Errorf("%v: gap reported as %v, is %v", k, s.Gap, gap)
	}
	return s
}

// All labels -1: w = 0, theta = 1.
func TestAllMinusIsSilent(t *testing.T) {
	t.Parallel()
	p := instance(rand.New(rand.NewPCG(1, 1)), "exponential", 10, 7, 0.8, 0, 1)
	a := must(t, p, KindKappaIn)
	if norm(a.Weights) != 0 || a.Theta != 1 || !math.IsInf(a.KappaIn, 1) || a.KappaOut != 1 {
		t.Errorf("w = %v, theta = %v, kappa_in = %v", a.Weights, a.Theta, a.KappaIn)
	}
	if q := Describe(p, a, 8); !math.IsNaN(q.Imbalance) || q.SilentExc != 1 || q.Norm != 0 {
		t.Errorf("quantities of w = 0: %+v", q)
	}
	must(t, p, KindKappaOut)
}

// All labels +1: the norm constraint is active, A is B.
func TestAllPlusNormIsActive(t *testing.T) {
	t.Parallel()
	p := instance(rand.New(rand.NewPCG(2, 1)), "exponential", 10, 7, 0.8, 1, 1)
	a, b := must(t, p, KindKappaIn), must(t, p, KindKappaOut)
	if !a.NormActive || !slices.Equal(a.Weights, b.Weights) || a.Theta != b.Theta {
		t.Errorf("A and B differ: %v and %v", a, b)
	}
}

// Gamma infinite: theta = 0 is reached where y w.x >= 1, g w >= 0 can be solved, and the least such w is returned.
func TestUnboundedGammaReachesZeroThreshold(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 1))
	p := instance(r, "exponential", 40, 20, 0.8, 0.3, math.Inf(1))
	b := must(t, p, KindKappaOut)
	z := must(t, p, KindThresholdAtZero)
	if b.Theta != 0 || !math.IsInf(b.KappaOut, 1) || !slices.Equal(b.Weights, z.Weights) {
		t.Errorf("theta = %v, kappa_out = %v", b.Theta, b.KappaOut)
	}
	if _, ok := b.Physical(); ok {
		t.Error("physical weights at theta = 0")
	}
}

// The norm constraint inactive and the linear program's optimum not a point: the least |w|. Here kappa = 1 is set by the
// silent minus-pattern; weights off the plus-pattern's two inputs cost norm only.
func TestLeastNormAmongTies(t *testing.T) {
	t.Parallel()
	p := &Problem{P: 2, N: 3, X: []float64{1, 1, 0, 0, 0, 0}, Labels: []float64{1, -1}, Signs: []int8{1, 1, 1}, Gamma: 10}
	b := must(t, p, KindKappaOut)
	v, _ := b.Physical()
	if b.KappaOut != 1 || b.NormActive || math.Abs(v[0]-1) > 1e-12 || math.Abs(v[1]-1) > 1e-12 || v[2] != 0 {
		t.Errorf("kappa_out = %v, v = %v, norm active %t", b.KappaOut, v, b.NormActive)
	}
}

// A pattern under both labels: no positive margin, the margin is exactly zero or below.
func TestConflictingDuplicates(t *testing.T) {
	t.Parallel()
	p := instance(rand.New(rand.NewPCG(4, 1)), "gaussian", 8, 5, 0.5, 0.4, 1)
	copy(p.X[0:8], p.X[8:16])
	p.Labels[0], p.Labels[1] = 1, -1
	for _, k := range kinds {
		if s := must(t, p, k); s.Status != Infeasible || !(s.Certificate.Kind == FarkasCertificate) {
			t.Errorf("%v: %v", k, s.Status)
		}
	}
	if b := must(t, p, KindKappaOut); b.SignedMargin > 1e-12 || b.SignedMargin < -1 {
		t.Errorf("signed margin %v", b.SignedMargin)
	}
}

// One weight and two patterns, by hand: x = 2 (+), x = 1 (-), w > 0. B: 2v - 1 = 1 - v, v = 2/3, kappa_out = 1/3.
// A: 2w - theta >= 1, theta - w >= 1: w = 2, theta = 3, kappa_in = 1/2.
func TestByHand(t *testing.T) {
	t.Parallel()
	p := &Problem{P: 2, N: 1, X: []float64{2, 1}, Labels: []float64{1, -1}, Signs: []int8{1}, Gamma: 1}
	a, b, err := Both(context.Background(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(b.KappaOut-1.0/3) > 1e-15 || b.NormActive || b.Support != 2 {
		t.Errorf("B: %+v", b)
	}
	if math.Abs(a.KappaIn-0.5) > 1e-15 || math.Abs(a.Theta-3) > 1e-14 || math.Abs(a.SignedMargin-1.0/3) > 1e-15 {
		t.Errorf("A: %+v", a)
	}
	q := Describe(p, a, 1)
	if math.Abs(q.MeanExc-1) > 1e-14 || q.MeanInh != 0 || math.Abs(q.Imbalance-1) > 1e-15 || !math.IsNaN(q.SilentInh) {
		t.Errorf("quantities: %+v", q)
	}
}

// Inputs in other units: kappa_in scales with them, kappa_out does not.
func TestUnitsOfInputs(t *testing.T) {
	t.Parallel()
	p := instance(rand.New(rand.NewPCG(5, 1)), "exponential", 40, 30, 0.8, 0.2, 1)
	a, b := must(t, p, KindKappaIn), must(t, p, KindKappaOut)
	for _, s := range []float64{1e-3, 1e3} {
		q := *p
		q.X = slices.Clone(p.X)
		for i := range q.X {
			q.X[i] *= s
		}
		q.Gamma /= s
		if c := must(t, &q, KindKappaIn); math.Abs(c.KappaIn/s-a.KappaIn) > 1e-11*a.KappaIn {
			t.Errorf("scale %g: kappa_in %.15g, want %.15g", s, c.KappaIn/s, a.KappaIn)
		}
		if c := must(t, &q, KindKappaOut); math.Abs(c.KappaOut-b.KappaOut) > 1e-11*b.KappaOut {
			t.Errorf("scale %g: kappa_out %.15g, want %.15g", s, c.KappaOut, b.KappaOut)
		}
	}
}

// The bits of an answer depend neither on threads nor on what a workspace held before.
func TestBitsDoNotDependOnThreads(t *testing.T) {
	t.Parallel()
	o := &Options{Engine: linalg.New(2), Workspace: new(Workspace)}
	for _, m := range []int{90, 40, 120} {
		p := instance(rand.New(rand.NewPCG(6, uint64(m))), "gamma", 80, m, 0.8, 0.1, 1)
		for _, k := range kinds {
			one := must(t, p, k)
			two, err := solvers[k](context.Background(), p, o)
			if err != nil {
				t.Fatal(err)
			}
			if one.Status != two.Status || !slices.Equal(one.Weights, two.Weights) || !slices.Equal(one.Certificate.Multipliers, two.Certificate.Multipliers) {
				t.Errorf("P=%d %v: answers differ", m, k)
			}
		}
	}
}

// Equality rows, margins and drive by hand: w x = theta d-free row and one with margin 2.
// x = (1), y = +1, d = 0, equality: w = theta. x = (3), y = +1, d = 2: 3w - theta >= 2. A: w = theta = 1.
func TestEqualityAndMargins(t *testing.T) {
	t.Parallel()
	p := &Problem{P: 2, N: 1, X: []float64{1, 3}, Labels: []float64{1, 1}, Signs: []int8{1}, Gamma: 5, Margins: []float64{0, 2}, Equal: []int{0}}
	a := must(t, p, KindKappaIn)
	if math.Abs(a.Weights[0]-1) > 1e-12 || math.Abs(a.Theta-1) > 1e-12 {
		t.Errorf("w = %v, theta = %v", a.Weights, a.Theta)
	}
	// I_ext = 1 takes the threshold away from the second row: 3w >= 2, w = theta = 2/3.
	p.Drive = []float64{0, 1}
	if a = must(t, p, KindKappaIn); math.Abs(a.Weights[0]-2.0/3) > 1e-12 || math.Abs(a.Theta-2.0/3) > 1e-12 {
		t.Errorf("with drive: w = %v, theta = %v", a.Weights, a.Theta)
	}
}

// Cover's count: without signs and with a free threshold N + 1 patterns in general position are always separable, and half of
// all labellings are at P = 2 (N + 1).
func TestFreeThresholdCapacity(t *testing.T) {
	t.Parallel()
	feasible := 0
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 13))
		p := instance(r, "gaussian", 9, 20, 1, 0.5, 1)
		for mu := range p.Labels {
			p.Labels[mu] = float64(2*r.IntN(2) - 1)
		}
		if must(t, p, KindFreeThreshold).Status == Optimal {
			feasible++
		}
		if s := must(t, p.Prefix(10), KindFreeThreshold); s.Status != Optimal {
			t.Errorf("seed %d: 10 patterns of 9 inputs are not separable", seed)
		}
	}
	if feasible < 75 || feasible > 125 { // 3.5 standard deviations
		t.Errorf("%d of 200 separable at P = 2 (N + 1), expected 100", feasible)
	}
}

func TestValidateNamesThePlace(t *testing.T) {
	t.Parallel()
	good := func() *Problem {
		return instance(rand.New(rand.NewPCG(1, 1)), "gaussian", 3, 4, 0.5, 0.5, 1)
	}
	for name, spoil := range map[string]func(p *Problem){
		"X":       func(p *Problem) { p.X[5] = math.NaN() },
		"Labels":  func(p *Problem) { p.Labels[2] = 0 },
		"Signs":   func(p *Problem) { p.Signs[1] = 2 },
		"Gamma":   func(p *Problem) { p.Gamma = 0 },
		"Drive":   func(p *Problem) { p.Drive = []float64{1} },
		"Margins": func(p *Problem) { p.Margins = []float64{1, -1, 1, 1} },
		"Equal":   func(p *Problem) { p.Equal = []int{4} },
		"P":       func(p *Problem) { p.P = 0 },
		"N":       func(p *Problem) { p.N = -1 },
	} {
		p := good()
		spoil(p)
		_, err := MaxKappaIn(context.Background(), p, nil)
		var input *InputError
		if !errors.As(err, &input) || input.Field != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	p := good()
	p.Margins = make([]float64, 4)
	if _, err := MaxKappaIn(context.Background(), p, nil); err == nil {
		t.Error("margins that are all zero set no scale, but pass")
	}
}

// Check refuses answers that were tampered with.
func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	p := instance(rand.New(rand.NewPCG(8, 1)), "exponential", 20, 15, 0.8, 0.2, 1)
	full := instance(rand.New(rand.NewPCG(8, 1)), "exponential", 20, 80, 0.8, 0.5, 1)
	for _, k := range []Kind{KindKappaIn, KindKappaOut} {
		for name, spoil := range map[string]func(s *Solution){
			"weights":     func(s *Solution) { s.Weights[0] += 1e-3 },
			"sign":        func(s *Solution) { s.Weights[19] = 1e-3 },
			"theta":       func(s *Solution) { s.Theta *= 1.001 },
			"multipliers": func(s *Solution) { s.Certificate.Multipliers[0] += 1e-2 * norm(s.Certificate.Multipliers) },
			"negative":    func(s *Solution) { s.Certificate.Multipliers[0] = -1 },
			"kappas":      func(s *Solution) { s.KappaIn *= 1 + 1e-9; s.KappaOut *= 1 + 1e-9 },
		} {
			s := must(t, p, k)
			spoil(s)
			if _, err := Check(p, k, s); err == nil {
				t.Errorf("%v: %s changed, and Check accepts", k, name)
			}
		}
		s := must(t, full, k)
		if s.Status != Infeasible {
			t.Fatalf("%v: 80 patterns of 20 inputs are %v", k, s.Status)
		}
		s.Certificate.Multipliers[0] += 1
		if _, err := Check(full, k, s); err == nil {
			t.Errorf("%v: Farkas vector changed, and Check accepts", k)
		}
	}
}
