package scheduler

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"gardner/sweeps"
)

// WorkerID numbers the workers of one coordinator process.
type WorkerID uint64

// Worker is what a worker says of itself.
type Worker struct {
	Name  string // for failures' records
	Slots int
	// Fingerprint tells which workers compute equal bits.
	Fingerprint string
	// Groups are the artefacts it says it has (sweeps.Groups, Key), those used last first.
	Groups []uint64
	// Can holds "experiment@version" for all that it can run; of sweeps.AnyCommand if that is the commands of any sweep.
	Can map[string]bool
}

// Claim is a lease a joining worker says it holds, as its seal proves, and the tasks of it that are not settled.
type Claim struct {
	Lease
	Left []Span
}

// Running is a task in a worker's slot.
type Running struct {
	Lease    LeaseID
	Block    sweeps.BlockID
	Ordinal  uint64
	Fraction float32
	Seconds  float32
}

type worker struct {
	Worker
	id        WorkerID
	connected bool
	heard     time.Duration
	want      int
	idle      bool              // it was told so
	gathered  []*gathered       // groups it goes on with, the latest last
	has       map[uint64]uint64 // key of a group -> when it was given, in uses
	leases    map[LeaseID]*lease
	running   []Running
	told      time.Duration // when it said what is running
	suspect   *lease        // the one lease of suspects it may have
	done      uint64
	failed    uint64
	pace      pace   // its seconds against those its tasks take on average
	served    uint64 // epoch in which nothing was found for it
}

// anyCommand is in Can where a worker runs the commands of any sweep.
const anyCommand = sweeps.AnyCommand + "@1"

// can reports whether a worker runs the tasks of a block.
func (w *worker) can(b *block) bool {
	return w.Can[b.experiment] || b.block.Command != "" && w.Can[anyCommand]
}

func experimentID(name string, version int) string { return fmt.Sprintf("%s@%d", name, version) }

// Join begins a session of a worker, new or back again. What it holds of its claims stays leased to it; its other
// leases never reached it and are returned.
func (s *Scheduler) Join(now time.Duration, id WorkerID, info Worker, held []Claim) {
	s.at(now)
	w := s.workers[id]
	if w == nil {
		w = &worker{id: id, leases: map[LeaseID]*lease{}}
		s.workers[id] = w
	}
	s.fingerprints[info.Fingerprint] = true
	w.Worker, w.connected, w.heard, w.running, w.idle = info, true, now, nil, false
	for _, key := range slices.Backward(info.Groups) {
		s.remember(w, key)
	}
	s.stopWanting(w)
	// What was to be taken from the session before this one is not this one's: it says itself what it holds.
	s.actions = slices.DeleteFunc(s.actions, func(a Action) bool {
		r, ok := a.(Revoke)
		return ok && r.Worker == id
	})
	claimed := map[LeaseID]bool{}
	for _, c := range held {
		claimed[c.ID] = true
		s.claim(w, c)
	}
	for _, l := range w.sortedLeases() {
		if !claimed[l.id] {
			s.returnLease(l)
		}
	}
	s.epoch++
}

// claim keeps or takes over a lease: of its unsettled tasks, those nobody else was given.
func (s *Scheduler) claim(w *worker, c Claim) {
	b := s.blocks[c.Block]
	if b == nil || c.Lo >= c.Hi || c.Hi > b.tasks || c.Hi-c.Lo > uint64(s.cfg.MaxLease) {
		return
	}
	l := s.leases[c.ID]
	switch {
	case l == nil:
		l = s.open(s.last, c.ID, w, b, c.Lo, c.Hi)
		l.started = true
		for _, sp := range c.Left {
			for ordinal := max(sp.Lo, c.Lo); ordinal < min(sp.Hi, c.Hi); ordinal++ {
				if !b.out.Has(ordinal) {
					b.out.Set(ordinal)
					l.add(ordinal)
				}
			}
		}
	case l.worker == w && l.block == b:
		l.started = true
		l.each(func(ordinal uint64) {
			if !slices.ContainsFunc(c.Left, func(sp Span) bool { return sp.Lo <= ordinal && ordinal < sp.Hi }) {
				s.giveUp(l, ordinal)
			}
		})
	default:
		return
	}
	s.closeIfEmpty(l)
}

// Heard says that a message of the worker has arrived: it lives.
func (s *Scheduler) Heard(now time.Duration, id WorkerID) {
	s.at(now)
	if w := s.workers[id]; w != nil {
		w.heard = max(w.heard, now)
	}
}

// Heartbeat says what the worker is running.
func (s *Scheduler) Heartbeat(now time.Duration, id WorkerID, running []Running) {
	s.Heard(now, id)
	w := s.workers[id]
	if w == nil {
		return
	}
	w.running, w.told = running, now
	for _, r := range running {
		if l := w.leases[r.Lease]; l != nil {
			l.started = true
		}
	}
}

// Pull says that the worker wants n more leases.
func (s *Scheduler) Pull(now time.Duration, id WorkerID, n int) {
	s.Heard(now, id)
	w := s.workers[id]
	if w == nil || !w.connected || n <= 0 {
		return
	}
	if w.want == 0 {
		s.hungry = append(s.hungry, w)
	}
	w.want = min(w.want+n, maxWant)
	w.served = 0
}

// maxWant bounds the leases a worker can ask for at once.
const maxWant = 1 << 12

// sated forgets the wishes of workers that have what they asked for.
func (s *Scheduler) sated() {
	s.hungry = slices.DeleteFunc(s.hungry, func(w *worker) bool { return w.want == 0 })
}

func (s *Scheduler) stopWanting(w *worker) {
	if w.want > 0 {
		w.want = 0
		s.hungry = slices.DeleteFunc(s.hungry, func(x *worker) bool { return x == w })
	}
}

// Leave says that a session has ended. After a goodbye the worker is gone and what it held is returned; after a broken
// connection it has until its leases expire to come back.
func (s *Scheduler) Leave(now time.Duration, id WorkerID, goodbye bool) {
	s.at(now)
	w := s.workers[id]
	if w == nil {
		return
	}
	w.connected = false
	s.stopWanting(w)
	s.epoch++ // tasks that waited for another worker than the one that failed them
	if !goodbye {
		return
	}
	for _, l := range w.sortedLeases() {
		s.returnLease(l)
	}
	delete(s.workers, id)
}

// lose gives up a worker that was silent for too long. What it had started is suspect.
func (s *Scheduler) lose(w *worker) {
	s.stopWanting(w)
	for _, l := range w.sortedLeases() {
		if l.started {
			l.lost = true
			s.suspectLease(l)
		} else {
			s.returnLease(l)
		}
	}
	if w.connected {
		s.act(Dismiss{Worker: w.id})
	}
	delete(s.workers, w.id)
	s.epoch++
}

// another reports whether a connected worker other than w can run the block.
func (s *Scheduler) another(w *worker, b *block) bool {
	for _, x := range s.workers {
		if x != w && x.connected && x.can(b) {
			return true
		}
	}
	return false
}

func (w *worker) sortedLeases() []*lease {
	out := make([]*lease, 0, len(w.leases))
	for _, l := range w.leases {
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b *lease) int { return cmp.Compare(a.id, b.id) })
	return out
}

func (s *Scheduler) sortedWorkers() []*worker {
	out := make([]*worker, 0, len(s.workers))
	for _, w := range s.workers {
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b *worker) int { return cmp.Compare(a.id, b.id) })
	return out
}
