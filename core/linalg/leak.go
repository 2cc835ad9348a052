package linalg

import (
	"fmt"
	"math"
)

// Leak follows two leaky sums of the terms x_k = w[index_k], k = from, from+1, ...:
//
//	a = fma(a, m_k, x_k),   b = fma(b, s_k, x_k)
//
// and stops after the first k at which fma(-b, s_{k+1}, a) > level. It returns that k
// and the sums with its term, or the last index, whose term it does not add. m, s and
// index have the same length, above from; it panics if they do not, or if an index is
// not one of w.
func Leak(a, b float64, from int, m, s []float64, index []int32, w []float64, level float64) (at int, a1, b1 float64) {
	if from < 0 || from >= len(m) || len(s) != len(m) || len(index) != len(m) {
		panic(fmt.Sprintf("linalg: leak from %d of %d and %d factors, %d indices", from, len(m), len(s), len(index)))
	}
	return hostPath.leak(a, b, from, m, s, index, w, level)
}

func leakPlain(a, b float64, from int, m, s []float64, index []int32, w []float64, level float64) (at int, a1, b1 float64) {
	s, index = s[:len(m)], index[:len(m)]
	last := len(m) - 1
	for k := from; k < last; k++ {
		x := w[index[k]]
		a, b = math.FMA(a, m[k], x), math.FMA(b, s[k], x)
		if math.FMA(-b, s[k+1], a) > level {
			return k, a, b
		}
	}
	return last, a, b
}
