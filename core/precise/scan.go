package precise

import (
	"math"

	"gardner/core/linalg"
	"gardner/core/psp"
)

// excess is where a forced potential is too high, and V there, or by how much.
type excess struct {
	trial int
	at, v float64
}

// scan appends to found, for each stretch between two desired times, before the first
// and after the last, where V, reset at the desired times only, is highest above
// level; nothing where it is not. The stretch's own end, a desired time, does not
// count. w has a last weight of 0, which the desired times have among the inputs.
func (t *Trial) scan(k *psp.Kernel, w psp.Weights, level float64, found []excess) []excess {
	f := &t.forced
	var p psp.Potential
	high := excess{v: level}
	last, next := 0.0, 0 // the last event; of resets
	for j := 0; j < len(f.Time); j++ {
		stop := len(f.Time) // the next reset
		if next < len(t.resets) {
			stop = t.resets[next]
		}
		high = highest(k, p, last, f.Gap[j], j == stop, high)
		if j < stop {
			var at int
			at, p.A, p.B = linalg.Leak(p.A, p.B, j, f.DecayM[:stop], f.DecayS[:stop], f.Afferent[:stop], w, high.v)
			if at < stop-1 { // V may be high before the next event
				last, j = f.Time[at], at
				continue
			}
			j = at
		}
		x := w[f.Afferent[j]]
		p.A, p.B = math.FMA(p.A, f.DecayM[j], x), math.FMA(p.B, f.DecayS[j], x)
		last = f.Time[j]
		if j == stop {
			p.A--
			next++
			found, high = closed(found, high, level), excess{v: level}
		}
	}
	return closed(found, highest(k, p, last, t.End-last, false, high), level)
}

func closed(found []excess, high excess, level float64) []excess {
	if high.v > level {
		return append(found, high)
	}
	return found
}

// highest returns the higher of high and the maximum of V within h of start, but
// without the end if that is a desired time.
func highest(k *psp.Kernel, p psp.Potential, start, h float64, desired bool, high excess) excess {
	slope := k.Slope(p)
	if p.Value()+float64(h*math.Max(0, slope)) <= high.v {
		return high
	}
	s, v := k.Max(p, h)
	if v > high.v && !(desired && s >= h) {
		return excess{at: start + s, v: v}
	}
	return high
}
