package query

import (
	"context"
	"errors"
	"fmt"

	"gardner/sweeps"
)

// Kind is the type of a column.
type Kind uint8

// The kinds of columns.
const (
	Float  Kind = iota // Field.Num; NaN is written as no value
	Int                // Field.Int
	Uint               // Field.Int holds the bits
	Text               // Field.Text
	Bool               // Field.Int is 0 or 1
	Vector             // Field.Vec
)

// Column describes a column of a result.
type Column struct {
	Name string
	Unit string
	Doc  string
	Kind Kind
}

// Field is one value of a row. Valid is false where there is none.
type Field struct {
	Valid bool
	Num   float64
	Int   int64
	Text  string
	Vec   []float64
}

func floatField(x float64) Field { return Field{Valid: x == x, Num: x} }
func intField(n int64) Field     { return Field{Valid: true, Int: n} }
func textField(s string) Field   { return Field{Valid: true, Text: s} }

// paramColumn is the column of a param.
func paramColumn(p *sweeps.Param) Column {
	c := Column{Name: p.Name, Unit: p.Unit, Doc: p.Doc}
	switch p.Kind {
	case sweeps.Number:
		c.Kind = Float
	case sweeps.Integer:
		c.Kind = Int
	case sweeps.Bool:
		c.Kind = Bool
	default:
		c.Kind = Text
	}
	return c
}

// valueField converts a param's value for a column of paramColumn's kind.
func valueField(k Kind, v sweeps.Value) Field {
	switch k {
	case Float:
		x, ok := v.Number()
		return Field{Valid: ok, Num: x}
	case Int:
		x, ok := v.Number()
		return Field{Valid: ok, Int: int64(x)}
	case Bool:
		b, ok := v.Bool()
		f := Field{Valid: ok}
		if b {
			f.Int = 1
		}
		return f
	default:
		s, ok := v.Text()
		return Field{Valid: ok, Text: s}
	}
}

// Result is a question that has been understood. Its rows are computed when they
// are asked for, from what is stored at that moment.
type Result struct {
	Sweep      string
	Revision   string
	Experiment *sweeps.Experiment
	Raw        bool
	By         []string // of an aggregate: the params of a group
	Metrics    []string
	Columns    []Column
	// Numerics are the fingerprints of the workers that computed what is asked for; if there is more than one, their results
	// agree within tolerances, not to the bit.
	Numerics []string

	limit uint64 // rows that are given at most; 0: all
	each  func(ctx context.Context, fn func(row []Field) error) error
}

// Each calls fn for each row. The row is valid during the call. An error of fn
// ends it and is returned.
func (r *Result) Each(ctx context.Context, fn func(row []Field) error) error {
	if r.limit == 0 {
		return r.each(ctx, fn)
	}
	n := uint64(0)
	err := r.each(ctx, func(row []Field) error {
		if err := fn(row); err != nil {
			return err
		}
		if n++; n == r.limit {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

var errEnough = errors.New("enough rows")

// Column returns the position of a column, or -1.
func (r *Result) Column(name string) int {
	for i := range r.Columns {
		if r.Columns[i].Name == name {
			return i
		}
	}
	return -1
}

// Table holds all rows of a result in memory, for figures and pages.
type Table struct {
	*Result
	Rows [][]Field
}

// Table reads all rows. It refuses results of more than a million: stream those.
func (r *Result) Table(ctx context.Context) (*Table, error) {
	t := &Table{Result: r}
	err := r.Each(ctx, func(row []Field) error {
		if len(t.Rows) == maxTable {
			return fmt.Errorf("sweep %s: the result has more than %d rows; narrow it with where or by", r.Sweep, maxTable)
		}
		t.Rows = append(t.Rows, append([]Field(nil), row...))
		return nil
	})
	return t, err
}

const maxTable = 1 << 20
