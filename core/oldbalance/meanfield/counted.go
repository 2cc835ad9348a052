package meanfield

import (
	"math"

	"gardner/core/num"
	"gardner/core/oldbalance"
)

// counts is the distribution of the number of a neuron's active inputs from a
// population of which n neurons are active: binomial with n trials (not
// necessarily a whole number) of probability p < 1. It returns the probabilities
// of low, low+1, ...; what is left out is below 1e-15.
func counts(n, p float64) (probability []float64, low int) {
	mean := n * p
	mode := math.Floor(mean)
	ratio := func(k float64) float64 { return (n - k) / (k + 1) * p / (1 - p) } // of k+1 to k
	var up, down []float64
	for k, v := mode, 1.0; v > 1e-17; k++ {
		up = append(up, v)
		v *= math.Max(0, ratio(k))
	}
	for k, v := mode-1, 1/ratio(mode-1); k >= 0 && v > 1e-17; k-- {
		down = append(down, v)
		v /= ratio(k - 1)
	}
	probability = make([]float64, 0, len(up)+len(down))
	for i := len(down) - 1; i >= 0; i-- {
		probability = append(probability, down[i])
	}
	probability = append(probability, up...)
	sum := 0.0
	for _, v := range probability {
		sum += v
	}
	for i := range probability {
		probability[i] /= sum
	}
	return probability, int(mode) - len(down)
}

// Law says with what probability a neuron of each population is above threshold
// while the rates are m.
type Law func(p oldbalance.Params, m [2]float64) [2]float64

// CountedInputs is the law of a neuron whose numbers of active inputs are binomial,
//
//	P(sqrt K E_k m_0 + (J_kE n_E + J_kI n_I)/sqrt K > theta_k), n_l binomial(N m_l, K/N)
//
// Inputs exactly at threshold are silent, as in the network. As a function of m_0 or
// K it has teeth, for inputs come in steps of J/sqrt K and the threshold lies
// somewhere between two of them.
//
// Where the outside is neurons (Params.OutsideSquare), they are taken to be silent or
// of one activity, v = OutsideSquare/m_0 for M0/v of them, and sqrt K E_k m_0 gives way
// to E_k v n_0/sqrt K, n_0 binomial(N m_0/v, K/N).
func CountedInputs(p oldbalance.Params, m [2]float64) (f [2]float64) {
	share := float64(p.K) / float64(p.N)
	e, lowE := counts(float64(p.N)*m[0], share)
	i, lowI := counts(float64(p.N)*m[1], share)
	above := make([]float64, len(e)+1) // P(n_E >= lowE + index)
	for a := len(e) - 1; a >= 0; a-- {
		above[a] = above[a+1] + e[a]
	}
	outside, lowO, strength := []float64{1}, 0, 0.0 // of an active neuron outside, in E_k/sqrt K
	if p.OutsideSquare != 0 {
		strength = p.OutsideSquare / p.M0
		outside, lowO = counts(float64(p.N)*p.M0/strength, share)
	}
	for k := range 2 {
		j := [2]float64{p.Coupling[k][0] / rootK(p), p.Coupling[k][1] / rootK(p)}
		for c, pO := range outside {
			base := p.Outside(oldbalance.Population(k))
			if p.OutsideSquare != 0 {
				base += p.Drive[k] / rootK(p) * (strength*float64(lowO+c) - float64(p.K)*p.M0)
			}
			for b, pI := range i {
				if pO*pI < 1e-17 {
					continue
				}
				rest := base + j[1]*float64(lowI+b)
				if j[0] <= 0 { // no order to use
					for a, pE := range e {
						if rest+j[0]*float64(lowE+a) > 0 {
							f[k] += pO * pI * pE
						}
					}
					continue
				}
				at := -rest/j[0] - float64(lowE) // index of e at threshold
				if !(at < float64(len(e))) {
					continue
				}
				a := int(math.Max(at, 0))
				for a < len(e) && !(rest+j[0]*float64(lowE+a) > 0) { // division may have been a step off
					a++
				}
				f[k] += pO * pI * above[a]
			}
		}
	}
	return f
}

