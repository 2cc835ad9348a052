//go:build !amd64

package linalg

func (p Path) gatherSums(w []float64, index []int32, f, h []float64, out [][4]float64) {
	gatherSumsPlain(w, index, f, h, out)
}

func (p Path) hornerBack(a, b float64, c *[8]float64, x, y, z []float64) {
	hornerBackPlain(a, b, c, x, y, z)
}
