// Package tempotron is a neuron that learns to tell spatiotemporal spike patterns
// apart by whether its potential passes threshold anywhere in a window:
//
//	V(t) = sum_i w_i sum_spikes K(t - t_i),   output +1 iff max_{0<=t<=T} V(t) > 1
//
// (no reset: after a spike the neuron would shunt its inputs). On an error the
// weights follow the gradient of the potential at its maximum,
//
//	w_i += +-lambda z_i(t_max),   z_i(t) = sum_spikes K(t - t_i),
//
// with momentum, and with a lambda that may fall from cycle to cycle. The maximum is
// exact, in one pass over the spikes.
//
//	rule := tempotron.Rule{Rate: 1e-4, Momentum: 0.99, Window: 500, Cycles: 10000}
//	cycles, ok, err := rule.Learn(ctx, k, patterns, labels, w, stream)
//
// Sources: R. Guetig and H. Sompolinsky, Nature Neuroscience 9:420 (2006) (model,
// rule, momentum); R. Rubin, R. Monasson and H. Sompolinsky, PRL 105:218102 (2010)
// (the number of windows K = T/sqrt(tau_m tau_s) and the threshold of random
// weights). There is no closed formula for the capacity.
package tempotron
