package perceptron

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"gardner/core/patterns"
	"gardner/core/rng"
)

// The bits of answers at sizes at which problems are sifted, on any machine with any number of threads: ridge's supports, A from
// them directly, restricted programs that grow, B where it is a linear program. A change here changes stored results: it needs a
// new version of every experiment that solves.
func TestGoldenBits(t *testing.T) {
	t.Parallel()
	const want = "dcc1584e24515e9e"
	h := sha256.New()
	for _, threads := range []int{1, 2} {
		for _, alpha := range []float64{0.4, 1, 1.5, 1.8} {
			population := patterns.Population{N: 120, FExc: 0.8, Exc: patterns.Input{Family: "exponential", Mean: 1, SD: 1},
				Inh: patterns.Input{Family: "gamma", Mean: math.Sqrt2, SD: 1, Shape: 2}}
			key := rng.NewKey("golden", fmt.Sprint(alpha))
			m := patterns.FloorSize(alpha * float64(population.N))
			p := &Problem{P: m, N: population.N, Gamma: 1, Signs: population.Signs(), X: population.Patterns(rng.New(key.Sub("patterns")), m),
				Labels: patterns.ExactLabels(rng.New(key.Sub("labels")), m, 0.1)}
			a, b, err := Both(context.Background(), p, &Options{Threads: threads})
			if err != nil {
				t.Fatal(err)
			}
			u, err := FreeThreshold(context.Background(), p, &Options{Threads: threads})
			if err != nil {
				t.Fatal(err)
			}
			one := sha256.New()
			for _, s := range []*Solution{a, b, u} {
				for _, x := range [][]float64{s.Weights, s.Certificate.Multipliers} {
					if err := binary.Write(one, binary.LittleEndian, x); err != nil {
						t.Fatal(err)
					}
				}
			}
			h.Write(one.Sum(nil))
			t.Logf("%d threads, alpha %g: A %v, B %v, %x", threads, alpha, a.Status, b.Status, one.Sum(nil)[:4])
		}
	}
	if got := fmt.Sprintf("%x", h.Sum(nil)[:8]); got != want {
		t.Errorf("bits have changed: %s, want %s", got, want)
	}
}
