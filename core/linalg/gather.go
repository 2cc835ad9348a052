package linalg

import (
	"fmt"
	"math"
)

// GatherBlock is the number of terms of one sum of GatherSums.
const GatherBlock = 8

// GatherSums sums over blocks of GatherBlock indices: for block b, over its j,
//
//	out_b[0] = sum_j w[index_j] f_j
//	out_b[1] = sum_j w[index_j] h_j
//	out_b[2] = sum_j max(w[index_j], 0) (f_j - h_j),    out_b[3] the same
//
// index, f and h have GatherBlock entries for each of out. There are four partial
// sums: term j of a block is rounded into sum j, or with one rounding onto sum j-4;
// then (s_0 + s_1) + (s_2 + s_3). It panics if lengths differ or an index is outside w.
func GatherSums(w []float64, index []int32, f, h []float64, out [][4]float64) {
	if n := GatherBlock * len(out); len(index) != n || len(f) != n || len(h) != n {
		panic(fmt.Sprintf("linalg: gather: %d indices and %d, %d factors for %d sums of %d", len(index), len(f), len(h), len(out), GatherBlock))
	}
	hostPath.gatherSums(w, index, f, h, out)
}

func gatherSumsPlain(w []float64, index []int32, f, h []float64, out [][4]float64) {
	for b := range out {
		i, f, h := (*[8]int32)(index[8*b:]), (*[8]float64)(f[8*b:]), (*[8]float64)(h[8*b:])
		var s, u, r [4]float64
		for l := range 4 {
			x, y := w[i[l]], w[i[l+4]]
			s[l] = math.FMA(y, f[l+4], float64(x*f[l]))
			u[l] = math.FMA(y, h[l+4], float64(x*h[l]))
			r[l] = math.FMA(rectify(y), f[l+4]-h[l+4], float64(rectify(x)*(f[l]-h[l])))
		}
		rise := (r[0] + r[1]) + (r[2] + r[3])
		out[b] = [4]float64{(s[0] + s[1]) + (s[2] + s[3]), (u[0] + u[1]) + (u[2] + u[3]), rise, rise}
	}
}

// rectify is max(x, 0) as vector instructions have it: +0 for what is not positive.
func rectify(x float64) float64 {
	if x > 0 {
		return x
	}
	return 0
}
