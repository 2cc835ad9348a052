package sim

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"time"

	"gardner/coordinator/scheduler"
	"gardner/coordinator/store"
)

// disk is what survives a crash: the file as it would be read after one. It changes a transaction at a time, for the
// root page is the last to be written: a transaction that is torn did not happen. (That bbolt keeps this for every
// combination of sectors is shown on real files in package store.)
type disk struct {
	w       *world
	blocks  []*table // by block; nil: not stored
	order   []int    // of blocks
	sweeps  []*storedSweep
	latency time.Duration // of a commit
	full    bool
	failing int // syncs that will fail
	// conflicts are what is known of tasks with different results.
	conflicts map[task]scheduler.Conflict
}

// table is the results, the bitmap and the failures of one block.
type table struct {
	records  []record
	bits     *store.Bitmap
	audited  *store.Bitmap
	failures map[uint64]store.Failure
}

type record struct {
	value uint64
	by    int // number of the worker
	there bool
	known bool // somebody was told, or a process has found it: it must not be written again
}

type storedSweep struct {
	name   string
	blocks []int
	state  scheduler.State
	audit  float64
}

func (d *disk) addBlock(i int) {
	if d.blocks[i] != nil {
		return
	}
	n := d.w.shape.blocks[i].Tasks()
	d.blocks[i] = &table{records: make([]record, n), bits: store.NewBitmap(n), audited: store.NewBitmap(n), failures: map[uint64]store.Failure{}}
	d.order = append(d.order, i)
	d.w.none = d.w.shape.without(d.order)
}

func (d *disk) sweep(name string) *storedSweep {
	for _, s := range d.sweeps {
		if s.name == name {
			return s
		}
	}
	return nil
}

func (d *disk) putSweep(name string, blocks []int, state scheduler.State) {
	if s := d.sweep(name); s != nil {
		s.blocks, s.state = blocks, state
		return
	}
	d.sweeps = append(d.sweeps, &storedSweep{name, blocks, state, 0})
	slices.SortFunc(d.sweeps, func(a, b *storedSweep) int { return cmpString(a.name, b.name) })
}

// audit is an audit's end: the verdict, if there was a conflict, with what is to be stored instead.
func (d *disk) audit(t task, c *scheduler.Conflict, record []byte) {
	if c == nil || c.Verdict != scheduler.Open {
		d.blocks[t.block].audited.Set(t.ordinal)
	}
	if c != nil {
		d.conflicts[t] = *c
	}
	if record != nil && d.w.opt.Mutant != OutvotedStays {
		v := binary.BigEndian.Uint64(record)
		d.blocks[t.block].records[t.ordinal].value = v
		d.w.ledger.corrected(t, v)
	}
}

// known lists the conflicts in an order that a seed repeats.
func (d *disk) knownConflicts() (out []scheduler.Conflict) {
	tasks := slices.SortedFunc(maps.Keys(d.conflicts), func(a, b task) int {
		return cmp.Or(cmp.Compare(a.block, b.block), cmp.Compare(a.ordinal, b.ordinal))
	})
	for _, t := range tasks {
		out = append(out, d.conflicts[t])
	}
	return out
}

// check compares the bitmaps with the results.
func (d *disk) check() {
	for i, t := range d.blocks {
		if t == nil {
			continue
		}
		for o, r := range t.records {
			if t.bits.Has(uint64(o)) != r.there {
				d.w.violated("durable: task %d:%d has a result: %v, its bit says %v", i, o, r.there, t.bits.Has(uint64(o)))
			}
			if _, failed := t.failures[uint64(o)]; failed && r.there {
				d.w.violated("durable: task %d:%d has a result and a failure", i, o)
			}
		}
	}
}

// put writes a result and its bit.
func (d *disk) put(r result, bits bool) {
	t := d.blocks[r.block]
	rec := &t.records[r.ordinal]
	if rec.known {
		d.w.violated("task %d:%d is stored twice (%s bits)", r.block, r.ordinal, map[bool]string{true: "the same", false: "other"}[rec.value == r.value])
	}
	if !rec.there {
		d.w.durable++
	}
	rec.value, rec.by, rec.there = r.value, r.by, true
	delete(t.failures, r.ordinal)
	if bits {
		t.bits.Set(r.ordinal)
	}
}

// open is a process's database: what it has in memory and under way.
func (d *disk) open(c *coordinator) *database {
	db := &database{d: d, c: c, done: make([]*store.Bitmap, len(d.blocks))}
	for i, t := range d.blocks {
		if t == nil {
			continue
		}
		db.done[i] = t.bits.Clone()
		for o := range t.records {
			t.records[o].known = t.records[o].there
		}
	}
	return db
}

// result is one task's on its way to disk.
type result struct {
	block   int
	ordinal uint64
	value   uint64
	by      int // number of the worker
}

// job is a call that changes the database: results, or an operation on the sparse tables.
type job struct {
	results  []result
	outcomes []store.Outcome
	op       func()
	done     func([]store.Outcome, error)
}

var errDisk = fmt.Errorf("the disk does not take it")

// database follows package store: one writer, all that waits forms the next transaction, in memory nothing changes
// before the transaction is durable, nobody is told before either.
type database struct {
	d       *disk
	c       *coordinator
	done    []*store.Bitmap // by block
	queue   []*job
	queued  int
	waiting []func() // for room in the queue
	busy    bool
	sick    bool
	flight  []*job // being committed
}

const (
	maxQueue = 60
	maxBatch = 40
	retryMin = 50 * time.Millisecond
	retryMax = time.Second
)

