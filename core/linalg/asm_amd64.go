package linalg

// The assembly functions. Sizes count float64s, leading dimensions and strides
// too; the callers in kernels_amd64.go check that the operands reach as far.

// Tiles: c (w x 3w, leading dimension ldc) = [c, if load] +- a b', with a one
// packed panel of k and b three, stride apart.
//
//go:noescape
func tileAddAVX512(k int, a, b *float64, stride int, c *float64, ldc, load int)

//go:noescape
func tileSubAVX512(k int, a, b *float64, stride int, c *float64, ldc, load int)

//go:noescape
func tileAddAVX2(k int, a, b *float64, stride int, c *float64, ldc, load int)

//go:noescape
func tileSubAVX2(k int, a, b *float64, stride int, c *float64, ldc, load int)

// Columns k..k+w-1 of three packed panels x (stride apart) solved against a
// packed panel l of a triangular matrix, columns 0..k-1 being done.
//
//go:noescape
func solveTileAVX512(k int, l, x *float64, stride int, recip *float64)

//go:noescape
func solveTileAVX2(k int, l, x *float64, stride int, recip *float64)

// Transposes blocks of w x w, the source advancing by steps and the
// destination by stepd from block to block. blocks > 0.
//
//go:noescape
func transposeAVX512(dst *float64, ldd, stepd int, src *float64, lds, steps, blocks int)

//go:noescape
func transposeAVX2(dst *float64, ldd, stepd int, src *float64, lds, steps, blocks int)

// Copies k > 0 pieces of w numbers, ld apart, one behind the other; piece i
// times d[i] unless d is nil.
//
//go:noescape
func columnsAVX512(dst, src *float64, ld, k int, d *float64)

//go:noescape
func columnsAVX2(dst, src *float64, ld, k int, d *float64)

//go:noescape
func dotAVX512(n int, x, y *float64) float64

//go:noescape
func dotAVX2(n int, x, y *float64) float64

// Four dot products, of rows lda apart with x.
//
//go:noescape
func dotRows4AVX512(y, a *float64, lda int, x *float64, n int)

//go:noescape
func axpyAVX512(n int, a float64, x, y *float64)

// n is a positive multiple of 4.
//
//go:noescape
func axpyAVX2(n int, a float64, x, y *float64)

// y += f[0] row 0, then f[1] row 1, ... f[7] row 7; rows are stride apart, which
// may be negative.
//
//go:noescape
func axpyRows8AVX512(n int, y, a *float64, stride int, f *[8]float64)

// n is a positive multiple of 8.
//
//go:noescape
func axpyRows8AVX2(n int, y, a *float64, stride int, f *[8]float64)

// The same for rows anywhere; n is a positive multiple of 4.
//
//go:noescape
func axpyList8AVX2(n int, y *float64, rows *[8]*float64, f *[8]float64)

//go:noescape
func rotateAVX512(n int, dst, r, x *float64, c, s float64)

// n is a positive multiple of 4.
//
//go:noescape
func rotateAVX2(n int, dst, r, x *float64, c, s float64)
