package sim

import (
	"maps"
	"slices"
	"time"

	"gardner/coordinator/scheduler"
	"gardner/coordinator/store"
)

// coordinator is one process on the database. Its scheduler is the real one; around it the owner, the sessions and
// the recorder of package coordinator are followed step by step, so that a crash can fall between any two.
type coordinator struct {
	process
	w     *world
	start time.Duration
	s     *scheduler.Scheduler
	in    scheduler.Inspector
	db    *database

	queue    []event // the owner's
	awake    bool
	sessions map[scheduler.WorkerID]*session
	ids      map[int]scheduler.WorkerID // worker's own number -> the scheduler's
	last     scheduler.WorkerID
	acks     []laterAck // to be sent once what was decided in this batch is durable

	records   []entry // the recorder's
	recording bool
	extending bool

	states [][]scheduler.TaskState // by block, at the last inspection: for the coverage
	sweeps map[string]scheduler.State
}

type event func(s *scheduler.Scheduler, now time.Duration)

// laterAck is the acknowledgement of a failure, or of a result with other bits than the first.
type laterAck struct {
	x *session
	m *message
}

// entry is an action to record, or a function to call once all before it is durable.
type entry struct {
	action scheduler.Action
	then   func()
}

const (
	beat = 5 * time.Second
	ttl  = 20 * time.Second
)

// boot starts a coordinator on the database.
func (w *world) boot() {
	c := &coordinator{w: w, start: w.now, sessions: map[scheduler.WorkerID]*session{}, ids: map[int]scheduler.WorkerID{},
		states: make([][]scheduler.TaskState, len(w.shape.blocks)), sweeps: map[string]scheduler.State{}}
	w.co = c
	w.boots++
	w.disk.check()
	w.ledger.check("after a restart")
	w.ledger.restarted()
	if w.violation != nil {
		return
	}
	c.db = w.disk.open(c)
	c.s = scheduler.New(scheduler.Config{TTL: ttl, Heartbeat: beat, FirstLease: scheduler.LeaseID(w.boots) << 32}, c.time())
	for _, i := range w.disk.order {
		c.s.AddBlock(c.blockInfo(i))
	}
	for _, k := range w.disk.knownConflicts() {
		c.s.Restore(k)
	}
	for _, sw := range w.disk.sweeps {
		c.s.PutSweep(sw.name, w.ids(sw.blocks), sw.state, c.time())
		c.s.SetPolicy(c.time(), sw.name, scheduler.Policy{Audit: sw.audit})
	}
	c.s.Settle(c.time(), beat)
	w.after(w.upTo(beat/8), c.tick)
	c.wake()
}

func (c *coordinator) blockInfo(i int) scheduler.BlockInfo {
	t := c.w.disk.blocks[i]
	info := scheduler.BlockInfo{ID: c.w.shape.ids[i], Block: c.w.shape.blocks[i], Done: t.bits.Clone(), Audited: t.audited.Clone()}
	if c.w.opt.Mutant == AuditsForgotten {
		info.Audited = t.bits.Clone()
	}
	if c.w.trained && c.w.opt.Mutant != NoPreference {
		info.Groups = c.w.shape.groups[i]
	}
	for _, o := range slices.Sorted(maps.Keys(t.failures)) {
		info.Failures = append(info.Failures, t.failures[o])
	}
	if c.w.costs {
		info.Cost = func(ordinal uint64) float64 { return 1 + float64(ordinal%7) }
	}
	return info
}

// time is the scheduler's: monotonic since the start.
func (c *coordinator) time() time.Duration {
	if c.w.opt.Mutant == WallClock {
		return c.w.now - c.start + c.w.wall
	}
	return c.w.now - c.start
}

// point is a place where a crash may fall; false if it does.
func (c *coordinator) point(where string) bool {
	w := c.w
	if w.armed != where || c.dead {
		return !c.dead
	}
	w.armed = ""
	w.cov.fault("crash " + where)
	w.trace("fault: crash %s", where)
	w.crash(c)
	return false
}

