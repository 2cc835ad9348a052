// Dot products, sums of rows and rotations in AVX2 with FMA. See
// kernels_amd64.go.

#include "textflag.h"
#include "lanes_amd64.h"

DATA lanes<>+0(SB)/8, $0
DATA lanes<>+8(SB)/8, $1
DATA lanes<>+16(SB)/8, $2
DATA lanes<>+24(SB)/8, $3
GLOBL lanes<>(SB), RODATA|NOPTR, $32

#define STEP(off, acc) \
	VMOVUPD     off(DX), Y8; \
	VFMADD231PD off(SI), Y8, acc

// The rest of a dot product, CX < 32 products: each accumulator in turn takes four if there are four, else the masked
// rest at label.
#define FOUR(off, acc, label) \
	CMPQ CX, $4; \
	JLT  label; \
	STEP(off, acc); \
	SUBQ $4, CX

// The CX < 4 lanes of acc that take one more product; the others keep their sums. Masked loads do not touch memory
// beyond them.
#define MASKED(off, acc) \
	TESTQ CX, CX; \
	JEQ   sum; \
	VMOVQ CX, X14; \
	VPBROADCASTQ X14, Y14; \
	VPCMPGTQ    lanes<>(SB), Y14, Y12; \
	VMASKMOVPD  off(DX), Y12, Y8; \
	VMASKMOVPD  off(SI), Y12, Y9; \
	VMOVAPD     acc, Y10; \
	VFMADD231PD Y8, Y9, Y10; \
	VBLENDVPD   Y12, Y10, acc, acc; \
	JMP         sum

// func dotAVX2(n int, x, y *float64) float64
TEXT ·dotAVX2(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), DX
	MOVQ y+16(FP), SI
	ZERO256
	SUBQ $32, CX
	JLT  rest

loop:
	STEP(0, Y0)
	STEP(32, Y1)
	STEP(64, Y2)
	STEP(96, Y3)
	STEP(128, Y4)
	STEP(160, Y5)
	STEP(192, Y6)
	STEP(224, Y7)
	ADDQ $256, DX
	ADDQ $256, SI
	SUBQ $32, CX
	JGE  loop

rest:
	ADDQ $32, CX
	FOUR(0, Y0, last0)
	FOUR(32, Y1, last1)
	FOUR(64, Y2, last2)
	FOUR(96, Y3, last3)
	FOUR(128, Y4, last4)
	FOUR(160, Y5, last5)
	FOUR(192, Y6, last6)
	MASKED(224, Y7)

last0:
	MASKED(0, Y0)

last1:
	MASKED(32, Y1)

last2:
	MASKED(64, Y2)

last3:
	MASKED(96, Y3)

last4:
	MASKED(128, Y4)

last5:
	MASKED(160, Y5)

last6:
	MASKED(192, Y6)

sum:
	REDUCE256
	VMOVSD X0, ret+24(FP)
	VZEROUPPER
	RET

