package sweeps

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sort"
	"strings"
)

// Spec is a sweep as its file describes it. [ParseSpec] reads one, [Spec.Set]
// changes it as the command line asks, [Spec.Blocks] plans it.
type Spec struct {
	Name       string
	Title      string // one line for people; may be empty
	Experiment string
	Params     []Axis    // fixed params, each an axis of length 1, sorted by name
	Grid       []Axis    // axes that vary, the first slowest
	Replicates int       // of the first round, if Adaptive
	Adaptive   *Adaptive // nil: Replicates is all
	Refine     *Refine   // nil: Grid is all
	Seed       uint64
	Figure     FigureHint // what the file says; the experiment's hint fills the rest
	// Patterns names a person's own data until [Spec.ReadPatterns] has read it; nil
	// afterwards, and where there is none.
	Patterns *PatternFiles
	// Command declares the experiment if it is a person's own program; nil for what
	// is built in. Experiment is then its name once [Spec.ReadCommand] has been called.
	Command *Command

	experiment *Experiment
	read       bool     // the command has its files
	unread     []string // names of files: of a command, until it has
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

// maxSpecErrors bounds the mistakes reported of one file.
const maxSpecErrors = 50

// SpecErrors is all mistakes found in a sweep file, in the order of their
// places; at least one.
type SpecErrors struct {
	Errors []*SpecError
	More   int // further mistakes that were not kept
}

func (e *SpecErrors) Error() string {
	lines := make([]string, len(e.Errors), len(e.Errors)+1)
	for i, x := range e.Errors {
		lines[i] = x.Error()
	}
	if e.More > 0 {
		lines = append(lines, fmt.Sprintf("and %d more mistakes", e.More))
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the mistakes one by one.
func (e *SpecErrors) Unwrap() []error {
	out := make([]error, len(e.Errors))
	for i, x := range e.Errors {
		out[i] = x
	}
	return out
}

// Blocks plans the sweep: the blocks whose results it consists of. The error
// says what does not go together.
func (s *Spec) Blocks(reg *Registry) ([]*Block, error) {
	if s.Command != nil && !s.read {
		return nil, errUnread
	}
	return s.blocks(reg)
}

// Declared returns the sweep's experiment.
func (s *Spec) Declared(reg *Registry) (*Experiment, error) {
	if s.Command != nil {
		return s.experiment, nil
	}
	return reg.Lookup(s.Experiment)
}

func (s *Spec) blocks(reg *Registry) ([]*Block, error) {
	e, err := s.Declared(reg)
	if err != nil {
		return nil, err
	}
	if s.Patterns != nil {
		return nil, fmt.Errorf("the files of patterns: (%s) have not been read; hand the sweep file to gardner run or submit where they are", s.Patterns.File)
	}
	if s.Replicates < 1 {
		return nil, fmt.Errorf("replicates: %d leaves nothing to compute; it must be at least 1", s.Replicates)
	}
	if err := s.checkRefine(); err != nil {
		return nil, fmt.Errorf("refine: %w", err)
	}
	axes := append(append([]Axis(nil), s.Params...), s.Grid...)
	b, err := NewBlock(e, axes, s.Seed, 0, s.Replicates)
	if err != nil {
		return nil, err
	}
	p, err := e.Plan(b)
	if err != nil {
		return nil, err
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	return []*Block{b}, nil
}

// maxChecked is the number of points up to which Check sees every one.
const maxChecked = 1 << 14

// check calls the experiment's Check on the grid: on every point of a small
// grid, else on each axis' values with the others at their first, and at their
// last. What slips through fails as a task.
func (p *Plan) check() error {
	check := p.Experiment.Check
	if check == nil {
		return nil
	}
	at := func(o uint64, row int) error {
		outer, _ := p.Outer(o)
		if err := check(p.At(outer, row)); err != nil {
			return fmt.Errorf("at %s: %w", p.At(outer, row), err)
		}
		return nil
	}
	last := len(p.inner) - 1
	if p.perRep*uint64(len(p.inner)) <= maxChecked {
		for o := range p.perRep {
			for row := range p.inner {
				if err := at(o, row); err != nil {
					return err
				}
			}
		}
		return nil
	}
	stride := p.perRep
	for i := range p.Block.Outer {
		l := uint64(len(p.Block.Outer[i].Tuples))
		stride /= l
		for k := range l {
			if err := at(k*stride, 0); err != nil {
				return err
			}
			if err := at(p.perRep-1-k*stride, last); err != nil {
				return err
			}
		}
	}
	for row := range p.inner {
		if err := at(0, row); err != nil {
			return err
		}
		if err := at(p.perRep-1, row); err != nil {
			return err
		}
	}
	return nil
}

// TotalCost estimates the seconds on one core of all the block's tasks, from at
// most 64 of them.
func (p *Plan) TotalCost() float64 {
	n := min(p.perRep, 64)
	sum := 0.0
	for k := range n {
		sum += p.Cost(k * p.perRep / n)
	}
	return sum / float64(n) * float64(p.tasks)
}

// Revision is the hash of the canonical file: 12 hexadecimal digits.
func (s *Spec) Revision() string {
	sum := sha256.Sum256(s.YAML())
	return hex.EncodeToString(sum[:6])
}

// fix sets a fixed param, in the sorted list.
func (s *Spec) fix(a Axis) {
	s.Params = append(s.Params, a)
	sort.SliceStable(s.Params, func(i, j int) bool { return s.Params[i].Params[0] < s.Params[j].Params[0] })
}
