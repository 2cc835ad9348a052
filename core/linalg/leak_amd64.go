package linalg

import "fmt"

// leakFMA is Leak over at most n > 0 terms; done is how many it added, or -1 if an index is
// not below width. above says that it stopped early.
//
//go:noescape
func leakFMA(n int, m, s *float64, index *int32, w *float64, width int, a, b, level float64) (done, above int, a1, b1 float64)

// leak is Leak; the lengths are right.
func (p Path) leak(a, b float64, from int, m, s []float64, index []int32, w []float64, level float64) (at int, a1, b1 float64) {
	n := len(m) - 1 - from
	if n == 0 || len(w) == 0 || p < AVX2 {
		return leakPlain(a, b, from, m, s, index, w, level)
	}
	done, above, a1, b1 := leakFMA(n, &m[from], &s[from], &index[from], &w[0], len(w), a, b, level)
	if done < 0 {
		panic(fmt.Sprintf("linalg: leak: an index is not below %d", len(w)))
	}
	return from + done - above, a1, b1
}
