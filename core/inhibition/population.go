package inhibition

import (
	"fmt"
	"math"

	"gardner/core/memory"
	"gardner/core/num"
	"gardner/core/rng"
)

// Coupling is j, the strength of the couplings within the I population.
const Coupling = 2.0

// Population is the sizes and activities of a circuit.
type Population struct {
	NExc, NInh int
	FE         float64 // f_E, activity of E neurons in a memory, in (0, 1)
	MI         float64 // m_I, mean activity of the I population, in (0, 1/2)
}

// Validate returns nil or an error that says which number is out of its domain.
func (p Population) Validate() error {
	switch {
	case p.NExc < 2:
		return fmt.Errorf("inhibition: %d excitatory neurons, want at least 2", p.NExc)
	case p.NInh < 2:
		return fmt.Errorf("inhibition: %d inhibitory neurons, want at least 2", p.NInh)
	case !(p.FE > 0 && p.FE < 1):
		return fmt.Errorf("inhibition: f_E = %v, want an activity between 0 and 1, both excluded", p.FE)
	case !(p.MI > 0 && p.MI < 0.5):
		return fmt.Errorf("inhibition: m_I = %v, want an activity between 0 and 1/2, both excluded", p.MI)
	}
	return nil
}

// Gain returns g, the strength of the couplings from E to I: the root of
// u(g) = -sqrt(g^2 f_E + j^2 m_I) H^-1(m_I). It panics if p is not valid.
func (p Population) Gain() float64 {
	if err := p.Validate(); err != nil {
		panic(err)
	}
	x := num.InvH(p.MI)
	// excess grows with g: f_E sqrt(N_E) > 0 plus a growing root.
	excess := func(g float64) float64 {
		a := float64(g*g*p.FE) + float64(Coupling*Coupling*p.MI)
		return p.field(g) + float64(math.Sqrt(a)*x)
	}
	low, high := 0.0, 1.0
	for excess(high) < 0 {
		low, high = high, 2*high
	}
	for {
		middle := low + float64((high-low)/2)
		if middle <= low || middle >= high {
			return high
		}
		if excess(middle) < 0 {
			low = middle
		} else {
			high = middle
		}
	}
}

// field is u, the mean field of an I neuron.
func (p Population) field(g float64) float64 {
	exc := float64(g * math.Sqrt(float64(p.NExc)) * p.FE)
	inh := float64(Coupling * math.Sqrt(float64(p.NInh)) * p.MI)
	return exc - inh - 1
}

// QuenchedOrder returns q, the mean square over neurons of their time-averaged activity,
// in mean field theory: the smallest root above m_I^2 of
//
//	q = int Dz H^2((-u - sqrt(b) z)/sqrt(a - b)),  a = g^2 f_E + j^2 m_I,  b = g^2 f_E + j^2 q.
//
// m_I would mean a frozen state. It panics if p is not valid.
func (p Population) QuenchedOrder() float64 {
	g := p.Gain()
	u := p.field(g)
	exc := float64(g * g * p.FE)
	next := func(q float64) float64 {
		b, rest := exc+float64(Coupling*Coupling*q), float64(Coupling*Coupling*(p.MI-q))
		const step = 1.0 / 32
		sum := 0.0
		for k := -8 * 32; k <= 8*32; k++ {
			z := float64(k) * step
			h := num.H((-u - float64(math.Sqrt(b)*z)) / math.Sqrt(rest))
			sum += float64(num.Gauss(z) * h * h)
		}
		return float64(sum * step)
	}
	q := p.MI * p.MI
	for range 200 {
		was := q
		if q = next(q); math.Abs(q-was) < 1e-12 || q >= p.MI {
			break
		}
	}
	return math.Min(q, p.MI)
}

// Circuit is a population with its random couplings.
type Circuit struct {
	Population
	FromExc []float64 // J_IE: N_I x N_E, row-major
	FromInh []float64 // J_II: N_I x N_I, row-major, diagonal 0
	inh     *memory.Network
}

// Draw draws the couplings of the I population. It panics if p is not valid.
func (p Population) Draw(s *rng.Stream) *Circuit {
	g := p.Gain() / math.Sqrt(float64(p.NExc))
	j := Coupling / math.Sqrt(float64(p.NInh))
	c := &Circuit{Population: p, FromExc: make([]float64, p.NInh*p.NExc), FromInh: make([]float64, p.NInh*p.NInh)}
	s.FillExp(c.FromExc)
	for k := range c.FromExc {
		c.FromExc[k] *= g
	}
	s.FillExp(c.FromInh)
	for k := range c.FromInh {
		if c.FromInh[k] *= -j; k/p.NInh == k%p.NInh {
			c.FromInh[k] = 0
		}
	}
	c.inh = memory.NewNetwork(p.NInh, c.FromInh, make([]float64, p.NInh))
	return c
}
