package psp

import "math"

// MaxTilted returns where V(s) - c s is largest over 0 <= s <= h, h finite, and its
// value there. Its derivative has at most one extremum, of closed form; on either side
// of it a zero where it falls is a local maximum, found by Newton's method within a
// shrinking bracket, to rounding.
func (k *Kernel) MaxTilted(p Potential, c, h float64) (s, v float64) {
	if c == 0 {
		return k.Max(p, h)
	}
	value := func(s float64) float64 { return k.After(p, s).Value() - float64(c*s) }
	s, v = 0, p.Value()
	if end := value(h); end > v {
		s, v = h, end
	}
	// The derivative is a difference of exponentials less c.
	d := Potential{-float64(p.A * k.rateM), -float64(p.B * k.rateS)}
	from := 0.0
	for _, to := range k.split(d, h) {
		if at, ok := k.fall(d, c, from, to); ok {
			if x := value(at); x > v {
				s, v = at, x
			}
		}
		from = to
	}
	return s, v
}

// split returns the ends of the stretches of [0, h] in which V is monotone.
func (k *Kernel) split(p Potential, h float64) []float64 {
	if at, ok := k.extremum(p); ok && at > 0 && at < h {
		return []float64{at, h}
	}
	return []float64{h}
}

// fall returns where V, monotone from low to high, falls through level; false if it
// does not.
func (k *Kernel) fall(p Potential, level, low, high float64) (float64, bool) {
	if !(k.After(p, low).Value() > level) || !(k.After(p, high).Value() < level) {
		return 0, false
	}
	s := low + float64((high-low)/2)
	for range maxNewton {
		q := k.After(p, s)
		excess := q.Value() - level
		if excess > 0 {
			low = s
		} else {
			high = s
		}
		next := s - excess/k.Slope(q)
		if !(next > low && next < high) {
			next = low + float64((high-low)/2)
		}
		if next == s || !(math.Abs(next-s) > 0x1p-52*s) {
			break
		}
		s = next
	}
	return s, true
}
