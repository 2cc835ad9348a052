package linalg

import (
	"fmt"
	"math"
)

// HornerBack evaluates a polynomial of degree 7, coefficients highest power first, over
// blocks of GatherBlock numbers at their distances from the last of their block, scaled
// twice: for each x_i and the last x_e of its block,
//
//	y_i = p(a (x_e - x_i)),   z_i = p(b (x_e - x_i))
//
// with the difference and the product rounded, and then Horner's bits. y and z may not
// overlap x. It panics if lengths differ or are no multiple of GatherBlock.
func HornerBack(a, b float64, coefficients *[8]float64, x, y, z []float64) {
	if len(x) != len(y) || len(x) != len(z) || len(x)%GatherBlock != 0 {
		panic(fmt.Sprintf("linalg: horner back: %d numbers into %d and %d, want equal multiples of %d", len(x), len(y), len(z), GatherBlock))
	}
	hostPath.hornerBack(a, b, coefficients, x, y, z)
}

func hornerBackPlain(a, b float64, c *[8]float64, x, y, z []float64) {
	y, z = y[:len(x)], z[:len(x)]
	for i, v := range x {
		back := x[i|(GatherBlock-1)] - v
		t, u := float64(a*back), float64(b*back)
		p, q := c[0], c[0]
		for _, next := range c[1:] {
			p, q = math.FMA(t, p, next), math.FMA(u, q, next)
		}
		y[i], z[i] = p, q
	}
}
