// Two leaky sums until a bound passes a level. See leak_amd64.go.

#include "textflag.h"

// func leakFMA(n int, m, s *float64, index *int32, w *float64, width int, a, b, level float64) (done, above int, a1, b1 float64)
TEXT ·leakFMA(SB), NOSPLIT, $0-104
	MOVQ   n+0(FP), DX
	MOVQ   m+8(FP), R8
	MOVQ   s+16(FP), R9
	MOVQ   index+24(FP), R10
	MOVQ   w+32(FP), R12
	MOVQ   width+40(FP), R11
	VMOVSD a+48(FP), X0
	VMOVSD b+56(FP), X1
	VMOVSD level+64(FP), X4
	XORQ   CX, CX
	XORQ   BX, BX

loop:
	MOVL         (R10)(CX*4), AX         // a negative one is large
	CMPQ         AX, R11
	JAE          outside
	VMOVSD       (R12)(AX*8), X2
	VFMADD132SD  (R8)(CX*8), X2, X0
	VFMADD132SD  (R9)(CX*8), X2, X1
	VMOVAPD      X0, X3
	VFNMADD231SD 8(R9)(CX*8), X1, X3
	INCQ         CX
	VUCOMISD     X4, X3
	JHI          above
	CMPQ         CX, DX
	JLT          loop
	JMP          end

outside:
	MOVQ $-1, CX
	JMP  end

above:
	MOVQ $1, BX

end:
	MOVQ   CX, done+72(FP)
	MOVQ   BX, above+80(FP)
	VMOVSD X0, a1+88(FP)
	VMOVSD X1, b1+96(FP)
	RET
