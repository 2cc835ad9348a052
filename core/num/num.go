// Package num has the special functions of the model in portable arithmetic:
// equal bits on every CPU, unlike those of package math, which use fused
// multiply-adds or assembly where a CPU has them.
//
//	p := num.H(3.2)          // P(z > 3.2), z standard normal
//	x := num.InvH(p)         // 3.2
//	e := .1*num.J2(-d-k) + .9*num.J2(d-k)
package num

import (
	"math"
	"strconv"
)

// Exp returns e^x.
func Exp(x float64) float64 { return math.Exp(x) }

// Expm1 returns e^x - 1, accurate for small x.
func Expm1(x float64) float64 { return math.Expm1(x) }

// Log returns the natural logarithm of x.
func Log(x float64) float64 { return math.Log(x) }

// Log1p returns log(1+x), accurate for small x.
func Log1p(x float64) float64 { return math.Log1p(x) }

// Pow returns x^y.
func Pow(x, y float64) float64 { return math.Pow(x, y) }

// Tanh returns the hyperbolic tangent of x.
func Tanh(x float64) float64 { return math.Tanh(x) }

// Erfc returns the complementary error function of x.
func Erfc(x float64) float64 { return math.Erfc(x) }

// H returns the probability that a standard normal variable exceeds x.
func H(x float64) float64 { return math.Erfc(x/math.Sqrt2) / 2 }

// InvH returns the x with H(x) = p.
func InvH(p float64) float64 { return math.Sqrt2 * math.Erfcinv(2*p) }

// Gauss returns the standard normal density at x.
func Gauss(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }

// J1 returns G(x) - x H(x), the mean of (z-x)_+ for z standard normal.
func J1(x float64) float64 { return Gauss(x) - x*H(x) }

// J2 returns (x^2+1) H(x) - x G(x), the mean of (z-x)_+^2 for z standard normal.
func J2(x float64) float64 { return (x*x+1)*H(x) - x*Gauss(x) }

// LogGamma returns log Gamma(x) for x > 0.
func LogGamma(x float64) float64 { l, _ := math.Lgamma(x); return l }

// Round12 returns x rounded to 12 significant decimal digits; -0 becomes 0,
// infinities and NaN stay.
func Round12(x float64) float64 {
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return x + 0
	}
	var buf [32]byte
	// A float64 printed by FormatFloat always parses.
	y, _ := strconv.ParseFloat(string(strconv.AppendFloat(buf[:0], x, 'e', 11, 64)), 64)
	return y
}
