// The 4 x 12 tile kernels, dot product and axpy in NEON. See kernels_amd64.go
// for what they do and tile_avx512_amd64.s for the scheme.

#include "textflag.h"

// Tile registers: V8..V31, six a row (two numbers each); V0..V5 one k of the
// right operand (four numbers from each of three panels), V6 and V7 in turn one
// number of the left operand in both lanes.

#define ROW(OP, t, c0, c1, c2, c3, c4, c5) \
	VLD1R.P 8(R0), [t.D2]; \
	OP      V0.D2, t.D2, c0.D2; \
	OP      V1.D2, t.D2, c1.D2; \
	OP      V2.D2, t.D2, c2.D2; \
	OP      V3.D2, t.D2, c3.D2; \
	OP      V4.D2, t.D2, c4.D2; \
	OP      V5.D2, t.D2, c5.D2

#define STEP(OP) \
	VLD1.P 32(R1), [V0.D2, V1.D2]; \
	VLD1.P 32(R2), [V2.D2, V3.D2]; \
	VLD1.P 32(R3), [V4.D2, V5.D2]; \
	ROW(OP, V6, V8, V9, V10, V11, V12, V13); \
	ROW(OP, V7, V14, V15, V16, V17, V18, V19); \
	ROW(OP, V6, V20, V21, V22, V23, V24, V25); \
	ROW(OP, V7, V26, V27, V28, V29, V30, V31)

#define ZEROROW(c0, c1, c2, c3, c4, c5) \
	VEOR c0.B16, c0.B16, c0.B16; \
	VEOR c1.B16, c1.B16, c1.B16; \
	VEOR c2.B16, c2.B16, c2.B16; \
	VEOR c3.B16, c3.B16, c3.B16; \
	VEOR c4.B16, c4.B16, c4.B16; \
	VEOR c5.B16, c5.B16, c5.B16

#define LOADROW(c0, c1, c2, c3, c4, c5) \
	MOVD   R4, R9; \
	VLD1.P 64(R9), [c0.D2, c1.D2, c2.D2, c3.D2]; \
	VLD1   (R9), [c4.D2, c5.D2]; \
	ADD    R6, R4

#define STOREROW(c0, c1, c2, c3, c4, c5) \
	MOVD   R8, R9; \
	VST1.P [c0.D2, c1.D2, c2.D2, c3.D2], 64(R9); \
	VST1   [c4.D2, c5.D2], (R9); \
	ADD    R6, R8

#define ALLROWS(DO) \
	DO(V8, V9, V10, V11, V12, V13); \
	DO(V14, V15, V16, V17, V18, V19); \
	DO(V20, V21, V22, V23, V24, V25); \
	DO(V26, V27, V28, V29, V30, V31)

#define TILE(OP) \
	MOVD k+0(FP), R5; \
	MOVD a+8(FP), R0; \
	MOVD b+16(FP), R1; \
	MOVD stride+24(FP), R7; \
	MOVD c+32(FP), R4; \
	MOVD ldc+40(FP), R6; \
	MOVD load+48(FP), R9; \
	LSL  $3, R7; \
	LSL  $3, R6; \
	ADD  R7, R1, R2; \
	ADD  R7, R2, R3; \
	MOVD R4, R8; \
	CBZ  R9, zero; \
	ALLROWS(LOADROW); \
	B    loop; \
zero: \
	ALLROWS(ZEROROW); \
loop: \
	STEP(OP); \
	SUBS $1, R5; \
	BNE  loop; \
	ALLROWS(STOREROW); \
	RET

// func tileAddNEON(k int, a, b *float64, stride int, c *float64, ldc, load int)
TEXT ·tileAddNEON(SB), NOSPLIT, $0-56
	TILE(VFMLA)

// func tileSubNEON(k int, a, b *float64, stride int, c *float64, ldc, load int)
TEXT ·tileSubNEON(SB), NOSPLIT, $0-56
	TILE(VFMLS)

// Eight products, of the next eight numbers of x and y.
#define EIGHT(s0, s1, s2, s3) \
	VLD1.P 64(R1), [V16.D2, V17.D2, V18.D2, V19.D2]; \
	VLD1.P 64(R2), [V20.D2, V21.D2, V22.D2, V23.D2]; \
	VFMLA  V16.D2, V20.D2, s0.D2; \
	VFMLA  V17.D2, V21.D2, s1.D2; \
	VFMLA  V18.D2, V22.D2, s2.D2; \
	VFMLA  V19.D2, V23.D2, s3.D2

// func dotNEON(n int, x, y *float64, s *[32]float64)
//
// V0..V15 are the 32 partial sums in order.
TEXT ·dotNEON(SB), NOSPLIT, $0-32
	MOVD n+0(FP), R0
	MOVD x+8(FP), R1
	MOVD y+16(FP), R2
	MOVD s+24(FP), R3
	VEOR V0.B16, V0.B16, V0.B16
	VEOR V1.B16, V1.B16, V1.B16
	VEOR V2.B16, V2.B16, V2.B16
	VEOR V3.B16, V3.B16, V3.B16
	VEOR V4.B16, V4.B16, V4.B16
	VEOR V5.B16, V5.B16, V5.B16
	VEOR V6.B16, V6.B16, V6.B16
	VEOR V7.B16, V7.B16, V7.B16
	VEOR V8.B16, V8.B16, V8.B16
	VEOR V9.B16, V9.B16, V9.B16
	VEOR V10.B16, V10.B16, V10.B16
	VEOR V11.B16, V11.B16, V11.B16
	VEOR V12.B16, V12.B16, V12.B16
	VEOR V13.B16, V13.B16, V13.B16
	VEOR V14.B16, V14.B16, V14.B16
	VEOR V15.B16, V15.B16, V15.B16

loop:
	EIGHT(V0, V1, V2, V3)
	EIGHT(V4, V5, V6, V7)
	EIGHT(V8, V9, V10, V11)
	EIGHT(V12, V13, V14, V15)
	SUBS $32, R0
	BNE  loop
	VST1.P [V0.D2, V1.D2, V2.D2, V3.D2], 64(R3)
	VST1.P [V4.D2, V5.D2, V6.D2, V7.D2], 64(R3)
	VST1.P [V8.D2, V9.D2, V10.D2, V11.D2], 64(R3)
	VST1.P [V12.D2, V13.D2, V14.D2, V15.D2], 64(R3)
	RET

// func axpyNEON(n int, a float64, x, y *float64)
TEXT ·axpyNEON(SB), NOSPLIT, $0-32
	MOVD  n+0(FP), R0
	FMOVD a+8(FP), F0
	VDUP  V0.D[0], V0.D2
	MOVD  x+16(FP), R1
	MOVD  y+24(FP), R2
	MOVD  R2, R3

loop:
	VLD1.P 64(R1), [V1.D2, V2.D2, V3.D2, V4.D2]
	VLD1.P 64(R2), [V5.D2, V6.D2, V7.D2, V8.D2]
	VFMLA  V1.D2, V0.D2, V5.D2
	VFMLA  V2.D2, V0.D2, V6.D2
	VFMLA  V3.D2, V0.D2, V7.D2
	VFMLA  V4.D2, V0.D2, V8.D2
	VST1.P [V5.D2, V6.D2, V7.D2, V8.D2], 64(R3)
	SUBS   $8, R0
	BNE    loop
	RET
