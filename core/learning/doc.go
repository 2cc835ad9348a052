// Package learning lets a neuron with sign-constrained weights learn random
// patterns by the perceptron rule while noise disturbs it (Rubin, Abbott,
// Sompolinsky, PNAS 114(44):E9366, 2017, "Emergence of balance from learning";
// the model description, section 7). Under output noise the weights grow until
// excitation and inhibition balance; under input noise alone they do not.
//
//	p, err := learning.NewPatterns(x, labels, nExc)       // 0/1 inputs, P x N
//	l, err := learning.New(p, weights, learning.Rule{SigmaIn: .15, SigmaOut: .1, Rate: .1 / 3000, Decay: 5e-7}, order, noise)
//	for range 10000 {
//		errors := l.Cycle() // all patterns once, in random order
//	}
//	state := l.State() // imbalance, norm, margins
//
// # The rule
//
// A pattern x with label y meets the field (V_th = 1, n a fresh normal number)
//
//	h = w.x - 1 + sqrt(|w|^2 sigma_in^2 + sigma_out^2) n
//
// If y h < 0 the presentation is an error: w <- (1-eps) w + rho y x, then weights
// that have crossed to the wrong sign become 0. Otherwise w <- (1-eps) w.
//
// # How it is computed
//
// The weights are held as s u with u >= 0 and a common factor s, so that decay
// costs one product. Patterns are bit masks; a drive is a sum of the marked u, an
// update adds to the marked u and returns |u|^2 afresh, both by the masked kernels
// of core/linalg, whose bits are equal on all CPUs. When s falls below 2^-64 both
// are rescaled by that power of two, which rounds nothing. So |w|^2 is exact to
// rounding at every presentation: nothing accumulates.
package learning
