package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync/atomic"
	"time"

	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// Defaults until a coordinator's welcome says otherwise.
const (
	tickEvery        = 50 * time.Millisecond
	defaultHeartbeat = 2 * time.Second
	defaultTasks     = 1 << 16
	defaultBytes     = 64 << 20
	firstBackoff     = 100 * time.Millisecond
	maxArtefacts     = 1 << 10 // announced in a hello
	reserveBelow     = 0.25    // seconds a task
)

// loop owns the worker's state; only its goroutine touches it.
type loop struct {
	cfg   Config
	id    [16]byte
	slots []*slot
	stop  atomic.Bool // tells slots to give back what they have not begun

	ready   chan *lease
	batches chan *batch

	plans   map[sweeps.BlockID]*sweeps.Plan
	leases  map[*lease]bool // waiting or under way
	waiting []*lease
	pulled  int // leases asked for and not yet come
	out     outbox

	session  *session
	dialled  chan dialled
	backoff  time.Duration
	retryAt  time.Time // zero while an attempt is under way or a session stands
	database []byte
	window   struct{ tasks, bytes int }
	beat     time.Duration
	lastBeat time.Time

	idleSince time.Time
	// taskSeconds is how long tasks take, as the last batch shows.
	taskSeconds float32
	stopping    bool // no more leases are wanted
	deadline    time.Time
	cut         bool // running tasks have been cut short

	idle      bool // the coordinator says that there is nothing to do
	restart   bool // a task goes beyond its limits: Run returns ErrRestart
	restartAt time.Time
	memoryAt  time.Time
}

type dialled struct {
	session *session
	err     error
}

func newLoop(cfg Config) *loop {
	w := &loop{cfg: cfg, ready: make(chan *lease), batches: make(chan *batch, 64), plans: map[sweeps.BlockID]*sweeps.Plan{},
		leases: map[*lease]bool{}, dialled: make(chan dialled, 1), beat: defaultHeartbeat, idleSince: time.Now(), retryAt: time.Now()}
	w.window.tasks, w.window.bytes = defaultTasks, defaultBytes
	var log *taskLog
	if cfg.TaskLog != nil {
		log = &taskLog{w: cfg.TaskLog}
	}
	shared := &setCache{target: cfg.Target}
	for i := range cfg.Slots {
		w.slots = append(w.slots, &slot{number: i, threads: cfg.threads(), batch: cfg.BatchTasks, out: w.batches, stop: &w.stop, log: log, timeout: cfg.TaskTimeout, cache: cfg.Artefacts, sets: shared, program: cfg.commands})
	}
	return w
}

// run handles one event at a time until there is nothing left to do.
func (w *loop) run(ctx context.Context) error {
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	sessions, endSessions := context.WithCancel(context.WithoutCancel(ctx))
	defer endSessions()
	defer func() {
		if w.session != nil {
			w.session.close()
		}
	}()
	done := ctx.Done()
	for {
		if err, over := w.over(); over {
			return err
		}
		var (
			offer   chan<- *lease
			head    *lease
			send    chan<- []*gardnerv1.WorkerMessage
			in      <-chan *gardnerv1.CoordinatorMessage
			broken  <-chan error
			batches <-chan *batch
		)
		if len(w.waiting) > 0 {
			offer, head = w.ready, w.waiting[0]
		}
		if w.session != nil {
			in, broken = w.session.in, w.session.err
			if len(w.out.unsent) > 0 {
				send = w.session.out
			}
		}
		// Too much unacknowledged: slots wait. Nothing is thrown away.
		if w.room() {
			batches = w.batches
		}
		select {
		case <-done:
			done = nil
			w.drain("interrupted")
		case offer <- head:
			w.waiting = w.waiting[1:]
		case send <- w.out.unsent:
			w.out.unsent = nil
		case b := <-batches:
			w.collect(b)
			for n := len(w.batches); n > 0 && w.room(); n-- { // one wake-up for all that is there
				w.collect(<-w.batches)
			}
		case m := <-in:
			if err := w.receive(m); err != nil {
				return err
			}
		case err := <-broken:
			if err := w.disconnected(err); err != nil {
				return err
			}
		case d := <-w.dialled:
			if err := w.connected(d); err != nil {
				return err
			}
		case now := <-tick.C:
			w.tick(sessions, now)
		}
		w.pull()
	}
}

