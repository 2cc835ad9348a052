package rng_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"slices"
	"testing"

	"gardner/core/rng"
)

func bitsOf(n int, f func() float64) string {
	h := sha256.New()
	for range n {
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], math.Float64bits(f()))
		h.Write(b[:])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// The bits of every sampler. A change here changes results: it needs a new
// version of every experiment. The numbers are enough for each rare branch.
func TestGoldenBits(t *testing.T) {
	t.Parallel()
	key := rng.NewKey("golden")
	for _, c := range []struct {
		name string
		draw func(s *rng.Stream) float64
		want string
	}{
		{"Uint64, low bits", func(s *rng.Stream) float64 { return float64(s.Uint64() & (1<<53 - 1)) }, "bd461152f8526bee"},
		{"Float64", (*rng.Stream).Float64, "e11672ad7cd103dc"},
		{"IntN(10)", func(s *rng.Stream) float64 { return float64(s.IntN(10)) }, "6ea700ea375a4281"},
		{"IntN(2^62+1)", func(s *rng.Stream) float64 { return float64(s.IntN(1<<62 + 1)) }, "738415c44efb093b"},
		{"Norm", (*rng.Stream).Norm, "13e4c8f891f60314"},
		{"Exp", (*rng.Stream).Exp, "4dc81417c8256854"},
		{"Gamma(0.1)", func(s *rng.Stream) float64 { return s.Gamma(0.1) }, "1344877185f40909"},
		{"Gamma(2)", func(s *rng.Stream) float64 { return s.Gamma(2) }, "f5c686f755157427"},
		{"Gamma(1000)", func(s *rng.Stream) float64 { return s.Gamma(1000) }, "70d9802676175f90"},
		{"Poisson(3)", func(s *rng.Stream) float64 { return float64(s.Poisson(3)) }, "a5f406fecc9535ec"},
		{"Poisson(11)", func(s *rng.Stream) float64 { return float64(s.Poisson(11)) }, "66899ff785b0e798"},
		{"Poisson(1e6)", func(s *rng.Stream) float64 { return float64(s.Poisson(1e6)) }, "8245d62fa7a07ff6"},
	} {
		s := rng.New(key.Sub(c.name))
		if got := bitsOf(100_000, func() float64 { return c.draw(s) }); got != c.want {
			t.Errorf("%s: bits have changed: %q, want %q", c.name, got, c.want)
		}
	}
}

// First values, so that a port to another language can be checked by eye.
func TestFirstValues(t *testing.T) {
	t.Parallel()
	key := rng.NewKey("capacity@1", "N=100")
	if got, want := hex.EncodeToString(key[:8]), "a3bc2d26912985df"; got != want {
		t.Errorf("key begins %s, want %s", got, want)
	}
	three := func(f func() float64) []float64 { return []float64{f(), f(), f()} }
	for _, c := range []struct {
		name      string
		got, want []float64
	}{
		{"Float64", three(rng.New(key).Float64), []float64{0.17102114376297695, 0.36383493493674113, 0.4703342323588039}},
		{"Norm", three(rng.New(key).Norm), []float64{0.24647571084508832, -0.8132850999692044, 0.9483978128095053}},
		{"Exp", three(rng.New(key).Exp), []float64{0.25665009251981014, 1.1620006989189284, 1.2546513605073133}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s begins %v, want %v", c.name, c.got, c.want)
		}
	}
	if got, want := rng.New(key).Perm(8), []int{7, 4, 0, 5, 3, 6, 2, 1}; !slices.Equal(got, want) {
		t.Errorf("Perm(8) = %v, want %v", got, want)
	}
}

// Batches return what single calls do.
func TestFillIsRepeatedCalls(t *testing.T) {
	t.Parallel()
	key := rng.NewKey("fill")
	const n = 20_000
	for _, c := range []struct {
		name string
		fill func(*rng.Stream, []float64)
		one  func(*rng.Stream) float64
	}{
		{"Norm", (*rng.Stream).FillNorm, (*rng.Stream).Norm},
		{"Exp", (*rng.Stream).FillExp, (*rng.Stream).Exp},
		{"Gamma", func(s *rng.Stream, x []float64) { s.FillGamma(x, 0.7) }, func(s *rng.Stream) float64 { return s.Gamma(0.7) }},
	} {
		a, b := rng.New(key), rng.New(key)
		x := make([]float64, n)
		c.fill(a, x[:7])
		c.fill(a, x[7:])
		for i := range x {
			if y := c.one(b); y != x[i] {
				t.Fatalf("%s: number %d is %v in a batch, %v alone", c.name, i, x[i], y)
			}
		}
	}
}
