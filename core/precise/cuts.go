package precise

import (
	"cmp"
	"context"
	"math"
	"slices"

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
	marks  [][]int     // the latter two among them
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
		var marks []int
		for j, who := range c.marked[i].Afferent {
			if int(who) >= n {
				marks = append(marks, j)
			}
		}
		c.marks = append(c.marks, marks)
	}
	return c, true
}

// middles are times to begin with, half way between desired times.
func (c *cuts) middles() (out []excess) {
	for i, t := range c.trials {
		last := 0.0
		for _, at := range append(append([]float64(nil), t.Desired...), t.End) {
			out = append(out, excess{trial: i, at: (last + at) / 2})
			last = at
		}
	}
	return out
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

func (c *cuts) add(found []excess) {
	for _, e := range found {
		c.cuts = append(c.cuts, c.at(e.trial, e.at))
	}
}

// batch is how many maxima of V become cuts before V is looked at again.
const batch = 64

// guess finds the cuts that matter by an active set that adds them a few at a time, most
// violated first, from an optimum to the next. What it leaves is those with multipliers,
// and the one that they exclude if there is such. It returns how often it looked for
// violations. Nothing depends on its being right: the solver goes on from its cuts.
func (c *cuts) guess(ctx context.Context, engine *linalg.Engine) (rounds int, err error) {
	s := newLeastNorm(c.n+1, engine)
	defer func() { c.cuts = append(c.cuts, s.active...) }()
	for next := c.middles(); len(next) > 0; rounds++ {
		if err := ctx.Err(); err != nil {
			return rounds, err
		}
		if rounds == maxRounds {
			return rounds, nil
		}
		for _, e := range next {
			x := c.at(e.trial, e.at)
			if s.slack(&x) >= 0 {
				continue
			}
			if !s.add(x) {
				c.cuts = append(c.cuts, x)
				return rounds, nil
			}
		}
		next, _ = c.violated(c.weights(s.x))
		slices.SortStableFunc(next, func(a, b excess) int { return cmp.Compare(b.v, a.v) })
		next = next[:min(len(next), batch)]
	}
	return rounds, nil
}

// violated returns the maxima of V + m above theta, one for each stretch of a few
// tau_D at most, and the largest excess (0 if V is below its bound everywhere).
func (c *cuts) violated(w []float64, theta float64) (found []excess, worst float64) {
	s := stretches{k: c.k, w: append(psp.Scale(c.k, w), 0, 0), theta: theta, tauD: c.tauD, n: c.n}
	for i, t := range c.trials {
		s.trial = i
		s.walk(t, &c.marked[i], c.marks[i])
	}
	for _, e := range s.out {
		worst = math.Max(worst, e.v)
		if e.v > Violation {
			found = append(found, e)
		}
	}
	return found, worst
}
