package inhibition

import "gardner/core/memory"

// WithCouplings is the circuit after its FromInh has been changed.
func WithCouplings(c *Circuit) *Circuit {
	c.inh = memory.NewNetwork(c.NInh, c.FromInh, make([]float64, c.NInh))
	return c
}
