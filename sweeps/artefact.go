package sweeps

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sort"
	"strconv"

	"gardner/core/rng"
)

// Artefact declares what several tasks share and any worker can compute again,
// such as the trained weights of a network: too large to be a metric, too
// expensive to be computed in every task. Its bytes are a pure function of
// name@version, Params, replicate and seed, so experiments that declare the same
// artefact share them. A worker keeps them in a bounded cache; they are never
// stored with results nor sent anywhere, and tasks that need the same artefact go
// preferably to the same worker.
type Artefact struct {
	Name    string
	Version int // part of every key: step it, and the Version of each experiment that has it, when the bits change
	Doc     string

	// Params names what the artefact depends on besides replicate and seed. Those
	// that are treatments (and inner ones) do not enter its random streams.
	// Experiments that share an artefact must agree on defaults and treatments.
	Params []string

	// Parts is the number of pieces that are computed and kept by themselves, such
	// as blocks of neurons, each less than a minute of work; nil means 1. p has
	// Params only: reading another param panics.
	Parts func(p Point) int

	// Prepare computes one part. It returns promptly when ctx ends.
	Prepare func(ctx context.Context, t *ArtefactTask, part int) ([]byte, error)
}

// ID returns "name@version".
func (a *Artefact) ID() string { return fmt.Sprintf("%s@%d", a.Name, a.Version) }

// ArtefactTask is what Prepare may know.
type ArtefactTask struct {
	Point     Point // has the artefact's Params only: reading another panics
	Replicate int
	Seed      uint64
	Threads   int // threads Prepare may use, at least 1

	bound  *boundArtefact
	report func(fraction float64)
}

// Stream returns the random stream of that name. Its key is the artefact's
// name@version, the name, the seed, the replicate and the artefact's params that
// are not treatments; it is the same in all parts.
func (t *ArtefactTask) Stream(name string) *rng.Stream {
	return rng.New(t.bound.key("artefact stream", t, t.bound.table.keyed).Sub(name))
}

// Report tells whoever runs the task how much of the part is done, 0 to 1.
func (t *ArtefactTask) Report(fraction float64) {
	if t.report != nil {
		t.report(fraction)
	}
}

// ArtefactKey names one part of an artefact, apart from the numerics that
// computed it.
type ArtefactKey struct {
	// Group is shared by all parts, and by artefacts that differ in inner params
	// only: what tasks are gathered by.
	Group uint64
	Key   rng.Key
	Part  int
}

// ArtefactCache keeps the parts of artefacts. Implementations are safe for
// concurrent use.
type ArtefactCache interface {
	// Part returns the bytes kept under a key, or else what prepare returns, and
	// keeps that. Only one prepare of a key runs at a time: others wait for it, or,
	// unless wait, get ErrArtefactBusy at once. The bytes are shared: nobody may
	// change them.
	Part(ctx context.Context, key ArtefactKey, wait bool, prepare func(ctx context.Context) ([]byte, error)) ([]byte, error)
}

// ErrArtefactBusy says that a part is being computed by another task.
var ErrArtefactBusy = errors.New("this part of the artefact is being computed by another task")

// boundArtefact is an artefact bound to the params of its experiment.
type boundArtefact struct {
	*Artefact
	table *table // of Params only, all of them outer
	group []int  // positions in table of the params that are outer in the experiment
	all   []int  // positions in table, by name
}

func (e *Experiment) bindArtefact(a *Artefact) *boundArtefact {
	var params []Param
	outer := map[string]bool{}
	wanted := map[string]bool{}
	for _, name := range a.Params {
		wanted[name] = true
	}
	for _, p := range e.Params {
		if !wanted[p.Name] {
			continue
		}
		outer[p.Name] = !p.Inner
		p.Treatment = p.Treatment || p.Inner
		p.Inner = false
		params = append(params, p)
	}
	b := &boundArtefact{Artefact: a, table: newTable(params)}
	for i, p := range params {
		b.all = append(b.all, i)
		if outer[p.Name] {
			b.group = append(b.group, i)
		}
	}
	for _, list := range [][]int{b.all, b.group} {
		sort.Slice(list, func(i, j int) bool { return params[list[i]].Name < params[list[j]].Name })
	}
	return b
}

// key hashes everything that the artefact depends on, of its params those in use.
func (b *boundArtefact) key(what string, t *ArtefactTask, use []int) rng.Key {
	parts := make([]string, 0, 4+len(use))
	parts = append(parts, what, b.ID(), strconv.FormatUint(t.Seed, 10), strconv.Itoa(t.Replicate))
	for _, i := range use {
		if v := t.Point.at(i); v != b.table.params[i].Default {
			parts = append(parts, keyPart(b.table.params[i].Name, v))
		}
	}
	return rng.NewKey(parts...)
}

// groupOf is the Group of ArtefactKey.
func (b *boundArtefact) groupOf(t *ArtefactTask) uint64 {
	k := b.key("artefact group", t, b.group)
	return binary.BigEndian.Uint64(k[:])
}

// task narrows a point to the artefact's params.
func (b *boundArtefact) task(p Point, replicate int, seed uint64) *ArtefactTask {
	half := make([]Value, len(b.table.outer))
	for i, q := range b.table.params {
		half[b.table.slot[i]] = p.Value(q.Name)
	}
	return &ArtefactTask{Point: Point{table: b.table, outer: half}, Replicate: replicate, Seed: seed, Threads: 1, bound: b}
}

// parts is the number of parts at a task's point.
func (b *boundArtefact) parts(t *ArtefactTask) int {
	if b.Parts == nil {
		return 1
	}
	return max(1, b.Parts(t.Point))
}

// artefact finds a declaration; it panics on an unknown name, which is a mistake
// in the experiment.
func (e *Experiment) artefact(name string) *boundArtefact {
	e.compiled()
	for _, b := range e.artefacts {
		if b.Name == name {
			return b
		}
	}
	panic(fmt.Sprintf("sweeps: experiment %s declares no artefact %q", e.ID(), name))
}

// validateArtefacts finds mistakes in the declarations.
func (e *Experiment) validateArtefacts() error {
	seen := map[string]bool{}
	for i := range e.Artefacts {
		a := &e.Artefacts[i]
		if !validName(a.Name) || seen[a.Name] || a.Version < 1 || a.Prepare == nil {
			return fmt.Errorf("the artefact %q has a bad name, is declared twice, has a version below 1 or no Prepare", a.Name)
		}
		seen[a.Name] = true
		for k, name := range a.Params {
			if e.Param(name) == nil {
				return fmt.Errorf("the artefact %s depends on %q, which is no param", a.Name, name)
			}
			for _, other := range a.Params[:k] {
				if other == name {
					return fmt.Errorf("the artefact %s names the param %q twice", a.Name, name)
				}
			}
		}
	}
	return nil
}

// agrees reports how two experiments differ on an artefact of the same name: they
// would share its keys but not its bits.
func (b *boundArtefact) agrees(other *boundArtefact) error {
	if b.Version != other.Version || len(b.all) != len(other.all) {
		return fmt.Errorf("versions %d and %d, %d and %d params", b.Version, other.Version, len(b.all), len(other.all))
	}
	for k := range b.all {
		p, q := b.table.params[b.all[k]], other.table.params[other.all[k]]
		if p.Name != q.Name || p.Default != q.Default || p.Treatment != q.Treatment {
			return fmt.Errorf("param %s (default %s, treatment %v) and param %s (default %s, treatment %v)",
				p.Name, p.Default, p.Treatment, q.Name, q.Default, q.Treatment)
		}
	}
	return nil
}
