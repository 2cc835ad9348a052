// Package meanfield is the theory of the balanced network of package oldbalance (C.
// van Vreeswijk and H. Sompolinsky, Science 274:1724, 1996; Neural Comput. 10:1321,
// 1998; the model description, section 9).
//
//	p := oldbalance.Standard(3000, 100, 0.1)
//	f, err := meanfield.Normal(p)      // rates .0358 and .0666
//	c, err := meanfield.Counted(p)     // rates .0092 and .0453, as measured
//	q := c.Quenched()                  // differences between neurons, and in time
//	t, err := meanfield.HalfRise(p, 0.11)
//
// # Rates
//
// The input of a neuron of population k, less its threshold, has the mean u_k and
// the variance a_k over neurons and time,
//
//	u_k = sqrt K (E_k m_0 + sum_l J_kl m_l) - theta_k,   a_k = (1 - K/N) sum_l J_kl^2 m_l
//
// and Normal solves m_k = H(-u_k/sqrt a_k). Counted takes the numbers of active inputs
// as what they are, binomial, instead of normal (ours): at K = 100 their steps
// matter, and its rates are within 2 % of measured ones at N = 40 K where Normal's
// can be off by tens of per cent.
//
// Where the outside is neurons (Params.OutsideSquare), the variance has the term
// (1 - K/N) E_k^2 <x_0^2> besides, and so has b_k below; Counted counts active neurons
// outside too.
//
// # Response
//
// Between updates at random times, tau_k dm_k/dt = -m_k + law_k(m) is exact for N much
// larger than K, with the law of the inputs as they are. The response to a step must
// therefore count them: a step moves the threshold of E neurons by K times the change
// of m_0, in inputs, of which only whole ones matter (4 for 4.1 at K = 200, 11 for 10.3
// at K = 500, where m_0 grows from 0.20625 by a tenth). The time to half of the response
// is a third less or more by that; NormalInputs give its trend.
//
// # Neurons and time
//
// Of a_k the part b_k = (1 - K/N) sum_l J_kl^2 q_l is quenched, for neurons differ in
// their connections: q_k = <m_i^2> solves
// q_k = int Dz H((-u_k - sqrt b_k z)/sqrt(a_k - b_k))^2, and the neuron at z has the
// rate H(...). The factor 1 - K/N, absent in the papers where N is much larger than K,
// is ours.
//
// The theory holds for N much larger than K, in the asynchronous state. Like
// core/theory it is for overlays and comparisons and is not covered by the promise
// of equal bits.
package meanfield
