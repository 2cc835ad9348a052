package linalg

import "math"

// solveBlock is the block of unknowns that the triangular solves treat as one;
// it is part of the definition of their arithmetic.
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
	var dots [solveBlock]float64
	for o := 0; o < n; o += solveBlock {
		x := b[o:min(o+solveBlock, n)]
		if o > 0 {
			e.path.dotRows(dots[:len(x)], l[o*ldl:], ldl, b[:o])
			for i := range x {
				x[i] -= dots[i]
			}
		}
		for k := range x {
			// Column by column, so that the multiply-adds of one column do not
			// wait for each other.
			d := (o+k)*ldl + o + k
			x[k] /= l[d]
			f := -x[k]
			for i := k + 1; i < len(x); i++ {
				d += ldl
				x[i] = math.FMA(f, l[d], x[i])
			}
		}
	}
}

// SolveLowerT replaces b (first n numbers) by the solution x of L' x = b, L
// lower triangular n x n: x_i = s / l_ii where s is the chain from b_i of
// fma(-l_ki, x_k, s), k = n-1 down to i+1.
func (e *Engine) SolveLowerT(l []float64, ldl, n int, b []float64) {
	checkMatrix("solvelowert", "L", len(l), ldl, n, n)
	checkVector("solvelowert", "b", len(b), n)
	for o := (n - 1) / solveBlock * solveBlock; o >= 0 && n > 0; o -= solveBlock {
		end := min(o+solveBlock, n)
		for k := end - 1; k >= o; k-- {
			b[k] /= l[k*ldl+k]
			axpyPlain(-b[k], l[k*ldl+o:k*ldl+k], b[o:k])
		}
		if o > 0 {
			e.path.axpyRows(b[:o], l[o*ldl:], ldl, b[o:end], -1, true)
		}
	}
}
