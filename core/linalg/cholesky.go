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

// Cholesky replaces the lower triangle of the symmetric n x n matrix A by L
// with A = L L'. It reads and writes the lower triangle only. For j <= i the
// chain s = a_ij, s = fma(-l_ik, l_jk, s) for k = 0..j-1 gives l_jj = sqrt(s)
// and l_ij = s * (1/l_jj), the reciprocal rounded. The error, if any, is a
// *NotPositiveError; A then holds nothing of use.
func (e *Engine) Cholesky(a []float64, lda, n int) error {
	checkMatrix("cholesky", "A", len(a), lda, n, n)
	recip := make([]float64, n)
	for i := range n {
		ai := a[i*lda : i*lda+i+1]
		for j := range ai {
			aj := a[j*lda : j*lda+j+1]
			s := ai[j]
			for k := range j {
				s = math.FMA(-ai[k], aj[k], s)
			}
			if j < i {
				ai[j] = s * recip[j]
				continue
			}
			if !positivePivot(s) {
				return &NotPositiveError{Pivot: j, Value: s}
			}
			ai[j] = math.Sqrt(s)
			recip[j] = 1 / ai[j]
		}
	}
	return nil
}

// TriSolve replaces each row b_i of the m x n matrix B by the solution of
// L x = b_i, L lower triangular n x n: B = B L'^-1. With r_j = 1/l_jj rounded,
// x_j = s * r_j where s is the chain of fma(-x_k, l_jk, s), k = 0..j-1, from
// b_ij: the arithmetic of Cholesky, so that appending rows to a factorised
// matrix gives the bits of factorising the larger one.
func (e *Engine) TriSolve(l []float64, ldl, n int, b []float64, ldb, m int) {
	checkMatrix("trisolve", "L", len(l), ldl, n, n)
	checkMatrix("trisolve", "B", len(b), ldb, m, n)
	for i := range m {
		bi := b[i*ldb : i*ldb+n]
		for j := range bi {
			s := bi[j]
			for k := range j {
				s = math.FMA(-bi[k], l[j*ldl+k], s)
			}
			bi[j] = s * (1 / l[j*ldl+j])
		}
	}
}
