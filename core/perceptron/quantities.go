package perceptron

import (
	"fmt"
	"math"
)

// Quantities are the reported observables of a solution. Drives are averages over the problem's patterns in units of
// the threshold (NaN where theta <= 0); all are NaN for an infeasible problem.
type Quantities struct {
	KappaIn, KappaOut float64
	Norm              float64 // |w|/theta
	MeanExc           float64 // mean over patterns of the sum over excitatory inputs of w_i x_i / theta
	MeanInh           float64 // the same over inhibitory inputs; usually negative
	// Imbalance is IB = <h>/<sum_i |w_i| x_i>, h = w.x: 1 unbalanced, O(1/sqrt N) balanced. Signed; NaN at w = 0; can
	// pass 1 where inputs go negative. Defined at theta = 0 also, for it does not depend on the scale of w.
	Imbalance            float64
	SilentExc, SilentInh float64 // fractions of weights that are exactly zero; NaN for a type without inputs
	NormActive           bool
	Support              int
	SignedMargin, Gap    float64
	Iterations           int
}

// Describe evaluates the reported quantities of s, a solution of p, with the first nExc inputs counted as excitatory
// and the rest as inhibitory (whatever p.Signs, which are 0 in the unconstrained problems).
func Describe(p *Problem, s *Solution, nExc int) Quantities {
	if nExc < 0 || nExc > p.N {
		panic(fmt.Sprintf("perceptron: %d excitatory inputs of %d", nExc, p.N))
	}
	nan := math.NaN()
	q := Quantities{KappaIn: s.KappaIn, KappaOut: s.KappaOut, Norm: nan, MeanExc: nan, MeanInh: nan, Imbalance: nan,
		SilentExc: nan, SilentInh: nan, NormActive: s.NormActive, Support: s.Support, SignedMargin: s.SignedMargin,
		Gap: s.Gap, Iterations: s.Iterations}
	if s.Status != Optimal {
		return q
	}
	w := s.Weights
	q.SilentExc, q.SilentInh = zeroFraction(w[:nExc]), zeroFraction(w[nExc:])
	mean := make([]float64, p.N) // of each input over the patterns
	for mu := range p.P {
		for i, x := range p.X[mu*p.N : (mu+1)*p.N] {
			mean[i] += x
		}
	}
	var exc, inh, gross, square float64
	for i, m := range mean {
		m /= float64(p.P)
		drive := float64(w[i] * m)
		if i < nExc {
			exc += drive
		} else {
			inh += drive
		}
		gross += float64(math.Abs(w[i]) * m)
		square += float64(w[i] * w[i])
	}
	if square > 0 {
		q.Imbalance = (exc + inh) / gross
	}
	if s.Theta > 0 {
		q.Norm, q.MeanExc, q.MeanInh = math.Sqrt(square)/s.Theta, exc/s.Theta, inh/s.Theta
	}
	return q
}

func zeroFraction(w []float64) float64 {
	if len(w) == 0 {
		return math.NaN()
	}
	n := 0
	for _, x := range w {
		if x == 0 {
			n++
		}
	}
	return float64(n) / float64(len(w))
}
