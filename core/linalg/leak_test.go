package linalg

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Every path follows the definition, bit for bit, and stops where it says.
func TestLeak(t *testing.T) {
	eachPath(t, func(t *testing.T, p Path) {
		r := rand.New(rand.NewPCG(11, 1))
		stops := 0
		for n := 1; n < 120; n++ {
			m, s, w := make([]float64, n), make([]float64, n), normals(r, 7, true)
			index := make([]int32, n)
			for k := range m {
				m[k], s[k], index[k] = 1-0.1*r.Float64(), 1-0.4*r.Float64(), int32(r.IntN(len(w)))
			}
			from, level := r.IntN(n), 4*r.Float64()
			a, b := r.NormFloat64(), r.NormFloat64()
			at, x, y := p.leak(a, b, from, m, s, index, w, level)
			for k := from; k < at; k++ {
				a, b = math.FMA(a, m[k], w[index[k]]), math.FMA(b, s[k], w[index[k]])
				if math.FMA(-b, s[k+1], a) > level {
					t.Fatalf("%d terms from %d: passes %v at %d, not stopped", n, from, level, k)
				}
			}
			if at < n-1 {
				stops++
				a, b = math.FMA(a, m[at], w[index[at]]), math.FMA(b, s[at], w[index[at]])
				if !(math.FMA(-b, s[at+1], a) > level) {
					t.Fatalf("%d terms from %d: stopped at %d below %v", n, from, at, level)
				}
			}
			if at < from || at >= n || a != x || b != y {
				t.Fatalf("%d terms from %d: %v, %v after %d, want %v, %v", n, from, x, y, at, a, b)
			}
		}
		if stops < 20 || stops > 100 {
			t.Errorf("%d of 119 stop early: the test sees one case only", stops)
		}
		for _, bad := range []int32{3, -1} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("index %d of 3 numbers does not panic", bad)
					}
				}()
				p.leak(0, 0, 0, make([]float64, 2), make([]float64, 2), []int32{bad, 0}, make([]float64, 3), 1)
			}()
		}
	})
}
