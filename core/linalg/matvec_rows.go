package linalg

import "fmt"

// MulVecRows sets y_k to the Dot of row rows[k] of A, of n columns, and x. It uses the first len(rows) numbers of y and
// the first n of x.
func (e *Engine) MulVecRows(y, a []float64, lda, n int, rows []int, x []float64) {
	checkRows("mulvecrows", len(a), lda, n, rows)
	checkVector("mulvecrows", "y", len(y), len(rows))
	checkVector("mulvecrows", "x", len(x), n)
	m := len(rows)
	y, x = y[:m], x[:n]
	if n == 0 {
		clear(y)
		return
	}
	tasks, size := e.split(m, 4, m*n)
	if tasks == 1 {
		e.path.dotList(y, a, lda, rows, x)
		return
	}
	e.parallel(tasks, vectorWork*m*n, func(_, task int) {
		i0, i1 := task*size, min((task+1)*size, m)
		e.path.dotList(y[i0:i1], a, lda, rows[i0:i1], x)
	})
}

// MulVecTRows sets y to the sum of x_k times row rows[k] of A, of n columns: y_j is a chain over k in ascending order,
// s = fma(x_k, a_rows[k]j, s) from +0. With ascending rows it is MulVecT for an x that is zero elsewhere. It uses the
// first n numbers of y and the first len(rows) of x.
func (e *Engine) MulVecTRows(y, a []float64, lda, n int, rows []int, x []float64) {
	checkRows("mulvectrows", len(a), lda, n, rows)
	checkVector("mulvectrows", "y", len(y), n)
	checkVector("mulvectrows", "x", len(x), len(rows))
	m := len(rows)
	y, x = y[:n], x[:m]
	clear(y)
	if n == 0 {
		return
	}
	tasks, cols := e.split(n, 16, m*n)
	if tasks == 1 {
		e.path.axpyList(y, a, lda, rows, x)
		return
	}
	e.parallel(tasks, vectorWork*m*n, func(_, task int) {
		j0, j1 := task*cols, min((task+1)*cols, n)
		e.path.axpyList(y[j0:j1], a[j0:], lda, rows, x)
	})
}

// dotList sets y_k to the Dot of x and row rows[k] of a.
func (p Path) dotList(y, a []float64, lda int, rows []int, x []float64) {
	for k, i := range rows {
		y[k] = p.dot(x, a[i*lda:i*lda+len(x)])
	}
}

// axpyListEach is axpyList row by row.
func (p Path) axpyListEach(y, a []float64, lda int, rows []int, x []float64) {
	for k, i := range rows {
		p.axpy(x[k], a[i*lda:i*lda+len(y)], y)
	}
}

// checkRows panics unless the listed rows, of n columns, fit a slice of length have.
func checkRows(op string, have, ld, n int, rows []int) {
	if n < 0 || ld < n {
		panic(fmt.Sprintf("linalg: %s: A has %d columns with leading dimension %d", op, n, ld))
	}
	if n == 0 {
		return
	}
	for _, i := range rows {
		if i < 0 || i*ld+n > have {
			panic(fmt.Sprintf("linalg: %s: A has no row %d of %d columns with leading dimension %d in %d numbers", op, i, n, ld, have))
		}
	}
}
