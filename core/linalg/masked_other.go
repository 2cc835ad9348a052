//go:build !amd64

package linalg

func (p Path) maskedSum(x []float64, mask []uint64) float64 { return maskedSumPlain(x, mask) }

func (p Path) maskedAddRectified(a float64, x []float64, mask []uint64) float64 {
	return maskedAddRectifiedPlain(a, x, mask)
}
