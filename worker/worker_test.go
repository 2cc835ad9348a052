package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	"gardner/core/perceptron"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/proto/join"
	"gardner/sweeps"
)

// fake is a coordinator that a test plays by hand: each session is a function.
type fake struct {
	gardnerv1.UnimplementedWorkServer
	sessions chan func(gardnerv1.Work_SessionServer) error
}

func (f *fake) Session(stream gardnerv1.Work_SessionServer) error { return (<-f.sessions)(stream) }

// registry has one experiment: tasks 0, 1, ... of param i wait for gate, fail or panic as told.
func registry(gate func(ctx context.Context, i int) error) *sweeps.Registry {
	return sweeps.NewRegistry(&sweeps.Experiment{
		Name: "test", Version: 3, Doc: "for tests",
		Params:  []sweeps.Param{{Name: "i", Doc: "which", Kind: sweeps.Integer, Default: sweeps.Num(-1)}},
		Metrics: []sweeps.Metric{{Name: "square", Doc: "i squared"}},
		Run: func(ctx context.Context, t *sweeps.Task) ([]sweeps.Row, error) {
			i := t.Outer.Int("i")
			if err := gate(ctx, i); err != nil {
				return nil, err
			}
			return []sweeps.Row{{Cells: []sweeps.Cell{sweeps.Val(float64(i * i))}}}, nil
		},
	})
}

func block(tasks int) *sweeps.Block {
	axis := sweeps.Axis{Params: []string{"i"}, Defaults: []sweeps.Value{sweeps.Num(-1)}}
	for i := range tasks {
		axis.Tuples = append(axis.Tuples, []sweeps.Value{sweeps.Num(float64(i))})
	}
	return &sweeps.Block{Experiment: "test", Version: 3, Outer: []sweeps.Axis{axis}, RepLo: 0, RepHi: 1}
}

type harness struct {
	*fake
	t      *testing.T
	cancel context.CancelFunc
	ended  chan error
	log    bytes.Buffer
}

func start(t *testing.T, r *sweeps.Registry, change func(*Config)) *harness {
	t.Helper()
	h := &harness{fake: &fake{sessions: make(chan func(gardnerv1.Work_SessionServer) error)}, t: t, ended: make(chan error, 1)}
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer()
	gardnerv1.RegisterWorkServer(server, h.fake)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	ctx, cancel := context.WithCancel(context.Background())
	h.cancel = cancel
	t.Cleanup(cancel)
	cfg := Config{Target: join.InProcess(func(ctx context.Context) (net.Conn, error) { return listener.DialContext(ctx) }),
		Registry: r, Slots: 1, TaskLog: &h.log, MaxBackoff: 20 * time.Millisecond, Fingerprint: "f"}
	if change != nil {
		change(&cfg)
	}
	go func() { h.ended <- Run(ctx, cfg) }()
	return h
}

// play runs one session to its end.
func (h *harness) play(session func(s *script) error) {
	h.t.Helper()
	done := make(chan error, 1)
	select {
	case h.sessions <- func(stream gardnerv1.Work_SessionServer) error {
		err := session(&script{stream})
		done <- err
		return err
	}:
	case err := <-h.ended:
		h.t.Fatalf("the worker has ended: %v", err)
	case <-time.After(20 * time.Second):
		h.t.Fatal("the worker does not come")
	}
	select {
	case err := <-done:
		if err != nil && status.Code(err) == codes.Unknown {
			h.t.Fatal(err)
		}
	case <-time.After(20 * time.Second):
		h.t.Fatal("the session does not end")
	}
}

func (h *harness) wait() error {
	h.t.Helper()
	select {
	case err := <-h.ended:
		return err
	case <-time.After(20 * time.Second):
		h.t.Fatal("the worker does not end")
		return nil
	}
}

// script has the moves of a coordinator.
type script struct{ stream gardnerv1.Work_SessionServer }

func (s *script) welcome() (*gardnerv1.Hello, error) {
	m, err := s.stream.Recv()
	if err != nil {
		return nil, err
	}
	return m.GetHello(), s.stream.Send(&gardnerv1.CoordinatorMessage{Message: &gardnerv1.CoordinatorMessage_Welcome{
		Welcome: &gardnerv1.Welcome{Database: []byte("db"), HeartbeatMilliseconds: 20}}})
}

func (s *script) lease(b *sweeps.Block, lo, hi uint64) error {
	id := b.ID()
	if err := s.stream.Send(&gardnerv1.CoordinatorMessage{Message: &gardnerv1.CoordinatorMessage_Block{
		Block: &gardnerv1.BlockSpec{Id: id[:], Block: b.Encode()}}}); err != nil {
		return err
	}
	return s.stream.Send(&gardnerv1.CoordinatorMessage{Message: &gardnerv1.CoordinatorMessage_Lease{
		Lease: &gardnerv1.Lease{Seal: fmt.Appendf(nil, "seal-%d", lo), Block: id[:], Lo: lo, Hi: hi}}})
}

