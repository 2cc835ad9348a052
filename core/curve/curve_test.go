package curve

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gardner/core/perceptron"
)

// verify runs a pass and has every prefix, and the end, judged by perceptron.Check, which shares no code with it.
func verify(p *perceptron.Problem, kind perceptron.Kind, every int) (c *Curve, worst float64, err error) {
	var failed error
	opt := &Options{Visit: func(s Step) {
		if failed != nil || s.Prefix%every != 0 {
			return
		}
		length := 0.0
		for _, w := range s.Weights {
			length += w * w
		}
		q := p.Prefix(s.Prefix)
		gap, err := perceptron.Check(q, kind, &perceptron.Solution{
			Weights: s.Weights, Theta: s.Theta, KappaIn: 1 / math.Sqrt(length), KappaOut: 1 / s.Theta,
			Certificate: perceptron.Certificate{Kind: perceptron.DualCertificate, Multipliers: s.Multipliers},
		})
		if kind == perceptron.KindKappaOut && s.Theta == 0 { // kappa_out = +Inf: theta = 0 has a solution
			_, err = perceptron.Check(q, perceptron.KindThresholdAtZero, &perceptron.Solution{
				Weights: s.Weights, KappaIn: 1 / math.Sqrt(length), KappaOut: math.Inf(1),
				Certificate: perceptron.Certificate{Kind: perceptron.DualCertificate, Multipliers: s.Multipliers},
			})
			gap = 0
		}
		worst = math.Max(worst, math.Abs(gap))
		if err != nil {
			failed = fmt.Errorf("prefix %d: %w", s.Prefix, err)
			return
		}
		attained := 1 / s.Theta
		if kind == perceptron.KindKappaIn {
			attained = 1 / math.Sqrt(length)
		}
		if s.Kappa != attained && !(math.Abs(s.Kappa-attained) <= perceptron.CertifiedGap*math.Max(1, attained)) {
			failed = fmt.Errorf("prefix %d: kappa %v, weights attain %v", s.Prefix, s.Kappa, attained)
		}
	}}
	run := In
	if kind == perceptron.KindKappaOut {
		run = Out
	}
	c, err = run(context.Background(), p, opt)
	if err != nil {
		return c, worst, err
	}
	if failed != nil {
		return c, worst, failed
	}
	if c.Ended {
		_, err := perceptron.Check(p.Prefix(c.Capacity+1), kind, &perceptron.Solution{Status: perceptron.Infeasible,
			Certificate: perceptron.Certificate{Kind: perceptron.FarkasCertificate, Multipliers: c.Farkas}})
		if err != nil {
			return c, worst, fmt.Errorf("end after %d: %w", c.Capacity, err)
		}
	} else if c.Capacity != p.P {
		return c, worst, fmt.Errorf("stopped at %d of %d", c.Capacity, p.P)
	}
	return c, worst, nil
}

var kinds = []perceptron.Kind{perceptron.KindKappaIn, perceptron.KindKappaOut}

// Many small problems of all kinds: every prefix of every curve is certified by perceptron.Check, both curves end at the same
// prefix, and kappa never grows. Only patterns that agree to 1e-6 may end in a NumericalError, and rarely do.
func TestRandomProblems(t *testing.T) {
	t.Parallel()
	seeds := uint64(600)
	if os.Getenv("GARDNER_SLOW") != "" {
		seeds = 60000
	}
	cold, prefixes, given := 0, 0, 0
	worst := 0.0
	for seed := range seeds {
		p, near, name := draw(seed)
		var caps [2]int
		for i, kind := range kinds {
			c, gap, err := verify(p, kind, 1)
			var numerical *NumericalError
			switch {
			case near && (errors.As(err, &numerical) || err != nil && c.Cold > 0):
				given++
				caps[i] = -1
				continue
			case err != nil:
				t.Errorf("%s %s: %v", kind, name, err)
				caps[i] = -1
				continue
			}
			worst = math.Max(worst, gap)
			cold, prefixes = cold+c.Cold, prefixes+c.Capacity
			caps[i] = c.Capacity
			for m := 1; m < c.Capacity; m++ {
				if c.Kappa[m] > c.Kappa[m-1] {
					t.Errorf("%s %s: kappa grows at prefix %d", kind, name, m+1)
				}
			}
		}
		if caps[0] != caps[1] && caps[0] >= 0 && caps[1] >= 0 {
			t.Errorf("%s: capacity %d from kappa_in, %d from kappa_out", name, caps[0], caps[1])
		}
	}
	if given > int(seeds)/200 {
		t.Errorf("%d curves of %d given up", given, 2*seeds)
	}
	t.Logf("%d prefixes, largest gap %.2g, %d solved on their own, %d curves given up", prefixes, worst, cold, given)
}

