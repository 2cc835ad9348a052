package sim

import (
	"slices"
	"time"

	"gardner/coordinator/scheduler"
)

// worker follows package worker: leases, slots, an outbox of what is not acknowledged, sessions that come again.
type worker struct {
	process
	w      *world
	number int
	skew   float64 // its clock's seconds to a true one
	speed  float64
	slots  int
	busy   int
	wrong  bool // computes other bits now and then

	leases  []*holding // waiting or under way
	waiting []*holding
	pulled  int

	conn    *conn
	up      bool // welcomed
	backoff time.Duration

	last    uint64 // number of the newest message
	outbox  []*message
	parked  []func() // slots that wait for room in the window
	beating bool

	has []uint64 // artefacts in its cache, the newest first

	stopping bool
	leaveAt  time.Duration

	// Of the world outside.
	apart   time.Duration // cut off by the network until then
	greeted *conn         // whose hello arrived last
	reached time.Duration // when its last message arrived at the coordinator's machine
}

type holding struct {
	scheduler.Lease
	next    uint64
	running bool
	revoked bool
	batch   *message // results not handed in yet
}

const window = 64 // tasks

func (w *world) hire() {
	w.hired++
	x := &worker{w: w, number: w.hired, skew: 1, speed: 0.5 + w.rng.Float64(), slots: 1 + w.rng.IntN(2), reached: w.now}
	if w.chance(3) {
		x.skew = 0.7 + 0.6*w.rng.Float64()
	}
	w.workers = append(w.workers, x)
	x.later(w.upTo(200 * time.Millisecond))
}

// span is how long something takes that the worker's own clock times.
func (x *worker) span(d time.Duration) time.Duration { return time.Duration(float64(d) / x.skew) }

func (x *worker) later(d time.Duration) {
	x.w.after(x.span(d), func() { x.timer(x.connect) })
}

// connect opens a session.
func (x *worker) connect() {
	if x.conn != nil || x.over() {
		return
	}
	w := x.w
	h := &message{kind: hello, n: x.slots, held: x.held(), groups: slices.Clone(x.has)}
	c := &conn{w: w, worker: x}
	x.conn = c
	w.after(w.latency(), func() {
		x.timer(func() {
			if x.conn != c {
				return
			}
			if w.co == nil || x.apart > w.now {
				c.cut = true
				x.broken(c)
				return
			}
			c.session = &session{c: w.co, conn: c, heard: w.co.time()}
			c.send(toCoordinator, h)
			w.after(15*time.Second, func() {
				x.timer(func() {
					if x.conn == c && !x.up {
						x.hangUp()
						x.broken(c)
					}
				})
			})
		})
	})
}

// hangUp ends the stream from this side.
func (x *worker) hangUp() {
	if x.conn != nil && x.conn.session != nil {
		x.conn.send(toCoordinator, &message{kind: fin})
	}
}

// broken is the end of a session as the worker sees it.
func (x *worker) broken(c *conn) {
	if x.conn != c {
		return
	}
	x.conn, x.up = nil, false
	if x.over() {
		return
	}
	x.backoff = min(max(2*x.backoff, 100*time.Millisecond), 3*time.Second)
	x.later(x.backoff/2 + x.w.upTo(x.backoff))
}

func (x *worker) receive(c *conn, m *message) {
	if x.conn != c {
		return // of a session that was given up
	}
	switch m.kind {
	case welcome:
		x.up, x.pulled, x.backoff = true, 0, 0
		for _, m := range x.outbox {
			c.send(toCoordinator, m)
		}
		x.beats()
	case grant:
		x.pulled = max(0, x.pulled-1)
		h := &holding{Lease: m.lease, next: m.lease.Lo}
		x.leases = append(x.leases, h)
		if x.stopping {
			x.returnRest(h)
			x.forget(h)
		} else {
			x.waiting = append(x.waiting, h)
			x.work()
		}
	case ack:
		for _, n := range m.acks {
			x.settle(n)
		}
		for len(x.parked) > 0 && x.unsettled() < window && !x.dead {
			f := x.parked[0]
			x.parked = x.parked[1:]
			f()
		}
	case revoke:
		for _, h := range x.leases {
			if h.ID == m.lease.ID {
				h.revoked = true
				if !h.running {
					x.forget(h)
				}
				break
			}
		}
	case fin:
		x.broken(c)
	}
	x.pull()
	x.over()
}

func (x *worker) settle(batch uint64) {
	for i, m := range x.outbox {
		if m.batch == batch {
			x.outbox = append(x.outbox[:i:i], x.outbox[i+1:]...)
			return
		}
	}
}

func (x *worker) unsettled() (n int) {
	for _, m := range x.outbox {
		if m.kind == results {
			n += len(m.ordinals)
		}
	}
	return n
}

// put hands in a message that must be acknowledged.
func (x *worker) put(m *message) {
	x.last++
	m.batch = x.last
	x.outbox = append(x.outbox, m)
	if x.up {
		x.conn.send(toCoordinator, m)
	}
}

// pull asks for a lease for every free slot and one in reserve.
func (x *worker) pull() {
	want := x.slots - len(x.leases) - x.pulled
	if x.w.cost < 250*time.Millisecond {
		want++
	}
	if !x.up || x.stopping || x.dead || want <= 0 {
		return
	}
	x.pulled += want
	x.conn.send(toCoordinator, &message{kind: pull, n: want})
}

