package worker

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	gardnerv1 "gardner/proto/gardner/v1"
)

// settleAll acknowledges whatever comes until the worker says goodbye, and tells which tasks failed, were given back
// and done.
func settleAll(s *script) (failed map[uint64]*gardnerv1.Failure, back, done map[uint64]bool, err error) {
	failed, back, done = map[uint64]*gardnerv1.Failure{}, map[uint64]bool{}, map[uint64]bool{}
	for {
		m, err := s.next()
		if err != nil {
			return failed, back, done, err
		}
		switch {
		case m.GetGoodbye() != nil:
			return failed, back, done, nil
		case m.GetFailure() != nil:
			failed[m.GetFailure().Ordinal] = m.GetFailure()
			err = s.ack(m.GetFailure().Batch)
		case m.GetGiveBack() != nil:
			for _, r := range m.GetGiveBack().Ranges {
				for o := r.Lo; o < r.Hi; o++ {
					back[o] = true
				}
			}
			err = s.ack(m.GetGiveBack().Batch)
		case m.GetResults() != nil:
			for _, o := range m.GetResults().Ordinals {
				done[o] = true
			}
			err = s.ack(m.GetResults().Batch)
		}
		if err != nil {
			return failed, back, done, err
		}
	}
}

func TestSoftTimeout(t *testing.T) {
	t.Parallel()
	h := start(t, registry(func(ctx context.Context, i int) error {
		if i == 1 {
			<-ctx.Done()
			return errors.New("gave up")
		}
		return nil
	}), func(c *Config) { c.TaskTimeout = 50 * time.Millisecond })
	h.play(func(s *script) error {
		if _, err := s.welcome(); err != nil {
			return err
		}
		if err := s.lease(block(3), 0, 3); err != nil {
			return err
		}
		var failure *gardnerv1.Failure
		done := 0
		for failure == nil || done < 2 {
			m, err := s.next()
			if err != nil {
				return err
			}
			if m.GetFailure() != nil {
				failure = m.GetFailure()
			}
			done += len(m.GetResults().GetOrdinals())
		}
		if failure.Ordinal != 1 || failure.Kind != gardnerv1.FailureKind_FAILURE_KIND_TIMEOUT {
			return fmt.Errorf("%v", failure)
		}
		return nil
	})
}

// A task that ignores its context costs the process: it is reported, and all else goes back.
func TestHardTimeout(t *testing.T) {
	t.Parallel()
	stuck := make(chan bool)
	t.Cleanup(func() { close(stuck) })
	h := start(t, registry(func(_ context.Context, i int) error {
		if i == 2 {
			<-stuck
		}
		return nil
	}), func(c *Config) { c.TaskTimeout, c.HardTimeout = 20*time.Millisecond, 60*time.Millisecond })
	h.play(func(s *script) error {
		if _, err := s.welcome(); err != nil {
			return err
		}
		b := block(10)
		if err := errors.Join(s.lease(b, 0, 5), s.lease(b, 5, 10)); err != nil {
			return err
		}
		failed, back, done, err := settleAll(s)
		if err != nil {
			return err
		}
		if len(failed) != 1 || failed[2].GetKind() != gardnerv1.FailureKind_FAILURE_KIND_TIMEOUT {
			return fmt.Errorf("failed %v", failed)
		}
		for o := range uint64(10) {
			if o != 2 && !back[o] && !done[o] {
				return fmt.Errorf("task %d is neither done nor given back: %v, %v", o, done, back)
			}
		}
		if back[2] || !done[0] || !done[1] || len(back) < 7 {
			return fmt.Errorf("done %v, given back %v", done, back)
		}
		return nil
	})
	if err := h.wait(); !errors.Is(err, ErrRestart) {
		t.Errorf("the worker ended with %v", err)
	}
}

