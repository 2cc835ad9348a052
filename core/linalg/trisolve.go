package linalg

// TriSolve replaces each row b_i of the m x n matrix B by the solution of
// L x = b_i, L lower triangular n x n: B = B L'^-1. With r_j = 1/l_jj rounded,
// x_j = s * r_j where s is the chain of fma(-x_k, l_jk, s), k = 0..j-1, from
// b_ij: the arithmetic of Cholesky, so that appending rows to a factorised
// matrix gives the bits of factorising the larger one.
func (e *Engine) TriSolve(l []float64, ldl, n int, b []float64, ldb, m int) {
	checkMatrix("trisolve", "L", len(l), ldl, n, n)
	checkMatrix("trisolve", "B", len(b), ldb, m, n)
	if m == 0 {
		return
	}
	s, w := &e.chol, e.path.width()
	for j0 := 0; j0 < n; j0 += cholBlock {
		j1 := min(j0+cholBlock, n)
		s.loadDiagonal(e.path, l[j0*ldl+j0:], ldl, j1-j0)
		for j := j0; j < j1; j++ {
			s.recip[j-j0] = 1 / l[j*ldl+j]
		}
		e.solveRows(b[j0:], ldb, m, j1-j0)
		if rest := n - j1; rest > 0 {
			e.right.reset(w, rest, j1-j0)
			e.pack(&e.right, source{a: l[j1*ldl+j0:], ld: ldl, scale: 1})
			e.update(update{c: b[j1:], ldc: ldb, m: m, n: rest, left: &s.below, right: &e.right, load: true, sub: true})
		}
	}
}
