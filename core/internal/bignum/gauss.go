package bignum

import "math/big"

// Gauss returns the standard normal density e^(-x^2/2)/sqrt(2 pi).
func Gauss(x *big.Float) *big.Float {
	return Quo(Exp(Quo(Mul(x, x), New(-2))), Sqrt(Mul(New(2), Pi())))
}

// seriesEnd is where Mills changes from the series to the continued fraction: the
// series loses e^(-x^2/2) to cancellation, 122 bits of the 640 at 13, and the fraction's
// 1500 levels leave no error from there on.
const seriesEnd = 13

// Mills returns H(x)/G(x), for x >= 0 or moderately negative x.
func Mills(x *big.Float) *big.Float {
	if x.Cmp(New(seriesEnd)) <= 0 {
		return millsSeries(x)
	}
	return millsFraction(x)
}

// millsSeries returns (1/2)/G(x) - sum x^(2n+1)/(2n+1)!!.
func millsSeries(x *big.Float) *big.Float {
	first := Quo(Ratio(1, 2), Gauss(x))
	if x.Sign() == 0 {
		return first
	}
	square := Mul(x, x)
	sum, term := New(0), x
	for n := 1; ; n++ {
		sum = Add(sum, term)
		if negligible(term, sum) {
			return Sub(first, sum)
		}
		term = Quo(Mul(term, square), New(float64(2*n+1)))
	}
}

// millsFraction returns 1/(x + 1/(x + 2/(x + 3/(x + ...)))).
func millsFraction(x *big.Float) *big.Float {
	f := x
	for n := 1500; n >= 1; n-- {
		f = Add(x, Quo(New(float64(n)), f))
	}
	return Quo(New(1), f)
}

// H returns the probability that a standard normal variable exceeds x.
func H(x *big.Float) *big.Float { return Mul(Gauss(x), Mills(x)) }

// J1 returns G(x) - x H(x).
func J1(x *big.Float) *big.Float { return Mul(Gauss(x), Mills1(x)) }

// J2 returns (x^2+1) H(x) - x G(x).
func J2(x *big.Float) *big.Float { return Mul(Gauss(x), Mills2(x)) }

// Mills1 returns J1(x)/G(x) = 1 - x M(x).
func Mills1(x *big.Float) *big.Float { return Sub(New(1), Mul(x, Mills(x))) }

// Mills2 returns J2(x)/G(x) = (x^2+1) M(x) - x.
func Mills2(x *big.Float) *big.Float {
	return Sub(Mul(Add(Mul(x, x), New(1)), Mills(x)), x)
}

// Erfc returns the complementary error function, 2 H(sqrt2 x).
func Erfc(x *big.Float) *big.Float {
	return Mul(New(2), H(Mul(Sqrt(New(2)), x)))
}

// InvH returns the x with H(x) = p by Newton steps on log H from start.
func InvH(p *big.Float, start float64) *big.Float {
	x := New(start)
	for range 12 {
		m := Mills(x)
		h := Mul(m, Gauss(x))
		// d log H / dx = -G/H = -1/M
		x = Add(x, Mul(m, Log(Quo(h, p))))
	}
	return x
}
