package worker

import (
	"context"
	"fmt"
	"io"
	"math"
	"sync"
	"sync/atomic"
	"time"

	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// A batch is handed to the loop when it has so many tasks or bytes, or when its
// first task is that old: large enough to be cheap, small enough that little
// waits.
const (
	batchTasks = 1000
	batchBytes = 256 << 10
	batchAge   = 100 * time.Millisecond
)

// batch is what a slot hands to the loop: finished tasks of one lease, at most
// one failure, and the tasks it returns when it ends a lease early.
type batch struct {
	slot    int
	lease   *lease
	results gardnerv1.Results
	failure *gardnerv1.Failure
	back    *gardnerv1.Range
	end     bool // the slot is done with the lease
}

// slot runs one lease at a time.
type slot struct {
	number  int
	threads int
	batch   int // tasks of a full batch
	out     chan<- *batch
	stop    *atomic.Bool // set when leases under way are to be given back
	log     *taskLog
	timeout time.Duration        // of a task; 0: none
	cache   sweeps.ArtefactCache // may be nil
	sets    *setCache
	program func(*sweeps.Experiment) sweeps.Commands

	mu      sync.Mutex // guards the rest
	running *running
	pending *batch    // results not handed to the loop yet
	since   time.Time // start of its first task
}

// running is the task under way, for heartbeats.
type running struct {
	lease    *lease
	ordinal  uint64
	start    time.Time
	fraction atomic.Uint32 // float32 bits
}

// done is the fraction that the experiment last reported.
func (r *running) done() float32 { return math.Float32frombits(r.fraction.Load()) }

func (s *slot) current() *running {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running
}

func (s *slot) setRunning(r *running) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = r
}

// serve runs leases until there are no more.
func (s *slot) serve(leases <-chan *lease) {
	for l := range leases {
		s.run(l)
	}
}

// run computes the lease's tasks in order. However it ends, the last batch says
// so, and every task is in exactly one of results, failures and returns, unless
// the lease was revoked.
func (s *slot) run(l *lease) {
	var back *gardnerv1.Range
	for ordinal := l.lo; ordinal < l.hi && back == nil; ordinal++ {
		if s.stop.Load() || l.ctx.Err() != nil {
			back = &gardnerv1.Range{Lo: ordinal, Hi: l.hi}
			break
		}
		start := time.Now()
		record, err := s.task(l, ordinal, start)
		seconds := float32(time.Since(start).Seconds())
		switch {
		case err == nil:
			if b := s.add(l, ordinal, record, seconds, start); b != nil {
				s.out <- b
			}
		case l.ctx.Err() != nil: // not the task's fault: it was cut short
			back = &gardnerv1.Range{Lo: ordinal, Hi: l.hi}
		default:
			kind, message := classify(err)
			s.out <- &batch{slot: s.number, lease: l,
				failure: &gardnerv1.Failure{Ordinal: ordinal, Kind: kind, Message: message, Seconds: seconds}}
		}
	}
	last := s.take(time.Time{})
	if last == nil {
		last = &batch{slot: s.number, lease: l}
	}
	last.back, last.end = back, true
	s.out <- last
}

// add puts a result into the pending batch and returns it once it is full or
// old.
func (s *slot) add(l *lease, ordinal uint64, record []byte, seconds float32, start time.Time) *batch {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending == nil {
		s.pending, s.since = &batch{slot: s.number, lease: l}, start
	}
	r := &s.pending.results
	r.Ordinals = append(r.Ordinals, ordinal)
	r.Sizes = append(r.Sizes, uint32(len(record)))
	r.Records = append(r.Records, record...)
	r.Seconds = append(r.Seconds, seconds)
	if len(r.Ordinals) < s.batch && len(r.Records) < batchBytes && time.Since(s.since) < batchAge {
		return nil
	}
	return s.takeLocked()
}

// take returns the pending batch if it is older than before, or in any case if
// before is zero: the loop collects what waits behind a long task.
func (s *slot) take(before time.Time) *batch {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending == nil || !before.IsZero() && s.since.After(before) {
		return nil
	}
	return s.takeLocked()
}

func (s *slot) takeLocked() *batch {
	b := s.pending
	s.pending = nil
	return b
}

// task runs one task and encodes its rows.
func (s *slot) task(l *lease, ordinal uint64, start time.Time) ([]byte, error) {
	r := &running{lease: l, ordinal: ordinal, start: start}
	s.setRunning(r)
	defer s.setRunning(nil)
	if err := s.log.started(l.id, ordinal); err != nil {
		return nil, err
	}
	t := l.plan.Task(ordinal, l.mask)
	t.Threads, t.Artefacts, t.Sets, t.Commands = s.threads, s.cache, s.sets.get, s.program(l.plan.Experiment)
	t.Progress = func(fraction float64) { r.fraction.Store(math.Float32bits(float32(fraction))) }
	ctx := l.ctx
	if s.timeout > 0 {
		limited, cancel := context.WithTimeout(ctx, s.timeout)
		defer cancel()
		ctx = limited
	}
	rows, err := t.Run(ctx)
	switch {
	case err != nil && l.ctx.Err() == nil && ctx.Err() != nil:
		return nil, &timeoutError{limit: s.timeout, err: err}
	case err != nil:
		return nil, err
	}
	return sweeps.EncodeRecord(l.plan.Experiment, l.plan.Rows(), l.mask, rows), nil
}

// taskLog writes a line per execution; nil writes nothing.
type taskLog struct {
	mu sync.Mutex // guards w
	w  io.Writer
}

func (t *taskLog) started(block sweeps.BlockID, ordinal uint64) error {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, err := fmt.Fprintf(t.w, "%s %d\n", block, ordinal); err != nil {
		return fmt.Errorf("cannot write the task log: %w", err)
	}
	return nil
}
