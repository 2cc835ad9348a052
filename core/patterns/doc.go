// Package patterns draws the input patterns and labels of a neuron: P patterns
// of N inputs, excitatory inputs first, independent within and between patterns
// (the paper, "Model").
//
//	pop := patterns.Population{N: 200, FExc: .8,
//		Exc: patterns.Input{Family: patterns.Exponential, Mean: 1},
//		Inh: patterns.Input{Family: patterns.Gamma, Mean: math.Sqrt2, SD: 1, Shape: 2}}
//	x := pop.Patterns(rng.New(key.Sub("patterns")), 300)   // 300 x 200, row-major
//	y := patterns.ExactLabels(rng.New(key.Sub("labels")), 300, .1)
//
// Patterns and labels are nested: asking for more of them from a stream at the
// same position changes none of the first ones.
package patterns
