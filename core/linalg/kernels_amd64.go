package linalg

// The kernels by path: the one place where instruction sets are told apart.
// Each method checks with slice expressions that its operands reach as far as
// the assembly will, and leaves remainders that the assembly does not take to
// plain Go.

// width returns w, the rows in a packed panel; tiles are w x 3w.
func (p Path) width() int {
	if p == AVX512 {
		return 8
	}
	return plainWidth
}

// tile sets the w x 3w tile c to [c if load, else +0] + a b', or - a b' if sub:
// a is one packed panel of length k, b three of them, stride numbers apart.
func (p Path) tile(k int, a, b []float64, stride int, c []float64, ldc int, load, sub bool) {
	if p == Plain {
		tilePlain(k, a, b, stride, c, ldc, load, sub)
		return
	}
	w := p.width()
	if k <= 0 {
		panic("linalg: tile: empty inner index")
	}
	_, _, _ = a[w*k-1], b[2*stride+w*k-1], c[(w-1)*ldc+3*w-1]
	flag := 0
	if load {
		flag = 1
	}
	switch {
	case p == AVX512 && !sub:
		tileAddAVX512(k, &a[0], &b[0], stride, &c[0], ldc, flag)
	case p == AVX512:
		tileSubAVX512(k, &a[0], &b[0], stride, &c[0], ldc, flag)
	case !sub:
		tileAddAVX2(k, &a[0], &b[0], stride, &c[0], ldc, flag)
	default:
		tileSubAVX2(k, &a[0], &b[0], stride, &c[0], ldc, flag)
	}
}

// solveTile solves for columns k..k+w-1 of the 3w rows packed in the panels x
// (stride numbers apart), whose columns 0..k-1 are done: x L' = right-hand
// side, with l the packed panel of rows k..k+w-1 of L and recip the rounded
// reciprocals of their diagonal.
func (p Path) solveTile(k int, l, x []float64, stride int, recip []float64) {
	w := p.width()
	_, _, _ = l[w*(k+w)-1], x[2*stride+w*(k+w)-1], recip[w-1]
	switch p {
	case AVX512:
		solveTileAVX512(k, &l[0], &x[0], stride, &recip[0])
	case AVX2:
		solveTileAVX2(k, &l[0], &x[0], stride, &recip[0])
	default:
		solveTilePlain(k, l, x, stride, recip)
	}
}

// transpose sets dst[i*stepd + c*ldd + r] = src[i*steps + r*lds + c] for
// r, c < w and i < blocks.
func (p Path) transpose(dst []float64, ldd, stepd int, src []float64, lds, steps, blocks int) {
	w := p.width()
	_ = dst[(blocks-1)*stepd+(w-1)*ldd+w-1]
	_ = src[(blocks-1)*steps+(w-1)*lds+w-1]
	if p == AVX512 {
		transposeAVX512(&dst[0], ldd, stepd, &src[0], lds, steps, blocks)
	} else {
		transposeAVX2(&dst[0], ldd, stepd, &src[0], lds, steps, blocks)
	}
}

// packRows packs w rows of src into a panel and returns how many of the k
// columns it did.
func (p Path) packRows(dst, src []float64, ld, k int) int {
	w := p.width()
	blocks := k / w
	if p == Plain || blocks == 0 {
		return 0
	}
	p.transpose(dst, w, w*w, src, ld, w, blocks)
	return w * blocks
}

// unpackRows is the way back.
func (p Path) unpackRows(dst []float64, ld int, src []float64, k int) int {
	w := p.width()
	blocks := k / w
	if p == Plain || blocks == 0 {
		return 0
	}
	p.transpose(dst, ld, w, src, w, w*w, blocks)
	return w * blocks
}

// packColumns packs w columns of k rows of src into a panel and scales row l by
// d[l] (unless nil), and returns how many of the rows it did.
func (p Path) packColumns(dst, src []float64, ld, k int, d []float64) int {
	if p == Plain || k == 0 {
		return 0
	}
	w := p.width()
	_, _ = dst[w*k-1], src[(k-1)*ld+w-1]
	var dp *float64
	if d != nil {
		dp = &d[:k][0]
	}
	if p == AVX512 {
		columnsAVX512(&dst[0], &src[0], ld, k, dp)
	} else {
		columnsAVX2(&dst[0], &src[0], ld, k, dp)
	}
	return k
}

// dot is Dot; y is at least as long as x.
func (p Path) dot(x, y []float64) float64 {
	n := len(x)
	if n == 0 {
		return 0
	}
	y = y[:n]
	switch p {
	case AVX512:
		return dotAVX512(n, &x[0], &y[0])
	case AVX2:
		return dotAVX2(n, &x[0], &y[0])
	}
	return dotPlain(x, y)
}

