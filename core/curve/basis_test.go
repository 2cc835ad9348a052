package curve

import (
	"math"
	"math/rand/v2"
	"testing"

	"gardner/core/linalg"
)

// TestBasisExchanges: after each kind of exchange the inverse is that of the new system.
func TestBasisExchanges(t *testing.T) {
	t.Parallel()
	g := rand.New(rand.NewPCG(5, 5))
	p := standard(3, 60, 30, 1)
	r := newRows(p)
	r.extend(p.P)
	w := newActiveSet(r, linalg.New(1), r.d, r.t)
	w.bordered = true
	for i := range 12 {
		w.grow()
		w.enlist(3*i, 0)
	}
	for j := range 11 {
		w.in[2*j+1] = true
		w.nF++
	}
	k := newBasis(w)
	if k.matches(w) || !k.load(w) || !k.matches(w) {
		t.Fatal("the basis does not take the supports")
	}
	checkInverse(t, k, "loaded")
	for step := range 400 {
		kind := g.IntN(4)
		if n := len(k.set); n < 4 && kind == 2 || n > 25 && kind == 3 {
			continue
		}
		place, enter, row, drop := -1, -1, -1, -1
		edge := make([]float64, len(k.set))
		if kind == 0 || kind == 2 { // a row leaves
			place = g.IntN(len(k.set))
			for q := range edge {
				edge[q] = k.q[q*k.ldq+place]
			}
		} else {
			for enter = g.IntN(k.n); k.in[enter] >= 0; enter = g.IntN(k.n) {
			}
			k.solve(edge, k.column(make([]float64, len(k.set)), enter))
			for q := range edge {
				edge[q] = -edge[q]
			}
		}
		// What comes, or the input that drops, has the largest pivot, so that the system stays well conditioned.
		pivot := 0.0
		if kind == 0 || kind == 3 {
			for i := range p.P {
				v := linalg.Dot(k.entries(make([]float64, len(k.cols)), i), edge)
				if enter >= 0 {
					v += k.row(i)[enter]
				}
				if k.at[i] < 0 && math.Abs(v) > math.Abs(pivot) {
					row, pivot = i, v
				}
			}
		} else {
			for q, j := range k.cols[1:] {
				if math.Abs(edge[q+1]) > math.Abs(pivot) {
					drop, pivot = j, edge[q+1]
				}
			}
		}
		if !k.exchange(place, enter, row, drop, edge, pivot) {
			t.Fatalf("step %d: exchange of kind %d refused", step, kind)
		}
		if !checkInverse(t, k, "after kind "+string(rune('0'+kind))) {
			t.Fatalf("step %d", step)
		}
	}
}

// checkInverse compares M Q with the identity, and the positions with the lists.
func checkInverse(t *testing.T, k *basis, when string) bool {
	t.Helper()
	n := len(k.set)
	for p, i := range k.set {
		if k.at[i] != p {
			t.Errorf("%s: row %d is at %d, listed at %d", when, i, k.at[i], p)
		}
		y := make([]float64, n)
		k.fromLeft(y, k.entries(make([]float64, n), i))
		for c, v := range y {
			want := 0.0
			if c == p {
				want = 1
			}
			if math.Abs(v-want) > 1e-7 {
				t.Errorf("%s: (M Q)_%d,%d is %v", when, p, c, v)
				return false
			}
		}
	}
	for q, j := range k.cols[1:] {
		if k.in[j] != q+1 {
			t.Errorf("%s: input %d is at %d, listed at %d", when, j, k.in[j], q+1)
		}
	}
	return true
}
