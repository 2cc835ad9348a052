package scheduler

import (
	"cmp"
	"math/bits"
	"slices"
	"time"

	"gardner/sweeps"
)

// LeaseID numbers leases.
type LeaseID uint64

// Lease is a promise not to hand out the tasks Lo <= ordinal < Hi of a block to anybody else while its worker lives.
type Lease struct {
	ID     LeaseID
	Block  sweeps.BlockID
	Lo, Hi uint64
	Inner  []int // rows wanted, ascending; nil: all
}

// Span is the half-open range of ordinals [Lo, Hi).
type Span struct{ Lo, Hi uint64 }

// lease is a lease and what is left of it.
type lease struct {
	id      LeaseID
	worker  *worker
	block   *block
	lo, hi  uint64
	left    []uint64      // bit i: task lo+i is neither stored, failed nor given back
	n       uint64        // bits in left
	started bool          // something of it was reported as run or running
	lost    bool          // its worker died or fell silent while it ran
	crashes int           // workers that died with these tasks
	moved   time.Duration // when it was granted or a task of it was last settled

	share     *share        // of the sweep it was granted for; nil: adopted or a twin
	audit     *audit        // its one task is computed again
	twin      *lease        // the other lease of the same tasks, if they are run twice
	overtaken time.Duration // since when all that is left was stored by the twin; 0: it was not
}

// has reports whether a task of the lease is unsettled; a nil lease has none.
func (l *lease) has(ordinal uint64) bool {
	return l != nil && ordinal >= l.lo && ordinal < l.hi && l.left[(ordinal-l.lo)/64]>>((ordinal-l.lo)%64)&1 != 0
}

func (l *lease) add(ordinal uint64) {
	l.left[(ordinal-l.lo)/64] |= 1 << ((ordinal - l.lo) % 64)
	l.n++
	l.block.leased++
}

// drop takes a task out of the lease and reports whether it was in it.
func (l *lease) drop(ordinal uint64) bool {
	if !l.has(ordinal) {
		return false
	}
	l.left[(ordinal-l.lo)/64] &^= 1 << ((ordinal - l.lo) % 64)
	l.n--
	l.block.leased--
	return true
}

// first returns the first task left.
func (l *lease) first() (ordinal uint64, ok bool) {
	for i, w := range l.left {
		if w != 0 {
			return l.lo + uint64(i)*64 + uint64(bits.TrailingZeros64(w)), true
		}
	}
	return 0, false
}

// each calls f with every task left, ascending; f may drop it.
func (l *lease) each(f func(ordinal uint64)) {
	for i, w := range l.left {
		for ; w != 0; w &= w - 1 {
			f(l.lo + uint64(i)*64 + uint64(bits.TrailingZeros64(w)))
		}
	}
}

// open makes an empty lease.
func (s *Scheduler) open(now time.Duration, id LeaseID, w *worker, b *block, lo, hi uint64) *lease {
	l := &lease{id: id, worker: w, block: b, lo: lo, hi: hi, moved: now, left: make([]uint64, (hi-lo+63)/64)}
	s.leases[id] = l
	w.leases[id] = l
	return l
}

// closeIfEmpty forgets a lease without tasks.
func (s *Scheduler) closeIfEmpty(l *lease) {
	if l.n > 0 {
		return
	}
	delete(s.leases, l.id)
	delete(l.worker.leases, l.id)
	if l.share != nil {
		l.share.leases--
	}
	if l.twin != nil {
		l.twin.twin, l.twin = nil, nil
	}
	if l.audit != nil {
		s.auditLost(l)
	}
	if l.worker.suspect == l {
		l.worker.suspect = nil
		s.epoch++ // it may take the next suspect
	}
}

// returnLease makes all its tasks available again and forgets it.
func (s *Scheduler) returnLease(l *lease) {
	l.each(func(ordinal uint64) { s.giveUp(l, ordinal) })
	s.closeIfEmpty(l)
}

// Stored says that results of a lease have become durable. The lease may be unknown (expired, or of an earlier
// process): the results count all the same. seconds has one entry per ordinal.
func (s *Scheduler) Stored(now time.Duration, w WorkerID, id LeaseID, block sweeps.BlockID, ordinals []uint64, seconds []float32) {
	s.at(now)
	b := s.blocks[block]
	if b == nil {
		return
	}
	l := s.leaseOf(id, b)
	var sum, units float64
	fresh := uint64(0)
	var stored []uint64 // that may be audited
	for i, ordinal := range ordinals {
		if ordinal >= b.tasks {
			continue
		}
		if !b.done.Has(ordinal) {
			fresh++
			if len(b.samplers) > 0 {
				stored = append(stored, ordinal)
			}
			s.finish(b, ordinal)
		}
		if l != nil {
			l.drop(ordinal)
		}
		if i < len(seconds) {
			sum += float64(seconds[i])
			units += b.units(ordinal)
		}
	}
	if x := s.workers[w]; x != nil {
		x.heard = max(x.heard, now)
		x.done += fresh
		if p := b.pace.perUnit(); p > 0 {
			x.pace.add(sum, units*p)
		}
	}
	b.pace.add(sum, units)
	if l != nil {
		l.started, l.moved = true, now
		if l.twin != nil {
			s.overtaken(now, l.twin)
		}
		s.closeIfEmpty(l)
	}
	s.sample(b, w, stored)
	if fresh > 0 {
		s.touch(b)
		for _, link := range b.younger {
			s.touch(link.younger)
		}
	}
}

// GivenBack says that a worker will not compute some tasks of a lease.
func (s *Scheduler) GivenBack(now time.Duration, w WorkerID, id LeaseID, block sweeps.BlockID, spans []Span) {
	s.Heard(now, w)
	l := s.leaseOf(id, s.blocks[block])
	if l == nil || l.worker.id != w {
		return
	}
	for _, sp := range spans {
		for ordinal := max(sp.Lo, l.lo); ordinal < min(sp.Hi, l.hi); ordinal++ {
			s.giveUp(l, ordinal)
		}
	}
	s.closeIfEmpty(l)
}

func (s *Scheduler) leaseOf(id LeaseID, b *block) *lease {
	if l := s.leases[id]; l != nil && l.block == b {
		return l
	}
	return nil
}

func (s *Scheduler) sortedLeases() []*lease {
	out := make([]*lease, 0, len(s.leases))
	for _, l := range s.leases {
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b *lease) int { return cmp.Compare(a.id, b.id) })
	return out
}

// units is the cost of a task, 1 if no costs are declared.
func (b *block) units(ordinal uint64) float64 {
	if b.cost == nil {
		return 1
	}
	if c := b.cost(ordinal); c > 0 {
		return c
	}
	return 1e-9
}
