package num

import "math"

// Gauss returns the standard normal density G(x) = e^(-x^2/2)/sqrt(2 pi).
func Gauss(x float64) float64 { return gaussTimes(x, invSqrt2Pi) }

// gaussTimes returns e^(-x^2/2) c with one rounding more than that of c. The
// square is taken exactly, for its rounding would grow to x^2 2^-53.
func gaussTimes(x, c float64) float64 {
	square := float64(x * x)
	switch {
	case math.IsNaN(x):
		return x
	case square > 1492:
		return 0
	}
	rest := math.FMA(x, x, -square)
	k, head, tail := expSplit(-square/2, -rest/2)
	return scale(math.FMA(head, c, float64(tail*c)), k)
}

// H returns the probability erfc(x/sqrt 2)/2 that a standard normal variable
// exceeds x. The upper tail is accurate to its end: H(38.4) = 5.5e-323.
func H(x float64) float64 {
	switch {
	case x >= 0.5:
		return tail(x, &scaledH)
	case x <= -0.5:
		return 1 - tail(-x, &scaledH)
	default:
		return 0.5 - float64(x*central(x*x))
	}
}

// J1 returns the mean of (z-x)_+ for z standard normal, G(x) - x H(x), without
// its cancellation for large x; about -x for very negative x.
func J1(x float64) float64 {
	if x < 0 {
		return tail(-x, &scaledJ1) - x
	}
	return tail(x, &scaledJ1)
}

// J2 returns the mean of (z-x)_+^2 for z standard normal, (x^2+1) H(x) - x G(x),
// without its cancellation for large x; about x^2+1 for very negative x.
func J2(x float64) float64 {
	if x < 0 {
		return math.FMA(x, x, 1-tail(-x, &scaledJ2))
	}
	return tail(x, &scaledJ2)
}

// Erfc returns the complementary error function, 2/sqrt(pi) times the integral of
// e^(-t^2) from x to infinity.
func Erfc(x float64) float64 {
	z := float64(x * sqrt2Hi)
	switch {
	case math.Abs(z) < 0.5:
		return 1 - float64(2*z*central(float64(z*z)))
	case x < 0:
		return 2 - Erfc(-x)
	case x >= 28:
		return 0
	case math.IsNaN(x):
		return x
	}
	// 2 H(sqrt2 x) with e^(-x^2) from x itself.
	i, t := piece(z)
	t += math.FMA(x, sqrt2Hi, -z) + float64(x*sqrt2Lo)
	c := float64(2 * polynomial(&scaledH[i], t))
	square := float64(x * x)
	k, head, tail := expSplit(-square, -math.FMA(x, x, -square))
	return scale(math.FMA(head, c, float64(tail*c)), k)
}

// central returns (1/2 - H(x))/x as a series in x^2 <= 1/4.
func central(square float64) float64 {
	p := centralTable[len(centralTable)-1]
	for i := len(centralTable) - 2; i >= 0; i-- {
		p = math.FMA(square, p, centralTable[i])
	}
	return p
}

// tailEnd is where H, J1 and J2 are below half the least float64.
const tailEnd = 38.6

// tail returns e^(-x^2/2) times the function of the table, for x >= 0 or NaN.
func tail(x float64, table *[35][13]float64) float64 {
	if x >= tailEnd {
		return 0
	}
	if math.IsNaN(x) {
		return x
	}
	i, t := piece(x)
	return gaussTimes(x, polynomial(&table[i], t))
}

// piece returns the row of a scaled table for 0 <= x <= 40, and x minus the
// middle of that row's interval: x+2 has the same exponent and the same three
// leading bits of mantissa all over it.
func piece(x float64) (row int, t float64) {
	const firstBits = 0x4000000000000000 // of 2.0
	b := math.Float64bits(x + 2)
	middle := math.Float64frombits(b&^(1<<49-1)|1<<48) - 2
	return int((b - firstBits) >> 49), x - middle
}

// polynomial returns sum c[k] t^k. Even and odd powers beyond the first are
// summed apart, for speed; the first coefficient last, for accuracy.
func polynomial(c *[13]float64, t float64) float64 {
	s := float64(t * t)
	odd := math.FMA(s, c[11], c[9])
	odd = math.FMA(s, odd, c[7])
	odd = math.FMA(s, odd, c[5])
	odd = math.FMA(s, odd, c[3])
	odd = math.FMA(s, odd, c[1])
	even := math.FMA(s, c[12], c[10])
	even = math.FMA(s, even, c[8])
	even = math.FMA(s, even, c[6])
	even = math.FMA(s, even, c[4])
	even = math.FMA(s, even, c[2])
	return math.FMA(t, math.FMA(t, even, odd), c[0])
}
