// The 4 x 12 tile kernels in AVX2 with FMA. See kernels_amd64.go for what they
// do, tile_avx512_amd64.s for the scheme; all 16 registers are in use.
//
// Registers: Y4..Y15 hold the tile, three registers a row; Y0..Y2 one k of the
// right operand (12 numbers, four from each of three panels); Y3 one number of
// the left operand in all lanes (renaming makes the reuse free). Per k that is
// 7 loads for 12 multiply-adds.

#include "textflag.h"

#define ROW(OP, off, c0, c1, c2) \
	VBROADCASTSD off(SI), Y3; \
	OP           Y0, Y3, c0; \
	OP           Y1, Y3, c1; \
	OP           Y2, Y3, c2

// One k, o bytes (a multiple of 32) into both operands: left at SI, right at
// BX, BX+R8 and BX+2*R8.
#define STEP(OP, o) \
	VMOVUPD o(BX), Y0; \
	VMOVUPD o(BX)(R8*1), Y1; \
	VMOVUPD o(BX)(R8*2), Y2; \
	ROW(OP, o+0, Y4, Y5, Y6); \
	ROW(OP, o+8, Y7, Y8, Y9); \
	ROW(OP, o+16, Y10, Y11, Y12); \
	ROW(OP, o+24, Y13, Y14, Y15)

#define LOADROW(c0, c1, c2) \
	VMOVUPD (DI), c0; \
	VMOVUPD 32(DI), c1; \
	VMOVUPD 64(DI), c2; \
	ADDQ    R9, DI

#define STOREROW(c0, c1, c2) \
	VMOVUPD c0, (DI); \
	VMOVUPD c1, 32(DI); \
	VMOVUPD c2, 64(DI); \
	ADDQ    R9, DI

#define ZEROROW(c0, c1, c2) \
	VXORPD c0, c0, c0; \
	VXORPD c1, c1, c1; \
	VXORPD c2, c2, c2

#define ALLROWS(DO) \
	DO(Y4, Y5, Y6); \
	DO(Y7, Y8, Y9); \
	DO(Y10, Y11, Y12); \
	DO(Y13, Y14, Y15)

// The whole k loop, four k at a time; CX = k.
#define LOOP(OP) \
	SUBQ $4, CX; \
	JLT  rest; \
four: \
	STEP(OP, 0); \
	STEP(OP, 32); \
	STEP(OP, 64); \
	STEP(OP, 96); \
	ADDQ $128, SI; \
	ADDQ $128, BX; \
	SUBQ $4, CX; \
	JGE  four; \
rest: \
	ADDQ $4, CX; \
	JEQ  done; \
one: \
	STEP(OP, 0); \
	ADDQ $32, SI; \
	ADDQ $32, BX; \
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

// func tileAddAVX2(k int, a, b *float64, stride int, c *float64, ldc, load int)
TEXT ·tileAddAVX2(SB), NOSPLIT, $0-56
	ARGS
	LOOP(VFMADD231PD)
	MOVQ DX, DI
	ALLROWS(STOREROW)
	VZEROUPPER
	RET

// func tileSubAVX2(k int, a, b *float64, stride int, c *float64, ldc, load int)
TEXT ·tileSubAVX2(SB), NOSPLIT, $0-56
	ARGS
	LOOP(VFNMADD231PD)
	MOVQ DX, DI
	ALLROWS(STOREROW)
	VZEROUPPER
	RET

#define SCALE(off, c0, c1, c2) \
	VBROADCASTSD off(DX), Y3; \
	VMULPD       Y3, c0, c0; \
	VMULPD       Y3, c1, c1; \
	VMULPD       Y3, c2, c2

#define ELIM(off, p0, p1, p2, c0, c1, c2) \
	VBROADCASTSD off(SI), Y3; \
	VFNMADD231PD p0, Y3, c0; \
	VFNMADD231PD p1, Y3, c1; \
	VFNMADD231PD p2, Y3, c2

#define LOADCOL(off, c0, c1, c2) \
	VMOVUPD off(DI), c0; \
	VMOVUPD off(DI)(R8*1), c1; \
	VMOVUPD off(DI)(R8*2), c2

#define STORECOL(off, c0, c1, c2) \
	VMOVUPD c0, off(DI); \
	VMOVUPD c1, off(DI)(R8*1); \
	VMOVUPD c2, off(DI)(R8*2)

#define ALLCOLS(DO) \
	DO(0, Y4, Y5, Y6); \
	DO(32, Y7, Y8, Y9); \
	DO(64, Y10, Y11, Y12); \
	DO(96, Y13, Y14, Y15)

// func solveTileAVX2(k int, l, x *float64, stride int, recip *float64)
TEXT ·solveTileAVX2(SB), NOSPLIT, $0-40
	MOVQ k+0(FP), CX
	MOVQ l+8(FP), SI
	MOVQ x+16(FP), BX
	MOVQ stride+24(FP), R8
	MOVQ recip+32(FP), DX
	SHLQ $3, R8
	MOVQ CX, DI
	SHLQ $5, DI
	ADDQ BX, DI
	ALLCOLS(LOADCOL)
	LOOP(VFNMADD231PD)

	SCALE(0, Y4, Y5, Y6)
	ELIM(8, Y4, Y5, Y6, Y7, Y8, Y9)
	ELIM(16, Y4, Y5, Y6, Y10, Y11, Y12)
	ELIM(24, Y4, Y5, Y6, Y13, Y14, Y15)

	SCALE(8, Y7, Y8, Y9)
	ELIM(32+16, Y7, Y8, Y9, Y10, Y11, Y12)
	ELIM(32+24, Y7, Y8, Y9, Y13, Y14, Y15)

	SCALE(16, Y10, Y11, Y12)
	ELIM(64+24, Y10, Y11, Y12, Y13, Y14, Y15)

	SCALE(24, Y13, Y14, Y15)
	ALLCOLS(STORECOL)
	VZEROUPPER
	RET
