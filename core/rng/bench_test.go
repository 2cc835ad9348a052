package rng_test

import (
	"math/rand/v2"
	"testing"

	"gardner/core/rng"
)

// Ours beside math/rand/v2 on the same source.
func BenchmarkSamplers(b *testing.B) {
	key := rng.NewKey("bench")
	s, std := rng.New(key), rand.New(rand.NewChaCha8(key))
	buf := make([]float64, 1024)
	each := func(f func() float64) func() {
		return func() {
			for i := range buf {
				buf[i] = f()
			}
		}
	}
	for _, c := range []struct {
		name string
		f    func()
	}{
		{"Float64", each(s.Float64)}, {"std.Float64", each(std.Float64)},
		{"Norm", each(s.Norm)}, {"FillNorm", func() { s.FillNorm(buf) }}, {"std.Norm", each(std.NormFloat64)},
		{"Exp", each(s.Exp)}, {"FillExp", func() { s.FillExp(buf) }}, {"std.Exp", each(std.ExpFloat64)},
		{"FillGamma2", func() { s.FillGamma(buf, 2) }}, {"FillGamma0.5", func() { s.FillGamma(buf, .5) }},
		{"Poisson3", each(func() float64 { return float64(s.Poisson(3)) })}, {"Poisson100", each(func() float64 { return float64(s.Poisson(100)) })},
		{"IntN", each(func() float64 { return float64(s.IntN(1000)) })}, {"std.IntN", each(func() float64 { return float64(std.IntN(1000)) })},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				c.f()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(buf)), "ns/number")
		})
	}
}

func BenchmarkNew(b *testing.B) {
	key := rng.NewKey("bench")
	for b.Loop() {
		rng.New(key.Sub("patterns", "replicate 7")).Uint64()
	}
}
