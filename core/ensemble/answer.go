package ensemble

import (
	"math"

	"gardner/core/linalg"
	"gardner/core/perceptron"
)

// answer turns the settled active set into the solution that package perceptron gives, or nil if the neuron is none of the
// generic kind after all: A with its norm constraint active or theta <= 0, no positive margin.
func (a *activeSet) answer(d *descent) *perceptron.Solution {
	m := a.s.m
	least := math.Inf(1)
	for mu := range a.h {
		least = math.Min(least, a.margin(d, mu))
	}
	if !(least > 1e-9) {
		return nil
	}
	sol := &perceptron.Solution{Weights: make([]float64, 0, m.N-1), SignedMargin: math.NaN(), Iterations: d.iterations,
		Certificate: perceptron.Certificate{Kind: perceptron.DualCertificate, Multipliers: make([]float64, m.P)}}
	factor := 1 / least
	if a.kind == perceptron.KindKappaOut {
		factor = m.Gamma / a.size / least
	}
	for j, w := range a.x {
		if j != d.i {
			sol.Weights = append(sol.Weights, float64(w*factor))
		}
	}
	length := math.Sqrt(linalg.Dot(sol.Weights, sol.Weights))
	sol.KappaIn = 1 / length
	l := sol.Certificate.Multipliers
	for mu, x := range a.l {
		if l[mu] = math.Max(0, x); l[mu] > 0 {
			sol.Support++
		}
	}
	if a.kind == perceptron.KindKappaOut {
		return a.out(d, sol, least)
	}
	return a.inwards(d, sol, least)
}

// out completes B: multipliers with sum 1.
func (a *activeSet) out(d *descent, sol *perceptron.Solution, kappa float64) *perceptron.Solution {
	l := sol.Certificate.Multipliers
	var sum, tl float64
	for mu, x := range l {
		sum += x
		tl += float64(d.t[mu] * x)
	}
	for mu := range l {
		l[mu] /= sum
	}
	sol.Theta, sol.KappaOut, sol.SignedMargin, sol.NormActive = 1/kappa, kappa, kappa, true
	upper := (float64(a.s.m.Gamma*a.size) - tl) / sum
	sol.Gap = math.Max(0, upper-kappa) / math.Max(1, kappa)
	return sol
}

// inwards completes A and UF: multipliers scaled to the largest dual value, and in A, where theta >= 0 needs t'l >= 0, tipped
// by a few units of rounding to that side of zero. It returns nil for a solution that the bounds of A forbid.
func (a *activeSet) inwards(d *descent, sol *perceptron.Solution, least float64) *perceptron.Solution {
	m, l := a.s.m, sol.Certificate.Multipliers
	sol.Theta = a.theta / least
	if a.kind == perceptron.KindKappaIn && !(sol.Theta > 0 && 1/sol.KappaIn <= m.Gamma*sol.Theta) {
		return nil
	}
	sol.KappaOut = 1 / sol.Theta
	if sol.Theta < 0 {
		sol.KappaOut = math.NaN()
	}
	var plus, minus, sum float64 // the parts of t'l, and 1'l
	largest := -1
	for mu, x := range l {
		sum += x
		if d.y[mu] < 0 {
			minus -= float64(d.t[mu] * x)
			continue
		}
		plus += float64(d.t[mu] * x)
		if largest < 0 || x > l[largest] {
			largest = mu
		}
	}
	if a.kind == perceptron.KindKappaIn {
		l[largest] += (math.Max(0, minus-plus) + float64(1e-15*float64(m.P)*(plus+minus))) / d.t[largest]
	}
	for mu := range l {
		l[mu] *= sum / float64(a.size*a.size)
	}
	upper := a.size / sum
	sol.Gap = math.Max(0, upper-sol.KappaIn) / math.Max(1, sol.KappaIn)
	return sol
}
