package theory

import "math"

// increasingRoot returns the root of an increasing function in [lo, hi] by
// Newton's method, falling back to bisection wherever a step would leave the
// bracket or shrinks it too slowly. f returns the value and the derivative.
// Without a sign change it returns the end nearer to the root.
func increasingRoot(f func(x float64) (v, dv float64), lo, hi, x float64) float64 {
	if !(x > lo && x < hi) {
		x = lo + float64((hi-lo)/2)
	}
	last := hi - lo
	for range 200 {
		v, dv := f(x)
		switch {
		case v == 0:
			return x
		case v > 0:
			hi = x
		default:
			lo = x
		}
		next := x - v/dv
		if !(next > lo && next < hi) || math.Abs(next-x) > 0.5*last {
			next = lo + float64((hi-lo)/2)
		}
		last = math.Abs(next - x)
		if last <= 1e-16*math.Abs(x) || next == lo || next == hi {
			return next
		}
		x = next
	}
	return x
}

// root returns a root of f between a and b, where it changes sign, by Brent's
// method (inverse quadratic interpolation, secant, bisection; R. Brent,
// Algorithms for Minimization without Derivatives, 1973, chapter 4), to the
// last bits of the abscissa. An end where f is 0 is returned as it is.
func root(f func(float64) float64, a, b float64) float64 {
	const eps = 0x1p-52
	fa, fb := f(a), f(b)
	c, fc := a, fa
	d := b - a // this step
	e := d     // the step before it
	for range 300 {
		if (fb > 0) == (fc > 0) {
			c, fc, d, e = a, fa, b-a, b-a
		}
		if math.Abs(fc) < math.Abs(fb) { // keep b the best estimate, c on the other side
			a, b, c = b, c, b
			fa, fb, fc = fb, fc, fb
		}
		tol := eps * math.Abs(b)
		half := 0.5 * (c - b)
		if math.Abs(half) <= tol || fb == 0 {
			return b
		}
		next := half
		if math.Abs(e) >= tol && math.Abs(fa) > math.Abs(fb) {
			if step := interpolate(a, b, c, fa, fb, fc); step*half > 0 &&
				math.Abs(step) < math.Min(1.5*math.Abs(half), 0.5*math.Abs(e)) {
				next = step
			}
		}
		if next == half {
			e = half
		} else {
			e = d
		}
		d = next
		a, fa = b, fb
		if math.Abs(d) > tol {
			b += d
		} else {
			b += math.Copysign(math.Max(tol, 0x1p-1074), half)
		}
		fb = f(b)
	}
	return b
}

// interpolate returns the step from b to the zero of the inverse parabola
// through three points, or of the secant where two of them coincide.
func interpolate(a, b, c, fa, fb, fc float64) float64 {
	if a == c {
		return -fb * (b - a) / (fb - fa)
	}
	q, r, s := fa/fc, fb/fc, fb/fa
	p := s * (float64((c-b)*q*(q-r)) - float64((b-a)*(r-1)))
	return -p / ((q - 1) * (r - 1) * (s - 1))
}

// maximum returns the abscissa and the value of the maximum of f between a and b:
// the best of cells+1 grid points, refined by Brent's method (golden sections
// and parabolas) between its neighbours. f is smooth with one maximum between
// neighbours; values of -Inf mark points outside its domain. The abscissa is
// exact to about 1e-8 relative to the bracket, so the value to rounding.
func maximum(f func(float64) float64, a, b float64, cells int) (x, fx float64) {
	if a > b {
		a, b = b, a
	}
	x, fx = a, f(a)
	best := 0
	for i := 1; i <= cells; i++ {
		t := a + (b-a)*float64(i)/float64(cells)
		if ft := f(t); ft > fx {
			x, fx, best = t, ft, i
		}
	}
	lo := a + (b-a)*float64(max(best-1, 0))/float64(cells)
	hi := a + (b-a)*float64(min(best+1, cells))/float64(cells)
	return refineMaximum(f, lo, hi, x, fx)
}

// refineMaximum is Brent's fmin (1973, chapter 5) for a maximum, started from
// a point x in [a, b] that is already good.
func refineMaximum(f func(float64) float64, a, b, x, fx float64) (xMax, fMax float64) {
	const golden = 0.3819660112501051
	tol := float64(1e-9 * (b - a))
	w, v, fw, fv := x, x, fx, fx
	var d, e float64
	for range 200 {
		mid := float64(0.5 * (a + b))
		if math.Abs(x-mid) <= float64(2*tol)-float64(0.5*(b-a)) {
			break
		}
		parabola := false
		if math.Abs(e) > tol {
			r := float64((x - w) * (fx - fv))
			q := float64((x - v) * (fx - fw))
			p := float64((x-v)*q) - float64((x-w)*r)
			q = 2 * (q - r)
			if q > 0 {
				p = -p
			} else {
				q = -q
			}
			// False where a value is -Inf, for then p or q is not a number.
			if math.Abs(p) < math.Abs(0.5*q*e) && p > q*(a-x) && p < q*(b-x) {
				parabola = true
				e, d = d, p/q
				if u := x + d; u-a < 2*tol || b-u < 2*tol {
					d = math.Copysign(tol, mid-x)
				}
			}
		}
		if !parabola {
			if x < mid {
				e = b - x
			} else {
				e = a - x
			}
			d = golden * e
		}
		u := x + d
		if math.Abs(d) < tol {
			u = x + math.Copysign(tol, d)
		}
		fu := f(u)
		if fu >= fx {
			if u >= x {
				a = x
			} else {
				b = x
			}
			v, fv, w, fw, x, fx = w, fw, x, fx, u, fu
			continue
		}
		if u < x {
			a = u
		} else {
			b = u
		}
		if fu >= fw || w == x {
			v, fv, w, fw = w, fw, u, fu
		} else if fu >= fv || v == x || v == w {
			v, fv = u, fu
		}
	}
	return x, fx
}
