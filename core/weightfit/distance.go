package weightfit

import (
	"math"

	"gardner/core/num"
)

// distance is the largest difference of the distribution functions of the
// sample and of |w| = scale (z - shift)_+: from the threshold on where zeros are
// known, else of the active weights alone, given that they exceed it.
func (s *Sample) distance(shift, scale float64) float64 {
	n := float64(s.Size())
	above := 1.0
	if !s.Known {
		above = num.H(shift + s.Threshold/scale)
	}
	empirical := float64(s.Silent) / n
	largest := 0.0
	if s.Known { // the jump at zero, seen from the threshold
		largest = math.Abs(empirical - num.H(-(shift + s.Threshold/scale)))
	}
	for k, w := range s.Active {
		x := shift + w/scale
		var f float64
		switch {
		case s.Known:
			f = num.H(-x)
		case above > 0:
			f = 1 - num.H(x)/above
		}
		low := float64(s.Silent+k) / n
		high := float64(s.Silent+k+1) / n
		largest = math.Max(largest, math.Max(math.Abs(f-low), math.Abs(f-high)))
	}
	return largest
}
