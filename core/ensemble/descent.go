package ensemble

import (
	"math"

	"gardner/core/linalg"
	"gardner/core/perceptron"
)

// descent follows the dual problem of one neuron with accelerated projected gradients (Nesterov; Beck and Teboulle,
// SIAM J. Imaging Sci. 2, 183, 2009; with the restarts of O'Donoghue and Candes, Found. Comput. Math. 15, 715, 2015)
// until its supports are good enough for the active set. With a_mu = y_mu g x_mu and (.)_+ componentwise (identity in UF):
//
//	A, UF:  minimise |(A'l)_+|^2/2 - 1'l        over l >= 0, t'l = 0
//	B:      minimise Gamma |(A'l)_+| - t'l      over l >= 0, 1'l = 1
//
// The mean of the inputs gives A A' one eigenvalue about P times the others, along y. In A the constraint t'l = 0 removes
// it, for t is y or nearly so, in B the metric |d|^2 + c (y'd)^2 levels it. Each step takes two products with the memories, and those run for
// many neurons at a time.
type descent struct {
	i          int // the neuron
	kind       perceptron.Kind
	s          *shared
	y, t       []float64 // labels, thresholds y (1 - I_ext)
	now, point []float64 // present iterate, extrapolated point
	before     float64   // t_k of the acceleration
	scale      float64   // of the step: curvature in units of shared.bulk
	limit      float64   // value that the next point keeps below if scale is large enough
	value      float64
	tau, rho   float64 // thresholds of the last projection
	size       float64 // |(A'l)_+| at point
	gap        float64 // relative duality gap at point, where that is feasible; else nearly
	gate       float64 // the active set is tried when the gap is below
	iterations int
}

const (
	firstScale   = 0.5  // about half of the inputs carry weight, and only they curve the dual
	firstGate    = 0.15 // gap of the first try of the active set
	gateStep     = 0.3
	descentLimit = 500 // iterations after which the neuron is left to the cold solver
)

func newDescent(s *shared, kind perceptron.Kind, i int) *descent {
	p := s.m.P
	floats := make([]float64, 4*p)
	d := &descent{i: i, kind: kind, s: s, y: floats[:p], t: floats[p : 2*p], now: floats[2*p : 3*p], point: floats[3*p:],
		before: 1, scale: firstScale, limit: math.Inf(1), gate: firstGate}
	var plus, minus float64 // of |t|, in B of 1
	for mu := range d.y {
		d.y[mu] = float64(2*s.m.X[mu*s.m.N+i]) - 1
		d.t[mu] = d.y[mu]
		if s.m.Drive != nil {
			d.t[mu] = float64(d.y[mu] * (1 - s.m.Drive[mu]))
		}
		size := 1.0
		if kind != perceptron.KindKappaOut {
			size = math.Abs(d.t[mu])
		}
		if d.y[mu] > 0 {
			plus += size
		} else {
			minus += size
		}
	}
	total := 1.0
	if kind != perceptron.KindKappaOut {
		total = float64(p) / s.bulk
	}
	for mu, y := range d.y {
		d.now[mu] = total / 2 / minus
		if y > 0 {
			d.now[mu] = total / 2 / plus
		}
	}
	copy(d.point, d.now)
	return d
}

// suits says whether the neuron's problem is of the generic kind: both labels, a finite Gamma in B, and in A and UF no drive
// beyond the threshold.
func (d *descent) suits() bool {
	plus, beyond := 0, false
	for mu, y := range d.y {
		if y > 0 {
			plus++
		}
		beyond = beyond || !(y*d.t[mu] > 0)
	}
	if plus == 0 || plus == len(d.y) {
		return false
	}
	if d.kind == perceptron.KindKappaOut {
		return !math.IsInf(d.s.m.Gamma, 1)
	}
	return !beyond
}

// weigh turns x = X'(y l) into the weights g (g x)_+ and measures them.
func (d *descent) weigh(x []float64) {
	x[d.i] = 0
	if d.kind != perceptron.KindFreeThreshold {
		for j, g := range d.s.m.Signs {
			if x[j]*float64(g) < 0 {
				x[j] = 0
			}
		}
	}
	d.size = math.Sqrt(linalg.Dot(x, x))
}

