package sim

import (
	"encoding/binary"
	"slices"
	"strconv"
	"time"

	"gardner/coordinator/scheduler"
	"gardner/coordinator/store"
)

// session is the coordinator's end of a worker's stream.
type session struct {
	c       *coordinator
	conn    *conn
	id      scheduler.WorkerID // once joined
	joined  bool
	ended   bool
	heard   time.Duration
	waiting bool       // for room in the store's queue: nothing is taken in meanwhile
	inbox   []*message // arrived while waiting
	acks    []uint64
	flush   bool
}

func (x *session) lastHeard(now time.Duration) time.Duration {
	if x.waiting {
		return now
	}
	return x.heard
}

func (x *session) send(m *message) { x.conn.send(toWorker, m) }

// receive takes in one message, as receive.go does.
func (x *session) receive(m *message) {
	if x.ended {
		return
	}
	if x.waiting {
		x.inbox = append(x.inbox, m)
		return
	}
	c := x.c
	x.heard = c.time()
	switch m.kind {
	case hello:
		x.send(&message{kind: welcome})
		hello := m
		held := m.held
		if len(held) > 0 {
			c.w.cov.edge("worker: joins with leases it holds")
		}
		c.post(func(s *scheduler.Scheduler, now time.Duration) { c.join(s, now, x, hello) })
	case pull:
		x.post(func(s *scheduler.Scheduler, now time.Duration, id scheduler.WorkerID) { s.Pull(now, id, m.n) })
	case heartbeat:
		x.post(func(s *scheduler.Scheduler, now time.Duration, id scheduler.WorkerID) {
			s.Heartbeat(now, id, m.running)
		})
	case results:
		x.results(m)
	case failure:
		c.post(func(s *scheduler.Scheduler, now time.Duration) {
			s.Failed(now, x.id, m.lease.ID, m.lease.Block, m.ordinals[0], m.failKind, "it failed")
			c.acks = append(c.acks, laterAck{x, m})
		})
	case giveBack:
		c.post(func(s *scheduler.Scheduler, now time.Duration) {
			s.GivenBack(now, x.id, m.lease.ID, m.lease.Block, m.spans)
			x.settle(m.batch)
		})
	case goodbye:
		x.close(true)
	case fin:
		x.close(false)
	}
}

// post queues an event of this session's worker; of a session that was replaced it is dropped.
func (x *session) post(e func(s *scheduler.Scheduler, now time.Duration, id scheduler.WorkerID)) {
	x.c.post(func(s *scheduler.Scheduler, now time.Duration) {
		if x.joined && x.c.sessions[x.id] == x {
			e(s, now, x.id)
		}
	})
}

func (x *session) results(m *message) {
	c, block := x.c, x.c.w.shape.index[m.lease.Block]
	j, pause := &job{}, time.Duration(0)
	for i, o := range m.ordinals {
		j.results = append(j.results, result{block, o, m.values[i], x.conn.worker.number})
	}
	j.done = func(outcomes []store.Outcome, err error) {
		if err != nil {
			if !x.ended {
				c.w.cov.edge("results: appended again")
				pause = min(max(2*pause, retryMin), retryMax)
				c.w.after(pause, func() { c.timer(func() { c.db.enqueue(j) }) })
			}
			return
		}
		var checks []scheduler.Check
		for i, o := range outcomes {
			switch o {
			case store.Stored:
				continue
			case store.Conflict:
				c.w.conflict(block, m.ordinals[i])
			case store.Duplicate:
				c.w.cov.edge("result: duplicate")
			}
			checks = append(checks, scheduler.Check{Ordinal: m.ordinals[i], Equal: o == store.Duplicate || c.w.opt.Mutant == AuditBlind,
				Digest: itoa(m.values[i]), Record: binary.BigEndian.AppendUint64(nil, m.values[i])})
		}
		if c.w.opt.Mutant != AckBeforeCommit {
			x.stored(m, checks)
		}
	}
	x.waiting = true
	c.db.room(func() {
		if !c.point("before results are queued") {
			return
		}
		c.db.enqueue(j)
		if c.dead {
			return
		}
		x.heard, x.waiting = c.time(), false
		if c.w.opt.Mutant == AckBeforeCommit {
			x.stored(m, nil)
		}
		for !x.waiting && len(x.inbox) > 0 && !c.dead {
			next := x.inbox[0]
			x.inbox = x.inbox[1:]
			x.receive(next)
		}
	})
}

