package main

import (
	"math"

	"gardner/core/psp"
	"gardner/core/spiking"
)

// integration is a neuron integrated in steps. advance returns the state of the neuron,
// V = a - b as in psp.Potential, a step later; the rest says what is done with spikes.
//
// Between inputs the neuron is linear, so that simulators advance it exactly (S. Rotter
// and M. Diesmann, Biological Cybernetics 81:381, 1999); Euler's and the Runge-Kutta
// methods are what is done where there is no closed form.
type integration struct {
	name    string
	advance func(k *psp.Kernel, dt float64) func(a, b float64) (float64, float64) // nil: exactly
	// ownTimes: inputs are carried from their own time to the end of their step (M. J.
	// Shelley and L. Tao, J. Computational Neuroscience 11:111, 2001, for smooth inputs);
	// else they act at the end of the step.
	ownTimes bool
	place    placement
}

// placement is where in its step an output spike is.
type placement int

const (
	onGrid   placement = iota // at its end
	straight                  // where the straight line between its ends passes 1 (D. Hansel et al., Neural Computation 10:467, 1998)
	cubic                     // where the cubic with the values and slopes at its ends does
)

var integrations = []integration{
	{"Euler, inputs and spikes on the grid", euler, false, onGrid},
	{"exact between steps, inputs and spikes on the grid", nil, false, onGrid},
	{"exact between steps, inputs on the grid, line", nil, false, straight},
	{"Runge-Kutta 2, inputs at own times, line", rungeKutta2, true, straight},
	{"Runge-Kutta 4, inputs at own times, cubic", rungeKutta4, true, cubic},
	{"exact between steps, inputs at own times, line", nil, true, straight},
	{"exact between steps, inputs at own times, cubic", nil, true, cubic},
}

// run appends the output spikes up to until.
func (g integration) run(k *psp.Kernel, v *spiking.Volley, w psp.Weights, until, dt float64, out []float64) []float64 {
	if g.advance == nil && g.ownTimes {
		return runExactly(k, v, w, until, dt, g.place, out)
	}
	m, s := math.Exp(-dt/k.TauM), math.Exp(-dt/k.TauS)
	advance := func(a, b float64) (float64, float64) { return a * m, b * s }
	if g.advance != nil {
		advance = g.advance(k, dt)
	}
	slope := func(a, b float64) float64 { return b/k.TauS - a/k.TauM }
	var a, b float64
	j := 0
	for i := 1; i <= int(math.Round(until/dt)); i++ {
		t := float64(i) * dt
		before, slopeBefore := a-b, slope(a, b)
		a, b = advance(a, b)
		for ; j < len(v.Time) && v.Time[j] <= t; j++ {
			x := w[v.Afferent[j]]
			if g.ownTimes {
				late := t - v.Time[j]
				a += x * math.Exp(-late/k.TauM)
				b += x * math.Exp(-late/k.TauS)
			} else {
				a += x
				b += x
			}
		}
		now := a - b
		if now <= 1 {
			continue
		}
		at := t
		switch g.place {
		case straight:
			at = t - dt*(now-1)/(now-before)
		case cubic:
			at = t - dt + dt*hermiteRoot(before-1, now-1, dt*slopeBefore, dt*slope(a, b))
		}
		out = append(out, at)
		a -= math.Exp((at - t) / k.TauM)
	}
	return out
}

