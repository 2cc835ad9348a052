// Packing: transposes and column copies. See kernels_amd64.go.

#include "textflag.h"

// Half a block: columns o/8 .. o/8+3 of eight rows (SI and R13 point at rows 0
// and 4, R8 is the row stride, R10 three times it) into Z4, Z6, Z5, Z7, a column
// each, in this order. Loads pair the rows so that two shuffles a column do:
//
//	Z0 = r0|r2   Z1 = r1|r3   Z2 = r4|r6   Z3 = r5|r7   (four columns each)
//	unpack:  Z8 = columns 0, 2 of r0 r1 | r2 r3,  Z9 = columns 1, 3;  Z10, Z11 of r4..r7
//	shuffle: even or odd 128-bit quarters of Z8 and Z10 are column 0 or 2
#define HALF(o) \
	VMOVUPD      o(SI), Y0; \
	VMOVUPD      o(SI)(R8*1), Y1; \
	VMOVUPD      o(R13), Y2; \
	VMOVUPD      o(R13)(R8*1), Y3; \
	VINSERTF64X4 $1, o(SI)(R8*2), Z0, Z0; \
	VINSERTF64X4 $1, o(SI)(R10*1), Z1, Z1; \
	VINSERTF64X4 $1, o(R13)(R8*2), Z2, Z2; \
	VINSERTF64X4 $1, o(R13)(R10*1), Z3, Z3; \
	VUNPCKLPD    Z1, Z0, Z8; \
	VUNPCKHPD    Z1, Z0, Z9; \
	VUNPCKLPD    Z3, Z2, Z10; \
	VUNPCKHPD    Z3, Z2, Z11; \
	VSHUFF64X2   $0x88, Z10, Z8, Z4; \
	VSHUFF64X2   $0xDD, Z10, Z8, Z5; \
	VSHUFF64X2   $0x88, Z11, Z9, Z6; \
	VSHUFF64X2   $0xDD, Z11, Z9, Z7

// Stores them as rows of the output, from reg on; R9 is its row stride, R11
// three times it.
#define STORE(reg) \
	VMOVUPD Z4, (reg); \
	VMOVUPD Z6, (reg)(R9*1); \
	VMOVUPD Z5, (reg)(R9*2); \
	VMOVUPD Z7, (reg)(R11*1)

// func transposeAVX512(dst *float64, ldd, stepd int, src *float64, lds, steps, blocks int)
TEXT ·transposeAVX512(SB), NOSPLIT, $0-56
	MOVQ dst+0(FP), DI
	MOVQ ldd+8(FP), R9
	MOVQ stepd+16(FP), AX
	MOVQ src+24(FP), SI
	MOVQ lds+32(FP), R8
	MOVQ steps+40(FP), BX
	MOVQ blocks+48(FP), CX
	SHLQ $3, R9
	SHLQ $3, AX
	SHLQ $3, R8
	SHLQ $3, BX
	LEAQ (R8)(R8*2), R10
	LEAQ (R9)(R9*2), R11
	LEAQ (SI)(R8*4), R13
	LEAQ (DI)(R9*4), R12

loop:
	HALF(0)
	STORE(DI)
	HALF(32)
	STORE(R12)
	ADDQ BX, SI
	ADDQ BX, R13
	ADDQ AX, DI
	ADDQ AX, R12
	DECQ CX
	JNE  loop
	VZEROUPPER
	RET

// Two columns, at o, of four rows into Y2 and Y3: Y0 = r0|r2, Y1 = r1|r3, and
// the unpacked halves are the columns.
#define PAIR(o) \
	VMOVUPD     o(SI), X0; \
	VMOVUPD     o(SI)(R8*1), X1; \
	VINSERTF128 $1, o(SI)(R8*2), Y0, Y0; \
	VINSERTF128 $1, o(SI)(R10*1), Y1, Y1; \
	VUNPCKLPD   Y1, Y0, Y2; \
	VUNPCKHPD   Y1, Y0, Y3

// func transposeAVX2(dst *float64, ldd, stepd int, src *float64, lds, steps, blocks int)
TEXT ·transposeAVX2(SB), NOSPLIT, $0-56
	MOVQ dst+0(FP), DI
	MOVQ ldd+8(FP), R9
	MOVQ stepd+16(FP), AX
	MOVQ src+24(FP), SI
	MOVQ lds+32(FP), R8
	MOVQ steps+40(FP), BX
	MOVQ blocks+48(FP), CX
	SHLQ $3, R9
	SHLQ $3, AX
	SHLQ $3, R8
	SHLQ $3, BX
	LEAQ (R8)(R8*2), R10
	LEAQ (R9)(R9*2), R11

loop:
	PAIR(0)
	VMOVUPD Y2, (DI)
	VMOVUPD Y3, (DI)(R9*1)
	PAIR(16)
	VMOVUPD Y2, (DI)(R9*2)
	VMOVUPD Y3, (DI)(R11*1)
	ADDQ BX, SI
	ADDQ AX, DI
	DECQ CX
	JNE  loop
	VZEROUPPER
	RET

// func columnsAVX512(dst, src *float64, ld, k int, d *float64)
TEXT ·columnsAVX512(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ ld+16(FP), R8
	MOVQ k+24(FP), CX
	MOVQ d+32(FP), DX
	SHLQ $3, R8
	TESTQ DX, DX
	JNE  scaled

plain:
	VMOVUPD (SI), Z0
	VMOVUPD Z0, (DI)
	ADDQ R8, SI
	ADDQ $64, DI
	DECQ CX
	JNE  plain
	VZEROUPPER
	RET

scaled:
	VBROADCASTSD (DX), Z0
	VMULPD (SI), Z0, Z0
	VMOVUPD Z0, (DI)
	ADDQ $8, DX
	ADDQ R8, SI
	ADDQ $64, DI
	DECQ CX
	JNE  scaled
	VZEROUPPER
	RET

// func columnsAVX2(dst, src *float64, ld, k int, d *float64)
TEXT ·columnsAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ ld+16(FP), R8
	MOVQ k+24(FP), CX
	MOVQ d+32(FP), DX
	SHLQ $3, R8
	TESTQ DX, DX
	JNE  scaled

plain:
	VMOVUPD (SI), Y0
	VMOVUPD Y0, (DI)
	ADDQ R8, SI
	ADDQ $32, DI
	DECQ CX
	JNE  plain
	VZEROUPPER
	RET

scaled:
	VBROADCASTSD (DX), Y0
	VMULPD (SI), Y0, Y0
	VMOVUPD Y0, (DI)
	ADDQ $8, DX
	ADDQ R8, SI
	ADDQ $32, DI
	DECQ CX
	JNE  scaled
	VZEROUPPER
	RET
