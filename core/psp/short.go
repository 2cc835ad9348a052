package psp

import "gardner/core/linalg"

// expShort is the coefficients, highest power first, of the polynomial that meets e^x
// in the Chebyshev points of [-1/8, 0]: right to 1e-16.
var expShort = [...]float64{0x1.86ef05da50bcep-13, 0x1.6b74ee6d4c25bp-10, 0x1.110ef03bc199bp-7, 0x1.55554d604feecp-5,
	0x1.5555554528b7p-3, 0x1.ffffffffdfafbp-2, 0x1.ffffffffffe76p-1, 1}

// Short is the longest time for which Decays serves, an eighth of tau_s. Over it K
// rises.
func (k *Kernel) Short() float64 { return float64(k.TauS * 0x1p-3) }

// Decays sets m_j and s_j to e^{-t_j/tau_m} and e^{-t_j/tau_s}, 0 <= t_j <= Short, right
// to 1e-16; many at once, sooner than Decay, whose last bits may differ. It panics if
// lengths differ.
func (k *Kernel) Decays(t, m, s []float64) {
	linalg.Horner(-k.rateM, expShort[:], t, m)
	linalg.Horner(-k.rateS, expShort[:], t, s)
}

// BlockDecays is Decays over the time from each of t to the last of its block; blocks
// are of linalg.GatherBlock numbers. It panics if lengths differ or are no multiple.
func (k *Kernel) BlockDecays(t, m, s []float64) {
	linalg.HornerBack(-k.rateM, -k.rateS, &expShort, t, m, s)
}
