package inhibition

import (
	"context"
	"fmt"
	"math"

	"gardner/core/ensemble"
	"gardner/core/memory"
	"gardner/core/perceptron"
	"gardner/core/theory"
)

// Architecture names a way in which the network is inhibited; see the package
// documentation.
type Architecture string

// The architectures.
const (
	Constant   Architecture = "constant"
	Feedback   Architecture = "feedback"
	Live       Architecture = "live"
	EI         Architecture = "ei"
	Selective  Architecture = "selective"
	Excitatory Architecture = "excitatory"
)

// Architectures lists them all.
func Architectures() []Architecture {
	return []Architecture{Constant, Feedback, Live, EI, Selective, Excitatory}
}

// HasPopulation reports whether the architecture has the random I population.
func (a Architecture) HasPopulation() bool { return a == Live || a == EI }

// PlasticInputs returns the number of plastic synapses onto a neuron.
func (a Architecture) PlasticInputs(p Population) int {
	if a == EI || a == Selective {
		return p.NExc + p.NInh - 1
	}
	return p.NExc - 1
}

// Memories are the states to be kept and how the I population takes part in them.
type Memories struct {
	P   int
	Exc []float64 // P x NExc, row-major, 0 or 1
	Inh []float64 // P x NInh: the states of selective, the averages of live and ei; else nil
}

// exc returns the E part of memory mu.
func (m *Memories) exc(n, mu int) []float64 { return m.Exc[mu*n : (mu+1)*n] }

// Problem is what the neurons of an architecture are to learn.
type Problem struct {
	Architecture Architecture
	Population   Population
	Memories     *Memories
	Gamma        float64
	// Base is I_0, 0 of architectures without a common inhibitory input.
	Base float64
	// Ensemble is the training problem; its first Trained neurons learn.
	Ensemble *ensemble.Memories
	Trained  int
}

// NewProblem returns the training problem of an architecture. m.Inh must be there for
// live, ei and selective (see Memories). It panics if p is not valid, shapes do not fit
// or gamma is not positive and finite.
func NewProblem(a Architecture, p Population, m *Memories, gamma float64) *Problem {
	return newProblem(a, p, m, gamma, func(c theory.CommonInhibition) float64 {
		_, b, err := c.Kappa(float64(m.P) / float64(p.NExc))
		if err != nil { // above capacity: what is best there
			_, b, _ = c.Capacity(0)
		}
		return b
	})
}

// NewCapacityProblem is NewProblem with the common inhibitory input that is best at the
// capacity for a margin kappa = kappa_out/(Gamma sigma_E) >= 0, whatever the number of
// memories.
func NewCapacityProblem(a Architecture, p Population, m *Memories, gamma, kappa float64) *Problem {
	return newProblem(a, p, m, gamma, func(c theory.CommonInhibition) float64 {
		_, b, err := c.Capacity(kappa)
		if err != nil {
			panic(err)
		}
		return b
	})
}

func newProblem(a Architecture, p Population, m *Memories, gamma float64, best func(theory.CommonInhibition) float64) *Problem {
	if err := p.Validate(); err != nil {
		panic(err)
	}
	needs := a.HasPopulation() || a == Selective
	if len(m.Exc) != m.P*p.NExc || needs && len(m.Inh) != m.P*p.NInh || !(gamma > 0 && gamma <= math.MaxFloat64) {
		panic(fmt.Sprintf("inhibition: %d E and %d I states of %d memories of %+v, Gamma = %v", len(m.Exc), len(m.Inh), m.P, p, gamma))
	}
	q := &Problem{Architecture: a, Population: p, Memories: m, Gamma: gamma, Trained: p.NExc}
	e := &ensemble.Memories{P: m.P, N: p.NExc, X: m.Exc, Gamma: gamma}
	if a == EI || a == Selective {
		e.N = p.NExc + p.NInh
		e.X = make([]float64, 0, m.P*e.N)
		for mu := range m.P {
			e.X = append(append(e.X, m.exc(p.NExc, mu)...), m.Inh[mu*p.NInh:(mu+1)*p.NInh]...)
		}
	}
	if a == Selective {
		q.Trained = e.N
	}
	e.Signs = make([]int8, e.N)
	for i := range e.Signs {
		e.Signs[i] = 1
		if i >= p.NExc {
			e.Signs[i] = -1
		}
	}
	if a == Constant || a == Feedback || a == Live {
		b := best(theory.CommonInhibition{POut: p.FE, Feedback: a != Constant})
		q.Base = theory.CommonDrive(math.Round(100*b)/100, gamma, p.FE, p.NExc)
		e.Drive = make([]float64, m.P)
		for mu := range e.Drive {
			e.Drive[mu] = -q.input(mu)
		}
	}
	q.Ensemble = e
	return q
}

