package curve

import "math"

// The homotopy moves along a line in the dual, lambda + tau dlambda, on which the optimality conditions of S and F keep
// holding: either the multiplier of one more row rises (raise), or C moves (moveC). On the way the supports change
// in kinks:
//
//   - a multiplier reaches 0: its row leaves S, for a negative multiplier would pull u towards a row it has left;
//   - z_j reaches 0 from above or from below: input j leaves or enters F. u_j = (z_j)_+ has a kink there, so the
//     direction changes although the path does not;
//   - s = theta reaches 0, or, being held there, its multiplier b'lambda does: the border goes or comes.
//
// Each kink is a change of rank one. The new direction is the old one plus one solution of the new system whose
// right-hand side is the changed row or column times its rate, so an event costs O(|S|^2 + |S| N).

// eventKind orders the kinks; where several coincide, rows leave first, which keeps M well conditioned.
type eventKind int

const (
	noEvent eventKind = iota // the ray never ends
	arrived
	rowLeaves
	inputFlips
	borderChanges
)

type event struct {
	kind  eventKind
	step  float64
	index int // position in S, or input
}

// outcome says how a path ended.
type outcome int

const (
	reached outcome = iota // the target
	ray                    // never: the direction is a certificate, see raise and moveC
	lost                   // accuracy; compute anew or give up
)

// path is a direction in the dual with its effect on z and s.
type path struct {
	w          *activeSet
	dlambda    []float64 // by position
	dz         []float64
	ds         float64
	row        int     // the row that rises, -1 if C moves
	multiplier float64 // of that row
	slack      float64 // a_row.u - b_row s - c_row
	sense      float64 // of the movement of C
	noise      float64 // rates of z below it are rounding
	faint      float64 // rates of multipliers below it are rounding
	age        int     // corrections since the direction was computed
	scratch    []float64
}

func (w *activeSet) newPath(row int, sense float64) *path {
	n := len(w.set) + 1
	return &path{w: w, row: row, sense: sense, dz: make([]float64, w.n), dlambda: make([]float64, n), scratch: make([]float64, n)}
}

// aim computes the direction from the present supports: with the rate of the rising multiplier (or of C) equal to one,
//
//	G dlambda - b ds = -A_SF a_row,F,   b'dlambda = -b_row      (row rises)
//	G dlambda - b ds = 0,               b'dlambda = sense       (C moves)
//	dz = A_S' dlambda + a_row
func (t *path) aim() {
	w := t.w
	n := len(w.set)
	h := t.dlambda[:n]
	beta := t.sense
	if t.row >= 0 {
		w.mulRows(h, w.masked(t.row))
		for p := range h {
			h[p] = -h[p]
		}
		beta = -w.b[t.row]
	} else {
		clear(h)
	}
	t.ds = w.kkt(h, beta)
	w.mulColumns(t.dz, h)
	if t.row >= 0 {
		for j, v := range w.row(t.row) {
			t.dz[j] += v
		}
	}
	t.age = 0
	t.measure()
}

// measure sets the noise level of rates.
func (t *path) measure() {
	sum, top, longest := 0.0, 0.0, 0.0
	if t.row >= 0 {
		sum, top, longest = t.w.size[t.row], 1, t.w.size[t.row]
	}
	for p, v := range t.dlambda[:len(t.w.set)] {
		size := t.w.size[t.w.set[p]]
		v = math.Abs(v)
		if v > top {
			top = v
		}
		if size > longest {
			longest = size
		}
		sum += float64(v * size)
	}
	sum = math.Max(sum, float64(top*longest))
	t.noise, t.faint = 1e-14*sum, 1e-13*top
}

// correct adds to the direction the solution of the present system with right-hand side h (by position, overwritten).
func (t *path) correct(h []float64) {
	w := t.w
	n := len(w.set)
	t.ds += w.kkt(h, 0)
	for p, v := range h[:n] {
		t.dlambda[p] += v
	}
	w.mulColumns(w.vecN, h)
	for j, v := range w.vecN {
		t.dz[j] += v
	}
	if t.age++; t.age >= 25 {
		t.aim()
		return
	}
	t.measure()
}

// curvature is |dz_F|^2, the rate of the slack of the rising row, or of s where C moves; exactly zero where S and the
// border fix u.
//
// That the two rates agree holds only for a solution of the optimality conditions, so their comparison, O(N), tells
// when the factor has lost too many digits. It is then computed anew from the rows; false if that does not help.
func (t *path) curvature() (rate float64, ok bool) {
	for fresh := false; ; fresh = true {
		square, other, size := 0.0, 0.0, 0.0
		var row []float64
		if t.row >= 0 {
			row = t.w.row(t.row)
		}
		for j, on := range t.w.in {
			if !on {
				continue
			}
			square = math.FMA(t.dz[j], t.dz[j], square)
			if row != nil {
				other = math.FMA(row[j], t.dz[j], other)
				size = math.FMA(row[j], row[j], size)
			}
		}
		if row != nil {
			other = math.FMA(-t.w.b[t.row], t.ds, other)
		} else {
			other = float64(t.ds * t.sense)
		}
		noise := float64(t.noise * t.noise)
		rounding := float64(100 * t.noise * math.Sqrt(size))
		if row == nil {
			rounding = 1e-14 * t.w.rho
		}
		switch {
		case t.w.square():
			// Both are rounding.
			if square <= 1e12*noise {
				return 0, true
			}
		case square <= 1e10*noise: // dependent rows or inputs: also zero
			return 0, true
		case math.Abs(square-other) <= float64(1e-6*square)+rounding:
			return square, true
		}
		if fresh {
			return square, false
		}
		if !t.w.refactor() {
			return square, false
		}
		t.aim()
	}
}

