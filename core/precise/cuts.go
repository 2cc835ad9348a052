package precise

import (
	"math"

	"gardner/core/linalg"
	"gardner/core/perceptron"
	"gardner/core/psp"
)

// cut holds V(t) at most theta - m at one time of a trial.
type cut struct {
	trial  int
	at     float64
	margin float64
	x      []float64 // gradient orthogonal to the z(t_d), and the factor of theta |p|
	age    int       // rounds without a multiplier
}

// cuts is a program of cutting planes. Its equalities are solved beforehand: weights
// with V(t_d) = theta at all desired times are
//
//	w = theta p + v,   p.z(t_d) = 1 + r(t_d), p in the span of the z(t_d), v orthogonal to it,
//
// so that |w|^2 = (theta |p|)^2 + |v|^2, and what remains is to minimise the norm of
// (v, theta |p|) with v.z(t) + theta (p.z(t) - 1 - r(t)) <= -m(t): a program without
// threshold.
type cuts struct {
	k      *psp.Kernel
	n      int
	trials []*Trial
	marked []psp.Train // inputs, desired times (afferent n) and tau_D before them (n+1)
	tauD   float64
	space  *subspace
	p      []float64
	size   float64 // |p|
	cuts   []cut
}

// maxAge is how many rounds a cut without a multiplier stays.
const maxAge = 3

// newCuts makes the program of trials with at least one desired time; false if no
// weights have V(t_d) = theta at all desired times, up to the rounding of independent.
func newCuts(k *psp.Kernel, trials []*Trial, n int) (*cuts, bool) {
	c := &cuts{k: k, n: n, trials: trials, tauD: math.Sqrt(float64(k.TauM * k.TauS)), p: make([]float64, n)}
	var ok bool
	if c.space, ok = newSubspace(k, trials, n); !ok {
		return nil, false
	}
	c.space.move(c.p, c.space.target)
	c.size = math.Sqrt(linalg.Dot(c.p, c.p))
	for i, t := range trials {
		c.marked = append(c.marked, t.mark(k, c.tauD))
		// Something to begin with: half way between desired times.
		last := 0.0
		for _, at := range append(append([]float64(nil), t.Desired...), t.End) {
			c.add([]cut{c.at(i, (last+at)/2)})
			last = at
		}
	}
	return c, true
}

// mark returns the spikes of forced and, as spikes of afferent n+1, the times from
// which on the margin falls.
func (t *Trial) mark(k *psp.Kernel, tauD float64) psp.Train {
	var times []float64
	var who []int32
	next := 0 // desired
	last := 0.0
	kink := func(upTo float64) {
		if next == len(t.Desired) {
			return
		}
		if at := t.Desired[next] - tauD; at > last && at <= upTo {
			times, who = append(times, at), append(who, int32(t.n+1))
			last = math.Inf(1) // once for each
		}
	}
	for j, at := range t.forced.Time {
		kink(at)
		times, who = append(times, at), append(who, t.forced.Afferent[j])
		if int(t.forced.Afferent[j]) == t.n {
			last = at
			next++
		}
	}
	var marked psp.Train
	marked.Set(k, times, who)
	return marked
}

// at makes the cut of a time, after the resets at desired times up to and including
// it.
func (c *cuts) at(trial int, at float64) cut {
	t := c.trials[trial]
	x := cut{trial: trial, at: at, margin: 1, x: make([]float64, c.n+1)}
	z, r := x.x[:c.n], 0.0
	t.Input.AddPSP(c.k, at, 1, z)
	for _, d := range t.Desired {
		if d > at {
			x.margin = math.Min(1, (d-at)/c.tauD)
			break
		}
		m, _ := c.k.Decay(at - d)
		r += m
	}
	x.x[c.n] = (linalg.Dot(c.p, z) - 1 - r) / c.size
	c.space.remove(z)
	return x
}

// problem is the program of the cuts.
func (c *cuts) problem() *perceptron.Problem {
	p := &perceptron.Problem{P: len(c.cuts), N: c.n + 1, Signs: make([]int8, c.n+1), Gamma: math.Inf(1)}
	for _, x := range c.cuts {
		p.X, p.Labels, p.Margins = append(p.X, x.x...), append(p.Labels, -1), append(p.Margins, x.margin)
	}
	return p
}

