package sweeps

import (
	"context"
	"fmt"
	"math"
	"runtime/debug"
	"strconv"

	"gardner/core/rng"
)

// Task is one unit of work: an outer point, a replicate, and the inner points
// that are wanted there.
type Task struct {
	Outer     Point   // inner params are at their default
	Inner     []Point // complete points, one per row wanted, in inner order
	Replicate int
	Seed      uint64

	Threads  int                    // threads Run may use; 0 means 1
	Progress func(fraction float64) // may be nil; see Report
	Sets     Sets                   // data sets by hash; may be nil
	Commands Commands               // runs programs of people's own; nil: it may not be done here

	// Artefacts keeps what Artefact returns. Nil: everything is computed each time.
	Artefacts ArtefactCache

	experiment *Experiment
}

// Experiment returns what the task is a task of.
func (t *Task) Experiment() *Experiment { return t.experiment }

// Report tells whoever runs the task how far it is, 0 to 1.
func (t *Task) Report(fraction float64) {
	if t.Progress != nil {
		t.Progress(fraction)
	}
}

// Stream returns the random stream of that name. Its key is experiment@version,
// the name, the seed, the replicate and the outer params that are not
// treatments, by value and without those at their default: tasks that differ
// only in treatments see the same numbers, however their grids look.
func (t *Task) Stream(name string) *rng.Stream { return rng.New(t.key(name)) }

// StreamAt returns a stream that also depends on the given inner params' values
// at a point, so that every inner value has its own numbers whichever other
// values the task covers.
func (t *Task) StreamAt(name string, inner Point, params ...string) *rng.Stream {
	parts := make([]string, 0, len(params)+1)
	parts = append(parts, "inner")
	for _, p := range params {
		v := inner.Value(p)
		if v.IsZero() {
			panic(fmt.Sprintf("sweeps: %q is not a param of %s", p, t.experiment.ID()))
		}
		parts = append(parts, keyPart(p, v))
	}
	return rng.New(t.key(name).Sub(parts...))
}

func (t *Task) key(name string) rng.Key {
	table := t.Outer.table
	parts := make([]string, 0, 5+len(table.keyed))
	parts = append(parts, "task", t.experiment.ID(), name,
		strconv.FormatUint(t.Seed, 10), strconv.Itoa(t.Replicate))
	for _, i := range table.keyed {
		if v := t.Outer.at(i); v != table.params[i].Default {
			parts = append(parts, keyPart(table.params[i].Name, v))
		}
	}
	return rng.NewKey(parts...)
}

// keyPart writes one param for a key; the type's letter keeps the text "1" and
// the number 1 apart.
func keyPart(name string, v Value) string {
	letter := [...]string{noValue: "", numberValue: "n", textValue: "s", boolValue: "b"}[v.kind]
	return name + "=" + letter + v.String()
}

// PanicError is a panic of an experiment, caught so that it costs one task and
// not a worker.
type PanicError struct {
	Task  string // experiment and point
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("%s panicked: %v", e.Task, e.Value) }

// Run computes the task and checks that the rows have the declared shape.
func (t *Task) Run(ctx context.Context) (rows []Row, err error) {
	defer func() {
		if v := recover(); v != nil {
			rows, err = nil, &PanicError{Task: t.String(), Value: v, Stack: debug.Stack()}
		}
	}()
	rows, err = t.experiment.Run(ctx, t)
	if err != nil {
		return nil, err
	}
	if len(rows) != len(t.Inner) {
		return nil, fmt.Errorf("%s returned %d rows for %d inner points", t, len(rows), len(t.Inner))
	}
	for i := range rows {
		if err := t.experiment.checkRow(&rows[i]); err != nil {
			return nil, fmt.Errorf("%s, row %d: %w", t, i, err)
		}
	}
	return rows, nil
}

// String names the task in messages.
func (t *Task) String() string {
	s := t.experiment.ID()
	if p := t.Outer.String(); p != "" {
		s += " " + p
	}
	return fmt.Sprintf("%s replicate %d seed %d", s, t.Replicate, t.Seed)
}

// checkRow refuses rows that a record could not hold.
func (e *Experiment) checkRow(r *Row) error {
	if r.Status > UndefinedRow {
		return fmt.Errorf("the status %d is unknown", r.Status)
	}
	if len(r.Cells) != len(e.Metrics) {
		return fmt.Errorf("%d cells for %d metrics", len(r.Cells), len(e.Metrics))
	}
	for i, c := range r.Cells {
		m := &e.Metrics[i]
		if m.Kind != MetricCount || math.IsNaN(c.V) {
			continue
		}
		if c.V != math.Trunc(c.V) || c.V < 0 || c.V > float64(c.N) || c.N > 1<<53 {
			return fmt.Errorf("metric %s: %g of %d is not a count", m.Name, c.V, c.N)
		}
	}
	return nil
}