// next finds the first kink before the given step. Without curvature u and s do not move.
func (t *path) next(limit, curvature float64) event {
	w := t.w
	e := event{kind: arrived, step: limit}
	if math.IsInf(limit, 1) {
		e.kind = noEvent
	}
	for j, rate := range t.dz {
		if w.in[j] {
			if rate < -t.noise && curvature > 0 && !w.free[j] && w.z[j] < -rate*e.step {
				e = event{kind: inputFlips, step: math.Max(0, w.z[j]/-rate), index: j}
			}
		} else if rate > t.noise && -w.z[j] < rate*e.step {
			e = event{kind: inputFlips, step: math.Max(0, -w.z[j]/rate), index: j}
		}
	}
	if t.row >= 0 {
		if w.bordered && w.sNonNegative && curvature > 0 && t.ds < 0 && w.s < -t.ds*e.step {
			e = event{kind: borderChanges, step: math.Max(0, w.s/-t.ds)}
		}
		if !w.bordered {
			if rate, sum := t.borderSum(); rate < 0 && sum <= -rate*e.step {
				e = event{kind: borderChanges, step: math.Max(0, sum/-rate)}
			}
		}
	}
	for p, rate := range t.dlambda[:len(w.set)] {
		if rate < -t.faint && w.lambda[p] <= -rate*e.step {
			e = event{kind: rowLeaves, step: math.Max(0, w.lambda[p]/-rate), index: p}
		}
	}
	return e
}

// borderSum returns b'lambda and its rate, the rising row included.
func (t *path) borderSum() (rate, sum float64) {
	w := t.w
	rate, sum = w.b[t.row], float64(w.b[t.row]*t.multiplier)
	for p, i := range w.set {
		rate = math.FMA(w.b[i], t.dlambda[p], rate)
		sum = math.FMA(w.b[i], w.lambda[p], sum)
	}
	return rate, sum
}

// advance moves by a step.
func (t *path) advance(step, curvature float64) {
	w := t.w
	for p := range w.lambda {
		w.lambda[p] = math.FMA(step, t.dlambda[p], w.lambda[p])
	}
	for j, rate := range t.dz {
		w.z[j] = math.FMA(step, rate, w.z[j])
	}
	w.s = math.FMA(step, t.ds, w.s)
	if t.row >= 0 {
		t.multiplier += step
		t.slack = math.FMA(step, curvature, t.slack)
	} else {
		w.C = math.FMA(step, t.sense, w.C)
	}
}

// pass changes the supports at a kink and turns the direction. False if the factor is lost.
func (t *path) pass(e event) bool {
	w := t.w
	switch e.kind {
	case rowLeaves:
		// The multiplier's rate becomes 0: subtract the multiple of the inverse's column that does it.
		n := len(w.set)
		h := t.scratch[:n]
		clear(h)
		h[e.index] = 1
		sigma := w.kkt(h, 0)
		if !(h[e.index] > 0) {
			// Only this row carried the border.
			w.drop(e.index)
			t.dropRate(e.index)
			if w.bordered && !w.supported() {
				return true
			}
			if !w.refactor() {
				return false
			}
			t.aim()
			return true
		}
		scale := -t.dlambda[e.index] / h[e.index]
		for p := range h {
			h[p] = float64(h[p] * scale)
			t.dlambda[p] += h[p]
		}
		t.ds = math.FMA(scale, sigma, t.ds)
		w.mulColumns(w.vecN, h)
		for j, v := range w.vecN {
			t.dz[j] += v
		}
		w.drop(e.index)
		t.dropRate(e.index)
		if w.bordered && !w.supported() {
			return true
		}
		if t.age++; t.age >= 25 {
			t.aim()
		}
		return true
	case inputFlips:
		j := e.index
		w.z[j] = 0
		ok := w.flip(j)
		if !ok && !w.refactor() {
			return false
		}
		if w.bordered && !w.supported() {
			return true
		}
		n := len(w.set)
		h := t.scratch[:n]
		w.column(h, j)
		rate := t.dz[j]
		if w.in[j] {
			rate = -rate
		}
		for p := range h {
			h[p] *= rate
		}
		t.correct(h)
		return true
	case borderChanges:
		if w.bordered {
			w.s = 0
		}
		if !w.setBordered(!w.bordered) && !w.refactor() {
			return false
		}
		if !w.bordered || w.supported() {
			t.aim()
		}
		return true
	}
	panic("curve: not a kink")
}

// dropRate forgets the rate of a position that has left S.
func (t *path) dropRate(p int) {
	copy(t.dlambda[p:], t.dlambda[p+1:])
	t.dlambda = t.dlambda[:len(t.dlambda)-1]
}
