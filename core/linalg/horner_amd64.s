// Polynomials of many numbers. See horner_amd64.go.

#include "textflag.h"

// func hornerAVX512(n int, a float64, terms int, c, x, y *float64)
TEXT ·hornerAVX512(SB), NOSPLIT, $0-48
	MOVQ         n+0(FP), CX
	VBROADCASTSD a+8(FP), Z8
	MOVQ         terms+16(FP), R8
	MOVQ         c+24(FP), R9
	MOVQ         x+32(FP), SI
	MOVQ         y+40(FP), DI

block:
	VMULPD       (SI), Z8, Z0
	VMULPD       64(SI), Z8, Z1
	VMULPD       128(SI), Z8, Z2
	VMULPD       192(SI), Z8, Z3
	MOVQ         R9, DX
	MOVQ         R8, BX
	VBROADCASTSD (DX), Z4
	VMOVAPD      Z4, Z5
	VMOVAPD      Z4, Z6
	VMOVAPD      Z4, Z7
	JMP          next

term:
	VBROADCASTSD (DX), Z9
	VFMADD213PD  Z9, Z0, Z4
	VFMADD213PD  Z9, Z1, Z5
	VFMADD213PD  Z9, Z2, Z6
	VFMADD213PD  Z9, Z3, Z7

next:
	ADDQ    $8, DX
	DECQ    BX
	JNE     term
	VMOVUPD Z4, (DI)
	VMOVUPD Z5, 64(DI)
	VMOVUPD Z6, 128(DI)
	VMOVUPD Z7, 192(DI)
	ADDQ    $256, SI
	ADDQ    $256, DI
	SUBQ    $32, CX
	JNE     block
	VZEROUPPER
	RET

// func hornerAVX2(n int, a float64, terms int, c, x, y *float64)
TEXT ·hornerAVX2(SB), NOSPLIT, $0-48
	MOVQ         n+0(FP), CX
	VBROADCASTSD a+8(FP), Y8
	MOVQ         terms+16(FP), R8
	MOVQ         c+24(FP), R9
	MOVQ         x+32(FP), SI
	MOVQ         y+40(FP), DI

block:
	VMULPD       (SI), Y8, Y0
	VMULPD       32(SI), Y8, Y1
	VMULPD       64(SI), Y8, Y2
	VMULPD       96(SI), Y8, Y3
	MOVQ         R9, DX
	MOVQ         R8, BX
	VBROADCASTSD (DX), Y4
	VMOVAPD      Y4, Y5
	VMOVAPD      Y4, Y6
	VMOVAPD      Y4, Y7
	JMP          next

term:
	VBROADCASTSD (DX), Y9
	VFMADD213PD  Y9, Y0, Y4
	VFMADD213PD  Y9, Y1, Y5
	VFMADD213PD  Y9, Y2, Y6
	VFMADD213PD  Y9, Y3, Y7

next:
	ADDQ    $8, DX
	DECQ    BX
	JNE     term
	VMOVUPD Y4, (DI)
	VMOVUPD Y5, 32(DI)
	VMOVUPD Y6, 64(DI)
	VMOVUPD Y7, 96(DI)
	ADDQ    $128, SI
	ADDQ    $128, DI
	SUBQ    $16, CX
	JNE     block
	VZEROUPPER
	RET
