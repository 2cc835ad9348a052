package weightfit

import (
	"context"
	"fmt"
	"math"
	"sort"

	"gardner/core/num"
	"gardner/core/rng"
)

// Interval is a bootstrap estimate of one quantity's error.
type Interval struct {
	SE        float64 // s.d. over the resamples
	Low, High float64 // 2.5 % and 97.5 % quantiles over the resamples
}

// Errors are the statistical errors of a fit.
type Errors struct {
	Shift, Scale       Interval
	Silent, SilentZero Interval // of the fitted fractions
	// Observed is the s.e. of the observed silent fraction, binomial; NaN if it
	// is unknown.
	Observed float64
	// KSP is the probability that a sample drawn from the fit is at least as far
	// from its own fit as the data from theirs.
	KSP float64
	// Resamples that have a fit; those that have none (Without) are left out.
	Resamples, Without int
}

// Bootstrap estimates the errors of a fit from resamples >= 10 samples drawn
// from the data with replacement (B. Efron, Ann. Stat. 7:1, 1979), and the
// probability of its KS distance from as many drawn from the fit. The result
// is a function of the sample and the stream. The error is ctx's, or a
// *SampleError where fewer than half of the resamples have a fit.
func (r *Result) Bootstrap(ctx context.Context, s *rng.Stream, resamples int) (*Errors, error) {
	if resamples < 10 {
		panic(fmt.Sprintf("weightfit: %d resamples, at least 10 are needed", resamples))
	}
	e := &Errors{Observed: math.NaN()}
	if n := float64(r.sample.Size()); r.sample.Known {
		e.Observed = math.Sqrt(float64(r.Observed*(1-r.Observed)) / n)
	}
	base := r.sample.moments()
	var shift, scale, silent, zero []float64
	for range resamples {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		m := r.sample.resample(s, base)
		b, h, ok := 0.0, 0.0, m.active >= 2 && m.square > 1+1e-14
		if ok {
			b, h, ok = m.maximum()
		}
		if !ok {
			e.Without++
			continue
		}
		x := m.result(b, h, r.sample)
		shift, scale = append(shift, x.Shift), append(scale, x.Scale)
		silent, zero = append(silent, x.Silent), append(zero, x.SilentZero)
	}
	e.Resamples = len(shift)
	if 2*e.Resamples < resamples {
		return nil, &SampleError{r.sample.Silent, len(r.sample.Active), fmt.Sprintf("%d of %d resamples have no fit: there are too few weights for errors", e.Without, resamples)}
	}
	e.Shift, e.Scale, e.Silent, e.SilentZero = interval(shift), interval(scale), interval(silent), interval(zero)
	farther, drawn := 0, 0
	for range resamples {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if x, err := Fit(r.draw(s)); err == nil {
			drawn++
			if x.KS >= r.KS {
				farther++
			}
		}
	}
	e.KSP = float64(1+farther) / float64(1+drawn)
	return e, nil
}

// resample draws as many weights with replacement and returns their moments,
// summed as deviations from the sample's own mean.
func (s *Sample) resample(stream *rng.Stream, base moments) moments {
	m := moments{known: s.Known, threshold: s.Threshold}
	sum, square := 0.0, 0.0
	for range s.Size() {
		k := stream.IntN(s.Size()) - s.Silent
		if k < 0 {
			m.silent++
			continue
		}
		d := (s.Active[k]-s.Threshold)/base.unit - 1
		m.active++
		sum += d
		square += float64(d * d)
	}
	mean := sum / m.active
	variance := square/m.active - float64(mean*mean)
	m.unit = base.unit * (1 + mean)
	m.square = 1 + variance/float64((1+mean)*(1+mean))
	return m
}

// draw returns a sample of the fit, of the data's size and threshold.
func (r *Result) draw(stream *rng.Stream) *Sample {
	s := &Sample{Sign: r.sample.Sign, Threshold: r.sample.Threshold, Known: r.sample.Known}
	above := num.H(r.Shift + s.Threshold/r.Scale)
	for range r.sample.Size() {
		var z float64
		if s.Known {
			z = stream.Norm()
		} else {
			z = num.InvH((1 - stream.Float64()) * above)
		}
		w := r.Scale * (z - r.Shift)
		switch {
		case w > 0 && w >= s.Threshold:
			s.Active = append(s.Active, w)
		case s.Known:
			s.Silent++
		}
	}
	sort.Float64s(s.Active)
	return s
}

// interval of at least 5 values, which it sorts.
func interval(values []float64) Interval {
	n := float64(len(values))
	mean, square := 0.0, 0.0
	for _, v := range values {
		mean += v / n
	}
	for _, v := range values {
		d := v - mean
		square += float64(d * d)
	}
	sort.Float64s(values)
	at := func(p float64) float64 {
		x := float64(p * (n - 1))
		k := int(x)
		if k+1 >= len(values) {
			return values[len(values)-1]
		}
		return values[k] + float64((x-float64(k))*(values[k+1]-values[k]))
	}
	return Interval{SE: math.Sqrt(square / (n - 1)), Low: at(.025), High: at(.975)}
}
