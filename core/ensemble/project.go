package ensemble

import "math"

// projectRounds bounds the Newton steps of a projection; they end by themselves after a few.
const projectRounds = 150

// projectBalanced sets dst to the point nearest to z with dst >= 0 and t'dst = 0: dst = (z - rho t)_+. It starts from rho and
// returns the one it found.
//
// With f(rho) = t'(z - rho t)_+, falling and piecewise linear, Newton's method ends at the exact piece; where it does not
// halve f, the bracket is halved.
func projectBalanced(dst, z, t []float64, rho float64) float64 {
	low, high, last := math.Inf(-1), math.Inf(1), math.Inf(1)
	for range projectRounds {
		f, slope := 0.0, 0.0
		for mu, x := range z {
			if w := x - float64(rho*t[mu]); w > 0 {
				f += float64(t[mu] * w)
				slope += float64(t[mu] * t[mu])
			}
		}
		if f > 0 {
			low = rho
		} else {
			high = rho
		}
		next := rho
		if slope > 0 {
			next = rho + f/slope
		}
		if middle := float64((low + high) / 2); math.Abs(f) > last/2 && low < middle && middle < high && !math.IsInf(middle, 0) {
			next = middle
		}
		last = math.Abs(f)
		if next == rho {
			break
		}
		rho = next
	}
	for mu, x := range z {
		dst[mu] = math.Max(0, x-float64(rho*t[mu]))
	}
	return rho
}

// projectSimplex sets dst to the point of the simplex (dst >= 0, sum 1) nearest to z in the metric |d|^2 + c (y'd)^2:
// dst = (z - tau - rho y)_+ with rho = c (y'dst - y'z). It starts from the given tau and rho and leaves those it found.
//
// For each rho, tau follows from the sum, which falls with tau and is convex, so that Newton's method ends at the exact
// piece; rho - c (y'dst - y'z) grows with rho and is piecewise linear: Newton's method again, within a bracket.
func projectSimplex(dst, z, y []float64, c float64, tau, rho *float64) {
	var zeta float64
	for mu, x := range z {
		zeta += float64(y[mu] * x)
	}
	t, r := *tau, *rho
	low, high, last := math.Inf(-1), math.Inf(1), math.Inf(1)
	for range projectRounds {
		var plus, minus float64
		var np, nm int
		t, plus, minus, np, nm = simplexThreshold(z, y, t, r)
		f := r - float64(c*(plus-minus-zeta))
		if f < 0 {
			low = r
		} else {
			high = r
		}
		if math.Abs(f) <= projectTol*(math.Abs(r)+float64(c*(plus+minus))) {
			break
		}
		p, m := float64(np), float64(nm)
		step := -f / (1 + float64(c*4*p*m)/(p+m))
		if middle := float64((low + high) / 2); math.Abs(f) > last/2 && low < middle && middle < high && !math.IsInf(middle, 0) {
			step = middle - r
		}
		last = math.Abs(f)
		r, t = r+step, t-float64(step*(p-m))/(p+m)
	}
	for mu, x := range z {
		dst[mu] = math.Max(0, x-t-float64(r*y[mu]))
	}
	*tau, *rho = t, r
}

// projectTol is the relative error left in the conditions of a projection.
const projectTol = 1e-13

// simplexThreshold finds t with sum_mu (z - t - r y)_+ = 1, from any t, and returns it with the sums and the numbers of
// positive terms of both labels.
func simplexThreshold(z, y []float64, t, r float64) (at, plus, minus float64, np, nm int) {
	for range projectRounds {
		plus, minus, np, nm = 0, 0, 0, 0
		top := math.Inf(-1)
		for mu, x := range z {
			x -= float64(r * y[mu])
			top = math.Max(top, x)
			if w := x - t; w > 0 {
				if y[mu] > 0 {
					plus += w
					np++
				} else {
					minus += w
					nm++
				}
			}
		}
		f := plus + minus - 1
		if math.Abs(f) <= projectTol {
			break
		}
		if np+nm == 0 {
			t = top - 1 // where the sum is at least 1
			continue
		}
		next := t + f/float64(np+nm)
		if next == t {
			break
		}
		t = next
	}
	return t, plus, minus, np, nm
}