// room calls f once the queue has room.
func (db *database) room(f func()) {
	if db.queued < maxQueue && len(db.waiting) == 0 {
		f()
		return
	}
	db.d.w.cov.edge("store: queue full, a receiver waits")
	db.waiting = append(db.waiting, f)
}

func (db *database) enqueue(j *job) {
	db.queue = append(db.queue, j)
	db.queued += max(1, len(j.results))
	if !db.busy {
		db.begin(retryMin)
	}
}

// begin takes the next transaction's jobs.
func (db *database) begin(pause time.Duration) {
	w := db.d.w
	db.busy = true
	n, size := 0, 0
	for n < len(db.queue) && (n == 0 || size+max(1, len(db.queue[n].results)) <= maxBatch) {
		size += max(1, len(db.queue[n].results))
		n++
	}
	db.flight = slices.Clone(db.queue[:n])
	db.queue = db.queue[n:]
	db.queued -= size
	for len(db.waiting) > 0 && db.queued < maxQueue {
		f := db.waiting[0]
		db.waiting = db.waiting[1:]
		f()
	}
	if !db.c.point("before a commit") {
		return
	}
	w.after(db.d.latency+w.upTo(2*time.Millisecond), func() { db.c.timer(func() { db.finish(pause) }) })
}

// finish is when the sync returns.
func (db *database) finish(pause time.Duration) {
	d, w := db.d, db.d.w
	batch := db.flight
	if d.full || d.failing > 0 {
		if !d.full {
			d.failing--
			if w.chance(2) { // the pages are on disk although the sync failed: a crash may bring them to light
				w.cov.edge("store: failed commit that is on disk")
				db.apply(batch, false)
			}
		}
		w.cov.edge("store: commit failed")
		db.flight, db.sick = nil, true
		db.tell(batch, errDisk)
		w.after(pause, func() { db.c.timer(func() { db.next(min(2*pause, retryMax)) }) })
		return
	}
	if db.sick {
		w.cov.edge("store: commits succeed again")
	}
	db.sick = false
	if w.opt.Mutant == BitmapApart && len(batch) > 0 {
		bits := db.applyResults(batch)
		if !db.c.point("between results and bitmap") {
			return
		}
		w.after(d.latency, func() {
			db.c.timer(func() {
				bits()
				db.committed(batch)
			})
		})
		return
	}
	db.apply(batch, true)
	db.committed(batch)
}

func (db *database) committed(batch []*job) {
	db.flight = nil
	if !db.c.point("after a commit") {
		return
	}
	db.tell(batch, nil)
	db.next(retryMin)
}

// next goes on, if there is something to do or to find out.
func (db *database) next(pause time.Duration) {
	db.busy = false
	if len(db.queue) > 0 || db.sick {
		db.begin(pause)
	}
}

// tell calls the done functions, on a goroutine of their own.
func (db *database) tell(batch []*job, err error) {
	w := db.d.w
	w.after(w.upTo(time.Millisecond), func() {
		db.c.timer(func() {
			for _, j := range batch {
				if db.c.dead {
					return
				}
				j.done(j.outcomes, err)
			}
		})
	})
}

// apply makes a transaction durable; if publish is set the process knows it too.
func (db *database) apply(batch []*job, publish bool) {
	for _, j := range batch {
		j.outcomes = j.outcomes[:0]
		for _, r := range j.results {
			t := db.d.blocks[r.block]
			if db.done[r.block].Has(r.ordinal) && db.d.w.opt.Mutant != NoDeduplication {
				j.outcomes = append(j.outcomes, compare(t.records[r.ordinal].value, r.value))
				continue
			}
			db.d.put(r, true)
			if publish {
				t.records[r.ordinal].known = true
				db.done[r.block].Set(r.ordinal)
			}
			j.outcomes = append(j.outcomes, store.Stored)
		}
	}
	for _, j := range batch {
		if j.op != nil {
			j.op()
		}
	}
}

// applyResults is the mutant that writes the bitmap later.
func (db *database) applyResults(batch []*job) (bits func()) {
	var fresh []result
	for _, j := range batch {
		j.outcomes = j.outcomes[:0]
		for _, r := range j.results {
			t := db.d.blocks[r.block]
			if db.done[r.block].Has(r.ordinal) {
				j.outcomes = append(j.outcomes, compare(t.records[r.ordinal].value, r.value))
				continue
			}
			db.d.put(r, false)
			db.done[r.block].Set(r.ordinal)
			fresh = append(fresh, r)
			j.outcomes = append(j.outcomes, store.Stored)
		}
		if j.op != nil {
			j.op()
		}
	}
	return func() {
		for _, r := range fresh {
			db.d.blocks[r.block].bits.Set(r.ordinal)
			db.d.blocks[r.block].records[r.ordinal].known = true
		}
	}
}

// crash decides what became of the transaction that was being written: all of it or nothing.
func (db *database) crash() {
	if len(db.flight) == 0 {
		return
	}
	if db.d.full || db.d.failing > 0 || db.d.w.chance(2) {
		db.d.w.cov.edge("store: torn commit lost")
		return
	}
	db.d.w.cov.edge("store: torn commit kept")
	if db.d.w.opt.Mutant == BitmapApart {
		db.applyResults(db.flight)
		return
	}
	db.apply(db.flight, false)
}

func compare(kept, other uint64) store.Outcome {
	if kept == other {
		return store.Duplicate
	}
	return store.Conflict
}
