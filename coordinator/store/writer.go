package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
)

// job is one call that changes the database: results, or an op on the sparse
// buckets.
type job struct {
	entries  []entry
	numerics string // fingerprint of the worker that computed entries, all of one block; empty: unknown
	outcomes []Outcome
	done     func([]Outcome, error)

	op    func(tx *bolt.Tx) error // must check before it changes anything
	after func()                  // under Store.mu, once durable
	err   error                   // of op
}

func (j *job) weight() int { return max(1, len(j.entries)) }

// writer is the one goroutine that writes. While it waits for the disk, jobs
// gather; all of them (up to MaxBatch results) form the next transaction. So
// commits adapt to the disk by themselves: a slow sync means larger batches.
type writer struct {
	s *Store

	mu      sync.Mutex // guards the fields below
	wake    *sync.Cond // something was queued, or the writer must stop
	room    *sync.Cond // the queue has become shorter
	queue   []*job
	queued  int // results and ops in queue
	closing bool
	dead    error      // final: nothing is accepted any more
	sick    *DiskError // the last commit failed

	answers chan []*job // committed jobs, to be told
	stopped chan struct{}
	told    chan struct{}

	// Scratch of the writer's goroutine.
	sorted    []*entry
	key       []byte
	unsettled bool // a commit failed: see settle
}

func (s *Store) start() {
	w := &writer{s: s, answers: make(chan []*job, 4), stopped: make(chan struct{}), told: make(chan struct{})}
	w.wake, w.room = sync.NewCond(&w.mu), sync.NewCond(&w.mu)
	s.w = w
	go w.run()
	go w.tell()
}

// stop drains the queue and reports whether the file can be closed in order.
func (w *writer) stop() bool {
	w.mu.Lock()
	w.closing = true
	w.wake.Broadcast()
	w.room.Broadcast()
	w.mu.Unlock()
	<-w.stopped
	<-w.told
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dead == nil || errors.Is(w.dead, ErrCrash)
}

func (w *writer) health() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead != nil {
		return w.dead
	}
	if w.sick != nil {
		e := *w.sick
		return &e
	}
	return nil
}

// enqueue hands a job to the writer, waiting for room.
func (w *writer) enqueue(j *job) {
	w.mu.Lock()
	for w.queued >= w.s.opt.MaxQueue && !w.closing && w.dead == nil {
		w.room.Wait()
	}
	if err := w.dead; err != nil || w.closing {
		w.mu.Unlock()
		switch {
		case errors.Is(err, ErrCrash):
			// A killed process tells nobody anything.
		case err != nil:
			j.done(nil, err)
		default:
			j.done(nil, ErrClosed)
		}
		return
	}
	w.queue = append(w.queue, j)
	w.queued += j.weight()
	if len(w.queue) == 1 {
		w.wake.Signal()
	}
	w.mu.Unlock()
}

// do runs op in the next transaction and waits until it is durable.
func (s *Store) do(op func(tx *bolt.Tx) error, after func()) error {
	if s.w == nil {
		return fmt.Errorf("write to %s: %w", s.path, ErrReadOnly)
	}
	ch := make(chan error, 1)
	s.w.enqueue(&job{op: op, after: after, done: func(_ []Outcome, err error) { ch <- err }})
	select {
	case err := <-ch:
		return err
	case <-s.w.told:
	}
	select {
	case err := <-ch:
		return err
	default:
		return s.w.health()
	}
}

// take waits for jobs and removes one transaction's worth from the queue. A sick
// writer is woken by its timer even without jobs, to find out whether the disk
// has recovered. ok is false when there is nothing left to do.
func (w *writer) take() (batch []*job, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.queue) == 0 && !w.closing && w.sick == nil {
		w.wake.Wait()
	}
	if len(w.queue) == 0 {
		return nil, !w.closing
	}
	n, results := 0, 0
	for n < len(w.queue) && (n == 0 || results+w.queue[n].weight() <= w.s.opt.MaxBatch) {
		results += w.queue[n].weight()
		n++
	}
	batch = slices.Clone(w.queue[:n])
	rest := copy(w.queue, w.queue[n:])
	clear(w.queue[rest:])
	w.queue = w.queue[:rest]
	w.queued -= results
	w.room.Broadcast()
	return batch, true
}

