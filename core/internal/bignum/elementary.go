// Package bignum computes the functions of core/num to about 120 digits by
// series, continued fractions and Newton steps, all slow and simple. The tables
// of core/num are generated from it and its tests measure errors against it.
package bignum

import (
	"math"
	"math/big"
	"sync"
)

// Prec is the precision of every result in bits, of which at least 400 are correct
// in the ranges of the tests.
const Prec = 640

// New returns x exactly.
func New(x float64) *big.Float { return new(big.Float).SetPrec(Prec).SetFloat64(x) }

// Ratio returns p/q.
func Ratio(p, q int64) *big.Float {
	return Quo(new(big.Float).SetPrec(Prec).SetInt64(p), new(big.Float).SetPrec(Prec).SetInt64(q))
}

// Add returns x + y.
func Add(x, y *big.Float) *big.Float { return new(big.Float).SetPrec(Prec).Add(x, y) }

// Sub returns x - y.
func Sub(x, y *big.Float) *big.Float { return new(big.Float).SetPrec(Prec).Sub(x, y) }

// Mul returns x y.
func Mul(x, y *big.Float) *big.Float { return new(big.Float).SetPrec(Prec).Mul(x, y) }

// Quo returns x / y.
func Quo(x, y *big.Float) *big.Float { return new(big.Float).SetPrec(Prec).Quo(x, y) }

// Sqrt returns the square root of x.
func Sqrt(x *big.Float) *big.Float { return new(big.Float).SetPrec(Prec).Sqrt(x) }

// scale returns x 2^k.
func scale(x *big.Float, k int) *big.Float { return new(big.Float).SetPrec(Prec).SetMantExp(x, k) }

// negligible reports that term no longer changes sum.
func negligible(term, sum *big.Float) bool {
	return term.Sign() == 0 || sum.Sign() != 0 && term.MantExp(nil) < sum.MantExp(nil)-Prec-8
}

// Pi returns pi by Machin's formula, 16 atan(1/5) - 4 atan(1/239).
func Pi() *big.Float { return pi() }

var pi = sync.OnceValue(func() *big.Float {
	atanInv := func(n int64) *big.Float {
		power := Ratio(1, n)
		square := Ratio(1, n*n)
		sum := New(0)
		for k := int64(0); ; k++ {
			term := Quo(power, New(float64(2*k+1)))
			if k%2 == 1 {
				term.Neg(term)
			}
			sum = Add(sum, term)
			if negligible(term, sum) {
				return sum
			}
			power = Mul(power, square)
		}
	}
	return Sub(Mul(New(16), atanInv(5)), Mul(New(4), atanInv(239)))
})

// Exp returns e^x by the Taylor series of x/2^k, squared k times.
func Exp(x *big.Float) *big.Float {
	halvings := max(0, x.MantExp(nil)+32)
	r := scale(x, -halvings)
	sum, term := New(1), New(1)
	for n := 1; ; n++ {
		term = Quo(Mul(term, r), New(float64(n)))
		sum = Add(sum, term)
		if negligible(term, sum) {
			break
		}
	}
	for range halvings {
		sum = Mul(sum, sum)
	}
	return sum
}

// Expm1 returns e^x - 1, without cancellation for small x.
func Expm1(x *big.Float) *big.Float {
	if x.Sign() == 0 {
		return New(0)
	}
	if x.MantExp(nil) > -8 {
		return Sub(Exp(x), New(1))
	}
	sum, term := New(0), New(1)
	for n := 1; ; n++ {
		term = Quo(Mul(term, x), New(float64(n)))
		sum = Add(sum, term)
		if negligible(term, sum) {
			return sum
		}
	}
}

// Ln2 returns log 2 by the series 2 sum 1/((2k+1) 3^(2k+1)).
func Ln2() *big.Float { return ln2() }

var ln2 = sync.OnceValue(func() *big.Float { return log1pSeries(New(1)) })

// log1pSeries returns log(1+x) = 2 atanh(x/(2+x)) for |x| up to about 1.
func log1pSeries(x *big.Float) *big.Float {
	if x.Sign() == 0 {
		return New(0)
	}
	u := Quo(x, Add(New(2), x))
	square := Mul(u, u)
	sum, power := New(0), u
	for k := 0; ; k++ {
		term := Quo(power, New(float64(2*k+1)))
		sum = Add(sum, term)
		if negligible(term, sum) {
			return Mul(New(2), sum)
		}
		power = Mul(power, square)
	}
}

// Log returns the natural logarithm of x > 0.
func Log(x *big.Float) *big.Float {
	m := new(big.Float).SetPrec(Prec)
	e := x.MantExp(m) // m in [1/2, 1)
	if f, _ := m.Float64(); f < math.Sqrt2/2 {
		m, e = scale(m, 1), e-1
	}
	log := log1pSeries(Sub(m, New(1)))
	if e == 0 {
		return log
	}
	return Add(log, Mul(New(float64(e)), Ln2()))
}

// Log1p returns log(1+x), without cancellation for small x.
func Log1p(x *big.Float) *big.Float {
	if x.MantExp(nil) < -2 {
		return log1pSeries(x)
	}
	return Log(Add(New(1), x))
}

// Pow returns x^y for x > 0.
func Pow(x, y *big.Float) *big.Float { return Exp(Mul(y, Log(x))) }

// Tanh returns the hyperbolic tangent of x.
func Tanh(x *big.Float) *big.Float {
	t := Expm1(Mul(New(2), x))
	return Quo(t, Add(t, New(2)))
}

// LogGamma returns log Gamma(x) for x > 0 by Stirling's series at x + n >= 200.
func LogGamma(x *big.Float) *big.Float {
	product := New(1)
	f, _ := x.Float64()
	z := x
	for ; f < 200; f++ {
		product = Mul(product, z)
		z = Add(z, New(1))
	}
	half := Ratio(1, 2)
	sum := Sub(Mul(Sub(z, half), Log(z)), z)
	sum = Add(sum, Mul(half, Log(Mul(New(2), Pi()))))
	square := Mul(z, z)
	power := z
	for n, b := range stirling() { // B_2, B_4, ...
		m := int64(2*n + 2)
		term := Quo(Quo(b, Ratio(m*(m-1), 1)), power)
		sum = Add(sum, term)
		if negligible(term, sum) {
			break
		}
		power = Mul(power, square)
	}
	return Sub(sum, Log(product))
}

var stirling = sync.OnceValue(func() []*big.Float { return bernoulli(120) })

// bernoulli returns B_2, B_4, ..., B_2n by the recurrence
// sum_{k<m} C(m, k) B_k = 0 in exact rationals.
func bernoulli(n int) []*big.Float {
	b := []*big.Rat{big.NewRat(1, 1)}
	out := make([]*big.Float, 0, n)
	for m := int64(1); m <= int64(2*n); m++ {
		sum := new(big.Rat)
		if m == 1 || m%2 == 0 {
			for k := range m {
				c := new(big.Rat).SetInt(new(big.Int).Binomial(m+1, k))
				sum.Add(sum, c.Mul(c, b[k]))
			}
			sum.Quo(sum.Neg(sum), big.NewRat(m+1, 1))
		}
		b = append(b, sum)
		if m%2 == 0 {
			out = append(out, new(big.Float).SetPrec(Prec).SetRat(sum))
		}
	}
	return out
}
