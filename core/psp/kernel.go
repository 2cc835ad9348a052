package psp

import (
	"fmt"
	"math"

	"gardner/core/linalg"
	"gardner/core/num"
)

// Kernel is the response of the potential to one input spike of weight 1. It is
// immutable; times have any unit, the same for all.
type Kernel struct {
	TauM, TauS float64 // membrane and synaptic time constants, TauM > TauS > 0
	V0         float64 // so that the peak is 1
	Peak       float64 // time of the peak, ln(tau_m/tau_s) tau_m tau_s/(tau_m - tau_s)

	rateM, rateS float64 // 1/tau
	gap          float64 // 1/tau_s - 1/tau_m
	share        float64 // 1 - tau_s/tau_m, the part of A e^{-s/tau_m} left at a maximum
	ratio        float64 // tau_m/tau_s
}

// TimeConstantError says that no kernel has these time constants.
type TimeConstantError struct{ TauM, TauS float64 }

func (e *TimeConstantError) Error() string {
	return fmt.Sprintf("psp: tau_m = %v, tau_s = %v: want tau_m > tau_s > 0, at least 1 part in 1000 apart and at most 1e6 apart", e.TauM, e.TauS)
}

// New returns the kernel of two time constants; the error is a
// *TimeConstantError. Equal constants (an alpha function) are not supported: the
// two exponentials cancel.
func New(tauM, tauS float64) (*Kernel, error) {
	if !(tauS > 0 && tauM >= 1.001*tauS && tauM <= 1e6*tauS) {
		return nil, &TimeConstantError{tauM, tauS}
	}
	k := &Kernel{TauM: tauM, TauS: tauS, rateM: 1 / tauM, rateS: 1 / tauS, ratio: tauM / tauS}
	k.gap = (tauM - tauS) / float64(tauM*tauS)
	k.share = (tauM - tauS) / tauM
	k.Peak = num.Log(k.ratio) / k.gap
	k.V0 = 1 / (num.Exp(-k.Peak/tauM) - num.Exp(-k.Peak/tauS))
	return k, nil
}

// At returns K(t), 0 for t <= 0.
func (k *Kernel) At(t float64) float64 {
	if !(t > 0) {
		return 0
	}
	m, s := k.Decay(t)
	return float64(k.V0 * (m - s))
}

// Decay returns e^{-t/tau_m} and e^{-t/tau_s} for t >= 0.
func (k *Kernel) Decay(t float64) (m, s float64) {
	x, y := -float64(t*k.rateM), -float64(t*k.rateS)
	if !(y >= -shortGap) {
		return decay(-x), decay(-y)
	}
	// Both at once: two chains take the time of one.
	m, s = math.FMA(x, expTaylor[0], expTaylor[1]), math.FMA(y, expTaylor[0], expTaylor[1])
	m, s = math.FMA(x, m, expTaylor[2]), math.FMA(y, s, expTaylor[2])
	m, s = math.FMA(x, m, expTaylor[3]), math.FMA(y, s, expTaylor[3])
	m, s = math.FMA(x, m, expTaylor[4]), math.FMA(y, s, expTaylor[4])
	m, s = math.FMA(x, m, expTaylor[5]), math.FMA(y, s, expTaylor[5])
	m, s = math.FMA(x, m, expTaylor[6]), math.FMA(y, s, expTaylor[6])
	return math.FMA(x, m, expTaylor[7]), math.FMA(y, s, expTaylor[7])
}

// Loss returns 1 - e^{-t/tau_m} and 1 - e^{-t/tau_s} for t >= 0, without cancellation.
func (k *Kernel) Loss(t float64) (m, s float64) {
	return -num.Expm1(-float64(t * k.rateM)), -num.Expm1(-float64(t * k.rateS))
}

// expTaylor is the coefficients of e^t up to t^7, highest power first, right to the
// last digits for |t| <= shortGap: gaps between events are short.
var expTaylor = [...]float64{1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1, 1}

// shortGap is the largest gap, in time constants, for which expTaylor serves.
const shortGap = 1.0 / 32

// decay returns e^{-x}.
func decay(x float64) float64 {
	if x > shortGap {
		return num.Exp(-x)
	}
	p := expTaylor[0]
	for _, c := range expTaylor[1:] {
		p = math.FMA(-x, p, c)
	}
	return p
}

// decays sets m and s to the decays of all gaps, with the bits of Decay.
func (k *Kernel) decays(gap, m, s []float64) {
	linalg.Horner(-k.rateM, expTaylor[:], gap, m)
	linalg.Horner(-k.rateS, expTaylor[:], gap, s)
	for j, t := range gap {
		if t*k.rateS > shortGap { // the shorter time constant
			m[j], s[j] = k.Decay(t)
		}
	}
}

// Inner returns the integral of K(t) K(t+d) over all t, d >= 0: the covariance of a
// potential driven by white noise, to a factor.
func (k *Kernel) Inner(d float64) float64 {
	m, s := k.Decay(math.Abs(d))
	cross := 2 * float64(k.TauM*k.TauS) / (k.TauM + k.TauS)
	return float64(float64(k.V0*k.V0) / 2 * (float64((k.TauM-cross)*m) + float64((k.TauS-cross)*s)))
}
