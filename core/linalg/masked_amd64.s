// Sums and updates of the numbers that a bit mask marks. See masked_amd64.go.

#include "textflag.h"
#include "lanes_amd64.h"

DATA upward<>+0(SB)/8, $63
DATA upward<>+8(SB)/8, $62
DATA upward<>+16(SB)/8, $61
DATA upward<>+24(SB)/8, $60
GLOBL upward<>(SB), RODATA|NOPTR, $32

// func maskedSumAVX512(words int, x *float64, mask *uint64) float64
TEXT ·maskedSumAVX512(SB), NOSPLIT, $0-32
	MOVQ   words+0(FP), CX
	MOVQ   x+8(FP), DX
	MOVQ   mask+16(FP), SI
	ZERO512(Z0, Z1, Z2, Z3)

loop:
	KMOVB  (SI), K1
	KMOVB  1(SI), K2
	KMOVB  2(SI), K3
	KMOVB  3(SI), K4
	VADDPD (DX), Z0, K1, Z0
	VADDPD 64(DX), Z1, K2, Z1
	VADDPD 128(DX), Z2, K3, Z2
	VADDPD 192(DX), Z3, K4, Z3
	KMOVB  4(SI), K5
	KMOVB  5(SI), K6
	KMOVB  6(SI), K7
	KMOVB  7(SI), K1
	VADDPD 256(DX), Z0, K5, Z0
	VADDPD 320(DX), Z1, K6, Z1
	VADDPD 384(DX), Z2, K7, Z2
	VADDPD 448(DX), Z3, K1, Z3
	ADDQ   $512, DX
	ADDQ   $8, SI
	DECQ   CX
	JNE    loop
	REDUCE512(Z0, Y0, X0, Z1, Z2, Z3)
	VMOVSD X0, ret+24(FP)
	VZEROUPPER
	RET

// Eight numbers at off, marked by the byte at bit: add Z5, rectify (Z4 is 0), square into acc.
#define UPDATE512(bit, off, acc) \
	KMOVB       bit(SI), K1; \
	VMOVUPD     off(DX), Z6; \
	VADDPD      Z5, Z6, K1, Z6; \
	VMAXPD      Z4, Z6, K1, Z6; \
	VMOVUPD     Z6, off(DX); \
	VFMADD231PD Z6, Z6, acc

// func maskedAddRectifiedAVX512(words int, a float64, x *float64, mask *uint64) float64
TEXT ·maskedAddRectifiedAVX512(SB), NOSPLIT, $0-40
	MOVQ         words+0(FP), CX
	VBROADCASTSD a+8(FP), Z5
	MOVQ         x+16(FP), DX
	MOVQ         mask+24(FP), SI
	ZERO512(Z0, Z1, Z2, Z3)
	VPXORQ       Z4, Z4, Z4

loop:
	UPDATE512(0, 0, Z0)
	UPDATE512(1, 64, Z1)
	UPDATE512(2, 128, Z2)
	UPDATE512(3, 192, Z3)
	UPDATE512(4, 256, Z0)
	UPDATE512(5, 320, Z1)
	UPDATE512(6, 384, Z2)
	UPDATE512(7, 448, Z3)
	ADDQ $512, DX
	ADDQ $8, SI
	DECQ CX
	JNE  loop
	REDUCE512(Z0, Y0, X0, Z1, Z2, Z3)
	VMOVSD X0, ret+32(FP)
	VZEROUPPER
	RET

// Four numbers at off, marked by the low bits of the word in all lanes of Y14,
// which Y15 moves to the sign; those not marked read as +0, which changes no sum.
#define SUM256(off, acc) \
	VPSLLVQ    Y15, Y14, Y12; \
	VMASKMOVPD off(DX), Y12, Y13; \
	VADDPD     Y13, acc, acc; \
	VPSRLQ     $4, Y14, Y14

// func maskedSumAVX2(words int, x *float64, mask *uint64) float64
TEXT ·maskedSumAVX2(SB), NOSPLIT, $0-32
	MOVQ    words+0(FP), CX
	MOVQ    x+8(FP), DX
	MOVQ    mask+16(FP), SI
	VMOVDQU upward<>(SB), Y15
	ZERO256

loop:
	VPBROADCASTQ (SI), Y14
	SUM256(0, Y0)
	SUM256(32, Y1)
	SUM256(64, Y2)
	SUM256(96, Y3)
	SUM256(128, Y4)
	SUM256(160, Y5)
	SUM256(192, Y6)
	SUM256(224, Y7)
	SUM256(256, Y0)
	SUM256(288, Y1)
	SUM256(320, Y2)
	SUM256(352, Y3)
	SUM256(384, Y4)
	SUM256(416, Y5)
	SUM256(448, Y6)
	SUM256(480, Y7)
	ADDQ $512, DX
	ADDQ $8, SI
	DECQ CX
	JNE  loop
	REDUCE256
	VMOVSD X0, ret+24(FP)
	VZEROUPPER
	RET

// As UPDATE512, marked as in SUM256; Y11 is a, Y10 is 0.
#define UPDATE256(off, acc) \
	VPSLLVQ     Y15, Y14, Y12; \
	VMOVUPD     off(DX), Y13; \
	VADDPD      Y11, Y13, Y9; \
	VMAXPD      Y10, Y9, Y9; \
	VBLENDVPD   Y12, Y9, Y13, Y13; \
	VMOVUPD     Y13, off(DX); \
	VFMADD231PD Y13, Y13, acc; \
	VPSRLQ      $4, Y14, Y14

// func maskedAddRectifiedAVX2(words int, a float64, x *float64, mask *uint64) float64
TEXT ·maskedAddRectifiedAVX2(SB), NOSPLIT, $0-40
	MOVQ         words+0(FP), CX
	VBROADCASTSD a+8(FP), Y11
	MOVQ         x+16(FP), DX
	MOVQ         mask+24(FP), SI
	VMOVDQU      upward<>(SB), Y15
	ZERO256
	VXORPD       Y10, Y10, Y10

loop:
	VPBROADCASTQ (SI), Y14
	UPDATE256(0, Y0)
	UPDATE256(32, Y1)
	UPDATE256(64, Y2)
	UPDATE256(96, Y3)
	UPDATE256(128, Y4)
	UPDATE256(160, Y5)
	UPDATE256(192, Y6)
	UPDATE256(224, Y7)
	UPDATE256(256, Y0)
	UPDATE256(288, Y1)
	UPDATE256(320, Y2)
	UPDATE256(352, Y3)
	UPDATE256(384, Y4)
	UPDATE256(416, Y5)
	UPDATE256(448, Y6)
	UPDATE256(480, Y7)
	ADDQ $512, DX
	ADDQ $8, SI
	DECQ CX
	JNE  loop
	REDUCE256
	VMOVSD X0, ret+32(FP)
	VZEROUPPER
	RET
