package sweeps

import (
	"errors"
	"fmt"
)

// ErrVersion is wrapped where a block was planned with another version of an
// experiment than this build has: its results would be other bits.
var ErrVersion = errors.New("experiment version differs")

// Plan is a block bound to its experiment: it turns ordinals into tasks and
// points. It is immutable and safe for concurrent use; make one per block and
// keep it.
type Plan struct {
	Block      *Block
	Experiment *Experiment

	outer  []Value   // outer half with the defaults filled in
	slots  [][]int   // outer axis -> slot of each of its params
	inner  [][]Value // inner half of every row
	tasks  uint64
	perRep uint64
}

// Plan checks a block against its experiment and binds the two.
func (r *Registry) Plan(b *Block) (*Plan, error) {
	if b.Command != "" {
		e, err := r.declared(b.Command)
		if err != nil {
			return nil, err
		}
		return e.Plan(b)
	}
	e, err := r.Lookup(b.Experiment)
	if err != nil {
		return nil, err
	}
	if e.Version != b.Version {
		return nil, fmt.Errorf("%w: the block was planned with %s@%d, this build has %s; use the build that planned it, or submit the sweep again",
			ErrVersion, b.Experiment, b.Version, e.ID())
	}
	return e.Plan(b)
}

// Plan binds a block to the experiment it was planned with.
func (e *Experiment) Plan(b *Block) (*Plan, error) {
	t := e.compiled()
	p := &Plan{Block: b, Experiment: e, tasks: b.Tasks(), perRep: b.PerReplicate()}
	p.outer = append([]Value(nil), t.outer...)
	for _, half := range []struct {
		axes  []Axis
		inner bool
	}{{b.Outer, false}, {b.Inner, true}} {
		for i := range half.axes {
			if err := e.checkAxis(&half.axes[i], half.inner); err != nil {
				return nil, fmt.Errorf("block %s of %s: %w", b.ID().Short(), e.ID(), err)
			}
		}
	}
	for i := range b.Outer {
		p.slots = append(p.slots, t.slots(&b.Outer[i]))
	}
	innerSlots := make([][]int, len(b.Inner))
	for i := range b.Inner {
		innerSlots[i] = t.slots(&b.Inner[i])
	}
	var at []int
	for row := range b.Rows() {
		at = b.InnerAt(row, at)
		half := append([]Value(nil), t.inner...)
		fill(half, b.Inner, innerSlots, at)
		p.inner = append(p.inner, half)
	}
	return p, nil
}

// checkAxis refuses what NewBlock would not have made.
func (e *Experiment) checkAxis(a *Axis, inner bool) error {
	for k, name := range a.Params {
		q := e.Param(name)
		switch {
		case q == nil:
			return e.unknownParam(name)
		case q.Inner != inner:
			return fmt.Errorf("parameter %q is on the wrong side (outer or inner)", name)
		case q.Default != a.Defaults[k]:
			return fmt.Errorf("parameter %q defaults to %s here and to %s in the block", name, q.Default, a.Defaults[k])
		}
		for _, t := range a.Tuples {
			v, err := q.Coerce(t[k])
			if err != nil {
				return err
			}
			if v != t[k] {
				return fmt.Errorf("parameter %q: %s is not a %s", name, t[k], q.Kind)
			}
		}
	}
	return nil
}

func (t *table) slots(a *Axis) []int {
	slots := make([]int, len(a.Params))
	for k, name := range a.Params {
		slots[k] = t.slot[t.index[name]]
	}
	return slots
}

func fill(half []Value, axes []Axis, slots [][]int, at []int) {
	for i := range axes {
		for k, v := range axes[i].Tuples[at[i]] {
			half[slots[i][k]] = v
		}
	}
}

// Outer returns a task's outer point (inner params at their default) and its
// replicate. It panics if the block has no such task.
func (p *Plan) Outer(ordinal uint64) (Point, int) {
	if ordinal >= p.tasks {
		panic(fmt.Sprintf("sweeps: block of %d tasks has no task %d", p.tasks, ordinal))
	}
	t := p.Experiment.compiled()
	half := append([]Value(nil), p.outer...)
	n := ordinal % p.perRep
	for i := len(p.Block.Outer) - 1; i >= 0; i-- {
		tuples := p.Block.Outer[i].Tuples
		l := uint64(len(tuples))
		for k, v := range tuples[n%l] {
			half[p.slots[i][k]] = v
		}
		n /= l
	}
	return Point{table: t, outer: half, inner: t.inner}, p.Block.RepLo + int(ordinal/p.perRep)
}

// Rows returns the number of rows of a complete task.
func (p *Plan) Rows() int { return len(p.inner) }

// At returns the complete point of a row, given its task's outer point.
func (p *Plan) At(outer Point, row int) Point {
	outer.inner = p.inner[row]
	return outer
}

// Task returns the task of an ordinal, with the inner rows listed in mask, which
// must ascend; nil means all. It panics if the block has no such task or row.
func (p *Plan) Task(ordinal uint64, mask []int) *Task {
	outer, replicate := p.Outer(ordinal)
	t := &Task{Outer: outer, Replicate: replicate, Seed: p.Block.Seed, Threads: 1, experiment: p.Experiment}
	if mask == nil {
		t.Inner = make([]Point, len(p.inner))
		for i := range t.Inner {
			t.Inner[i] = p.At(outer, i)
		}
		return t
	}
	t.Inner = make([]Point, len(mask))
	for i, row := range mask {
		t.Inner[i] = p.At(outer, row)
	}
	return t
}

// Cost returns the experiment's estimate of a task's seconds on one core.
func (p *Plan) Cost(ordinal uint64) float64 {
	if p.Experiment.Cost == nil {
		return 1e-3
	}
	t := p.Task(ordinal, nil)
	return p.Experiment.Cost(t.Outer, t.Inner)
}

// TaskAt is Plan and Task in one call, for a task or two.
func (b *Block) TaskAt(r *Registry, ordinal uint64, mask []int) (*Task, error) {
	p, err := r.Plan(b)
	if err != nil {
		return nil, err
	}
	if ordinal >= p.tasks {
		return nil, fmt.Errorf("block %s has %d tasks, there is no task %d", b.ID().Short(), p.tasks, ordinal)
	}
	for i, row := range mask {
		if row < 0 || row >= len(p.inner) || i > 0 && row <= mask[i-1] {
			return nil, fmt.Errorf("block %s has inner rows 0 to %d: the mask %v is not an ascending list of them", b.ID().Short(), len(p.inner)-1, mask)
		}
	}
	return p.Task(ordinal, mask), nil
}
