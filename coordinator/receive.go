package coordinator

import (
	"errors"
	"slices"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"gardner/coordinator/scheduler"
	"gardner/coordinator/store"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// errGoodbye ends a session in good order.
var errGoodbye = errors.New("goodbye")

const (
	maxFailureText = 64 << 10
	maxRunning     = maxSlots
	// maxUnstored bounds the bytes of records of all workers that wait for the disk.
	maxUnstored = 256 << 20
)

// receiveAll takes in messages until the stream or the session ends.
func (x *session) receiveAll(stream gardnerv1.Work_SessionServer) error {
	for {
		m, err := stream.Recv()
		if err != nil {
			return err
		}
		x.heard.Store(int64(x.c.now()))
		if err := x.receive(m); err != nil {
			return err
		}
	}
}

func (x *session) receive(m *gardnerv1.WorkerMessage) error {
	id := scheduler.WorkerID(x.id.Load())
	switch m := m.Message.(type) {
	case *gardnerv1.WorkerMessage_Results:
		return x.results(m.Results)
	case *gardnerv1.WorkerMessage_Pull:
		n := int(min(m.Pull.Leases, maxSlots))
		x.post(func(s *scheduler.Scheduler, now time.Duration, id scheduler.WorkerID) { s.Pull(now, id, n) })
	case *gardnerv1.WorkerMessage_Failure:
		return x.failure(m.Failure)
	case *gardnerv1.WorkerMessage_GiveBack:
		return x.giveBack(m.GiveBack)
	case *gardnerv1.WorkerMessage_Heartbeat:
		return x.heartbeat(m.Heartbeat)
	case *gardnerv1.WorkerMessage_Goodbye:
		return errGoodbye
	case *gardnerv1.WorkerMessage_Hello:
		return status.Errorf(codes.InvalidArgument, "worker %d said hello twice", id)
	}
	return nil // of a newer worker
}

// post queues an event that names this session's worker. An event of a session that was replaced is dropped.
func (x *session) post(e func(s *scheduler.Scheduler, now time.Duration, id scheduler.WorkerID)) {
	o := x.c.owner
	o.post(func(s *scheduler.Scheduler, now time.Duration) {
		if id := scheduler.WorkerID(x.id.Load()); o.sessions[id] == x {
			e(s, now, id)
		}
	})
}

// open checks a seal and returns its lease.
func (x *session) open(seal []byte) (*scheduler.Lease, error) {
	if l := x.seals[string(seal)]; l != nil {
		return l, nil
	}
	l, err := openSeal(x.c.key, seal)
	if err != nil {
		return nil, status.Error(codes.PermissionDenied, err.Error())
	}
	if len(x.seals) >= maxSeals {
		clear(x.seals)
	}
	x.seals[string(seal)] = l
	return l, nil
}

// planOf returns a lease's plan; nil if the block is not known (a database restored from an older copy).
func (x *session) planOf(l *scheduler.Lease) (*sweeps.Plan, error) {
	plan := x.c.plans.get(l.Block)
	if plan != nil && (l.Lo >= l.Hi || l.Hi > plan.Block.Tasks()) {
		return nil, status.Errorf(codes.PermissionDenied, "%v: block %s has no tasks %d to %d", errSeal, l.Block.Short(), l.Lo, l.Hi)
	}
	return plan, nil
}

const noBlock = "this database has no such block"

// results checks a batch and appends it to the store; it is acknowledged when it is durable.
func (x *session) results(r *gardnerv1.Results) error {
	l, err := x.open(r.Seal)
	if err != nil {
		return err
	}
	plan, err := x.planOf(l)
	if err != nil {
		return err
	}
	x.begin()
	if plan == nil {
		x.settle(r.Batch, noBlock)
		return nil
	}
	results, err := checkResults(r, l, plan)
	if err != nil {
		return err
	}
	x.waiting.Store(true)
	x.c.room.take(len(r.Records))
	(&handIn{x: x, lease: l, message: r, results: results}).append()
	x.heard.Store(int64(x.c.now()))
	x.waiting.Store(false)
	return nil
}

// checkResults takes a batch apart. Whatever a worker may send, only well-formed records of the lease's tasks and rows
// pass.
func checkResults(r *gardnerv1.Results, l *scheduler.Lease, plan *sweeps.Plan) ([]store.Result, error) {
	n := len(r.Ordinals)
	if n == 0 || len(r.Sizes) != n || len(r.Seconds) != n {
		return nil, status.Errorf(codes.InvalidArgument, "results with %d ordinals, %d sizes and %d times", n, len(r.Sizes), len(r.Seconds))
	}
	out := make([]store.Result, n)
	rest := r.Records
	for i, ordinal := range r.Ordinals {
		size := int(r.Sizes[i])
		switch {
		case ordinal < l.Lo || ordinal >= l.Hi:
			return nil, status.Errorf(codes.OutOfRange, "task %d is not of the lease of tasks %d to %d", ordinal, l.Lo, l.Hi-1)
		case size > len(rest):
			return nil, status.Errorf(codes.InvalidArgument, "the record of task %d ends after the message", ordinal)
		}
		record := rest[:size]
		rest = rest[size:]
		if err := sweeps.ValidRecord(plan.Experiment, plan.Rows(), record); err != nil {
			return nil, status.Errorf(codes.InvalidArgument, "task %d: %v", ordinal, err)
		}
		mask, err := sweeps.RecordMask(plan.Rows(), record)
		if err != nil || !slices.Equal(mask, l.Inner) {
			return nil, status.Errorf(codes.InvalidArgument, "task %d: its record covers rows %v, the lease asks for %v", ordinal, mask, l.Inner)
		}
		out[i] = store.Result{Block: l.Block, Ordinal: ordinal, Record: record}
	}
	if len(rest) != 0 {
		return nil, status.Errorf(codes.InvalidArgument, "%d bytes follow the last record", len(rest))
	}
	return out, nil
}

func (x *session) failure(f *gardnerv1.Failure) error {
	l, err := x.open(f.Seal)
	if err != nil {
		return err
	}
	if f.Ordinal < l.Lo || f.Ordinal >= l.Hi {
		return status.Errorf(codes.OutOfRange, "task %d is not of the lease of tasks %d to %d", f.Ordinal, l.Lo, l.Hi-1)
	}
	kind := scheduler.Error
	switch f.Kind {
	case gardnerv1.FailureKind_FAILURE_KIND_NUMERICAL:
		kind = scheduler.Numerical
	case gardnerv1.FailureKind_FAILURE_KIND_PANIC:
		kind = scheduler.Panic
	case gardnerv1.FailureKind_FAILURE_KIND_TIMEOUT:
		kind = scheduler.Timeout
	case gardnerv1.FailureKind_FAILURE_KIND_MEMORY:
		kind = scheduler.Memory
	}
	message := f.Message[:min(len(f.Message), maxFailureText)]
	x.begin()
	batch, ordinal := f.Batch, f.Ordinal
	x.c.owner.post(func(s *scheduler.Scheduler, now time.Duration) {
		s.Failed(now, scheduler.WorkerID(x.id.Load()), l.ID, l.Block, ordinal, kind, message)
		x.settleDurably(batch)
	})
	return nil
}

// settleDurably acknowledges a message once everything that was decided with it is durable. Owner goroutine only.
func (x *session) settleDurably(batch uint64) {
	x.c.owner.afterDurable(func(err error) {
		if err != nil {
			x.end(status.Error(codes.Unavailable, "a decision could not be stored: "+err.Error()))
			return
		}
		x.settle(batch, "")
	})
}

func (x *session) giveBack(g *gardnerv1.GiveBack) error {
	l, err := x.open(g.Seal)
	if err != nil {
		return err
	}
	spans := make([]scheduler.Span, len(g.Ranges))
	for i, r := range g.Ranges {
		spans[i] = scheduler.Span{Lo: r.Lo, Hi: r.Hi}
	}
	x.begin()
	batch := g.Batch
	x.c.owner.post(func(s *scheduler.Scheduler, now time.Duration) {
		s.GivenBack(now, scheduler.WorkerID(x.id.Load()), l.ID, l.Block, spans)
		x.settle(batch, "")
	})
	return nil
}

func (x *session) heartbeat(h *gardnerv1.Heartbeat) error {
	running := make([]scheduler.Running, 0, len(h.Running))
	for _, r := range h.Running[:min(len(h.Running), maxRunning)] {
		l, err := x.open(r.Seal)
		if err != nil {
			return err
		}
		running = append(running, scheduler.Running{Lease: l.ID, Block: l.Block, Ordinal: r.Ordinal, Fraction: r.Fraction, Seconds: r.Seconds})
	}
	x.post(func(s *scheduler.Scheduler, now time.Duration, id scheduler.WorkerID) { s.Heartbeat(now, id, running) })
	return nil
}

// room bounds the bytes that wait for the disk.
type room struct {
	mu   sync.Mutex // guards left
	free *sync.Cond
	left int
	all  int
}

func newRoom(size int) *room {
	r := &room{left: size, all: size}
	r.free = sync.NewCond(&r.mu)
	return r
}

// take waits for room for n bytes; a batch larger than all of it waits until it is alone.
func (r *room) take(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.left < min(n, r.all) {
		r.free.Wait()
	}
	r.left -= n
}

func (r *room) give(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left += n
	r.free.Broadcast()
}
