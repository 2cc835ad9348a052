package linalg

import (
	"fmt"
	"math"
)

// dotLanes is the number of partial sums in a dot product: four accumulators
// of eight lanes, one AVX-512 register each.
const dotLanes = 32

// Dot returns the dot product of x and y by one fixed tree.
//
// There are 32 partial sums, s_j = +0 at first; element i goes to the sum
// j = i mod 32 in ascending i, s_j = fma(x_i, y_i, s_j). Then the sums are
// added in pairs, u_j = (s_j + s_{j+8}) + (s_{j+16} + s_{j+24}) for j < 8,
// v_j = u_j + u_{j+4} for j < 4, and the result is (v_0 + v_2) + (v_1 + v_3).
// The error is at most about (n/32 + 6) rounding units of the sum of
// |x_i y_i|. It panics if the lengths differ.
func Dot(x, y []float64) float64 {
	if len(x) != len(y) {
		panic(fmt.Sprintf("linalg: dot: lengths %d and %d differ", len(x), len(y)))
	}
	return hostPath.dot(x, y)
}

// Axpy adds a multiple of x to y: y_i = fma(a, x_i, y_i). It panics if the
// lengths differ.
func Axpy(a float64, x, y []float64) {
	if len(x) != len(y) {
		panic(fmt.Sprintf("linalg: axpy: lengths %d and %d differ", len(x), len(y)))
	}
	hostPath.axpy(a, x, y)
}

func dotPlain(x, y []float64) float64 {
	var s [dotLanes]float64
	n := len(x)
	y = y[:n]
	i := 0
	for ; i+dotLanes <= n; i += dotLanes {
		xs, ys := x[i:i+dotLanes:i+dotLanes], y[i:i+dotLanes:i+dotLanes]
		for j := range s {
			s[j] = math.FMA(xs[j], ys[j], s[j])
		}
	}
	for j := 0; i+j < n; j++ {
		s[j] = math.FMA(x[i+j], y[i+j], s[j])
	}
	return reduceLanes(&s)
}

// reduceLanes adds the partial sums of a dot product in the order that Dot
// documents.
func reduceLanes(s *[dotLanes]float64) float64 {
	var u [8]float64
	for j := range u {
		u[j] = (s[j] + s[j+8]) + (s[j+16] + s[j+24])
	}
	v0, v1, v2, v3 := u[0]+u[4], u[1]+u[5], u[2]+u[6], u[3]+u[7]
	return (v0 + v2) + (v1 + v3)
}

func axpyPlain(a float64, x, y []float64) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] = math.FMA(a, v, y[i])
	}
}
