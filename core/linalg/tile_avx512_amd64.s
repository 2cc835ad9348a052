// The 8 x 24 tile kernels in AVX-512. See kernels_amd64.go for what they do.
//
// Registers: Z8..Z31 hold the tile, three registers a row; Z0..Z2 one k of the
// right operand (24 numbers, eight from each of three panels); Z3..Z7 take
// turns as one number of the left operand in all lanes. Per k that is 11 loads
// for 24 multiply-adds, so the two FMA units, not the load ports, set the pace,
// and 24 independent chains cover their latency three times over.

#include "textflag.h"

// One row of the tile: acc += left[off] * right (OP adds or subtracts).
#define ROW(OP, off, t, c0, c1, c2) \
	VBROADCASTSD off(SI), t; \
	OP           Z0, t, c0; \
	OP           Z1, t, c1; \
	OP           Z2, t, c2

// One k, o bytes (a multiple of 64) into both operands: left at SI, right at
// BX, BX+R8 and BX+2*R8.
#define STEP(OP, o) \
	VMOVUPD o(BX), Z0; \
	VMOVUPD o(BX)(R8*1), Z1; \
	VMOVUPD o(BX)(R8*2), Z2; \
	ROW(OP, o+0, Z3, Z8, Z9, Z10); \
	ROW(OP, o+8, Z4, Z11, Z12, Z13); \
	ROW(OP, o+16, Z5, Z14, Z15, Z16); \
	ROW(OP, o+24, Z6, Z17, Z18, Z19); \
	ROW(OP, o+32, Z7, Z20, Z21, Z22); \
	ROW(OP, o+40, Z3, Z23, Z24, Z25); \
	ROW(OP, o+48, Z4, Z26, Z27, Z28); \
	ROW(OP, o+56, Z5, Z29, Z30, Z31)

// Loads or stores one row of the tile at DI and moves on by the row stride R9.
#define LOADROW(c0, c1, c2) \
	VMOVUPD (DI), c0; \
	VMOVUPD 64(DI), c1; \
	VMOVUPD 128(DI), c2; \
	ADDQ    R9, DI

#define STOREROW(c0, c1, c2) \
	VMOVUPD c0, (DI); \
	VMOVUPD c1, 64(DI); \
	VMOVUPD c2, 128(DI); \
	ADDQ    R9, DI

#define ZERO(z) VPXORQ z, z, z

#define ZEROROW(c0, c1, c2) \
	ZERO(c0); \
	ZERO(c1); \
	ZERO(c2)

#define ALLROWS(DO) \
	DO(Z8, Z9, Z10); \
	DO(Z11, Z12, Z13); \
	DO(Z14, Z15, Z16); \
	DO(Z17, Z18, Z19); \
	DO(Z20, Z21, Z22); \
	DO(Z23, Z24, Z25); \
	DO(Z26, Z27, Z28); \
	DO(Z29, Z30, Z31)

// The whole k loop, four k at a time; CX = k.
#define LOOP(OP) \
	SUBQ $4, CX; \
	JLT  rest; \
four: \
	STEP(OP, 0); \
	STEP(OP, 64); \
	STEP(OP, 128); \
	STEP(OP, 192); \
	ADDQ $256, SI; \
	ADDQ $256, BX; \
	SUBQ $4, CX; \
	JGE  four; \
rest: \
	ADDQ $4, CX; \
	JEQ  done; \
one: \
	STEP(OP, 0); \
	ADDQ $64, SI; \
	ADDQ $64, BX; \
	DECQ CX; \
	JNE  one; \
done:

#define ARGS \
	MOVQ k+0(FP), CX; \
	MOVQ a+8(FP), SI; \
	MOVQ b+16(FP), BX; \
	MOVQ stride+24(FP), R8; \
	MOVQ c+32(FP), DI; \
	MOVQ ldc+40(FP), R9; \
	MOVQ load+48(FP), AX; \
	SHLQ $3, R8; \
	SHLQ $3, R9; \
	MOVQ DI, DX; \
	TESTQ AX, AX; \
	JEQ  zero; \
	ALLROWS(LOADROW); \
	JMP  begin; \
zero: \
	ALLROWS(ZEROROW); \
begin:

// func tileAddAVX512(k int, a, b *float64, stride int, c *float64, ldc, load int)
TEXT ·tileAddAVX512(SB), NOSPLIT, $0-56
	ARGS
	LOOP(VFMADD231PD)
	MOVQ DX, DI
	ALLROWS(STOREROW)
	VZEROUPPER
	RET

// func tileSubAVX512(k int, a, b *float64, stride int, c *float64, ldc, load int)
TEXT ·tileSubAVX512(SB), NOSPLIT, $0-56
	ARGS
	LOOP(VFNMADD231PD)
	MOVQ DX, DI
	ALLROWS(STOREROW)
	VZEROUPPER
	RET

// Scales a finished row of the tile (column t of the solution) by its
// reciprocal at off(DX).
#define SCALE(off, c0, c1, c2) \
	VBROADCASTSD off(DX), Z7; \
	VMULPD       Z7, c0, c0; \
	VMULPD       Z7, c1, c1; \
	VMULPD       Z7, c2, c2