// room reports whether more results may be taken from slots.
func (w *loop) room() bool {
	return w.out.tasks < w.window.tasks && w.out.bytes < w.window.bytes || w.stopping
}

// over reports whether the worker may leave.
func (w *loop) over() (error, bool) {
	if !w.stopping {
		return nil, false
	}
	if len(w.leases) == 0 && w.out.empty() {
		w.goodbye()
		if w.restart {
			return ErrRestart, true
		}
		return nil, true
	}
	if w.restart {
		return ErrRestart, time.Now().After(w.restartAt)
	}
	if time.Now().After(w.deadline.Add(max(w.cfg.Grace, 5*leaveWithin))) {
		return fmt.Errorf("worker: %d results could not be handed in before the end and will be computed again", w.out.tasks), true
	}
	return nil, false
}

// goodbye tells the coordinator that nothing is held any more. It is a courtesy:
// without it the coordinator finds out from the end of the stream.
func (w *loop) goodbye() {
	if w.session == nil {
		return
	}
	limit := time.After(time.Second)
	select {
	case w.session.out <- append(w.out.unsent, &gardnerv1.WorkerMessage{Message: &gardnerv1.WorkerMessage_Goodbye{Goodbye: &gardnerv1.Goodbye{}}}):
	case <-limit:
		return
	}
	close(w.session.out)
	for {
		select {
		case <-w.session.err: //nolint:errcheck // the stream has ended, which is all that was waited for
			return
		case <-w.session.in:
		case <-limit:
			return
		}
	}
}

// tick does what is due: connecting, flushing, heartbeats, deadlines.
func (w *loop) tick(ctx context.Context, now time.Time) {
	if w.session == nil && !w.retryAt.IsZero() && !now.Before(w.retryAt) {
		w.retryAt = time.Time{}
		hello := w.hello()
		go func() {
			s, err := connect(ctx, w.cfg.Target, hello)
			w.dialled <- dialled{s, err}
		}()
	}
	for _, s := range w.slots {
		if b := s.take(now.Add(-batchAge)); b != nil {
			w.collect(b)
		}
	}
	if w.session != nil && now.Sub(w.lastBeat) >= w.beat {
		w.lastBeat = now
		w.out.say(&gardnerv1.WorkerMessage{Message: &gardnerv1.WorkerMessage_Heartbeat{Heartbeat: w.heartbeat(now)}})
	}
	if len(w.leases) > 0 || !w.out.empty() || !w.idle || w.session == nil {
		w.idleSince = now
	}
	w.limits(now)
	if w.cfg.ExitWhenIdle > 0 && !w.stopping && now.Sub(w.idleSince) >= w.cfg.ExitWhenIdle {
		w.drain(fmt.Sprintf("idle for %v", w.cfg.ExitWhenIdle))
	}
	if w.stopping && !w.cut && now.After(w.deadline) {
		w.cut = true
		w.cancelAll()
	}
	if w.cut && len(w.leases) > 0 && now.After(w.deadline.Add(leaveWithin)) {
		w.leaveNow(nil) // a task does not heed its context
	}
}

// drain gives back everything not begun and lets running tasks finish.
func (w *loop) drain(why string) {
	if w.stopping {
		return
	}
	w.cfg.Logger.Info("stopping", "why", why, "leases", len(w.leases))
	w.stopping, w.deadline = true, time.Now().Add(w.cfg.Grace)
	w.stop.Store(true)
	for _, l := range w.waiting {
		w.giveBack(l, &gardnerv1.Range{Lo: l.lo, Hi: l.hi})
		w.forget(l)
	}
	w.waiting = nil
	now := time.Now()
	for _, s := range w.slots {
		if r := s.current(); r != nil && w.hopeless(r, now) {
			r.lease.cancel()
		}
	}
}

