package psp

import (
	"math"

	"gardner/core/num"
)

// Potential is the potential between two events, s after the first:
//
//	V(s) = A e^{-s/tau_m} - B e^{-s/tau_s}
//
// An input spike of weight w adds w V0 to A and to B, which leaves V continuous; a
// reset subtracts the threshold from A.
type Potential struct{ A, B float64 }

// Value returns V(0).
func (p Potential) Value() float64 { return p.A - p.B }

// After returns the potential a time t later, without events.
func (k *Kernel) After(p Potential, t float64) Potential {
	m, s := k.Decay(t)
	return Potential{float64(p.A * m), float64(p.B * s)}
}

// Slope returns V'(0), per unit of time.
func (k *Kernel) Slope(p Potential) float64 { return float64(p.B*k.rateS) - float64(p.A*k.rateM) }

// extremum returns the time of the only extremum of V over all s, which is positive
// if it is ahead; false where there is none (A and B differ in sign). It is a
// maximum if A and B are positive.
func (k *Kernel) extremum(p Potential) (float64, bool) {
	x := float64(p.B*k.ratio) / p.A // e^{s gap} at the extremum
	if !(x > 0) || math.IsInf(x, 1) {
		return 0, false
	}
	return num.Log(x) / k.gap, true
}

// Max returns where V is largest over 0 <= s <= h, and V there: in closed form, at
// s = ln(B tau_m/(A tau_s))/(1/tau_s - 1/tau_m) with V = A e^{-s/tau_m}
// (1 - tau_s/tau_m) if that is a maximum inside, at an end otherwise. h may be
// infinite; then V tends to 0.
func (k *Kernel) Max(p Potential, h float64) (s, v float64) {
	v = p.Value()
	if p.A > 0 && k.Slope(p) > 0 {
		if at, ok := k.extremum(p); ok && at > 0 && at < h {
			return at, math.Max(v, float64(float64(p.A*k.share)*decay(float64(at*k.rateM))))
		}
	}
	if end := k.After(p, h).Value(); end > v {
		return h, end
	}
	return 0, v
}

// maxBefore is Max over h, of which the decays are known: where V still rises at the
// end, that is the largest value, without a logarithm.
func (k *Kernel) maxBefore(p Potential, h, m, s float64) (at, v float64) {
	if end := (Potential{float64(p.A * m), float64(p.B * s)}); p.A > 0 && k.Slope(end) > 0 {
		return h, end.Value()
	}
	return k.Max(p, h)
}

// maxNewton bounds the iterations of Rise: it takes 3 to 6, and about one for each
// halving of the distance to the root where V only just passes the level.
const maxNewton = 200

// Rise returns the first time s in (0, h] at which V, that starts at most at level,
// reaches it from below; false if it never passes it (a maximum that touches the
// level does not). level must be positive; h may be infinite.
//
// V can pass a positive level only on the way to a maximum, where it is concave:
// Newton's iterates from s = 0 approach the root from below and never pass it, so
// the result is right to the rounding of V.
func (k *Kernel) Rise(p Potential, level, h float64) (s float64, ok bool) {
	// V(s) <= A e^{-s/tau_m} <= A.
	if !(p.A > level) || !(k.Slope(p) > 0) {
		return 0, false
	}
	if p.Value()+float64(h*k.Slope(p)) <= level { // the tangent of a concave function
		return 0, false
	}
	end := h
	if !(k.After(p, h).Value() > level) { // it may pass and fall again
		var v float64
		if end, v = k.Max(p, h); !(v > level) {
			return 0, false
		}
	}
	for range maxNewton {
		q := k.After(p, s)
		slope := k.Slope(q)
		if !(slope > 0) {
			break
		}
		next := s + (level-q.Value())/slope
		if !(next > s) {
			break
		}
		if next >= end {
			return end, true
		}
		s = next
	}
	return s, true
}