// post queues an event for the owner.
func (c *coordinator) post(e event) {
	c.queue = append(c.queue, e)
	c.wake()
}

func (c *coordinator) wake() {
	if c.awake {
		return
	}
	c.awake = true
	c.w.after(c.w.upTo(500*time.Microsecond), func() {
		c.timer(func() {
			c.awake = false
			c.own(false)
		})
	})
}

func (c *coordinator) tick() {
	c.timer(func() {
		c.own(true)
		c.w.after(beat/8, c.tick)
	})
}

// own is one round of the owner's loop.
func (c *coordinator) own(due bool) {
	w := c.w
	now := c.time()
	batch := c.queue
	c.queue = nil
	for _, e := range batch {
		e(c.s, now)
	}
	if due {
		for id, x := range c.sessions {
			c.s.Heard(x.lastHeard(now), id)
		}
		c.s.Tick(now)
	}
	for _, a := range c.s.Actions(now) {
		c.carryOut(a)
		if c.dead || w.violation != nil {
			return
		}
	}
	for _, a := range c.acks {
		kept := w.ledger.promise(a.m)
		c.record(entry{then: func() {
			kept()
			a.x.settle(a.m.batch)
		}})
	}
	c.acks = c.acks[:0]
	c.inspect()
	if c.s.Busy() {
		c.wake()
	}
}

func (c *coordinator) carryOut(a scheduler.Action) {
	w := c.w
	if w.opt.Trace != nil {
		w.trace("decided: %T %+v", a, a)
	}
	switch a := a.(type) {
	case scheduler.Grant:
		if x := c.sessions[a.Worker]; x != nil {
			if !c.point("before a lease is sent") {
				return
			}
			x.send(&message{kind: grant, lease: a.Lease})
		}
	case scheduler.Revoke:
		if x := c.sessions[a.Worker]; x != nil {
			w.cov.edge("lease: revoked")
			x.send(&message{kind: revoke, lease: scheduler.Lease{ID: a.Lease}})
		}
	case scheduler.Dismiss:
		if x := c.sessions[a.Worker]; x != nil {
			w.cov.edge("worker: dismissed for its silence")
			if silent := w.now - x.conn.worker.reached; silent < ttl {
				w.violated("worker %d is dismissed for its silence, and its last message came %v ago", x.conn.worker.number, silent)
				return
			}
			x.close(false)
			delete(c.sessions, a.Worker)
		}
	case scheduler.Record:
		w.ledger.decided(a.Failure)
		c.record(entry{action: a})
	case scheduler.Audited:
		w.cov.edge("audit: agreed")
		c.record(entry{action: a})
	case scheduler.Dispute:
		w.cov.edge("conflict: " + string(a.Conflict.Verdict))
		c.record(entry{action: a})
	case scheduler.Forget:
		w.ledger.forgiven(a.Block, a.Ordinal)
		c.record(entry{action: a})
	case scheduler.Change:
		w.cov.edge("sweep: " + c.sweeps[a.Sweep].String() + " -> " + a.State.String())
		c.sweeps[a.Sweep] = a.State
		c.record(entry{action: a})
	}
}

func (c *coordinator) record(e entry) {
	c.records = append(c.records, e)
	if !c.recording {
		c.recording = true
		c.w.after(0, func() { c.timer(c.recordAll) })
	}
}