func (w *loop) cancelAll() {
	for l := range w.leases {
		l.cancel()
	}
}

func (w *loop) forget(l *lease) {
	l.cancel()
	delete(w.leases, l)
}

// collect puts what a slot hands in into the outbox.
func (w *loop) collect(b *batch) {
	l := b.lease
	if !w.leases[l] {
		return // its database is gone, or it was settled by a hurried end
	}
	if len(b.results.Ordinals) > 0 {
		b.results.Batch, b.results.Seal = w.out.number(), l.seal
		w.taskSeconds = mean(b.results.Seconds)
		w.out.put(&gardnerv1.WorkerMessage{Message: &gardnerv1.WorkerMessage_Results{Results: &b.results}})
	}
	if b.failure != nil {
		w.cfg.Logger.Warn("task failed", "block", l.id.Short(), "ordinal", b.failure.Ordinal, "kind", b.failure.Kind, "error", b.failure.Message)
		b.failure.Batch, b.failure.Seal = w.out.number(), l.seal
		w.out.put(&gardnerv1.WorkerMessage{Message: &gardnerv1.WorkerMessage_Failure{Failure: b.failure}})
	}
	if b.back != nil && !l.revoked {
		w.giveBack(l, b.back)
	}
	if b.end {
		w.forget(l)
	}
}

func (w *loop) giveBack(l *lease, r *gardnerv1.Range) {
	n := w.out.number()
	w.out.put(&gardnerv1.WorkerMessage{Message: &gardnerv1.WorkerMessage_GiveBack{
		GiveBack: &gardnerv1.GiveBack{Batch: n, Seal: l.seal, Ranges: []*gardnerv1.Range{r}}}})
}

// pull asks for a lease for every free slot, and for one in reserve while tasks are short: a reserve of long ones would
// wait here while another worker is idle.
func (w *loop) pull() {
	want := len(w.slots) - len(w.leases) - w.pulled
	if w.taskSeconds < reserveBelow {
		want++
	}
	if w.session == nil || w.stopping || want <= 0 {
		return
	}
	w.pulled += want
	w.out.say(&gardnerv1.WorkerMessage{Message: &gardnerv1.WorkerMessage_Pull{Pull: &gardnerv1.Pull{Leases: uint32(want)}}})
}

// hello introduces the worker to a new session.
func (w *loop) hello() *gardnerv1.Hello {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	h := &gardnerv1.Hello{Protocol: Protocol, Version: w.cfg.Version, Worker: bytes.Clone(w.id[:]), Fingerprint: w.cfg.Fingerprint,
		Host: host, Pid: uint32(os.Getpid()), Slots: uint32(w.cfg.Slots)}
	for _, name := range w.cfg.Registry.Names() {
		if e, err := w.cfg.Registry.Lookup(name); err == nil {
			h.Experiments = append(h.Experiments, &gardnerv1.ExperimentVersion{Name: name, Version: uint32(e.Version)})
		}
	}
	if w.cfg.Commands != nil {
		can := &gardnerv1.ExperimentVersion{Name: sweeps.AnyCommand, Version: 1}
		if e := w.cfg.OnlyCommand; e != nil {
			can = &gardnerv1.ExperimentVersion{Name: e.Name, Version: uint32(e.Version)}
		}
		h.Experiments = append(h.Experiments, can)
	}
	h.Held = w.held()
	if c, ok := w.cfg.Artefacts.(interface{ Groups(most int) []uint64 }); ok {
		h.Artefacts = c.Groups(maxArtefacts)
	}
	return h
}

