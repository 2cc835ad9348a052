// Package weightfit compares measured synaptic weights with the distribution
// that theory predicts: a normal density cut off at zero and a delta mass of
// silent synapses,
//
//	|w| = Scale (z - Shift)_+,   z standard normal
//
// (Rubin, Abbott, Sompolinsky, PNAS 114(44):E9366, 2017, "distribution of
// synaptic weights"), where Shift is B for excitatory and -phi B for inhibitory
// weights, as in theory.WeightDensity.
//
//	sample, err := weightfit.NewSample(weights, +1, 0)
//	fit, err := weightfit.Fit(sample)                       // Shift, Scale, silent fraction
//	e, err := fit.Bootstrap(ctx, stream, 200)               // their errors, and a p-value of KS
//	c, err := fit.Against(theory.WeightDensity{Sign: 1, Shift: .4}, true)
//
// # Likelihoods
//
// With zeros observed the sample is a normal one censored at the detection
// threshold t (J. Tobin, Econometrica 26:24, 1958): with b = Shift + t/Scale,
// n0 silent weights and n others, y = |w| - t,
//
//	l = n0 log H(-b) + sum over the others of [log G(y/Scale + b) - log Scale],
//
// concave in (b, 1/Scale) (R. J. Olsen, Econometrica 46:1211, 1978). Where it
// is not known how many synapses are silent, the sample is truncated at t,
//
//	l = sum of [log G(y/Scale + b) - log Scale - log H(b)],
//
// an exponential family: the maximum has the sample's mean and mean square (A.
// C. Cohen, Ann. Math. Stat. 21:557, 1950). Both reduce to one root on a known
// bracket. Values use core/num only, so equal samples give equal bits.
package weightfit
