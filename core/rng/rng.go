// Package rng gives keyed random streams and samplers with equal bits on every CPU.
//
//	key := rng.NewKey("capacity@1", "patterns", "N=100")
//	s := rng.New(key)
//	x := s.Norm()
package rng

import (
	"math"
	"math/bits"
	"math/rand/v2"

	"gardner/core/num"
)

// Stream is a sequence of random numbers. It is not for concurrent use.
type Stream struct {
	src rand.ChaCha8
}

// New returns the stream named by k, from its beginning.
func New(k Key) *Stream {
	s := new(Stream)
	s.src.Seed(k)
	return s
}

// Uint64 returns 64 random bits.
func (s *Stream) Uint64() uint64 { return s.src.Uint64() }

// Float64 returns a uniform number in [0, 1), a multiple of 2^-53.
func (s *Stream) Float64() float64 { return float64(s.src.Uint64()>>11) * 0x1p-53 }

// open returns a uniform number in (0, 1].
func (s *Stream) open() float64 { return float64(s.src.Uint64()>>11+1) * 0x1p-53 }

// Bernoulli returns true with probability p.
func (s *Stream) Bernoulli(p float64) bool { return s.Float64() < p }

// IntN returns a uniform integer in [0, n). It panics if n <= 0.
func (s *Stream) IntN(n int) int {
	if n <= 0 {
		panic("rng: IntN needs n > 0")
	}
	m := uint64(n)
	hi, lo := bits.Mul64(s.src.Uint64(), m)
	if lo < m {
		for t := -m % m; lo < t; {
			hi, lo = bits.Mul64(s.src.Uint64(), m)
		}
	}
	return int(hi)
}

// Shuffle permutes n things uniformly by swaps.
func (s *Stream) Shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, s.IntN(i+1))
	}
}

// Perm returns a uniform permutation of 0..n-1.
func (s *Stream) Perm(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	s.Shuffle(n, func(i, j int) { p[i], p[j] = p[j], p[i] })
	return p
}

// Norm returns a standard normal number.
func (s *Stream) Norm() float64 { return num.InvH(s.open() - 0x1p-54) }

// Exp returns an exponential number of mean 1.
func (s *Stream) Exp() float64 { return -num.Log(s.open()) }

// Gamma returns a number with density x^(shape-1) e^-x / Gamma(shape).
func (s *Stream) Gamma(shape float64) float64 {
	if shape < 1 {
		return s.Gamma(shape+1) * num.Exp(-s.Exp()/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := s.Norm()
		v := 1 + float64(c*x)
		if v <= 0 {
			continue
		}
		v = v * v * v
		if num.Log(s.open()) < 0.5*x*x+float64(d*(1-v+num.Log(v))) {
			return d * v
		}
	}
}

// Poisson returns a Poisson number of the given mean.
func (s *Stream) Poisson(mean float64) int {
	k := 0
	for t := s.Exp(); t < mean; t += s.Exp() {
		k++
	}
	return k
}

// FillNorm fills dst with what as many calls of Norm would return.
func (s *Stream) FillNorm(dst []float64) {
	for i := range dst {
		dst[i] = s.Norm()
	}
}

// FillExp fills dst with what as many calls of Exp would return.
func (s *Stream) FillExp(dst []float64) {
	for i := range dst {
		dst[i] = s.Exp()
	}
}

// FillGamma fills dst with what as many calls of Gamma(shape) would return.
func (s *Stream) FillGamma(dst []float64, shape float64) {
	for i := range dst {
		dst[i] = s.Gamma(shape)
	}
}
