package scheduler

import (
	"testing"
	"time"

	"gardner/sweeps"
)

// What the simulation found, in small.

// stage is one sweep of n tasks in a new scheduler.
func stage(t *testing.T, n int) (*Scheduler, *sweeps.Block) {
	t.Helper()
	s := New(Config{}, 0)
	g := grid(t, 0, n, 0, 1, 1)
	s.AddBlock(info(g))
	s.PutSweep("s", []sweeps.BlockID{g.ID()}, Active, 0)
	return s, g
}

// A process that goes on after a pause may hear one worker before its clock ticks: the others are not silent for that.
func TestPauseIsSeenAfterAnotherEvent(t *testing.T) {
	t.Parallel()
	s, _ := stage(t, 1)
	s.Join(0, 1, able(1), nil)
	s.Join(0, 2, able(1), nil)
	s.Pull(0, 1, 1)
	onlyGrant(t, s, 0)
	now := time.Minute
	s.Pull(now, 2, 1)
	s.Tick(now)
	if len(s.workers) != 2 || len(s.leases) != 1 {
		t.Errorf("%d workers and %d leases are left, want 2 and 1", len(s.workers), len(s.leases))
	}
}

// A pause shorter than a heartbeat or two is no silence of the workers either.
func TestShortPauseIsNoSilence(t *testing.T) {
	t.Parallel()
	s, _ := stage(t, 1)
	s.Join(0, 1, able(1), nil)
	now := time.Duration(0)
	tick := func(d time.Duration) {
		now += d
		s.Tick(now)
	}
	for range 19 {
		tick(time.Second)
	}
	tick(7 * time.Second) // stopped meanwhile: what the worker has said waits to be read
	if len(s.workers) != 1 {
		t.Fatal("given up for a silence in which nobody listened")
	}
	for range 3 {
		tick(time.Second)
	}
	if len(s.workers) != 0 {
		t.Error("a silent worker is never given up")
	}
}

// A failure that is handed in again, when its task was given back meanwhile and is claimed with the old lease, must not
// make the task vanish.
func TestFailureAgainAfterReturn(t *testing.T) {
	t.Parallel()
	s, g := stage(t, 1)
	s.Join(0, 1, able(1), nil)
	s.Join(0, 2, able(1), nil)
	s.Pull(0, 1, 1)
	first := onlyGrant(t, s, 0).Lease
	s.Failed(0, 1, first.ID, g.ID(), 0, Error, "once")
	s.Pull(0, 2, 1)
	second := onlyGrant(t, s, 0).Lease
	s.GivenBack(0, 2, second.ID, g.ID(), []Span{{0, 1}}) // it is pending
	s.Join(0, 1, able(1), []Claim{{Lease: first, Left: []Span{{0, 1}}}})
	s.Failed(0, 1, first.ID, g.ID(), 0, Error, "once")
	if err := check(s); err != nil {
		t.Fatal(err)
	}
	s.Pull(0, 2, 1)
	onlyGrant(t, s, 0)
}

// A worker falls silent with a task that another has stored: there is nothing to suspect.
func TestStoredTaskIsNoSuspect(t *testing.T) {
	t.Parallel()
	s, g := stage(t, 1)
	s.Join(0, 1, able(1), nil)
	s.Pull(0, 1, 1)
	l := onlyGrant(t, s, 0).Lease
	s.Heartbeat(0, 1, []Running{{Lease: l.ID, Block: g.ID()}})
	s.Stored(0, 2, l.ID+100, g.ID(), []uint64{0}, nil)
	for now := time.Duration(0); now < time.Minute; now += time.Second {
		s.Tick(now)
	}
	if err := check(s); err != nil {
		t.Fatal(err)
	}
	if b := s.blocks[g.ID()]; len(b.suspects) != 0 || len(b.failures) != 0 || len(s.leases) != 0 {
		t.Errorf("%d suspects, %d failures, %d leases", len(b.suspects), len(b.failures), len(s.leases))
	}
}

// A cancel and a new session in one batch of events: the session claims the lease, and must not be told to drop it, for
// then nobody would compute it after a resume.
func TestRevokeIsNotForTheNextSession(t *testing.T) {
	t.Parallel()
	s, g := stage(t, 1)
	s.Join(0, 1, able(1), nil)
	s.Pull(0, 1, 1)
	l := onlyGrant(t, s, 0).Lease
	if err := s.SetState(0, "s", Cancelled); err != nil {
		t.Fatal(err)
	}
	s.Join(0, 1, able(1), []Claim{{Lease: l, Left: []Span{{0, 1}}}})
	for _, a := range s.Actions(0) {
		if r, ok := a.(Revoke); ok && s.leases[r.Lease] != nil {
			t.Errorf("lease %d is claimed and revoked", r.Lease)
		}
	}
	s.Stored(0, 1, l.ID, g.ID(), []uint64{0}, nil)
	if err := check(s); err != nil || len(s.leases) != 0 {
		t.Errorf("%d leases, %v", len(s.leases), err)
	}
}

// A failure that a worker could not hand in before `retry` was one of the attempts that were forgiven.
func TestFailureFromBeforeRetryIsForgiven(t *testing.T) {
	t.Parallel()
	s, g := stage(t, 1)
	s.Join(0, 1, able(1), nil)
	s.Pull(0, 1, 1)
	old := onlyGrant(t, s, 0).Lease
	s.Join(0, 2, able(1), nil)
	now := time.Minute
	for range 60 {
		now += time.Second
		s.Heard(now, 2)
		s.Tick(now)
	}
	s.Pull(now, 2, 1)
	l := onlyGrant(t, s, now).Lease
	s.Failed(now, 2, l.ID, g.ID(), 0, Numerical, "it failed")
	if n, err := s.Retry(now, "s"); n != 1 || err != nil {
		t.Fatalf("retried %d tasks: %v", n, err)
	}
	s.Join(now, 3, able(1), []Claim{{Lease: old, Left: []Span{{0, 1}}}}) // back from a partition, with the same failure
	s.Failed(now, 3, old.ID, g.ID(), 0, Numerical, "it failed")
	if f := s.Failures("s", 0, 9).Page; len(f) != 0 {
		t.Fatalf("quarantined again by an attempt made before: %+v", f)
	}
	s.Pull(now, 2, 1)
	l = onlyGrant(t, s, now).Lease
	s.Failed(now, 2, l.ID, g.ID(), 0, Numerical, "it failed")
	if f := s.Failures("s", 0, 9).Page; len(f) != 1 || !f[0].Quarantined {
		t.Errorf("a new failure does not count: %+v", f)
	}
}