// weights are w and theta of a solution of the program.
func (c *cuts) weights(solution []float64) (w []float64, theta float64) {
	theta = solution[c.n] / c.size
	w = append([]float64(nil), solution[:c.n]...)
	c.space.remove(w)
	linalg.Axpy(theta, c.p, w)
	return w, theta
}

// keep drops cuts that have had no multiplier for some rounds.
func (c *cuts) keep(multipliers []float64) {
	kept := c.cuts[:0]
	for i, x := range c.cuts {
		if multipliers[i] > 0 {
			x.age = 0
		} else {
			x.age++
		}
		if x.age <= maxAge {
			kept = append(kept, x)
		}
	}
	c.cuts = kept
}

// thin drops cuts without a multiplier, and those made before another one of the same
// trial within a hundredth of tau_D, whose rows are nearly the same.
func (c *cuts) thin() {
	var kept []cut
	for i, x := range c.cuts {
		drop := x.age > 0
		for _, y := range c.cuts[i+1:] {
			drop = drop || y.trial == x.trial && math.Abs(y.at-x.at) < c.tauD/100
		}
		if !drop {
			kept = append(kept, x)
		}
	}
	c.cuts = kept
}

func (c *cuts) add(found []cut) { c.cuts = append(c.cuts, found...) }

// violated returns cuts at the maxima of V + m above theta, one for each stretch of a
// few tau_D at most, and the largest excess (negative if V is below its bound
// everywhere).
func (c *cuts) violated(w []float64, theta float64) (found []cut, worst float64) {
	scaled := append(psp.Scale(c.k, w), 0, 0)
	worst = math.Inf(-1)
	for i := range c.trials {
		s := stretches{k: c.k, theta: theta, tauD: c.tauD, n: c.n}
		for _, e := range s.walk(c.trials[i], &c.marked[i], scaled) {
			worst = math.Max(worst, e.v)
			if e.v > Violation {
				found = append(found, c.at(i, e.at))
			}
		}
	}
	return found, worst
}

// stretches walks along a trial and keeps the largest excess of V + m over theta in
// each stretch.
type stretches struct {
	k           *psp.Kernel
	theta, tauD float64
	n           int

	high excess
	from float64 // where the stretch began
	out  []excess
}

// stretch is the longest piece of a trial of which one maximum is taken, in tau_D.
const stretch = 3

func (s *stretches) walk(t *Trial, marked *psp.Train, w psp.Weights) []excess {
	s.high.v = math.Inf(-1)
	var p psp.Potential
	next, last := 0, 0.0 // of desired times; of events
	// falling reports whether the margin falls between last and the next event.
	falling := func() bool { return next < len(t.Desired) && t.Desired[next]-last <= s.tauD*(1+0x1p-40) }
	for j := 0; j <= marked.Len(); j++ {
		to := t.End
		if j < marked.Len() {
			to = marked.Time[j]
		}
		desired := j < marked.Len() && int(marked.Afferent[j]) == s.n
		if falling() {
			s.consider(p, last, to-last, (t.Desired[next]-last)/s.tauD, 1/s.tauD, desired)
		} else {
			s.consider(p, last, to-last, 1, 0, desired)
		}
		if j == marked.Len() {
			break
		}
		i := marked.Afferent[j]
		p.A, p.B = math.FMA(p.A, marked.DecayM[j], w[i]), math.FMA(p.B, marked.DecayS[j], w[i])
		last = to
		if desired {
			p.A -= s.theta
			next++
		}
		if int(i) >= s.n || last-s.from > stretch*s.tauD {
			s.flush(last)
		}
	}
	s.flush(t.End)
	return s.out
}

// consider looks for the largest V + m - theta within h of start, with m falling from
// margin at the given rate; the end does not count if it is a desired time.
func (s *stretches) consider(p psp.Potential, start, h, margin, rate float64, desired bool) {
	if !(h > 0) {
		return
	}
	at, v := s.k.MaxTilted(p, rate, h)
	if v += margin - s.theta; v > s.high.v && !(desired && at >= h) {
		s.high = excess{start + at, v}
	}
}

func (s *stretches) flush(at float64) {
	if !math.IsInf(s.high.v, -1) {
		s.out = append(s.out, s.high)
	}
	s.high, s.from = excess{v: math.Inf(-1)}, at
}
