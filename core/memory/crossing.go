package memory

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"gardner/core/rng"
)

// Tester finds the magnitude at which a network keeps half of its memories: sigma50 and
// p50. It tests the first Tested memories at a sequence of magnitudes, all under
// the same random numbers, which each memory has of its own: bisection on the share
// that is kept.
type Tester struct {
	Memories *Memories
	Network  *Network
	Tested   int     // memories tested, at most P; an odd number has no ties
	Key      rng.Key // names the random numbers
	// Accuracy is the relative width of the interval that the bisection ends with, its
	// middle being the answer; 0 means 0.01.
	Accuracy float64
	Cycles   int // of a stability test; 0 means StabilityCycles

	dynamics *Dynamics
	starts   []*State
}

func (t *Tester) prepare() error {
	if t.Tested < 1 || t.Tested > t.Memories.P {
		return fmt.Errorf("memory: %d memories to be tested of %d", t.Tested, t.Memories.P)
	}
	if t.dynamics == nil {
		t.dynamics = NewDynamics(t.Network)
		t.starts = make([]*State, t.Tested)
		for mu := range t.starts {
			t.starts[mu] = t.Network.At(t.Memories.Memory(mu))
		}
	}
	if t.Accuracy == 0 {
		t.Accuracy = 0.01
	}
	if t.Cycles == 0 {
		t.Cycles = StabilityCycles
	}
	return nil
}

func (t *Tester) stream(name string, mu int) *rng.Stream {
	return rng.New(t.Key.Sub(name, strconv.Itoa(mu)))
}

// Half reports whether at least half of the tested memories pass; it stops as soon as
// that is known.
func Half(tested int, pass func(mu int) (bool, error)) (bool, error) {
	kept := 0
	for mu := range tested {
		ok, err := pass(mu)
		if err != nil {
			return false, err
		}
		if ok {
			kept++
		}
		if left := tested - mu - 1; 2*kept >= tested || 2*(kept+left) < tested {
			break
		}
	}
	return 2*kept >= tested, nil
}

// NoiseCrossing returns the magnitude up to which at least half of the tested memories
// pass: low > 0, where they are taken to, is doubled until they do not, then the last
// interval is bisected geometrically until its relative width is accuracy. It is +Inf if
// 2^40 low is not enough. pass should use the same random numbers at every magnitude.
func NoiseCrossing(tested int, low, accuracy float64, pass func(mu int, sigma float64) (bool, error)) (float64, error) {
	at := func(sigma float64) (bool, error) {
		return Half(tested, func(mu int) (bool, error) { return pass(mu, sigma) })
	}
	high := 2 * low
	for range maxDoublings {
		ok, err := at(high)
		if err != nil {
			return 0, err
		}
		if !ok {
			return bisect(low, high, func(low, high float64) float64 { return math.Sqrt(low * high) },
				func(low, high float64) bool { return high > low*(1+accuracy) }, at)
		}
		low, high = high, 2*high
	}
	return math.Inf(1), nil
}

// maxDoublings bounds the search: 2^40 times the smallest margin drowns any field.
const maxDoublings = 40

// DistortionCrossing returns the level, from 0 where they are taken to, up to which at
// least half of the tested memories pass, to accuracy times most; most if they pass
// there. pass should use the same random numbers at every level.
func DistortionCrossing(tested int, most, accuracy float64, pass func(mu int, p float64) (bool, error)) (float64, error) {
	at := func(p float64) (bool, error) {
		return Half(tested, func(mu int) (bool, error) { return pass(mu, p) })
	}
	if ok, err := at(most); ok || err != nil {
		return most, err
	}
	return bisect(0, most, func(low, high float64) float64 { return (low + high) / 2 },
		func(low, high float64) bool { return high-low > accuracy*most }, at)
}

// Sigma50 returns the magnitude of the noise at which half of the memories are stable
// (see Stability), the noise being unit times that magnitude: Noise{Out: 1} asks for
// sigma_out, Noise{In: 1} for sigma_in. From 1/8 of the smallest distance, in s.d. of
// the noise, of any field from threshold on, where a flip in a test has a probability
// below 1e-9 and all memories count as stable, the magnitude is doubled until fewer
// than half are; then bisected geometrically. It returns +Inf if noise has no effect
// (all weights are 0) and 0 where some memory is no fixed point.
func (t *Tester) Sigma50(ctx context.Context, unit Noise) (float64, error) {
	if err := t.prepare(); err != nil {
		return 0, err
	}
	t.dynamics.SetNoise(unit)
	low := math.Inf(1)
	for _, s := range t.starts {
		for i, f := range s.fields {
			if !s.active[i] {
				f = -f
			}
			if sd := t.dynamics.sd[i]; sd > 0 {
				low = math.Min(low, f/(8*sd))
			} else if f < 0 {
				low = 0
			}
		}
	}
	if !(low > 0) || math.IsInf(low, 1) {
		return math.Max(low, 0), nil
	}
	return NoiseCrossing(t.Tested, low, t.Accuracy, func(mu int, sigma float64) (bool, error) {
		t.dynamics.Reset(t.starts[mu])
		m := Noise{In: sigma * unit.In, Out: sigma * unit.Out}
		r, err := t.dynamics.Stability(ctx, m, t.Cycles, StableError, t.stream("noise", mu), t.stream("order", mu))
		return r.Kept, err
	})
}

// P50 returns the level of distortion from which half of the memories are recovered
// (see Distort and Basin), to Accuracy times the largest level, MaxDistortion; that
// level if half of them are even there.
func (t *Tester) P50(ctx context.Context) (float64, error) {
	if err := t.prepare(); err != nil {
		return 0, err
	}
	return DistortionCrossing(t.Tested, t.Memories.MaxDistortion(), t.Accuracy, func(mu int, p float64) (bool, error) {
		t.dynamics.Reset(t.starts[mu])
		t.dynamics.Distort(t.Memories.Population, p, t.stream("distortion", mu))
		r, err := t.dynamics.Basin(ctx, BasinCycles, DivergedError, t.stream("order", mu))
		return r.Kept, err
	})
}

// bisect returns the middle of the last interval whose lower end passes and whose upper
// end does not.
func bisect(low, high float64, middle func(low, high float64) float64, wide func(low, high float64) bool,
	pass func(x float64) (bool, error)) (float64, error) {
	for wide(low, high) {
		x := middle(low, high)
		ok, err := pass(x)
		if err != nil {
			return 0, err
		}
		if ok {
			low = x
		} else {
			high = x
		}
	}
	return middle(low, high), nil
}
