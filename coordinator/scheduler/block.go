package scheduler

import (
	"time"

	"gardner/coordinator/store"
	"gardner/sweeps"
)

// BlockInfo is a block as it is known at the start or when it is submitted.
type BlockInfo struct {
	ID    sweeps.BlockID
	Block *sweeps.Block
	// Done has a bit for each task whose record is durable. The scheduler owns it from now on.
	Done     *store.Bitmap
	Failures []store.Failure
	// Audited has a bit for each task that an audit is through with. The scheduler owns it from now on. Nil: none.
	Audited *store.Bitmap
	// Cost estimates a task's seconds, up to a common factor. Nil: all tasks cost the same.
	Cost func(ordinal uint64) float64
	// Groups says which tasks share an artefact. Nil: none.
	Groups *Groups
}

// block is a block and the whereabouts of its tasks.
type block struct {
	id         sweeps.BlockID
	block      *sweeps.Block
	tasks      uint64
	rows       int
	experiment string
	cost       func(uint64) float64
	order      *order
	load       load
	groups     *Groups

	done *store.Bitmap // own rows durable, or no own rows
	out  *store.Bitmap // done, leased, waiting, suspect or quarantined

	older    []*link         // overlaps with older blocks that own rows of this one, oldest first
	younger  []*link         // the same links seen from the older end
	shares   map[uint64]*cut // by the set of older links that have a task
	complete *store.Bitmap   // all rows durable; nil: same as done
	blocked  map[uint64]bool // not complete, for a task it rests on is quarantined

	failures map[uint64]*failure
	changes  uint64             // of failures, ever
	forgiven map[uint64]LeaseID // by Retry: failures under leases before this one say nothing new
	waiting  []waiting          // failed once, to be tried elsewhere
	suspects []span             // ran where a worker died
	sources  []*source          // sweeps drawing on it

	samplers []sampler       // what is to be audited
	looked   uint64          // tasks below were looked at for audits
	audits   []*audit        // to be computed a second time
	votes    []*audit        // to be computed a third time
	auditing int             // leased, of both
	inAudit  map[uint64]bool // tasks of all of them
	audited  *store.Bitmap   // audits that are over
	disputed map[uint64]bool // tasks whose conflict is known

	leased     uint64
	largest    int // tasks of the largest lease so far
	pace       pace
	quietUntil time.Duration
}

// AddBlock makes a block known. Blocks must come in order of age; adding one again changes nothing.
func (s *Scheduler) AddBlock(info BlockInfo) {
	if s.blocks[info.ID] != nil {
		return
	}
	b := &block{
		id:         info.ID,
		block:      info.Block,
		tasks:      info.Block.Tasks(),
		rows:       info.Block.Rows(),
		experiment: experimentID(info.Block.Experiment, info.Block.Version),
		cost:       info.Cost,
		groups:     info.Groups,
		done:       info.Done,
		blocked:    map[uint64]bool{},
		failures:   map[uint64]*failure{},
		forgiven:   map[uint64]LeaseID{},
		audited:    info.Audited,
		inAudit:    map[uint64]bool{},
		disputed:   map[uint64]bool{},
	}
	if b.audited == nil {
		b.audited = store.NewBitmap(b.tasks)
	}
	if b.done == nil {
		b.done = store.NewBitmap(b.tasks)
	}
	s.blocks[b.id] = b
	s.linkOlder(b)
	s.order = append(s.order, b)
	b.out = b.done.Clone()
	b.order = newOrder(b)
	b.load = newLoad(b)
	for _, f := range info.Failures {
		s.restore(b, f)
	}
	s.epoch++
}

// release makes a task available again.
func (s *Scheduler) release(b *block, ordinal uint64) {
	if b.done.Has(ordinal) || !b.out.Clear(ordinal) {
		return
	}
	for _, src := range b.sources {
		src.cursor = min(src.cursor, b.order.position(ordinal))
	}
	s.epoch++
}

// isComplete reports whether all rows of a task are durable.
func (b *block) isComplete(ordinal uint64) bool {
	if b.complete == nil {
		return b.done.Has(ordinal)
	}
	return b.complete.Has(ordinal)
}

// completed is the number of tasks all of whose rows are durable.
func (b *block) completed() uint64 {
	if b.complete == nil {
		return b.done.Count()
	}
	return b.complete.Count()
}

// finish marks a task's own rows durable, wherever the result came from.
func (s *Scheduler) finish(b *block, ordinal uint64) {
	if !b.done.Set(ordinal) {
		return
	}
	b.load.done += b.load.of(ordinal)
	b.out.Set(ordinal)
	b.forget(ordinal)
	if len(b.forgiven) > 0 {
		delete(b.forgiven, ordinal)
	}
	b.refresh(ordinal)
	for _, l := range b.younger {
		if t, ok := l.reuse.Inverse(ordinal); ok {
			l.younger.refresh(t)
		}
	}
}

// refresh recomputes whether a task is complete or blocked.
func (b *block) refresh(ordinal uint64) {
	complete, blocked := b.done.Has(ordinal), b.quarantined(ordinal)
	if b.complete != nil {
		for _, l := range b.needs(ordinal) {
			o, _ := l.reuse.Map(ordinal)
			complete = complete && l.older.done.Has(o)
			blocked = blocked || l.older.quarantined(o)
		}
		if complete {
			b.complete.Set(ordinal)
		}
	}
	if blocked && !complete {
		b.blocked[ordinal] = true
	} else if len(b.blocked) > 0 {
		delete(b.blocked, ordinal)
	}
}
