package linalg

import "fmt"

// largestIndex is the largest of n indices as unsigned numbers, n a positive multiple
// of 8.
//
//go:noescape
func largestIndex(n int, index *int32) uint32

// gatherSumsAVX2 is GatherSums; blocks > 0, and all indices are inside w.
//
//go:noescape
func gatherSumsAVX2(blocks int, w *float64, index *int32, f, h *float64, out *[4]float64)

// gatherSums is GatherSums; lengths agree. With AVX-512 it is the same: loading the w
// takes most of the time.
func (p Path) gatherSums(w []float64, index []int32, f, h []float64, out [][4]float64) {
	if p == Plain || len(out) == 0 {
		gatherSumsPlain(w, index, f, h, out)
		return
	}
	n := GatherBlock * len(out)
	_, _, _ = index[n-1], f[n-1], h[n-1]
	if last := largestIndex(n, &index[0]); uint64(last) >= uint64(len(w)) {
		panic(fmt.Sprintf("linalg: gather: index %d of %d numbers", int32(last), len(w)))
	}
	gatherSumsAVX2(len(out), &w[0], &index[0], &f[0], &h[0], &out[0])
}

// hornerBackAVX2 is HornerBack; blocks > 0.
//
//go:noescape
func hornerBackAVX2(blocks int, a, b float64, c *[8]float64, x, y, z *float64)

// hornerBack is HornerBack; lengths agree.
func (p Path) hornerBack(a, b float64, c *[8]float64, x, y, z []float64) {
	if p == Plain || len(x) == 0 {
		hornerBackPlain(a, b, c, x, y, z)
		return
	}
	hornerBackAVX2(len(x)/GatherBlock, a, b, c, &x[0], &y[0], &z[0])
}
