package scheduler

import (
	"cmp"
	"slices"
	"time"
)

// searchBudget bounds how many unwanted tasks one search of a block may step over.
const searchBudget = 1 << 16

// assign hands out leases, one a worker and round, until nobody wants one or there is none.
func (s *Scheduler) assign(now time.Duration) {
	s.at(now)
	s.more = false
	s.capacity = s.slots()
	for granted := true; granted && len(s.hungry) > 0; {
		granted = false
		for _, w := range s.hungry {
			if w.served == s.epoch {
				continue
			}
			l := s.pick(now, w)
			if l == nil {
				if !s.more {
					w.served = s.epoch
					s.idle(now, w)
				}
				continue
			}
			granted = true
			s.send(w, l)
		}
		s.sated()
	}
	s.speculate(now)
}

// idle tells a worker once that there is nothing to do.
func (s *Scheduler) idle(now time.Duration, w *worker) {
	for _, b := range s.order {
		if b.quietUntil > now {
			return
		}
	}
	if !w.idle {
		w.idle = true
		s.act(Idle{Worker: w.id})
	}
}

// send hands a lease to its worker.
func (s *Scheduler) send(w *worker, l *lease) {
	w.want--
	w.idle = false
	s.act(Grant{Worker: w.id, Lease: Lease{ID: l.id, Block: l.block.id, Lo: l.lo, Hi: l.hi, Inner: l.block.mask(l.lo)}})
}

// pick makes the worker's next lease.
func (s *Scheduler) pick(now time.Duration, w *worker) *lease {
	for _, sw := range s.turns() {
		for _, src := range sw.sources {
			if src.block.quietUntil > now || !w.can(src.block) {
				continue
			}
			if l := s.pickFrom(now, w, src); l != nil {
				s.uses++
				sw.share.served = s.uses
				sw.share.leases++
				l.share = sw.share
				return l
			}
		}
	}
	return nil
}

// turns lists the active sweeps as they are to be served: by priority, then who has the fewest leases, so that slots are
// shared evenly however long tasks are, then who has waited longest.
func (s *Scheduler) turns() []*sweep {
	if len(s.ring) < 2 {
		return s.ring
	}
	s.line = append(s.line[:0], s.ring...)
	slices.SortStableFunc(s.line, func(a, b *sweep) int {
		return cmp.Or(compareBehind(a, b), cmp.Compare(b.policy.Priority, a.policy.Priority), cmp.Compare(a.share.leases, b.share.leases), cmp.Compare(a.share.served, b.share.served))
	})
	return s.line
}

// compareBehind orders sweeps that are behind after those that are not.
func compareBehind(a, b *sweep) int {
	switch {
	case a.policy.Behind == b.policy.Behind:
		return 0
	case a.policy.Behind:
		return 1
	}
	return -1
}

// pickFrom makes a lease of a source's tasks: second attempts first, then suspects, then new tasks in plan order.
func (s *Scheduler) pickFrom(now time.Duration, w *worker, src *source) *lease {
	if l := s.pickWaiting(now, w, src); l != nil {
		return l
	}
	if w.suspect == nil {
		if l := s.pickSuspect(now, w, src); l != nil {
			return l
		}
	}
	if l := s.pickAudit(now, w, src.block); l != nil {
		return l
	}
	return s.pickPending(now, w, src)
}

func (s *Scheduler) pickWaiting(now time.Duration, w *worker, src *source) *lease {
	b := src.block
	for i := 0; i < len(b.waiting); i++ {
		x := b.waiting[i]
		if b.done.Has(x.ordinal) {
			b.waiting = slices.Delete(b.waiting, i, i+1)
			i--
			continue
		}
		if !src.wants(x.ordinal) || x.not == w.id && s.another(w, b) {
			continue
		}
		b.waiting = slices.Delete(b.waiting, i, i+1)
		return s.grant(now, w, b, Span{x.ordinal, x.ordinal + 1})
	}
	return nil
}

func (s *Scheduler) pickSuspect(now time.Duration, w *worker, src *source) *lease {
	b := src.block
	for i := 0; i < len(b.suspects); i++ {
		sp := &b.suspects[i]
		for sp.Lo < sp.Hi && b.done.Has(sp.Lo) {
			sp.Lo++
		}
		if sp.Lo == sp.Hi {
			b.suspects = slices.Delete(b.suspects, i, i+1)
			i--
			continue
		}
		if !src.wants(sp.Lo) {
			continue
		}
		l := s.grantSuspect(now, w, b, sp.Span, sp.crashes)
		b.suspects = slices.Delete(b.suspects, i, i+1)
		return l
	}
	return nil
}

