package curve

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gardner/core/perceptron"
)

// standard draws exponential excitatory and gamma inhibitory patterns, f_exc = .8, p_out = .1, with exact label counts.
func standard(seed uint64, P, N int, gamma float64) *perceptron.Problem {
	g := rand.New(rand.NewPCG(seed, 7))
	p := &perceptron.Problem{P: P, N: N, X: make([]float64, P*N), Labels: make([]float64, P), Signs: make([]int8, N), Gamma: gamma}
	for j := range p.Signs {
		p.Signs[j] = 1
		if j >= N*8/10 {
			p.Signs[j] = -1
		}
	}
	u := g.Float64()
	for i := range P {
		p.Labels[i] = -1
		if math.Floor(float64(i+1)*.1+u) > math.Floor(float64(i)*.1+u) {
			p.Labels[i] = 1
		}
		for j := range N {
			if p.Signs[j] > 0 {
				p.X[i*N+j] = g.ExpFloat64()
			} else {
				p.X[i*N+j] = (g.ExpFloat64() + g.ExpFloat64()) / math.Sqrt2
			}
		}
	}
	return p
}

// draw makes one of many kinds of small problem, degenerate ones among them. near: some patterns agree to 1e-6.
func draw(seed uint64) (p *perceptron.Problem, near bool, name string) {
	g := rand.New(rand.NewPCG(seed, 11))
	n := 1 + g.IntN(40)
	if g.IntN(3) == 0 {
		n = 1 + g.IntN(6)
	}
	m := 1 + g.IntN(3*n+3)
	p = &perceptron.Problem{P: m, N: n, X: make([]float64, m*n), Labels: make([]float64, m), Signs: make([]int8, n)}
	family := []string{"exponential", "bernoulli", "sparse", "gaussian", "integer", "lognormal"}[g.IntN(6)]
	scale := math.Pow(10, float64(g.IntN(7)-3))
	for k := range p.X {
		var x float64
		switch family {
		case "exponential":
			x = g.ExpFloat64()
		case "bernoulli":
			x = float64(g.IntN(2))
		case "sparse":
			x = float64(g.IntN(8) / 7)
		case "gaussian":
			x = g.NormFloat64()
		case "integer":
			x = float64(g.IntN(4))
		case "lognormal":
			x = math.Exp(g.NormFloat64())
		}
		p.X[k] = scale * x
	}
	fExc := []float64{0, .3, .5, .8, 1}[g.IntN(5)]
	for j := range p.Signs {
		p.Signs[j] = 1
		if float64(j) >= fExc*float64(n) {
			p.Signs[j] = -1
		}
	}
	signs := g.IntN(8)
	if signs == 0 {
		clear(p.Signs)
	} else if signs == 1 {
		for j := range p.Signs {
			p.Signs[j] = int8(g.IntN(3) - 1)
		}
	}
	pOut := []float64{0, .1, .5, .5, .9, 1}[g.IntN(6)]
	for i := range p.Labels {
		p.Labels[i] = -1
		if g.Float64() < pOut {
			p.Labels[i] = 1
		}
	}
	p.Gamma = []float64{.1, 1, 10, 1000, math.Inf(1)}[g.IntN(5)] / scale
	twist := g.IntN(8)
	switch twist {
	case 0: // duplicates, some with the other label
		for range 1 + m/4 {
			i, k := g.IntN(m), g.IntN(m)
			copy(p.X[i*n:(i+1)*n], p.X[k*n:(k+1)*n])
			if g.IntN(4) > 0 {
				p.Labels[i] = p.Labels[k]
			}
		}
	case 1: // duplicate and silent inputs
		for range 1 + n/4 {
			j, k := g.IntN(n), g.IntN(n)
			for i := range m {
				p.X[i*n+j] = p.X[i*n+k]
				if twist := g.IntN(6); k == 0 && twist < 6 {
					p.X[i*n+j] = 0
				}
			}
		}
	case 2:
		p.Drive = make([]float64, m)
		for i := range p.Drive {
			p.Drive[i] = g.NormFloat64()
		}
	case 3:
		p.Margins = make([]float64, m)
		for i := range p.Margins {
			p.Margins[i] = .1 + g.ExpFloat64()
		}
	case 4: // near duplicates
		for range 1 + m/4 {
			i, k := g.IntN(m), g.IntN(m)
			for j := range n {
				p.X[i*n+j] = p.X[k*n+j] * (1 + 1e-6*g.NormFloat64())
			}
			p.Labels[i] = p.Labels[k]
		}
	}
	return p, twist == 4, fmt.Sprintf("seed %d: %s P=%d N=%d f_exc=%g p_out=%g gamma=%g scale=%g signs=%d twist=%d", seed, family, m, n, fExc, pOut, p.Gamma, scale, signs, twist)
}
