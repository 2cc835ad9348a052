// Package oldbalance is the balanced network of binary neurons of C. van
// Vreeswijk and H. Sompolinsky (Science 274:1724, 1996; Neural Comput. 10:1321,
// 1998): the "old" balance, in which strong random
// excitation and inhibition cancel by the network's dynamics, without learning
// (the model description, section 9).
//
//	p := oldbalance.Standard(3000, 100, 0.1)     // N, K, m_0
//	net, err := oldbalance.New(p, connections)   // random connections
//	net.Run(ctx, dynamics, 50)                   // burn-in
//	seen, err := net.Observe(ctx, dynamics, 500, 0.1, nil)
//	theory, err := meanfield.Counted(p)          // package meanfield
//
// # The network
//
// N excitatory (E) and N inhibitory (I) neurons are active (1) or silent (0). A
// connection from a neuron of population l to one of k exists with probability
// K/N, independently, and has the strength J_kl/sqrt K; every neuron of k has the
// drive sqrt K E_k m_0 besides, m_0 being the activity outside. Neurons are updated
// one at a time, each at the times of a Poisson process of rate 1/tau_k, to
//
//	x = 1 if sqrt K E_k m_0 + sum_l J_kl/sqrt K (active inputs from l) > theta_k, else 0
//
// As K grows the drives, of order sqrt K, must cancel, which makes rates linear in
// m_0 (LargeK). What happens at finite K is in package meanfield.
//
// # How it is computed
//
// A neuron keeps the numbers of its active inputs, so that an update reads two
// numbers, and a flip changes those of its 2K targets. Sparse connections are lists
// of targets, two bytes each. From K = N/25 on connections are bits, of which a flip
// adds 64 at a time to numbers that are kept bit by bit (type packed). Both give the
// same whole numbers; nothing is rounded on the way, and results have equal bits
// everywhere.
package oldbalance
