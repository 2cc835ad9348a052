package learning

import (
	"math"

	"gardner/core/linalg"
)

// State is what is observed of a neuron between two cycles, without noise.
type State struct {
	Norm float64 // |w|, in V_th per input

	// DriveExc and DriveInh are the means over patterns of the excitatory and the
	// inhibitory input, sum w_i x_i over the type, in units of V_th; the latter is
	// not positive.
	DriveExc, DriveInh float64

	// Imbalance is IB = <w.x>/<sum |w_i| x_i>, averages over patterns; NaN at w = 0.
	Imbalance float64

	// KappaOut is min over patterns of y (w.x - 1), in units of V_th: the tolerated
	// output noise, negative while some pattern is misclassified.
	KappaOut float64
	// KappaIn is KappaOut/|w|: the tolerated input noise, in the unit of the inputs.
	// NaN at w = 0.
	KappaIn float64

	Misclassified int // patterns with y (w.x - 1) <= 0 and label +1, or < 0 and label -1
}

// State returns the present state; it costs one cycle's drives.
func (l *Learner) State() State {
	s := State{Norm: l.norm(), KappaOut: math.Inf(1)}
	for mu, y := range l.patterns.labels {
		exc, inh := l.patterns.mask(mu)
		e, i := float64(l.scale*linalg.MaskedSum(l.exc, exc)), float64(l.scale*linalg.MaskedSum(l.inh, inh))
		s.DriveExc += e
		s.DriveInh -= i
		field := e - i - 1
		s.KappaOut = math.Min(s.KappaOut, float64(y*field))
		if (field > 0) != (y > 0) {
			s.Misclassified++
		}
	}
	gross := s.DriveExc - s.DriveInh
	s.Imbalance = (s.DriveExc + s.DriveInh) / gross
	s.DriveExc /= float64(l.patterns.p)
	s.DriveInh /= float64(l.patterns.p)
	s.KappaIn = s.KappaOut / s.Norm
	if s.Norm == 0 {
		s.Imbalance, s.KappaIn = math.NaN(), math.NaN()
	}
	return s
}

// Patterns returns P, the presentations in a cycle.
func (l *Learner) Patterns() int { return l.patterns.p }
