package sim

import (
	"time"

	"gardner/coordinator/scheduler"
	"gardner/coordinator/store"
)

// trigger is a fault or a command that comes when so many results are durable.
type trigger struct {
	stored int
	strike func()
}

// points are where an armed crash may fall.
var points = []string{"before a commit", "after a commit", "before results are queued", "before an acknowledgement",
	"before acknowledgements are sent", "before a lease is sent", "before a decision is recorded"}

// plot decides what will happen: three to eight faults, some commands, all before the work can be done.
func (w *world) plot() {
	total := w.shape.tasks
	at := func() int { return w.rng.IntN(total * 17 / 20) }
	for range 3 + w.rng.IntN(6) {
		w.faults = append(w.faults, trigger{at(), w.drawFault()})
	}
	for range w.rng.IntN(3) {
		w.faults = append(w.faults, trigger{at(), w.drawCommand()})
	}
	for i, p := range w.shape.sweeps {
		if len(p.blocks) > 1 {
			w.faults = append(w.faults, trigger{at() / 2, func() { w.extend(i) }})
		}
	}
}

// victim is some worker; nil if there is none.
func (w *world) victim() *worker {
	if len(w.workers) == 0 {
		return nil
	}
	return w.workers[w.rng.IntN(len(w.workers))]
}

// pick makes a fault for a worker; without one the coordinator crashes instead.
func (w *world) onWorker(name string, f func(x *worker)) func() {
	return func() {
		x := w.victim()
		if x == nil {
			w.crashNow()
			return
		}
		w.cov.fault(name)
		w.trace("fault: %s (worker %d)", name, x.number)
		f(x)
	}
}

func (w *world) on(name string, f func()) func() {
	return func() {
		w.cov.fault(name)
		w.trace("fault: %s", name)
		f()
	}
}

func (w *world) crashNow() {
	if w.co == nil {
		w.on("coordinator restarts slowly", func() {})()
		return
	}
	w.on("coordinator crashes", func() { w.crash(w.co) })()
}

// seconds is a time of a wide range, most often short.
func (w *world) seconds(least, most float64) time.Duration {
	f := w.rng.Float64()
	return time.Duration((least + (most-least)*f*f) * float64(time.Second))
}

func (w *world) drawFault() func() {
	switch w.rng.IntN(20) {
	case 0:
		return w.onWorker("connection cut", func(x *worker) { w.cutOff(x, false) })
	case 1:
		return w.onWorker("connection cut, its rest arrives after the next hello", func(x *worker) { w.cutOff(x, true) })
	case 2:
		return w.onWorker("worker partitioned", func(x *worker) { w.part(x, w.seconds(1, 60)) })
	case 3:
		return w.on("all workers partitioned", func() {
			for d, i := w.seconds(1, 60), 0; i < len(w.workers); i++ {
				w.part(w.workers[i], d)
			}
		})
	case 4:
		return w.on("network slow", func() { w.net.slow, w.net.until = w.seconds(0.1, 4), w.now+w.seconds(1, 30) })
	case 5:
		return w.on("network doubles and swaps", func() { w.net.odd = 1 + w.rng.IntN(20) })
	case 6:
		return w.onWorker("worker killed", w.kill)
	case 7:
		return w.onWorker("worker stopped", func(x *worker) { w.stop(x, w.seconds(0.5, 60)) })
	case 8:
		return w.onWorker("worker drained", func(x *worker) {
			if !x.stopping && !x.stopped {
				x.drain()
			}
		})
	case 9:
		return w.crashNow
	case 10, 11, 12:
		where := points[w.rng.IntN(len(points))]
		return func() { w.armed = where } // counts when it falls
	case 13:
		return func() { w.stopCoordinator() }
	case 14:
		return w.on("disk slow", func() {
			old := w.disk.latency
			w.disk.latency = w.seconds(0.02, 5)
			w.after(w.seconds(1, 30), func() { w.disk.latency = old })
		})
	case 15:
		return w.on("disk full", func() {
			w.disk.full = true
			w.after(w.seconds(0.2, 40), func() { w.disk.full = false })
		})
	case 16:
		return w.on("sync fails", func() { w.disk.failing += 1 + w.rng.IntN(3) })
	case 17:
		return w.on("wall clock jumps", func() {
			jump := w.seconds(1, 7200)
			if w.chance(2) {
				jump = -jump
			}
			w.wall += jump
		})
	case 18:
		return w.onWorker("worker computes wrongly", func(x *worker) { x.wrong, w.wrong = true, true })
	default:
		return w.on("all machines lose power", func() {
			for len(w.workers) > 0 {
				w.kill(w.workers[0])
			}
			if w.co != nil {
				w.crash(w.co)
			}
		})
	}
}

