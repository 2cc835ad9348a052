// Dot products, sums of rows and rotations in AVX-512. See kernels_amd64.go.

#include "textflag.h"

// Masks K1..K4 of the first CX (0..31) of 32 lanes, eight lanes each.
#define MASKS \
	MOVL  $1, AX; \
	SHLL  CX, AX; \
	DECL  AX; \
	KMOVB AX, K1; \
	SHRL  $8, AX; \
	KMOVB AX, K2; \
	SHRL  $8, AX; \
	KMOVB AX, K3; \
	SHRL  $8, AX; \
	KMOVB AX, K4

// Adds up four accumulators of eight lanes in Dot's order into the low lane of
// the first (z0, with its parts y0 and x0); Z30 and Z31 are scratch.
#define REDUCE(z0, y0, x0, z1, z2, z3) \
	VADDPD        z1, z0, z0; \
	VADDPD        z3, z2, z2; \
	VADDPD        z2, z0, z0; \
	VEXTRACTF64X4 $1, z0, Y30; \
	VADDPD        Y30, y0, y0; \
	VEXTRACTF64X2 $1, y0, X30; \
	VADDPD        X30, x0, x0; \
	VPERMILPD     $1, x0, X30; \
	VADDSD        X30, x0, x0

#define ZERO4(z0, z1, z2, z3) \
	VPXORQ z0, z0, z0; \
	VPXORQ z1, z1, z1; \
	VPXORQ z2, z2, z2; \
	VPXORQ z3, z3, z3

// 32 products of the row at (row) with x in Z16..Z19, each accumulator in turn.
#define ROW32(row, z0, z1, z2, z3) \
	VFMADD231PD (row), Z16, z0; \
	VFMADD231PD 64(row), Z17, z1; \
	VFMADD231PD 128(row), Z18, z2; \
	VFMADD231PD 192(row), Z19, z3

// The same for the masked rest of a row; lanes beyond it keep their sums.
#define ROWREST(row, z0, z1, z2, z3) \
	VFMADD231PD (row), Z16, K1, z0; \
	VFMADD231PD 64(row), Z17, K2, z1; \
	VFMADD231PD 128(row), Z18, K3, z2; \
	VFMADD231PD 192(row), Z19, K4, z3

#define LOADX \
	VMOVUPD (DX), Z16; \
	VMOVUPD 64(DX), Z17; \
	VMOVUPD 128(DX), Z18; \
	VMOVUPD 192(DX), Z19

#define LOADXREST \
	VMOVUPD.Z (DX), K1, Z16; \
	VMOVUPD.Z 64(DX), K2, Z17; \
	VMOVUPD.Z 128(DX), K3, Z18; \
	VMOVUPD.Z 192(DX), K4, Z19

// func dotAVX512(n int, x, y *float64) float64
TEXT ·dotAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), DX
	MOVQ y+16(FP), SI
	ZERO4(Z0, Z1, Z2, Z3)
	SUBQ $32, CX
	JLT  rest

loop:
	LOADX
	ROW32(SI, Z0, Z1, Z2, Z3)
	ADDQ $256, DX
	ADDQ $256, SI
	SUBQ $32, CX
	JGE  loop

rest:
	ADDQ $32, CX
	JEQ  sum
	MASKS
	LOADXREST
	ROWREST(SI, Z0, Z1, Z2, Z3)

sum:
	REDUCE(Z0, Y0, X0, Z1, Z2, Z3)
	VMOVSD X0, ret+24(FP)
	VZEROUPPER
	RET

// func dotRows4AVX512(y, a *float64, lda int, x *float64, n int)
TEXT ·dotRows4AVX512(SB), NOSPLIT, $0-40
	MOVQ y+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ lda+16(FP), R8
	MOVQ x+24(FP), DX
	MOVQ n+32(FP), CX
	LEAQ (SI)(R8*8), R9
	LEAQ (R9)(R8*8), R10
	LEAQ (R10)(R8*8), R11
	ZERO4(Z0, Z1, Z2, Z3)
	ZERO4(Z4, Z5, Z6, Z7)
	ZERO4(Z8, Z9, Z10, Z11)
	ZERO4(Z12, Z13, Z14, Z15)
	SUBQ $32, CX
	JLT  rest

