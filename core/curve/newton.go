package curve

import (
	"math"

	"gardner/core/linalg"
)

// The rounds below are Newton's method for the piecewise linear optimality conditions: solve them with the supports S
// and F held fixed, go towards that solution as far as the dual value grows (search.go), take the supports of the point
// reached, repeat. From the optimum of the prefix before, with the new row put into S, about six rounds suffice; each
// costs O(|S|^2) per index that moves and O(|S| N). The dual value grows in every round, but nothing bounds the number of
// rounds, and the conditions are singular where |S| exceeds |F|. In both cases the caller restores the supports and takes
// the homotopy.

// maxRounds is the number of rounds after which the homotopy takes over.
const maxRounds = 150

// snapshot is what determines an activeSet up to its factor.
type snapshot struct {
	set       []int
	lambda    []float64
	in        []bool
	nF        int
	bordered  bool
	C, s, rho float64
}

func (w *activeSet) save(k *snapshot) {
	k.set, k.lambda, k.in = append(k.set[:0], w.set...), append(k.lambda[:0], w.lambda...), append(k.in[:0], w.in...)
	k.nF, k.bordered, k.C, k.s, k.rho = w.nF, w.bordered, w.C, w.s, w.rho
}

// restore goes back to a snapshot with a fresh factor. False if that is not positive definite.
func (w *activeSet) restore(k *snapshot) bool {
	for len(w.set) > 0 {
		w.forget(len(w.set) - 1)
	}
	copy(w.in, k.in)
	w.nF, w.bordered, w.C, w.s, w.rho = k.nF, k.bordered, k.C, k.s, k.rho
	for p, i := range k.set {
		w.grow()
		w.enlist(i, k.lambda[p])
	}
	w.mulColumns(w.z, w.lambda)
	return w.refactor()
}

// newton solves the optimality conditions for the present supports. With a radius > 0 it also finds the C with |u| = radius:
// lambda = p + C q, where G p - b sigma = c, b'p = 0 and G q - b sigma' = 0, b'q = 1, has |u|^2 = lambda'G lambda = c'p +
// C^2 sigma', the cross term sigma' b'p being zero.
func (w *activeSet) newton(radius float64) bool {
	n := len(w.set)
	h := w.vecS[:n]
	for p, i := range w.set {
		h[p] = w.c[i]
	}
	w.f.SolveForward(h)
	if w.bordered {
		y := w.borderSolved()
		yy, yh := linalg.Dot(y, y), linalg.Dot(y, h)
		if radius > 0 {
			left := float64(radius*radius) - (linalg.Dot(h, h) - float64(yh*yh)/yy) // radius^2 - c'p
			rate := 1/yy - w.rho
			if !(left > 0) || !(rate > 0) {
				return false
			}
			w.C = math.Sqrt(left / rate)
		}
		shift := (w.C - yh) / yy
		linalg.Axpy(shift, y, h)
		w.s = math.FMA(-w.rho, w.C, shift)
	}
	w.f.SolveBack(h)
	copy(w.lambda, h)
	w.mulColumns(w.z, w.lambda)
	return true
}

// refine solves the optimality conditions once more for the residual of the present multipliers, whose products e holds.
func (w *activeSet) refine(e *state, radius float64) {
	n := len(w.set)
	h := w.vecS[:n]
	sum := 0.0
	for p, i := range w.set {
		h[p] = -e.slack(w, i)
		sum = math.FMA(w.b[i], w.lambda[p], sum)
	}
	if radius > 0 && !w.square() {
		y := w.borderSolved()
		if rate := 1/linalg.Dot(y, y) - w.rho; rate > 0 && w.C > 0 {
			more := (radius - e.norm) * (radius + e.norm) / (2 * w.C * rate)
			if math.Abs(more) < 1e-3*w.C {
				w.C += more
			}
		}
	}
	w.s += w.kkt(h, w.C-sum)
	for p, v := range h {
		w.lambda[p] = math.Max(0, w.lambda[p]+v)
	}
	w.mulColumns(w.z, w.lambda)
}

// amend makes the supports agree with lambda, z, s and the multiplier of s: rows with a zero multiplier leave S, and F becomes
// {z > 0}. It returns how many indices moved; ok is false if the supports cannot be those of an optimum or the factor is
// lost.
func (w *activeSet) amend() (moved int, ok bool) {
	top := 0.0
	for _, v := range w.z {
		top = math.Max(top, math.Abs(v))
	}
	tiny := 1e-13 * top
	for j, v := range w.z {
		if !w.in[j] && v > tiny {
			w.flip(j)
			moved++
		}
	}
	for p := len(w.set) - 1; p >= 0; p-- {
		if w.lambda[p] <= 0 {
			w.drop(p)
			moved++
		}
	}
	sum := 0.0
	for p, i := range w.set {
		sum = math.FMA(w.b[i], w.lambda[p], sum)
	}
	switch {
	case w.sNonNegative && w.bordered && w.s < 0:
		w.s = 0
		if !w.setBordered(false) {
			return moved, false
		}
		moved++
	case w.sNonNegative && !w.bordered && (sum < 0 || w.search.released):
		w.setBordered(true)
		moved++
	}
	good := true
	for j, v := range w.z {
		if w.in[j] && v < -tiny && !w.free[j] {
			moved++
			if !good {
				w.in[j] = false
				w.nF--
				continue
			}
			good = w.flip(j)
		}
	}
	if len(w.set) == 0 || w.bordered && !w.supported() || len(w.set) > w.nF && !(w.bordered && len(w.set) == w.nF+1) {
		return moved, false
	}
	if !good {
		return moved, w.refactor()
	}
	return moved, true
}

// settle runs rounds until the first m rows hold, row k being violated. False if they do not settle.
func (w *activeSet) settle(e *state, m, k int, radius float64) (rounds int, ok bool) {
	refined := 0
	l := &w.search
	enter := append(w.enter[:0], k)
	for rounds < maxRounds {
		for i, k := range enter {
			if !w.add(k, 0) && i == 0 {
				return rounds, false
			}
		}
		enter = enter[:0]
		rounds++
		if refined == 0 {
			l.from(w)
			free := w.newton(radius)
			if !free { // no C brings the rows in S to the radius: too many of them; solve for the present C
				w.newton(0)
			}
			if free && !l.ascend(w, radius) || !free && !l.ascend(w, 0) {
				return rounds, false
			}
			l.whole = l.whole && free
		}
		moved, ok := w.amend()
		if !ok || radius > 0 && w.square() {
			return rounds, false
		}
		if moved > 0 || !l.whole {
			refined = 0
			continue
		}
		e.evaluate(w, m)
		row, residual := e.worst(w)
		if row >= 0 {
			enter, refined = e.violated(w, enter, row), 0
			w.enter = enter
			continue
		}
		far := radius > 0 && math.Abs(e.norm-radius) > feasibility*radius
		if residual <= feasibility && !far {
			return rounds, true
		}
		if refined++; refined > 3 {
			return rounds, false
		}
		w.refine(e, radius)
	}
	return rounds, false
}
