package perceptron

import (
	"math"
	"math/rand/v2"
)

// families of inputs for the tests: excitatory and inhibitory samplers.
var families = []string{"exponential", "gamma", "bernoulli", "gaussian", "lognormal"}

// instance draws a problem: nExc = floor(fExc N) excitatory inputs first, labels +1 with probability pOut.
func instance(r *rand.Rand, family string, n, p int, fExc, pOut, gamma float64) *Problem {
	q := &Problem{P: p, N: n, X: make([]float64, p*n), Labels: make([]float64, p), Signs: make([]int8, n), Gamma: gamma}
	nExc := int(math.Floor(fExc*float64(n) + 1e-9))
	for i := range q.Signs {
		q.Signs[i] = -1
		if i < nExc {
			q.Signs[i] = 1
		}
	}
	for mu := range p {
		for i := range n {
			q.X[mu*n+i] = sample(r, family, i < nExc)
		}
	}
	u := r.Float64()
	for mu := range p {
		q.Labels[mu] = -1
		if math.Floor(float64(mu+1)*pOut+u) > math.Floor(float64(mu)*pOut+u) {
			q.Labels[mu] = 1
		}
	}
	return q
}

func sample(r *rand.Rand, family string, exc bool) float64 {
	switch family {
	case "exponential":
		if exc {
			return r.ExpFloat64()
		}
		return (r.ExpFloat64() + r.ExpFloat64()) / math.Sqrt2
	case "gamma":
		return (r.ExpFloat64() + r.ExpFloat64()) / math.Sqrt2
	case "bernoulli":
		f := 0.3
		if !exc {
			f = 0.15
		}
		if r.Float64() < f {
			return 1
		}
		return 0
	case "gaussian":
		return 1 + r.NormFloat64()
	case "lognormal":
		return math.Exp(0.5 * r.NormFloat64())
	}
	panic("no family " + family)
}
