//go:build !amd64

package linalg

func (p Path) horner(a float64, c, x, y []float64) { hornerPlain(a, c, x, y) }
