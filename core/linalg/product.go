package linalg

import "math"

// Syrk sets the lower triangle of the n x n matrix C to that of
// A diag(d) A', A n x k; d has k numbers, nil means all ones. For j <= i, c_ij
// is the chain over l of fma(a_il d_l, a_jl, s). The upper triangle of C is
// not touched.
func (e *Engine) Syrk(c []float64, ldc int, a []float64, lda, n, k int, d []float64) {
	checkMatrix("syrk", "C", len(c), ldc, n, n)
	checkMatrix("syrk", "A", len(a), lda, n, k)
	if d != nil {
		checkVector("syrk", "d", len(d), k)
	}
	left := make([]float64, k)
	for i := range n {
		for l := range left {
			left[l] = a[i*lda+l]
			if d != nil {
				left[l] *= d[l]
			}
		}
		for j := range i + 1 {
			var s float64
			for l, v := range left {
				s = math.FMA(v, a[j*lda+l], s)
			}
			c[i*ldc+j] = s
		}
	}
}

// SyrkT sets the lower triangle of the n x n matrix C to that of
// A' diag(d) A, A k x n; d has k numbers, nil means all ones. For j <= i, c_ij
// is the chain over l of fma(a_li d_l, a_lj, s). The upper triangle of C is
// not touched.
func (e *Engine) SyrkT(c []float64, ldc int, a []float64, lda, n, k int, d []float64) {
	checkMatrix("syrkt", "C", len(c), ldc, n, n)
	checkMatrix("syrkt", "A", len(a), lda, k, n)
	if d != nil {
		checkVector("syrkt", "d", len(d), k)
	}
	for i := range n {
		clear(c[i*ldc : i*ldc+i+1])
		for l := range k {
			v := a[l*lda+i]
			if d != nil {
				v *= d[l]
			}
			axpyPlain(v, a[l*lda:l*lda+i+1], c[i*ldc:i*ldc+i+1])
		}
	}
}

// Gemm sets C = alpha A B + beta C for A m x k, B k x n, C m x n. c_ij is the
// chain over l of fma(alpha a_il, b_lj, s) from s = beta c_ij, or from +0 if
// beta is 0 (C is then not read).
func (e *Engine) Gemm(c []float64, ldc int, a []float64, lda int, b []float64, ldb int, m, n, k int, alpha, beta float64) {
	checkMatrix("gemm", "C", len(c), ldc, m, n)
	checkMatrix("gemm", "A", len(a), lda, m, k)
	checkMatrix("gemm", "B", len(b), ldb, k, n)
	if n == 0 {
		return
	}
	for i := range m {
		ci := c[i*ldc : i*ldc+n]
		scaleRow(ci, beta)
		for l := range k {
			axpyPlain(alpha*a[i*lda+l], b[l*ldb:l*ldb+n], ci)
		}
	}
}

// GemmNT sets C = alpha A B' + beta C for A m x k, B n x k, C m x n, with the
// arithmetic of Gemm.
func (e *Engine) GemmNT(c []float64, ldc int, a []float64, lda int, b []float64, ldb int, m, n, k int, alpha, beta float64) {
	checkMatrix("gemmnt", "C", len(c), ldc, m, n)
	checkMatrix("gemmnt", "A", len(a), lda, m, k)
	checkMatrix("gemmnt", "B", len(b), ldb, n, k)
	if n == 0 {
		return
	}
	for i := range m {
		ci := c[i*ldc : i*ldc+n]
		scaleRow(ci, beta)
		for j := range ci {
			s := ci[j]
			for l := range k {
				s = math.FMA(alpha*a[i*lda+l], b[j*ldb+l], s)
			}
			ci[j] = s
		}
	}
}

// scaleRow multiplies c by beta; beta = 0 clears it without reading it.
func scaleRow(c []float64, beta float64) {
	switch beta {
	case 0:
		clear(c)
	case 1:
	default:
		for i := range c {
			c[i] *= beta
		}
	}
}