// input is I^mu, the common inhibitory input in memory mu.
func (q *Problem) input(mu int) float64 {
	switch q.Architecture {
	case Constant:
		return q.Base
	case Feedback:
		return q.Base * mean(q.Memories.exc(q.Population.NExc, mu)) / q.Population.FE
	default: // Live
		n := q.Population.NInh
		return q.Base * mean(q.Memories.Inh[mu*n:(mu+1)*n]) / q.Population.MI
	}
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// Train trains neurons lo ... hi-1 of the problem's Trained ones for the largest
// kappa_out. The block's rows have Ensemble.N weights. Errors and progress as
// [memory.TrainEnsemble].
func (q *Problem) Train(ctx context.Context, lo, hi, threads int, progress func(done int)) (*memory.Block, error) {
	return memory.TrainEnsemble(ctx, q.Ensemble, memory.Training{Kind: perceptron.KindKappaOut, Gamma: q.Gamma}, lo, hi, threads, progress)
}

// Theory returns kappa_out of E neurons in theory at the problem's load, for ei with the
// measured mean and s.d. of the I population's averages; NaN where there is none.
func (q *Problem) Theory() float64 {
	p := q.Population
	sd := math.Sqrt(p.FE * (1 - p.FE))
	inputs := theory.Inputs{MeanExc: p.FE, SDExc: sd}
	switch q.Architecture {
	case Constant, Feedback, Live:
		k, _, err := theory.CommonInhibition{POut: p.FE, Feedback: q.Architecture != Constant}.Kappa(float64(q.Memories.P) / float64(p.NExc))
		if err != nil {
			return math.NaN()
		}
		return k * q.Gamma * sd
	case Excitatory:
		return math.NaN()
	case EI:
		inputs.MeanInh, inputs.SDInh = q.AverageMoments()
	case Selective:
		inputs.MeanInh, inputs.SDInh = p.MI, math.Sqrt(p.MI*(1-p.MI))
	}
	n := float64(p.NExc + p.NInh)
	neuron, _, err := theory.FromInputs(float64(p.NExc)/n, p.FE, inputs)
	if err != nil {
		return math.NaN()
	}
	k, err := neuron.KappaBalanced(float64(q.Memories.P) / n)
	if err != nil {
		return math.NaN()
	}
	return k * q.Gamma * sd
}

// AverageMoments returns the mean of the I states over neurons and memories, and the
// s.d. over memories, pooled over neurons. NaN without I states.
func (q *Problem) AverageMoments() (m, sd float64) {
	n := q.Population.NInh
	if q.Memories.Inh == nil {
		return math.NaN(), math.NaN()
	}
	variance := 0.0
	for i := range n {
		var sum, square float64
		for mu := range q.Memories.P {
			x := q.Memories.Inh[mu*n+i]
			sum += x
			square += float64(x * x)
		}
		count := float64(q.Memories.P)
		m += sum / (count * float64(n))
		variance += (square/count - float64((sum/count)*(sum/count))) / float64(n)
	}
	return m, math.Sqrt(math.Max(0, variance))
}
