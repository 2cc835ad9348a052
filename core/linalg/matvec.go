package linalg

// MulVec sets y = A x for the m x n matrix A: y_i is Dot of row i and x.
// It uses the first m numbers of y and the first n of x.
func (e *Engine) MulVec(y, a []float64, lda, m, n int, x []float64) {
	checkMatrix("mulvec", "A", len(a), lda, m, n)
	checkVector("mulvec", "y", len(y), m)
	checkVector("mulvec", "x", len(x), n)
	if n == 0 {
		clear(y[:m])
		return
	}
	x = x[:n]
	for i := range y[:m] {
		y[i] = dotPlain(a[i*lda:i*lda+n], x)
	}
}

// MulVecT sets y = A' x for the m x n matrix A: y_j is a chain over the rows i
// in ascending order, s = fma(x_i, a_ij, s) from +0. It uses the first n
// numbers of y and the first m of x.
func (e *Engine) MulVecT(y, a []float64, lda, m, n int, x []float64) {
	checkMatrix("mulvect", "A", len(a), lda, m, n)
	checkVector("mulvect", "y", len(y), n)
	checkVector("mulvect", "x", len(x), m)
	y = y[:n]
	clear(y)
	if n == 0 {
		return
	}
	for i, v := range x[:m] {
		axpyPlain(v, a[i*lda:i*lda+n], y)
	}
}
