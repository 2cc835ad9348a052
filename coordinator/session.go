package coordinator

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"gardner/coordinator/scheduler"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// Why a session ends from this side. The worker comes back after each of them.
var (
	errSilent   = status.Error(codes.Unavailable, "silent for too long; connect again")
	errReplaced = status.Error(codes.Unavailable, "this worker has opened another session")
	errClosing  = status.Error(codes.Unavailable, "the coordinator is stopping")
	errSlow     = status.Error(codes.Unavailable, "the worker does not read what it is sent")
)

const (
	helloTimeout = 20 * time.Second
	// What a worker may have under way without an acknowledgement.
	windowTasks = 1 << 16
	windowBytes = 64 << 20
	// maxSeals bounds the leases whose seals a session remembers as checked.
	maxSeals = 1 << 10
	// maxUnsent bounds what waits for a worker that does not read, in messages.
	maxUnsent = 1 << 14
	// flushTimeout bounds the wait for the last acknowledgements when the coordinator ends a session.
	flushTimeout = 5 * time.Second
)

// session is one worker's stream. Its receiver is the RPC's own goroutine; one other sends.
type session struct {
	c     *Coordinator
	hello *gardnerv1.Hello
	name  string
	can   map[string]bool
	id    atomic.Uint64 // scheduler.WorkerID, once joined

	heard   atomic.Int64 // when the last message came, coordinator time
	waiting atomic.Bool  // the receiver waits for the store: the worker is not silent, we do not listen

	seals map[string]*scheduler.Lease // checked; the receiver's own

	// The owner goroutine's own.
	blocks map[sweeps.BlockID]bool
	leases map[scheduler.LeaseID][]byte

	mu      sync.Mutex // guards what follows
	out     []*gardnerv1.CoordinatorMessage
	ack     gardnerv1.Ack
	unacked int // messages taken in and not settled
	reason  error
	wake    chan struct{}
	ended   chan struct{} // closed with reason set
	settled chan struct{} // holds a token when unacked has become 0
}

// Session implements the Work service.
func (c *Coordinator) Session(stream gardnerv1.Work_SessionServer) error {
	hello, err := firstMessage(stream)
	if err != nil {
		return err
	}
	x := &session{c: c, hello: hello, name: fmt.Sprintf("%s/%d", hello.Host, hello.Pid), seals: map[string]*scheduler.Lease{},
		blocks: map[sweeps.BlockID]bool{}, leases: map[scheduler.LeaseID][]byte{},
		wake: make(chan struct{}, 1), ended: make(chan struct{}), settled: make(chan struct{}, 1)}
	x.heard.Store(int64(c.now()))
	if x.can, err = c.admit(hello); err != nil {
		c.log.Warn("worker refused", "worker", x.name, "error", err)
		return err
	}
	held, err := x.claims(hello.Held)
	if err != nil {
		return err
	}
	id, err := databaseID(c.st.ID())
	if err != nil {
		return err
	}
	x.send(&gardnerv1.CoordinatorMessage{Message: &gardnerv1.CoordinatorMessage_Welcome{Welcome: &gardnerv1.Welcome{
		Protocol: Protocol, Version: c.cfg.Version, Database: id,
		HeartbeatMilliseconds: uint64(c.cfg.Heartbeat.Milliseconds()), TtlMilliseconds: uint64(c.cfg.TTL.Milliseconds()),
		WindowTasks: windowTasks, WindowBytes: windowBytes}}})
	c.owner.post(func(s *scheduler.Scheduler, now time.Duration) { c.owner.join(s, now, x, held) })
	c.log.Info("worker joined", "worker", x.name, "slots", hello.Slots, "version", hello.Version, "fingerprint", hello.Fingerprint, "held", len(held))
	return x.serve(stream)
}

func firstMessage(stream gardnerv1.Work_SessionServer) (*gardnerv1.Hello, error) {
	type first struct {
		m   *gardnerv1.WorkerMessage
		err error
	}
	ch := make(chan first, 1)
	go func() {
		m, err := stream.Recv()
		ch <- first{m, err}
	}()
	late := time.NewTimer(helloTimeout)
	defer late.Stop()
	select {
	case f := <-ch:
		if f.err != nil {
			return nil, f.err
		}
		if f.m.GetHello() == nil {
			return nil, status.Error(codes.InvalidArgument, "the first message of a session is hello")
		}
		return f.m.GetHello(), nil
	case <-late.C:
		return nil, status.Error(codes.DeadlineExceeded, "no hello")
	}
}

