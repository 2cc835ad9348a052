package weightfit

import (
	"math"

	"gardner/core/num"
	"gardner/core/theory"
)

// Result is a fitted distribution.
type Result struct {
	Shift         float64 // B, or -phi B of inhibitory weights
	Scale         float64 // s.d. of the underlying normal, in the unit of the weights
	LogLikelihood float64 // natural; with the density of active weights in 1/unit
	// Silent is the fraction below the threshold that the fit implies,
	// 1 - H(Shift + t/Scale); SilentZero that at zero, 1 - H(Shift). With the
	// silent fraction unknown they are a prediction.
	Silent, SilentZero float64
	Observed           float64 // the sample's own silent fraction, NaN if unknown
	// KS is the Kolmogorov-Smirnov distance of sample and fit: over all weights
	// where zeros are known, else over the active ones.
	KS float64

	sample *Sample
}

// Density is the fit as theory writes it.
func (r *Result) Density() theory.WeightDensity {
	return theory.WeightDensity{Sign: r.sample.Sign, Scale: r.Scale, Shift: r.Shift, Silent: r.SilentZero}
}

// Fit maximises the likelihood of the sample. The error is a *SampleError: too
// few weights, all of them silent, or no maximum.
func Fit(s *Sample) (*Result, error) {
	if msg := s.unfit(); msg != "" {
		return nil, &SampleError{s.Silent, len(s.Active), msg}
	}
	m := s.moments()
	b, h, ok := m.maximum()
	if !ok {
		return nil, &SampleError{s.Silent, len(s.Active), "they are spread at least as widely as an exponential, so that the likelihood grows for ever with B: no cut-off normal fits without the silent fraction"}
	}
	r := m.result(b, h, s)
	r.KS = s.distance(r.Shift, r.Scale)
	return r, nil
}

// unfit says what a sample lacks, "" if nothing.
func (s *Sample) unfit() string {
	n := len(s.Active)
	switch {
	case s.Size() == 0:
		return "there is nothing to fit"
	case n == 0:
		return "all are silent: scale and B need active weights"
	case n == 1:
		return "at least 2 active weights are needed"
	case s.Active[0] == s.Active[n-1]:
		return "the active weights are all equal: they have no spread"
	}
	return ""
}

// result turns b = Shift + t/Scale and h = unit/Scale into a Result.
func (m moments) result(b, h float64, s *Sample) *Result {
	scale := m.unit / h
	shift := b - m.threshold/scale
	return &Result{
		Shift: shift, Scale: scale, LogLikelihood: m.likelihood(b, h),
		Silent: num.H(-b), SilentZero: num.H(-shift), Observed: s.SilentFraction(), sample: s,
	}
}

// likelihood evaluates l of the package comment at b and h = unit/Scale.
func (m moments) likelihood(b, h float64) float64 {
	// mean of (h y + b)^2, y in units of its mean
	chi := float64(h*h*m.square) + float64(2*h*b) + float64(b*b)
	l := float64(m.active * (num.Log(h/m.unit) - float64(chi/2) - halfLog2Pi))
	switch {
	case !m.known:
		l -= float64(m.active * logH(b))
	case m.silent > 0:
		l += float64(m.silent * logH(-b))
	}
	return l
}

const halfLog2Pi = 0.91893853320467274178

// maximum returns the maximising b and h; false if the likelihood has none.
func (m moments) maximum() (b, h float64, ok bool) {
	switch {
	case m.known && m.silent == 0, !m.known && m.square < 1+1./900:
		// A plain normal sample: nothing is cut off, or nothing that shows.
		sd := math.Sqrt(m.square - 1)
		return -1 / sd, 1 / sd, true
	case !m.known:
		// The mean square over the squared mean grows from 1 to 2 with b.
		if ratio(tail) <= m.square {
			return 0, 0, false
		}
		b = bisect(-31, tail, func(b float64) bool { return ratio(b) < m.square })
		return b, meanAbove(b), true
	}
	// The derivative of the profile likelihood in b, which is concave.
	r := m.silent / m.active
	b = bisect(-1e4, tail, func(b float64) bool {
		return float64(r*hazard(-b))-m.slope(b)-b > 0
	})
	return b, m.slope(b), true
}

// slope is the best h for a given b with zeros known: h^2 square + h b = 1.
func (m moments) slope(b float64) float64 {
	root := math.Sqrt(float64(b*b) + float64(4*m.square))
	if b > 0 {
		return 2 / (root + b)
	}
	return (root - b) / (2 * m.square)
}

// tail is where H has nearly left the range of a float64.
const tail = 35.0

// hazard is G(x)/H(x), accurate for every x.
func hazard(x float64) float64 {
	if x < 20 {
		return num.Gauss(x) / num.H(x)
	}
	return 1 / mills(x)
}

// mills is H(x)/G(x) for x >= 20, by its asymptotic series; relative error
// below 1e-14.
func mills(x float64) float64 {
	u := 1 / float64(x*x)
	s := 1.0
	for k := 13.0; k > 0; k -= 2 {
		s = 1 - float64(k*u*s)
	}
	return s / x
}

// logH is log H(x), accurate for every x.
func logH(x float64) float64 {
	switch {
	case x < -1:
		return num.Log1p(-num.H(-x))
	case x < tail:
		return num.Log(num.H(x))
	}
	return -float64(float64(x*x)/2) - halfLog2Pi + num.Log(mills(x))
}

// meanAbove is the mean of z - b given z > b, J1/H.
func meanAbove(b float64) float64 { return num.J1(b) / num.H(b) }

// ratio is <(z-b)^2>/<z-b>^2 given z > b, J2 H/J1^2: 1 for b -> -inf, 2 for +inf.
func ratio(b float64) float64 {
	j := num.J1(b)
	return num.J2(b) / j * (num.H(b) / j)
}

// bisect returns the boundary between low, where below holds, and high, where
// it does not, to the last bit.
func bisect(low, high float64, below func(float64) bool) float64 {
	for {
		middle := low + float64((high-low)/2)
		if middle <= low || middle >= high {
			return low
		}
		if below(middle) {
			low = middle
		} else {
			high = middle
		}
	}
}
