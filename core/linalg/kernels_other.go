//go:build !amd64 && !arm64

package linalg

func (p Path) width() int { return plainWidth }

func (p Path) tile(k int, a, b []float64, stride int, c []float64, ldc int, load, sub bool) {
	tilePlain(k, a, b, stride, c, ldc, load, sub)
}

func (p Path) solveTile(k int, l, x []float64, stride int, recip []float64) {
	solveTilePlain(k, l, x, stride, recip)
}

func (p Path) packRows(dst, src []float64, ld, k int) int { return 0 }

func (p Path) packColumns(dst, src []float64, ld, k int, d []float64) int { return 0 }

func (p Path) unpackRows(dst []float64, ld int, src []float64, k int) int { return 0 }

func (p Path) dot(x, y []float64) float64 { return dotPlain(x, y) }

func (p Path) axpy(a float64, x, y []float64) { axpyPlain(a, x, y) }

func (p Path) dotRows(y, a []float64, lda int, x []float64) { dotRowsPlain(y, a, lda, x) }

func (p Path) axpyRows(y, a []float64, lda int, x []float64, sign float64, reverse bool) {
	axpyRowsPlain(y, a, lda, x, sign, reverse)
}

func (p Path) axpyList(y, a []float64, lda int, rows []int, x []float64) {
	p.axpyListEach(y, a, lda, rows, x)
}

func (p Path) rotate(dst, r, x []float64, c, s float64) { rotatePlain(dst, r, x, c, s) }