// held lists what is not settled: leases waiting or under way as a whole, and of those that have ended what the
// coordinator has not acknowledged.
func (w *loop) held() []*gardnerv1.Held {
	var held []*gardnerv1.Held
	whole := map[string]bool{}
	for l := range w.leases {
		if l.revoked {
			continue // its running task may take a while to notice; nothing of the lease will be given back
		}
		whole[string(l.seal)] = true
		held = append(held, &gardnerv1.Held{Seal: l.seal, Ranges: []*gardnerv1.Range{{Lo: l.lo, Hi: l.hi}}})
	}
	rest := map[string]*gardnerv1.Held{}
	w.out.each(func(seal []byte, ordinal uint64) {
		if whole[string(seal)] {
			return
		}
		h := rest[string(seal)]
		if h == nil {
			h = &gardnerv1.Held{Seal: seal}
			rest[string(seal)] = h
			held = append(held, h)
		}
		if n := len(h.Ranges); n > 0 && h.Ranges[n-1].Hi == ordinal {
			h.Ranges[n-1].Hi++
			return
		}
		h.Ranges = append(h.Ranges, &gardnerv1.Range{Lo: ordinal, Hi: ordinal + 1})
	})
	return held
}

func (w *loop) heartbeat(now time.Time) *gardnerv1.Heartbeat {
	h := &gardnerv1.Heartbeat{}
	for _, s := range w.slots {
		if r := s.current(); r != nil {
			h.Running = append(h.Running, &gardnerv1.Running{Seal: r.lease.seal, Ordinal: r.ordinal,
				Fraction: r.done(), Seconds: float32(now.Sub(r.start).Seconds())})
		}
	}
	return h
}

// connected begins a session, or plans the next attempt.
func (w *loop) connected(d dialled) error {
	if d.err != nil {
		return w.later(d.err)
	}
	if w.database != nil && !bytes.Equal(w.database, d.session.welcome.Database) {
		w.cfg.Logger.Warn("another database is at the other end: what was held for the old one is dropped",
			"leases", len(w.leases), "results", w.out.tasks)
		for l := range w.leases {
			w.forget(l)
		}
		w.waiting, w.plans = nil, map[sweeps.BlockID]*sweeps.Plan{}
		w.out.drop()
	}
	welcome := d.session.welcome
	w.session, w.database, w.backoff, w.pulled, w.lastBeat = d.session, welcome.Database, 0, 0, time.Now()
	w.idle = false
	if welcome.HeartbeatMilliseconds > 0 {
		w.beat = time.Duration(welcome.HeartbeatMilliseconds) * time.Millisecond
	}
	if welcome.WindowTasks > 0 {
		w.window.tasks = int(welcome.WindowTasks)
	}
	if welcome.WindowBytes > 0 {
		w.window.bytes = int(min(welcome.WindowBytes, 1<<40))
	}
	w.out.again()
	w.cfg.Logger.Info("connected", "coordinator", w.cfg.Target.String(), "version", welcome.Version, "unacknowledged", w.out.tasks)
	return nil
}

func (w *loop) disconnected(err error) error {
	w.session.close()
	w.session = nil
	return w.later(ended(err))
}

// later plans the next attempt to connect; a refusal for good is returned.
func (w *loop) later(err error) error {
	if permanent(err, w.cfg.Target.Rereads()) {
		return fmt.Errorf("worker: %w", err)
	}
	if w.stopping && len(w.leases) == 0 && errors.Is(err, context.Canceled) {
		return nil
	}
	w.backoff = min(max(2*w.backoff, firstBackoff), w.cfg.MaxBackoff)
	pause := w.backoff/2 + rand.N(w.backoff) // workers that lost the same coordinator do not return as one wave
	w.retryAt = time.Now().Add(pause)
	w.cfg.Logger.Warn("not connected", "error", err, "again_in", pause.Round(time.Millisecond))
	return nil
}

func mean(x []float32) float32 {
	sum := float32(0)
	for _, v := range x {
		sum += v
	}
	return sum / float32(len(x))
}
