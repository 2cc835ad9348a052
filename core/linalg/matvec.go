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
	tasks, rows := e.split(m, 4, m*n)
	if tasks == 1 {
		e.path.dotRows(y[:m], a, lda, x)
		return
	}
	e.parallel(tasks, vectorWork*m*n, func(_, task int) {
		i0, i1 := task*rows, min((task+1)*rows, m)
		e.path.dotRows(y[i0:i1], a[i0*lda:], lda, x)
	})
}

// MulVecT sets y = A' x for the m x n matrix A: y_j is a chain over the rows i
// in ascending order, s = fma(x_i, a_ij, s) from +0. It uses the first n
// numbers of y and the first m of x.
func (e *Engine) MulVecT(y, a []float64, lda, m, n int, x []float64) {
	checkMatrix("mulvect", "A", len(a), lda, m, n)
	checkVector("mulvect", "y", len(y), n)
	checkVector("mulvect", "x", len(x), m)
	y, x = y[:n], x[:m]
	clear(y)
	if n == 0 {
		return
	}
	tasks, cols := e.split(n, 16, m*n)
	if tasks == 1 {
		e.path.axpyRows(y, a, lda, x, 1, false)
		return
	}
	e.parallel(tasks, vectorWork*m*n, func(_, task int) {
		j0, j1 := task*cols, min((task+1)*cols, n)
		e.path.axpyRows(y[j0:j1], a[j0:], lda, x, 1, false)
	})
}

// vectorWork is what a multiply-add costs where each number of a matrix is
// read once, in multiply-adds of the tile kernel.
const vectorWork = 8

// split cuts n rows or columns into one piece per thread, each a multiple of
// unit, or leaves them in one if the work (numbers read) is too small.
func (e *Engine) split(n, unit, work int) (tasks, size int) {
	if e.threads == 1 || vectorWork*work < threadWork {
		return 1, n
	}
	size = (n + e.threads*unit - 1) / (e.threads * unit) * unit
	return (n + size - 1) / size, size
}