// run is the writer's goroutine.
func (w *writer) run() {
	defer close(w.stopped)
	defer close(w.answers)
	pause := w.s.opt.RetryAfter
	for {
		batch, ok := w.take()
		if !ok {
			return
		}
		err := w.attempt(batch)
		var corrupt *CorruptError
		switch {
		case errors.Is(err, ErrCrash):
			w.die(err)
			return
		case errors.As(err, &corrupt):
			// A panic inside bbolt: its state cannot be trusted any more.
			w.die(err)
			w.fail(batch, err)
			return
		case err != nil:
			sick := w.failed(err)
			w.fail(batch, sick)
			if w.wait(pause) {
				pause = min(2*pause, MaxRetryAfter)
			}
			continue
		}
		w.recovered()
		pause = w.s.opt.RetryAfter
		if len(batch) > 0 {
			w.answers <- batch
		}
	}
}

// attempt commits a batch. Without jobs it finds out whether a sick disk has
// recovered; a full one must take a file first, for an empty transaction needs no
// room and says nothing.
func (w *writer) attempt(batch []*job) error {
	if len(batch) == 0 {
		if err := probe(w.s.path); err != nil {
			return err
		}
	}
	return guard(w.s.path, func() error { return w.commit(batch) })
}

// probe writes and removes a small file beside the database.
func probe(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".probe-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(make([]byte, 1<<18))
	return errors.Join(err, f.Sync(), f.Close())
}

// die ends the writer for good; what is queued is refused.
func (w *writer) die(err error) {
	w.mu.Lock()
	w.dead = err
	rest := w.queue
	w.queue, w.queued = nil, 0
	w.room.Broadcast()
	w.mu.Unlock()
	if !errors.Is(err, ErrCrash) {
		w.fail(rest, err)
		w.s.opt.Logger.Error("database writer stopped", "error", err)
	}
}

// fail tells the jobs of a transaction that it did not happen.
func (w *writer) fail(batch []*job, err error) {
	for _, j := range batch {
		j.err, j.outcomes = err, nil
	}
	if len(batch) > 0 {
		w.answers <- batch
	}
}

// failed notes that a commit failed and returns what to tell its jobs.
func (w *writer) failed(err error) *DiskError {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sick == nil {
		w.sick = &DiskError{Path: w.s.path, Since: time.Now()}
	}
	w.sick.Err = err
	w.sick.Attempts++
	e := *w.sick
	if e.Attempts == 1 {
		w.s.opt.Logger.Error("commit failed; results are not acknowledged until one succeeds", "error", err)
	}
	return &e
}

func (w *writer) recovered() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sick != nil {
		w.s.opt.Logger.Info("commits succeed again", "failed attempts", w.sick.Attempts)
		w.sick = nil
	}
}

// wait lets a sick disk rest; Close cuts it short. It reports whether it waited in full.
func (w *writer) wait(d time.Duration) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	rested := false
	timer := time.AfterFunc(d, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		rested = true
		w.wake.Broadcast()
	})
	defer timer.Stop()
	for !w.closing && !rested {
		w.wake.Wait()
	}
	return !w.closing
}

// tell calls the done functions, in order, on a goroutine of its own so that the
// next transaction does not wait for them.
func (w *writer) tell() {
	defer close(w.told)
	for batch := range w.answers {
		for _, j := range batch {
			if j.done == nil {
				continue
			}
			if j.err != nil {
				j.done(nil, j.err)
			} else {
				j.done(j.outcomes, nil)
			}
		}
	}
}
