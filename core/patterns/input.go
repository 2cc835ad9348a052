package patterns

import (
	"fmt"
	"math"

	"gardner/core/num"
	"gardner/core/rng"
)

// Family names a distribution of one input.
type Family string

// The families. Each is given by mean and standard deviation, except bernoulli,
// where the mean f alone fixes both.
const (
	Exponential Family = "exponential" // density e^(-x/mean)/mean on x >= 0
	Gamma       Family = "gamma"       // shift + scale Gamma(shape), scale = sd/sqrt(shape), shift = mean - sd sqrt(shape)
	Bernoulli   Family = "bernoulli"   // 1 with probability f = mean, else 0
	Gaussian    Family = "gaussian"    // mean + sd z
	Lognormal   Family = "lognormal"   // exp(m + s z) with s^2 = log(1 + sd^2/mean^2), m = log(mean) - s^2/2
)

// Families lists all families.
func Families() []Family {
	return []Family{Exponential, Gamma, Bernoulli, Gaussian, Lognormal}
}

// Input is the distribution of one input.
//
//	family       Mean      SD                Shape
//	exponential  > 0       0 or equal Mean   ignored
//	gamma        finite    > 0               > 0
//	bernoulli    in (0,1)  ignored           ignored
//	gaussian     finite    > 0               ignored
//	lognormal    > 0       > 0               ignored
type Input struct {
	Family Family
	Mean   float64
	SD     float64
	Shape  float64
}

// ParamError says which number of an input or population is outside its domain.
type ParamError struct {
	Family Family  // empty if the field belongs to no family
	Field  string  // "Mean", "SD", "Shape", "N", "FExc", "POut", "Family"
	Value  float64 // the offending number
	Domain string  // what is allowed
}

func (e *ParamError) Error() string {
	if e.Family == "" {
		return fmt.Sprintf("patterns: %s = %v, want %s", e.Field, e.Value, e.Domain)
	}
	return fmt.Sprintf("patterns: %s input: %s = %v, want %s", e.Family, e.Field, e.Value, e.Domain)
}

// FamilyError says that a family is unknown.
type FamilyError struct{ Family Family }

func (e *FamilyError) Error() string {
	return fmt.Sprintf("patterns: unknown input family %q, want one of %v", string(e.Family), Families())
}

// maxMagnitude bounds means and deviations, so that no moment overflows.
const maxMagnitude = 1e100

// Validate returns nil, a *FamilyError or a *ParamError.
func (in Input) Validate() error {
	bad := func(field string, v float64, domain string) error {
		return &ParamError{Family: in.Family, Field: field, Value: v, Domain: domain}
	}
	positive := func(v float64) bool { return v >= 1/maxMagnitude && v <= maxMagnitude }
	const wantPositive = "a positive number (1e-100 to 1e100)"
	switch in.Family {
	case Exponential:
		if !positive(in.Mean) {
			return bad("Mean", in.Mean, wantPositive)
		}
		if in.SD != 0 && in.SD != in.Mean {
			return bad("SD", in.SD, fmt.Sprintf("0 or the mean %v: an exponential has no other", in.Mean))
		}
	case Bernoulli:
		if !(in.Mean > 0 && in.Mean < 1) {
			return bad("Mean", in.Mean, "an activity between 0 and 1, both excluded")
		}
	case Gamma, Gaussian:
		if !(math.Abs(in.Mean) <= maxMagnitude) {
			return bad("Mean", in.Mean, "a finite number (at most 1e100)")
		}
		if !positive(in.SD) {
			return bad("SD", in.SD, wantPositive)
		}
		if in.Family == Gamma && !(in.Shape >= minShape && in.Shape <= maxShape) {
			return bad("Shape", in.Shape, "a number from 1e-3 to 1e9")
		}
	case Lognormal:
		if !positive(in.Mean) {
			return bad("Mean", in.Mean, wantPositive)
		}
		if !positive(in.SD) {
			return bad("SD", in.SD, wantPositive)
		}
	default:
		return &FamilyError{Family: in.Family}
	}
	return nil
}

// Gamma shapes allowed: below, nearly all draws underflow to the shift; above,
// the distribution is a gaussian to all digits.
const (
	minShape = 1e-3
	maxShape = 1e9
)

// MeanValue returns the mean of the input.
func (in Input) MeanValue() float64 { return in.Mean }

// Sigma returns the standard deviation of the input: SD, but the mean for the
// exponential and sqrt(f(1-f)) for bernoulli.
func (in Input) Sigma() float64 {
	switch in.Family {
	case Exponential:
		return in.Mean
	case Bernoulli:
		return math.Sqrt(in.Mean * (1 - in.Mean))
	default:
		return in.SD
	}
}

// CV returns the coefficient of variation Sigma/Mean, infinite for mean 0.
func (in Input) CV() float64 { return in.Sigma() / in.Mean }

// shiftSnap is the relative size below which the shift of a gamma is rounding:
// parameters carry 12 significant digits, so mean = sd sqrt(shape) holds only to
// about 1e-12, and an input that should be >= 0 would come out as -1e-12.
const shiftSnap = 4e-12

// GammaScaleShift returns scale and shift of the shifted gamma; a shift that is
// zero to the 12 digits of the parameters is exactly 0.
func (in Input) GammaScaleShift() (scale, shift float64) {
	root := math.Sqrt(in.Shape)
	scale = in.SD / root
	shift = in.Mean - float64(in.SD*root)
	if math.Abs(shift) <= shiftSnap*math.Abs(in.Mean) {
		shift = 0
	}
	return scale, shift
}

// Fill draws len(dst) independent inputs. It panics if in is not valid.
func (in Input) Fill(s *rng.Stream, dst []float64) {
	if err := in.Validate(); err != nil {
		panic(err)
	}
	in.fill(s, dst)
}

// fill is Fill for an input known to be valid.
func (in Input) fill(s *rng.Stream, dst []float64) {
	switch in.Family {
	case Exponential:
		s.FillExp(dst)
		for i, v := range dst {
			dst[i] = in.Mean * v
		}
	case Gamma:
		scale, shift := in.GammaScaleShift()
		s.FillGamma(dst, in.Shape)
		for i, v := range dst {
			dst[i] = shift + float64(scale*v)
		}
	case Bernoulli:
		for i := range dst {
			dst[i] = 0
			if s.Bernoulli(in.Mean) {
				dst[i] = 1
			}
		}
	case Gaussian:
		s.FillNorm(dst)
		for i, v := range dst {
			dst[i] = in.Mean + float64(in.SD*v)
		}
	case Lognormal:
		cv := in.SD / in.Mean
		s2 := num.Log1p(float64(cv * cv))
		sd := math.Sqrt(s2)
		mean := num.Log(in.Mean) - float64(s2/2)
		s.FillNorm(dst)
		for i, v := range dst {
			dst[i] = num.Exp(mean + float64(sd*v))
		}
	}
}
