package linalg

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// masked operands of the given number of words; special: with zeros of both signs,
// infinities and NaN.
func masked(r *rand.Rand, words int, density float64, special bool) (x []float64, mask []uint64) {
	x, mask = normals(r, 64*words, special), make([]uint64, words)
	for i := range x {
		if r.Float64() < density {
			mask[i/64] |= 1 << (i % 64)
		}
	}
	return x, mask
}

func TestMaskedSumIsTheDocumentedTree(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 1))
	for path := Plain; path <= Best(); path++ {
		if !path.Available() {
			continue
		}
		for words := range 9 {
			for _, density := range []float64{0, 0.1, 0.5, 1} {
				x, mask := masked(r, words, density, words%3 == 2)
				ones := make([]float64, len(x))
				for i := range ones {
					if mask[i/64]>>(i%64)&1 != 0 {
						ones[i] = 1
					} else if math.IsNaN(x[i]) || math.IsInf(x[i], 0) {
						x[i] = 0 // a product with 0 would be NaN; a mask does not look
					}
				}
				want := naiveDot(x, ones)
				for i := range x {
					if ones[i] == 0 {
						x[i] = math.NaN()
					}
				}
				sameBits(t, fmt.Sprintf("%v masked sum of %d words, density %g", path, words, density), []float64{path.maskedSum(x, mask)}, []float64{want})
			}
		}
	}
}

func TestMaskedAddRectified(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 2))
	for path := Plain; path <= Best(); path++ {
		if !path.Available() {
			continue
		}
		for words := range 9 {
			for _, a := range []float64{0.3, -0.3, 0, math.Inf(-1)} {
				x, mask := masked(r, words, 0.5, words%3 == 2)
				want := clone(x)
				for i := range want {
					if mask[i/64]>>(i%64)&1 != 0 {
						if want[i] += a; !(want[i] > 0) {
							want[i] = 0
						}
					}
				}
				what := fmt.Sprintf("%v masked add of %g to %d words", path, a, words)
				square := path.maskedAddRectified(a, x, mask)
				sameBits(t, what, x, want)
				sameBits(t, what+", squares", []float64{square}, []float64{naiveDot(want, want)})
			}
		}
	}
}

func TestMaskedShapes(t *testing.T) {
	t.Parallel()
	for _, f := range []func(){
		func() { MaskedSum(make([]float64, 63), make([]uint64, 1)) },
		func() { MaskedAddRectified(1, make([]float64, 64), make([]uint64, 2)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("numbers that do not fit the mask did not panic")
				}
			}()
			f()
		}()
	}
}

func BenchmarkMasked(b *testing.B) {
	x, mask := masked(rand.New(rand.NewPCG(7, 3)), 47, 0.5, false)
	for path := Plain; path <= Best(); path++ {
		if !path.Available() {
			continue
		}
		b.Run(fmt.Sprintf("sum/%v", path), func(b *testing.B) {
			for b.Loop() {
				path.maskedSum(x, mask)
			}
		})
		b.Run(fmt.Sprintf("add/%v", path), func(b *testing.B) {
			for b.Loop() {
				path.maskedAddRectified(1e-9, x, mask)
			}
		})
	}
}
