package num

import "math"

// LogGamma returns log Gamma(x) for x > 0: +Inf at 0 and at +Inf, NaN below 0.
func LogGamma(x float64) float64 {
	switch {
	case math.IsNaN(x) || x < 0:
		return math.NaN()
	case x == 0 || math.IsInf(x, 1):
		return math.Inf(1)
	case x < 0x1p-60:
		return -Log(x)
	case x < 0.5:
		return logGammaNear(1+x) - Log(x)
	case x <= 3:
		return logGammaNear(x)
	case x < 10:
		product := 1.0
		for x > 3 {
			x--
			product = float64(product * x)
		}
		return Log(product) + logGammaNear(x)
	default:
		return stirling(x)
	}
}

// logGammaNear returns log Gamma(x) for 1/2 <= x <= 3: its zeros 1 and 2 times a
// piecewise polynomial, so that it is accurate near them.
func logGammaNear(x float64) float64 {
	i := min(int((x-0.5)*8), len(gammaTable)-1)
	t := x - (0.5625 + float64(float64(i)*0.125))
	c := &gammaTable[i]
	p := c[len(c)-1]
	for k := len(c) - 2; k >= 0; k-- {
		p = math.FMA(t, p, c[k])
	}
	return float64((x - 1) * (x - 2) * p) // float64: inlined, a sum of the caller could fuse with it
}

// stirling returns (x-1/2) log x - x + log sqrt(2 pi) + 1/(12 x) - ... for
// x >= 10, with the large terms in double length.
func stirling(x float64) float64 {
	hi, lo := logSplit(x)
	a := x - 0.5
	product := float64(a * hi)
	if math.IsInf(product, 1) {
		return product
	}
	rest := math.FMA(a, hi, -product) + float64(a*lo)
	sum, r := twoSum(product, -x)
	sum, r2 := twoSum(sum, lnSqrt2PiHi)
	z := 1 / x
	s := float64(z * z)
	p := math.FMA(s, 1.0/156, -691.0/360360)
	p = math.FMA(s, p, 1.0/1188)
	p = math.FMA(s, p, -1.0/1680)
	p = math.FMA(s, p, 1.0/1260)
	p = math.FMA(s, p, -1.0/360)
	p = math.FMA(s, p, 1.0/12)
	return sum + (float64(z*p) + (rest + r + r2 + lnSqrt2PiLo))
}
