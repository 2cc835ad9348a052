package num

import "math"

// Log returns the natural logarithm of x: -Inf at 0, NaN below.
func Log(x float64) float64 {
	if y, special := logSpecial(x); special {
		return y
	}
	hi, lo := logSplit(x)
	return hi + lo
}

func logSpecial(x float64) (y float64, special bool) {
	switch {
	case x == 0:
		return math.Inf(-1), true
	case x < 0 || math.IsNaN(x):
		return math.NaN(), true
	case x > math.MaxFloat64:
		return x, true
	}
	return 0, false
}

// logSplit returns hi and lo with log x = hi + lo to about 68 bits, hi being the
// rounded sum, for finite x > 0.
//
// With x = 2^k z, 0.7 < z < 1.41, and c from the table near 1/z, short enough
// that r = c z - 1 is exact: log x = k ln2 - log c + log(1+r). Around z = 1 the
// table has c = 1, so that nothing cancels there. (The scheme is that of
// S. Nagy's pow in ARM's optimized routines.)
func logSplit(x float64) (hi, lo float64) {
	ix := math.Float64bits(x)
	if x < 0x1p-1022 {
		ix = math.Float64bits(x*0x1p52) - 52<<52
	}
	offset := ix - logOffset
	entry := &logTable[offset>>45&127]
	k := float64(int64(offset) >> 52)
	z := math.Float64frombits(ix - offset&(0xfff<<52))
	r := math.FMA(z, entry[0], -1)

	// All terms below sum exactly up to their last: k ln2Hi - log c is a multiple
	// of 2^-42 below 2^11.
	t1 := float64(k*ln2Hi) + entry[1]
	t2, lo2 := twoSum(t1, r)
	lo1 := float64(k*ln2Lo) + entry[2]
	half := float64(-0.5 * r)
	square := float64(r * half)
	lo3 := math.FMA(r, half, -square)
	t3 := t2 + square
	lo4 := t2 - t3 + square
	p := math.FMA(r, 1.0/9, -1.0/8)
	p = math.FMA(r, p, 1.0/7)
	p = math.FMA(r, p, -1.0/6)
	p = math.FMA(r, p, 1.0/5)
	p = math.FMA(r, p, -1.0/4)
	p = math.FMA(r, p, 1.0/3)
	rest := float64(r*r*r*p) + (lo1 + lo2 + lo3 + lo4)
	hi = t3 + rest
	return hi, t3 - hi + rest
}

// Log1p returns log(1+x) without cancellation near 0: -Inf at -1, NaN below.
func Log1p(x float64) float64 {
	if math.Abs(x) < 0x1p-54 {
		return x
	}
	u, rest := twoSum(1, x)
	if y, special := logSpecial(u); special {
		return y
	}
	hi, lo := logSplit(u)
	return hi + (lo + rest/u)
}

// Pow returns x^y with the special cases of math.Pow: 1 for y = 0 or x = 1, NaN
// for x < 0 unless y is an integer, and the limits at 0 and infinity.
func Pow(x, y float64) float64 {
	switch {
	case y == 0 || x == 1:
		return 1
	case math.IsNaN(x) || math.IsNaN(y):
		return math.NaN()
	case math.IsInf(y, 0):
		switch a := math.Abs(x); {
		case a == 1:
			return 1
		case (a < 1) == (y > 0):
			return 0
		default:
			return math.Inf(1)
		}
	}
	negative := math.Signbit(x) && isOdd(y)
	if x < 0 && y != math.Floor(y) && !math.IsInf(x, 0) {
		return math.NaN()
	}
	z := powPositive(math.Abs(x), y)
	if negative {
		return -z
	}
	return z
}

// powPositive returns x^y for 0 <= x <= +Inf and finite y: e^(y log x) with
// log x to 68 bits, which leaves about 2^-58 relative.
func powPositive(x, y float64) float64 {
	switch {
	case x == 0 && y > 0 || math.IsInf(x, 1) && y < 0:
		return 0
	case x == 0 || math.IsInf(x, 1):
		return math.Inf(1)
	}
	hi, lo := logSplit(x)
	e := float64(y * hi)
	if math.Abs(e) > 750 { // also where it overflowed: the correction below would be NaN
		return expSum(e, 0)
	}
	return expSum(e, math.FMA(y, hi, -e)+float64(y*lo))
}

// isOdd reports whether y is an odd integer.
func isOdd(y float64) bool {
	if math.Abs(y) >= 1<<53 {
		return false
	}
	i := int64(y)
	return float64(i) == y && i&1 == 1
}
