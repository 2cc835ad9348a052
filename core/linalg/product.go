package linalg

import "math"

// Syrk sets the lower triangle of the n x n matrix C to that of
// A diag(d) A', A n x k; d has k numbers, nil means all ones. For j <= i, c_ij
// is the chain over l of fma(a_il d_l, a_jl, s). The upper triangle of C is
// not touched.
func (e *Engine) Syrk(c []float64, ldc int, a []float64, lda, n, k int, d []float64) {
	checkMatrix("syrk", "C", len(c), ldc, n, n)
	checkMatrix("syrk", "A", len(a), lda, n, k)
	e.syrk("syrk", c, ldc, source{a: a, ld: lda, scale: 1}, n, k, d, false)
}

// SyrkAdd adds A diag(d) A' to the lower triangle of C: as Syrk, with the chain
// of c_ij starting from c_ij.
func (e *Engine) SyrkAdd(c []float64, ldc int, a []float64, lda, n, k int, d []float64) {
	checkMatrix("syrk", "C", len(c), ldc, n, n)
	checkMatrix("syrk", "A", len(a), lda, n, k)
	e.syrk("syrk", c, ldc, source{a: a, ld: lda, scale: 1}, n, k, d, true)
}

// SyrkT sets the lower triangle of the n x n matrix C to that of
// A' diag(d) A, A k x n; d has k numbers, nil means all ones. For j <= i, c_ij
// is the chain over l of fma(a_li d_l, a_lj, s). The upper triangle of C is
// not touched.
func (e *Engine) SyrkT(c []float64, ldc int, a []float64, lda, n, k int, d []float64) {
	checkMatrix("syrkt", "C", len(c), ldc, n, n)
	checkMatrix("syrkt", "A", len(a), lda, k, n)
	e.syrk("syrkt", c, ldc, source{a: a, ld: lda, trans: true, scale: 1}, n, k, d, false)
}

func (e *Engine) syrk(op string, c []float64, ldc int, s source, n, k int, d []float64, add bool) {
	if d != nil {
		checkVector(op, "d", len(d), k)
	}
	if n == 0 {
		return
	}
	if k == 0 {
		for i := 0; i < n && !add; i++ {
			clear(c[i*ldc : i*ldc+i+1])
		}
		return
	}
	if e.team.helpers > 0 && n*k <= privateSize && n*n/2*k >= threadWork {
		e.syrkPrivate(c, ldc, s, n, k, d, add)
		return
	}
	for l0 := 0; l0 < k; l0 += superK {
		kl := min(superK, k-l0)
		e.right.reset(e.path.width(), n, kl)
		left := &e.right
		if d == nil {
			e.pack(&e.right, s.from(l0))
		} else {
			left = &e.left
			left.reset(e.path.width(), n, kl)
			e.packScaled(&e.right, left, s.from(l0), d[l0:l0+kl])
		}
		e.update(update{c: c, ldc: ldc, m: n, n: n, left: left, right: &e.right, lower: true, load: add || l0 > 0})
	}
}

// privateSize is the size of an operand up to which each thread packs it for itself. What one core packs and another reads
// has to cross between their caches, there and back with the next product: up to this size that costs more than to pack
// it twice.
const privateSize = 1 << 20

// private is the packed memory of one thread's part of a product.
type private struct{ left, right panels }

// syrkPrivate is syrk with one task per thread: a range of rows of C, of about equal areas, with packed operands of its own.
func (e *Engine) syrkPrivate(c []float64, ldc int, s source, n, k int, d []float64, add bool) {
	parts := int(e.team.helpers) + 1
	for len(e.private) < parts {
		e.private = append(e.private, &private{})
	}
	w := e.path.width()
	cut := func(part int) int { // the first row of a part
		if part == parts {
			return n
		}
		return int(float64(n)*math.Sqrt(float64(part)/float64(parts))) / (3 * w) * (3 * w)
	}
	e.parallel(parts, n*n/2*k, func(worker, part int) {
		p, i0, i1 := e.private[part], cut(part), cut(part+1)
		if i0 >= i1 {
			return
		}
		for l0 := 0; l0 < k; l0 += superK {
			kl := min(superK, k-l0)
			from := s.from(l0)
			p.right.reset(w, i1, kl)
			left, scale := &p.right, []float64(nil)
			if d != nil {
				left, scale = &p.left, d[l0:l0+kl]
				left.reset(w, i1, kl)
			}
			for b := 0; b < kl; b += blockK {
				for i := range p.right.count {
					scaled := left
					if d == nil || i*w < i0 {
						scaled = nil // a row of the right operand only
					}
					e.path.packBlock(&p.right, scaled, from, scale, i, b)
				}
			}
			u := update{c: c, ldc: ldc, m: i1, n: i1, left: left, right: &p.right, lower: true, load: add || l0 > 0}
			for j := 0; j < i1; j += blockCols {
				for i := i0; i < i1; i += blockRows {
					e.path.updateBlock(u, i, min(i+blockRows, i1), j, min(j+blockCols, i1), e.edgeTile(worker))
				}
			}
		}
	})
}

// Gemm sets C = alpha A B + beta C for A m x k, B k x n, C m x n. c_ij is the
// chain over l of fma(alpha a_il, b_lj, s) from s = beta c_ij, or from +0 if
// beta is 0 (C is then not read).
func (e *Engine) Gemm(c []float64, ldc int, a []float64, lda int, b []float64, ldb int, m, n, k int, alpha, beta float64) {
	checkMatrix("gemm", "C", len(c), ldc, m, n)
	checkMatrix("gemm", "A", len(a), lda, m, k)
	checkMatrix("gemm", "B", len(b), ldb, k, n)
	e.gemm(c, ldc, source{a: a, ld: lda, scale: alpha}, source{a: b, ld: ldb, trans: true, scale: 1}, m, n, k, beta)
}

// GemmNT sets C = alpha A B' + beta C for A m x k, B n x k, C m x n, with the
// arithmetic of Gemm.
func (e *Engine) GemmNT(c []float64, ldc int, a []float64, lda int, b []float64, ldb int, m, n, k int, alpha, beta float64) {
	checkMatrix("gemmnt", "C", len(c), ldc, m, n)
	checkMatrix("gemmnt", "A", len(a), lda, m, k)
	checkMatrix("gemmnt", "B", len(b), ldb, n, k)
	e.gemm(c, ldc, source{a: a, ld: lda, scale: alpha}, source{a: b, ld: ldb, scale: 1}, m, n, k, beta)
}

func (e *Engine) gemm(c []float64, ldc int, left, right source, m, n, k int, beta float64) {
	if m == 0 || n == 0 {
		return
	}
	if k == 0 || beta != 0 {
		for i := range m {
			scaleRow(c[i*ldc:i*ldc+n], beta)
		}
	}
	for l0 := 0; l0 < k; l0 += superK {
		kl := min(superK, k-l0)
		e.left.reset(e.path.width(), m, kl)
		e.pack(&e.left, left.from(l0))
		e.right.reset(e.path.width(), n, kl)
		e.pack(&e.right, right.from(l0))
		e.update(update{c: c, ldc: ldc, m: m, n: n, left: &e.left, right: &e.right, load: beta != 0 || l0 > 0})
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
