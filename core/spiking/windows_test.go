package spiking_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gardner/core/psp"
	"gardner/core/rng"
	"gardner/core/spiking"
)

// Noise spikes of every density among inputs of every density, against all of them in
// the order of time.
func TestWindowsAgainstSpikeBySpike(t *testing.T) {
	t.Parallel()
	var windows spiking.Windows // reused from presentation to presentation
	fired := 0
	rapid.Check(t, func(t *rapid.T) {
		k := drawKernel(t)
		train, w := drawTrain(t, k)
		T := 1.0
		if n := train.Len(); n > 0 {
			T += train.Time[n-1]
		}
		T = math.Max(T, rapid.Float64Range(1, 100).Draw(t, "T"))
		r := rng.New(rng.NewKey("windows", fmt.Sprint(rapid.Uint64().Draw(t, "noise seed"))))
		z := make([]float64, rapid.IntRange(1, 1500).Draw(t, "noise afferents"))
		r.FillNorm(z)
		windows.Set(k, train, r, z, T)
		all := new(psp.Train)
		windows.Merge(k, len(w), all)
		for _, sigma := range []float64{0, rapid.Float64Range(0, 1).Draw(t, "sigma")} {
			both := slices.Clone(w)
			for _, x := range z {
				both = append(both, x*sigma)
			}
			want := spiking.Run(k, all, psp.Scale(k, both), T+100, nil)
			got := windows.Run(k, psp.Scale(k, w), sigma*k.V0, T+100, nil)
			sameSpikes(t, k, all, both, got, want)
			fired += len(got)
		}
	})
	if fired < 1000 {
		t.Errorf("only %d spikes in all: the test compares nothing", fired)
	}
}

// Merge keeps the order of time, and input and noise apart.
func TestWindowsMerge(t *testing.T) {
	t.Parallel()
	k := kernel(t)
	inputs, all := new(psp.Train), new(psp.Train)
	inputs.Set(k, []float64{1, 3, 3, 9}, []int32{0, 1, 0, 1})
	var windows spiking.Windows
	windows.Set(k, inputs, rng.New(rng.NewKey("merge")), make([]float64, 5), 10)
	windows.Merge(k, 2, all)
	var times []float64
	var afferents, noise []int32
	for j, i := range all.Afferent {
		if j > 0 && all.Time[j] < all.Time[j-1] {
			t.Errorf("times %v", all.Time)
		}
		if i < 2 {
			times, afferents = append(times, all.Time[j]), append(afferents, i)
		} else {
			noise = append(noise, i)
		}
	}
	slices.Sort(noise)
	if !slices.Equal(times, inputs.Time) || !slices.Equal(afferents, []int32{0, 0, 1, 1}) || !slices.Equal(noise, []int32{2, 3, 4, 5, 6}) {
		t.Errorf("inputs %v at %v, noise of %v", afferents, times, noise)
	}
}

// noiseTimes returns the times of the noise spikes, by afferent.
func noiseTimes(k *psp.Kernel, windows *spiking.Windows, n int) []float64 {
	all := new(psp.Train)
	windows.Merge(k, 0, all)
	at := make([]float64, n)
	for j, i := range all.Afferent {
		at[i] = all.Time[j]
	}
	return at
}

// Each noise afferent fires once, at independent uniform times.
func TestWindowsNoise(t *testing.T) {
	t.Parallel()
	k := kernel(t)
	var windows spiking.Windows
	uniformTimes(t, func(r *rng.Stream, n int, T float64) []float64 {
		windows.Set(k, new(psp.Train), r, make([]float64, n), T)
		return noiseTimes(k, &windows, n)
	})
}

func TestWindowsRefuseLateInputs(t *testing.T) {
	t.Parallel()
	k := kernel(t)
	late := new(psp.Train)
	late.Set(k, []float64{201}, []int32{0})
	defer func() {
		if recover() == nil {
			t.Error("an input after the end of the noise is accepted")
		}
	}()
	new(spiking.Windows).Set(k, late, rng.New(rng.NewKey("late")), make([]float64, 3), 200)
}

func BenchmarkWindows(b *testing.B) {
	k := kernel(b)
	v, w := instance(b, "bench", 1000)
	z := make([]float64, 30000)
	r := rng.New(rng.NewKey("bench"))
	r.FillNorm(z)
	var windows spiking.Windows
	b.Run("Set", func(b *testing.B) {
		for b.Loop() {
			windows.Set(k, &v.Train, r, z, 200)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(z)+v.Len()), "ns/spike")
	})
	windows.Set(k, &v.Train, r, z, 200)
	b.Run("Run", func(b *testing.B) {
		var spikes []float64
		for b.Loop() {
			spikes = windows.Run(k, psp.Scale(k, w), 2/math.Sqrt(30000)*k.V0, 350, spikes[:0])
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(v.Len()), "ns/input")
	})
}
