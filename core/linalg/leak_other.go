//go:build !amd64

package linalg

func (p Path) leak(a, b float64, from int, m, s []float64, index []int32, w []float64, level float64) (at int, a1, b1 float64) {
	return leakPlain(a, b, from, m, s, index, w, level)
}
