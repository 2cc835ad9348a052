package theory_test

import (
	"math"
	"testing"

	"gardner/core/num"
	"gardner/core/theory"
)

// Below is a distribution function whose mean is Mean, and deterministic shifts
// spread over a normal number give NoiseError.
func TestDistances(t *testing.T) {
	t.Parallel()
	n := theory.Neuron{FExc: 0.8, Phi: math.Sqrt2, POut: 0.1, Lambda: 1}
	const alpha = 1
	o, err := n.OrderBalanced(alpha)
	if err != nil {
		t.Fatal(err)
	}
	d, err := n.Distances(o, alpha)
	if err != nil {
		t.Fatal(err)
	}
	kappa, err := n.KappaBalanced(alpha)
	if err != nil {
		t.Fatal(err)
	}
	if want := kappa / math.Sqrt(o.Q); math.Abs(d.K-want) > 1e-6 {
		t.Errorf("K = %v, want kappa_out/(Gamma sqrt Q) = %v", d.K, want)
	}
	failure := 0.0
	const h, sigma = 1e-3, 0.4
	for _, c := range []struct{ y, p float64 }{{1, 0.1}, {-1, 0.9}} {
		mean, x := d.K, d.K
		for ; x < 15; x += h {
			mean += h * (1 - d.Below(c.y, x+h/2))
		}
		if math.Abs(mean-d.Mean(c.y)) > 1e-6 {
			t.Errorf("label %g: mean %v, want %v", c.y, d.Mean(c.y), mean)
		}
		if d.Below(c.y, d.K) != 0 || d.Below(c.y, 12) < 1-1e-9 {
			t.Errorf("label %g: Below is %v at K and %v far out", c.y, d.Below(c.y, d.K), d.Below(c.y, 12))
		}
		for z := d.K / sigma; z < 9; z += h { // noise of sigma s.d. flips what is nearer than sigma z
			failure += c.p * h * num.Gauss(z+h/2) * d.Below(c.y, sigma*(z+h/2))
		}
	}
	want, err := n.NoiseError(o, alpha, 1, sigma*math.Sqrt(o.Q), 0)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(failure-want) > 1e-6 {
		t.Errorf("error under noise %v, want %v", failure, want)
	}
	if _, err := n.Distances(o, 3); err == nil {
		t.Error("no error at a load above capacity")
	}
}
