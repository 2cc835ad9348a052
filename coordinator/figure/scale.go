package figure

import (
	"math"

	"gonum.org/v1/plot/vg"
)

// scale maps values of an axis to points on the page.
type scale struct {
	min, max float64 // range, min < max; positive if log
	log      bool
	from, to vg.Length
}

// at returns where a value lies; outside the range it lies outside the panel.
func (s scale) at(v float64) vg.Length { return s.from + vg.Length(s.fraction(v))*(s.to-s.from) }

func (s scale) fraction(v float64) float64 {
	if s.log {
		return (math.Log(v) - math.Log(s.min)) / (math.Log(s.max) - math.Log(s.min))
	}
	return (v - s.min) / (s.max - s.min)
}

// value is the inverse of fraction.
func (s scale) value(fraction float64) float64 {
	if s.log {
		return math.Exp(math.Log(s.min) + fraction*(math.Log(s.max)-math.Log(s.min)))
	}
	return s.min + fraction*(s.max-s.min)
}

// extent collects the values an axis should show.
type extent struct {
	log      bool
	min, max float64
}

func newExtent(log bool) *extent { return &extent{log: log, min: math.Inf(1), max: math.Inf(-1)} }

// shown tells whether an axis can show a value at all: numbers, positive ones
// on a logarithmic axis, and none so large that their differences overflow.
func (e *extent) shown(v float64) bool {
	if e.log {
		return v > 1e-100 && v < 1e100
	}
	return math.Abs(v) < 1e300
}

func (e *extent) add(v float64) {
	if !e.shown(v) {
		return
	}
	e.min, e.max = math.Min(e.min, v), math.Max(e.max, v)
}

func (e *extent) empty() bool { return e.min > e.max }

// grow widens the range to hold v, but at most by the given fraction of it on
// each side: theory may diverge where data do not.
func (e *extent) grow(v, most float64) {
	if !e.shown(v) || e.empty() {
		return
	}
	lo, hi := e.min, e.max
	if e.log {
		span := math.Pow(hi/lo, most)
		e.min, e.max = math.Min(lo, math.Max(v, lo/span)), math.Max(hi, math.Min(v, hi*span))
		return
	}
	span := most * (hi - lo)
	e.min, e.max = math.Min(lo, math.Max(v, lo-span)), math.Max(hi, math.Min(v, hi+span))
}

// fixed tells whether the range is given.
func (a Axis) fixed() bool { return apart(a.Min, a.Max) }

// apart tells whether a range is long enough, and not too long, to be divided
// by ticks in floating point.
func apart(lo, hi float64) bool {
	return hi-lo > math.Max(1e-290, 1e-9*math.Max(math.Abs(lo), math.Abs(hi))) && !math.IsInf(hi-lo, 0)
}

// scale returns the range with margins of pad of its length. toZero makes a
// linear axis begin at 0 where its data nearly do.
func (e *extent) scale(a Axis, pad float64, toZero bool) scale {
	s := scale{min: e.min, max: e.max, log: a.Log}
	if a.fixed() && e.shown(a.Min) && e.shown(a.Max) {
		s.min, s.max = a.Min, a.Max
		return s
	}
	if !e.empty() && !apart(s.min, s.max) {
		s.max = s.min
	}
	switch {
	case e.empty() && a.Log:
		s.min, s.max = 0.1, 10
	case e.empty():
		s.min, s.max = 0, 1
	case a.Log:
		if s.min == s.max {
			s.min, s.max = s.min/2, s.max*2
		}
		f := math.Pow(s.max/s.min, pad)
		s.min, s.max = s.min/f, s.max*f
	default:
		if s.min == s.max {
			d := math.Max(math.Abs(s.min)*0.1, 0.5)
			s.min, s.max = s.min-d, s.max+d
		}
		if toZero && s.min > 0 && s.min < 0.4*s.max {
			s.min = 0
			s.max *= 1 + pad
			return s
		}
		d := pad * (s.max - s.min)
		s.min, s.max = s.min-d, s.max+d
	}
	return s
}
