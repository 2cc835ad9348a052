package sweeps

import (
	"math"

	"gardner/core/theory"
)

// networkMarginTheory are the large-N lines of a trained network's mean margins, averaged
// over both types of neurons, which differ in p_out (f_E or f_I).
func networkMarginTheory() []Theory {
	mean := func(of func(n theory.Neuron, u theory.Units, p Point) (float64, error)) func(Point) float64 {
		return func(p Point) float64 {
			sum, share := 0.0, p.Num("f_exc")
			for activity, weight := range map[string]float64{"f_E": share, "f_I": 1 - share} {
				if weight == 0 {
					continue
				}
				n, u, ok := networkNeuron(p, activity)
				if !ok {
					return math.NaN()
				}
				v, err := of(n, u, p)
				if err != nil {
					return math.NaN()
				}
				sum += weight * v
			}
			return sum
		}
	}
	// kappaIn is kappa_in of a neuron by solution. A balanced B has kappa_in = kappa_out/Gamma.
	kappaIn := func(n theory.Neuron, u theory.Units, p Point) (float64, error) {
		var k float64
		var err error
		switch p.Str("solution") {
		case solutionA:
			k, err = n.KappaIn(p.Num("alpha"))
		case solutionUF:
			k, err = n.KappaGardner(p.Num("alpha"))
		default:
			k, err = n.KappaBalanced(p.Num("alpha"))
		}
		return u.KappaIn(k), err
	}
	return []Theory{
		{Metric: "kappa_in_mean", Name: "theory", Doc: "large N, both types of neurons; B while balanced", Eval: mean(kappaIn)},
		{Metric: "kappa_out_mean", Name: "theory", Doc: "B while balanced and UF: large N; A: to first order in 1/sqrt N", Eval: mean(
			func(n theory.Neuron, u theory.Units, p Point) (float64, error) {
				if p.Str("solution") == solutionA {
					return n.KappaOutInFinite(p.Num("alpha"), u.N, u.CVExc)
				}
				k, err := kappaIn(n, u, p)
				return k * u.Gamma, err
			})},
	}
}
