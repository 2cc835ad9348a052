// Package spiking runs a leaky integrate-and-fire neuron whose afferents fire
// Poisson spikes at rates given by a pattern, with the weights of a perceptron, and
// judges how well spike counts tell the patterns apart.
//
//	k, _ := psp.New(30, 10)                              // ms
//	source := spiking.NewSource(x, 0.03)                 // 30 Hz x_i; x >= 0
//	volley := new(spiking.Volley)
//	volley.Poisson(k, stream, source, 200)
//	spikes := spiking.Run(k, &volley.Train, psp.Scale(k, w), 200+5*30, nil)
//
// The potential is sum_i w_i sum_spikes K(t - t_i) - sum_{t_sp < t} e^{-(t-t_sp)/tau_m},
// the threshold 1, K the kernel of package psp. Simulation is event-driven: between
// two input spikes the potential is a difference of two exponentials, whose maximum
// has a closed form, so that no output spike is missed and each is right to the
// rounding of the potential; there may be several between two inputs. Blocks is the same
// for many neurons that hear the same inputs, and passes over blocks of inputs in which
// a bound says that nothing happens.
//
// Source: R. Rubin, L. F. Abbott and H. Sompolinsky, PNAS 114(44):E9366 (2017),
// "Spiking neurons", with the parameters of the model description, section 8. The
// event-driven method and its bounds are ours.
package spiking
