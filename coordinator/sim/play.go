package sim

import (
	"math"
	"slices"
	"time"

	"gardner/coordinator/scheduler"
	"gardner/coordinator/store"
)

// submit stores blocks and a sweep on them, and starts it.
func (c *coordinator) submit(name string, blocks []int, done func(ok bool)) {
	w := c.w
	var step func(k int)
	again := func(k int, err error) {
		if err == nil {
			step(k + 1)
		} else {
			done(false)
		}
	}
	step = func(k int) {
		switch {
		case k < len(blocks):
			c.db.enqueue(&job{op: func() { w.disk.addBlock(blocks[k]) }, done: func(_ []store.Outcome, err error) {
				if err == nil && c.db.done[blocks[k]] == nil {
					c.db.done[blocks[k]] = w.disk.blocks[blocks[k]].bits.Clone()
				}
				again(k, err)
			}})
		case k == len(blocks):
			c.db.enqueue(&job{op: func() { w.disk.putSweep(name, blocks, scheduler.Active) },
				done: func(_ []store.Outcome, err error) { again(k, err) }})
		default:
			c.post(func(s *scheduler.Scheduler, now time.Duration) {
				w.cov.edge("sweep: extended")
				for _, i := range w.disk.order {
					s.AddBlock(c.blockInfo(i))
				}
				s.PutSweep(name, w.ids(blocks), scheduler.Active, now)
				s.SetPolicy(now, name, scheduler.Policy{Audit: w.disk.sweep(name).audit})
				done(true)
			})
		}
	}
	step(0)
}

// Bounds of a schedule, in true time.
const (
	faultsEnd = 20 * time.Minute // at the latest, all faults stop
	patience  = 10 * time.Minute // then everything must be done within so much
)

// play runs the schedule: faults while results come in, then peace, in which everything must be done.
func (w *world) play() {
	slices.SortStableFunc(w.faults, func(a, b trigger) int { return a.stored - b.stored })
	var seen uint64
	for w.violation == nil {
		if !w.step() {
			w.violated("nothing is left to happen, and the work is not done")
			return
		}
		if n := w.durable; n != seen || len(w.faults) > 0 && w.faults[0].stored == 0 {
			seen = n
			for len(w.faults) > 0 && uint64(w.faults[0].stored) <= n && w.violation == nil {
				f := w.faults[0]
				w.faults = w.faults[1:]
				f.strike()
			}
			if len(w.faults) == 0 && !w.healing {
				w.healing = true
				w.after(w.seconds(0, 60), w.heal)
			}
		}
		if !w.healed && w.now > faultsEnd {
			for _, f := range w.faults {
				f.strike()
			}
			w.faults = nil
			w.heal()
		}
		if w.healed && w.finished() {
			return
		}
	}
}

// heal ends all faults. Promise: from now on everything gets done.
func (w *world) heal() {
	if w.healed || w.violation != nil {
		return
	}
	for w.cov.count < 3 { // armed crashes may not have fallen
		w.armed = ""
		if x := w.victim(); x != nil {
			w.onWorker("worker killed", w.kill)()
		} else {
			w.crashNow()
		}
	}
	w.trace("peace")
	w.healed, w.armed, w.net.odd, w.net.until = true, "", 0, 0
	w.disk.full, w.disk.failing, w.disk.latency = false, 0, min(w.disk.latency, 20*time.Millisecond)
	for _, x := range w.workers {
		x.apart = w.now
		x.wrong = false
		w.resume(&x.process)
	}
	if w.co != nil {
		w.resume(&w.co.process)
	}
	w.ended = w.now + patience
	w.look()
}

// look asks from time to time how far it is, as an operator with `gardner status` would.
func (w *world) look() {
	if w.now > w.ended {
		w.violated("not done %v after the faults stopped: %s", patience, w.describe())
		return
	}
	if c := w.co; c != nil && !c.dead {
		c.message(func() {
			c.post(func(s *scheduler.Scheduler, now time.Duration) { w.advance(s, now) })
		})
	}
	w.after(2*time.Second, w.look)
}

// advance resumes what is paused, retries what is quarantined once, and sees that all is done.
func (w *world) advance(s *scheduler.Scheduler, now time.Duration) {
	all := true
	for _, p := range w.shape.sweeps {
		v, ok := s.Sweep(p.name)
		if !ok || !s.Draws(p.name, w.ids(p.blocks)) {
			all = false
			continue
		}
		switch v.State {
		case scheduler.Paused, scheduler.Cancelled:
			_ = s.SetState(now, p.name, scheduler.Active)
			all = false
		case scheduler.Active:
			all = false
		case scheduler.Done:
			all = all && v.Done+v.Failed == v.Tasks && (!w.retried || v.Done == v.Tasks)
		}
	}
	if !all {
		return
	}
	if !w.retried {
		w.retried = true
		for _, p := range w.shape.sweeps {
			for _, f := range s.Failures(p.name, 0, math.MaxInt).Page {
				if f.Quarantined {
					w.cov.edge("quarantined at the end: " + f.Kind)
					w.ledger.quarantine(f)
				}
			}
		}
		clear(w.special)
		for _, p := range w.shape.sweeps {
			_, _ = s.Retry(now, p.name)
		}
		return
	}
	// All states are decided; once they are durable nothing is left to do.
	w.ready = true
}

// finished reports whether all is done, and checks what must be true then.
func (w *world) finished() bool {
	if !w.ready || w.co == nil || len(w.co.records) > 0 || w.co.recording || w.co.db.busy {
		return false
	}
	for _, sw := range w.disk.sweeps {
		if sw.state != scheduler.Done {
			return false
		}
	}
	w.disk.check()
	w.ledger.check("at the end")
	w.ledger.audits(w.co)
	for i, t := range w.disk.blocks {
		for o, r := range t.records {
			switch {
			case !r.there && !w.none[i][o]:
				w.violated("at the end: task %d:%d has no result", i, o)
			case r.there && r.value != value(i, uint64(o)) && !w.wrong:
				w.violated("at the end: task %d:%d has other bits", i, o)
			}
		}
		for o, f := range t.failures {
			w.violated("at the end: task %d:%d has a result and a failure %+v", i, o, f)
		}
	}
	return true
}

func (w *world) describe() string {
	if w.co == nil {
		return "there is no coordinator"
	}
	text := ""
	for _, v := range w.co.s.Sweeps() {
		text += v.Name + " " + v.State.String() + ": "
		text += itoa(v.Done) + " done, " + itoa(v.Failed) + " failed, " + itoa(v.Leased) + " leased of " + itoa(v.Tasks) + "; "
	}
	return text + itoa(uint64(len(w.workers))) + " workers"
}
