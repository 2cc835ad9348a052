// Package num has the special functions of the model in portable arithmetic:
// equal bits on every CPU and for every GOAMD64 level, unlike those of package
// math, which use fused multiply-adds or assembly where a CPU has them.
//
//	p := num.H(3.2)          // P(z > 3.2), z standard normal
//	x := num.InvH(p)         // 3.2
//	e := .1*num.J2(-d-k) + .9*num.J2(d-k)
//
// Two rules make the bits portable: a product that is added to something is
// either wrapped in float64(), which forbids the compiler to fuse it, or is a
// deliberate math.FMA, correctly rounded everywhere (the product that a function
// returns counts: once inlined it fuses with the caller's sum); and of package
// math only operations that are exact or correctly rounded are used. Golden tests hold the
// bits. The tables come from generate.go.
//
// Largest errors found against 600-bit arithmetic, over the whole range of normal
// results and in units in the last place (ulp, 1.1e-16 to 2.2e-16 relative):
//
//	Exp, Log, Pow     0.51      Gauss            1.1
//	Log1p             0.65      H, J1, J2, Erfc  2.4
//	Expm1             0.75      LogGamma         4.0
//	Tanh              2.5       InvH             4.5 (near p = 1/2; tails 1)
//
// Results below the normal range, 2.2e-308, are right to one unit of 4.9e-324.
package num

//go:generate go run generate.go
