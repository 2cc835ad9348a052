package noise_test

import (
	"fmt"
	"math"
	"testing"

	"gardner/core/noise"
	"gardner/core/rng"
)

// All perturbations of one strength have the same length, in their directions.
func TestPerturbationsHaveEqualLength(t *testing.T) {
	t.Parallel()
	const N, nExc = 2000, 1500
	s := rng.New(rng.NewKey("perturbation test"))
	x, w, out := make([]float64, N), make([]float64, N), make([]float64, N)
	s.FillNorm(w)
	active, size := [2]int{}, 0.0
	for i := range x {
		if s.Bernoulli(0.3) {
			x[i] = 1
			size++
			active[min(i/nExc, 1)]++
		}
	}
	for _, p := range noise.Perturbations() {
		for _, strength := range []float64{0, 0.1, 0.5, 1.2} {
			p.Apply(out, s, x, w, nExc, strength)
			length, onX, onW, normW := 0.0, 0.0, 0.0, 0.0
			left := [2]int{}
			for i, v := range out {
				d := v - x[i]
				length += d * d
				onX += d * x[i]
				onW += d * w[i]
				normW += w[i] * w[i]
				if v == 1 {
					left[min(i/nExc, 1)]++
				}
			}
			want := strength * strength * size
			slack := 1e-9
			if p == noise.Replace {
				slack = 2.1 // of squared length: half an input of each type, silent and active
				if left != active {
					t.Errorf("replacing at %g leaves %v active inputs by type, want %v", strength, left, active)
				}
			}
			if math.Abs(length-want) > slack {
				t.Errorf("%s at %g has the squared length %g, want %g", p, strength, length, want)
			}
			along := map[noise.Perturbation]float64{noise.Along: 1, noise.Against: -1}[p]
			if along != 0 && math.Abs(onW-along*math.Sqrt(want*normW)) > 1e-6 {
				t.Errorf("%s at %g moves w.x by %g", p, strength, onW)
			}
			if p == noise.Gain && math.Abs(onX-strength*size) > 1e-9 {
				t.Errorf("gain at %g moves x.x by %g", strength, onX)
			}
		}
	}
}

func TestReplaceIsUniform(t *testing.T) {
	t.Parallel()
	s := rng.New(rng.NewKey("replace test"))
	x, out, hits := []float64{1, 1, 1, 1, 0, 0, 0, 0, 0}, make([]float64, 9), make([]float64, 9)
	const trials = 40000
	for range trials {
		noise.Replace.Apply(out, s, x, x, 9, 1) // half of the active
		for i := range x {
			hits[i] += math.Abs(out[i] - x[i])
		}
	}
	for i, h := range hits {
		want := 2.0 / 4
		if x[i] == 0 {
			want = 2.0 / 5
		}
		if z := (h - trials*want) / math.Sqrt(trials*want*(1-want)); math.Abs(z) > 4.5 {
			t.Errorf("input %d changes in %g of the trials, want %g", i, h/trials, want)
		}
	}
	noise.Replace.Apply(out, s, []float64{1, 1, 1, 0, 0, 1, 1, 1, 1}, x, 9, 1.4)
	if got := fmt.Sprint(out[3:5]); got != "[1 1]" {
		t.Errorf("with too few silent inputs %v become active, want all", got)
	}
}
