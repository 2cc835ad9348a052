package memory_test

import (
	"context"
	"math"
	"testing"

	"gardner/core/memory"
	"gardner/core/num"
	"gardner/core/rng"
)

// Neurons without couplings, at distance 1 from threshold: the error of a cycle is
// Binomial(N, H(1/sigma))/N, so the chance that none of T cycles exceeds 0.1 is known.
// All memories sit in the same place; the crossing is where that chance is 1/2.
func TestSigma50OfIndependentNeurons(t *testing.T) {
	t.Parallel()
	const n, p, cycles = 200, 41, 50
	m := draw(t, "independent", memory.Population{N: n, FExc: .8, FE: .3, FI: .3}, p, 0)
	copy(m.States, make([]float64, n*p))
	theta := make([]float64, n)
	for i := range theta {
		theta[i] = 1
	}
	tester := &memory.Tester{Memories: m, Network: memory.NewNetwork(n, make([]float64, n*n), theta), Tested: p,
		Key: rng.NewKey("memory test", "sigma50"), Cycles: cycles}
	got, err := tester.Sigma50(context.Background(), memory.Noise{Out: 1})
	if err != nil {
		t.Fatal(err)
	}
	// The median of 41 has a standard error of 1.25/sqrt 41 of a s.d.: compare the chance at the answer.
	chance := math.Pow(binomialAtMost(n, n/10, num.H(1/got)), cycles)
	if z := (chance - .5) / math.Sqrt(.25/p); math.Abs(z) > 4 {
		t.Errorf("sigma50 = %v, where a memory is stable with probability %v (z = %.1f)", got, chance, z)
	}
	again, err := tester.Sigma50(context.Background(), memory.Noise{Out: 1})
	if err != nil || again != got {
		t.Errorf("the same question is answered by %v and %v, %v", got, again, err)
	}
	// Input noise moves nothing without weights.
	if in, err := tester.Sigma50(context.Background(), memory.Noise{In: 1}); err != nil || !math.IsInf(in, 1) {
		t.Errorf("sigma_in crosses at %v, %v", in, err)
	}
	// Nothing pulls a silent neuron up, so any distortion is undone at once.
	if p50, err := tester.P50(context.Background()); err != nil || p50 != 1 {
		t.Errorf("p50 = %v, %v", p50, err)
	}
}

// binomialAtMost is the chance of at most k successes of n.
func binomialAtMost(n, k int, p float64) float64 {
	term, sum := math.Pow(1-p, float64(n)), 0.0
	for i := range k + 1 {
		sum += term
		term *= float64(n-i) / float64(i+1) * p / (1 - p)
	}
	return sum
}

// A ferromagnet of majority votes has basins that end where the majority does.
func TestP50OfAMajority(t *testing.T) {
	t.Parallel()
	const n = 401
	pop := memory.Population{N: n, FExc: 1, FE: .5, FI: .5}
	m := draw(t, "majority", pop, 11, 0)
	for i := range m.States {
		m.States[i] = 1
	}
	w, theta := make([]float64, n*n), make([]float64, n)
	for i := range w {
		if i/n != i%n {
			w[i] = 1.0 / (n - 1)
		}
	}
	for i := range theta {
		theta[i] = .6
	}
	tester := &memory.Tester{Memories: m, Network: memory.NewNetwork(n, w, theta), Tested: 11, Key: rng.NewKey("memory test", "p50")}
	got, err := tester.P50(context.Background())
	// A fraction 1-p stays active; the state recovers if that is above .6, and dies below.
	if err != nil || math.Abs(got-.4) > .02 {
		t.Errorf("p50 = %v, %v, want about .4", got, err)
	}
}
