package curve

import (
	"math"

	"gardner/core/linalg"
)

// search makes the rounds of newton.go ascend in the dual. Newton's multipliers may be negative, and where many inputs
// change sign between the old and the new z, the quadratic model with the old F is wrong. The search follows the segment
// from the old multipliers to Newton's; a multiplier that reaches 0 stays there and the path bends; it ends where the dual
// value ends to grow. The slope needs only z and its rate, so a trial point costs O(N).
//
// The values are c'lambda - |z_+|^2/2 where C is given, and -(radius |z_+| - c'lambda)/b'lambda where C follows the
// radius; the old multipliers are then compared at the scale of the new C. Both are concave along each piece.
type search struct {
	lambda, z []float64 // before the round, then the point reached
	d, dz     []float64 // direction
	e, ze     []float64 // direction that keeps b'lambda when a multiplier stops
	released  bool      // it ended where the multiplier of s >= 0 vanishes
	whole     bool      // Newton's step was taken as it was
}

// from remembers the present multipliers.
func (l *search) from(w *activeSet) {
	l.lambda = append(l.lambda[:0], w.lambda...)
	l.z = append(l.z[:0], w.z...)
}

// ascend replaces Newton's multipliers, which w holds, by the end of the search. False if the value does not ascend.
func (l *search) ascend(w *activeSet, radius float64) bool {
	l.start(w, radius)
	moved := false
	bends := 0
	for left := 1.0; left > 0; {
		step, first := left, -1
		for p, rate := range l.d {
			if rate < 0 && l.lambda[p] < -rate*step {
				step, first = l.lambda[p]/-rate, p
			}
		}
		step = l.release(w, step, &first)
		part, ok := l.piece(w, radius, step)
		if !ok {
			if moved {
				break
			}
			return false
		}
		moved = true
		linalg.Axpy(part, l.d, l.lambda)
		linalg.Axpy(part, l.dz, l.z)
		left -= part
		if part < step || first < 0 {
			l.whole = part == 1 && bends == 0 && !l.released
			break
		}
		l.whole = false
		if !l.bend(w, first, bends) {
			break
		}
		bends++
	}
	if l.whole {
		return true // w holds the point without the rounding of the search
	}
	for p, v := range l.lambda {
		w.lambda[p] = math.Max(0, v)
	}
	copy(w.z, l.z)
	return true
}

// release shortens the step to where the multiplier of s >= 0, b'lambda, vanishes, if s is held at 0.
func (l *search) release(w *activeSet, step float64, first *int) float64 {
	l.released = false
	if w.bordered || !w.sNonNegative {
		return step
	}
	sum, rate := 0.0, 0.0
	for p, i := range w.set {
		sum = math.FMA(w.b[i], l.lambda[p], sum)
		rate = math.FMA(w.b[i], l.d[p], rate)
	}
	if rate < 0 && sum < -rate*step {
		*first, l.released = -1, true
		return math.Max(0, sum/-rate)
	}
	return step
}

// start sets the direction to Newton's point.
func (l *search) start(w *activeSet, radius float64) {
	l.whole = false
	if radius > 0 {
		old := 0.0
		for p, i := range w.set {
			old = math.FMA(w.b[i], l.lambda[p], old)
		}
		scale := w.C / old
		for p := range l.lambda {
			l.lambda[p] *= scale
		}
		for j := range l.z {
			l.z[j] *= scale
		}
	}
	l.d, l.dz = l.d[:0], l.dz[:0]
	for p, v := range w.lambda {
		l.d = append(l.d, v-l.lambda[p])
	}
	for j, v := range w.z {
		l.dz = append(l.dz, v-l.z[j])
	}
}

// slope is the rate of the dual value at the given step.
func (l *search) slope(w *activeSet, radius, linear, step float64) float64 {
	zz, zd := 0.0, 0.0
	for j, z := range l.z {
		z = math.FMA(step, l.dz[j], z)
		if z > 0 || w.free[j] {
			zz = math.FMA(z, z, zz)
			zd = math.FMA(z, l.dz[j], zd)
		}
	}
	if radius > 0 {
		return linear - float64(radius*zd)/math.Sqrt(zz)
	}
	return linear - zd
}

// piece returns how far to go on a straight piece of the path, at most step; false if it does not ascend.
func (l *search) piece(w *activeSet, radius, step float64) (part float64, ok bool) {
	linear := 0.0
	for p, i := range w.set {
		linear = math.FMA(w.c[i], l.d[p], linear)
	}
	start := l.slope(w, radius, linear, 0)
	if !(start > 0) {
		// At the end of Newton's method the slope is rounding.
		return step, step == 1 && start > -1e-8*math.Abs(linear)
	}
	end := l.slope(w, radius, linear, step)
	if -end <= 0.5*start { // not far beyond the best point
		return step, true
	}
	part = step
	low, high, sLow, sHigh := 0.0, step, start, end
	for range 30 {
		part = low + (high-low)*sLow/(sLow-sHigh)
		s := l.slope(w, radius, linear, part)
		if math.Abs(s) <= 0.1*start {
			break
		}
		if s > 0 {
			low, sLow, sHigh = part, s, sHigh*0.5
		} else {
			high, sHigh, sLow = part, s, sLow*0.5
		}
	}
	return part, true
}

// bend stops the multiplier at position p, which has reached 0. What b'd then lacks is made up by multipliers in proportion
// to themselves, those with b > 0.
func (l *search) bend(w *activeSet, p, bends int) bool {
	i := w.set[p]
	l.lambda[p] = 0
	rate := l.d[p]
	l.d[p] = 0
	linalg.Axpy(-rate, w.row(i), l.dz)
	if !w.bordered {
		return true
	}
	if bends == 0 {
		l.e = l.e[:0]
		for q, k := range w.set {
			v := l.lambda[q]
			if w.b[k] <= 0 {
				v = 0
			}
			l.e = append(l.e, v)
		}
		l.ze = append(l.ze[:0], l.z...)
		w.mulColumns(l.ze, l.e)
	} else if l.e[p] != 0 {
		linalg.Axpy(-l.e[p], w.row(i), l.ze)
		l.e[p] = 0
	}
	// Multipliers stopped before have e = 0 already.
	sum := 0.0
	for q, k := range w.set {
		sum = math.FMA(w.b[k], l.e[q], sum)
	}
	if !(sum > 0) {
		return false
	}
	share := float64(w.b[i]*rate) / sum
	linalg.Axpy(share, l.e, l.d)
	linalg.Axpy(share, l.ze, l.dz)
	return true
}
