package rng

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
)

// Stream is a sequence of random numbers. It is not for concurrent use: give each
// goroutine its own, from its own key.
type Stream struct {
	src rand.ChaCha8
}

// New returns the stream named by k, from its beginning.
func New(k Key) *Stream {
	s := new(Stream)
	s.src.Seed(k)
	return s
}

// Uint64 returns 64 random bits. It makes a Stream a rand.Source of math/rand/v2,
// whose samplers, however, are not portable.
func (s *Stream) Uint64() uint64 { return s.src.Uint64() }

// Float64 returns a uniform number in [0, 1), a multiple of 2^-53.
func (s *Stream) Float64() float64 { return float64(float64(s.src.Uint64()>>11) * 0x1p-53) }

// open returns a uniform number in (0, 1], a multiple of 2^-53, whose logarithm exists.
func (s *Stream) open() float64 { return float64(float64(s.src.Uint64()>>11+1) * 0x1p-53) }

// Bernoulli returns true with probability p; never for p <= 0, always for p >= 1.
func (s *Stream) Bernoulli(p float64) bool { return s.Float64() < p }

// IntN returns a uniform integer in [0, n), without bias (D. Lemire, ACM TOMACS
// 29:3, 2019). It panics if n <= 0.
func (s *Stream) IntN(n int) int {
	if n <= 0 {
		panic(fmt.Sprintf("rng: IntN(%d): want n > 0", n))
	}
	m := uint64(n)
	hi, lo := bits.Mul64(s.src.Uint64(), m)
	if lo < m {
		for biased := -m % m; lo < biased; {
			hi, lo = bits.Mul64(s.src.Uint64(), m)
		}
	}
	return int(hi)
}

// Shuffle permutes n things uniformly, calling swap n-1 times (Fisher and Yates).
// It panics if n < 0.
func (s *Stream) Shuffle(n int, swap func(i, j int)) {
	if n < 0 {
		panic(fmt.Sprintf("rng: Shuffle(%d): want n >= 0", n))
	}
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
