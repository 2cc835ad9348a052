package theory

import "math"

// Units converts between theory's units, sigma_exc = 1, and those of a sweep,
// where the threshold is 1 and inputs have the s.d. SigmaExc (sqrt(f(1-f)) for
// 0/1 patterns of activity f).
type Units struct {
	SigmaExc float64 // s.d. of the excitatory inputs
	Gamma    float64 // bound on |w|/theta, in the unit of the sweep
	CVExc    float64 // sigma_exc/mean of the excitatory inputs
	N        int     // afferents
}

// KappaIn returns the measured kappa_in of theory's kappa: kappa sigma_exc.
func (u Units) KappaIn(kappa float64) float64 { return kappa * u.SigmaExc }

// KappaOutBalanced returns the measured kappa_out of a balanced solution with
// theory's kappa: kappa Gamma sigma_exc.
func (u Units) KappaOutBalanced(kappa float64) float64 { return kappa * u.Gamma * u.SigmaExc }

// KappaOutUnbalanced returns the measured kappa_out of theory's
// kappa_unbalanced: kappa CV_exc/sqrt N. It does not depend on sigma_exc.
func (u Units) KappaOutUnbalanced(kappa float64) float64 {
	return kappa * u.CVExc / math.Sqrt(float64(u.N))
}

// Norm returns the measured |w|/theta of theory's: norm/sigma_exc.
func (u Units) Norm(norm float64) float64 { return norm / u.SigmaExc }

// TheoryKappaIn returns theory's kappa of a measured kappa_in.
func (u Units) TheoryKappaIn(kappaIn float64) float64 { return kappaIn / u.SigmaExc }

// TheoryKappaOut returns theory's kappa of a measured kappa_out, balanced:
// kappa_out/(Gamma sigma_exc).
func (u Units) TheoryKappaOut(kappaOut float64) float64 { return kappaOut / (u.Gamma * u.SigmaExc) }

// TheoryGamma returns Gamma in theory's unit: Gamma sigma_exc.
func (u Units) TheoryGamma() float64 { return u.Gamma * u.SigmaExc }
