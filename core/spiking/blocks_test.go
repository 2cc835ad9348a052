package spiking_test

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"testing"

	"pgregory.net/rapid"

	"gardner/core/psp"
	"gardner/core/rng"
	"gardner/core/spiking"
)

// sameSpikes fails unless both are the spikes of the train to the rounding of times and
// of the potential, of which scale is the size: time times slope, where the slope comes
// from the definition, and what earlier spikes differ by moves later ones.
func sameSpikes(t interface{ Fatalf(string, ...any) }, k *psp.Kernel, train *psp.Train, w []float64, got, want []float64) {
	if len(got) != len(want) {
		t.Fatalf("%d spikes %v\nspike by spike %d %v", len(got), got, len(want), want)
	}
	scale := 1.0
	for j := range train.Time {
		scale += math.Abs(w[train.Afferent[j]]) * k.V0
	}
	moved := 0.0
	for i, at := range want {
		slope := 0.0
		for j, tj := range train.Time {
			if tj < at {
				slope += w[train.Afferent[j]] * k.V0 * (math.Exp((tj-at)/k.TauS)/k.TauS - math.Exp((tj-at)/k.TauM)/k.TauM)
			}
		}
		for _, s := range want[:i] {
			slope += math.Exp((s-at)/k.TauM) / k.TauM
		}
		d := math.Abs(got[i] - at)
		if d > 1e-12+4*0x1p-52*at && d*slope > 1e-14*scale+moved/k.TauM {
			t.Fatalf("spike %d of %d at %.17g, spike by spike %.17g: %g apart at a slope of %g", i, len(want), got[i], at, d, slope)
		}
		moved += d
	}
}

// drawTrain draws spikes from dense to sparse, some at equal times, of neurons from
// silent ones to such as fire many times between two inputs.
func drawTrain(t *rapid.T, k *psp.Kernel) (*psp.Train, []float64) {
	r := rng.New(rng.NewKey("blocks", fmt.Sprint(rapid.Uint64().Draw(t, "seed"))))
	n := rapid.IntRange(0, 300).Draw(t, "spikes")
	gap := math.Pow(10, rapid.Float64Range(-4, 1.5).Draw(t, "log10 gap"))
	ties, negative := rapid.Float64Range(0, 1).Draw(t, "ties"), rapid.Float64Range(0, 1).Draw(t, "negative")
	size := math.Pow(10, rapid.Float64Range(-2, 1).Draw(t, "log10 weight"))
	w := make([]float64, rapid.IntRange(1, 40).Draw(t, "afferents"))
	for i := range w {
		w[i] = size * r.Exp()
		if r.Bernoulli(negative) {
			w[i] *= -1
		}
		if r.Bernoulli(0.1) {
			w[i] = 0
		}
	}
	times, afferents := make([]float64, n), make([]int32, n)
	now := 0.0
	for j := range times {
		if !r.Bernoulli(ties * ties) {
			now += gap * r.Exp()
		}
		if r.Bernoulli(0.01) {
			now += 20 // a pause
		}
		times[j], afferents[j] = now, int32(r.IntN(len(w)))
	}
	train := new(psp.Train)
	train.Set(k, times, afferents)
	return train, w
}

// drawKernel draws a kernel, of near and of far time constants.
func drawKernel(t *rapid.T) *psp.Kernel {
	tau := rapid.SampledFrom([][2]float64{{30, 10}, {15, 3.75}, {10, 9}, {100, 0.2}}).Draw(t, "tau")
	k, err := psp.New(tau[0], tau[1])
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestBlocksAgainstSpikeBySpike(t *testing.T) {
	t.Parallel()
	var blocks spiking.Blocks // reused from train to train
	fired := 0
	rapid.Check(t, func(t *rapid.T) {
		k := drawKernel(t)
		train, w := drawTrain(t, k)
		s := psp.Scale(k, w)
		until := 100.0
		if n := train.Len(); n > 0 {
			until += train.Time[n-1]
		}
		want := spiking.Run(k, train, s, until, nil)
		blocks.Set(k, train)
		got := blocks.Run(k, s, until, nil)
		sameSpikes(t, k, train, w, got, want)
		if again := blocks.Run(k, s, until, nil); !slices.Equal(got, again) {
			t.Fatalf("a second run has the spikes %v, the first %v", again, got)
		}
		fired += len(got)
	})
	if fired < 1000 {
		t.Errorf("only %d spikes in all: the test compares nothing", fired)
	}
}

// The neurons of the experiment, and the definition with time steps of its own.
func TestBlocksAgainstDefinition(t *testing.T) {
	t.Parallel()
	k := kernel(t)
	var blocks spiking.Blocks
	againstDefinition(t, func(k *psp.Kernel, train *psp.Train, w psp.Weights, until float64) []float64 {
		blocks.Set(k, train)
		return blocks.Run(k, w, until, nil)
	})
	for seed := range 20 {
		v, w := instance(t, fmt.Sprint("large", seed), 400)
		blocks.Set(k, &v.Train)
		s := psp.Scale(k, w)
		sameSpikes(t, k, &v.Train, w, blocks.Run(k, s, 350, nil), spiking.Run(k, &v.Train, s, 350, nil))
	}
}

// A peak that only just reaches the threshold, or does not, in the midst of spikes that
// do nothing: of one input of weight 1, after 16.5 ms.
func TestBlocksNearTheThreshold(t *testing.T) {
	t.Parallel()
	k := kernel(t)
	var blocks spiking.Blocks
	for _, gap := range []float64{1e-3, 0.05, 0.1, 0.3, 1, 5} {
		for _, shift := range []int{0, 1, 3, 7} {
			var times []float64
			var afferents []int32
			for j := range shift {
				times, afferents = append(times, 0.01*float64(j)), append(afferents, 1)
			}
			times, afferents = append(times, 0.1), append(afferents, 0)
			for at := 0.1; at < 40 && len(times) < 5000; at += gap {
				times, afferents = append(times, at), append(afferents, 1)
			}
			v := new(psp.Train)
			v.Set(k, times, afferents)
			blocks.Set(k, v)
			for _, c := range []struct {
				w    float64
				want int
			}{{1 - 1e-12, 0}, {1 + 1e-12, 1}, {-5, 0}, {20, 0}} {
				s := psp.Scale(k, []float64{c.w, 0})
				if c.w == 20 { // several spikes within one block and between two inputs
					c.want = len(spiking.Run(k, v, s, 400, nil))
				}
				out := blocks.Run(k, s, 400, nil)
				if len(out) != c.want || !sort.Float64sAreSorted(out) {
					t.Errorf("gaps of %v, %d before, weight %v: %d spikes at %v, want %d", gap, shift, c.w, len(out), out, c.want)
				}
			}
		}
	}
}

func BenchmarkBlocks(b *testing.B) {
	k := kernel(b)
	v, w := instance(b, "bench", 1000)
	s := psp.Scale(k, w)
	var blocks spiking.Blocks
	perInput := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(v.Len()), "ns/input")
	}
	b.Run("Set", func(b *testing.B) {
		for b.Loop() {
			blocks.Set(k, &v.Train)
		}
		perInput(b)
	})
	blocks.Set(k, &v.Train)
	b.Run("Run", func(b *testing.B) {
		var spikes []float64
		for b.Loop() {
			spikes = blocks.Run(k, s, 350, spikes[:0])
		}
		perInput(b)
	})
}
