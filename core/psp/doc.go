// Package psp is the postsynaptic potential of a leaky integrate-and-fire neuron
// with exponential synapses, as the potential of a neuron of unit threshold:
//
//	K(t) = V0 (e^{-t/tau_m} - e^{-t/tau_s}),   t > 0,     V0 such that max K = 1
//
// A sum of such kernels, and of resets e^{-(t-t_sp)/tau_m}, is between two events
// a difference of two exponentials. So its maximum has a closed form and its
// threshold crossing is the root of a concave function: nothing needs a time step.
//
//	k, _ := psp.New(30, 10)                     // ms
//	p := psp.Potential{A: k.V0, B: k.V0}        // just after a spike of weight 1
//	at, peak := k.Max(p, math.Inf(1))           // k.Peak, 1
//	s, ok := k.Rise(p, 0.5, math.Inf(1))        // when it passes 0.5
//
// A Train is input spikes with the decays between them: all potentials of neurons that
// hear it, their peaks and gradients follow in one pass over its spikes.
//
// Sources: the model description, section 8; R. Guetig and H. Sompolinsky, Nature
// Neuroscience 9:420 (2006), for the kernel and its normalisation. That a crossing
// is sought by Newton's method from its concave side, where it cannot overshoot, is
// ours.
package psp
