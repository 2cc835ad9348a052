package theory

import (
	"math"

	"gardner/core/num"
)

// Distances is the distribution of y (w.x - theta) over the trained patterns of
// label y, the distance of their potential from threshold on the right side, in
// s.d. of the potential: max(K, u) with u normal around -y D (paper, "noise
// robustness"; the same law that NoiseError averages over).
type Distances struct {
	K float64 // kappa/sqrt Q, the margin of the solution
	D float64 // distance of the mean potential below threshold, before training
}

// Distances returns the distribution at load alpha for a solution at its largest
// margin with order parameters o. Undefined where no margin is left.
func (n Neuron) Distances(o Order, alpha float64) (Distances, error) {
	if err := n.Validate(); err != nil {
		return Distances{}, err
	}
	if err := positive("alpha", alpha); err != nil {
		return Distances{}, err
	}
	k := n.margin(o, alpha) / math.Sqrt(o.Q)
	if !(k >= 0) {
		return Distances{}, &UndefinedError{Quantity: "distance from threshold", Param: "alpha", Value: alpha, Limit: math.NaN(),
			Why: "no margin is left at this load; take a smaller one"}
	}
	_, d, _ := cost(n.POut, k)
	return Distances{K: k, D: d}, nil
}

// Below returns the probability that a pattern of label y is nearer than x: 0 up
// to K, H(-x-yD) beyond.
func (d Distances) Below(y, x float64) float64 {
	if !(x > d.K) {
		return 0
	}
	return num.H(-x - float64(y*d.D))
}

// Mean returns the mean distance of the patterns of label y, K + J1(K+yD).
func (d Distances) Mean(y float64) float64 { return d.K + num.J1(d.K+float64(y*d.D)) }