// Counted solves m_k = law_k(m) for CountedInputs, the mean field with the numbers of active
// inputs counted instead of taken as normal (ours). It is exact where N grows at
// fixed K, for then a neuron's inputs are independent. At K = 100 the step of an
// input, J/sqrt K, is large enough against its s.d. to move rates by tens of per
// cent, and where a threshold falls on a possible input (m_0 = 0.1: sqrt K m_0 =
// theta_E) by a factor of four. M is the stable state that rates of LargeK relax to,
// which is 0 where the outside alone does not reach threshold and the activity
// dies; U is the mean of a normal input that gives these rates. Errors as
// Normal.
func Counted(p oldbalance.Params) (*State, error) { return Solve(p, CountedInputs) }

// Solve is Counted for any law.
func Solve(p oldbalance.Params, law Law) (*State, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	m, err := p.LargeK()
	if err != nil {
		return nil, err
	}
	if p.OutsideSquare != 0 && !(p.OutsideSquare >= p.M0*p.M0*(1-1e-12)) {
		return nil, &oldbalance.ParamError{Field: "OutsideSquare", Value: p.OutsideSquare, Want: "0, or at least m_0^2"}
	}
	if p.K == p.N || p.M0 == 0 {
		return nil, &oldbalance.UnbalancedError{Rates: m, Why: "the theory needs fluctuations: K < N and m_0 > 0"}
	}
	// Implicit Euler steps of dm/dt = law - m, longer and longer.
	dt, last := 0.02, math.Inf(1)
	if p.OutsideSquare != 0 {
		// An outside that differs from neuron to neuron keeps some above threshold and
		// the balanced state the only one: it is near that with normal inputs.
		if f, err := normal(p); err == nil {
			m, dt = f.M, 1e3
		}
	}
	for range 400 {
		f := law(p, m)
		var jac [2][2]float64 // of law
		for l := range 2 {
			h := 1e-5 * (m[l] + 1e-6)
			ahead := m
			ahead[l] += h
			fa := law(p, ahead)
			for k := range 2 {
				jac[k][l] = (fa[k] - f[k]) / h
			}
		}
		a := [2][2]float64{{1 + dt*(1-jac[0][0]), -dt * jac[0][1]}, {-dt * jac[1][0], 1 + dt*(1-jac[1][1])}}
		r := [2]float64{dt * (f[0] - m[0]), dt * (f[1] - m[1])}
		det := a[0][0]*a[1][1] - a[0][1]*a[1][0]
		d := [2]float64{(a[1][1]*r[0] - a[0][1]*r[1]) / det, (a[0][0]*r[1] - a[1][0]*r[0]) / det}
		for k := range 2 {
			m[k] = math.Min(math.Max(m[k]+d[k], m[k]/2), (m[k]+1)/2)
		}
		change := math.Max(math.Abs(f[0]-m[0]), math.Abs(f[1]-m[1]))
		if change < 1e-12 {
			break
		}
		switch {
		case change >= last:
			dt = math.Max(dt/8, 0.02)
		case change > 1e-3*math.Max(m[0], m[1]):
			dt = math.Min(dt*1.5, 1e6) // on the way, which basin matters
		default:
			dt = math.Min(dt*10, 1e6)
		}
		last = change
	}
	if last > 1e-7 {
		return nil, &oldbalance.UnbalancedError{Rates: m, Why: "the self-consistent rates were not found"}
	}
	r := &State{params: p, M: m}
	for k := range 2 {
		if m[k] < 1e-9 {
			r.M[k] = 0
		}
	}
	u, v := input(p, r.M)
	r.A = v
	for k := range 2 {
		r.U[k] = u[k]
		if r.M[k] > 0 {
			r.U[k] = -math.Sqrt(v[k]) * num.InvH(r.M[k])
		}
	}
	return r, nil
}
