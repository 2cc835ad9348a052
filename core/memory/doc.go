// Package memory simulates associative memory networks of binary neurons that are
// trained to be noise robust (Rubin, Abbott, Sompolinsky, PNAS 114(44):E9366, 2017,
// "associative memory networks"; section 5 of the model description).
//
//	m, err := memory.Population{N: 200, FExc: .8, FE: .3, FI: .15}.Draw(s, 50, 0)
//	block, err := memory.Train(ctx, m, memory.Training{Kind: perceptron.KindKappaOut, Gamma: 10}, 0, 200, 2, nil)
//	net := memory.NewNetwork(200, block.Weights, block.Thresholds)
//	d := memory.NewDynamics(net)
//	d.Reset(net.At(m.Memory(0)))
//	stable, err := d.Stability(ctx, memory.Noise{Out: .5}, 500, .1, noise, order)
//
// # Networks
//
// N neurons are 0 (silent) or 1 (active), the first floor(f_exc N) excitatory. Each
// of P = alpha N memories has independent states, active with probability f_E or f_I
// by type. Neuron i is trained with the states of all others as inputs and label
// 2 x_i - 1, so that every memory is a fixed point with the largest possible margin:
// solution A (largest kappa_in), B (largest kappa_out, |J_i| <= Gamma) or UF
// (Gardner's: no signs, threshold free). There is no self-coupling.
//
// Thresholds of A and B are 1, weights are w/theta. UF has no natural unit, for its
// theta may have any sign: its rows are scaled to the norm Gamma that the other
// solutions are bounded by, w Gamma/|w| and theta Gamma/|w|, so that noise magnitudes
// compare. That choice is ours. In every network kappa_out of a neuron is then the
// smallest |J_i.x^mu - theta_i| over memories.
//
// # Dynamics
//
// One cycle updates every neuron once, in a fresh random order:
//
//	x_i = 1 if J_i.x - theta_i + s_i n_i > 0, else 0,   s_i^2 = sigma_out^2 + |J_i|^2 sigma_in^2,
//
// n_i normal and fresh for every update: the input noise of independent synapses adds
// up to one normal number. [Dynamics] keeps all fields J_i.x - theta_i and corrects
// them when a neuron flips, so that a cycle costs O(N + flips N), not O(N^2).
//
// Random numbers of a cycle: n_1 ... n_N in the order of neurons from one stream (none
// without noise); then, only if with these n some neuron would flip in the state at
// the cycle's start, the order from another. If none would, none does in any order.
//
// Rounding of corrected fields adds up, so every 4096 flips they are computed anew.
// Between, the error is below 4096 rounding units of the largest field met, about
// 1e-11 where fields are of order 10, far below any margin; and it is the same
// everywhere, for the arithmetic is (see package linalg).
package memory
