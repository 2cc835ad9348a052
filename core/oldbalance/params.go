package oldbalance

import (
	"fmt"
	"math"
)

// Population names one of the two populations.
type Population int

// The populations.
const (
	Exc Population = 0
	Inh Population = 1
)

func (k Population) String() string {
	if k == Exc {
		return "E"
	}
	return "I"
}

// MaxN is the largest number of neurons of a population: targets are two bytes.
const MaxN = 1<<16 - 1

// Params are the network's constants. Pairs are by population, Exc first.
type Params struct {
	N  int     // neurons of each population
	K  int     // mean number of inputs from each population
	M0 float64 // m_0, activity outside

	// OutsideSquare is 0 where the outside is a constant drive, as in the papers. Else
	// the outside is N neurons with connections like the others', whose activities
	// have the mean M0 and this mean square and do not change (ours).
	OutsideSquare float64

	Coupling  [2][2]float64 // J_kl: onto k (first index) from l, times sqrt K
	Drive     [2]float64    // E_k: outside onto k
	Threshold [2]float64    // theta_k
	Tau       [2]float64    // mean time between updates, in units of tau_E
}

// Standard returns the network of the papers' figures: J_EE = J_IE = 1, J_EI = -2,
// J_II = -1.8, E_E = 1, E_I = 0.8, thresholds 1 and 0.7, tau_I = 0.9.
func Standard(N, K int, m0 float64) Params {
	return Params{N: N, K: K, M0: m0,
		Coupling: [2][2]float64{{1, -2}, {1, -1.8}}, Drive: [2]float64{1, 0.8}, Threshold: [2]float64{1, 0.7}, Tau: [2]float64{1, 0.9}}
}

// ParamError says which constant is unusable.
type ParamError struct {
	Field string // as in Params
	Value float64
	Want  string
}

func (e *ParamError) Error() string {
	return fmt.Sprintf("oldbalance: %s = %v, want %s", e.Field, e.Value, e.Want)
}

// Validate returns nil or a *ParamError. Strengths may have any sign and size:
// whether a balanced state exists is for LargeK to say.
func (p Params) Validate() error {
	switch {
	case p.N < 1 || p.N > MaxN:
		return &ParamError{"N", float64(p.N), fmt.Sprintf("1 to %d neurons", MaxN)}
	case p.K < 1 || p.K > p.N:
		return &ParamError{"K", float64(p.K), fmt.Sprintf("1 to N = %d inputs", p.N)}
	case !(p.M0 >= 0 && p.M0 <= math.MaxFloat64):
		return &ParamError{"M0", p.M0, "a number >= 0"}
	case !(p.OutsideSquare >= 0 && p.OutsideSquare <= math.MaxFloat64):
		return &ParamError{"OutsideSquare", p.OutsideSquare, "a number >= 0"}
	}
	finite := func(x float64) bool { return math.Abs(x) <= math.MaxFloat64 }
	for k := range 2 {
		for l := range 2 {
			if !finite(p.Coupling[k][l]) {
				return &ParamError{"Coupling", p.Coupling[k][l], "a finite number"}
			}
		}
		switch {
		case !finite(p.Drive[k]):
			return &ParamError{"Drive", p.Drive[k], "a finite number"}
		case !finite(p.Threshold[k]):
			return &ParamError{"Threshold", p.Threshold[k], "a finite number"}
		case !(p.Tau[k] > 0 && finite(p.Tau[k])):
			return &ParamError{"Tau", p.Tau[k], "a positive number"}
		}
	}
	return nil
}

func (p Params) rootK() float64 { return math.Sqrt(float64(p.K)) }

// atThreshold is the distance from threshold up to which an input counts as being
// at it, and its neuron as silent: inputs are sums of a few numbers, J/sqrt K times
// whole numbers, that may fall on the threshold (K = 100 with m_0 = 0.1 or 0.2), and
// rounding must not decide then.
const atThreshold = 1e-9

// Outside is the input of population k from outside less its threshold, and less the
// distance up to which an input counts as being at it.
func (p Params) Outside(k Population) float64 {
	return float64(p.rootK()*p.Drive[k]*p.M0) - p.Threshold[k] - atThreshold
}