loop:
	LOADX
	ROW32(SI, Z0, Z1, Z2, Z3)
	ROW32(R9, Z4, Z5, Z6, Z7)
	ROW32(R10, Z8, Z9, Z10, Z11)
	ROW32(R11, Z12, Z13, Z14, Z15)
	ADDQ $256, DX
	ADDQ $256, SI
	ADDQ $256, R9
	ADDQ $256, R10
	ADDQ $256, R11
	SUBQ $32, CX
	JGE  loop

rest:
	ADDQ $32, CX
	JEQ  sum
	MASKS
	LOADXREST
	ROWREST(SI, Z0, Z1, Z2, Z3)
	ROWREST(R9, Z4, Z5, Z6, Z7)
	ROWREST(R10, Z8, Z9, Z10, Z11)
	ROWREST(R11, Z12, Z13, Z14, Z15)

sum:
	REDUCE(Z0, Y0, X0, Z1, Z2, Z3)
	REDUCE(Z4, Y4, X4, Z5, Z6, Z7)
	REDUCE(Z8, Y8, X8, Z9, Z10, Z11)
	REDUCE(Z12, Y12, X12, Z13, Z14, Z15)
	VMOVSD X0, (DI)
	VMOVSD X4, 8(DI)
	VMOVSD X8, 16(DI)
	VMOVSD X12, 24(DI)
	VZEROUPPER
	RET

// func axpyAVX512(n int, a float64, x, y *float64)
TEXT ·axpyAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	VBROADCASTSD a+8(FP), Z0
	MOVQ x+16(FP), SI
	MOVQ y+24(FP), DI
	SUBQ $16, CX
	JLT  rest

loop:
	VMOVUPD (DI), Z1
	VMOVUPD 64(DI), Z2
	VFMADD231PD (SI), Z0, Z1
	VFMADD231PD 64(SI), Z0, Z2
	VMOVUPD Z1, (DI)
	VMOVUPD Z2, 64(DI)
	ADDQ $128, SI
	ADDQ $128, DI
	SUBQ $16, CX
	JGE  loop

rest:
	ADDQ $16, CX
	JEQ  done
	MASKS
	VMOVUPD.Z (DI), K1, Z1
	VMOVUPD.Z 64(DI), K2, Z2
	VFMADD231PD (SI), Z0, K1, Z1
	VFMADD231PD 64(SI), Z0, K2, Z2
	VMOVUPD Z1, K1, (DI)
	VMOVUPD Z2, K2, 64(DI)

done:
	VZEROUPPER
	RET

// Eight rows, at SI, R9 = SI+3*R8 and R10 = SI+6*R8 with row stride R8, into
// Z0 and Z1, rows in order; Z24..Z31 hold their factors.
#define ROWS8 \
	VFMADD231PD (SI), Z24, Z0; \
	VFMADD231PD 64(SI), Z24, Z1; \
	VFMADD231PD (SI)(R8*1), Z25, Z0; \
	VFMADD231PD 64(SI)(R8*1), Z25, Z1; \
	VFMADD231PD (SI)(R8*2), Z26, Z0; \
	VFMADD231PD 64(SI)(R8*2), Z26, Z1; \
	VFMADD231PD (R9), Z27, Z0; \
	VFMADD231PD 64(R9), Z27, Z1; \
	VFMADD231PD (R9)(R8*1), Z28, Z0; \
	VFMADD231PD 64(R9)(R8*1), Z28, Z1; \
	VFMADD231PD (R9)(R8*2), Z29, Z0; \
	VFMADD231PD 64(R9)(R8*2), Z29, Z1; \
	VFMADD231PD (R10), Z30, Z0; \
	VFMADD231PD 64(R10), Z30, Z1; \
	VFMADD231PD (R10)(R8*1), Z31, Z0; \
	VFMADD231PD 64(R10)(R8*1), Z31, Z1

