package ensemble

import "math/bits"

// table is a matrix of zeros and ones, rows x cols, for products from the left. Eight rows make a group, and each column
// has one byte per group: the sums of the coefficients over all 256 subsets of a group are tabled first, so that a column
// costs one look-up where eight multiply-adds would stand.
type table struct {
	cols  int
	bytes []uint8 // ceil(rows/8) x cols
}

func newTable(rows, cols int) table {
	return table{cols: cols, bytes: make([]uint8, (rows+7)/8*cols)}
}

func (t *table) set(row, col int) { t.bytes[row/8*t.cols+col] |= 1 << (row % 8) }

// mul sets out_c = sum over rows r of coef_r bit_rc, groups in ascending order.
func (t *table) mul(out, coef []float64) {
	clear(out[:t.cols])
	var sums [256]float64
	for lo := 0; lo < len(coef); lo += 8 {
		group := coef[lo:min(lo+8, len(coef))]
		used := false
		for k, c := range group {
			used = used || c != 0
			for b := range 1 << k {
				sums[1<<k+b] = sums[b] + c
			}
		}
		if !used {
			continue
		}
		out := out[:t.cols]
		for c, b := range t.bytes[lo/8*t.cols:][:len(out)] {
			out[c] += sums[b]
		}
	}
}

// common counts the ones that a and b share within mask.
func common(a, b []uint64) int {
	n := 0
	b = b[:len(a)]
	for k, w := range a {
		n += bits.OnesCount64(w & b[k])
	}
	return n
}
