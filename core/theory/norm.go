package theory

import "math"

// NormIn returns |w|/theta of solution A at load alpha, in 1/sigma_exc, at
// leading order:
//
//	|w|/theta = CV_exc/(sqrt N M(0, R)),   R the maximiser of the input-noise line.
//
// Undefined for f <= f_exc* (lambda = 1), where A has no threshold of the order
// of its mean inputs, and above alpha_c.
func (n Neuron) NormIn(alpha float64, nAff int, cvExc float64) (float64, error) {
	o, err := n.unbalancedIn(alpha, nAff, cvExc)
	if err != nil {
		return 0, err
	}
	return cvExc / (math.Sqrt(float64(nAff)) * o.M), nil
}

// NormInFinite is NormIn with the distance D of mean potential and threshold,
// the next order in 1/sqrt N:
//
//	theta/|w| = sqrt N M/CV_exc + D sqrt Q.
//
// Undefined also where that is not positive.
func (n Neuron) NormInFinite(alpha float64, nAff int, cvExc float64) (float64, error) {
	o, err := n.unbalancedIn(alpha, nAff, cvExc)
	if err != nil {
		return 0, err
	}
	sq := math.Sqrt(o.Q)
	_, d, _ := cost(n.POut, n.margin(o, alpha)/sq)
	inverse := float64(math.Sqrt(float64(nAff))*o.M)/cvExc + float64(d*sq)
	if !(inverse > 0) {
		return 0, &UndefinedError{Quantity: "|w|/theta of max-kappa-in", Param: "N", Value: float64(nAff), Limit: math.NaN(),
			Why: "the threshold is not positive at this N; use a larger one"}
	}
	return 1 / inverse, nil
}

// KappaOutIn returns kappa_out of solution A at load alpha at leading order,
// kappa_in |w|/theta: of order 1/sqrt N. Domain as NormIn.
func (n Neuron) KappaOutIn(alpha float64, nAff int, cvExc float64) (float64, error) {
	norm, err := n.NormIn(alpha, nAff, cvExc)
	if err != nil {
		return 0, err
	}
	k, err := n.KappaIn(alpha)
	return k * norm, err
}

// KappaOutInFinite is KappaOutIn with the norm of NormInFinite.
func (n Neuron) KappaOutInFinite(alpha float64, nAff int, cvExc float64) (float64, error) {
	norm, err := n.NormInFinite(alpha, nAff, cvExc)
	if err != nil {
		return 0, err
	}
	k, err := n.KappaIn(alpha)
	return k * norm, err
}

// unbalancedIn returns the order of solution A where its mean input is positive.
func (n Neuron) unbalancedIn(alpha float64, nAff int, cvExc float64) (Order, error) {
	if err := finiteDomain(nAff, 1, cvExc); err != nil {
		return Order{}, err
	}
	o, err := n.OrderIn(alpha)
	if err != nil {
		return Order{}, err
	}
	if !(o.M > 0) {
		return Order{}, &UndefinedError{Quantity: "|w|/theta of max-kappa-in", Param: "f_exc", Value: n.FExc, Limit: n.OptimalFExc(),
			Why: "the mean input vanishes, the solution is balanced and its norm not set at leading order; use a larger f_exc"}
	}
	return o, nil
}