// Every prefix against a cold solve, which finds its optimum in another way.
func TestAgainstColdSolves(t *testing.T) {
	t.Parallel()
	for _, n := range []int{10, 25, 40} {
		for _, gamma := range []float64{.05, 1, math.Inf(1)} {
			p := standard(uint64(n), 2*n, n, gamma)
			a, err := In(context.Background(), p, nil)
			if err != nil {
				t.Fatal(err)
			}
			b, err := Out(context.Background(), p, nil)
			if err != nil {
				t.Fatal(err)
			}
			if a.Capacity != b.Capacity || a.Ended != b.Ended {
				t.Fatalf("N=%d gamma=%g: capacity %d, %v and %d, %v", n, gamma, a.Capacity, a.Ended, b.Capacity, b.Ended)
			}
			for m := 1; m <= min(a.Capacity+1, p.P); m++ {
				sa, sb, err := perceptron.Both(context.Background(), p.Prefix(m), nil)
				if err != nil {
					t.Fatal(err)
				}
				if m > a.Capacity {
					if sa.Status != perceptron.Infeasible {
						t.Errorf("N=%d gamma=%g: prefix %d is %v, the curve ended", n, gamma, m, sa.Status)
					}
					continue
				}
				for _, c := range []struct {
					name       string
					curve, one float64
				}{{"kappa_in", a.Kappa[m-1], sa.KappaIn}, {"kappa_out", b.Kappa[m-1], sb.KappaOut}} {
					if c.curve != c.one && math.Abs(c.curve-c.one) > 1e-9*math.Max(1, c.one) {
						t.Errorf("N=%d gamma=%g prefix %d: %s %.15g, alone %.15g", n, gamma, m, c.name, c.curve, c.one)
					}
				}
			}
		}
	}
}

// A curve of realistic size to its end, with every tenth certificate checked independently.
func TestStandardToTheEnd(t *testing.T) {
	t.Parallel()
	for _, gamma := range []float64{1, 10} {
		p := standard(3, 400, 200, gamma)
		var caps [2]int
		for i, kind := range kinds {
			c, worst, err := verify(p, kind, 10)
			if err != nil {
				t.Fatalf("gamma=%g %s: %v", gamma, kind, err)
			}
			for m, gap := range c.Gap {
				worst = math.Max(worst, math.Abs(gap))
				if !(gap <= 1e-10) {
					t.Errorf("gamma=%g %s prefix %d: gap %g", gamma, kind, m+1, gap)
				}
			}
			if c.Cold > 0 {
				t.Errorf("gamma=%g %s: %d prefixes solved on their own", gamma, kind, c.Cold)
			}
			caps[i] = c.Capacity
			t.Logf("gamma=%g %s: capacity %d (ended %v), gap %.2g, %d events, %d rounds", gamma, kind, c.Capacity, c.Ended, worst, c.Events, c.Rounds)
		}
		if caps[0] != caps[1] {
			t.Errorf("gamma=%g: capacities %v differ", gamma, caps)
		}
	}
}

