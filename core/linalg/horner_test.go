package linalg

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func TestHorner(t *testing.T) {
	eachPath(t, func(t *testing.T, p Path) {
		r := rand.New(rand.NewPCG(8, 1))
		for n := range 200 {
			c, x := normals(r, 1+n%9, true), normals(r, n, true)
			y, want := matrix(r, 1, n, n, true), make([]float64, n)
			for i, v := range x {
				v *= -0.7
				want[i] = c[0]
				for _, next := range c[1:] {
					want[i] = math.FMA(v, want[i], next)
				}
			}
			p.horner(-0.7, c, x, y)
			sameBits(t, fmt.Sprintf("horner of %d numbers, %d terms", n, len(c)), y[:n:n], want)
			p.horner(-0.7, c, x, x)
			sameBits(t, "horner in place", x[:n:n], want)
		}
	})
	y := make([]float64, 2)
	if Horner(2, []float64{3, 2, 1}, []float64{1, -1}, y); y[0] != 17 || y[1] != 9 {
		t.Errorf("3 t^2 + 2 t + 1 at 2 and -2: %g, want 17 9", y)
	}
}