// axpy is Axpy; y is at least as long as x.
func (p Path) axpy(a float64, x, y []float64) {
	n := len(x)
	if n == 0 {
		return
	}
	y = y[:n]
	switch p {
	case AVX512:
		axpyAVX512(n, a, &x[0], &y[0])
		return
	case AVX2:
		if n4 := n &^ 3; n4 > 0 {
			axpyAVX2(n4, a, &x[0], &y[0])
			x, y = x[n4:], y[n4:]
		}
	}
	axpyPlain(a, x, y)
}

// dotRows sets y_i to the Dot of row i of a and x.
func (p Path) dotRows(y, a []float64, lda int, x []float64) {
	n := len(x)
	if n == 0 {
		clear(y)
		return
	}
	if p == Plain {
		dotRowsPlain(y, a, lda, x)
		return
	}
	i := 0
	if p == AVX512 {
		for ; i+4 <= len(y); i += 4 {
			rows := a[i*lda : (i+3)*lda+n]
			dotRows4AVX512(&y[i], &rows[0], lda, &x[0], n)
		}
	}
	for ; i < len(y); i++ {
		y[i] = p.dot(x, a[i*lda:i*lda+n])
	}
}

// axpyRows adds sign*x_i times row i of a to y, for all i of x in ascending
// order, or descending if reverse.
func (p Path) axpyRows(y, a []float64, lda int, x []float64, sign float64, reverse bool) {
	n := len(y)
	if n == 0 {
		return
	}
	if p == Plain {
		axpyRowsPlain(y, a, lda, x, sign, reverse)
		return
	}
	done := 0
	for ; done+8 <= len(x); done += 8 {
		// The eight rows low..low+7, taken from first on, stride apart.
		low, first, stride := done, 0, lda
		if reverse {
			low, first, stride = len(x)-8-done, 7, -lda
		}
		rows := a[low*lda : (low+7)*lda+n]
		var f [8]float64
		for r := range f {
			if reverse {
				f[r] = sign * x[low+7-r]
			} else {
				f[r] = sign * x[low+r]
			}
		}
		start := &rows[first*lda]
		if p == AVX512 {
			axpyRows8AVX512(n, &y[0], start, stride, &f)
			continue
		}
		n8 := n &^ 7
		if n8 > 0 {
			axpyRows8AVX2(n8, &y[0], start, stride, &f)
		}
		for r := range f {
			row := rows[first*lda+r*stride:]
			axpyPlain(f[r], row[n8:n], y[n8:])
		}
	}
	for ; done < len(x); done++ {
		i := done
		if reverse {
			i = len(x) - 1 - done
		}
		p.axpy(sign*x[i], a[i*lda:i*lda+n], y)
	}
}

// axpyList adds x_k times row rows[k] of a to y, for all k in ascending order.
func (p Path) axpyList(y, a []float64, lda int, rows []int, x []float64) {
	n := len(y)
	n4 := n &^ 3
	if p == Plain || n4 == 0 {
		p.axpyListEach(y, a, lda, rows, x)
		return
	}
	done := 0
	for ; done+8 <= len(rows); done += 8 {
		var start [8]*float64
		var f [8]float64
		for r := range f {
			i := rows[done+r] * lda
			start[r], f[r] = &a[i : i+n][0], x[done+r]
		}
		axpyList8AVX2(n4, &y[0], &start, &f) // on the AVX-512 path, too: the rows come from memory at either width
		if n4 < n {
			for r, i := range rows[done : done+8] {
				axpyPlain(f[r], a[i*lda+n4:i*lda+n], y[n4:])
			}
		}
	}
	p.axpyListEach(y, a, lda, rows[done:], x[done:])
}

// rotate sets (dst_j, x_j) = (fma(c, r_j, s*x_j), fma(c, x_j, -(s*r_j))) for
// all j of dst; dst may be r.
func (p Path) rotate(dst, r, x []float64, c, s float64) {
	n := len(dst)
	if n == 0 {
		return
	}
	r, x = r[:n], x[:n]
	switch p {
	case AVX512:
		rotateAVX512(n, &dst[0], &r[0], &x[0], c, s)
		return
	case AVX2:
		if n4 := n &^ 3; n4 > 0 {
			rotateAVX2(n4, &dst[0], &r[0], &x[0], c, s)
			dst, r, x = dst[n4:], r[n4:], x[n4:]
		}
	}
	rotatePlain(dst, r, x, c, s)
}
