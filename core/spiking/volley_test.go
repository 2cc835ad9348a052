package spiking_test

import (
	"errors"
	"math"
	"sort"
	"testing"

	"gardner/core/rng"
	"gardner/core/spiking"
)

// Every afferent of a source fires a Poisson number of spikes with its own mean, at
// uniform times.
func TestPoissonVolley(t *testing.T) {
	t.Parallel()
	const seed, draws, T, unit = "poisson volley", 4000, 200.0, 0.005
	k, r := kernel(t), rng.New(rng.NewKey(seed))
	x := []float64{0, 1, 0.2, 3, 0, 0.7, 1e-3, 2}
	source, err := spiking.NewSource(x, unit)
	if err != nil {
		t.Fatal(err)
	}
	v := new(spiking.Volley)
	sum, square, time, n := make([]float64, len(x)), make([]float64, len(x)), 0.0, 0
	for range draws {
		v.Poisson(k, r, source, T)
		if !sort.Float64sAreSorted(v.Time) || v.Len() > 0 && !(v.Time[v.Len()-1] < T) {
			t.Fatalf("seed %s: times %v", seed, v.Time)
		}
		count := make([]float64, len(x))
		for j, i := range v.Afferent {
			count[i]++
			time += v.Time[j]
			n++
		}
		for i, c := range count {
			sum[i] += c
			square[i] += c * c
		}
	}
	for i, v := range x {
		mean := v * unit * T
		if z := (sum[i]/draws - mean) / math.Sqrt(mean/draws); mean == 0 && sum[i] != 0 || mean > 0 && math.Abs(z) > 4.5 {
			t.Errorf("seed %s: afferent %d fires %v times a volley, want %v", seed, i, sum[i]/draws, mean)
		}
		variance := square[i]/draws - sum[i]/draws*sum[i]/draws
		if z := (variance - mean) / math.Sqrt((mean+2*mean*mean)/draws); mean > 0 && math.Abs(z) > 4.5 {
			t.Errorf("seed %s: afferent %d has count variance %v, want %v", seed, i, variance, mean)
		}
	}
	if z := (time/float64(n) - T/2) / (T / math.Sqrt(12*float64(n))); math.Abs(z) > 4.5 {
		t.Errorf("seed %s: mean time %v, want %v", seed, time/float64(n), T/2)
	}
}

// A volley in which each afferent fires once, at independent uniform times.
func TestOnce(t *testing.T) {
	t.Parallel()
	v := new(spiking.Volley)
	uniformTimes(t, func(r *rng.Stream, n int, T float64) []float64 {
		v.Once(r, n, T)
		at := make([]float64, n)
		for j, i := range v.Afferent {
			at[i] = v.Time[j]
		}
		return at
	})
}

// uniformTimes tests that n afferents fire at independent uniform times in [0, T), as a draw of them gives.
func uniformTimes(t *testing.T, draw func(r *rng.Stream, n int, T float64) []float64) {
	t.Helper()
	const seed, n, T, draws = "once", 7, 200.0, 5000
	r := rng.New(rng.NewKey(seed))
	mean, product, square := make([]float64, n), 0.0, 0.0
	for range draws {
		at := draw(r, n, T)
		for i, x := range at {
			if x == 0 || x >= T {
				t.Fatalf("seed %s: afferent %d fires at %v", seed, i, x)
			}
			mean[i] += x / draws
		}
		product += (at[0] - T/2) * (at[3] - T/2) / draws
		square += (at[5] - T/2) * (at[5] - T/2) / draws
	}
	sd := T / math.Sqrt(12.0)
	for i, m := range mean {
		if z := (m - T/2) / (sd / math.Sqrt(draws)); math.Abs(z) > 4.5 {
			t.Errorf("seed %s: afferent %d fires at %v on average, want %v", seed, i, m, T/2)
		}
	}
	if z := product / (sd * sd / math.Sqrt(draws)); math.Abs(z) > 4.5 {
		t.Errorf("seed %s: times of two afferents have covariance %v", seed, product)
	}
	if z := (square - sd*sd) / (sd * sd * math.Sqrt(0.8/draws)); math.Abs(z) > 4.5 {
		t.Errorf("seed %s: times have variance %v, want %v", seed, square, sd*sd)
	}
}

func TestSourceRefusesNegativeInputs(t *testing.T) {
	t.Parallel()
	for _, bad := range []float64{-1e-9, math.NaN(), math.Inf(1)} {
		var e *spiking.RateError
		if _, err := spiking.NewSource([]float64{1, bad}, 0.03); !errors.As(err, &e) || e.Afferent != 1 {
			t.Errorf("rate %v: %v", bad, err)
		}
	}
	silent, err := spiking.NewSource([]float64{0, 0}, 0.03)
	if err != nil || silent.Rate != 0 {
		t.Fatalf("silent source: rate %v, %v", silent.Rate, err)
	}
	v := new(spiking.Volley)
	v.Poisson(kernel(t), rng.New(rng.NewKey("silent")), silent, 200)
	if v.Len() != 0 {
		t.Errorf("a silent source fires %d spikes", v.Len())
	}
}

func TestSetRefusesDisorder(t *testing.T) {
	t.Parallel()
	k := kernel(t)
	for _, times := range [][]float64{{2, 1}, {-1, 1}, {0, math.NaN()}, {1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("times %v of two afferents are accepted", times)
				}
			}()
			new(spiking.Volley).Set(k, times, []int32{0, 1})
		}()
	}
}