func TestMemoryLimit(t *testing.T) {
	t.Parallel()
	var used atomic.Int64
	stuck := make(chan bool)
	t.Cleanup(func() { close(stuck) })
	h := start(t, registry(func(_ context.Context, i int) error {
		if i == 1 {
			used.Store(200 << 20)
			<-stuck
		}
		return nil
	}), func(c *Config) { c.MemoryLimit, c.Memory = 100<<20, used.Load })
	h.play(func(s *script) error {
		if _, err := s.welcome(); err != nil {
			return err
		}
		if err := s.lease(block(3), 0, 3); err != nil {
			return err
		}
		failed, back, done, err := settleAll(s)
		if err != nil || len(failed) != 1 || failed[1].GetKind() != gardnerv1.FailureKind_FAILURE_KIND_MEMORY || !done[0] || !back[2] {
			return fmt.Errorf("failed %v, done %v, given back %v, %w", failed, done, back, err)
		}
		return nil
	})
	if err := h.wait(); !errors.Is(err, ErrRestart) {
		t.Errorf("the worker ended with %v", err)
	}
	if residentMemory() < 1<<20 {
		t.Errorf("this process uses %d bytes of memory", residentMemory())
	}
}

// What cannot end within the grace is given back at once, as its progress or the tasks before it tell.
func TestHopelessTasks(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, c := range map[string]struct {
		ran      time.Duration
		fraction float32
		usual    float32
		want     bool
	}{
		"nothing known":         {ran: time.Hour},
		"nearly done":           {ran: time.Hour, fraction: 0.999},
		"half done":             {ran: time.Minute, fraction: 0.5, want: true},
		"usually short":         {ran: time.Second, usual: 2},
		"usually long":          {ran: time.Second, usual: 100, want: true},
		"long, but nearly over": {ran: 95 * time.Second, usual: 100},
	} {
		w := &loop{deadline: now.Add(20 * time.Second), taskSeconds: c.usual}
		r := &running{start: now.Add(-c.ran)}
		r.fraction.Store(math.Float32bits(c.fraction))
		if got := w.hopeless(r, now); got != c.want {
			t.Errorf("%s: hopeless is %v", name, got)
		}
	}
}

// A task that does not heed its context at the end does not keep the worker, and is given back.
func TestHungTaskAtTheEnd(t *testing.T) {
	t.Parallel()
	running, stuck := make(chan bool), make(chan bool)
	t.Cleanup(func() { close(stuck) })
	h := start(t, registry(func(context.Context, int) error {
		close(running)
		<-stuck
		return nil
	}), func(c *Config) { c.Grace = 10 * time.Millisecond })
	h.play(func(s *script) error {
		if _, err := s.welcome(); err != nil {
			return err
		}
		if err := s.lease(block(3), 0, 3); err != nil {
			return err
		}
		<-running
		h.cancel()
		_, back, _, err := settleAll(s)
		if err != nil || len(back) != 3 {
			return fmt.Errorf("given back %v, %w", back, err)
		}
		return nil
	})
	if err := h.wait(); err != nil {
		t.Error(err)
	}
}

// Idle time counts from when the coordinator says that there is nothing to do, and only while it is there.
func TestIdleIsWhatTheCoordinatorSays(t *testing.T) {
	t.Parallel()
	h := start(t, registry(free), func(c *Config) { c.ExitWhenIdle = 60 * time.Millisecond })
	h.play(func(s *script) error { // it says nothing: the worker stays for many heartbeats
		if _, err := s.welcome(); err != nil {
			return err
		}
		for range 10 {
			if m, err := s.stream.Recv(); err != nil || m.GetGoodbye() != nil {
				return fmt.Errorf("got %v, %w", m, err)
			}
		}
		if err := s.stream.Send(idle); err != nil {
			return err
		}
		return status.Error(codes.Unavailable, "cut") // what was said in a session ends with it
	})
	h.play(func(s *script) error {
		if _, err := s.welcome(); err != nil {
			return err
		}
		for range 10 {
			if m, err := s.stream.Recv(); err != nil || m.GetGoodbye() != nil {
				return fmt.Errorf("got %v, %w", m, err)
			}
		}
		if err := s.stream.Send(idle); err != nil {
			return err
		}
		m, err := s.next()
		if err != nil || m.GetGoodbye() == nil {
			return fmt.Errorf("got %v, %w; want goodbye", m, err)
		}
		return nil
	})
	if err := h.wait(); err != nil {
		t.Error(err)
	}
}

var idle = &gardnerv1.CoordinatorMessage{Message: &gardnerv1.CoordinatorMessage_Idle{Idle: &gardnerv1.Idle{}}}
