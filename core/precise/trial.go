package precise

import (
	"fmt"
	"math"

	"gardner/core/psp"
	"gardner/core/rng"
	"gardner/core/spiking"
)

// Trial is input spikes from time 0 to End and the times at which the neuron should
// fire. It is not changed by learning.
type Trial struct {
	Input   psp.Train
	Desired []float64 // increasing, between 0 and End
	End     float64

	n      int       // afferents
	forced psp.Train // the input spikes and, as spikes of afferent n, the desired times
	resets []int     // the desired times among forced
	need   []float64 // r at each desired time, before its own reset
}

// NewTrial returns a trial with spikes of n afferents until end and desired times in
// increasing order; later spikes are dropped. Desired times that do not increase from
// 0 to end panic.
func NewTrial(k *psp.Kernel, n int, time []float64, afferent []int32, desired []float64, end float64) *Trial {
	t := &Trial{Desired: desired, End: end, n: n}
	count := len(time)
	for count > 0 && time[count-1] >= end {
		count--
	}
	t.Input.Set(k, time[:count], afferent[:count])
	var times []float64
	var who []int32
	j, last, r := 0, 0.0, 0.0
	for i, d := range desired {
		if !(d > last && d < end) {
			panic(fmt.Sprintf("precise: desired time %v after %v in a trial of %v", d, last, end))
		}
		for ; j < count && time[j] < d; j++ {
			times, who = append(times, time[j]), append(who, afferent[j])
		}
		t.resets = append(t.resets, len(times))
		times, who = append(times, d), append(who, int32(n))
		if i > 0 {
			m, _ := k.Decay(d - last)
			r = float64((r + 1) * m)
		}
		t.need = append(t.need, r)
		last = d
	}
	t.forced.Set(k, append(times, time[j:count]...), append(who, afferent[j:count]...))
	return t
}

// Sequence is an endless sequence of random trials, of which experiments learn the
// part with a given number of desired spikes.
type Sequence struct {
	Kernel   *psp.Kernel
	N        int     // afferents
	RateIn   float64 // of each afferent, per unit of time
	RateOut  float64 // of the desired spikes
	Gap      float64 // the least time between two desired spikes; RateOut Gap < 1
	Duration float64 // of a trial, above tau_m
	Input    *rng.Stream
	Output   *rng.Stream

	drawn  []*Trial
	spikes []int // desired up to and including each trial
	volley spiking.Volley
	source *spiking.Source
}

// SequenceError says which number of a sequence makes no sense.
type SequenceError struct {
	Field string
	Value float64
	Want  string
}

func (e *SequenceError) Error() string {
	return fmt.Sprintf("precise: %s = %v, want %s", e.Field, e.Value, e.Want)
}

// Validate returns nil or a *SequenceError.
func (s *Sequence) Validate() error {
	positive := func(v float64) bool { return v > 0 && v <= math.MaxFloat64 }
	switch {
	case s.N < 1:
		return &SequenceError{"N", float64(s.N), "at least one afferent"}
	case !positive(s.RateIn):
		return &SequenceError{"RateIn", s.RateIn, "a positive rate"}
	case !positive(s.RateOut):
		return &SequenceError{"RateOut", s.RateOut, "a positive rate"}
	case !(s.Gap >= 0 && float64(s.Gap*s.RateOut) < 0.95):
		return &SequenceError{"Gap", s.Gap, fmt.Sprintf("a time from 0 to below 0.95 of the mean interval %v of the desired spikes: lower rate_out or eps", 1/s.RateOut)}
	case !(s.Duration > s.Kernel.TauM && s.Duration <= math.MaxFloat64):
		return &SequenceError{"Duration", s.Duration, fmt.Sprintf("more than tau_m = %v, before which no spike is desired", s.Kernel.TauM)}
	}
	return nil
}

// Trials returns the first trials that have count desired spikes together; the last
// one ends half way between its last desired spike and the next. Trials without
// desired spikes, in which the neuron should be silent, are among them. It panics
// if the sequence is not valid.
//
// Desired spikes are Poisson with a dead time: intervals are Gap plus an exponential,
// with mean 1/RateOut, from tau_m after the trial's beginning.
func (s *Sequence) Trials(count int) []*Trial {
	if err := s.Validate(); err != nil {
		panic(err)
	}
	have := 0
	if len(s.spikes) > 0 {
		have = s.spikes[len(s.spikes)-1]
	}
	for have < count {
		t := s.draw()
		have += len(t.Desired)
		s.drawn, s.spikes = append(s.drawn, t), append(s.spikes, have)
	}
	var trials []*Trial
	for i, t := range s.drawn {
		switch over := s.spikes[i] - count; {
		case count == 0:
			return nil
		case over < 0:
			trials = append(trials, t)
		case over == 0:
			return append(trials, t)
		default:
			keep := len(t.Desired) - over
			return append(trials, NewTrial(s.Kernel, s.N, t.Input.Time, t.Input.Afferent, t.Desired[:keep], (t.Desired[keep-1]+t.Desired[keep])/2))
		}
	}
	return trials
}

func (s *Sequence) draw() *Trial {
	if s.source == nil {
		x := make([]float64, s.N)
		for i := range x {
			x[i] = 1
		}
		s.source, _ = spiking.NewSource(x, s.RateIn) // rates are valid
	}
	s.volley.Poisson(s.Kernel, s.Input, s.source, s.Duration)
	mean, last := 1/s.RateOut-s.Gap, s.Duration-float64(s.Gap/2)
	var desired []float64
	for at := s.Kernel.TauM + float64(mean*s.Output.Exp()); at < last; at += s.Gap + float64(mean*s.Output.Exp()) {
		desired = append(desired, at)
	}
	return NewTrial(s.Kernel, s.N, s.volley.Time, s.volley.Afferent, desired, s.Duration)
}
