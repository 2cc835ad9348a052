package sim

import (
	"gardner/coordinator/scheduler"
)

// kind is what a message says; the names are those of work.proto.
type kind uint8

const (
	hello kind = iota
	pull
	results
	failure
	giveBack
	heartbeat
	goodbye
	welcome
	grant
	ack
	revoke
	fin // the end of the stream
)

var kindNames = [...]string{"hello", "pull", "results", "failure", "give back", "heartbeat", "goodbye", "welcome", "lease", "ack", "revoke", "fin"}

func (k kind) String() string { return kindNames[k] }

// message is any of them. A lease stands for its seal: the coordinator believes what it says, as it would a signature.
type message struct {
	kind     kind
	batch    uint64
	lease    scheduler.Lease
	ordinals []uint64
	values   []uint64 // records, each of which 64 bits stand for
	seconds  []float32
	spans    []scheduler.Span
	running  []scheduler.Running
	held     []scheduler.Claim
	failKind string
	n        int
	acks     []uint64
	groups   []uint64 // artefacts the worker has, the newest first
}

// conn is a worker's connection: two streams, each in order, until it breaks.
type conn struct {
	w       *world
	worker  *worker
	session *session
	to      [2]pipe
	cut     bool // nothing arrives any more
	rest    bool // except what was on its way to the coordinator
}

const (
	toCoordinator = 0
	toWorker      = 1
)

type pipe struct {
	waiting []*message
	last    int64 // when the newest message arrives
}

// send puts a message on its way.
func (c *conn) send(way int, m *message) {
	if c.cut {
		return
	}
	w, p := c.w, &c.to[way]
	p.waiting = append(p.waiting, m)
	if way == toCoordinator && w.net.odd > 0 && m.kind.repeatable() {
		w.net.odd--
		if n := len(p.waiting); n > 1 && p.waiting[n-2].kind.repeatable() && w.chance(2) {
			w.cov.edge("network: messages swapped")
			p.waiting[n-1], p.waiting[n-2] = p.waiting[n-2], p.waiting[n-1]
		} else {
			w.cov.edge("network: message doubled")
			p.waiting = append(p.waiting, m)
			c.schedule(way)
		}
	}
	c.schedule(way)
}

// repeatable reports whether a message may be doubled or swapped with its like: more than TCP would ever do, and yet
// harmless.
func (k kind) repeatable() bool {
	return k == results || k == failure || k == giveBack || k == heartbeat
}

// schedule lets one more message arrive.
func (c *conn) schedule(way int) {
	p := &c.to[way]
	p.last = max(p.last, int64(c.w.now+c.w.latency()))
	c.w.after(dur(p.last)-c.w.now, func() { c.arrive(way) })
}

func (c *conn) arrive(way int) {
	if until := c.worker.apart; until > c.w.now && !c.cut {
		c.w.after(until-c.w.now, func() { c.arrive(way) })
		return
	}
	p := &c.to[way]
	if len(p.waiting) == 0 {
		return
	}
	m := p.waiting[0]
	p.waiting = p.waiting[1:]
	if c.cut && (way == toWorker || !c.rest) {
		return
	}
	if c.w.opt.Trace != nil {
		c.w.trace("worker %d %s %v: batch %d, lease %d [%d, %d), tasks %v, acks %v", c.worker.number, [...]string{"says", "hears"}[way], m.kind, m.batch,
			m.lease.ID, m.lease.Lo, m.lease.Hi, m.ordinals, m.acks)
	}
	if way == toWorker {
		c.worker.message(func() { c.worker.receive(c, m) })
		return
	}
	if m.kind == hello {
		c.worker.greeted = c
	}
	if c.worker.greeted == c { // what comes late on a connection before says no more than the newer hello did
		c.worker.reached = c.w.now
	}
	co := c.w.co
	if co == nil || c.session == nil || c.session.c != co {
		return
	}
	co.message(func() { c.session.receive(m) })
}

// breakUp cuts the connection; each side notices after its own time, if it lives.
func (c *conn) breakUp(rest bool, worker, coordinator int64) {
	if c.cut {
		return
	}
	c.cut, c.rest = true, rest
	x, k := c.worker, c.session
	c.w.after(dur(worker), func() { x.timer(func() { x.broken(c) }) })
	if k != nil {
		co := k.c
		c.w.after(dur(coordinator), func() { co.timer(func() { k.close(false) }) })
	}
}
