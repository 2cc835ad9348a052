package coordinator

import (
	"slices"
	"sync"
	"time"

	"gardner/coordinator/scheduler"
	"gardner/coordinator/store"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// event is something that happened to the scheduler. It runs on the owner's goroutine.
type event func(s *scheduler.Scheduler, now time.Duration)

// owner is the goroutine that owns the scheduler.
type owner struct {
	c    *Coordinator
	s    *scheduler.Scheduler
	wake chan struct{} // holds a token when there is something to do
	quit chan struct{}
	done chan struct{}

	mu     sync.Mutex // guards queue and closed
	queue  []event
	closed bool

	// What follows is touched by the goroutine only.
	sessions map[scheduler.WorkerID]*session
	ids      map[string]scheduler.WorkerID // worker's own id -> number
	last     scheduler.WorkerID            // the newest number; none is used again
	peers    map[scheduler.WorkerID]peer
	acks     []entry // to be called once what the events of this batch decided is durable

	watchMu sync.Mutex    // guards changed
	changed chan struct{} // closed and replaced when a sweep changes its state
}

// peer is what a worker said of itself.
type peer struct {
	hello *gardnerv1.Hello
	name  string // host/pid
}

const ticksPerHeartbeat = 8

func newOwner(c *Coordinator, s *scheduler.Scheduler) *owner {
	o := &owner{c: c, s: s, wake: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{}),
		sessions: map[scheduler.WorkerID]*session{}, ids: map[string]scheduler.WorkerID{}, peers: map[scheduler.WorkerID]peer{},
		changed: make(chan struct{})}
	go o.run()
	return o
}

