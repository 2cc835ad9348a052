package curve

import (
	"context"
	"errors"
	"math"
	"testing"

	"gardner/core/perceptron"
)

// Every prefix of the curve of free thresholds against the solver of single problems, which finds its optimum in another
// way, and the proof of its end. Labels of both shares, and drives, give thresholds of both signs.
func TestFreeAgainstColdSolves(t *testing.T) {
	t.Parallel()
	ended := 0
	for seed := range uint64(150) {
		p, near, name := draw(seed)
		if near {
			continue
		}
		c, err := Free(context.Background(), p, nil)
		var numerical *NumericalError
		if errors.As(err, &numerical) {
			t.Errorf("%s: %v", name, err)
			continue
		} else if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for m := 1; m <= min(c.Capacity+1, p.P); m++ {
			s, err := perceptron.FreeThreshold(context.Background(), p.Prefix(m), nil)
			if err != nil {
				t.Fatalf("%s, prefix %d: %v", name, m, err)
			}
			if (s.Status == perceptron.Optimal) != (m <= c.Capacity) {
				t.Errorf("%s: capacity %d, but the prefix of %d is %v", name, c.Capacity, m, s.Status)
				continue
			}
			if m <= c.Capacity && c.Kappa[m-1] != s.KappaIn && !(math.Abs(c.Kappa[m-1]-s.KappaIn) <= 2e-8*math.Max(1, s.KappaIn)) {
				t.Errorf("%s, prefix %d: kappa_in %v, solved alone %v", name, m, c.Kappa[m-1], s.KappaIn)
			}
		}
		if c.Ended != (c.Capacity < p.P) {
			t.Errorf("%s: ended %v at %d of %d", name, c.Ended, c.Capacity, p.P)
		}
		if c.Ended {
			ended++
			if _, err := perceptron.Check(p.Prefix(c.Capacity+1), perceptron.KindFreeThreshold, &perceptron.Solution{Status: perceptron.Infeasible,
				Certificate: perceptron.Certificate{Kind: perceptron.FarkasCertificate, Multipliers: c.Farkas}}); err != nil {
				t.Errorf("%s: end after %d: %v", name, c.Capacity, err)
			}
		}
	}
	if ended < 10 {
		t.Errorf("only %d sequences ended", ended)
	}
}

// Free thresholds hold at least what thresholds of one sign do, and MinKappa ends a pass.
func TestFreeIsAtLeastIn(t *testing.T) {
	t.Parallel()
	p := standard(5, 400, 40, math.Inf(1))
	p.Signs = make([]int8, p.N)
	a, err := In(context.Background(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Free(context.Background(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Capacity < a.Capacity || !c.Ended {
		t.Errorf("capacity %d, ended %v; with theta >= 0 %d", c.Capacity, c.Ended, a.Capacity)
	}
	for m, kappa := range a.Kappa {
		if c.Kappa[m] < kappa {
			t.Errorf("prefix %d: %v, with theta >= 0 %v", m+1, c.Kappa[m], kappa)
		}
	}
	short, err := Free(context.Background(), p, &Options{MinKappa: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	if short.Ended || short.CapacityAt(0.5) != c.CapacityAt(0.5) || short.Capacity >= c.Capacity {
		t.Errorf("with MinKappa: capacity %d, ended %v, %d at 0.5; without %d", short.Capacity, short.Ended, short.CapacityAt(0.5), c.CapacityAt(0.5))
	}
}
