package linalg

import "math"

// The kernels in plain Go. They are the definition that the assembly follows,
// for panels of plainWidth rows.

// plainWidth is the width of a panel on the paths without 512-bit registers.
const plainWidth = 4

// tilePlain is Path.tile for w = 4: a tile of 4 x 12.
func tilePlain(k int, a, b []float64, stride int, c []float64, ldc int, load, sub bool) {
	const w = plainWidth
	a = a[:w*k]
	for p := range 3 {
		bp := b[p*stride : p*stride+w*k]
		for i := 0; i < w; i += 2 {
			c0 := c[i*ldc+p*w:][:w:w]
			c1 := c[(i+1)*ldc+p*w:][:w:w]
			var s00, s01, s02, s03, s10, s11, s12, s13 float64
			if load {
				s00, s01, s02, s03 = c0[0], c0[1], c0[2], c0[3]
				s10, s11, s12, s13 = c1[0], c1[1], c1[2], c1[3]
			}
			for l := 0; l+w <= len(a) && l+w <= len(bp); l += w {
				a0, a1 := a[l+i], a[l+i+1]
				if sub {
					a0, a1 = -a0, -a1
				}
				bl := bp[l : l+w : l+w]
				s00 = math.FMA(a0, bl[0], s00)
				s01 = math.FMA(a0, bl[1], s01)
				s02 = math.FMA(a0, bl[2], s02)
				s03 = math.FMA(a0, bl[3], s03)
				s10 = math.FMA(a1, bl[0], s10)
				s11 = math.FMA(a1, bl[1], s11)
				s12 = math.FMA(a1, bl[2], s12)
				s13 = math.FMA(a1, bl[3], s13)
			}
			c0[0], c0[1], c0[2], c0[3] = s00, s01, s02, s03
			c1[0], c1[1], c1[2], c1[3] = s10, s11, s12, s13
		}
	}
}

// solveTilePlain is Path.solveTile for w = 4.
func solveTilePlain(k int, l, x []float64, stride int, recip []float64) {
	const w = plainWidth
	for p := range 3 {
		xp := x[p*stride : p*stride+w*(k+w)]
		for t := range w {
			col := xp[(k+t)*w:][:w:w]
			s0, s1, s2, s3 := col[0], col[1], col[2], col[3]
			for j := range k + t {
				f, xj := -l[j*w+t], xp[j*w:][:w:w]
				s0 = math.FMA(f, xj[0], s0)
				s1 = math.FMA(f, xj[1], s1)
				s2 = math.FMA(f, xj[2], s2)
				s3 = math.FMA(f, xj[3], s3)
			}
			r := recip[t]
			col[0], col[1], col[2], col[3] = s0*r, s1*r, s2*r, s3*r
		}
	}
}

// dotRowsPlain is Path.dotRows: y_i = Dot(row i of a, x).
func dotRowsPlain(y, a []float64, lda int, x []float64) {
	for i := range y {
		y[i] = dotPlain(a[i*lda:i*lda+len(x)], x)
	}
}

// axpyRowsPlain is Path.axpyRows: y_j = fma(sign*x_i, a_ij, y_j), rows in
// ascending i, or descending if reverse.
func axpyRowsPlain(y, a []float64, lda int, x []float64, sign float64, reverse bool) {
	for i := range x {
		if reverse {
			i = len(x) - 1 - i
		}
		axpyPlain(sign*x[i], a[i*lda:i*lda+len(y)], y)
	}
}

// rotatePlain is Path.rotate.
func rotatePlain(dst, r, x []float64, c, s float64) {
	r, x = r[:len(dst)], x[:len(dst)]
	for j := range dst {
		rj, xj := r[j], x[j]
		sx, sr := s*xj, s*rj
		dst[j] = math.FMA(c, rj, sx)
		x[j] = math.FMA(c, xj, -sr)
	}
}
