package theory

import "math"

// Neuron is a neuron in the large-N limit, in units of sigma_exc = 1.
type Neuron struct {
	FExc   float64 // f_exc, excitatory fraction of the afferents, in [0, 1]
	Phi    float64 // phi = CV_exc/CV_inh, > 0
	POut   float64 // p_out, probability of the label +1, in (0, 1)
	Lambda float64 // lambda = sigma_inh/sigma_exc, > 0
}

// Inputs are the moments of the inputs, in any unit.
type Inputs struct {
	MeanExc, SDExc float64
	MeanInh, SDInh float64
}

// FromInputs returns the neuron that has the given inputs, and CV_exc, which
// the finite-N and unbalanced quantities need. Means and s.d. must be positive.
func FromInputs(fExc, pOut float64, in Inputs) (Neuron, float64, error) {
	for _, v := range []struct {
		name string
		x    float64
	}{{"mean_exc", in.MeanExc}, {"sd_exc", in.SDExc}, {"mean_inh", in.MeanInh}, {"sd_inh", in.SDInh}} {
		if err := positive(v.name, v.x); err != nil {
			return Neuron{}, 0, err
		}
	}
	cvExc, cvInh := in.SDExc/in.MeanExc, in.SDInh/in.MeanInh
	n := Neuron{FExc: fExc, Phi: cvExc / cvInh, POut: pOut, Lambda: in.SDInh / in.SDExc}
	return n, cvExc, n.Validate()
}

// Validate returns a *DomainError for the first parameter outside its domain.
func (n Neuron) Validate() error {
	if !(n.FExc >= 0 && n.FExc <= 1) {
		return &DomainError{"f_exc", n.FExc, "in [0, 1]"}
	}
	if err := positive("phi", n.Phi); err != nil {
		return err
	}
	if !(n.POut > 0 && n.POut < 1) {
		return &DomainError{"p_out", n.POut, "strictly between 0 and 1"}
	}
	return positive("lambda", n.Lambda)
}

// OptimalFExc returns f_exc* = phi/(1+phi), the excitatory fraction from which
// on the mean input can be positive at full capacity. There alpha_b(0) =
// alpha_c(0); below it the two capacity lines coincide.
func (n Neuron) OptimalFExc() float64 { return n.Phi / (1 + n.Phi) }

// OptimalFExc returns f_exc* = CV_exc/(CV_exc+CV_inh) (paper, "optimal ratio").
func OptimalFExc(cvExc, cvInh float64) (float64, error) {
	if err := positive("cv_exc", cvExc); err != nil {
		return 0, err
	}
	if err := positive("cv_inh", cvInh); err != nil {
		return 0, err
	}
	return cvExc / (cvExc + cvInh), nil
}

func positive(name string, x float64) error {
	if !(x > 0) || math.IsInf(x, 0) {
		return &DomainError{name, x, "positive and finite"}
	}
	return nil
}

// margin checks a margin kappa: finite and not negative.
func margin(kappa float64) error {
	if !(kappa >= 0) || math.IsInf(kappa, 0) {
		return &DomainError{"kappa", kappa, "of at least 0 and finite"}
	}
	return nil
}
