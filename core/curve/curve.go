package curve

import (
	"fmt"
	"sort"

	"gardner/core/linalg"
)

// Tolerance is the largest gap at which a prefix counts as solved, unless Options.Tol says otherwise; gaps are usually
// about 1e-12. Where the pass fails and a prefix has to be solved on its own (Curve.Cold), perceptron.CertifiedGap, 1e-8, will do.
const Tolerance = 1e-9

// Options changes what a pass does. The zero value, or nil, runs over all patterns until no solution is left.
type Options struct {
	// MinKappa ends the pass after the first prefix whose kappa is below it; 0 means never.
	MinKappa float64
	// Tol is the largest accepted gap, 0 means Tolerance.
	Tol float64
	// Engine lends kernels and scratch memory; nil makes a private one. Bits do not depend on it.
	Engine *linalg.Engine
	// Progress is called after each prefix with the number of prefixes done and the number of patterns.
	Progress func(done, of int)
	// Visit is called after each prefix with its solution. The slices are valid during the call only.
	Visit func(Step)
}

// Step is the solution of one prefix together with the multipliers that prove it optimal.
type Step struct {
	Prefix      int       // patterns in the prefix
	Kappa       float64   // kappa_in of In, kappa_out of Out
	Weights     []float64 // canonical w, N values
	Theta       float64   // canonical threshold
	Multipliers []float64 // Prefix values, the certificate as perceptron.Certificate describes it
	Gap         float64   // (upper bound - kappa)/max(1, |kappa|)
	NormActive  bool      // |w| = Gamma theta
}

// Curve is the capacity curve of one ordered sequence of patterns.
type Curve struct {
	// Kappa holds the largest margin of the prefixes of 1, 2, ... patterns, as far as they have a solution and the pass
	// went: kappa_in of In, kappa_out of Out. Non-increasing; +Inf where the problem says so (w = 0 for In, theta = 0
	// with Gamma = +Inf for Out).
	Kappa []float64
	// Gap holds (kappa_upper - kappa)/max(1, kappa) of each prefix, evaluated from the patterns; 0 where kappa is +Inf.
	Gap []float64
	// Capacity is the largest prefix known to have a solution: len(Kappa).
	Capacity int
	// Ended says that the prefix of Capacity+1 patterns has no solution. Otherwise the patterns ran out, or MinKappa
	// was passed.
	Ended bool
	// Farkas proves it: Capacity+1 multipliers mu >= 0 (free in sign for rows with equality) with d'mu = 1 and Gamma |(A'mu)_+| <= t'mu, nil unless Ended.
	Farkas []float64
	// FarkasGap is t'mu - Gamma |(A'mu)_+|; for Gamma = +Inf t'mu, with A'mu <= 0 up to rounding.
	FarkasGap float64
	// Events counts the kinks followed one by one, Rounds the active set rounds, Cold the prefixes that had to be
	// solved on their own.
	Events, Rounds, Cold int
}

// CapacityAt returns the largest prefix with margin at least kappa, 0 if there is none.
func (c *Curve) CapacityAt(kappa float64) int {
	return sort.Search(len(c.Kappa), func(i int) bool { return !(c.Kappa[i] >= kappa) })
}

// NumericalError says that a prefix could be neither solved nor proved infeasible to the wanted accuracy. The curve
// returned beside it is right as far as it goes; Lower and Upper bound the margin of the prefix that failed.
type NumericalError struct {
	Prefix       int
	Lower, Upper float64
	Gap, Tol     float64
	Err          error // of the solver that was asked last, or nil
}

func (e *NumericalError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("curve: prefix of %d patterns: the optimum was not reached: %v", e.Prefix, e.Err)
	}
	return fmt.Sprintf("curve: prefix of %d patterns: the optimum was not reached: kappa between %.17g and %.17g, gap %.3g, wanted %.3g",
		e.Prefix, e.Lower, e.Upper, e.Gap, e.Tol)
}

// Unwrap returns Err.
func (e *NumericalError) Unwrap() error { return e.Err }
