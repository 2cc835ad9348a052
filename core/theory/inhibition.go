package theory

import (
	"math"

	"gardner/core/num"
)

// CommonInhibition is a neuron whose afferents are all excitatory and plastic, while
// one inhibitory input, common to all neurons of a network and not plastic, balances
// their mean drive (the model description, section 6, architecture (a)). Its capacity is that
// of the balanced solution with inhibition that needs no synapses:
//
//	alpha(B) = H(B)^2/(J2(B) Q e(kappa/sqrt Q)),   kappa = kappa_out/(Gamma sigma_E),
//
// alpha = P/N_E. A constant input has Q = 1 and its optimum at B = 0; one proportional
// to the mean activity of the inputs (feedback) also cancels the fluctuations of that
// mean, Q = 1 - J1(B)^2/J2(B), and B maximises alpha. B is set by how large the input
// is: that of Drive.
type CommonInhibition struct {
	POut     float64 // f_E, activity of the neuron in the memories, in (0, 1)
	Feedback bool
}

func (c CommonInhibition) variance(b float64) float64 {
	if !c.Feedback {
		return 1
	}
	j := num.J1(b)
	return 1 - j*j/num.J2(b)
}

func (c CommonInhibition) load(b, kappa float64) float64 {
	q := c.variance(b)
	h := num.H(b)
	e, _, _ := cost(c.POut, kappa/math.Sqrt(q))
	return h * h / (num.J2(b) * q * e)
}

// maxCommonB bounds the search for B: beyond, next to no synapse is left.
const maxCommonB = 8

// Capacity returns the largest load P/N_E with the margin kappa >= 0 and the B where it
// is had.
func (c CommonInhibition) Capacity(kappa float64) (alpha, b float64, err error) {
	if err := costDomain(c.POut, kappa); err != nil {
		return 0, 0, err
	}
	if kappa < 0 {
		return 0, 0, &DomainError{"kappa", kappa, "of at least 0"}
	}
	if !c.Feedback {
		return c.load(0, kappa), 0, nil
	}
	b, alpha = maximum(func(b float64) float64 { return c.load(b, kappa) }, -maxCommonB, maxCommonB, 32)
	return alpha, b, nil
}

// Kappa returns the largest margin kappa_out/(Gamma sigma_E) at load alpha = P/N_E and
// the B where it is had. alpha > 0; undefined above Capacity(0).
func (c CommonInhibition) Kappa(alpha float64) (kappa, b float64, err error) {
	if err := positive("alpha", alpha); err != nil {
		return 0, 0, err
	}
	most, _, err := c.Capacity(0)
	if err != nil {
		return 0, 0, err
	}
	if alpha > most {
		return 0, 0, &UndefinedError{Quantity: "kappa_out", Param: "alpha", Value: alpha, Limit: most, Why: above("the capacity", most)}
	}
	margin := func(b float64) float64 {
		q, h := c.variance(b), num.H(b)
		return math.Sqrt(q) * marginOfCost(c.POut, h*h/(num.J2(b)*q*alpha))
	}
	if !c.Feedback {
		return math.Max(0, margin(0)), 0, nil
	}
	b, kappa = maximum(margin, -maxCommonB, maxCommonB, 32)
	return math.Max(0, kappa), b, nil
}

// CommonDrive returns the mean of the common inhibitory input that goes with B,
//
//	I_0 = Gamma f_E sqrt(N_E) J1(B)/sqrt(J2(B)),
//
// the mean excitatory drive of weights of norm gamma, in units of V_th.
func CommonDrive(b, gamma, fE float64, nExc int) float64 {
	return gamma * fE * math.Sqrt(float64(nExc)) * num.J1(b) / math.Sqrt(num.J2(b))
}
