// Package precise teaches a leaky integrate-and-fire neuron to fire at given times:
//
//	V(t) = sum_i w_i z_i(t) - theta r(t),   z_i(t) = sum_spikes K(t - t_i),
//	r(t) = sum_{t_sp < t} e^{-(t-t_sp)/tau_m}
//
// and a spike wherever V passes theta (1 unless said otherwise). Three ways:
//
//   - [FinitePrecision]: one spike within eps of every desired time and none
//     elsewhere; the first error of a trial changes the weights.
//   - [HighThreshold]: resets at the desired times only, V = 1 at these times by
//     projection, V < 1 elsewhere by a perceptron rule within what is left.
//   - [MaxMargin]: the least weights for which V stays below a margin elsewhere, a
//     convex program solved by cutting planes at exact maxima, with a certificate, or
//     the proof that there are none.
//
// Between events the potential is a difference of two exponentials, so that spikes
// and maxima are exact.
//
// Sources: R.-M. Memmesheimer, R. Rubin, B. P. Oelveczky and H. Sompolinsky, Neuron
// 82:925 (2014), for the two learning rules. That a trial's desired spikes begin
// after tau_m, and the margin's profile, are ours.
package precise
