package memory

import (
	"fmt"
	"math"

	"gardner/core/linalg"
)

// Network is the couplings and thresholds of a network. It is immutable and may be
// shared.
type Network struct {
	n          int
	columns    []float64 // N x N: columns[j*N+i] = J_ij, so that a flip of j reads a row
	thresholds []float64
	norms      []float64 // |J_i|
}

// NewNetwork returns the network with weights J (N x N, row-major, J[i*N+j] from
// neuron j to i) and thresholds (N). It keeps thresholds and copies J. It panics on
// lengths that do not fit.
func NewNetwork(n int, weights, thresholds []float64) *Network {
	if len(weights) != n*n || len(thresholds) != n {
		panic(fmt.Sprintf("memory: %d weights and %d thresholds of %d neurons", len(weights), len(thresholds), n))
	}
	net := &Network{n: n, columns: make([]float64, n*n), thresholds: thresholds, norms: make([]float64, n)}
	for i := range n {
		row := weights[i*n : (i+1)*n]
		net.norms[i] = math.Sqrt(linalg.Dot(row, row))
	}
	// Square tiles, so that both sides stay in the cache.
	const tile = 32
	for i0 := 0; i0 < n; i0 += tile {
		for j0 := 0; j0 < n; j0 += tile {
			for i := i0; i < min(i0+tile, n); i++ {
				for j := j0; j < min(j0+tile, n); j++ {
					net.columns[j*n+i] = weights[i*n+j]
				}
			}
		}
	}
	return net
}

// WithThresholds returns a network with the same weights and other thresholds (N), which
// it keeps. It panics on another number of them.
func (net *Network) WithThresholds(thresholds []float64) *Network {
	if len(thresholds) != net.n {
		panic(fmt.Sprintf("memory: %d thresholds of %d neurons", len(thresholds), net.n))
	}
	other := *net
	other.thresholds = thresholds
	return &other
}

// N returns the number of neurons.
func (net *Network) N() int { return net.n }

// Norm returns |J_i|.
func (net *Network) Norm(i int) float64 { return net.norms[i] }

// Weight returns J_ij, the coupling from j to i.
func (net *Network) Weight(i, j int) float64 { return net.columns[j*net.n+i] }

// Threshold returns theta_i.
func (net *Network) Threshold(i int) float64 { return net.thresholds[i] }

// column returns the couplings from neuron j.
func (net *Network) column(j int) []float64 { return net.columns[j*net.n : (j+1)*net.n] }

// State is a network's state and its fields J_i.x - theta_i.
type State struct {
	active []bool
	fields []float64
}

// At returns the state of the given activities (N numbers; active where > 0) with
// fields computed from scratch: from -theta_i, chains of additions over the active
// neurons in ascending order.
func (net *Network) At(x []float64) *State {
	if len(x) != net.n {
		panic(fmt.Sprintf("memory: a state of %d neurons for a network of %d", len(x), net.n))
	}
	s := &State{active: make([]bool, net.n), fields: make([]float64, net.n)}
	for i, v := range x {
		s.active[i] = v > 0
	}
	net.setFields(s)
	return s
}

func (net *Network) setFields(s *State) {
	for i, theta := range net.thresholds {
		s.fields[i] = -theta
	}
	for j, active := range s.active {
		if active {
			linalg.Axpy(1, net.column(j), s.fields)
		}
	}
}

// Margin returns the smallest |field| of a fixed point; negative if some neuron would
// flip without noise.
func (s *State) Margin() float64 {
	least := math.Inf(1)
	for i, f := range s.fields {
		if !s.active[i] {
			f = -f
		}
		least = math.Min(least, f)
	}
	return least
}
