package perceptron

// Status says what a Solution is.
type Status int

// The statuses of a Solution.
const (
	Optimal    Status = iota // Weights and Theta solve the problem; the certificate bounds the optimum
	Infeasible               // no weights solve the problem; the certificate is a Farkas vector
)

func (s Status) String() string {
	switch s {
	case Optimal:
		return "optimal"
	case Infeasible:
		return "infeasible"
	}
	return "unknown"
}

// Kind names what is asked of a Problem.
type Kind int

// The kinds of questions.
const (
	KindKappaIn         Kind = iota // A: minimise |w|^2/2
	KindKappaOut                    // B: minimise theta
	KindFeasible                    // F: any solution
	KindFreeThreshold               // UF: minimise |w|^2/2 without signs, norm constraint or theta >= 0
	KindThresholdAtZero             // minimise |w|^2/2 at theta = 0, no norm constraint
)

func (k Kind) String() string {
	switch k {
	case KindKappaIn:
		return "max-kappa-in"
	case KindKappaOut:
		return "max-kappa-out"
	case KindFeasible:
		return "feasible"
	case KindFreeThreshold:
		return "free-threshold"
	case KindThresholdAtZero:
		return "zero-threshold"
	}
	return "unknown"
}

// Certificate holds one multiplier per pattern.
//
// Kind "dual", B: mu >= 0 with d'mu = 1, and kappa_out <= Gamma |(A'mu)_+| - t'mu.
// Kind "dual", A: lambda >= 0 with t'lambda >= 0, and the dual value of the package comment bounds |w|^2/2 from below;
// where the norm constraint is inactive g_i w_i = ((A'lambda)_i)_+.
// Kind "farkas": mu >= 0, not zero, with Gamma |(A'mu)_+| <= t'mu (Gamma infinite: A'mu <= 0 <= t'mu), d'mu = 1 where
// d'mu > 0. Equality 0 = 0 occurs (conflicting duplicates) and proves that no positive margin exists.
// Multipliers of equality rows are free in sign.
type Certificate struct {
	Kind        string
	Multipliers []float64
}

// The values of Certificate.Kind.
const (
	DualCertificate   = "dual"
	FarkasCertificate = "farkas"
)

// Solution is the answer to one problem. Of an infeasible problem Weights is nil and Theta, KappaIn, KappaOut are NaN.
type Solution struct {
	Status  Status
	Weights []float64 // canonical w, N values; exact zeros are zeros
	Theta   float64   // canonical threshold
	KappaIn float64   // 1/|w|, +Inf at w = 0; in units of the inputs
	// KappaOut is 1/theta, +Inf at theta = 0 (possible with Gamma = +Inf only) and NaN at theta < 0 (UF).
	KappaOut float64
	// SignedMargin is max over |v| <= Gamma, g v >= 0 of min_mu (y^mu (v.x^mu - 1 + I_ext^mu))/d^mu: the largest
	// kappa_out where positive, a measure of infeasibility where not (-Inf where rows with d = 0 or equality rows
	// exclude each other already). NaN where it was not asked for (UF; A with Options.SkipSignedMargin; F knows its
	// sign only and gives the margin it attained).
	SignedMargin float64
	// Gap is (kappa_upper - kappa)/max(1, |kappa|), in kappa_in for A and UF, in kappa_out for B; of an infeasible
	// problem t'mu - Gamma |(A'mu)_+| >= 0. Of F, whose weights prove themselves, 0.
	Gap         float64
	Certificate Certificate
	NormActive  bool // |w| = Gamma theta
	Support     int  // patterns with a nonzero multiplier
	Iterations  int  // interior point iterations and active set rounds
}

// Physical returns the weights in units of the threshold, w/theta; false if theta <= 0 or there is no solution.
func (s *Solution) Physical() ([]float64, bool) {
	if s.Status != Optimal || !(s.Theta > 0) {
		return nil, false
	}
	v := make([]float64, len(s.Weights))
	for i, w := range s.Weights {
		v[i] = w / s.Theta
	}
	return v, true
}
