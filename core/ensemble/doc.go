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
// # Bits
//
// The answer of a neuron is a function of the memories and the kind alone: the number of threads, the range asked for and
// the order of the work do not change a bit.
//
// # Memory
//
// Besides the memories (P N numbers) and the block (N + P + 6 numbers for each neuron of the range) each thread keeps the
// problem of one neuron and its solver: about 3 P N + 2 min(P, N)^2 numbers, 28 MB at N = 2000, P = 500.
package ensemble
