// Sums over gathered numbers. See gather_amd64.go.

#include "textflag.h"

// func largestIndex(n int, index *int32) uint32
TEXT ·largestIndex(SB), NOSPLIT, $0-20
	MOVQ  n+0(FP), CX
	MOVQ  index+8(FP), SI
	VPXOR Y0, Y0, Y0

eight:
	VPMAXUD      (SI), Y0, Y0
	ADDQ         $32, SI
	SUBQ         $8, CX
	JNE          eight
	VEXTRACTI128 $1, Y0, X1
	VPMAXUD      X1, X0, X0
	VPSHUFD      $0x4E, X0, X1
	VPMAXUD      X1, X0, X0
	VPSHUFD      $0xB1, X0, X1
	VPMAXUD      X1, X0, X0
	VMOVD        X0, AX
	MOVL         AX, ret+16(FP)
	VZEROUPPER
	RET

// The w (at DI) of the four indices at off, in the lanes of y (x is its low half). Separate loads, which are
// faster than the gather instruction of the CPUs this was measured on.
#define GATHER(off, x, y) \
	MOVL        off(SI), R8; \
	MOVL        off+4(SI), R9; \
	MOVL        off+8(SI), R10; \
	MOVL        off+12(SI), R11; \
	VMOVSD      (DI)(R8*8), x; \
	VMOVHPD     (DI)(R9*8), x, x; \
	VMOVSD      (DI)(R10*8), X15; \
	VMOVHPD     (DI)(R11*8), X15, X15; \
	VINSERTF128 $1, X15, y, y

// func gatherSumsAVX2(blocks int, w *float64, index *int32, f, h *float64, out *[4]float64)
TEXT ·gatherSumsAVX2(SB), NOSPLIT, $0-48
	MOVQ   blocks+0(FP), CX
	MOVQ   w+8(FP), DI
	MOVQ   index+16(FP), SI
	MOVQ   f+24(FP), DX
	MOVQ   h+32(FP), BX
	MOVQ   out+40(FP), AX
	VXORPD Y14, Y14, Y14

block:
	GATHER(0, X0, Y0)
	GATHER(16, X1, Y1)
	VMOVUPD     (DX), Y2
	VMOVUPD     32(DX), Y3
	VMOVUPD     (BX), Y4
	VMOVUPD     32(BX), Y5
	VMULPD      Y2, Y0, Y6    // w f
	VFMADD231PD Y3, Y1, Y6
	VMULPD      Y4, Y0, Y7    // w h
	VFMADD231PD Y5, Y1, Y7
	VMAXPD      Y14, Y0, Y0   // +0 where w is not positive
	VMAXPD      Y14, Y1, Y1
	VSUBPD      Y4, Y2, Y2
	VSUBPD      Y5, Y3, Y3
	VMULPD      Y2, Y0, Y8
	VFMADD231PD Y3, Y1, Y8

	// Y9 holds s0+s1, u0+u1, s2+s3, u2+u3, and Y10 r0+r1 twice, r2+r3 twice.
	VHADDPD    Y7, Y6, Y9
	VHADDPD    Y8, Y8, Y10
	VPERM2F128 $0x20, Y10, Y9, Y11
	VPERM2F128 $0x31, Y10, Y9, Y12
	VADDPD     Y12, Y11, Y11
	VMOVUPD    Y11, (AX)
	ADDQ       $32, SI
	ADDQ       $64, DX
	ADDQ       $64, BX
	ADDQ       $32, AX
	DECQ       CX
	JNE        block
	VZEROUPPER
	RET

// func hornerBackAVX2(blocks int, a, b float64, c *[8]float64, x, y, z *float64)
TEXT ·hornerBackAVX2(SB), NOSPLIT, $0-56
	MOVQ         blocks+0(FP), CX
	MOVQ         c+24(FP), DX
	MOVQ         x+32(FP), SI
	MOVQ         y+40(FP), DI
	MOVQ         z+48(FP), R8
	VBROADCASTSD (DX), Y8
	VBROADCASTSD 8(DX), Y9
	VBROADCASTSD 16(DX), Y10
	VBROADCASTSD 24(DX), Y11
	VBROADCASTSD 32(DX), Y12
	VBROADCASTSD 40(DX), Y13
	VBROADCASTSD 48(DX), Y14
	VBROADCASTSD 56(DX), Y15

block:
	VBROADCASTSD 56(SI), Y0
	VSUBPD       (SI), Y0, Y6
	VSUBPD       32(SI), Y0, Y7
	VBROADCASTSD a+8(FP), Y2
	VBROADCASTSD b+16(FP), Y3
	VMULPD       Y6, Y2, Y4
	VMULPD       Y7, Y2, Y5
	VMULPD       Y6, Y3, Y6
	VMULPD       Y7, Y3, Y7
	VMOVAPD      Y8, Y0
	VMOVAPD      Y8, Y1
	VMOVAPD      Y8, Y2
	VMOVAPD      Y8, Y3
	VFMADD213PD Y9, Y4, Y0
	VFMADD213PD Y9, Y5, Y1
	VFMADD213PD Y9, Y6, Y2
	VFMADD213PD Y9, Y7, Y3
	VFMADD213PD Y10, Y4, Y0
	VFMADD213PD Y10, Y5, Y1
	VFMADD213PD Y10, Y6, Y2
	VFMADD213PD Y10, Y7, Y3
	VFMADD213PD Y11, Y4, Y0
	VFMADD213PD Y11, Y5, Y1
	VFMADD213PD Y11, Y6, Y2
	VFMADD213PD Y11, Y7, Y3
	VFMADD213PD Y12, Y4, Y0
	VFMADD213PD Y12, Y5, Y1
	VFMADD213PD Y12, Y6, Y2
	VFMADD213PD Y12, Y7, Y3
	VFMADD213PD Y13, Y4, Y0
	VFMADD213PD Y13, Y5, Y1
	VFMADD213PD Y13, Y6, Y2
	VFMADD213PD Y13, Y7, Y3
	VFMADD213PD Y14, Y4, Y0
	VFMADD213PD Y14, Y5, Y1
	VFMADD213PD Y14, Y6, Y2
	VFMADD213PD Y14, Y7, Y3
	VFMADD213PD Y15, Y4, Y0
	VFMADD213PD Y15, Y5, Y1
	VFMADD213PD Y15, Y6, Y2
	VFMADD213PD Y15, Y7, Y3
	VMOVUPD Y0, (DI)
	VMOVUPD Y1, 32(DI)
	VMOVUPD Y2, (R8)
	VMOVUPD Y3, 32(R8)
	ADDQ $64, SI
	ADDQ $64, DI
	ADDQ $64, R8
	DECQ CX
	JNE block
	VZEROUPPER
	RET
