package curve

import (
	"math"

	"gardner/core/linalg"
)

// tracker keeps an activeSet at the optimum while rows are added.
type tracker struct {
	w      *activeSet
	e      *state
	radius float64 // of |u| in solution B; 0 in A, where C = 0 stays
	vertex bool    // B: |u| < radius and u does not depend on C
	before snapshot
	rise   *rise     // of vertices, made when the first is left
	loose  bool      // the active set has no factor, and its multipliers are the dual of a vertex
	broken bool      // the active set is not an optimum, its factor may be lost
	farkas []float64 // A: the ray that proved infeasibility, by row
	events int
	rounds int
}

func newTracker(r *rows, engine *linalg.Engine, b, c []float64) *tracker {
	return &tracker{w: newActiveSet(r, engine, b, c), e: newState(r), farkas: make([]float64, r.problem.P)}
}

// solve finds the optimum of the first m rows: reached, ray (A only: there is none) or lost. After the latter two the
// tracker is of no more use, unless back succeeds.
func (t *tracker) solve(m int) outcome {
	if t.broken {
		return lost
	}
	out := t.advance(m)
	t.broken = out != reached
	return out
}

// back returns to the optimum that the last change of the active set started from.
func (t *tracker) back() {
	t.broken = len(t.before.in) == 0 || !t.w.restore(&t.before)
	if !t.broken {
		t.e.evaluate(t.w, t.e.m)
	}
}

func (t *tracker) advance(m int) outcome {
	w, e := t.w, t.e
	w.extend(m)
	e.extend(w, m)
	k, _ := e.worst(w)
	if k < 0 && t.onRadius() {
		return reached
	}
	w.save(&t.before)
	if k < 0 {
		return t.follow(m)
	}
	if !t.vertex && !math.IsInf(t.radius, 1) && len(w.set) > 0 {
		rounds, ok := w.settle(e, m, k, t.radius)
		t.rounds += rounds
		if ok {
			return reached
		}
		if !w.restore(&t.before) {
			return lost
		}
	}
	if t.vertex && t.radius > 0 {
		loose := t.loose
		if t.climb(m) && (t.vertex || t.follow(m) == reached) {
			return reached
		}
		t.loose, t.vertex = false, true
		if !w.restore(&t.before) || loose && !w.farEnd(1) {
			return lost
		}
		e.evaluate(w, m)
		w.save(&t.before)
		if t.pivots(m) && (t.vertex || t.follow(m) == reached) {
			return reached
		}
		if !w.restore(&t.before) {
			return lost
		}
		t.vertex = true
	}
	return t.follow(m)
}

// follow finds the optimum of the first m rows by homotopy: the most violated row rises, C moves to where |u| = radius, until
// all hold.
func (t *tracker) follow(m int) outcome {
	w, e := t.w, t.e
	e.evaluate(w, m)
	refined := 0
	for range 50 + 10*m {
		k, residual := e.worst(w)
		switch {
		case k >= 0:
			refined = 0
			out, n := w.raise(k, t.farkas)
			t.events += n
			if out != reached {
				return out
			}
		case (residual <= feasibility || refined >= 3) && t.onRadius():
			return reached
		case residual > feasibility:
			if refined > 0 && !w.refactor() {
				return lost
			}
			refined++
			w.refine(e, 0)
			if _, ok := w.amend(); !ok {
				return lost
			}
		}
		if !t.steer(m) {
			return lost
		}
		e.evaluate(w, m)
		if t.vertex {
			e.sharpen(w)
		}
	}
	return lost
}

// onRadius says whether |u| = radius, or |u| < radius where u no longer grows with C.
func (t *tracker) onRadius() bool {
	if math.IsInf(t.radius, 1) {
		return t.vertex
	}
	return t.radius == 0 || math.Abs(t.e.norm-t.radius) <= feasibility*t.radius || t.e.norm < t.radius && t.vertex
}

// steer moves C to where |u| = radius, or as far as that changes u.
func (t *tracker) steer(m int) bool {
	if t.radius == 0 {
		return true
	}
	w := t.w
	t.vertex = false
	norm := 0.0
	for j, on := range w.in {
		if on {
			norm = math.FMA(w.z[j], w.z[j], norm)
		}
	}
	norm = math.Sqrt(norm)
	sense := 1.0
	if norm > t.radius {
		sense = -1
	}
	if gap := math.Abs(norm - t.radius); gap <= 1e-15*t.radius && !math.IsInf(gap, 1) {
		return true
	}
	out, n := w.moveC(t.radius, sense, m)
	t.events += n
	if out == ray && sense > 0 {
		t.vertex = true
		return true
	}
	return out == reached
}
