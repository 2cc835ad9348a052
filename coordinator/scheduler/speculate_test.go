package scheduler

import (
	"testing"
	"time"

	"gardner/sweeps"
)

// straggling is a sweep of n tasks all of which worker 1 and 2 have done, in 100 ms each, but the last: worker 1 has had
// that for 10 seconds, and worker 2 waits. Both report heartbeats.
func straggling(t *testing.T, second Worker) (s *Scheduler, now time.Duration, last Lease, actions []Action) {
	t.Helper()
	s = New(Config{}, 0)
	b := grid(t, 0, 20, 0, 1, 1)
	s.AddBlock(info(b))
	s.PutSweep("a", []sweeps.BlockID{b.ID()}, Active, 0)
	s.Join(0, 1, able(1), nil)
	s.Pull(0, 1, 1)
	for {
		g := grants(s, now)
		if len(g) != 1 {
			t.Fatalf("%d leases for one worker", len(g))
		}
		last = g[0].Lease
		for o := last.Lo; o < last.Hi; o++ {
			if o == b.Tasks()-1 {
				s.Join(now, 2, second, nil)
				s.Pull(now, 2, 1)
				actions = append(actions, s.Actions(now)...)
				for range 10 {
					now += time.Second
					s.Heartbeat(now, 1, []Running{{Lease: last.ID, Block: last.Block, Ordinal: o}})
					s.Heartbeat(now, 2, nil)
					s.Tick(now)
					actions = append(actions, s.Actions(now)...)
					if err := check(s); err != nil {
						t.Fatal(err)
					}
				}
				return s, now, last, actions
			}
			now += 100 * time.Millisecond
			s.Stored(now, 1, last.ID, last.Block, []uint64{o}, []float32{0.1})
		}
		s.Pull(now, 1, 1)
	}
}

func grantsOf(actions []Action) (out []Grant) {
	for _, a := range actions {
		if g, ok := a.(Grant); ok {
			out = append(out, g)
		}
	}
	return out
}

func revokes(actions []Action) (out []Revoke) {
	for _, a := range actions {
		if r, ok := a.(Revoke); ok {
			out = append(out, r)
		}
	}
	return out
}

func TestStragglersAreRunTwice(t *testing.T) {
	t.Parallel()
	s, now, first, actions := straggling(t, able(1))
	g := grantsOf(actions)
	if len(g) != 1 || g[0].Worker != 2 || g[0].Lease.Lo != 19 || g[0].Lease.Hi != 20 || g[0].Lease.Block != first.Block {
		t.Fatalf("the idle worker was given %v", g)
	}
	twin := g[0].Lease
	s.Stored(now, 2, twin.ID, twin.Block, []uint64{19}, []float32{0.1})
	if v, _ := s.Sweep("a"); v.State != Done {
		t.Fatalf("after the first answer the sweep is %v", v)
	}
	// The loser may end, but not for ever.
	if r := revokes(s.Actions(now)); len(r) != 0 {
		t.Fatalf("the loser was cut at once: %v", r)
	}
	now += time.Second
	s.Tick(now)
	if r := revokes(s.Actions(now)); len(r) != 0 {
		t.Fatalf("the loser was cut after a second: %v", r)
	}
	for range 12 {
		now += time.Second
		s.Heartbeat(now, 1, nil)
		s.Tick(now)
	}
	if r := revokes(s.Actions(now)); len(r) != 1 || r[0].Worker != 1 || r[0].Lease != first.ID {
		t.Fatalf("the loser was not cut: %v", r)
	}
	if err := check(s); err != nil || s.Leased() {
		t.Fatalf("%v, leased %v", err, s.Leased())
	}
}

func TestTheStragglerMayWin(t *testing.T) {
	t.Parallel()
	s, now, first, actions := straggling(t, able(1))
	twin := grantsOf(actions)[0].Lease
	s.Stored(now, 1, first.ID, first.Block, []uint64{19}, []float32{10})
	now += time.Second
	s.Stored(now, 2, twin.ID, twin.Block, []uint64{19}, []float32{0.1})
	if v, _ := s.Sweep("a"); v.State != Done || s.Leased() {
		t.Fatalf("%v, leased %v", v, s.Leased())
	}
	if err := check(s); err != nil {
		t.Fatal(err)
	}
}

func TestTwinsCoverEachOther(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(s *Scheduler, now *time.Duration, first, twin Lease){
		"the twin is given back": func(s *Scheduler, now *time.Duration, _, twin Lease) {
			s.GivenBack(*now, 2, twin.ID, twin.Block, []Span{{19, 20}})
		},
		"the first is given back": func(s *Scheduler, now *time.Duration, first, _ Lease) {
			s.GivenBack(*now, 1, first.ID, first.Block, []Span{{19, 20}})
		},
		"the first falls silent": func(s *Scheduler, now *time.Duration, _, _ Lease) {
			for range 30 {
				*now += time.Second
				s.Heartbeat(*now, 2, nil)
				s.Tick(*now)
			}
		},
		"the twin leaves": func(s *Scheduler, now *time.Duration, _, _ Lease) { s.Leave(*now, 2, true) },
	} {
		s, now, first, actions := straggling(t, able(1))
		end(s, &now, first, grantsOf(actions)[0].Lease)
		if err := check(s); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		third := able(1)
		third.Fingerprint = "so that it gets pending tasks only"
		s.Join(now, 3, third, nil)
		s.Pull(now, 3, 1)
		if g := grants(s, now); len(g) != 0 {
			t.Errorf("%s: the task was handed out a third time: %v", name, g)
		}
	}
	// Both given back: it is pending again. Failed by one: the other is not waited for.
	s, now, first, actions := straggling(t, able(1))
	twin := grantsOf(actions)[0].Lease
	s.GivenBack(now, 1, first.ID, first.Block, []Span{{19, 20}})
	s.GivenBack(now, 2, twin.ID, twin.Block, []Span{{19, 20}})
	s.Join(now, 3, able(1), nil)
	s.Pull(now, 3, 1)
	if g := grants(s, now); len(g) != 1 || g[0].Lease.Lo != 19 {
		t.Errorf("after both gave it back: %v", g)
	}
	s, now, _, actions = straggling(t, able(1))
	twin = grantsOf(actions)[0].Lease
	s.Failed(now, 2, twin.ID, twin.Block, 19, Error, "no")
	if err := check(s); err != nil {
		t.Error(err)
	}
	s.Join(now, 3, able(1), nil)
	s.Pull(now, 3, 1)
	if g := grants(s, now); len(g) != 1 || g[0].Lease.Lo != 19 {
		t.Errorf("after one failed: %v", g)
	}
}

func TestWhoIsNotRunTwice(t *testing.T) {
	t.Parallel()
	other := able(1)
	other.Fingerprint = "other numerics"
	if _, _, _, actions := straggling(t, other); len(grantsOf(actions)) != 0 {
		t.Errorf("a worker of other numerics was given %v", grantsOf(actions))
	}
	unable := able(1)
	unable.Can = map[string]bool{"else@1": true}
	if _, _, _, actions := straggling(t, unable); len(grantsOf(actions)) != 0 {
		t.Errorf("a worker that cannot run it was given %v", grantsOf(actions))
	}
}
