package scheduler

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"gardner/coordinator/store"
	"gardner/sweeps"
)

// Kinds of failures, as stored.
const (
	Numerical = "numerical" // the same everywhere: quarantined at once
	Error     = "error"
	Panic     = "panic"
	Timeout   = "timeout"
	Memory    = "memory"
	Crash     = "crash" // its worker died each time it ran alone
)

// failure is what is known of a task that failed.
type failure struct {
	store.Failure
	lease LeaseID // of the last attempt, so that a failure handed in twice counts once
}

// waiting is a task to be tried again, elsewhere if there is an elsewhere.
type waiting struct {
	ordinal uint64
	not     WorkerID
}

// span is a range of suspect tasks, to be leased as a whole.
type span struct {
	Span
	crashes int
}

const (
	// screenTasks is how many tasks of a sweep are looked at: if most of them fail, the sweep is paused.
	screenTasks = 100
	// suspectPieces is in how many leases a suspect range is tried again.
	suspectPieces = 8
)

// blame returns what is known of a task's failures, to be changed.
func (b *block) blame(ordinal uint64) *failure {
	f := b.failures[ordinal]
	if f == nil {
		f = &failure{}
		b.failures[ordinal] = f
	}
	b.changes++
	return f
}

// forget takes a task off the failed ones.
func (b *block) forget(ordinal uint64) {
	if b.failures[ordinal] != nil {
		delete(b.failures, ordinal)
		b.changes++
	}
}

func (b *block) quarantined(ordinal uint64) bool {
	f := b.failures[ordinal]
	return f != nil && f.Quarantined
}

// restore takes a stored failure into a block that is being added.
func (s *Scheduler) restore(b *block, f store.Failure) {
	if f.Ordinal >= b.tasks || b.done.Has(f.Ordinal) {
		return
	}
	b.failures[f.Ordinal] = &failure{Failure: f}
	b.out.Set(f.Ordinal)
	switch {
	case f.Quarantined:
		b.refresh(f.Ordinal)
	case f.Kind == Crash:
		b.suspects = append(b.suspects, span{Span{f.Ordinal, f.Ordinal + 1}, f.Attempts + 1})
	default:
		b.waiting = append(b.waiting, waiting{ordinal: f.Ordinal})
	}
}

// Failed says that a task has failed.
func (s *Scheduler) Failed(now time.Duration, w WorkerID, id LeaseID, block sweeps.BlockID, ordinal uint64, kind, message string) {
	s.Heard(now, w)
	b := s.blocks[block]
	if b == nil || ordinal >= b.tasks {
		return
	}
	l := s.leaseOf(id, b)
	if l != nil && l.audit != nil {
		s.auditFailed(l, kind, message)
		s.settle(now, l, ordinal)
		s.touch(b)
		return
	}
	f := b.failures[ordinal]
	if b.out.Has(ordinal) && (l == nil || !l.has(ordinal)) {
		return // done, or in other hands by now: those will say what becomes of it
	}
	if b.done.Has(ordinal) || f != nil && (f.Quarantined || f.lease == id) || id < b.forgiven[ordinal] {
		held := l != nil && l.has(ordinal) && !l.twin.has(ordinal)
		s.settle(now, l, ordinal)
		if held {
			s.release(b, ordinal) // counted or forgiven before, pending since, and claimed again with the failure handed in again
		}
		return
	}
	f = b.blame(ordinal)
	f.Failure = store.Failure{Block: block, Ordinal: ordinal, Attempts: f.Attempts + 1, Kind: kind, Message: message}
	f.lease = id
	if x := s.workers[w]; x != nil {
		f.Worker = x.Name
		x.failed++
	}
	f.Quarantined = kind == Numerical || f.Attempts >= s.cfg.Attempts
	b.out.Set(ordinal)
	if !f.Quarantined && !slices.ContainsFunc(b.waiting, func(x waiting) bool { return x.ordinal == ordinal }) {
		b.waiting = append(b.waiting, waiting{ordinal: ordinal, not: w})
		s.epoch++
	}
	if l != nil && l.twin.has(ordinal) { // its answer is welcome, and not waited for
		l.twin.drop(ordinal)
		s.closeIfEmpty(l.twin)
	}
	s.settle(now, l, ordinal)
	s.failed(b, f)
}

// settle takes a task that was reported on out of its lease.
func (s *Scheduler) settle(now time.Duration, l *lease, ordinal uint64) {
	if l != nil {
		l.started, l.moved = true, now
		l.drop(ordinal)
		s.closeIfEmpty(l)
	}
}

