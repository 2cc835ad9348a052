package linalg

import "math"

// solveBlock is the block of unknowns that SolveLower and Factor's solves
// treat as one; it is part of the definition of their arithmetic.
const solveBlock = 32

// SolveLower replaces b (first n numbers) by the solution x of L x = b, L
// lower triangular n x n. The unknowns go in blocks of 32; for i in a block
// that starts at o, s = b_i - Dot(l_i[:o], x[:o]) (no subtraction if o = 0),
// then the chain s = fma(-l_ik, x_k, s), k = o..i-1, and x_i = s / l_ii.
// A zero on the diagonal gives infinities or NaN.
func (e *Engine) SolveLower(l []float64, ldl, n int, b []float64) {
	checkMatrix("solvelower", "L", len(l), ldl, n, n)
	checkVector("solvelower", "b", len(b), n)
	b = b[:n]
	for o := 0; o < n; o += solveBlock {
		for i := o; i < min(o+solveBlock, n); i++ {
			s := b[i]
			if o > 0 {
				s -= dotPlain(l[i*ldl:i*ldl+o], b[:o])
			}
			for k := o; k < i; k++ {
				s = math.FMA(-l[i*ldl+k], b[k], s)
			}
			b[i] = s / l[i*ldl+i]
		}
	}
}

// SolveLowerT replaces b (first n numbers) by the solution x of L' x = b, L
// lower triangular n x n: x_i = s / l_ii where s is the chain from b_i of
// fma(-l_ki, x_k, s), k = n-1 down to i+1.
func (e *Engine) SolveLowerT(l []float64, ldl, n int, b []float64) {
	checkMatrix("solvelowert", "L", len(l), ldl, n, n)
	checkVector("solvelowert", "b", len(b), n)
	for k := n - 1; k >= 0; k-- {
		b[k] /= l[k*ldl+k]
		axpyPlain(-b[k], l[k*ldl:k*ldl+k], b[:k])
	}
}
