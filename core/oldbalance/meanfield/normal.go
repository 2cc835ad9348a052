package meanfield

import (
	"math"

	"gardner/core/num"
	"gardner/core/oldbalance"
)

// State is a solution of the theory: what holds on average over neurons and time.
type State struct {
	params oldbalance.Params
	M      [2]float64 // rates: mean activities m_k
	U      [2]float64 // u_k: mean input less threshold
	A      [2]float64 // a_k: variance of the input over neurons and time
}

// input returns u_k and a_k at rates m.
func input(p oldbalance.Params, m [2]float64) (u, a [2]float64) {
	share := 1 - float64(p.K)/float64(p.N)
	for k := range 2 {
		j := p.Coupling[k]
		u[k] = rootK(p)*(p.Drive[k]*p.M0+j[0]*m[0]+j[1]*m[1]) - p.Threshold[k]
		a[k] = share * (j[0]*j[0]*m[0] + j[1]*j[1]*m[1] + p.Drive[k]*p.Drive[k]*p.OutsideSquare)
	}
	return u, a
}

// Normal solves, with normal inputs, m_k = H(-u_k/sqrt a_k) by a damped Newton method in
// x_k = u_k/sqrt a_k, from the rates of LargeK. The error is a *ParamError, or an
// *UnbalancedError where LargeK has one or the method fails; K = N has no variance
// and no theory.
func Normal(p oldbalance.Params) (*State, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return normal(p)
}

// normal is Normal without a limit on N.
func normal(p oldbalance.Params) (*State, error) {
	m, err := p.LargeK()
	if err != nil {
		return nil, err
	}
	if p.K == p.N || p.M0 == 0 {
		return nil, &oldbalance.UnbalancedError{Rates: m, Why: "the theory needs fluctuations: K < N and m_0 > 0"}
	}
	var x [2]float64
	for k, v := range m {
		x[k] = -num.InvH(math.Min(math.Max(v, 1e-6), 1-1e-6))
	}
	r, jac := residual(p, x)
	size := math.Hypot(r[0], r[1])
	for range 200 {
		det := jac[0][0]*jac[1][1] - jac[0][1]*jac[1][0]
		dx := [2]float64{(jac[0][1]*r[1] - jac[1][1]*r[0]) / det, (jac[1][0]*r[0] - jac[0][0]*r[1]) / det}
		step := math.Min(1, 1/math.Hypot(dx[0], dx[1]))
		for ; step > 1e-10; step /= 2 {
			next := [2]float64{x[0] + step*dx[0], x[1] + step*dx[1]}
			nr, nj := residual(p, next)
			if n := math.Hypot(nr[0], nr[1]); n < size {
				x, r, jac, size = next, nr, nj, n
				break
			}
		}
		if !(step > 1e-10) {
			break
		}
	}
	m = [2]float64{num.H(-x[0]), num.H(-x[1])}
	if !(size < 1e-9*rootK(p)) {
		return nil, &oldbalance.UnbalancedError{Rates: m, Why: "the self-consistent rates were not found"}
	}
	u, a := input(p, m)
	return &State{params: p, M: m, U: u, A: a}, nil
}

// NormalInputs is the law H(-u_k/sqrt a_k), whose stable state Normal finds: that of
// CountedInputs but for the teeth, for lines that are drawn.
func NormalInputs(p oldbalance.Params, m [2]float64) (f [2]float64) {
	u, a := input(p, m)
	for k := range 2 {
		f[k] = num.H(-u[k] / math.Sqrt(a[k]))
	}
	return f
}

// residual is u_k - x_k sqrt a_k at the rates H(-x), and its derivatives.
func residual(p oldbalance.Params, x [2]float64) (r [2]float64, jac [2][2]float64) {
	m, g := [2]float64{num.H(-x[0]), num.H(-x[1])}, [2]float64{num.Gauss(x[0]), num.Gauss(x[1])}
	u, a := input(p, m)
	share := 1 - float64(p.K)/float64(p.N)
	for k := range 2 {
		sd := math.Sqrt(a[k])
		r[k] = u[k] - x[k]*sd
		for l := range 2 {
			j := p.Coupling[k][l]
			jac[k][l] = rootK(p)*j*g[l] - x[k]*share*j*j*g[l]/(2*sd)
		}
		jac[k][k] -= sd
	}
	return r, jac
}

// Drives returns the mean input of population k by origin, in units of the
// thresholds' scale: exc = sqrt K (E_k m_0 + J_kE m_E) and inh = sqrt K J_kI m_I, each
// of order sqrt K, while their sum u_k + theta_k is of order 1.
func (f *State) Drives(k oldbalance.Population) (exc, inh float64) {
	p := f.params
	return rootK(p) * (p.Drive[k]*p.M0 + p.Coupling[k][0]*f.M[0]), rootK(p) * p.Coupling[k][1] * f.M[1]
}

func rootK(p oldbalance.Params) float64 { return math.Sqrt(float64(p.K)) }
