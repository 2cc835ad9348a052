// Package theory holds the large-N theory of capacity and noise robustness of
// a neuron with sign-constrained weights (Rubin, Abbott, Sompolinsky, PNAS
// 114(44):E9366, 2017), the curves that are drawn over every sweep.
//
//	n := theory.Neuron{FExc: 0.8, Phi: math.Sqrt2, POut: 0.1, Lambda: 1}
//	c, err := n.CapacityIn(0)                         // 1.9565: alpha_c
//	b, err := n.CapacityBalanced(0)                   // 1.6736: alpha_b
//	k, err := n.KappaBalanced(1)                      // kappa_out / Gamma at load 1
//	l, err := n.CapacityBalancedFinite(0, 200, 1, 1)  // 1.691: at N = 200, Gamma = 1
//
// # Units
//
// sigma_exc = 1: margins are in units of sigma_exc and weights of 1/sigma_exc;
// Units converts for other inputs. The balanced margin is kappa_out/Gamma, the
// unbalanced one kappa_out sqrt(N)/CV_exc.
//
// # Order parameters
//
// A typical solution is described by two numbers (type Order): the threshold B
// and the ratio R of the inhibitory to the excitatory weight scale. With z a
// standard normal number, w_exc ~ (z-B)_+ and w_inh ~ -R (z+phi B)_+. Both
// capacity lines maximise
//
//	alpha(B, R) = A^2 / (Q e(kappa/sqrt Q))
//
// the input-noise line at B = 0 over R, the balanced line over R with B(R) set
// by a vanishing mean input. At a maximum lambda R lies between 1 and lambda^2
// (stationarity of the weights under their norm and the variance Q of the
// potential together gives lambda R = lambda^2 (nu+q)/(nu+lambda^2 q) with two
// multipliers nu, q >= 0), and is exactly 1 where kappa = 0 or lambda = 1. So
// every search is one-dimensional on a known bracket, and in the common cases
// there is none: B is then the root of a monotone function.
//
// # What is an error
//
// A parameter outside its domain is a *DomainError. A quantity that does not
// exist where it is asked for, such as a balanced margin above the balanced
// capacity, is an *UndefinedError that names the limit; tables show it as an
// empty cell. Both carry the number.
//
// The values are for overlays and comparisons: they use the portable functions
// of core/num, but are not covered by the promise of equal bits.
package theory
