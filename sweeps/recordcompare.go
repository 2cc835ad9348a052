package sweeps

import (
	"fmt"
	"math"
)

// Tolerance is how far two numbers of the same task may differ that were computed
// with different numerics, as a fraction of the larger one or of 1.
const Tolerance = 1e-6

// Comparison is how two records of one task agree on the rows that both cover.
type Comparison struct {
	Rows int // rows both cover
	// Equal: the same bits. Near: the same statuses, all numbers within Tolerance.
	Equal, Near bool
	// Worst is the largest difference of two numbers, relative to the larger or 1; NaN
	// where one is empty.
	Worst float64
}

// CompareRecords compares two records of a task of a block with nInner inner rows,
// row by row: records that cover different rows may agree.
func CompareRecords(e *Experiment, nInner int, a, b []byte) (Comparison, error) {
	maskA, rowsA, err := DecodeRecord(e, nInner, a)
	if err != nil {
		return Comparison{}, fmt.Errorf("first: %w", err)
	}
	maskB, rowsB, err := DecodeRecord(e, nInner, b)
	if err != nil {
		return Comparison{}, fmt.Errorf("second: %w", err)
	}
	c := Comparison{Equal: true, Near: true}
	atA, atB := rowPositions(nInner, maskA), rowPositions(nInner, maskB)
	for i := range nInner {
		if atA[i] < 0 || atB[i] < 0 {
			continue
		}
		c.Rows++
		x, y := &rowsA[atA[i]], &rowsB[atB[i]]
		if x.Status != y.Status {
			c.Equal, c.Near = false, false
			continue
		}
		for m := range x.Cells {
			c.cells(x.Cells[m], y.Cells[m])
		}
	}
	return c, nil
}

func (c *Comparison) cells(a, b Cell) {
	if a.N != b.N || len(a.Vec) != len(b.Vec) || (a.Vec == nil) != (b.Vec == nil) {
		c.Equal, c.Near = false, false
		return
	}
	c.numbers(a.V, b.V)
	for i := range a.Vec {
		c.numbers(a.Vec[i], b.Vec[i])
	}
}

func (c *Comparison) numbers(a, b float64) {
	if a == b && math.Signbit(a) == math.Signbit(b) || math.IsNaN(a) && math.IsNaN(b) {
		return
	}
	c.Equal = false
	d := 0.0
	if a != b { // infinities that are equal differ by NaN
		d = math.Abs(a-b) / max(1, math.Abs(a), math.Abs(b))
	}
	if !(d <= Tolerance) {
		c.Near = false
	}
	c.Worst = max(c.Worst, d)
}