// next skips pulls and heartbeats.
func (s *script) next() (*gardnerv1.WorkerMessage, error) {
	for {
		m, err := s.stream.Recv()
		if err != nil {
			return nil, err
		}
		if m.GetPull() == nil && m.GetHeartbeat() == nil {
			return m, nil
		}
	}
}

func (s *script) ack(batches ...uint64) error {
	return s.stream.Send(&gardnerv1.CoordinatorMessage{Message: &gardnerv1.CoordinatorMessage_Ack{Ack: &gardnerv1.Ack{Batches: batches}}})
}

func free(context.Context, int) error { return nil }

func TestResultsAreHandedInAgainUntilAcknowledged(t *testing.T) {
	t.Parallel()
	h := start(t, registry(free), nil)
	b := block(5)
	var first *gardnerv1.Results
	h.play(func(s *script) error {
		hello, err := s.welcome()
		if err != nil {
			return err
		}
		if hello.Slots != 1 || hello.Fingerprint != "f" || len(hello.Experiments) != 1 || hello.Experiments[0].Version != 3 {
			return fmt.Errorf("hello %v", hello)
		}
		if err := s.lease(b, 1, 4); err != nil {
			return err
		}
		m, err := s.next()
		first = m.GetResults()
		if err != nil {
			return err
		}
		return status.Error(codes.Unavailable, "cut") // before the acknowledgement
	})
	h.play(func(s *script) error {
		hello, err := s.welcome()
		if err != nil {
			return err
		}
		if len(hello.Held) != 1 || len(hello.Held[0].Ranges) != 1 || hello.Held[0].Ranges[0].Lo != 1 || hello.Held[0].Ranges[0].Hi != 4 {
			return fmt.Errorf("holds %v, want tasks 1 to 4", hello.Held)
		}
		m, err := s.next()
		if err != nil {
			return err
		}
		r := m.GetResults()
		if r == nil || r.Batch != first.Batch || !bytes.Equal(r.Records, first.Records) || string(r.Seal) != "seal-1" || len(r.Ordinals) != 3 {
			return fmt.Errorf("handed in %v, first %v", m, first)
		}
		rows, at := 0, 0
		reg := registry(free)
		e, err := reg.Lookup("test")
		if err != nil {
			return err
		}
		for i, ordinal := range r.Ordinals {
			_, got, err := sweeps.DecodeRecord(e, 1, r.Records[at:at+int(r.Sizes[i])])
			if err != nil || got[0].Cells[0].V != float64(ordinal*ordinal) {
				return fmt.Errorf("record of %d: %v, %w", ordinal, got, err)
			}
			at += int(r.Sizes[i])
			rows++
		}
		if err := s.ack(r.Batch); err != nil {
			return err
		}
		h.cancel()
		if m, err = s.next(); err != nil || m.GetGoodbye() == nil {
			return fmt.Errorf("got %v, %w; want goodbye", m, err)
		}
		return nil
	})
	if err := h.wait(); err != nil {
		t.Errorf("after everything was acknowledged: %v", err)
	}
	id := b.ID()
	if want := fmt.Sprintf("%s 1\n%s 2\n%s 3\n", id, id, id); h.log.String() != want {
		t.Errorf("task log:\n%swant\n%s", h.log.String(), want)
	}
}

func TestDrainGivesBack(t *testing.T) {
	t.Parallel()
	running, finish := make(chan bool), make(chan bool)
	var begun atomic.Int32
	h := start(t, registry(func(context.Context, int) error {
		if begun.Add(1) == 2 {
			close(running)
			<-finish
		}
		return nil
	}), nil)
	b := block(10)
	h.play(func(s *script) error {
		if _, err := s.welcome(); err != nil {
			return err
		}
		if err := errors.Join(s.lease(b, 0, 5), s.lease(b, 5, 10)); err != nil {
			return err
		}
		<-running
		h.cancel()
		done, back, released := map[uint64]bool{}, map[uint64]bool{}, false
		for len(done)+len(back) < 10 {
			m, err := s.next()
			if err != nil {
				return err
			}
			for _, o := range m.GetResults().GetOrdinals() {
				done[o] = true
			}
			for _, r := range m.GetGiveBack().GetRanges() {
				for o := r.Lo; o < r.Hi; o++ {
					back[o] = true
				}
			}
			if err := s.ack(m.GetResults().GetBatch(), m.GetGiveBack().GetBatch()); err != nil {
				return err
			}
			if back[5] && !released { // the waiting lease came back at once: now let the task finish
				close(finish)
				released = true
			}
		}
		if !done[0] || !done[1] || len(done) != 2 || len(back) != 8 {
			return fmt.Errorf("done %v, given back %v", done, back)
		}
		_, err := s.next() // goodbye
		return err
	})
	if err := h.wait(); err != nil {
		t.Error(err)
	}
}