func (x *worker) beats() {
	if x.beating {
		return
	}
	x.beating = true
	x.w.after(x.span(beat), func() {
		x.timer(func() {
			x.beating = false
			if !x.up {
				return
			}
			m := &message{kind: heartbeat}
			for _, h := range x.leases {
				if h.running && h.next < h.Hi {
					m.running = append(m.running, scheduler.Running{Lease: h.ID, Block: h.Block, Ordinal: h.next})
				}
			}
			x.conn.send(toCoordinator, m)
			x.beats()
		})
	})
}

// work gives waiting leases to free slots.
func (x *worker) work() {
	for x.busy < x.slots && len(x.waiting) > 0 && !x.dead {
		h := x.waiting[0]
		x.waiting = x.waiting[1:]
		if h.revoked {
			continue
		}
		h.running = true
		x.busy++
		x.run(h)
	}
}

// run computes the next task of a lease.
func (x *worker) run(h *holding) {
	w := x.w
	if h.next == h.Hi || h.revoked || x.stopping {
		x.end(h)
		return
	}
	block, o := w.shape.index[h.Block], h.next
	t := w.outcome(block, o, x)
	w.after(time.Duration(float64(t.takes)/x.speed), func() {
		x.timer(func() {
			switch {
			case t.kills:
				w.cov.fault("task kills its worker")
				w.kill(x)
				return
			case t.fails != "":
				h.next++
				w.ledger.failed(block, o)
				x.room(func() {
					x.put(&message{kind: failure, lease: h.Lease, ordinals: []uint64{o}, failKind: t.fails})
					x.run(h)
				})
				return
			}
			h.next++
			if h.batch == nil {
				h.batch = &message{kind: results, lease: h.Lease}
				x.w.after(150*time.Millisecond, func() { x.timer(func() { x.flush(h) }) })
			}
			h.batch.ordinals = append(h.batch.ordinals, o)
			h.batch.values = append(h.batch.values, t.value)
			h.batch.seconds = append(h.batch.seconds, float32(t.takes.Seconds()/x.speed*x.skew))
			if len(h.batch.ordinals) >= w.batch {
				x.room(func() {
					x.flush(h)
					x.run(h)
				})
				return
			}
			x.run(h)
		})
	})
}

// room calls f when the window allows another batch.
func (x *worker) room(f func()) {
	if x.unsettled() < window || x.stopping {
		f()
		return
	}
	x.w.cov.edge("worker: window full, a slot waits")
	x.parked = append(x.parked, f)
}

func (x *worker) flush(h *holding) {
	if m := h.batch; m != nil {
		h.batch = nil
		x.put(m)
	}
}

// end frees a lease's slot; what is left of it is given back.
func (x *worker) end(h *holding) {
	x.flush(h)
	if !h.revoked {
		x.returnRest(h)
	}
	x.forget(h)
	x.busy--
	x.work()
	x.pull()
	x.over()
}

func (x *worker) returnRest(h *holding) {
	if h.next < h.Hi {
		x.put(&message{kind: giveBack, lease: h.Lease, spans: []scheduler.Span{{Lo: h.next, Hi: h.Hi}}})
	}
}

func (x *worker) forget(h *holding) {
	for i, y := range x.leases {
		if y == h {
			x.leases = append(x.leases[:i:i], x.leases[i+1:]...)
			return
		}
	}
}

// prepare returns how long an artefact takes: nothing if the worker has it.
func (x *worker) prepare(key uint64) time.Duration {
	if slices.Contains(x.has, key) {
		return 0
	}
	x.has = slices.Insert(x.has, 0, key)
	if !x.w.known[key] {
		x.w.known[key] = true
		x.w.cov.Artefacts++
	}
	x.w.cov.Prepared++
	return 4 * x.w.cost
}

// held lists what is not settled, as a new session says it.
func (x *worker) held() (held []scheduler.Claim) {
	whole := map[scheduler.LeaseID]bool{}
	for _, h := range x.leases {
		if h.revoked {
			continue
		}
		whole[h.ID] = true
		held = append(held, scheduler.Claim{Lease: h.Lease, Left: []scheduler.Span{{Lo: h.Lo, Hi: h.Hi}}})
	}
	at := map[scheduler.LeaseID]int{}
	for _, m := range x.outbox {
		if whole[m.lease.ID] || m.kind == giveBack {
			continue
		}
		i, ok := at[m.lease.ID]
		if !ok {
			i = len(held)
			at[m.lease.ID] = i
			held = append(held, scheduler.Claim{Lease: m.lease})
		}
		for _, o := range m.ordinals {
			held[i].Left = append(held[i].Left, scheduler.Span{Lo: o, Hi: o + 1})
		}
	}
	return held
}

// drain is SIGTERM: what is not begun goes back at once, what runs is finished.
func (x *worker) drain() {
	x.stopping, x.leaveAt = true, x.w.now+20*time.Second
	for _, h := range x.waiting {
		if !h.revoked {
			x.returnRest(h)
		}
		x.forget(h)
	}
	x.waiting = nil
	for _, f := range x.parked {
		f()
	}
	x.parked = nil
	x.w.after(40*time.Second, func() { x.timer(func() { x.over() }) })
	x.over()
}

// over reports whether the worker has left, and lets it leave when nothing is held any more or its grace has passed.
func (x *worker) over() bool {
	if x.dead {
		return true
	}
	if !x.stopping || (len(x.leases) > 0 || len(x.outbox) > 0) && x.w.now < x.leaveAt+20*time.Second {
		return false
	}
	if x.up {
		x.conn.send(toCoordinator, &message{kind: goodbye})
	}
	x.w.retire(x)
	return true
}