// scratch is memory of P numbers each that steps share.
type scratch struct{ slope, next []float64 }

// step moves on, given h = X w of the weights of the point. It reports whether there is a next point.
func (d *descent) step(h []float64, w *scratch) bool {
	d.iterations++
	if d.iterations > descentLimit || !(d.size > 0) {
		return false
	}
	if d.kind == perceptron.KindKappaOut {
		return d.stepOut(h, w)
	}
	return d.stepIn(h, w)
}

// stepIn is a step of A and UF.
func (d *descent) stepIn(h []float64, w *scratch) bool {
	sum, low, high := 0.0, math.Inf(1), math.Inf(-1)
	for mu, l := range d.point {
		sum += l
		x := h[mu] / math.Abs(d.t[mu])
		if d.y[mu] > 0 {
			low = math.Min(low, x)
		} else {
			high = math.Max(high, x)
		}
	}
	low, high = float64(low*d.s.gain), float64(high*d.s.gain)
	// kappa is at least half the distance of the classes along w (nearly, where the drive varies), and at most |(A'l)_+|/1'l.
	upper := d.size / sum
	d.gap = 1 - (low-high)/2/d.size/upper
	d.value = float64(d.size*d.size/2) - sum
	if d.value > d.limit {
		d.scale *= 1.5
	}
	lip := float64(d.scale * d.s.bulk)
	z := h // no longer needed, entry by entry
	slope, next := w.slope, w.next
	for mu := range z {
		slope[mu] = float64(d.y[mu]*h[mu]) - 1
		z[mu] = d.point[mu] - slope[mu]/lip
	}
	d.rho = projectBalanced(next, z, d.t, d.rho)
	d.advance(next, slope, lip, 0)
	return true
}

// stepOut is a step of B.
func (d *descent) stepOut(h []float64, w *scratch) bool {
	m, gamma := d.s.m, d.s.m.Gamma
	slope, next := w.slope, w.next
	var along, tl float64
	low := math.Inf(1)
	for mu := range h {
		slope[mu] = float64(d.y[mu]*h[mu]*(gamma/d.size)) - d.t[mu]
		low = math.Min(low, slope[mu])
		along += float64(d.y[mu] * slope[mu])
		tl += float64(d.t[mu] * d.point[mu])
	}
	d.value = float64(gamma*d.size) - tl
	d.gap = (d.value - low) / math.Max(math.Abs(d.value), 1e-3)
	if d.value > d.limit {
		d.scale *= 1.5
	}
	lip := float64(d.scale*d.s.bulk) * gamma / d.size
	c := d.s.mean / d.s.bulk
	along *= c / (1 + float64(c*float64(m.P)))
	z := h
	for mu := range z {
		z[mu] = d.point[mu] - (slope[mu]-float64(along*d.y[mu]))/lip
	}
	projectSimplex(next, z, d.y, c, &d.tau, &d.rho)
	d.advance(next, slope, lip, c)
	return true
}

// advance extrapolates from the projected point next: the momentum is dropped where it points uphill.
func (d *descent) advance(next, slope []float64, lip, c float64) {
	uphill := 0.0
	for mu, x := range next {
		uphill += float64(slope[mu] * (x - d.now[mu]))
	}
	k, beta := 1.0, 0.0
	if uphill <= 0 {
		k = (1 + math.Sqrt(1+float64(4*d.before*d.before))) / 2
		beta = (d.before - 1) / k
	}
	d.before = k
	var linear, square, along float64
	for mu, x := range next {
		p := x + float64(beta*(x-d.now[mu]))
		step := p - d.point[mu]
		linear += float64(slope[mu] * step)
		square += float64(step * step)
		along += float64(d.y[mu] * step)
		d.now[mu], d.point[mu] = x, p
	}
	d.limit = d.value + linear + float64(lip*(square+float64(c*along*along))/2)
	d.limit += float64(1e-12 * math.Abs(d.value))
}

// supports reads the active set's first guess off the point and its weights.
func (d *descent) supports(w []float64, rows, cols []bool) {
	for mu, l := range d.now {
		rows[mu] = l > 0
	}
	for j, x := range w {
		cols[j] = x != 0
	}
}
