package data

import "fmt"

// Array is a matrix or a vector of finite numbers.
type Array struct {
	File       string    // where it was read, for errors
	Rows, Cols int       // a 1-D array has one column
	Dims       int       // 1 or 2; CSV has always 2
	Values     []float64 // Rows x Cols, row-major
}

// Matrix returns an array of rows x cols values, row-major. It panics if
// values has another length.
func Matrix(rows, cols int, values []float64) *Array {
	if rows < 1 || cols < 1 || len(values) != rows*cols {
		panic(fmt.Sprintf("data: %d values for a matrix of %d x %d", len(values), rows, cols))
	}
	return &Array{Rows: rows, Cols: cols, Dims: 2, Values: values}
}

// Vector returns a 1-D array. It panics if values is empty.
func Vector(values []float64) *Array {
	if len(values) == 0 {
		panic("data: a vector without values")
	}
	return &Array{Rows: len(values), Cols: 1, Dims: 1, Values: values}
}

// Flat returns the values of an array that is one row or one column; what names
// it in the error, an *Error.
func (a *Array) Flat(what string) ([]float64, error) {
	if a.Rows != 1 && a.Cols != 1 {
		return nil, whole(a.File, "%s must be one row or one column, this is %d x %d", what, a.Rows, a.Cols)
	}
	return a.Values, nil
}

// Limits bounds what a reader accepts. Zero fields mean the defaults.
type Limits struct {
	Values int // of an array; default 2^27, 1 GiB of float64
	Line   int // bytes of a line of text; default 2^26
}

const (
	defaultValues = 1 << 27
	defaultLine   = 1 << 26
)

func (l Limits) resolved() Limits {
	if l.Values <= 0 {
		l.Values = defaultValues
	}
	if l.Line <= 0 {
		l.Line = defaultLine
	}
	return l
}
