package meanfield

import (
	"math"

	"gardner/core/num"
	"gardner/core/oldbalance"
)

// Quenched is what the theory says about differences between neurons and about
// time.
type Quenched struct {
	State
	Q [2]float64 // q_k: mean over neurons of the square of the rate
	B [2]float64 // b_k: variance of the time-averaged input over neurons
}

// bothActive returns the probability that two normal inputs with mean u, variance a
// and covariance b are both positive, int Dz H((-u - sqrt b z)/sqrt(a-b))^2, as an
// integral over the correlation up to rho = b/a (R. L. Plackett, Biometrika 41:351,
// 1954), h = -u/sqrt a:
//
//	H(h)^2 + 1/(2 pi) int_0^rho exp(-h^2/(1+r))/sqrt(1-r^2) dr
//
// with r = 1 - s^2, so that nothing diverges, by Simpson's rule.
func bothActive(u, a, b float64) float64 {
	if a == 0 { // nothing varies
		if u > 0 {
			return 1
		}
		return 0
	}
	h2, rho := u*u/a, math.Min(math.Max(b/a, -1), 1)
	one := num.H(-u / math.Sqrt(a))
	const steps = 24
	low := math.Sqrt(1 - rho)
	d := (1 - low) / steps
	sum := 0.0
	for i := 0; i <= steps; i++ {
		s := low + d*float64(i)
		w := 2.0
		switch {
		case i == 0 || i == steps:
			w = 1
		case i%2 == 1:
			w = 4
		}
		v := 2 - s*s
		sum += w * 2 / math.Sqrt(v) * num.Exp(-h2/v)
	}
	return one*one + sum*d/3/(2*math.Pi)
}

// covariance is (1 - K/N) sum_l J_kl^2 q_l.
func covariance(p oldbalance.Params, k int, q [2]float64) float64 {
	j := p.Coupling[k]
	return (1 - float64(p.K)/float64(p.N)) * (j[0]*j[0]*q[0] + j[1]*j[1]*q[1] + p.Drive[k]*p.Drive[k]*p.OutsideSquare)
}

// Quenched solves for q_k by iteration from q_k = m_k^2, from where it rises.
func (f *State) Quenched() *Quenched {
	r := &Quenched{State: *f}
	for k := range 2 {
		r.Q[k] = f.M[k] * f.M[k]
	}
	for range 10000 {
		old := r.Q
		for k := range 2 {
			r.B[k] = covariance(f.params, k, old)
			r.Q[k] = bothActive(f.U[k], f.A[k], r.B[k])
		}
		if math.Abs(r.Q[0]-old[0]) < 1e-15 && math.Abs(r.Q[1]-old[1]) < 1e-15 {
			break
		}
	}
	return r
}

// RateBelow returns the share of the neurons of population k whose rate, the
// fraction of time they are active, is below m: the distribution function of
// H((-u_k - sqrt b_k z)/sqrt(a_k - b_k)), z normal.
func (r *Quenched) RateBelow(k oldbalance.Population, m float64) float64 {
	switch {
	case m <= 0:
		return 0
	case m >= 1:
		return 1
	}
	z := (-r.U[k] - math.Sqrt(r.A[k]-r.B[k])*num.InvH(m)) / math.Sqrt(r.B[k])
	return num.H(-z)
}

// IrregularCV returns what the coefficient of variation of the intervals between spikes
// would be if inputs were drawn anew at each update, on average over the neurons of
// population k: a neuron of rate m then stays active and silent for exponential times
// in the ratio m to 1-m, and
//
//	CV = sqrt(m^2 + (1-m)^2),
//
// 1 at small rates (ours). Measured over 3000 tau it is -1 to 3.5 % from that at K = 100
// to 1000, m_0 = 0.1 to 0.29; shorter observations miss long intervals.
func (r *Quenched) IrregularCV(k oldbalance.Population) float64 {
	const cells = 1000
	sum, below := 0.0, 0.0
	for i := range cells {
		m := (float64(i) + 0.5) / cells
		next := r.RateBelow(k, float64(i+1)/cells)
		sum += (next - below) * math.Hypot(m, 1-m)
		below = next
	}
	return sum
}

// Autocorrelation returns the mean over the neurons of population k of
// <x_i(t) x_i(t+lag)>, for lags of lag = 0, step, 2 step, ... as many as asked. It
// falls from m_k to q_k and solves (van Vreeswijk and Sompolinsky 1998, section 5)
//
//	tau_k dq_k(s)/ds = -q_k(s) + int_0^inf dt/tau_k e^(-t/tau_k) F_k(s+t),
//
// F_k(s) the probability that inputs of covariance (1-K/N) sum_l J_kl^2 q_l(s) are
// both above threshold, found by iteration on a grid up to beyond the last lag.
func (r *Quenched) Autocorrelation(step float64, lags int) [2][]float64 {
	const fine = 0.05
	sub := max(1, int(math.Ceil(step/fine)))
	h := step / float64(sub)
	n := sub*max(lags-1, 0) + int(math.Ceil(12*math.Max(r.params.Tau[0], r.params.Tau[1])/h)) + 1
	var q [2][]float64
	for k := range 2 {
		q[k] = make([]float64, n)
		for i := range q[k] {
			decay := num.Exp(-h * float64(i) / r.params.Tau[k])
			q[k][i] = r.Q[k] + (r.M[k]-r.Q[k])*decay
		}
	}
	drive := make([]float64, n)
	for range 60 {
		next := [2][]float64{make([]float64, n), make([]float64, n)}
		change := 0.0
		for k := range 2 {
			tau := r.params.Tau[k]
			// Exponential steps with the trapezoid of F, backward and forward.
			keep := num.Exp(-h / tau)
			later := r.Q[k]
			drive[n-1] = later
			f1 := bothActive(r.U[k], r.A[k], covariance(r.params, k, [2]float64{q[0][n-1], q[1][n-1]}))
			for i := n - 2; i >= 0; i-- {
				f0 := bothActive(r.U[k], r.A[k], covariance(r.params, k, [2]float64{q[0][i], q[1][i]}))
				later = keep*later + (1-keep)*(f0+f1)/2
				drive[i], f1 = later, f0
			}
			next[k][0] = r.M[k]
			for i := 1; i < n; i++ {
				next[k][i] = keep*next[k][i-1] + (1-keep)*(drive[i]+drive[i-1])/2
				change = math.Max(change, math.Abs(next[k][i]-q[k][i]))
			}
		}
		q = next
		if change < 1e-7 {
			break
		}
	}
	var out [2][]float64
	for k := range 2 {
		for i := range lags {
			out[k] = append(out[k], q[k][i*sub])
		}
	}
	return out
}
