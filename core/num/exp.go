package num

import "math"

// Exp returns e^x: 0 below -745.14, +Inf above 709.79.
func Exp(x float64) float64 { return expSum(x, 0) }

// expSum returns e^(x+lo) for a correction lo much smaller than x.
func expSum(x, lo float64) float64 {
	switch {
	case x > 710:
		return math.Inf(1)
	case x < -746:
		return 0
	case math.IsNaN(x):
		return x
	}
	k, head, tail := expSplit(x, lo)
	return scale(head+tail, k)
}

// roundShift added to a number below 2^51 rounds it to an integer, which then
// stands in the low bits.
const roundShift = 0x1.8p52

// expSplit returns k, head and tail with e^(x+lo) = 2^k (head + tail), head a
// table value in [1, 2) and |tail| < 0.006, for |x| <= 746. The sum is right to
// 2^-61: with n = 128 k + j the integer nearest to 128 x/ln 2 and
// r = x - n ln2/128, it is 2^(j/128) e^r.
func expSplit(x, lo float64) (k int, head, tail float64) {
	n, r := expReduce(x)
	r += lo
	entry := &expTable[n&127]
	return n >> 7, entry[0], math.FMA(entry[0], expm1Poly(r), entry[1])
}

// expReduce returns n and r of expSplit; |r| <= ln2/256 within rounding.
func expReduce(x float64) (n int, r float64) {
	shifted := float64(x*expStepsPerUnit) + roundShift
	n = int(int32(math.Float64bits(shifted)))
	steps := shifted - roundShift
	// The first difference is exact: expStepHi is short and the leading bits cancel.
	r = math.FMA(-steps, expStepHi, x)
	return n, math.FMA(-steps, expStepLo, r)
}

// expm1Poly returns e^r - 1 for |r| < 0.003: Taylor's series to r^5, the rest is
// below 2^-60.
func expm1Poly(r float64) float64 {
	p := math.FMA(r, 1.0/120, 1.0/24)
	p = math.FMA(r, p, 1.0/6)
	p = math.FMA(r, p, 0.5)
	return math.FMA(r*r, p, r)
}

// scale returns y 2^k with one rounding, for |y| between 2^-100 and 4 and k
// between -1080 and 1025.
func scale(y float64, k int) float64 {
	if k >= -900 && k <= 1000 {
		return float64(y * math.Float64frombits(uint64(1023+k)<<52))
	}
	half := k / 2
	y *= math.Float64frombits(uint64(1023+half) << 52)
	return float64(y * math.Float64frombits(uint64(1023+k-half)<<52))
}

// Expm1 returns e^x - 1 without cancellation near 0.
func Expm1(x float64) float64 {
	switch {
	case x > 700:
		return Exp(x)
	case x < -50:
		return -1
	case math.IsNaN(x):
		return x
	case math.Abs(x) < 0.02:
		return expm1Small(x)
	}
	n, r := expReduce(x)
	entry := &expTable[n&127]
	unit := math.Float64frombits(uint64(1023+n>>7) << 52)
	head := float64(entry[0] * unit)
	tail := float64(math.FMA(entry[0], expm1Poly(r), entry[1]) * unit)
	sum, rest := twoSum(head, -1)
	return sum + (rest + tail)
}

// expm1Small returns e^x - 1 for |x| < 0.02 by Taylor's series to x^8.
func expm1Small(x float64) float64 {
	p := math.FMA(x, 1.0/40320, 1.0/5040)
	p = math.FMA(x, p, 1.0/720)
	p = math.FMA(x, p, 1.0/120)
	p = math.FMA(x, p, 1.0/24)
	p = math.FMA(x, p, 1.0/6)
	p = math.FMA(x, p, 0.5)
	return math.FMA(x*x, p, x)
}

// twoSum returns the rounded sum of a and b and its exact error (Knuth).
func twoSum(a, b float64) (sum, rest float64) {
	sum = a + b
	v := sum - a
	return sum, (a - (sum - v)) + (b - v)
}

// Tanh returns the hyperbolic tangent of x, expm1(2x)/(expm1(2x)+2).
func Tanh(x float64) float64 {
	a := math.Abs(x)
	switch {
	case a < 0x1p-28 || math.IsNaN(x):
		return x
	case a > 22:
		return math.Copysign(1, x)
	case a >= 0.5:
		return math.Copysign(1-2/(Exp(2*a)+1), x)
	}
	t := Expm1(2 * a)
	return math.Copysign(t/(t+2), x)
}
