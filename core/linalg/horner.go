package linalg

import (
	"fmt"
	"math"
)

// Horner sets y_i to the polynomial with the given coefficients, highest power first,
// at t = a x_i, rounded once: p = c_0, then p = fma(t, p, c_k) for each further one.
// y may be x. It panics if the lengths of x and y differ or there are no coefficients.
func Horner(a float64, coefficients, x, y []float64) {
	if len(x) != len(y) || len(coefficients) == 0 {
		panic(fmt.Sprintf("linalg: horner: %d numbers into %d, %d coefficients", len(x), len(y), len(coefficients)))
	}
	hostPath.horner(a, coefficients, x, y)
}

func hornerPlain(a float64, coefficients, x, y []float64) {
	y = y[:len(x)]
	for i, v := range x {
		t := float64(a * v)
		p := coefficients[0]
		for _, c := range coefficients[1:] {
			p = math.FMA(t, p, c)
		}
		y[i] = p
	}
}
