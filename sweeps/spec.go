package sweeps

import "fmt"

// Spec is a sweep as its file describes it. [ParseSpec] reads one, [Spec.Set]
// changes it as the command line asks, [Spec.Blocks] plans it.
type Spec struct {
	Name       string
	Title      string // one line for people; may be empty
	Experiment string
	Params     []Axis // fixed params, each an axis of length 1
	Grid       []Axis // axes that vary, the first slowest
	Replicates int
	Seed       uint64
	Figure     FigureHint

	experiment *Experiment
}

// SpecError is one mistake in a sweep file.
type SpecError struct {
	File         string
	Line, Column int // from 1; 0 where the mistake has no place in the file
	Message      string
}

func (e *SpecError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}
