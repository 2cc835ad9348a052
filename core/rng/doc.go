// Package rng gives keyed random streams, and samplers whose bits are equal on
// every CPU.
//
//	key := rng.NewKey("capacity@1", "N=100", "replicate 7")
//	s := rng.New(key.Sub("patterns"))
//	x := s.Norm()
//
// A key is the SHA-256 of a list of strings, a stream is ChaCha8 (math/rand/v2)
// seeded with a key. So a stream is known by what it is for, not by when it was
// made: tasks may run in any order, on any worker, and draw the same numbers.
//
// The samplers are our own because those of math/rand/v2 use functions that
// differ in the last bit between CPUs. They are exact up to the 53 bits of a
// uniform number: ziggurats of 256 layers for the normal and the exponential
// (G. Marsaglia and W. W. Tsang, J. Stat. Software 5(8), 2000, with layer, sign
// and position from separate bits, as J. A. Doornik recommends, 2005), rejection
// for the gamma (Marsaglia and Tsang, ACM TOMS 26:363, 2000) and the Poisson
// (W. Hörmann, Insurance Math. Econ. 12:39, 1993). Golden values hold the bits.
package rng

//go:generate go run generate.go