// stored acknowledges results and tells the scheduler.
func (x *session) stored(m *message, checks []scheduler.Check) {
	if !x.c.point("before an acknowledgement") {
		return
	}
	conflict := slices.ContainsFunc(checks, func(k scheduler.Check) bool { return !k.Equal })
	if !conflict || x.c.w.opt.Mutant == ConflictAcked {
		x.c.w.ledger.acknowledge(m)
		x.settle(m.batch)
	}
	x.c.post(func(s *scheduler.Scheduler, now time.Duration) {
		for _, k := range checks {
			x.c.checked(s, now, x, m, k)
		}
		s.Stored(now, x.id, m.lease.ID, m.lease.Block, m.ordinals, m.seconds)
		if conflict && x.c.w.opt.Mutant != ConflictAcked {
			x.c.acks = append(x.c.acks, laterAck{x, m})
		}
	})
}

// checked tells the scheduler of a second result, and the ledger whose it was if that ends an audit.
func (c *coordinator) checked(s *scheduler.Scheduler, now time.Duration, x *session, m *message, k scheduler.Check) {
	was := c.in.Audited(s, m.lease.Block, k.Ordinal)
	s.Checked(now, x.id, m.lease.ID, m.lease.Block, k)
	if !was && c.in.Audited(s, m.lease.Block, k.Ordinal) {
		c.w.ledger.auditors[c.w.ledger.task(m.lease.Block, k.Ordinal)] = x.conn.worker.number
	}
}

// settle acknowledges a batch with the next message.
func (x *session) settle(batch uint64) {
	x.acks = append(x.acks, batch)
	if x.flush {
		return
	}
	x.flush = true
	x.c.w.after(x.c.w.upTo(200*time.Microsecond), func() {
		x.c.timer(func() {
			x.flush = false
			if !x.ended && x.c.point("before acknowledgements are sent") {
				x.send(&message{kind: ack, acks: x.acks})
				x.acks = nil
			}
		})
	})
}

// close ends the session; what was queued for the worker is sent before.
func (x *session) close(goodbye bool) {
	if x.ended {
		return
	}
	x.ended = true
	if len(x.acks) > 0 {
		x.send(&message{kind: ack, acks: x.acks})
	}
	x.send(&message{kind: fin})
	x.c.post(func(s *scheduler.Scheduler, now time.Duration) { x.c.leave(s, now, x, goodbye) })
}

// join makes a session its worker's, ending an older one.
func (c *coordinator) join(s *scheduler.Scheduler, now time.Duration, x *session, hello *message) {
	number := x.conn.worker.number
	id, known := c.ids[number]
	if !known {
		c.last++
		id = c.last
		c.ids[number] = id
	}
	if old := c.sessions[id]; old != nil {
		c.w.cov.edge("session: replaced by a newer one")
		old.close(false)
	}
	c.sessions[id] = x
	x.id, x.joined = id, true
	s.Join(now, id, scheduler.Worker{Name: "w" + strconv.Itoa(number), Slots: hello.n, Groups: hello.groups, Can: map[string]bool{"simulated@1": true}}, hello.held)
}

func (c *coordinator) leave(s *scheduler.Scheduler, now time.Duration, x *session, goodbye bool) {
	if !x.joined || c.sessions[x.id] != x {
		return // replaced or dismissed already
	}
	delete(c.sessions, x.id)
	s.Leave(now, x.id, goodbye)
	if goodbye {
		c.w.cov.edge("worker: says goodbye")
		delete(c.ids, x.conn.worker.number)
	}
}
