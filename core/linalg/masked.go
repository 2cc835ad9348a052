package linalg

import (
	"fmt"
	"math"
	"math/bits"
)

// MaskedSum returns the sum of the x_i whose bit is set: bit i mod 64 of
// mask[i/64]. It is the dot product of x with a pattern of zeros and ones.
//
// There are 32 partial sums, s_j = +0 at first; an x_i that is marked is added to
// the sum j = i mod 32 in ascending i, and the sums are added up as in Dot. It
// panics unless x holds 64 numbers for each word of mask: pad x with anything
// and mask with zeros.
func MaskedSum(x []float64, mask []uint64) float64 {
	checkMasked("masked sum", len(x), len(mask))
	return hostPath.maskedSum(x, mask)
}

// MaskedAddRectified adds a to the x_i whose bit is set (as in MaskedSum) and
// makes 0 what does not become positive: x_i = (x_i + a)_+. It returns the sum of
// the squares of all x afterwards, with the bits of Dot(x, x). It panics unless x
// holds 64 numbers for each word of mask.
func MaskedAddRectified(a float64, x []float64, mask []uint64) float64 {
	checkMasked("masked add", len(x), len(mask))
	return hostPath.maskedAddRectified(a, x, mask)
}

func checkMasked(op string, n, words int) {
	if n != 64*words {
		panic(fmt.Sprintf("linalg: %s: %d numbers for %d words of 64 bits", op, n, words))
	}
}

func maskedSumPlain(x []float64, mask []uint64) float64 {
	var s [dotLanes]float64
	for k, m := range mask {
		block := x[64*k : 64*k+64 : 64*k+64]
		for ; m != 0; m &= m - 1 {
			i := bits.TrailingZeros64(m)
			s[i%dotLanes] += block[i&63]
		}
	}
	return reduceLanes(&s)
}

func maskedAddRectifiedPlain(a float64, x []float64, mask []uint64) float64 {
	var s [dotLanes]float64
	for k, m := range mask {
		block := x[64*k : 64*k+64 : 64*k+64]
		for ; m != 0; m &= m - 1 {
			i := bits.TrailingZeros64(m) & 63
			v := block[i] + a
			if !(v > 0) {
				v = 0
			}
			block[i] = v
		}
		for i, v := range block {
			s[i%dotLanes] = math.FMA(v, v, s[i%dotLanes])
		}
	}
	return reduceLanes(&s)
}
