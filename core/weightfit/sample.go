package weightfit

import (
	"fmt"
	"math"
	"sort"
)

// Sample is measured weights of one cell type, as absolute values.
type Sample struct {
	Sign      int       // +1 excitatory, -1 inhibitory
	Threshold float64   // detection threshold t >= 0, in the unit of the weights
	Known     bool      // whether Silent is known
	Silent    int       // weights that are zero or below the threshold
	Active    []float64 // the others, ascending; each > 0 and >= Threshold
}

// NewSample sorts weights of one sign into silent and active ones: silent is
// what is zero or has |w| < threshold. weights may be empty of zeros; where silent
// synapses could not be seen at all, use NewActiveSample. The error is a
// *WeightError: a weight of the other sign, NaN or infinite.
func NewSample(weights []float64, sign int, threshold float64) (*Sample, error) {
	if sign != 1 && sign != -1 {
		panic(fmt.Sprintf("weightfit: sign %d of a cell type", sign))
	}
	if !(threshold >= 0) || math.IsInf(threshold, 1) {
		return nil, &WeightError{Index: -1, Value: threshold, Want: "finite and at least 0"}
	}
	s := &Sample{Sign: sign, Threshold: threshold, Known: true}
	for i, w := range weights {
		x := w * float64(sign)
		switch {
		case math.IsNaN(w) || math.IsInf(w, 0):
			return nil, &WeightError{i, w, "finite"}
		case x < 0 && sign > 0:
			return nil, &WeightError{i, w, "at least 0: excitatory weights are positive"}
		case x < 0:
			return nil, &WeightError{i, w, "at most 0: inhibitory weights are negative"}
		case x == 0 || x < threshold:
			s.Silent++
		default:
			s.Active = append(s.Active, x)
		}
	}
	sort.Float64s(s.Active)
	return s, nil
}

// NewActiveSample is a sample whose number of silent synapses is unknown, as
// where only connected pairs are recorded. Zeros and weights below the threshold
// are left out. Errors as NewSample.
func NewActiveSample(weights []float64, sign int, threshold float64) (*Sample, error) {
	s, err := NewSample(weights, sign, threshold)
	if err != nil {
		return nil, err
	}
	s.Known, s.Silent = false, 0
	return s, nil
}

// Size is the number of weights that count.
func (s *Sample) Size() int { return s.Silent + len(s.Active) }

// SilentFraction is the observed fraction below the threshold, NaN if unknown.
func (s *Sample) SilentFraction() float64 {
	if !s.Known || s.Size() == 0 {
		return math.NaN()
	}
	return float64(s.Silent) / float64(s.Size())
}

// moments are the sufficient statistics of a sample.
type moments struct {
	known          bool
	silent, active float64
	threshold      float64
	unit           float64 // mean of |w| - t, in which the rest is measured
	square         float64 // mean of y^2/unit^2, >= 1
}

// moments of y = |w| - t. The deviation is summed about the mean, for samples
// that are narrow beside it.
func (s *Sample) moments() moments {
	n := float64(len(s.Active))
	m := moments{known: s.Known, silent: float64(s.Silent), active: n, threshold: s.Threshold}
	sum := 0.0
	for _, w := range s.Active {
		sum += (w - s.Threshold) / n
	}
	m.unit = sum
	deviation := 0.0
	for _, w := range s.Active {
		d := (w-s.Threshold)/sum - 1
		deviation += float64(d * d)
	}
	m.square = 1 + deviation/n
	return m
}
