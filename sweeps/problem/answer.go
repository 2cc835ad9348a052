package problem

import (
	"context"
	"math"
	"strconv"

	"gardner/core/curve"
	"gardner/core/perceptron"
)

// Number is a float64 that JSON can hold: infinities are "inf" and "-inf",
// NaN (undefined) is null.
type Number float64

// MarshalJSON implements json.Marshaler with the fewest digits that give the
// number back exactly.
func (n Number) MarshalJSON() ([]byte, error) {
	switch v := float64(n); {
	case math.IsNaN(v):
		return []byte("null"), nil
	case math.IsInf(v, 1):
		return []byte(`"inf"`), nil
	case math.IsInf(v, -1):
		return []byte(`"-inf"`), nil
	default:
		return strconv.AppendFloat(nil, v, 'g', -1, 64), nil
	}
}

// Answer is what `gardner solve` prints. Fields that a problem leaves undefined
// are null.
type Answer struct {
	Status           string       `json:"status"`
	Weights          []Number     `json:"weights"` // physical, w/theta
	Theta            Number       `json:"theta"`
	Norm             Number       `json:"norm"` // |w|/theta
	KappaIn          Number       `json:"kappa_in"`
	KappaOut         Number       `json:"kappa_out"`
	SignedMargin     Number       `json:"signed_margin"`
	Imbalance        Number       `json:"imbalance"`
	Gap              Number       `json:"gap"`
	Certificate      *Certificate `json:"certificate"`
	Iterations       int          `json:"iterations"`
	CanonicalWeights []Number     `json:"canonical_weights,omitempty"` // where theta <= 0 leaves no physical ones
	Notes            []string     `json:"notes,omitempty"`
}

// Certificate holds one multiplier per pattern: "dual" bounds the optimum,
// "farkas" proves that there is no solution.
type Certificate struct {
	Kind        string   `json:"kind"`
	Multipliers []Number `json:"multipliers"`
}

// CurveAnswer is what `gardner solve` prints for a capacity curve.
type CurveAnswer struct {
	Curve       [][2]Number  `json:"curve"`    // kappa_in and kappa_out of each feasible prefix
	Capacity    int          `json:"capacity"` // patterns
	Gap         Number       `json:"gap"`      // the worst of all prefixes
	Certificate *Certificate `json:"certificate"`
	Notes       []string     `json:"notes,omitempty"`
}

// Solve answers the file's question: an *Answer or a *CurveAnswer. The error is
// a *perceptron.NumericalError or *curve.NumericalError where the wanted
// accuracy could not be reached.
func (f *File) Solve(ctx context.Context) (any, error) {
	switch {
	case f.Question == CapacityCurve:
		return f.curve(ctx)
	case f.FreeThreshold:
		return f.answer(freeThreshold(ctx, f.Problem))
	case f.Question == MaxKappaIn:
		return f.answer(maxKappaIn(ctx, f.Problem))
	case f.Question == MaxKappaOut:
		return f.answer(perceptron.MaxKappaOut(ctx, f.Problem, nil))
	default:
		return f.answer(perceptron.MaxKappaOut(ctx, f.Problem, nil)) // F, with the exact signed margin
	}
}

func (f *File) answer(s *perceptron.Solution, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	a := &Answer{
		Status: s.Status.String(), Iterations: s.Iterations,
		Theta: Number(s.Theta), KappaIn: Number(s.KappaIn), KappaOut: Number(s.KappaOut),
		SignedMargin: Number(s.SignedMargin), Gap: Number(s.Gap),
		Certificate: certificate(s.Certificate.Kind, s.Certificate.Multipliers),
		Norm:        Number(math.NaN()), Imbalance: Number(math.NaN()), Notes: f.Notes,
	}
	if s.Status == perceptron.Infeasible {
		a.SignedMargin = Number(math.Min(0, s.SignedMargin)) // a proved 0 may come with rounding
		return a, nil
	}
	q := perceptron.Describe(f.Problem, s, excitatory(f.Problem.Signs))
	a.Norm, a.Imbalance = Number(q.Norm), Number(q.Imbalance)
	if v, ok := s.Physical(); ok {
		a.Weights = numbers(v)
	} else {
		a.CanonicalWeights = numbers(s.Weights)
	}
	return a, nil
}

func (f *File) curve(ctx context.Context) (any, error) {
	in, err := curve.In(ctx, f.Problem, nil)
	if err != nil {
		return nil, err
	}
	out, err := curve.Out(ctx, f.Problem, nil)
	if err != nil {
		return nil, err
	}
	a := &CurveAnswer{Capacity: min(in.Capacity, out.Capacity), Curve: [][2]Number{}, Notes: f.Notes}
	worst := 0.0
	for i := range a.Capacity {
		a.Curve = append(a.Curve, [2]Number{Number(in.Kappa[i]), Number(out.Kappa[i])})
		worst = max(worst, in.Gap[i], out.Gap[i])
	}
	a.Gap = Number(worst)
	if in.Ended {
		a.Certificate = certificate(perceptron.FarkasCertificate, in.Farkas)
	}
	return a, nil
}

func certificate(kind string, multipliers []float64) *Certificate {
	if multipliers == nil {
		return nil
	}
	return &Certificate{Kind: kind, Multipliers: numbers(multipliers)}
}

// excitatory is the number of leading inputs that count as excitatory.
func excitatory(signs []int8) int {
	for i, g := range signs {
		if g < 0 {
			return i
		}
	}
	return len(signs)
}

func numbers(v []float64) []Number {
	out := make([]Number, len(v))
	for i, x := range v {
		out[i] = Number(x)
	}
	return out
}

// Describe says in a few words what the certificate proves.
func (c *Certificate) Describe() string {
	switch {
	case c == nil:
		return "the weights prove themselves"
	case c.Kind == perceptron.FarkasCertificate:
		return "Farkas vector: no solution exists"
	default:
		return "duality gap"
	}
}
