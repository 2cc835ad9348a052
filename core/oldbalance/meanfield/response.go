package meanfield

import "gardner/core/oldbalance"

// mover returns a function that advances rates by a time h along the mean-field
// dynamics, by one step of Runge and Kutta's fourth order,
//
//	tau_k dm_k/dt = -m_k + law_k(m)
//
// (van Vreeswijk and Sompolinsky 1998, section 4).
func mover(p oldbalance.Params, law Law) func(m [2]float64, h float64) [2]float64 {
	slope := func(m [2]float64) (d [2]float64) {
		d = law(p, m)
		for k := range 2 {
			d[k] = (d[k] - m[k]) / p.Tau[k]
		}
		return d
	}
	return func(m [2]float64, h float64) [2]float64 {
		at := func(d [2]float64, by float64) [2]float64 { return [2]float64{m[0] + by*d[0], m[1] + by*d[1]} }
		d1 := slope(m)
		d2 := slope(at(d1, h/2))
		d3 := slope(at(d2, h/2))
		d4 := slope(at(d3, h))
		for k := range 2 {
			m[k] += h / 6 * (d1[k] + 2*d2[k] + 2*d3[k] + d4[k])
		}
		return m
	}
}

// Respond is the mean-field theory of oldbalance.Network.Respond, from the stable state at M0.
// step must resolve the response, of the order of tau/sqrt K. Errors as Counted.
func Respond(p oldbalance.Params, law Law, to, step float64, times int) (*oldbalance.Response, error) {
	f, err := Solve(p, law)
	if err != nil {
		return nil, err
	}
	p.M0 = to
	move := mover(p, law)
	r := &oldbalance.Response{Step: step, Before: f.M}
	m := f.M
	for range times {
		for k := range 2 {
			r.Curve[k] = append(r.Curve[k], m[k])
		}
		m = move(m, step)
	}
	r.Settle()
	return r, nil
}

// HalfRise returns the times after which the rates of the mean-field dynamics are
// first half way to the stable state at the new activity outside; NaN for a
// population that does not get there within 20 tau_E. Errors as Counted.
func HalfRise(p oldbalance.Params, law Law, to float64) (t [2]float64, err error) {
	before, err := Solve(p, law)
	if err != nil {
		return t, err
	}
	p.M0 = to
	after, err := Solve(p, law)
	if err != nil {
		return t, err
	}
	move := mover(p, law)
	r := &oldbalance.Response{Step: 0.3 / rootK(p), Before: before.M, After: after.M}
	m := before.M
	for i := 0; float64(i)*r.Step < 20*p.Tau[0]; i++ {
		for k := range 2 {
			r.Curve[k] = append(r.Curve[k], m[k])
		}
		t = [2]float64{r.HalfRise(oldbalance.Exc), r.HalfRise(oldbalance.Inh)}
		if t[0] == t[0] && t[1] == t[1] { // neither is NaN
			break
		}
		m = move(m, r.Step)
	}
	return t, nil
}
