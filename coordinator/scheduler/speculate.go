package scheduler

import "time"

// At the tail of a sweep workers wait while others still compute. A lease whose running task has taken much longer than
// such tasks do is then handed out a second time, to a worker of the same numerics: its twin. The first answer counts;
// the second must have the same bits, so the slower one may finish, for a while.

const (
	// stragglerFactor is how many times the usual time a task takes before it is run twice, stragglerSlack what is
	// added to it: below, the twin would hardly be first.
	stragglerFactor = 2
	stragglerSlack  = 2 * time.Second
	// nearlyDone is the reported fraction from which on a straggler is left alone.
	nearlyDone = 0.9
)

// speculate hands stragglers to workers that have nothing else to do.
func (s *Scheduler) speculate(now time.Duration) {
	if !s.review || s.more || len(s.hungry) == 0 {
		return
	}
	s.review = false
	var idle []*worker
	for _, w := range s.hungry {
		if len(w.leases) < max(w.Slots, 1) { // not only a reserve is wanted
			idle = append(idle, w)
		}
	}
	if len(idle) == 0 {
		return
	}
	for _, l := range s.sortedLeases() {
		if !s.straggles(now, l) {
			continue
		}
		for _, w := range idle {
			if w.want == 0 || w == l.worker || w.Fingerprint != l.worker.Fingerprint || !w.can(l.block) || len(w.leases) >= max(w.Slots, 1) {
				continue
			}
			s.double(now, w, l)
			break
		}
	}
	s.sated()
}

// straggles reports whether a lease should be run twice.
func (s *Scheduler) straggles(now time.Duration, l *lease) bool {
	b := l.block
	per := b.pace.perUnit()
	if l.twin != nil || l.audit != nil || l.crashes > 0 || per == 0 || len(b.sources) == 0 {
		return false
	}
	first, ok := l.first()
	if !ok || b.done.Has(first) {
		return false
	}
	for _, r := range l.worker.running {
		if r.Lease == l.id && r.Fraction > nearlyDone {
			return false
		}
	}
	usual := time.Duration(per * b.units(first) * float64(time.Second))
	return now-l.moved > stragglerFactor*usual+stragglerSlack
}

// double hands out what is left of a lease, up to the size of a lease, a second time.
func (s *Scheduler) double(now time.Duration, w *worker, l *lease) {
	b := l.block
	lo, _ := l.first()
	seconds := 0.0
	hi := lo
	for hi < l.hi && l.has(hi) && !b.done.Has(hi) {
		if seconds += b.pace.perUnit() * b.units(hi); hi > lo && seconds > s.cfg.LeaseSeconds {
			break
		}
		hi++
	}
	twin := s.grant(now, w, b, Span{lo, hi})
	twin.twin, l.twin = l, twin
	s.send(w, twin)
}

// overtaken notes that all a lease has left was stored by its twin.
func (s *Scheduler) overtaken(now time.Duration, l *lease) {
	left := false
	l.each(func(ordinal uint64) { left = left || !l.block.done.Has(ordinal) })
	if !left && l.overtaken == 0 {
		l.overtaken = max(now, 1)
	}
}

// cutLosers revokes overtaken leases that had time to end, too: their slots are better used otherwise.
func (s *Scheduler) cutLosers(now time.Duration) {
	for _, l := range s.sortedLeases() {
		if l.overtaken == 0 {
			continue
		}
		first, _ := l.first()
		usual := time.Duration(l.block.pace.perUnit() * l.block.units(first) * float64(time.Second))
		if now-l.overtaken > max(usual, 2*s.cfg.Heartbeat) {
			s.act(Revoke{Worker: l.worker.id, Lease: l.id})
			s.returnLease(l)
		}
	}
}

// giveUp takes a task out of a lease unsettled: it is available again, unless the lease's twin has it.
func (s *Scheduler) giveUp(l *lease, ordinal uint64) {
	if l.drop(ordinal) && !l.twin.has(ordinal) {
		s.release(l.block, ordinal)
	}
}
