// Package ensemble trains the neurons of a network on one shared matrix of memory states: neuron i learns to reproduce
// column i from all other columns.
//
//	m := &ensemble.Memories{P: p, N: n, X: x, Signs: signs, Gamma: 10} // X[mu*N+i] = state of neuron i in memory mu, 0 or 1
//	b, err := ensemble.Train(ctx, m, perceptron.KindKappaOut, ensemble.Range{Lo: 0, Hi: n}, &ensemble.Options{Threads: 2})
//	if err == nil && b.Infeasible() == 0 {
//		row := b.Row(3) // the N weights onto neuron 3; row[3] is zero
//	}
//
// Neuron i solves A, B or UF (package perceptron) with column i removed from X, the signs of the other N-1 neurons and
// labels y^mu = 2 x_i^mu - 1, so that every memory is a fixed point of x_i = [J_i.x > threshold_i] (the model
// description, section 5; Rubin, Abbott, Sompolinsky, PNAS 114(44):E9366, 2017). Its answer carries the certificate of the
// single solve: Block.Solution gives it back in the form that perceptron.Check verifies.
//
// # Method
//
// Nothing of a neuron's interior point can be shared, but the memories can: the dual problems of many neurons are followed
// side by side with accelerated projected gradients, whose products with the memories are then matrix products, and after
// ten to thirty steps the supports (memories with a multiplier, inputs with weight) are good enough for the primal-dual
// active set, which ends at rounding accuracy. Its matrix counts inputs that two memories share, by bits. Neurons out of
// the ordinary (infeasible or nearly, one label only, norm constraint of A active, B beyond its balanced capacity, a drive
// beyond the threshold in A) are
// left to the solvers of package perceptron, one by one.
//
// # Bits
//
// The answer of a neuron is a function of the memories and the kind alone: the number of threads, the range asked for and
// the order of the work do not change a bit.
//
// # Memory
//
// Besides the memories (P N numbers) and the block (N + P + 6 numbers for each neuron of the range): their transpose and bits
// once (1.1 P N, for UF P^2 more), and on each thread 192 (N + 2 P) + 1.5 P^2 for the neurons under way, up to 1152 max(N, P) for the
// products and, once a neuron is left to the single solver, about 3 P N + 2 min(P, N)^2. At N = 2000, P = 500: 9 MB, and on each
// thread at most 60 MB.
package ensemble
