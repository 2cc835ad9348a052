package linalg

// Polynomials in assembly, 32 and 16 numbers at a time; n is a positive multiple of
// that, terms > 0.
//
//go:noescape
func hornerAVX512(n int, a float64, terms int, c, x, y *float64)

//go:noescape
func hornerAVX2(n int, a float64, terms int, c, x, y *float64)

// horner is Horner; y is as long as x, and there are coefficients.
func (p Path) horner(a float64, c, x, y []float64) {
	_ = y[:len(x)]
	done := 0
	switch p {
	case AVX512:
		if done = len(x) &^ 31; done > 0 {
			hornerAVX512(done, a, len(c), &c[0], &x[0], &y[0])
		}
	case AVX2:
		if done = len(x) &^ 15; done > 0 {
			hornerAVX2(done, a, len(c), &c[0], &x[0], &y[0])
		}
	}
	hornerPlain(a, c, x[done:], y[done:])
}
