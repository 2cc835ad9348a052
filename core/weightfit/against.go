package weightfit

import (
	"fmt"
	"math"

	"gardner/core/num"
	"gardner/core/theory"
)

// Comparison holds a sample against one predicted distribution.
type Comparison struct {
	Scale float64 // of the prediction, or fitted to the sample at its shift
	// SilentTheory is the fraction that the prediction has below the threshold;
	// SilentZ the distance of the observed fraction from it in binomial s.e., NaN
	// if zeros are not known.
	SilentTheory, SilentZ float64
	KS                    float64 // Kolmogorov-Smirnov distance
	// Ratio is twice the log likelihood that the best fit gains over the
	// prediction, and P the probability of at least that if the prediction holds
	// (S. S. Wilks, Ann. Math. Stat. 9:60, 1938: chi-square of Freedom degrees).
	Ratio   float64
	Freedom int
	P       float64
}

// Against compares the fitted sample with a prediction. With freeScale the
// prediction is its shift only, for measured weights are rarely in units of the
// threshold. It panics if the signs differ; the error is a *theory.DomainError.
func (r *Result) Against(d theory.WeightDensity, freeScale bool) (*Comparison, error) {
	s := r.sample
	if d.Sign != s.Sign {
		panic(fmt.Sprintf("weightfit: weights of sign %d against a density of sign %d", s.Sign, d.Sign))
	}
	if !(math.Abs(d.Shift) <= 30) {
		return nil, &theory.DomainError{Param: "B", Value: d.Shift, Want: "between -30 and 30"}
	}
	m := s.moments()
	c := &Comparison{Scale: d.Scale, SilentZ: math.NaN(), Freedom: 2}
	if freeScale {
		c.Scale, c.Freedom = m.unit/m.bestSlope(d.Shift), 1
	}
	if !(c.Scale > 0) || math.IsInf(c.Scale, 1) {
		return nil, &theory.DomainError{Param: "scale", Value: c.Scale, Want: "positive and finite"}
	}
	b := d.Shift + s.Threshold/c.Scale
	c.SilentTheory = num.H(-b)
	if s.Known {
		error2 := float64(c.SilentTheory*num.H(b)) / float64(s.Size())
		c.SilentZ = (r.Observed - c.SilentTheory) / math.Sqrt(error2)
	}
	c.KS = s.distance(d.Shift, c.Scale)
	c.Ratio = math.Max(0, 2*(r.LogLikelihood-m.likelihood(b, m.unit/c.Scale)))
	if freeScale {
		c.P = 2 * num.H(math.Sqrt(c.Ratio))
	} else {
		c.P = num.Exp(-c.Ratio / 2)
	}
	return c, nil
}

// bestSlope is the h = unit/Scale that maximises the likelihood at a given
// shift; in h alone it is concave, for zeros known or not.
func (m moments) bestSlope(shift float64) float64 {
	t := m.threshold / m.unit
	mean, square := 1+t, m.square+2*t+float64(t*t)
	rising := func(h float64) bool {
		b := shift + float64(t*h)
		g := 1/h - float64(h*square) - float64(shift*mean)
		if m.known {
			g += float64(float64(m.silent/m.active*t) * hazard(-b))
		} else {
			g += float64(t * hazard(b))
		}
		return g > 0
	}
	high := 1.0
	for rising(high) {
		high *= 2
	}
	return bisect(0, high, rising)
}
