package rng

import (
	"math"

	"gardner/core/num"
)

// layer is one of 256 strips of equal area that cover a decreasing density f:
// strip i > 0 reaches from 0 to x[i] between the heights f(x[i]) and f(x[i+1]);
// strip 0 is what lies below f(x[1]), with the tail beyond x[1].
type layer struct {
	inside    uint64  // positions below lie under the curve
	unit      float64 // of a 53-bit position
	low, high float64 // f(x[i]) and f(x[i+1])
}

// Norm returns a standard normal number.
func (s *Stream) Norm() float64 {
	u := s.src.Uint64() // 53 bits of position, 2 unused, 1 of sign, 8 of layer
	l := &normalLayers[u&255]
	position := u >> 11
	x := float64(float64(position) * l.unit)
	if position >= l.inside {
		return s.normalSlow(u)
	}
	return math.Float64frombits(math.Float64bits(x) | u&256<<55)
}

// normalSlow finishes Norm where u's point is not surely under the curve (1.2 % of
// the calls).
func (s *Stream) normalSlow(u uint64) float64 {
	for {
		l := &normalLayers[u&255]
		position := u >> 11
		x := float64(float64(position) * l.unit)
		sign := u & 256 << 55
		switch {
		case position < l.inside:
		case u&255 == 0:
			x = s.normalTail()
		case l.low+float64(s.Float64()*(l.high-l.low)) >= num.Exp(float64(-0.5*x*x)):
			u = s.src.Uint64()
			continue
		}
		return math.Float64frombits(math.Float64bits(x) | sign)
	}
}

// normalTail returns a normal number known to exceed normalEdge (Marsaglia 1964).
func (s *Stream) normalTail() float64 {
	for {
		x := -num.Log(s.open()) / normalEdge
		y := -num.Log(s.open())
		if 2*y >= x*x {
			return normalEdge + x
		}
	}
}

// FillNorm fills dst with what as many calls of Norm would return.
func (s *Stream) FillNorm(dst []float64) {
	for i := range dst {
		u := s.src.Uint64()
		l := &normalLayers[u&255]
		position := u >> 11
		x := float64(float64(position) * l.unit)
		if position >= l.inside {
			dst[i] = s.normalSlow(u)
			continue
		}
		dst[i] = math.Float64frombits(math.Float64bits(x) | u&256<<55)
	}
}

// Exp returns an exponential number of mean 1.
func (s *Stream) Exp() float64 {
	u := s.src.Uint64() // 53 bits of position, 3 unused, 8 of layer
	l := &exponentialLayers[u&255]
	position := u >> 11
	x := float64(float64(position) * l.unit)
	if position >= l.inside {
		return s.exponentialSlow(u)
	}
	return x
}

// exponentialSlow finishes Exp where u's point is not surely under the curve. The
// tail of an exponential is the exponential again, further out.
func (s *Stream) exponentialSlow(u uint64) float64 {
	shift := 0.0
	for {
		l := &exponentialLayers[u&255]
		position := u >> 11
		x := float64(float64(position) * l.unit)
		switch {
		case position < l.inside:
			return shift + x
		case u&255 == 0:
			shift += exponentialEdge
		case l.low+float64(s.Float64()*(l.high-l.low)) < num.Exp(-x):
			return shift + x
		}
		u = s.src.Uint64()
	}
}

// FillExp fills dst with what as many calls of Exp would return.
func (s *Stream) FillExp(dst []float64) {
	for i := range dst {
		u := s.src.Uint64()
		l := &exponentialLayers[u&255]
		position := u >> 11
		dst[i] = float64(float64(position) * l.unit)
		if position >= l.inside {
			dst[i] = s.exponentialSlow(u)
		}
	}
}
