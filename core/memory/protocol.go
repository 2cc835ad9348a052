package memory

import (
	"context"
	"math"

	"gardner/core/rng"
)

// The protocols of the paper.
const (
	StabilityCycles = 500  // T, cycles of a stability test
	StableError     = 0.1  // a memory is stable if the error never exceeds it
	BasinCycles     = 50   // at most, of a basin test
	DivergedError   = 0.15 // beyond, a basin test has failed
)

// Trial is what became of one start. Errors are fractions of all neurons, after whole
// cycles.
type Trial struct {
	Kept   bool    // stable, or recovered
	Error  float64 // after the last cycle run
	Worst  float64 // largest after any cycle run
	Cycles int     // run
}

// ctxCycles is how many cycles pass between two looks at a context.
const ctxCycles = 32

// Stability runs up to the given number of cycles with noise from the state last
// Reset to and stops when the error exceeds (strictly) tolerance; Kept says that it
// never did. Only neurons whose errors count (see Count) have noise. The error is the
// context's.
func (d *Dynamics) Stability(ctx context.Context, m Noise, cycles int, tolerance float64, noise, order *rng.Stream) (Trial, error) {
	d.SetNoiseOn(d.counted, m)
	t := Trial{Kept: true}
	for t.Cycles < cycles {
		if t.Cycles%ctxCycles == 0 && ctx.Err() != nil {
			return t, ctx.Err()
		}
		flips := len(d.Cycle(noise, order))
		t.Cycles++
		t.Error = d.Error()
		t.Worst = math.Max(t.Worst, t.Error)
		if t.Error > tolerance {
			t.Kept = false
			return t, nil
		}
		if flips == 0 && !d.noisy { // a fixed point: nothing will change
			t.Cycles = cycles
		}
	}
	return t, nil
}

// Distort flips neurons of the state last Reset to so that mean activities stay: active
// -> silent with probability p, silent -> active with probability p f/(1-f), f that of
// the neuron's type. Neuron i flips if the i-th uniform number of s is below its
// probability, so the flips at one p are among those at a larger p. Neurons whose errors
// do not count (see Count) stay.
func (d *Dynamics) Distort(pop Population, p float64, s *rng.Stream) {
	nExc := pop.NExc()
	for i := range d.counted {
		f := pop.FI
		if i < nExc {
			f = pop.FE
		}
		probability := p
		if !d.state.active[i] {
			probability = p * f / (1 - f)
		}
		if s.Float64() < probability {
			d.Flip(i)
		}
	}
}

// MaxDistortion returns the largest p of Distort, where p f/(1-f) is still a
// probability for both types: min(1, (1-f)/f).
func (p Population) MaxDistortion() float64 {
	most := 1.0
	if p.NExc() > 0 {
		most = math.Min(most, (1-p.FE)/p.FE)
	}
	if p.NExc() < p.N {
		most = math.Min(most, (1-p.FI)/p.FI)
	}
	return most
}

// Basin runs up to the given number of cycles without noise from the state as it is
// (see Distort). Kept says that the error against the state last Reset to reached 0;
// it stops there, where the error exceeds (strictly) diverged, and at any other fixed
// point. The error is the context's.
func (d *Dynamics) Basin(ctx context.Context, cycles int, diverged float64, order *rng.Stream) (Trial, error) {
	d.SetNoise(Noise{})
	t := Trial{}
	for t.Cycles < cycles {
		if t.Cycles%ctxCycles == 0 && ctx.Err() != nil {
			return t, ctx.Err()
		}
		flips := len(d.Cycle(nil, order))
		t.Cycles++
		t.Error = d.Error()
		t.Worst = math.Max(t.Worst, t.Error)
		if t.Kept = d.wrong == 0; t.Kept || t.Error > diverged || flips == 0 {
			break
		}
	}
	return t, nil
}
