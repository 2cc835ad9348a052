package scheduler

import (
	"math/bits"

	"gardner/coordinator/store"
	"gardner/sweeps"
)

// maxOlder is how many older blocks one block can rest on. Beyond it the youngest overlaps are not used: their rows
// are computed again, which costs time and nothing else.
const maxOlder = 64

// link is the overlap of two blocks.
type link struct {
	older, younger *block
	reuse          *sweeps.Reuse // maps the younger's ordinals to the older's
	inner          []int         // the younger's row -> the older's, or -1
	bit            uint64        // in sets of links
}

// cut says who owns the rows of the tasks that a certain set of older blocks have.
type cut struct {
	own   []int // rows this block owns, ascending; nil: all
	none  bool  // it owns none
	needs []*link
}

func (s *Scheduler) linkOlder(b *block) {
	for _, o := range s.order {
		if len(b.older) == maxOlder {
			break
		}
		r, ok := sweeps.Overlap(b.block, o.block)
		if !ok {
			continue
		}
		l := &link{older: o, younger: b, reuse: r, inner: r.InnerMap(), bit: 1 << len(b.older)}
		b.older = append(b.older, l)
		o.younger = append(o.younger, l)
	}
	if len(b.older) == 0 {
		return
	}
	b.shares = map[uint64]*cut{}
	b.complete = store.NewBitmap(b.tasks)
	for t := range b.tasks {
		c := b.cut(t)
		if c.none {
			b.done.Set(t)
		}
		if b.done.Has(t) || len(c.needs) > 0 {
			b.refresh(t)
		}
	}
}

// cut returns how the rows of a task are shared between blocks.
func (b *block) cut(ordinal uint64) *cut {
	var set uint64
	for _, l := range b.older {
		if _, ok := l.reuse.Map(ordinal); ok {
			set |= l.bit
		}
	}
	c := b.shares[set]
	if c == nil {
		c = b.newCut(set)
		b.shares[set] = c
	}
	return c
}

func (b *block) newCut(set uint64) *cut {
	c := &cut{}
	owned := make([]bool, b.rows) // by an older block
	left := b.rows
	for rest := set; rest != 0; rest &= rest - 1 {
		l := b.older[bits.TrailingZeros64(rest)]
		used := false
		for row, from := range l.inner {
			if from >= 0 && !owned[row] {
				owned[row], used = true, true
				left--
			}
		}
		if used {
			c.needs = append(c.needs, l)
		}
	}
	switch left {
	case 0:
		c.none = true
	case b.rows:
	default:
		for row, taken := range owned {
			if !taken {
				c.own = append(c.own, row)
			}
		}
	}
	return c
}

// needs returns the links to older blocks that own rows of a task.
func (b *block) needs(ordinal uint64) []*link {
	if len(b.older) == 0 {
		return nil
	}
	return b.cut(ordinal).needs
}

// mask returns the rows of a task this block owns; nil means all.
func (b *block) mask(ordinal uint64) []int {
	if len(b.older) == 0 {
		return nil
	}
	return b.cut(ordinal).own
}

// wants reports whether the younger block rests on the older's task.
func (l *link) wants(ordinal uint64) bool {
	t, ok := l.reuse.Inverse(ordinal)
	if !ok {
		return false
	}
	for _, n := range l.younger.cut(t).needs {
		if n == l {
			return true
		}
	}
	return false
}