func (s *Scheduler) pickPending(now time.Duration, w *worker, src *source) *lease {
	b := src.block
	switch {
	case b.out.Full():
		return nil
	case b.groups != nil:
		return s.pickGathered(now, w, src)
	}
	lo, ok := s.firstPending(src)
	if !ok {
		return nil
	}
	return s.leaseFrom(now, w, src, lo, b.tasks)
}

// firstPending moves the cursor to the first pending task that is wanted, and returns it.
func (s *Scheduler) firstPending(src *source) (ordinal uint64, ok bool) {
	b := src.block
	lo, at, ok := b.nextPending(src.cursor)
	for steps := 0; ok && !src.wants(lo); steps++ {
		if steps == searchBudget {
			src.cursor, s.more = at, true
			return 0, false
		}
		lo, at, ok = b.nextPending(at + 1)
	}
	if !ok {
		src.cursor = b.tasks
		return 0, false
	}
	src.cursor = at
	return lo, true
}

// leaseFrom leases a pending task and neighbours of it, those below end at most.
func (s *Scheduler) leaseFrom(now time.Duration, w *worker, src *source, lo, end uint64) *lease {
	b := src.block
	hi := s.extend(w, src, lo, end)
	if n := int(hi - lo); n > b.largest {
		b.largest = n
	}
	return s.grant(now, w, b, Span{lo, hi})
}

// Limits of a lease's size.
const (
	growth     = 8    // a lease is at most so many times larger than the largest before it: its cost is a guess
	tailShare  = 2    // each slot gets at most this fraction, 1/tailShare, of its share of what is pending
	minSeconds = 0.02 // except that less than this is not worth a message
)

// extend returns the end of the lease that begins with task lo: as many neighbours with the same inner mask as make
// LeaseSeconds of work at the pace measured so far.
func (s *Scheduler) extend(w *worker, src *source, lo, end uint64) uint64 {
	b := src.block
	end = min(end, b.order.end(lo, b.tasks))
	per := b.pace.perUnit()
	if p := w.pace.perUnit(); p > 0 {
		per *= min(max(p, 0.1), 10)
	}
	limit := uint64(min(max(1, growth*b.largest), s.cfg.MaxLease))
	target := s.cfg.LeaseSeconds
	if per == 0 {
		limit = 1
	} else {
		pending := b.tasks - b.out.Count()
		share := float64(pending) / float64(tailShare*s.capacity) * per * b.units(lo)
		target = min(target, max(share, minSeconds))
	}
	c := b.shared(lo)
	seconds := per * b.units(lo)
	hi := lo + 1
	for hi < end && hi-lo < limit && !b.out.Has(hi) && src.wants(hi) && b.shared(hi) == c {
		if seconds += per * b.units(hi); seconds > target {
			break
		}
		hi++
	}
	return hi
}

// shared is cut, nil for blocks that rest on no other.
func (b *block) shared(ordinal uint64) *cut {
	if len(b.older) == 0 {
		return nil
	}
	return b.cut(ordinal)
}

// slots counts the slots of connected workers.
func (s *Scheduler) slots() int {
	n := 0
	for _, w := range s.workers {
		if w.connected {
			n += max(w.Slots, 1)
		}
	}
	return max(n, 1)
}

// grant leases a span whose tasks are either available or were just taken off a list.
func (s *Scheduler) grant(now time.Duration, w *worker, b *block, sp Span) *lease {
	l := s.open(now, s.next, w, b, sp.Lo, sp.Hi)
	s.next++
	for ordinal := sp.Lo; ordinal < sp.Hi; ordinal++ {
		if !b.done.Has(ordinal) {
			b.out.Set(ordinal)
			l.add(ordinal)
		}
	}
	return l
}

func (s *Scheduler) grantSuspect(now time.Duration, w *worker, b *block, sp Span, crashes int) *lease {
	l := s.grant(now, w, b, sp)
	l.crashes = crashes
	w.suspect = l
	return l
}