// recordAll makes what is queued durable, in order: runs of failures in one transaction, all else each in its own.
func (c *coordinator) recordAll() {
	batch := c.records
	c.records = nil
	if len(batch) == 0 {
		c.recording = false
		return
	}
	var ops []func()
	var failures []store.Failure
	var audits []task
	flush := func() {
		if len(failures) > 0 {
			f := failures
			failures = nil
			ops = append(ops, func() { c.w.disk.putFailures(f) })
		}
		if len(audits) > 0 {
			all := audits
			audits = nil
			ops = append(ops, func() {
				for _, t := range all {
					c.w.disk.audit(t, nil, nil)
				}
			})
		}
	}
	for _, e := range batch {
		switch a := e.action.(type) {
		case scheduler.Record:
			if c.w.opt.Mutant != AttemptsForgotten {
				failures = append(failures, a.Failure)
			}
		case scheduler.Audited:
			audits = append(audits, c.w.ledger.task(a.Block, a.Ordinal))
		case scheduler.Dispute:
			flush()
			ops = append(ops, func() {
				c.w.disk.audit(c.w.ledger.task(a.Conflict.Block, a.Conflict.Ordinal), &a.Conflict, a.Record)
			})
		case scheduler.Forget:
			flush()
			ops = append(ops, func() { delete(c.w.disk.blocks[c.w.shape.index[a.Block]].failures, a.Ordinal) })
		case scheduler.Change:
			flush()
			ops = append(ops, func() {
				if sw := c.w.disk.sweep(a.Sweep); sw != nil {
					sw.state = a.State
				}
			})
		}
	}
	flush()
	var next func(pause time.Duration)
	next = func(pause time.Duration) {
		if len(ops) == 0 {
			for _, e := range batch {
				if e.then != nil {
					e.then()
				}
			}
			c.recordAll()
			return
		}
		if !c.point("before a decision is recorded") {
			return
		}
		c.db.enqueue(&job{op: ops[0], done: func(_ []store.Outcome, err error) {
			if err == nil {
				ops = ops[1:]
				next(retryMin)
				return
			}
			if c.w.opt.Mutant == RecorderGivesUp {
				ops = ops[1:]
				next(retryMin)
				return
			}
			c.w.cov.edge("recorder: tried again")
			c.w.after(pause, func() { c.timer(func() { next(min(2*pause, retryMax)) }) })
		}})
	}
	next(retryMin)
}

func (d *disk) putFailures(failures []store.Failure) {
	for _, f := range failures {
		t := d.blocks[d.w.shape.index[f.Block]]
		if !t.records[f.Ordinal].there {
			t.failures[f.Ordinal] = f
		}
	}
}

// inspect checks the scheduler against itself and against the disk, and notes the edges its tasks have gone.
func (c *coordinator) inspect() {
	w := c.w
	if w.violation != nil || c.dead {
		return
	}
	if err := c.in.Inspect(c.s); err != nil {
		w.violated("scheduler: %v", err)
		return
	}
	for _, i := range w.disk.order {
		states := c.in.States(c.s, w.shape.ids[i])
		if states == nil {
			continue // stored, and not yet known to the scheduler
		}
		old := c.states[i]
		if old == nil {
			old = make([]scheduler.TaskState, len(states))
			copy(old, states)
			c.states[i] = old
		}
		for o, st := range states {
			if st != old[o] {
				w.cov.task[old[o]][st]++
				old[o] = st
			}
			if st == scheduler.Stored && !w.disk.blocks[i].records[o].there && !w.none[i][o] {
				w.violated("the scheduler takes task %d:%d for done, and it has no durable result", i, o)
				return
			}
		}
	}
}

// crash kills the process; its connections break.
func (w *world) crash(c *coordinator) {
	if c.dead {
		return
	}
	c.dead = true
	c.db.crash()
	w.co = nil
	for _, x := range w.workers {
		if x.conn != nil && x.conn.session != nil {
			notice := w.upTo(10 * time.Millisecond)
			if w.chance(4) { // the machine is gone: nobody resets the connection
				notice = time.Second + w.upTo(30*time.Second)
			}
			x.conn.breakUp(false, int64(notice), 0)
		}
	}
	w.disk.check()
	w.ledger.check("after a crash")
	w.after(50*time.Millisecond+w.upTo(3*time.Second), w.boot)
}
