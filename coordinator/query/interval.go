package query

import (
	"math"
	"strconv"
)

// normal975 is the 0.975 quantile of the standard normal distribution.
const normal975 = 1.959963984540054

// wilson returns the score interval of a probability of which k of n trials
// succeeded (Wilson 1927), at 95 %. NaN without trials.
func wilson(k, n float64) (low, high float64) {
	if n == 0 {
		return math.NaN(), math.NaN()
	}
	const z2 = normal975 * normal975
	p := k / n
	centre := (p + z2/(2*n)) / (1 + z2/n)
	half := float64(normal975 / (1 + z2/n) * math.Sqrt(float64(p*(1-p))/n+z2/(4*n*n)))
	low, high = centre-half, centre+half
	// At the ends the formula gives 0 and 1 but for rounding.
	if k == 0 {
		low = 0
	}
	if k == n {
		high = 1
	}
	return low, high
}

// studentT returns the 0.975 quantile of Student's t distribution with nu >= 1
// degrees of freedom, to 12 digits.
//
// Up to 200 the finite sums of Abramowitz and Stegun 26.7.3 and 26.7.4 are
// inverted by bisection and Newton's method; beyond, the expansion 26.7.5 in
// 1/nu is used, whose error is below 1e-11 there.
func studentT(nu int64) float64 {
	if nu < 1 {
		return math.NaN()
	}
	var t float64
	if nu > 200 {
		t = studentTail(float64(nu))
	} else {
		lo, hi := 1.9, 13.0
		for range 200 {
			t = (lo + hi) / 2
			if t == lo || t == hi {
				break
			}
			if studentCentral(t, int(nu)) < 0.95 {
				lo = t
			} else {
				hi = t
			}
		}
	}
	// Twelve digits are what is sure, and hide the last bits of math.Atan, which
	// differ between processors.
	t, _ = strconv.ParseFloat(strconv.FormatFloat(t, 'e', 11, 64), 64)
	return t
}

// studentCentral is P(|T| < t) with nu degrees of freedom.
func studentCentral(t float64, nu int) float64 {
	n := float64(nu)
	cos2 := 1 / (1 + t*t/n)
	cos := math.Sqrt(cos2)
	sin := t / math.Sqrt(n) * cos
	sum, term := 0.0, 1.0
	if nu%2 == 0 {
		for i := 2; i <= nu; i += 2 {
			sum += term
			term *= cos2 * float64(i-1) / float64(i)
		}
		return sin * sum
	}
	for i := 3; i <= nu; i += 2 {
		sum += term
		term *= cos2 * float64(i-1) / float64(i)
	}
	return 2 / math.Pi * (math.Atan(t/math.Sqrt(n)) + float64(sin*cos*sum))
}

// studentTail is the expansion of the quantile about the normal one.
func studentTail(nu float64) float64 {
	const (
		z  = normal975
		z3 = z * z * z
		z5 = z3 * z * z
		z7 = z5 * z * z
		z9 = z7 * z * z
	)
	return z + ((z3+z)/4+((5*z5+16*z3+3*z)/96+((3*z7+19*z5+17*z3-15*z)/384+
		(79*z9+776*z7+1482*z5-1920*z3-945*z)/(92160*nu))/nu)/nu)/nu
}
