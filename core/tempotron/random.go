package tempotron

import (
	"math"

	"gardner/core/num"
	"gardner/core/psp"
)

// Windows returns K = T/sqrt(tau_m tau_s), the number of independent times at which
// a potential can be large.
func Windows(k *psp.Kernel, T float64) float64 { return T / math.Sqrt(float64(k.TauM*k.TauS)) }

// HalfThreshold returns the threshold, in standard deviations of V, that a neuron
// with random weights passes for half of all patterns:
//
//	sqrt(2 ln(K/(2 pi ln 2)))
//
// For V is then a Gaussian process with the correlation of K, whose upcrossings of a
// level come at the rate e^{-theta^2/2}/(2 pi sqrt(tau_m tau_s)) (Rice) and are
// taken for independent (Rubin, Monasson and Sompolinsky 2010). Valid for large K
// and many spikes per window; NaN for K <= 2 pi ln 2 = 4.36.
func HalfThreshold(K float64) float64 {
	return math.Sqrt(2 * num.Log(K/(2*math.Pi*math.Ln2)))
}

// PotentialSD returns the standard deviation of V in the middle of a pattern of n
// afferents with rate spikes per unit of time each, where weights have mean 0 and
// standard deviation sd: sqrt(n rate int K^2) sd.
func PotentialSD(k *psp.Kernel, n int, rate, sd float64) float64 {
	return float64(math.Sqrt(float64(n)*rate*k.Inner(0)) * sd)
}
