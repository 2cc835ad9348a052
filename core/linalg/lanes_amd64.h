// The 32 partial sums of Dot (dot.go): how they start, and the one order in which they are added up.

// Four accumulators of eight lanes: sum j is lane j%8 of z(j/8).
#define ZERO512(z0, z1, z2, z3) \
	VPXORQ z0, z0, z0; \
	VPXORQ z1, z1, z1; \
	VPXORQ z2, z2, z2; \
	VPXORQ z3, z3, z3

// Adds them up into the low lane of the first (z0, with its parts y0 and x0); Z30 is scratch.
#define REDUCE512(z0, y0, x0, z1, z2, z3) \
	VADDPD        z1, z0, z0; \
	VADDPD        z3, z2, z2; \
	VADDPD        z2, z0, z0; \
	VEXTRACTF64X4 $1, z0, Y30; \
	VADDPD        Y30, y0, y0; \
	VEXTRACTF64X2 $1, y0, X30; \
	VADDPD        X30, x0, x0; \
	VPERMILPD     $1, x0, X30; \
	VADDSD        X30, x0, x0

// Eight accumulators of four lanes, Y0..Y7: sum j is lane j%4 of Y(j/4).
#define ZERO256 \
	VXORPD Y0, Y0, Y0; \
	VXORPD Y1, Y1, Y1; \
	VXORPD Y2, Y2, Y2; \
	VXORPD Y3, Y3, Y3; \
	VXORPD Y4, Y4, Y4; \
	VXORPD Y5, Y5, Y5; \
	VXORPD Y6, Y6, Y6; \
	VXORPD Y7, Y7, Y7

// Adds them up into the low lane of Y0: first the even ones, then the odd ones, which are the upper lanes of the
// accumulators of eight.
#define REDUCE256 \
	VADDPD       Y2, Y0, Y0; \
	VADDPD       Y6, Y4, Y4; \
	VADDPD       Y4, Y0, Y0; \
	VADDPD       Y3, Y1, Y1; \
	VADDPD       Y7, Y5, Y5; \
	VADDPD       Y5, Y1, Y1; \
	VADDPD       Y1, Y0, Y0; \
	VEXTRACTF128 $1, Y0, X1; \
	VADDPD       X1, X0, X0; \
	VPERMILPD    $1, X0, X1; \
	VADDSD       X1, X0, X0
