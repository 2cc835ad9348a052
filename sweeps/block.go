package sweeps

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/bits"
)

// BlockID is the content hash of a block: equal plans have equal ids.
type BlockID [16]byte

// String returns the id as 32 hexadecimal digits.
func (id BlockID) String() string { return hex.EncodeToString(id[:]) }

// Short returns the first 8 digits; commands accept any unambiguous prefix of at
// least 4.
func (id BlockID) Short() string { return id.String()[:8] }

// MarshalText writes the id as String does.
func (id BlockID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads 32 hexadecimal digits.
func (id *BlockID) UnmarshalText(text []byte) error {
	if len(text) != 2*len(id) {
		return fmt.Errorf("block id %q is not %d hexadecimal digits", text, 2*len(id))
	}
	if _, err := hex.Decode(id[:], text); err != nil {
		return fmt.Errorf("block id %q: %w", text, err)
	}
	return nil
}

// Block is an immutable piece of a plan: a product grid times a replicate range.
// Replicates are outermost, so that a block's first tasks already cover its whole
// grid; then Outer[0] varies slowest. Nothing is stored per task: ordinals and
// points are converted by arithmetic.
//
// Blocks are made by [NewBlock] or [DecodeBlock], which give them canonical form:
// params at their default are left out, params that do not vary are axes of
// length 1 and come first, sorted by name. No axis holds a tuple twice; NewBlock
// refuses duplicates rather than dropping them, for they hint at a mistake.
// Axes that vary keep the order given, which numbers the tasks; blocks that
// differ in it have different ids and reuse each other through [Overlap].
type Block struct {
	Experiment   string
	Version      int
	Command      string // the encoded declaration of an experiment that is a [Command]; empty of any other
	Seed         uint64
	Outer, Inner []Axis
	RepLo, RepHi int // replicates RepLo <= r < RepHi
}

// DataSets lists the hashes of the data sets that the block's tasks need.
func (b *Block) DataSets() (hashes []string) {
	if b.Command != "" { // a param may be called data there, too
		return nil
	}
	for _, a := range b.Outer {
		for k, name := range a.Params {
			if name != "data" {
				continue
			}
			for _, t := range a.Tuples {
				if text, ok := t[k].Text(); ok && text != "" && !contains(hashes, text) {
					hashes = append(hashes, text)
				}
			}
		}
	}
	return hashes
}

// NewBlock returns the canonical block of a grid: axes of outer and inner params
// in any order (an axis mixes the two never), with fixed params as axes of
// length 1.
func NewBlock(e *Experiment, axes []Axis, seed uint64, repLo, repHi int) (*Block, error) {
	var outer, inner []Axis
	seen := map[string]bool{}
	for _, a := range axes {
		nInner := 0
		for _, name := range a.Params {
			p := e.Param(name)
			if p == nil {
				return nil, e.unknownParam(name)
			}
			if seen[name] {
				return nil, fmt.Errorf("parameter %q is on two axes", name)
			}
			seen[name] = true
			if p.Inner {
				nInner++
			}
		}
		switch nInner {
		case 0:
			outer = append(outer, a)
		case len(a.Params):
			inner = append(inner, a)
		default:
			return nil, fmt.Errorf("axis %v mixes params that split a sweep into tasks with params evaluated inside one task; zip them separately", a.Params)
		}
	}
	b := &Block{Experiment: e.Name, Version: e.Version, Seed: seed, RepLo: repLo, RepHi: repHi}
	if e.command != nil {
		b.Command = string(e.command.Encode())
	}
	var err error
	if b.Outer, err = e.normalise(outer); err != nil {
		return nil, err
	}
	if b.Inner, err = e.normalise(inner); err != nil {
		return nil, err
	}
	if err := b.checkSize(); err != nil {
		return nil, err
	}
	return b, nil
}

func (b *Block) checkSize() error {
	if b.RepLo < 0 || b.RepHi <= b.RepLo || b.RepHi > 1<<31-1 {
		return fmt.Errorf("replicates %d to %d: there is nothing to compute", b.RepLo, b.RepHi-1)
	}
	n := uint64(b.RepHi - b.RepLo)
	for _, a := range b.Outer {
		hi, lo := bits.Mul64(n, uint64(len(a.Tuples)))
		if hi != 0 || lo > MaxTasks {
			return fmt.Errorf("the grid has more than 2^48 tasks; split it into several sweeps")
		}
		n = lo
	}
	rows := 1
	for _, a := range b.Inner {
		if rows *= len(a.Tuples); rows > MaxInner {
			return fmt.Errorf("each task would have more than %d rows (inner values); split the sweep", MaxInner)
		}
	}
	return nil
}

// ID returns the content hash of the canonical encoding. It hashes every time;
// keep it where it is needed often.
func (b *Block) ID() BlockID {
	sum := sha256.Sum256(b.Encode())
	return BlockID(sum[:16])
}

// PerReplicate returns the number of outer points.
func (b *Block) PerReplicate() uint64 {
	n := uint64(1)
	for i := range b.Outer {
		n *= uint64(len(b.Outer[i].Tuples))
	}
	return n
}

// Tasks returns the number of tasks: outer points times replicates.
func (b *Block) Tasks() uint64 { return b.PerReplicate() * uint64(b.RepHi-b.RepLo) }

// Rows returns the number of rows of a complete task: its inner points.
func (b *Block) Rows() int {
	n := 1
	for i := range b.Inner {
		n *= len(b.Inner[i].Tuples)
	}
	return n
}

// Points returns the number of rows of the whole block.
func (b *Block) Points() uint64 { return b.Tasks() * uint64(b.Rows()) }

// OuterAt splits a task's ordinal into its replicate and the position on each
// outer axis, appended to at[:0]. It panics if the block has no such task.
func (b *Block) OuterAt(ordinal uint64, at []int) (replicate int, positions []int) {
	if ordinal >= b.Tasks() {
		panic(fmt.Sprintf("sweeps: block of %d tasks has no task %d", b.Tasks(), ordinal))
	}
	per := b.PerReplicate()
	return b.RepLo + int(ordinal/per), digits(b.Outer, ordinal%per, at[:0])
}

// InnerAt splits a row number into the position on each inner axis.
func (b *Block) InnerAt(row int, at []int) (positions []int) {
	return digits(b.Inner, uint64(row), at[:0])
}

// Ordinal is the inverse of OuterAt.
func (b *Block) Ordinal(replicate int, positions []int) uint64 {
	n := uint64(replicate - b.RepLo)
	for i := range b.Outer {
		n = n*uint64(len(b.Outer[i].Tuples)) + uint64(positions[i])
	}
	return n
}

// digits writes n in the mixed base of the axes' lengths, the first slowest.
func digits(axes []Axis, n uint64, at []int) []int {
	for range axes {
		at = append(at, 0)
	}
	for i := len(axes) - 1; i >= 0; i-- {
		l := uint64(len(axes[i].Tuples))
		at[i] = int(n % l)
		n /= l
	}
	return at
}