func (w *world) cutOff(x *worker, rest bool) {
	if x.conn == nil || x.conn.session == nil {
		return
	}
	mine, theirs := w.upTo(10*time.Millisecond), w.upTo(10*time.Millisecond)
	switch {
	case rest:
		theirs = w.seconds(0.5, 40)
	case w.chance(3):
		mine = w.seconds(0.5, 40)
	case w.chance(3):
		theirs = w.seconds(0.5, 40)
	}
	x.conn.breakUp(rest, int64(mine), int64(theirs))
}

func (w *world) part(x *worker, d time.Duration) {
	x.apart = max(x.apart, w.now+d)
	if d > ttl/2 {
		w.ledger.crashes++
	}
}

// kill is SIGKILL, or the loss of the machine; a supervisor starts another.
func (w *world) kill(x *worker) {
	w.ledger.crashes++
	if c := x.conn; c != nil && c.session != nil {
		notice := w.upTo(10 * time.Millisecond)
		if w.chance(3) {
			notice = w.seconds(1, 60)
		}
		c.breakUp(w.chance(2), 0, int64(notice))
	}
	w.remove(x)
	w.after(w.seconds(0.05, 10), w.hire)
}

// retire lets a worker go that has said goodbye, or has run out of grace.
func (w *world) retire(x *worker) {
	if c := x.conn; c != nil && c.session != nil {
		c.send(toCoordinator, &message{kind: fin})
	}
	x.conn = nil
	w.remove(x)
	w.after(w.seconds(0.05, 10), w.hire)
}

func (w *world) stop(x *worker, d time.Duration) {
	if x.stopped {
		return
	}
	x.stopped = true
	if d > ttl/2 {
		w.ledger.crashes++
	}
	w.after(d, func() { w.resume(&x.process) })
}

func (w *world) stopCoordinator() {
	c := w.co
	if c == nil || c.stopped {
		w.crashNow()
		return
	}
	w.cov.fault("coordinator stopped")
	w.trace("fault: coordinator stopped")
	c.stopped = true
	w.after(w.seconds(0.5, 90), func() { w.resume(&c.process) })
}

func (w *world) resume(p *process) {
	if p.stopped && !p.dead {
		p.resume(&w.loop, w.chance(2))
	}
}

// drawCommand is something an operator does, and undoes.
func (w *world) drawCommand() func() {
	name := w.shape.sweeps[w.rng.IntN(len(w.shape.sweeps))].name
	set := func(st scheduler.State) {
		w.trace("command: %s %v", name, st)
		if w.co != nil {
			w.co.message(func() {
				w.co.post(func(s *scheduler.Scheduler, now time.Duration) { _ = s.SetState(now, name, st) })
			})
		}
	}
	state := scheduler.Paused
	switch w.rng.IntN(4) {
	case 3:
		share := w.share()
		return func() {
			w.trace("command: audit %g of %s", share, name)
			w.audit(name, share)
		}
	case 0:
		state = scheduler.Cancelled
	case 1:
		return func() {
			w.trace("command: retry %s", name)
			w.retry()
		}
	}
	return func() {
		set(state)
		if w.chance(2) {
			w.after(w.upTo(20*time.Millisecond), w.onWorker("connection cut", func(x *worker) { w.cutOff(x, false) }))
		}
		w.after(w.seconds(0.1, 20), func() { set(scheduler.Active) })
	}
}

// audit changes how much of a sweep is audited, first on disk.
func (w *world) audit(name string, share float64) {
	if w.co == nil {
		return
	}
	c := w.co
	c.message(func() {
		c.db.enqueue(&job{op: func() { w.disk.sweep(name).audit = share }, done: func(_ []store.Outcome, err error) {
			if err == nil {
				c.post(func(s *scheduler.Scheduler, now time.Duration) {
					w.cov.edge("sweep: another share is audited")
					s.SetPolicy(now, name, scheduler.Policy{Audit: share})
				})
			}
		}})
	})
}

func (w *world) retry() {
	if w.co == nil {
		return
	}
	c := w.co
	c.message(func() {
		c.post(func(s *scheduler.Scheduler, now time.Duration) {
			for _, p := range w.shape.sweeps {
				_, _ = s.Retry(now, p.name) // all sweeps are known
			}
		})
	})
}

// extend adds a sweep's later blocks, again and again until it is durable and the scheduler knows.
func (w *world) extend(i int) {
	p := w.shape.sweeps[i]
	w.trace("command: extend %s", p.name)
	c := w.co
	if c == nil || c.extending || c.dead {
		w.after(time.Second, func() { w.extend(i) })
		return
	}
	c.extending = true
	told := false
	c.message(func() {
		c.submit(p.name, p.blocks, func(ok bool) {
			c.extending, told = false, true
			if !ok {
				w.after(w.upTo(5*time.Second), func() { w.extend(i) })
			}
		})
	})
	var look func()
	look = func() {
		switch {
		case told:
		case c.dead: // and whether it is durable is not known: submit it again
			w.extend(i)
		default:
			w.after(time.Second, look)
		}
	}
	look()
}