// Subtracts the finished row p0..p2 times l at off(SI) from row c0..c2.
#define ELIM(off, p0, p1, p2, t, c0, c1, c2) \
	VBROADCASTSD off(SI), t; \
	VFNMADD231PD p0, t, c0; \
	VFNMADD231PD p1, t, c1; \
	VFNMADD231PD p2, t, c2

// Column t of the solution is the tile's row t: eight rows of x, in three
// panels at DI, DI+R8 and DI+2*R8, 64 bytes a column.
#define LOADCOL(off, c0, c1, c2) \
	VMOVUPD off(DI), c0; \
	VMOVUPD off(DI)(R8*1), c1; \
	VMOVUPD off(DI)(R8*2), c2

#define STORECOL(off, c0, c1, c2) \
	VMOVUPD c0, off(DI); \
	VMOVUPD c1, off(DI)(R8*1); \
	VMOVUPD c2, off(DI)(R8*2)

#define ALLCOLS(DO) \
	DO(0, Z8, Z9, Z10); \
	DO(64, Z11, Z12, Z13); \
	DO(128, Z14, Z15, Z16); \
	DO(192, Z17, Z18, Z19); \
	DO(256, Z20, Z21, Z22); \
	DO(320, Z23, Z24, Z25); \
	DO(384, Z26, Z27, Z28); \
	DO(448, Z29, Z30, Z31)

// func solveTileAVX512(k int, l, x *float64, stride int, recip *float64)
//
// The earlier k columns are subtracted as in tileSub, with L's panel as the
// left and x as the right operand; then the 8 x 8 triangle is solved in the
// registers, column by column.
TEXT ·solveTileAVX512(SB), NOSPLIT, $0-40
	MOVQ k+0(FP), CX
	MOVQ l+8(FP), SI
	MOVQ x+16(FP), BX
	MOVQ stride+24(FP), R8
	MOVQ recip+32(FP), DX
	SHLQ $3, R8
	MOVQ CX, DI
	SHLQ $6, DI
	ADDQ BX, DI
	ALLCOLS(LOADCOL)
	LOOP(VFNMADD231PD)

	SCALE(0, Z8, Z9, Z10)
	ELIM(8, Z8, Z9, Z10, Z3, Z11, Z12, Z13)
	ELIM(16, Z8, Z9, Z10, Z4, Z14, Z15, Z16)
	ELIM(24, Z8, Z9, Z10, Z5, Z17, Z18, Z19)
	ELIM(32, Z8, Z9, Z10, Z6, Z20, Z21, Z22)
	ELIM(40, Z8, Z9, Z10, Z3, Z23, Z24, Z25)
	ELIM(48, Z8, Z9, Z10, Z4, Z26, Z27, Z28)
	ELIM(56, Z8, Z9, Z10, Z5, Z29, Z30, Z31)

	SCALE(8, Z11, Z12, Z13)
	ELIM(64+16, Z11, Z12, Z13, Z4, Z14, Z15, Z16)
	ELIM(64+24, Z11, Z12, Z13, Z5, Z17, Z18, Z19)
	ELIM(64+32, Z11, Z12, Z13, Z6, Z20, Z21, Z22)
	ELIM(64+40, Z11, Z12, Z13, Z3, Z23, Z24, Z25)
	ELIM(64+48, Z11, Z12, Z13, Z4, Z26, Z27, Z28)
	ELIM(64+56, Z11, Z12, Z13, Z5, Z29, Z30, Z31)

	SCALE(16, Z14, Z15, Z16)
	ELIM(128+24, Z14, Z15, Z16, Z5, Z17, Z18, Z19)
	ELIM(128+32, Z14, Z15, Z16, Z6, Z20, Z21, Z22)
	ELIM(128+40, Z14, Z15, Z16, Z3, Z23, Z24, Z25)
	ELIM(128+48, Z14, Z15, Z16, Z4, Z26, Z27, Z28)
	ELIM(128+56, Z14, Z15, Z16, Z5, Z29, Z30, Z31)

	SCALE(24, Z17, Z18, Z19)
	ELIM(192+32, Z17, Z18, Z19, Z6, Z20, Z21, Z22)
	ELIM(192+40, Z17, Z18, Z19, Z3, Z23, Z24, Z25)
	ELIM(192+48, Z17, Z18, Z19, Z4, Z26, Z27, Z28)
	ELIM(192+56, Z17, Z18, Z19, Z5, Z29, Z30, Z31)

	SCALE(32, Z20, Z21, Z22)
	ELIM(256+40, Z20, Z21, Z22, Z3, Z23, Z24, Z25)
	ELIM(256+48, Z20, Z21, Z22, Z4, Z26, Z27, Z28)
	ELIM(256+56, Z20, Z21, Z22, Z5, Z29, Z30, Z31)

	SCALE(40, Z23, Z24, Z25)
	ELIM(320+48, Z23, Z24, Z25, Z4, Z26, Z27, Z28)
	ELIM(320+56, Z23, Z24, Z25, Z5, Z29, Z30, Z31)

	SCALE(48, Z26, Z27, Z28)
	ELIM(384+56, Z26, Z27, Z28, Z5, Z29, Z30, Z31)

	SCALE(56, Z29, Z30, Z31)
	ALLCOLS(STORECOL)
	VZEROUPPER
	RET
