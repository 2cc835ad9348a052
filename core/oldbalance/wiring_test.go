package oldbalance

import (
	"fmt"
	"math/bits"
	"slices"
	"testing"

	"gardner/core/rng"
)

// Both forms of wiring hold the same connections and count the same active inputs,
// whatever flips, also where every neuron has been active.
func TestWiringsCountTheSame(t *testing.T) {
	t.Parallel()
	for _, p := range []Params{Standard(1, 1, 1), Standard(63, 5, 1), Standard(64, 64, 1), Standard(65, 3, 1), Standard(200, 90, 1), Standard(300, 4, 1)} {
		key := rng.NewKey("oldbalance test", "wiring", fmt.Sprint(p.N, p.K))
		wirings := []wiring{newListed(p, rng.New(key)), newPacked(p, rng.New(key))}
		for k := range 2 {
			for l := range 2 {
				for j := range p.N {
					a, b := targets(wirings[0], k, l, j), targets(wirings[1], k, l, j)
					if !slices.Equal(a, b) {
						t.Fatalf("N = %d, K = %d: targets in %d of %d of %d are %v and %v", p.N, p.K, k, j, l, a, b)
					}
					if da, db := wirings[0].degree(k, l, j), wirings[1].degree(k, l, j); da != len(a) || db != len(a) {
						t.Fatalf("N = %d, K = %d: degrees %d and %d of %d targets", p.N, p.K, da, db, len(a))
					}
				}
			}
		}
		s := rng.New(key.Sub("flips"))
		active := [2][]bool{make([]bool, p.N), make([]bool, p.N)}
		flip := func(l, j int) {
			active[l][j] = !active[l][j]
			for _, w := range wirings {
				w.flip(l, j, active[l][j])
			}
		}
		check := func() {
			for k := range 2 {
				for i := range p.N {
					e, n := wirings[0].counts(k, i)
					if pe, pn := wirings[1].counts(k, i); e != pe || n != pn {
						t.Fatalf("N = %d, K = %d: neuron %d of %d has %d and %d active inputs in lists, %d and %d in bits", p.N, p.K, i, k, e, n, pe, pn)
					}
				}
			}
		}
		for range 200 {
			flip(s.IntN(2), s.IntN(p.N))
			check()
		}
		for l := range 2 {
			for j := range p.N {
				if !active[l][j] {
					flip(l, j)
				}
			}
		}
		check()
		in := make([]int, p.N)
		for j := range p.N {
			for _, i := range targets(wirings[0], 1, 0, j) {
				in[i]++
			}
		}
		for i := range in {
			if e, _ := wirings[1].counts(1, i); e != in[i] {
				t.Fatalf("N = %d, K = %d: neuron %d has %d inputs, %d of them active when all are", p.N, p.K, i, in[i], e)
			}
		}
	}
}

// targets returns the targets in population k of neuron j of population l, in order.
func targets(w wiring, k, l, j int) []int {
	return w.(interface{ targets(k, l, j int) []int }).targets(k, l, j)
}

func (v *listed) targets(k, l, j int) (t []int) {
	for _, i := range v.onto(k, l, j) {
		t = append(t, int(i))
	}
	return t
}

func (v *packed) targets(k, l, j int) (t []int) {
	half := v.words / 2
	for w, x := range v.from[l].rows[j*v.words+k*half:][:half] {
		for ; x != 0; x &= x - 1 {
			t = append(t, 64*w+bits.TrailingZeros64(x))
		}
	}
	return t
}