#define ROWS8REST \
	VFMADD231PD (SI), Z24, K1, Z0; \
	VFMADD231PD 64(SI), Z24, K2, Z1; \
	VFMADD231PD (SI)(R8*1), Z25, K1, Z0; \
	VFMADD231PD 64(SI)(R8*1), Z25, K2, Z1; \
	VFMADD231PD (SI)(R8*2), Z26, K1, Z0; \
	VFMADD231PD 64(SI)(R8*2), Z26, K2, Z1; \
	VFMADD231PD (R9), Z27, K1, Z0; \
	VFMADD231PD 64(R9), Z27, K2, Z1; \
	VFMADD231PD (R9)(R8*1), Z28, K1, Z0; \
	VFMADD231PD 64(R9)(R8*1), Z28, K2, Z1; \
	VFMADD231PD (R9)(R8*2), Z29, K1, Z0; \
	VFMADD231PD 64(R9)(R8*2), Z29, K2, Z1; \
	VFMADD231PD (R10), Z30, K1, Z0; \
	VFMADD231PD 64(R10), Z30, K2, Z1; \
	VFMADD231PD (R10)(R8*1), Z31, K1, Z0; \
	VFMADD231PD 64(R10)(R8*1), Z31, K2, Z1

// func axpyRows8AVX512(n int, y, a *float64, stride int, f *[8]float64)
TEXT ·axpyRows8AVX512(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ y+8(FP), DI
	MOVQ a+16(FP), SI
	MOVQ stride+24(FP), R8
	MOVQ f+32(FP), DX
	SHLQ $3, R8
	LEAQ (R8)(R8*2), R10
	LEAQ (SI)(R10*1), R9
	LEAQ (R9)(R10*1), R10
	VBROADCASTSD (DX), Z24
	VBROADCASTSD 8(DX), Z25
	VBROADCASTSD 16(DX), Z26
	VBROADCASTSD 24(DX), Z27
	VBROADCASTSD 32(DX), Z28
	VBROADCASTSD 40(DX), Z29
	VBROADCASTSD 48(DX), Z30
	VBROADCASTSD 56(DX), Z31
	SUBQ $16, CX
	JLT  rest

loop:
	VMOVUPD (DI), Z0
	VMOVUPD 64(DI), Z1
	ROWS8
	VMOVUPD Z0, (DI)
	VMOVUPD Z1, 64(DI)
	ADDQ $128, DI
	ADDQ $128, SI
	ADDQ $128, R9
	ADDQ $128, R10
	SUBQ $16, CX
	JGE  loop

rest:
	ADDQ $16, CX
	JEQ  done
	MASKS
	VMOVUPD.Z (DI), K1, Z0
	VMOVUPD.Z 64(DI), K2, Z1
	ROWS8REST
	VMOVUPD Z0, K1, (DI)
	VMOVUPD Z1, K2, 64(DI)

done:
	VZEROUPPER
	RET

// Rotates eight numbers of r (Z2) and x (Z3) by c (Z0) and s (Z1): the new r in
// Z4, the new x in Z5.
#define ROTATE \
	VMULPD      Z1, Z3, Z4; \
	VMULPD      Z1, Z2, Z5; \
	VFMADD231PD Z0, Z2, Z4; \
	VFMSUB231PD Z0, Z3, Z5

// func rotateAVX512(n int, dst, r, x *float64, c, s float64)
TEXT ·rotateAVX512(SB), NOSPLIT, $0-48
	MOVQ n+0(FP), CX
	MOVQ dst+8(FP), DI
	MOVQ r+16(FP), SI
	MOVQ x+24(FP), DX
	VBROADCASTSD c+32(FP), Z0
	VBROADCASTSD s+40(FP), Z1
	SUBQ $8, CX
	JLT  rest

loop:
	VMOVUPD (SI), Z2
	VMOVUPD (DX), Z3
	ROTATE
	VMOVUPD Z4, (DI)
	VMOVUPD Z5, (DX)
	ADDQ $64, SI
	ADDQ $64, DX
	ADDQ $64, DI
	SUBQ $8, CX
	JGE  loop

rest:
	ADDQ $8, CX
	JEQ  done
	MASKS
	VMOVUPD.Z (SI), K1, Z2
	VMOVUPD.Z (DX), K1, Z3
	ROTATE
	VMOVUPD Z4, K1, (DI)
	VMOVUPD Z5, K1, (DX)

done:
	VZEROUPPER
	RET
