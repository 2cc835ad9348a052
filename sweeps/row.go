package sweeps

import (
	"fmt"
	"math"
)

// Status says whether a row has a solution to speak of.
type Status uint8

// The statuses of a row.
const (
	OK            Status = iota // metrics mean what they say; single ones may be empty
	InfeasibleRow               // proven: no solution exists at this point
	UndefinedRow                // the question has no meaning at this point
)

// String returns "ok", "infeasible" or "undefined".
func (s Status) String() string {
	switch s {
	case OK:
		return "ok"
	case InfeasibleRow:
		return "infeasible"
	case UndefinedRow:
		return "undefined"
	}
	return fmt.Sprintf("status(%d)", uint8(s))
}

// Cell is one metric of one row. Which fields count depends on the metric's
// kind; unused ones are zero.
type Cell struct {
	V   float64   // number, or a count's k; NaN: empty
	N   int64     // a count's n, a histogram's samples
	Vec []float64 // vector or histogram; nil: empty
}

// Empty is a cell without a value.
func Empty() Cell { return Cell{V: math.NaN()} }

// Val is a cell with a number; NaN is an empty cell.
func Val(x float64) Cell { return Cell{V: x} }

// KofN is a cell of a count metric: k successes of n trials.
func KofN(k, n int64) Cell { return Cell{V: float64(k), N: n} }

// Indicator is a cell of a count metric with one trial.
func Indicator(success bool) Cell {
	if success {
		return KofN(1, 1)
	}
	return KofN(0, 1)
}

// Vec is a cell of a vector metric.
func Vec(v []float64) Cell { return Cell{Vec: v} }

// Hist is a cell of a histogram metric: counts per bin of n samples.
func Hist(counts []float64, n int64) Cell { return Cell{Vec: counts, N: n} }

// IsEmpty reports whether the cell has no value as a metric of the given kind.
func (c Cell) IsEmpty(kind MetricKind) bool {
	switch kind {
	case MetricVector, MetricHistogram:
		return c.Vec == nil
	default:
		return math.IsNaN(c.V)
	}
}

// Row is what a task found at one inner point: one cell per metric of the
// experiment, in the order of its declaration.
type Row struct {
	Status Status
	Cells  []Cell
}
