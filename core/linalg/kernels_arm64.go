package linalg

import "math"

// The kernels by path, as in kernels_amd64.go. NEON (part of every arm64 CPU)
// does the tiles, dot products and sums of rows; what is left is plain Go, whose
// math.FMA is one instruction here.

func detectPath() Path { return NEON }

// Tiles: c (4 x 12, leading dimension ldc) = [c, if load] +- a b', with a one
// packed panel of k > 0 and b three, stride apart.
//
//go:noescape
func tileAddNEON(k int, a, b *float64, stride int, c *float64, ldc, load int)

//go:noescape
func tileSubNEON(k int, a, b *float64, stride int, c *float64, ldc, load int)

// The partial sums of a dot product; n is a positive multiple of 32.
//
//go:noescape
func dotNEON(n int, x, y *float64, s *[dotLanes]float64)

// n is a positive multiple of 8.
//
//go:noescape
func axpyNEON(n int, a float64, x, y *float64)

func (p Path) width() int { return plainWidth }

func (p Path) tile(k int, a, b []float64, stride int, c []float64, ldc int, load, sub bool) {
	const w = plainWidth
	if p == Plain {
		tilePlain(k, a, b, stride, c, ldc, load, sub)
		return
	}
	if k <= 0 {
		panic("linalg: tile: empty inner index")
	}
	_, _, _ = a[w*k-1], b[2*stride+w*k-1], c[(w-1)*ldc+3*w-1]
	flag := 0
	if load {
		flag = 1
	}
	if sub {
		tileSubNEON(k, &a[0], &b[0], stride, &c[0], ldc, flag)
	} else {
		tileAddNEON(k, &a[0], &b[0], stride, &c[0], ldc, flag)
	}
}

// solveTile subtracts the earlier columns by the tile kernel, on a copy of the
// w columns with the three panels side by side, and solves the rest by hand.
func (p Path) solveTile(k int, l, x []float64, stride int, recip []float64) {
	const w = plainWidth
	if p == NEON && k > 0 {
		var tile [3 * w * w]float64
		for i := range 3 {
			for t := range w {
				copy(tile[t*3*w+i*w:][:w], x[i*stride+(k+t)*w:])
			}
		}
		p.tile(k, l, x, stride, tile[:], 3*w, true, true)
		for i := range 3 {
			for t := range w {
				copy(x[i*stride+(k+t)*w:][:w], tile[t*3*w+i*w:])
			}
		}
		l, x, k = l[k*w:], x[k*w:], 0
	}
	solveTilePlain(k, l, x, stride, recip)
}

func (p Path) packRows(dst, src []float64, ld, k int) int { return 0 }

func (p Path) packColumns(dst, src []float64, ld, k int, d []float64) int { return 0 }

func (p Path) unpackRows(dst []float64, ld int, src []float64, k int) int { return 0 }

func (p Path) dot(x, y []float64) float64 {
	n := len(x) &^ (dotLanes - 1)
	if p == Plain || n == 0 {
		return dotPlain(x, y)
	}
	y = y[:len(x)]
	var s [dotLanes]float64
	dotNEON(n, &x[0], &y[0], &s)
	for j, v := range x[n:] {
		s[j] = math.FMA(v, y[n+j], s[j])
	}
	return reduceLanes(&s)
}

func (p Path) axpy(a float64, x, y []float64) {
	y = y[:len(x)]
	if n := len(x) &^ 7; p == NEON && n > 0 {
		axpyNEON(n, a, &x[0], &y[0])
		x, y = x[n:], y[n:]
	}
	axpyPlain(a, x, y)
}

func (p Path) dotRows(y, a []float64, lda int, x []float64) {
	for i := range y {
		y[i] = p.dot(x, a[i*lda:i*lda+len(x)])
	}
}

func (p Path) axpyRows(y, a []float64, lda int, x []float64, sign float64, reverse bool) {
	for i := range x {
		if reverse {
			i = len(x) - 1 - i
		}
		p.axpy(sign*x[i], a[i*lda:i*lda+len(y)], y)
	}
}

func (p Path) axpyList(y, a []float64, lda int, rows []int, x []float64) {
	p.axpyListEach(y, a, lda, rows, x)
}

func (p Path) rotate(dst, r, x []float64, c, s float64) { rotatePlain(dst, r, x, c, s) }
