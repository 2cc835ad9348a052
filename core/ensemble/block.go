package ensemble

import (
	"fmt"
	"math"

	"gardner/core/perceptron"
)

// Block is the answers of the neurons of a range; entry k of each slice belongs to neuron Lo + k.
type Block struct {
	Range
	P, N int
	Kind perceptron.Kind

	// Weights is (Hi-Lo) x N, row-major: row k holds the weights onto neuron Lo + k, in units of its threshold; its own
	// entry is 0. Where no physical weights exist (UF always; theta = 0, with Gamma infinite) they are canonical. Rows of
	// infeasible neurons are 0.
	Weights []float64
	// Threshold is what the neuron compares J.x with: x_i = [J_i.x > Threshold_i]. 1 for physical weights, else the
	// canonical theta; NaN for infeasible neurons. A drive adds Theta-fold: J.x + Threshold I_ext > Threshold.
	Threshold []float64

	Theta             []float64 // canonical threshold; NaN for infeasible neurons
	KappaIn, KappaOut []float64 // as perceptron.Solution; NaN for infeasible neurons
	SignedMargin      []float64 // of infeasible neurons: how far from feasible, <= 0; B: kappa_out; NaN for feasible A and UF
	Gap               []float64 // of the certificate, as perceptron.Solution
	Multipliers       []float64 // (Hi-Lo) x P, the certificates
	Status            []perceptron.Status
	NormActive        []bool // |w| = Gamma theta
	Iterations        []int
}

func newBlock(m *Memories, kind perceptron.Kind, r Range) *Block {
	n := r.Hi - r.Lo
	floats := make([]float64, n*(m.N+m.P+6))
	cut := func(n int) []float64 {
		s := floats[:n:n]
		floats = floats[n:]
		return s
	}
	b := &Block{Range: r, P: m.P, N: m.N, Kind: kind, Weights: cut(n * m.N), Multipliers: cut(n * m.P),
		Threshold: cut(n), Theta: cut(n), KappaIn: cut(n), KappaOut: cut(n), SignedMargin: cut(n), Gap: cut(n),
		Status: make([]perceptron.Status, n), NormActive: make([]bool, n), Iterations: make([]int, n)}
	for _, s := range [][]float64{b.Threshold, b.Theta, b.KappaIn, b.KappaOut, b.SignedMargin, b.Gap} {
		nan(s)
	}
	return b
}

// cut ends the block before neuron hi.
func (b *Block) cut(hi int) {
	b.Hi = hi
	n := hi - b.Lo
	b.Weights, b.Multipliers = b.Weights[:n*b.N], b.Multipliers[:n*b.P]
	b.Threshold, b.Theta, b.KappaIn, b.KappaOut = b.Threshold[:n], b.Theta[:n], b.KappaIn[:n], b.KappaOut[:n]
	b.SignedMargin, b.Gap = b.SignedMargin[:n], b.Gap[:n]
	b.Status, b.NormActive, b.Iterations = b.Status[:n], b.NormActive[:n], b.Iterations[:n]
}

// set stores the solution of neuron i.
func (b *Block) set(i int, s *perceptron.Solution) {
	k := i - b.Lo
	b.Theta[k], b.KappaIn[k], b.KappaOut[k], b.SignedMargin[k], b.Gap[k] = s.Theta, s.KappaIn, s.KappaOut, s.SignedMargin, s.Gap
	b.Status[k], b.NormActive[k], b.Iterations[k] = s.Status, s.NormActive, s.Iterations
	copy(b.Multipliers[k*b.P:(k+1)*b.P], s.Certificate.Multipliers)
	if s.Status != perceptron.Optimal {
		return
	}
	w, physical := s.Weights, false
	if b.Kind != perceptron.KindFreeThreshold {
		if v, ok := s.Physical(); ok {
			w, physical = v, true
		}
	}
	row := b.Row(i)
	copy(row, w[:i])
	copy(row[i+1:], w[i:])
	if b.Threshold[k] = s.Theta; physical {
		b.Threshold[k] = 1
	}
}

// Row returns the N weights onto neuron i (Lo <= i < Hi), a part of Weights.
func (b *Block) Row(i int) []float64 {
	if i < b.Lo || i >= b.Hi {
		panic(fmt.Sprintf("ensemble: neuron %d is not in the block %d to %d", i, b.Lo, b.Hi))
	}
	k := i - b.Lo
	return b.Weights[k*b.N : (k+1)*b.N : (k+1)*b.N]
}

// Infeasible counts the neurons that no weights can make hold all memories.
func (b *Block) Infeasible() int {
	n := 0
	for _, s := range b.Status {
		if s == perceptron.Infeasible {
			n++
		}
	}
	return n
}

// Solution returns the answer of neuron i as that of Memories.Problem(i), for perceptron.Check. Canonical weights are
// those of the row, rounded once more where the row is physical.
func (b *Block) Solution(i int) *perceptron.Solution {
	row, k := b.Row(i), i-b.Lo
	s := &perceptron.Solution{Status: b.Status[k], Theta: b.Theta[k], KappaIn: b.KappaIn[k], KappaOut: b.KappaOut[k],
		SignedMargin: b.SignedMargin[k], Gap: b.Gap[k], NormActive: b.NormActive[k], Iterations: b.Iterations[k],
		Certificate: perceptron.Certificate{Kind: perceptron.DualCertificate,
			Multipliers: append([]float64(nil), b.Multipliers[k*b.P:(k+1)*b.P]...)}}
	for _, l := range s.Certificate.Multipliers {
		if l != 0 {
			s.Support++
		}
	}
	if s.Status == perceptron.Infeasible {
		s.Certificate.Kind = perceptron.FarkasCertificate
		return s
	}
	s.Weights = append(append(make([]float64, 0, b.N-1), row[:i]...), row[i+1:]...)
	if s.Theta > 0 && b.Threshold[k] == 1 && !math.IsInf(s.Theta, 1) && b.Kind != perceptron.KindFreeThreshold {
		for j := range s.Weights {
			s.Weights[j] *= s.Theta
		}
	}
	return s
}