// failed records a failure and follows up a quarantine.
func (s *Scheduler) failed(b *block, f *failure) {
	s.act(Record{Failure: f.Failure})
	if !f.Quarantined {
		return
	}
	b.refresh(f.Ordinal)
	s.touch(b)
	for _, l := range b.younger {
		if t, ok := l.reuse.Inverse(f.Ordinal); ok {
			l.younger.refresh(t)
			s.touch(l.younger)
		}
	}
}

// suspectLease takes back a lease that was being worked on when its worker fell silent. Long tasks are known from the
// last heartbeat; of short ones any that is left may have been running, and smaller and smaller leases find out.
func (s *Scheduler) suspectLease(l *lease) {
	b := l.block
	l.each(func(ordinal uint64) {
		if b.done.Has(ordinal) { // stored by another worker meanwhile
			l.drop(ordinal)
		}
	})
	if b.pace.perUnit()*b.units(l.lo) >= s.cfg.Heartbeat.Seconds() {
		for _, r := range l.worker.running {
			if r.Lease == l.id && !l.twin.has(r.Ordinal) && l.drop(r.Ordinal) {
				s.suspect(l, Span{r.Ordinal, r.Ordinal + 1})
			}
		}
		s.returnLease(l)
		return
	}
	var run Span
	flush := func() {
		if run.Hi > run.Lo {
			s.suspect(l, run)
		}
	}
	l.each(func(ordinal uint64) {
		l.drop(ordinal)
		if l.twin.has(ordinal) {
			return
		}
		if ordinal != run.Hi || run.Hi == 0 {
			flush()
			run = Span{ordinal, ordinal}
		}
		run.Hi++
	})
	flush()
	s.closeIfEmpty(l)
}

// suspect notes that a worker died with a range of tasks of the lease.
func (s *Scheduler) suspect(l *lease, sp Span) {
	b := l.block
	crashes := 1
	if l.crashes > 0 && l.hi-l.lo == 1 { // it ran alone
		f := b.blame(sp.Lo)
		crashes = l.crashes + 1
		f.Failure = store.Failure{Block: b.id, Ordinal: sp.Lo, Attempts: crashes - 1, Kind: Crash, Worker: l.worker.Name,
			Message: fmt.Sprintf("%d workers died or fell silent while they ran this task alone", crashes-1)}
		f.Quarantined = crashes > s.cfg.Crashes
		s.failed(b, f)
		if f.Quarantined {
			return
		}
	}
	piece := (sp.Hi - sp.Lo + suspectPieces - 1) / suspectPieces
	for lo := sp.Lo; lo < sp.Hi; lo += piece {
		b.suspects = append(b.suspects, span{Span: Span{lo, min(lo+piece, sp.Hi)}, crashes: crashes})
	}
	s.epoch++
}

// screen pauses a sweep most of whose first tasks fail: something is wrong with it, not with its tasks.
func (s *Scheduler) screen(sw *sweep) {
	if sw.screened {
		return
	}
	var failed, finished uint64
	for _, b := range sw.blocks {
		failed += uint64(len(b.blocked))
		finished += b.completed() + uint64(len(b.blocked))
	}
	if 2*failed > screenTasks {
		sw.screened = true
		s.change(sw, Paused, fmt.Sprintf("%d of its first %d tasks failed", failed, finished))
	}
	if finished >= screenTasks {
		sw.screened = true
	}
}

// Retry takes the failed tasks of a sweep out of quarantine and reports how many there were.
func (s *Scheduler) Retry(now time.Duration, name string) (int, error) {
	s.at(now)
	sw := s.sweeps[name]
	if sw == nil {
		return 0, fmt.Errorf("there is no sweep %q", name)
	}
	n := 0
	for _, b := range sw.blocks {
		for _, t := range slices.Sorted(maps.Keys(b.blocked)) {
			n++
			s.unblock(b, t)
			for _, l := range b.needs(t) {
				if o, ok := l.reuse.Map(t); ok {
					s.unblock(l.older, o)
				}
			}
		}
	}
	s.settleState(sw)
	return n, nil
}

// unblock forgets a quarantined task's failure.
func (s *Scheduler) unblock(b *block, ordinal uint64) {
	if b.quarantined(ordinal) {
		b.forget(ordinal)
		b.forgiven[ordinal] = s.next
		s.act(Forget{Block: b.id, Ordinal: ordinal})
		s.release(b, ordinal)
	}
	b.refresh(ordinal)
	for _, l := range b.younger {
		if t, ok := l.reuse.Inverse(ordinal); ok {
			l.younger.refresh(t)
		}
	}
}
