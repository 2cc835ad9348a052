package num

import "math"

// InvH returns the x with H(x) = p: +Inf at p = 0, -Inf at 1, NaN outside [0, 1].
//
// It is algorithm AS 241 (M. J. Wichura, Applied Statistics 37:477, 1988, routine
// PPND16), in the tails improved by a Newton step on H.
func InvH(p float64) float64 {
	switch {
	case !(p >= 0 && p <= 1):
		return math.NaN()
	case p == 0:
		return math.Inf(1)
	case p > 0.5:
		return -InvH(1 - p) // 1 - p is exact
	}
	q := 0.5 - p
	if q <= 0.425 {
		r := 0.180625 - float64(q*q)
		return float64(q * rational(r, &wichuraA, &wichuraB))
	}
	var x float64
	if r := math.Sqrt(-Log(p)); r <= 5 {
		x = rational(r-1.6, &wichuraC, &wichuraD)
	} else {
		x = rational(r-5, &wichuraE, &wichuraF)
	}
	if p < 1e-290 {
		return x // H(x) may have lost bits to underflow
	}
	// dH/dx = -G and H/G = scaledH sqrt(2 pi).
	i, t := piece(x)
	return x + float64((H(x)/p-1)*polynomial(&scaledH[i], t)/invSqrt2Pi)
}

// rational returns the quotient of two polynomials of degree 7.
func rational(r float64, above, below *[8]float64) float64 {
	a, b := above[7], below[7]
	for i := 6; i >= 0; i-- {
		a = math.FMA(r, a, above[i])
		b = math.FMA(r, b, below[i])
	}
	return a / b
}

// Wichura's coefficients: A/B for |p - 1/2| <= 0.425, C/D and E/F by sqrt(-log p)
// up to 5 and above.
var (
	wichuraA = [8]float64{
		3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
		4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3,
	}
	wichuraB = [8]float64{
		1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
		2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3,
	}
	wichuraC = [8]float64{
		1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
		1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
	}
	wichuraD = [8]float64{
		1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
		1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
	}
	wichuraE = [8]float64{
		6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
		2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
	}
	wichuraF = [8]float64{
		1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
		7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
	}
)
