package scheduler

import (
	"fmt"

	"gardner/sweeps"
)

// TaskState is where a task of a block is, as doc.go draws it.
type TaskState uint8

// The states of a task. All but Pending and Stored are sparse.
const (
	Pending     TaskState = iota // neither done nor out
	Leased                       // in a lease
	Waiting                      // failed once, to be tried elsewhere
	Suspect                      // its worker died with it
	Quarantined                  // not tried again until asked to
	Stored                       // its own rows are durable, or it has none of its own
)

// String returns the state's name.
func (t TaskState) String() string {
	return [...]string{"pending", "leased", "waiting", "suspect", "quarantined", "stored"}[t]
}

// Inspector checks what must hold between two events. It keeps its scratch, so that a simulation can inspect after
// every step.
type Inspector struct {
	states map[*block][]TaskState
	leased map[*block]uint64
	rests  map[*block][][]rest
}

// rest is an older block's task that a task rests on, and the states of that block's tasks.
type rest struct {
	states  []TaskState
	ordinal uint64
}

// restsOf lists for each task of a block what it rests on, which never changes.
func (in *Inspector) restsOf(b *block) [][]rest {
	if len(b.older) == 0 {
		return nil
	}
	if in.rests[b] == nil {
		all := make([][]rest, b.tasks)
		for o := range b.tasks {
			for _, l := range b.needs(o) {
				x, _ := l.reuse.Map(o)
				all[o] = append(all[o], rest{in.states[l.older], x})
			}
		}
		in.rests[b] = all
	}
	return in.rests[b]
}

// States returns the states of a block's tasks at the last inspection.
func (in *Inspector) States(s *Scheduler, id sweeps.BlockID) []TaskState {
	return in.states[s.blocks[id]]
}

// Drawn reports whether a task is to be audited once it is stored, Audited whether that is over.
func (in *Inspector) Drawn(s *Scheduler, id sweeps.BlockID, ordinal uint64) bool {
	b := s.blocks[id]
	return b != nil && b.owns(ordinal) && b.drawn(ordinal)
}

// Audited reports whether an audit of a task is over.
func (in *Inspector) Audited(s *Scheduler, id sweeps.BlockID, ordinal uint64) bool {
	b := s.blocks[id]
	return b != nil && b.audited.Has(ordinal)
}

// Inspect returns an error if the scheduler contradicts itself: a task in two places at once or in none, a bit or a
// count that is wrong, a pending task that no search would find.
func (in *Inspector) Inspect(s *Scheduler) error {
	if in.states == nil || len(in.states) > 2*len(s.order) { // of schedulers that are gone
		in.states, in.leased, in.rests = map[*block][]TaskState{}, map[*block]uint64{}, map[*block][][]rest{}
	}
	for _, b := range s.order {
		if len(in.states[b]) != int(b.tasks) {
			in.states[b] = make([]TaskState, b.tasks)
		}
		clear(in.states[b])
	}
	if err := in.leases(s); err != nil {
		return err
	}
	for _, b := range s.order {
		if err := in.block(b); err != nil {
			return fmt.Errorf("block %s: %w", b.id.Short(), err)
		}
	}
	for _, w := range s.workers {
		for id, l := range w.leases {
			if s.leases[id] != l {
				return fmt.Errorf("worker %d keeps a forgotten lease %d", w.id, id)
			}
		}
	}
	return nil
}

// put notes where a task is; it may be in one place only.
func (in *Inspector) put(b *block, ordinal uint64, state TaskState) error {
	at := &in.states[b][ordinal]
	if *at != Pending {
		return fmt.Errorf("task %d is %v and %v", ordinal, *at, state)
	}
	*at = state
	if !b.out.Has(ordinal) {
		return fmt.Errorf("task %d is %v but could be handed out", ordinal, state)
	}
	return nil
}

