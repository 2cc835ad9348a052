package linalg

import (
	"fmt"
	"math"
)

// NotPositiveError reports that a matrix to be factorised is not (numerically)
// positive definite: what is left of diagonal element Pivot after the
// preceding columns, Value, is not a positive finite number.
type NotPositiveError struct {
	Pivot int
	Value float64
}

func (e *NotPositiveError) Error() string {
	return fmt.Sprintf("cholesky: pivot %d is %g, not positive: regularise the matrix or drop dependent rows", e.Pivot, e.Value)
}

// positivePivot reports whether v can be the square of a diagonal element.
func positivePivot(v float64) bool { return v > 0 && v <= math.MaxFloat64 }

// cholBlock is the number of columns of L computed together. It is a multiple
// of every path's tile height; one and a half times it is at most blockK.
const cholBlock = 96

// cholBlockLen returns the length of the next diagonal block when n columns are
// left; a short last one is not worth a round of its own.
func cholBlockLen(n int) int {
	if n <= cholBlock*3/2 {
		return n
	}
	return cholBlock
}

// Cholesky replaces the lower triangle of the symmetric n x n matrix A by L
// with A = L L'. It reads and writes the lower triangle only. For j <= i the
// chain s = a_ij, s = fma(-l_ik, l_jk, s) for k = 0..j-1 gives l_jj = sqrt(s)
// and l_ij = s * (1/l_jj), the reciprocal rounded. The error, if any, is a
// *NotPositiveError; A then holds nothing of use.
//
// Blocks of cholBlock columns go from left to right: the diagonal block is
// factorised, the rows below it are solved against it, and their product is
// subtracted from the rest of A. Whoever updates the next diagonal block
// factorises it at once, while other threads still update the rest.
func (e *Engine) Cholesky(a []float64, lda, n int) error {
	checkMatrix("cholesky", "A", len(a), lda, n, n)
	if n == 0 {
		return nil
	}
	s := &e.chol
	if err := e.factorDiagonal(a, lda, 0, cholBlockLen(n), e.edgeTile(0)); err != nil {
		return err
	}
	for j0 := 0; cholBlockLen(n-j0) < n-j0; j0 += cholBlock {
		j1 := j0 + cholBlock
		rest := n - j1
		e.solveRows(a[j1*lda+j0:], lda, rest, cholBlock)

		u := update{c: a[j1*lda+j1:], ldc: lda, m: rest, n: rest, left: &s.below, right: &s.below, lower: true, load: true, sub: true}
		next := cholBlockLen(rest)
		height := e.blockHeight(rest - next)
		rows := (rest - next + height - 1) / height
		cols := (rest + blockCols - 1) / blockCols
		var err error
		e.parallel(1+rows*cols, rest*rest/2*cholBlock, func(worker, task int) {
			if task == 0 {
				e.path.updateBlock(u, 0, next, 0, next, e.edgeTile(worker))
				err = e.factorDiagonal(a, lda, j1, next, e.edgeTile(worker))
				return
			}
			i0, c0 := next+(rows-1-(task-1)/cols)*height, (task-1)%cols*blockCols
			e.path.updateBlock(u, i0, min(i0+height, rest), c0, min(c0+blockCols, rest), e.edgeTile(worker))
		})
		if err != nil {
			return err
		}
	}
	return nil
}