// serve runs a session to its end.
func (x *session) serve(stream gardnerv1.Work_SessionServer) error {
	var sending sync.WaitGroup
	sending.Go(func() { x.sendAll(stream) })
	received := make(chan error, 1)
	go func() { received <- x.receiveAll(stream) }()
	goodbye := false
	select {
	case err := <-received:
		goodbye = errors.Is(err, errGoodbye)
		switch {
		case goodbye || errors.Is(err, io.EOF):
			err = nil
		case status.Code(err) == codes.Unknown:
			err = status.Error(codes.Internal, err.Error())
		}
		x.end(err)
	case <-x.ended:
	case <-x.c.stop:
		// What was received becomes durable and is acknowledged, so that nobody computes it again.
		late := time.NewTimer(flushTimeout)
		defer late.Stop()
		for x.unsettled() > 0 {
			select {
			case <-x.settled:
				continue
			case <-late.C:
			case <-x.ended:
			}
			break
		}
		x.end(errClosing)
	}
	sending.Wait()
	x.c.owner.post(func(s *scheduler.Scheduler, now time.Duration) { x.c.owner.leave(s, now, x, goodbye) })
	reason := x.why()
	x.c.log.Info("worker left", "worker", x.name, "goodbye", goodbye, "reason", reason)
	return reason
}

func (x *session) unsettled() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.unacked
}

// end makes the session end; the first reason counts.
func (x *session) end(reason error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	select {
	case <-x.ended:
	default:
		x.reason = reason
		close(x.ended)
	}
}

func (x *session) why() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.reason
}

// lastHeard is when the worker was last heard of, or now if it is this side that does not listen.
func (x *session) lastHeard(now time.Duration) time.Duration {
	if x.waiting.Load() {
		return now
	}
	return time.Duration(x.heard.Load())
}

// send queues a message; it never blocks.
func (x *session) send(m *gardnerv1.CoordinatorMessage) {
	x.mu.Lock()
	x.out = append(x.out, m)
	full := len(x.out) > maxUnsent
	x.mu.Unlock()
	x.poke()
	if full {
		x.end(errSlow)
	}
}

func (x *session) poke() {
	select {
	case x.wake <- struct{}{}:
	default:
	}
}

// begin counts a message that will be settled.
func (x *session) begin() {
	x.mu.Lock()
	x.unacked++
	x.mu.Unlock()
}

// settle acknowledges a message, or refuses it with a reason.
func (x *session) settle(batch uint64, refused string) {
	x.mu.Lock()
	if refused == "" {
		x.ack.Batches = append(x.ack.Batches, batch)
	} else {
		x.ack.Refused = append(x.ack.Refused, &gardnerv1.Refusal{Batch: batch, Reason: refused})
	}
	x.unacked--
	last := x.unacked == 0
	x.mu.Unlock()
	x.poke()
	if last {
		select {
		case x.settled <- struct{}{}:
		default:
		}
	}
}

// sendAll sends what is queued until the session ends, and what is queued then.
func (x *session) sendAll(stream gardnerv1.Work_SessionServer) {
	for last := false; ; {
		x.mu.Lock()
		out := x.out
		x.out = nil
		if len(x.ack.Batches) > 0 || len(x.ack.Refused) > 0 {
			out = append(out, &gardnerv1.CoordinatorMessage{Message: &gardnerv1.CoordinatorMessage_Ack{
				Ack: &gardnerv1.Ack{Batches: x.ack.Batches, Refused: x.ack.Refused}}})
			x.ack.Batches, x.ack.Refused = nil, nil
		}
		x.mu.Unlock()
		for _, m := range out {
			if err := stream.Send(m); err != nil {
				x.end(err)
				return
			}
		}
		if last {
			return
		}
		select {
		case <-x.wake:
		case <-x.ended:
			last = true
		}
	}
}

// grant sends a lease, after its block if the worker does not have it. Owner goroutine only.
func (x *session) grant(l *scheduler.Lease) {
	if !x.blocks[l.Block] {
		spec := x.c.specOf(l.Block)
		if spec == nil {
			return // cannot be: nothing of such a block is handed out
		}
		x.blocks[l.Block] = true
		x.send(spec)
	}
	seal := makeSeal(x.c.key, l)
	x.leases[l.ID] = seal
	if len(x.leases) > maxSeals {
		clear(x.leases) // only used to revoke: what is forgotten is computed in vain, if it is
		x.leases[l.ID] = seal
	}
	m := &gardnerv1.Lease{Seal: seal, Block: append([]byte(nil), l.Block[:]...), Lo: l.Lo, Hi: l.Hi}
	for _, row := range l.Inner {
		m.Inner = append(m.Inner, uint32(row))
	}
	x.send(&gardnerv1.CoordinatorMessage{Message: &gardnerv1.CoordinatorMessage_Lease{Lease: m}})
}

// revoke tells the worker to drop a lease. Owner goroutine only.
func (x *session) revoke(id scheduler.LeaseID) {
	if seal := x.leases[id]; seal != nil {
		delete(x.leases, id)
		x.send(&gardnerv1.CoordinatorMessage{Message: &gardnerv1.CoordinatorMessage_Revoke{Revoke: &gardnerv1.Revoke{Seals: [][]byte{seal}}}})
	}
}