func TestDegenerate(t *testing.T) {
	t.Parallel()
	inf := math.Inf(1)
	for _, c := range []struct {
		name         string
		p            perceptron.Problem
		kappaIn      []float64
		kappaOut     []float64
		ended, weakF bool
	}{
		{"one class, minus: w = 0", perceptron.Problem{P: 2, N: 2, X: []float64{1, 2, 3, 1}, Labels: []float64{-1, -1}, Signs: []int8{1, -1}, Gamma: 1},
			[]float64{inf, inf}, []float64{3, 2}, false, false},
		{"one class, plus: the norm binds", perceptron.Problem{P: 1, N: 2, X: []float64{3, 4}, Labels: []float64{1}, Signs: []int8{1, 1}, Gamma: 2},
			[]float64{4.5}, []float64{9}, false, false},
		{"duplicate", perceptron.Problem{P: 2, N: 1, X: []float64{3, 3}, Labels: []float64{1, 1}, Signs: []int8{1}, Gamma: 1},
			[]float64{2, 2}, []float64{2, 2}, false, false},
		{"conflicting duplicate", perceptron.Problem{P: 2, N: 1, X: []float64{3, 3}, Labels: []float64{1, -1}, Signs: []int8{1}, Gamma: 1},
			[]float64{2}, []float64{2}, true, true},
		{"silent pattern, plus: hopeless", perceptron.Problem{P: 1, N: 2, X: []float64{0, 0}, Labels: []float64{1}, Signs: []int8{1, -1}, Gamma: 1},
			nil, nil, true, false},
		{"silent pattern, minus: kappa_out <= 1", perceptron.Problem{P: 1, N: 2, X: []float64{0, 0}, Labels: []float64{-1}, Signs: []int8{1, -1}, Gamma: 1},
			[]float64{inf}, []float64{1}, false, false},
		{"theta = 0 without norm", perceptron.Problem{P: 1, N: 1, X: []float64{2}, Labels: []float64{1}, Signs: []int8{1}, Gamma: inf},
			[]float64{2}, []float64{inf}, false, false},
		{"too small for its threshold", perceptron.Problem{P: 1, N: 1, X: []float64{.5}, Labels: []float64{1}, Signs: []int8{1}, Gamma: 1},
			nil, nil, true, false},
	} {
		a, err := In(context.Background(), &c.p, nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		b, err := Out(context.Background(), &c.p, nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		near := cmpopts.EquateApprox(0, 1e-12)
		if d := cmp.Diff(c.kappaIn, a.Kappa, near, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: kappa_in %s", c.name, d)
		}
		if d := cmp.Diff(c.kappaOut, b.Kappa, near, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: kappa_out %s", c.name, d)
		}
		if a.Ended != c.ended || b.Ended != c.ended {
			t.Errorf("%s: ended %v and %v", c.name, a.Ended, b.Ended)
		}
		if c.ended && !c.weakF && !(a.FarkasGap > 0 && b.FarkasGap > 0) {
			t.Errorf("%s: Farkas gaps %g, %g", c.name, a.FarkasGap, b.FarkasGap)
		}
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	p := standard(1, 60, 30, 1)
	full, err := Out(context.Background(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	kappa := full.Kappa[19]
	done := 0
	c, err := Out(context.Background(), p, &Options{MinKappa: kappa, Progress: func(m, of int) {
		if of != p.P || m != done+1 {
			t.Errorf("progress %d of %d after %d", m, of, done)
		}
		done = m
	}})
	if err != nil || c.Ended {
		t.Fatal(c.Ended, err)
	}
	if n := len(c.Kappa); c.Kappa[n-1] >= kappa || c.CapacityAt(kappa) != full.CapacityAt(kappa) || done != n {
		t.Errorf("stopped at %d, capacity %d, full pass %d, progress %d", n, c.CapacityAt(kappa), full.CapacityAt(kappa), done)
	}
	if d := cmp.Diff(full.Kappa[:done], c.Kappa); d != "" {
		t.Error("a pass that stops early has other bits:", d)
	}
	if full.CapacityAt(math.Inf(1)) != 0 || full.CapacityAt(0) != full.Capacity {
		t.Error("capacity at the ends of kappa")
	}
	ctx, cancel := context.WithCancel(context.Background())
	c, err = In(ctx, p, &Options{Progress: func(m, of int) {
		if m == 5 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || c.Capacity != 5 {
		t.Errorf("cancelled after 5: capacity %d, error %v", c.Capacity, err)
	}
}

func TestInputErrors(t *testing.T) {
	t.Parallel()
	for field, change := range map[string]func(p *perceptron.Problem){
		"X":       func(p *perceptron.Problem) { p.X[3] = math.NaN() },
		"Gamma":   func(p *perceptron.Problem) { p.Gamma = 0 },
		"Margins": func(p *perceptron.Problem) { p.Margins = make([]float64, p.P) },
	} {
		p := standard(1, 4, 10, 1)
		change(p)
		var input *perceptron.InputError
		if _, err := Out(context.Background(), p, nil); !errors.As(err, &input) || input.Field != field {
			t.Errorf("%s: error %v", field, err)
		}
	}
}

// Rows with equality: every prefix is certified, those before the first such row are those of the ordinary curve, and it
// ends earlier.
func TestEqualityRows(t *testing.T) {
	t.Parallel()
	for _, gamma := range []float64{1, math.Inf(1)} {
		for _, kind := range kinds {
			p := standard(3, 60, 24, gamma)
			plain, _, err := verify(p, kind, 1)
			if err != nil {
				t.Fatal(err)
			}
			p.Equal = []int{8, 13, 21}
			c, worst, err := verify(p, kind, 1)
			if err != nil {
				t.Fatal(err)
			}
			if !c.Ended || c.Capacity > plain.Capacity || c.Capacity <= 21 || worst > perceptron.CertifiedGap {
				t.Errorf("gamma %g: %s ends after %d, without equality after %d, gap %g", gamma, kind, c.Capacity, plain.Capacity, worst)
			}
			for m, kappa := range c.Kappa {
				if m < 8 && !(kappa == plain.Kappa[m] || math.Abs(kappa-plain.Kappa[m]) <= 1e-9*kappa) || kappa > plain.Kappa[m]*(1+1e-9) {
					t.Errorf("gamma %g: %s of %d rows: %g, without equality %g", gamma, kind, m+1, kappa, plain.Kappa[m])
				}
			}
		}
	}
}
