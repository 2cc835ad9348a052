package theory

import (
	"errors"
	"math"
	"testing"

	"gardner/core/num"
	"gardner/core/rng"
)

// Against a plain Monte Carlo over the cut-off normal distances.
func TestNoiseErrorAgainstMonteCarlo(t *testing.T) {
	t.Parallel()
	n := Neuron{FExc: .8, Phi: math.Sqrt2, POut: .1, Lambda: 1.5}
	const alpha, norm, trials = 1, .7, 200_000
	o, err := n.OrderBalanced(alpha)
	if err != nil {
		t.Fatal(err)
	}
	kappa, err := n.KappaBalanced(alpha)
	if err != nil {
		t.Fatal(err)
	}
	_, d, err := MarginCost(n.POut, kappa/math.Sqrt(o.Q))
	if err != nil {
		t.Fatal(err)
	}
	s := rng.New(rng.NewKey("theory test", "noise error"))
	for _, m := range [][2]float64{{.2, 0}, {0, .3}, {.5, .5}, {3, 0}, {.01, 0}} {
		want, square := 0.0, 0.0
		for range trials {
			y := -1.0
			if s.Bernoulli(n.POut) {
				y = 1
			}
			margin := norm * math.Max(kappa, math.Sqrt(o.Q)*(s.Norm()-y*d))
			p := num.H(margin / math.Hypot(norm*m[0], m[1]))
			want += p / trials
			square += p * p / trials
		}
		got, err := n.NoiseError(o, alpha, norm, m[0], m[1])
		if err != nil {
			t.Fatal(err)
		}
		sem := math.Sqrt((square - want*want) / trials)
		if math.Abs(got-want) > 4*sem+1e-12 {
			t.Errorf("noise %v: %v, sampled %v +- %v", m, got, want, sem)
		}
	}
}

func TestNoiseErrorLimits(t *testing.T) {
	t.Parallel()
	n := Neuron{FExc: .8, Phi: math.Sqrt2, POut: .5, Lambda: 1}
	o, err := n.OrderIn(.5)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := n.NoiseError(o, .5, 1, 0, 0); p != 0 || err != nil {
		t.Errorf("without noise: %v, %v", p, err)
	}
	if p, err := n.NoiseError(o, .5, 1, 1e9, 0); math.Abs(p-.5) > 1e-8 || err != nil {
		t.Errorf("in noise only: %v, %v", p, err)
	}
	// At alpha -> 0 all patterns lie at the margin.
	o, err = n.OrderIn(1e-4)
	if err != nil {
		t.Fatal(err)
	}
	k, err := n.KappaIn(1e-4)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := n.NoiseError(o, 1e-4, 1, k, 0); math.Abs(p-num.H(1)) > 1e-6 || err != nil {
		t.Errorf("at the margin: %v, %v, want %v", p, err, num.H(1))
	}
	var undefined *UndefinedError
	if _, err := n.NoiseError(o, 3, 1, 1, 0); !errors.As(err, &undefined) {
		t.Errorf("beyond capacity: %v", err)
	}
	var domain *DomainError
	for _, bad := range [][4]float64{{0, 1, 1, 1}, {.5, 0, 1, 1}, {.5, 1, -1, 0}, {.5, 1, 0, math.NaN()}} {
		if _, err := n.NoiseError(o, bad[0], bad[1], bad[2], bad[3]); !errors.As(err, &domain) {
			t.Errorf("%v: %v", bad, err)
		}
	}
}
