// Package linalg holds the dense double-precision kernels that the solvers
// spend their time in: products, symmetric rank-k products, Cholesky
// factorisation, triangular solves, and a Cholesky factor that grows, shrinks
// and takes rank-one updates.
//
//	e := linalg.New(2)                               // two threads
//	e.Syrk(g, p, a, n, p, n, d)                      // lower triangle of G = A diag(d) A', A p x n
//	if err := e.Cholesky(g, p, p); err != nil { ... } // G = L L' in place
//	e.SolveLower(g, p, p, b)                         // b = L^-1 b
//	e.SolveLowerT(g, p, p, b)                        // b = L'^-1 b
//
// # Shapes
//
// Matrices are row-major slices with a leading dimension: element (i, j) of a
// is a[i*lda+j], lda >= number of columns. A shape that does not fit its slice
// is a bug of the caller and panics with the shapes in the message. Operands
// must not overlap unless a function says that it works in place.
//
// # Equal bits everywhere
//
// Every function fixes the order and the rounding of every operation, so that
// the AVX-512, AVX2, NEON and plain Go paths, with any number of threads, give
// the same bits. Below, fma(a, b, c) is a*b+c rounded once (math.FMA).
//
//   - Products (Syrk, SyrkAdd, SyrkT, Gemm, GemmNT, MulVecT, MulVecTRows): each output element is one
//     chain over the inner index k in ascending order, s = fma(left_k, right_k,
//     s), from s = +0 (c in SyrkAdd, beta*c in Gemm). A diagonal d or a factor alpha is
//     multiplied into the left operand first (one rounding).
//   - Dot, and with it each element of MulVec and MulVecRows: 32 partial sums, see Dot.
//   - Cholesky: l_ij = (a_ij - l_i0 l_j0 - ... - l_i,j-1 l_j,j-1) * r_j with
//     one chain of fma(-l_ik, l_jk, s) in ascending k; then l_jj = sqrt(s),
//     r_j = 1/l_jj rounded, and l_ij = s*r_j.
//   - Triangular solves, factor updates: at the functions.
//
// Not promised: the payload and sign of a NaN, and what a factorisation leaves
// in its matrix after an error.
package linalg
