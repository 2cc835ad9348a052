package inhibition

import (
	"context"
	"fmt"

	"gardner/core/linalg"
	"gardner/core/memory"
	"gardner/core/rng"
)

// How long the I population runs with E clamped.
const (
	BurnIn   = 100 // cycles before anything is recorded, and before E is released
	Recorded = 300 // cycles that averages are taken over
)

// Record is the I population's activity in consecutive cycles.
type Record struct {
	NInh, Cycles int
	Active       []bool    // Cycles x NInh, row-major, after each cycle
	Mean         []float64 // NInh values, averaged over the cycles
}

// Clamp holds the E population at a state (NExc values, active where > 0) and runs the
// I population from a random state: burnIn cycles, then cycles recorded ones. The error
// is the context's. It panics on shapes that do not fit and without recorded cycles.
func (c *Circuit) Clamp(ctx context.Context, exc []float64, burnIn, cycles int, s *rng.Stream) (*Record, error) {
	if len(exc) != c.NExc || burnIn < 0 || cycles < 1 {
		panic(fmt.Sprintf("inhibition: a state of %d neurons for %d, %d and %d cycles", len(exc), c.NExc, burnIn, cycles))
	}
	net := c.inh.WithThresholds(c.clampedThresholds(exc))
	start := make([]float64, c.NInh)
	for i := range start {
		if s.Bernoulli(c.MI) {
			start[i] = 1
		}
	}
	d := memory.NewDynamics(net)
	d.Reset(net.At(start))
	r := &Record{NInh: c.NInh, Cycles: cycles, Active: make([]bool, cycles*c.NInh), Mean: make([]float64, c.NInh)}
	for t := range burnIn + cycles {
		if t%32 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		d.Cycle(nil, s)
		if t < burnIn {
			continue
		}
		row := r.Active[(t-burnIn)*c.NInh : (t-burnIn+1)*c.NInh]
		for i := range row {
			if row[i] = d.Active(i); row[i] {
				r.Mean[i]++
			}
		}
	}
	for i := range r.Mean {
		r.Mean[i] /= float64(cycles)
	}
	return r, nil
}

// clampedThresholds are those of the I neurons less their input from E.
func (c *Circuit) clampedThresholds(exc []float64) []float64 {
	x := make([]float64, c.NExc)
	for j, v := range exc {
		if v > 0 {
			x[j] = 1
		}
	}
	thresholds := make([]float64, c.NInh)
	for i := range thresholds {
		thresholds[i] = 1 - linalg.Dot(c.FromExc[i*c.NExc:(i+1)*c.NExc], x)
	}
	return thresholds
}

// Asynchrony measures how independently the neurons of a record fire.
type Asynchrony struct {
	Rate float64 // mean activity
	// Quenched is the mean over neurons of their squared time average, less what a finite
	// record adds to it (variance/cycles).
	Quenched float64
	// C0, C1, C5 are the autocovariance of a neuron's activity around its time average at
	// lags of 0, 1 and 5 cycles, averaged over neurons.
	C0, C1, C5 float64
	// RateVariance is N_I var(population rate)/(m (1-m)): 1 for independent neurons of the
	// same rate, N_I if all fire as one, 0 if nothing ever changes.
	RateVariance float64
	// Level is C0/(m (1-m)): 1 if all neurons fire at the same rate, 0 if none changes.
	Level float64
}

// lags of Asynchrony's autocovariances.
const lagLong = 5

// Asynchrony measures a record against the mean activity m that is aimed at. It panics
// on a record of 5 cycles or fewer.
func (r *Record) Asynchrony(m float64) Asynchrony {
	if r.Cycles <= lagLong {
		panic(fmt.Sprintf("inhibition: a record of %d cycles has no lag of %d", r.Cycles, lagLong))
	}
	var a Asynchrony
	n, cycles := float64(r.NInh), float64(r.Cycles)
	for _, mean := range r.Mean {
		a.Rate += mean / n
		a.Quenched += float64(mean*mean) / n
	}
	covariance := func(lag int) float64 {
		sum := 0.0
		for t := range r.Cycles - lag {
			now, later := r.Active[t*r.NInh:(t+1)*r.NInh], r.Active[(t+lag)*r.NInh:(t+lag+1)*r.NInh]
			for i, mean := range r.Mean {
				sum += float64((indicator(now[i]) - mean) * (indicator(later[i]) - mean))
			}
		}
		return sum / (n * float64(r.Cycles-lag))
	}
	a.C0, a.C1, a.C5 = covariance(0), covariance(1), covariance(lagLong)
	a.Quenched -= a.C0 / cycles
	variance := 0.0
	for t := range r.Cycles {
		rate := 0.0
		for _, active := range r.Active[t*r.NInh : (t+1)*r.NInh] {
			rate += indicator(active) / n
		}
		variance += float64((rate-a.Rate)*(rate-a.Rate)) / cycles
	}
	unit := m * (1 - m)
	a.RateVariance, a.Level = n*variance/unit, a.C0/unit
	return a
}

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// The bounds of Asynchronous.
const (
	maxC1           = 0.5
	maxC5           = 0.05
	maxRateVariance = 0.3
	minLevel        = 0.1
)

// Asynchronous reports whether the population fires asynchronously: C(1) < .5 C(0),
// C(5) < .05 C(0) and RateVariance < .3 (balance suppresses it). A frozen population,
// in which hardly any neuron changes (C(0) < .1 m (1-m)), is not.
func (a Asynchrony) Asynchronous() bool {
	return a.Level >= minLevel && a.C1 < maxC1*a.C0 && a.C5 < maxC5*a.C0 && a.RateVariance < maxRateVariance
}
