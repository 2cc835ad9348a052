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
	f, n := &t.forced, len(t.forced.Time)
	var p psp.Potential
	high := excess{v: level}
	last, next := 0.0, 0        // the last event; of resets
	end := func() (int, bool) { // of the events up to the next reset, with it
		if next < len(t.resets) {
			return t.resets[next] + 1, true
		}
		return n, false
	}
	for j := 0; j < n; j++ {
		stop, reset := end()
		desired := reset && j == stop-1
		high = highest(k, p, last, f.Gap[j], desired, high)
		at := j
		if !desired {
			at, p.A, p.B = linalg.Leak(p.A, p.B, j, f.DecayM[:stop], f.DecayS[:stop], f.Afferent[:stop], w, high.v)
		}
		switch {
		case at < stop-1: // it may be high before the next event
			j = at
		case desired || !reset:
			j = at
			x := w[f.Afferent[j]]
			p.A, p.B = math.FMA(p.A, f.DecayM[j], x), math.FMA(p.B, f.DecayS[j], x)
		default:
			j = at - 1
		}
		last = f.Time[j]
		if desired {
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