// func axpyAVX2(n int, a float64, x, y *float64)
//
// n is a positive multiple of 4.
TEXT ·axpyAVX2(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	VBROADCASTSD a+8(FP), Y0
	MOVQ x+16(FP), SI
	MOVQ y+24(FP), DI

loop:
	VMOVUPD (DI), Y1
	VFMADD231PD (SI), Y0, Y1
	VMOVUPD Y1, (DI)
	ADDQ $32, SI
	ADDQ $32, DI
	SUBQ $4, CX
	JNE  loop
	VZEROUPPER
	RET

// func axpyRows8AVX2(n int, y, a *float64, stride int, f *[8]float64)
//
// n is a positive multiple of 8. Eight rows, at SI, R9 = SI+3*R8 and
// R10 = SI+6*R8 with row stride R8, into Y0 and Y1, rows in order; Y8..Y15 hold
// their factors.
TEXT ·axpyRows8AVX2(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ y+8(FP), DI
	MOVQ a+16(FP), SI
	MOVQ stride+24(FP), R8
	MOVQ f+32(FP), DX
	SHLQ $3, R8
	LEAQ (R8)(R8*2), R10
	LEAQ (SI)(R10*1), R9
	LEAQ (R9)(R10*1), R10
	VBROADCASTSD (DX), Y8
	VBROADCASTSD 8(DX), Y9
	VBROADCASTSD 16(DX), Y10
	VBROADCASTSD 24(DX), Y11
	VBROADCASTSD 32(DX), Y12
	VBROADCASTSD 40(DX), Y13
	VBROADCASTSD 48(DX), Y14
	VBROADCASTSD 56(DX), Y15

loop:
	VMOVUPD (DI), Y0
	VMOVUPD 32(DI), Y1
	VFMADD231PD (SI), Y8, Y0
	VFMADD231PD 32(SI), Y8, Y1
	VFMADD231PD (SI)(R8*1), Y9, Y0
	VFMADD231PD 32(SI)(R8*1), Y9, Y1
	VFMADD231PD (SI)(R8*2), Y10, Y0
	VFMADD231PD 32(SI)(R8*2), Y10, Y1
	VFMADD231PD (R9), Y11, Y0
	VFMADD231PD 32(R9), Y11, Y1
	VFMADD231PD (R9)(R8*1), Y12, Y0
	VFMADD231PD 32(R9)(R8*1), Y12, Y1
	VFMADD231PD (R9)(R8*2), Y13, Y0
	VFMADD231PD 32(R9)(R8*2), Y13, Y1
	VFMADD231PD (R10), Y14, Y0
	VFMADD231PD 32(R10), Y14, Y1
	VFMADD231PD (R10)(R8*1), Y15, Y0
	VFMADD231PD 32(R10)(R8*1), Y15, Y1
	VMOVUPD Y0, (DI)
	VMOVUPD Y1, 32(DI)
	ADDQ $64, DI
	ADDQ $64, SI
	ADDQ $64, R9
	ADDQ $64, R10
	SUBQ $8, CX
	JNE  loop
	VZEROUPPER
	RET

#define LIST(off, acc) \
	VFMADD231PD off(SI)(AX*1), Y8, acc; \
	VFMADD231PD off(R8)(AX*1), Y9, acc; \
	VFMADD231PD off(R9)(AX*1), Y10, acc; \
	VFMADD231PD off(R10)(AX*1), Y11, acc; \
	VFMADD231PD off(R11)(AX*1), Y12, acc; \
	VFMADD231PD off(R12)(AX*1), Y13, acc; \
	VFMADD231PD off(R13)(AX*1), Y14, acc; \
	VFMADD231PD off(BX)(AX*1), Y15, acc

// func axpyList8AVX2(n int, y *float64, rows *[8]*float64, f *[8]float64)
//
// n is a positive multiple of 4. As axpyRows8AVX2, with the eight rows anywhere, in SI, R8..R13 and BX.
TEXT ·axpyList8AVX2(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ y+8(FP), DI
	MOVQ rows+16(FP), DX
	MOVQ (DX), SI
	MOVQ 8(DX), R8
	MOVQ 16(DX), R9
	MOVQ 24(DX), R10
	MOVQ 32(DX), R11
	MOVQ 40(DX), R12
	MOVQ 48(DX), R13
	MOVQ 56(DX), BX
	MOVQ f+24(FP), DX
	VBROADCASTSD (DX), Y8
	VBROADCASTSD 8(DX), Y9
	VBROADCASTSD 16(DX), Y10
	VBROADCASTSD 24(DX), Y11
	VBROADCASTSD 32(DX), Y12
	VBROADCASTSD 40(DX), Y13
	VBROADCASTSD 48(DX), Y14
	VBROADCASTSD 56(DX), Y15
	XORQ AX, AX
	SUBQ $8, CX
	JLT  four

loop:
	VMOVUPD (DI)(AX*1), Y0
	VMOVUPD 32(DI)(AX*1), Y1
	LIST(0, Y0)
	LIST(32, Y1)
	VMOVUPD Y0, (DI)(AX*1)
	VMOVUPD Y1, 32(DI)(AX*1)
	ADDQ $64, AX
	SUBQ $8, CX
	JGE  loop

four:
	ADDQ $8, CX
	JEQ  done
	VMOVUPD (DI)(AX*1), Y0
	LIST(0, Y0)
	VMOVUPD Y0, (DI)(AX*1)

done:
	VZEROUPPER
	RET

// func rotateAVX2(n int, dst, r, x *float64, c, s float64)
//
// n is a positive multiple of 4.
TEXT ·rotateAVX2(SB), NOSPLIT, $0-48
	MOVQ n+0(FP), CX
	MOVQ dst+8(FP), DI
	MOVQ r+16(FP), SI
	MOVQ x+24(FP), DX
	VBROADCASTSD c+32(FP), Y0
	VBROADCASTSD s+40(FP), Y1

loop:
	VMOVUPD (SI), Y2
	VMOVUPD (DX), Y3
	VMULPD Y1, Y3, Y4
	VMULPD Y1, Y2, Y5
	VFMADD231PD Y0, Y2, Y4
	VFMSUB231PD Y0, Y3, Y5
	VMOVUPD Y4, (DI)
	VMOVUPD Y5, (DX)
	ADDQ $32, SI
	ADDQ $32, DX
	ADDQ $32, DI
	SUBQ $4, CX
	JNE  loop
	VZEROUPPER
	RET
