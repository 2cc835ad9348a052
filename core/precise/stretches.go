package precise

import (
	"math"

	"gardner/core/linalg"
	"gardner/core/psp"
)

// stretches walks along trials and keeps the largest excess of V + m over theta in each
// stretch in which there is one.
type stretches struct {
	k           *psp.Kernel
	w           psp.Weights // of inputs, then zeros for the two kinds of marks
	theta, tauD float64
	n           int

	trial int
	high  excess  // of the stretch; v = 0 if there is none
	from  float64 // where the stretch began
	out   []excess
}

// stretch is the longest piece of a trial of which one maximum is taken, in tau_D.
const stretch = 3

// walk goes along a trial. Where the margin is full it looks only at intervals in which V
// may be above its bound.
func (s *stretches) walk(t *Trial, marked *psp.Train, marks []int) {
	s.high, s.from = excess{}, 0
	var p psp.Potential
	nextDesired, nextMark, last := 0, 0, 0.0 // last is the time of the last event
	events := marked.Len()
	for j := 0; ; j++ { // p is the potential after event j-1, at last
		to, desired := t.End, false
		if j < events {
			to, desired = marked.Time[j], int(marked.Afferent[j]) == s.n
		}
		falling := nextDesired < len(t.Desired) && t.Desired[nextDesired]-last <= s.tauD*(1+0x1p-40)
		if falling {
			s.consider(p, last, to-last, (t.Desired[nextDesired]-last)/s.tauD, 1/s.tauD, desired)
		} else {
			s.consider(p, last, to-last, 1, 0, desired)
		}
		if j == events {
			break
		}
		// Up to the next mark, or the end of the stretch, many events make no difference.
		// For a level below 0 the bound does not hold.
		stop := events
		if nextMark < len(marks) {
			stop = marks[nextMark]
		}
		if s.high.v > 0 {
			stop = min(stop, marked.Before(s.from+float64(stretch*s.tauD)))
		}
		if level := s.theta - 1 + s.high.v; level >= 0 && !falling && j < stop {
			var at int
			at, p.A, p.B = linalg.Leak(p.A, p.B, j, marked.DecayM[:stop], marked.DecayS[:stop], marked.Afferent[:stop], s.w, level)
			if at < stop-1 {
				last, j = marked.Time[at], at
				continue
			}
			j = stop - 1
		}
		i := marked.Afferent[j]
		p.A, p.B = math.FMA(p.A, marked.DecayM[j], s.w[i]), math.FMA(p.B, marked.DecayS[j], s.w[i])
		last = marked.Time[j]
		if int(i) >= s.n {
			nextMark++
			if int(i) == s.n {
				p.A -= s.theta
				nextDesired++
			}
		}
		if int(i) >= s.n || last-s.from > stretch*s.tauD {
			s.flush()
		}
	}
	s.flush()
}

// consider looks for the largest V + m - theta within h of start, with m falling from
// margin at the given rate; the end does not count if it is a desired time.
func (s *stretches) consider(p psp.Potential, start, h, margin, rate float64, desired bool) {
	// V <= A e^{-s/tau_m}: often too low wherever it is largest.
	if !(h > 0) || math.Max(p.A, p.Value())+margin-s.theta <= s.high.v && margin-s.theta <= s.high.v {
		return
	}
	at, v := s.k.MaxTilted(p, rate, h)
	if v += margin - s.theta; v > s.high.v && !(desired && at >= h) {
		if s.high.v == 0 {
			s.from = start
		}
		s.high = excess{s.trial, start + at, v}
	}
}

func (s *stretches) flush() {
	if s.high.v > 0 {
		s.out = append(s.out, s.high)
	}
	s.high = excess{}
}