func (in *Inspector) leases(s *Scheduler) error {
	clear(in.leased)
	for id, l := range s.leases {
		n := uint64(0)
		var err error
		l.each(func(o uint64) {
			n++
			if l.block.done.Has(o) {
				return // stored by somebody else meanwhile
			}
			if l.twin != nil && l.twin.twin != l {
				err = fmt.Errorf("lease %d is not its twin's twin", id)
			}
			if l.twin.has(o) && l.id > l.twin.id {
				return // counted there
			}
			if e := in.put(l.block, o, Leased); e != nil {
				err = e
			}
		})
		if err != nil {
			return err
		}
		if n != l.n || n == 0 {
			return fmt.Errorf("lease %d has %d tasks left and counts %d", id, n, l.n)
		}
		if l.worker.leases[id] != l || s.workers[l.worker.id] != l.worker {
			return fmt.Errorf("lease %d is not its worker's, or the worker is gone", id)
		}
		in.leased[l.block] += n
	}
	return nil
}

func (in *Inspector) block(b *block) error {
	if in.leased[b] != b.leased {
		return fmt.Errorf("%d tasks are leased, counted %d", in.leased[b], b.leased)
	}
	for _, w := range b.waiting {
		if !b.done.Has(w.ordinal) {
			if err := in.put(b, w.ordinal, Waiting); err != nil {
				return err
			}
		}
	}
	for _, sp := range b.suspects {
		for o := sp.Lo; o < sp.Hi; o++ {
			if !b.done.Has(o) {
				if err := in.put(b, o, Suspect); err != nil {
					return err
				}
			}
		}
	}
	for o, f := range b.failures {
		if b.done.Has(o) {
			return fmt.Errorf("task %d is done and failed", o)
		}
		if f.Quarantined {
			if err := in.put(b, o, Quarantined); err != nil {
				return err
			}
		}
	}
	if err := b.auditsAgree(); err != nil {
		return err
	}
	states, rests := in.states[b], in.restsOf(b)
	for o := range b.tasks {
		switch {
		case b.done.Has(o):
			if states[o] = Stored; !b.out.Has(o) {
				return fmt.Errorf("task %d is done but could be handed out", o)
			}
		case states[o] == Pending && b.out.Has(o):
			return fmt.Errorf("task %d is lost: neither pending, leased, waiting, suspect nor quarantined", o)
		}
		if rests == nil && len(b.blocked) == 0 && len(b.failures) == 0 {
			continue
		}
		var needs []rest
		if rests != nil {
			needs = rests[o]
		}
		if err := b.agrees(o, states[o], needs); err != nil {
			return err
		}
	}
	for _, src := range b.sources {
		for o, ok := b.out.NextClear(0); ok && (b.order != nil || o < src.cursor); o, ok = b.out.NextClear(o + 1) {
			if b.order.position(o) < src.cursor && src.wants(o) {
				return fmt.Errorf("task %d is pending below the cursor %d", o, src.cursor)
			}
		}
	}
	return nil
}

// auditsAgree checks that what is in line or leased is what is noted to be.
func (b *block) auditsAgree() error {
	waiting := append(b.audits[:len(b.audits):len(b.audits)], b.votes...)
	if len(b.inAudit) != len(waiting)+b.auditing {
		return fmt.Errorf("%d audits wait and %d are leased, of %d tasks", len(waiting), b.auditing, len(b.inAudit))
	}
	for _, a := range waiting {
		if !b.inAudit[a.ordinal] || !b.done.Has(a.ordinal) {
			return fmt.Errorf("the audit of task %d is not noted, or the task has no result", a.ordinal)
		}
	}
	return nil
}

// agrees checks what is kept about a task and the tasks it rests on.
func (b *block) agrees(ordinal uint64, state TaskState, needs []rest) error {
	complete, blocked := state == Stored, state == Quarantined
	for _, r := range needs { // of older blocks, which have been looked at before
		complete = complete && r.states[r.ordinal] == Stored
		blocked = blocked || r.states[r.ordinal] == Quarantined
	}
	if complete != b.isComplete(ordinal) {
		return fmt.Errorf("task %d: complete is %v, kept as %v", ordinal, complete, b.isComplete(ordinal))
	}
	if (blocked && !complete) != (len(b.blocked) > 0 && b.blocked[ordinal]) {
		return fmt.Errorf("task %d: blocked is %v, kept as %v", ordinal, blocked, b.blocked[ordinal])
	}
	return nil
}
