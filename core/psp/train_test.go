package psp_test

import (
	"math"
	"testing"

	"gardner/core/psp"
	"gardner/core/psp/psptest"
	"gardner/core/rng"
)

// randomTrain draws spikes of n afferents and their weights.
func randomTrain(k *psp.Kernel, seed string, n, spikes int, T float64) (*psp.Train, []float64) {
	r := rng.New(rng.NewKey("train test", seed))
	times, afferents, w := make([]float64, spikes), make([]int32, spikes), make([]float64, n)
	sum := 0.0
	for j := range times {
		sum += r.Exp()
		times[j], afferents[j] = sum, int32(r.IntN(n))
	}
	for j := range times {
		times[j] *= T / (sum + 1)
	}
	r.FillNorm(w)
	t := new(psp.Train)
	t.Set(k, times, afferents)
	return t, w
}

func TestPeakAgainstScan(t *testing.T) {
	t.Parallel()
	for i, k := range kernels(t)[:4] {
		for trial := range 20 {
			seed := string(rune('a'+i)) + string(rune('a'+trial))
			train, w := randomTrain(k, seed, 7, 1+trial*2, 100)
			end := 100.0
			if trial%3 == 0 {
				end = 130 // the last maximum may be after all spikes
			}
			if trial%4 == 3 {
				end = 60 // spikes after the end do not count
			}
			at, v := train.Peak(k, psp.Scale(k, w), end)
			if got := psptest.Potential(k, train, w, at); math.Abs(got-v) > 1e-13*k.V0*(1+math.Abs(v)) || at < 0 || at > end {
				t.Fatalf("seed %s: V(%v) = %v, said to be %v", seed, at, got, v)
			}
			best := 0.0
			for s := range 5001 {
				best = math.Max(best, psptest.Potential(k, train, w, end*float64(s)/5000))
			}
			if best > v+1e-12 || best < v-1e-3*(1+v) {
				t.Errorf("seed %s: peak %v, a scan finds %v", seed, v, best)
			}
			for _, level := range []float64{0, v / 2, v * (1 - 1e-12), v * (1 + 1e-12), v + 1} {
				if got := train.Exceeds(k, psp.Scale(k, w), end, level); got != (v > level) {
					t.Errorf("seed %s: peak %v exceeds %v: %v", seed, v, level, got)
				}
				if a, p := train.PeakAbove(k, psp.Scale(k, w), end, level); p != math.Max(v, level) || v > level && a != at {
					t.Errorf("seed %s: peak %v at %v; above %v it is %v at %v", seed, v, at, level, p, a)
				}
			}
		}
	}
	empty := new(psp.Train)
	if at, v := empty.Peak(kernels(t)[0], nil, 10); at != 0 || v != 0 {
		t.Errorf("no spikes: peak %v at %v", v, at)
	}
}

func TestAddPSPIsTheGradient(t *testing.T) {
	t.Parallel()
	k := kernels(t)[0]
	train, w := randomTrain(k, "gradient", 9, 40, 200)
	for _, at := range []float64{0, 3, 77.7, 150, train.Time[20], 400} {
		z := make([]float64, len(w))
		train.AddPSP(k, at, 2, z)
		unit := make([]float64, len(w))
		for i := range w {
			clear(unit)
			unit[i] = 2
			if want := psptest.Potential(k, train, unit, at); math.Abs(z[i]-want) > 1e-13 {
				t.Errorf("at %v: z_%d = %v, by definition %v", at, i, z[i], want)
			}
		}
	}
}

func BenchmarkPeak(b *testing.B) {
	k := kernels(b)[1]
	train, w := randomTrain(k, "bench", 500, 500, 500)
	for i := range w {
		w[i] *= 0.3
	}
	s := psp.Scale(k, w)
	b.Run("Peak", func(b *testing.B) {
		for b.Loop() {
			train.Peak(k, s, 500)
		}
	})
	b.Run("Exceeds", func(b *testing.B) {
		for b.Loop() {
			train.Exceeds(k, s, 500, 1.8)
		}
	})
	b.Run("AddPSP", func(b *testing.B) {
		for b.Loop() {
			train.AddPSP(k, 400, 1e-9, w)
		}
	})
}
