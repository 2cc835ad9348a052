package worker

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"

	gardnerv1 "gardner/proto/gardner/v1"
)

// ErrRestart is what Run returns when a task does not end after its time limit, or
// holds more memory than there is: the task was reported, everything else given
// back, and only a new process gets rid of it. Start this one again.
var ErrRestart = errors.New("worker: a task can be ended only by ending the process")

const (
	// hardSlack is how long after its limit a task may take to return.
	hardSlack = 10 * time.Second
	// restartWithin bounds the wait for acknowledgements before a restart.
	restartWithin = 10 * time.Second
	// leaveWithin is how long a task may take to return when it is cut short at the
	// worker's end.
	leaveWithin = time.Second
	memoryEvery = 500 * time.Millisecond
)

// hardLimit is when a task that does not return costs the process.
func (c *Config) hardLimit() time.Duration {
	if c.HardTimeout > 0 {
		return c.HardTimeout
	}
	return c.TaskTimeout + max(hardSlack, c.TaskTimeout/4)
}

// limits looks for tasks beyond the limits.
func (w *loop) limits(now time.Time) {
	if w.restart {
		return
	}
	if w.cfg.TaskTimeout > 0 {
		if s, r := w.oldest(); r != nil && now.Sub(r.start) > w.cfg.hardLimit() {
			w.abandon(now, s, gardnerv1.FailureKind_FAILURE_KIND_TIMEOUT, fmt.Sprintf("it still ran %v after its start, and does not stop at its limit of %v",
				now.Sub(r.start).Round(time.Millisecond), w.cfg.TaskTimeout))
			return
		}
	}
	if w.cfg.MemoryLimit > 0 && now.Sub(w.memoryAt) >= memoryEvery {
		w.memoryAt = now
		if w.cfg.Memory() <= w.cfg.MemoryLimit {
			return
		}
		debug.FreeOSMemory() // what is no longer used is nobody's fault
		used := w.cfg.Memory()
		if s, _ := w.oldest(); s != nil && used > w.cfg.MemoryLimit {
			w.abandon(now, s, gardnerv1.FailureKind_FAILURE_KIND_MEMORY, fmt.Sprintf("the worker used %d MB of memory while it ran, the limit is %d MB",
				used>>20, w.cfg.MemoryLimit>>20))
		}
	}
}

// oldest returns the slot whose task runs longest: with memory short it is the most
// likely culprit, for short tasks come and go.
func (w *loop) oldest() (*slot, *running) {
	var at *slot
	var task *running
	for _, s := range w.slots {
		if r := s.current(); r != nil && w.leases[r.lease] && (task == nil || r.start.Before(task.start)) {
			at, task = s, r
		}
	}
	return at, task
}

// abandon reports the task of one slot and ends the worker.
func (w *loop) abandon(now time.Time, culprit *slot, kind gardnerv1.FailureKind, message string) {
	r := culprit.current()
	if r == nil {
		return // it has just ended
	}
	w.cfg.Logger.Error("a task goes beyond its limits: it is reported, and this process ends", "block", r.lease.id.Short(),
		"ordinal", r.ordinal, "error", message)
	n := w.out.number()
	w.out.put(&gardnerv1.WorkerMessage{Message: &gardnerv1.WorkerMessage_Failure{Failure: &gardnerv1.Failure{
		Batch: n, Seal: r.lease.seal, Ordinal: r.ordinal, Kind: kind, Message: message, Seconds: float32(now.Sub(r.start).Seconds())}}})
	w.restart, w.restartAt = true, now.Add(restartWithin)
	w.leaveNow(r)
}

// leaveNow hands in what is finished and gives back all the rest without waiting for
// the slots; failed, which may be nil, has been reported.
func (w *loop) leaveNow(failed *running) {
	w.stopping = true
	w.stop.Store(true)
	// First where each slot is, then what it has finished: a task that ends in between is handed in and given back,
	// which costs nothing.
	at := map[*lease]uint64{}
	for _, s := range w.slots {
		if r := s.current(); r != nil {
			at[r.lease] = r.ordinal
		}
	}
	for blocked := true; blocked; {
		select {
		case b := <-w.batches:
			w.collect(b)
		default:
			blocked = false
		}
	}
	for _, s := range w.slots {
		if b := s.take(time.Time{}); b != nil {
			w.collect(b)
		}
	}
	for l := range w.leases {
		lo := l.lo
		if o, ok := at[l]; ok {
			lo = o
		}
		if failed != nil && failed.lease == l {
			lo = failed.ordinal + 1
		}
		if lo < l.hi && !l.revoked {
			w.giveBack(l, &gardnerv1.Range{Lo: lo, Hi: l.hi})
		}
		w.forget(l)
	}
	w.waiting = nil
}

// hopeless reports whether a running task cannot end before the deadline, as its
// progress or the time of the tasks before it tells.
func (w *loop) hopeless(r *running, now time.Time) bool {
	ran := now.Sub(r.start).Seconds()
	left := float64(w.taskSeconds) - ran
	if f := float64(r.done()); f > 0.02 {
		left = ran * (1 - f) / f
	}
	return left > 1.5*w.deadline.Sub(now).Seconds()
}

// residentMemory returns the bytes of memory this process occupies.
func residentMemory() int64 {
	if data, err := os.ReadFile("/proc/self/statm"); err == nil {
		if fields := strings.Fields(string(data)); len(fields) > 1 {
			if pages, err := strconv.ParseInt(fields[1], 10, 64); err == nil {
				return pages * int64(os.Getpagesize())
			}
		}
	}
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64() - sample[1].Value.Uint64())
}