// post queues an event. After the end it is dropped.
func (o *owner) post(e event) {
	o.mu.Lock()
	if !o.closed {
		o.queue = append(o.queue, e)
	}
	o.mu.Unlock()
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// do runs an event and waits for it; false if the owner has ended.
func (o *owner) do(e event) bool {
	ran := make(chan struct{})
	o.post(func(s *scheduler.Scheduler, now time.Duration) {
		e(s, now)
		close(ran)
	})
	select {
	case <-ran:
		return true
	case <-o.done:
		return false
	}
}

func (o *owner) end() {
	close(o.quit)
	<-o.done
}

func (o *owner) run() {
	defer close(o.done)
	tick := time.NewTicker(o.c.cfg.Heartbeat / ticksPerHeartbeat)
	defer tick.Stop()
	var batch []event
	for {
		due, ending := false, false
		select {
		case <-o.wake:
		case <-tick.C:
			due = true
		case <-o.quit:
			ending = true
		}
		o.mu.Lock()
		batch, o.queue = o.queue, batch[:0]
		o.closed = ending
		o.mu.Unlock()
		now := o.c.now()
		for i, e := range batch {
			e(o.s, now)
			batch[i] = nil
		}
		if due { // after the events: what has arrived counts before anybody is given up
			for id, x := range o.sessions {
				o.s.Heard(x.lastHeard(now), id)
			}
			o.s.Tick(now)
		}
		o.carryOut(o.s.Actions(now))
		if o.s.Busy() {
			o.post(func(*scheduler.Scheduler, time.Duration) {})
		}
		if ending {
			return
		}
	}
}

// carryOut does what the scheduler decided.
func (o *owner) carryOut(actions []scheduler.Action) {
	changed := false
	for _, a := range actions {
		switch a := a.(type) {
		case scheduler.Grant:
			if x := o.sessions[a.Worker]; x != nil {
				x.grant(&a.Lease)
			}
		case scheduler.Idle:
			if x := o.sessions[a.Worker]; x != nil {
				x.send(&gardnerv1.CoordinatorMessage{Message: &gardnerv1.CoordinatorMessage_Idle{Idle: &gardnerv1.Idle{}}})
			}
		case scheduler.Revoke:
			if x := o.sessions[a.Worker]; x != nil {
				x.revoke(a.Lease)
			}
		case scheduler.Dismiss:
			if x := o.sessions[a.Worker]; x != nil {
				o.c.log.Warn("worker was silent for too long", "worker", x.name)
				x.end(errSilent)
				delete(o.sessions, a.Worker)
			}
		case scheduler.Record:
			f := a.Failure
			f.Time = time.Now()
			o.c.log.Warn("task failed", "block", f.Block.Short(), "ordinal", f.Ordinal, "kind", f.Kind, "attempts", f.Attempts,
				"quarantined", f.Quarantined, "worker", f.Worker)
			o.c.recorder.put(entry{action: scheduler.Record{Failure: f}})
		case scheduler.Dispute:
			o.disputed(a)
		case scheduler.Audited:
			o.c.recorder.put(entry{audit: &store.Audit{Block: a.Block, Ordinal: a.Ordinal}})
		case scheduler.Forget:
			o.c.recorder.put(entry{action: a})
		case scheduler.Change:
			o.c.log.Info("sweep "+a.State.String(), "sweep", a.Sweep, "reason", a.Reason)
			o.c.recorder.put(entry{action: a})
			o.c.grower.poke()
			changed = true
		}
	}
	for i, e := range o.acks {
		o.c.recorder.put(e)
		o.acks[i] = entry{}
	}
	o.acks = o.acks[:0]
	if changed {
		o.watchMu.Lock()
		close(o.changed)
		o.changed = make(chan struct{})
		o.watchMu.Unlock()
	}
}

// afterDurable calls f once everything decided up to the end of this batch of events is durable.
func (o *owner) afterDurable(f func(error)) { o.acks = append(o.acks, entry{then: f}) }

// change returns a channel that is closed at the next change of a sweep's state.
func (o *owner) change() <-chan struct{} {
	o.watchMu.Lock()
	defer o.watchMu.Unlock()
	return o.changed
}

// join makes a session its worker's, ending an older one.
func (o *owner) join(s *scheduler.Scheduler, now time.Duration, x *session, held []scheduler.Claim) {
	own := string(x.hello.Worker)
	id, known := o.ids[own]
	if !known {
		o.last++
		id = o.last
		o.ids[own] = id
	}
	if old := o.sessions[id]; old != nil {
		old.end(errReplaced)
	}
	o.c.grower.joined()
	o.sessions[id] = x
	o.peers[id] = peer{hello: x.hello, name: x.name}
	x.id.Store(uint64(id))
	s.Join(now, id, scheduler.Worker{Name: x.name, Slots: int(x.hello.Slots), Fingerprint: x.hello.Fingerprint, Groups: x.hello.Artefacts, Can: x.can}, held)
}

// leave ends a session; goodbye if its worker said so.
func (o *owner) leave(s *scheduler.Scheduler, now time.Duration, x *session, goodbye bool) {
	id := scheduler.WorkerID(x.id.Load())
	if o.sessions[id] != x {
		return // replaced or dismissed already
	}
	delete(o.sessions, id)
	s.Leave(now, id, goodbye)
	if goodbye {
		delete(o.peers, id)
		delete(o.ids, string(x.hello.Worker))
	}
}

// status describes the sweeps (or the one named) and the workers.
func (o *owner) status(s *scheduler.Scheduler, now time.Duration, name string) *gardnerv1.StatusResponse {
	r := &gardnerv1.StatusResponse{}
	for _, v := range s.Sweeps() {
		if name == "" || v.Name == name {
			r.Sweeps = append(r.Sweeps, sweepStatus(v, s.Remaining(now, v.Name)))
		}
	}
	for id, x := range o.sessions {
		s.Heard(x.lastHeard(now), id)
	}
	for _, v := range s.Workers(now) {
		p := o.peers[v.ID]
		w := &gardnerv1.WorkerStatus{Id: p.name, Leases: uint64(v.Leases), LeasedTasks: v.LeasedTasks, Done: v.Done, Failed: v.Failed,
			SilentSeconds: v.Silent.Seconds(), Connected: v.Connected}
		if p.hello != nil {
			w.Host, w.Pid, w.Version, w.Fingerprint, w.Slots = p.hello.Host, p.hello.Pid, p.hello.Version, p.hello.Fingerprint, p.hello.Slots
		}
		for _, t := range v.Running {
			w.Running = append(w.Running, &gardnerv1.RunningTask{Block: t.Block.String(), Ordinal: t.Ordinal, Fraction: t.Fraction, Seconds: t.Seconds})
		}
		r.Workers = append(r.Workers, w)
	}
	return r
}

func sweepStatus(v scheduler.SweepView, remaining float64) *gardnerv1.SweepStatus {
	states := []gardnerv1.SweepState{scheduler.Active: gardnerv1.SweepState_SWEEP_STATE_ACTIVE, scheduler.Paused: gardnerv1.SweepState_SWEEP_STATE_PAUSED,
		scheduler.Cancelled: gardnerv1.SweepState_SWEEP_STATE_CANCELLED, scheduler.Done: gardnerv1.SweepState_SWEEP_STATE_DONE}
	return &gardnerv1.SweepStatus{Name: v.Name, State: states[v.State], Reason: v.Reason, Tasks: v.Tasks, Done: v.Done,
		Failed: v.Failed, Leased: v.Leased, FailuresVersion: v.Changes, Rate: v.Rate, EtaSeconds: remaining,
		Priority: int32(v.Policy.Priority), Audit: v.Policy.Audit, Audited: v.Audited}
}

// specOf is a block as it is sent to workers; nil if this build cannot compute it.
func (c *Coordinator) specOf(id sweeps.BlockID) *gardnerv1.CoordinatorMessage {
	plan := c.plans.get(id)
	if plan == nil {
		return nil
	}
	return &gardnerv1.CoordinatorMessage{Message: &gardnerv1.CoordinatorMessage_Block{
		Block: &gardnerv1.BlockSpec{Id: slices.Clone(id[:]), Block: plan.Block.Encode()}}}
}