func TestFailuresAreReported(t *testing.T) {
	t.Parallel()
	h := start(t, registry(func(_ context.Context, i int) error {
		switch i {
		case 0:
			return fmt.Errorf("wrapped: %w", &perceptron.NumericalError{Msg: "stuck"})
		case 1:
			panic("at the disco")
		case 2:
			return errors.New("plain")
		}
		return nil
	}), nil)
	kinds := map[uint64]gardnerv1.FailureKind{}
	done := 0
	h.play(func(s *script) error {
		if _, err := s.welcome(); err != nil {
			return err
		}
		if err := s.lease(block(4), 0, 4); err != nil {
			return err
		}
		for len(kinds)+done < 4 {
			m, err := s.next()
			if err != nil {
				return err
			}
			if f := m.GetFailure(); f != nil {
				kinds[f.Ordinal] = f.Kind
			}
			done += len(m.GetResults().GetOrdinals())
		}
		return nil
	})
	if done != 1 || kinds[0] != gardnerv1.FailureKind_FAILURE_KIND_NUMERICAL || kinds[1] != gardnerv1.FailureKind_FAILURE_KIND_PANIC ||
		kinds[2] != gardnerv1.FailureKind_FAILURE_KIND_ERROR {
		t.Errorf("%d done, failures %v", done, kinds)
	}
}

func TestRevokeStopsTheRunningTask(t *testing.T) {
	t.Parallel()
	h := start(t, registry(func(ctx context.Context, i int) error {
		if i == 0 {
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}), nil)
	h.play(func(s *script) error {
		if _, err := s.welcome(); err != nil {
			return err
		}
		b := block(5)
		if err := s.lease(b, 0, 3); err != nil {
			return err
		}
		if err := s.stream.Send(&gardnerv1.CoordinatorMessage{Message: &gardnerv1.CoordinatorMessage_Revoke{
			Revoke: &gardnerv1.Revoke{Seals: [][]byte{[]byte("seal-0")}}}}); err != nil {
			return err
		}
		if err := s.lease(b, 3, 5); err != nil {
			return err
		}
		m, err := s.next()
		if err != nil || string(m.GetResults().GetSeal()) != "seal-3" {
			return fmt.Errorf("got %v, %w; want the results of the second lease", m, err)
		}
		return nil
	})
}

// A revoked lease whose task takes its time is not claimed in the next session: nothing of it will be given back.
func TestRevokedLeaseIsNotHeld(t *testing.T) {
	t.Parallel()
	running, release := make(chan bool), make(chan bool)
	var once sync.Once
	h := start(t, registry(func(context.Context, int) error {
		once.Do(func() { close(running) })
		<-release
		return nil
	}), nil)
	defer close(release)
	h.play(func(s *script) error {
		if _, err := s.welcome(); err != nil {
			return err
		}
		if err := s.lease(block(5), 0, 3); err != nil {
			return err
		}
		<-running
		if err := s.stream.Send(&gardnerv1.CoordinatorMessage{Message: &gardnerv1.CoordinatorMessage_Revoke{
			Revoke: &gardnerv1.Revoke{Seals: [][]byte{[]byte("seal-0")}}}}); err != nil {
			return err
		}
		for range 4 { // a heartbeat that follows several shows that the revocation has arrived
			for m := (*gardnerv1.WorkerMessage)(nil); m.GetHeartbeat() == nil; {
				var err error
				if m, err = s.stream.Recv(); err != nil {
					return err
				}
			}
		}
		return status.Error(codes.Unavailable, "cut")
	})
	h.play(func(s *script) error {
		hello, err := s.welcome()
		if err == nil && len(hello.Held) != 0 {
			err = fmt.Errorf("holds %v", hello.Held)
		}
		return err
	})
}

func TestRefusalIsFinal(t *testing.T) {
	t.Parallel()
	h := start(t, registry(free), nil)
	h.play(func(*script) error {
		return status.Error(codes.FailedPrecondition, "this coordinator speaks protocol 9")
	})
	if err := h.wait(); err == nil || !bytes.Contains([]byte(err.Error()), []byte("protocol 9")) {
		t.Errorf("got %v, want the refusal", err)
	}
}

func TestExitWhenIdle(t *testing.T) {
	t.Parallel()
	h := start(t, registry(free), func(c *Config) { c.ExitWhenIdle = 100 * time.Millisecond })
	h.play(func(s *script) error {
		if _, err := s.welcome(); err != nil {
			return err
		}
		if err := s.stream.Send(idle); err != nil {
			return err
		}
		m, err := s.next()
		if err != nil || m.GetGoodbye() == nil {
			return fmt.Errorf("got %v, %w", m, err)
		}
		return nil
	})
	if err := h.wait(); err != nil {
		t.Error(err)
	}
}

func TestImpossibleLeaseEndsTheWorker(t *testing.T) {
	t.Parallel()
	h := start(t, registry(free), nil)
	h.play(func(s *script) error {
		if _, err := s.welcome(); err != nil {
			return err
		}
		if err := s.lease(block(3), 2, 9); err != nil {
			return err
		}
		_, err := s.next()
		return err
	})
	if err := h.wait(); err == nil {
		t.Error("a lease beyond its block was accepted")
	}
}