// runExactly is run for exact steps and inputs at their own times, with the tightest
// loop that steps allow: two products, a difference and a comparison each.
func runExactly(k *psp.Kernel, v *spiking.Volley, w psp.Weights, until, dt float64, place placement, out []float64) []float64 {
	m, s := math.Exp(-dt/k.TauM), math.Exp(-dt/k.TauS)
	rateM, rateS := 1/k.TauM, 1/k.TauS
	steps := int(math.Round(until / dt))
	var a, b float64
	j := 0
	for i := 0; i < steps; {
		input := steps // the step in which input j comes
		if j < len(v.Time) {
			input = min(steps, int(v.Time[j]/dt))
		}
		var beforeA, beforeB float64
		i, a, b, beforeA, beforeB = quietSteps(i, input, a, b, m, s)
		t := float64(i) * dt
		if a-b <= 1 && i == input && i < steps {
			i++
			t = float64(i) * dt
			beforeA, beforeB = a, b
			a, b = a*m, b*s
			for ; j < len(v.Time) && int(v.Time[j]/dt) < i; j++ {
				x := w[v.Afferent[j]]
				a += x * math.Exp((v.Time[j]-t)*rateM)
				b += x * math.Exp((v.Time[j]-t)*rateS)
			}
		}
		if now := a - b; now > 1 {
			before := beforeA - beforeB
			at := t - dt*(now-1)/(now-before)
			if place == cubic {
				at = t - dt + dt*hermiteRoot(before-1, now-1, dt*(beforeB*rateS-beforeA*rateM), dt*(b*rateS-a*rateM))
			}
			out = append(out, at)
			a -= math.Exp((at - t) * rateM)
		}
	}
	return out
}

// quietSteps advances a and b from step i to step last, or to the first at whose end the
// potential is above 1, and returns that step, and a and b there and a step before.
func quietSteps(i, last int, a, b, m, s float64) (int, float64, float64, float64, float64) {
	beforeA, beforeB := a, b
	for i < last && a-b <= 1 {
		beforeA, beforeB = a, b
		a, b = a*m, b*s
		i++
	}
	return i, a, b, beforeA, beforeB
}

// hermiteRoot returns the root in [0, 1] of the cubic with values f0 <= 0 < f1 and
// slopes d0, d1 at 0 and 1, by Newton's method within a bracket.
func hermiteRoot(f0, f1, d0, d1 float64) float64 {
	c, d := 3*(f1-f0)-2*d0-d1, 2*(f0-f1)+d0+d1
	low, high := 0.0, 1.0
	u := -f0 / (f1 - f0)
	for range 30 {
		f := f0 + u*(d0+u*(c+u*d))
		if f > 0 {
			high = u
		} else {
			low = u
		}
		step := u - f/(d0+u*(2*c+3*u*d))
		if !(step > low && step < high) {
			step = (low + high) / 2
		}
		if math.Abs(step-u) < 1e-14 {
			break
		}
		u = step
	}
	return u
}

// The differential equations are a' = -a/tau_m, b' = -b/tau_s in the terms of
// psp.Potential, or tau_m V' = -V + c I, tau_s I' = -I with I = b and V = a - b.

func euler(k *psp.Kernel, dt float64) func(a, b float64) (float64, float64) {
	d := slopes(k)
	return func(a, b float64) (float64, float64) {
		v := a - b
		dv, db := d(v, b)
		v, b = v+dt*dv, b+dt*db
		return v + b, b
	}
}

func rungeKutta2(k *psp.Kernel, dt float64) func(a, b float64) (float64, float64) {
	d := slopes(k)
	return func(a, b float64) (float64, float64) {
		v := a - b
		v1, b1 := d(v, b)
		v2, b2 := d(v+dt*v1, b+dt*b1)
		v, b = v+dt/2*(v1+v2), b+dt/2*(b1+b2)
		return v + b, b
	}
}

func rungeKutta4(k *psp.Kernel, dt float64) func(a, b float64) (float64, float64) {
	d := slopes(k)
	return func(a, b float64) (float64, float64) {
		v := a - b
		v1, b1 := d(v, b)
		v2, b2 := d(v+dt/2*v1, b+dt/2*b1)
		v3, b3 := d(v+dt/2*v2, b+dt/2*b2)
		v4, b4 := d(v+dt*v3, b+dt*b3)
		v, b = v+dt/6*(v1+2*v2+2*v3+v4), b+dt/6*(b1+2*b2+2*b3+b4)
		return v + b, b
	}
}

// slopes returns V' and I'.
func slopes(k *psp.Kernel) func(v, b float64) (dv, db float64) {
	rateM, rateS := 1/k.TauM, 1/k.TauS
	return func(v, b float64) (float64, float64) { return (rateS-rateM)*b - rateM*v, -rateS * b }
}
