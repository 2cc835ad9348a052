package scheduler

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gardner/coordinator/store"
	"gardner/sweeps"
)

func TestEveryTaskOnce(t *testing.T) {
	t.Parallel()
	for _, workers := range []int{1, 2, 5} {
		b := newBench(t)
		g := grid(t, 0, 40, 0, 3, 5)
		b.s.AddBlock(info(g))
		b.s.PutSweep("s", []sweeps.BlockID{g.ID()}, Active, 0)
		b.run(workers, always)
		v, _ := b.s.Sweep("s")
		if v.Done != 200 || v.State != Done || v.Leased != 0 {
			t.Errorf("%d workers: %+v", workers, v)
		}
		for o := range uint64(200) {
			if n := len(b.ran[g.ID()][o]); n != 1 {
				t.Errorf("%d workers: task %d ran %d times", workers, o, n)
			}
		}
	}
}

// Leases grow to LeaseSeconds of work and shrink at the end.
func TestLeaseSizes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	g := grid(t, 0, 1000, 0, 1, 20)
	b.s.AddBlock(info(g))
	b.s.PutSweep("s", []sweeps.BlockID{g.ID()}, Active, 0)
	b.run(2, always)
	var largest uint64
	for _, l := range b.order {
		largest = max(largest, l.Hi-l.Lo)
	}
	if first := b.order[0]; first.Hi-first.Lo != 1 {
		t.Errorf("the first lease, of unknown cost, has %d tasks", first.Hi-first.Lo)
	}
	if largest < 1300 || largest > 1600 { // 1 ms a task, 1.5 s a lease
		t.Errorf("the largest lease has %d tasks, want about 1500", largest)
	}
	if last := b.order[len(b.order)-1]; last.Hi-last.Lo > 50 {
		t.Errorf("the last lease still has %d tasks", last.Hi-last.Lo)
	}
}

func TestCostSizesLeases(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	g := grid(t, 0, 2000, 0, 1, 1)
	i := info(g)
	i.Cost = func(o uint64) float64 { // the second half costs ten times more
		if o < 1000 {
			return 1
		}
		return 10
	}
	b.s.AddBlock(i)
	b.s.PutSweep("s", []sweeps.BlockID{g.ID()}, Active, 0)
	b.s.blocks[g.ID()].pace = pace{seconds: 30, units: 3000}
	b.s.blocks[g.ID()].largest = 1000
	b.s.Join(0, 1, able(1), nil)
	w := b.s.workers[1]
	src := b.s.sweeps["s"].sources[0]
	if cheap, dear := b.s.extend(w, src, 0, 2000), b.s.extend(w, src, 1200, 2000)-1200; cheap < 149 || cheap > 150 || dear < 14 || dear > 15 {
		t.Errorf("leases of %d cheap and %d dear tasks, want about 150 and 15", cheap, dear)
	}
}

func TestOverlapIsNotComputedTwice(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	old := grid(t, 0, 10, 0, 3, 2)
	wide := grid(t, 5, 15, 1, 6, 3) // more x, more inner rows, more replicates
	b.s.AddBlock(info(old))
	b.s.PutSweep("old", []sweeps.BlockID{old.ID()}, Paused, 0)
	b.s.AddBlock(info(wide))
	b.s.PutSweep("wide", []sweeps.BlockID{wide.ID()}, Active, 0)
	b.run(2, always)

	v, _ := b.s.Sweep("wide")
	if v.Done != 30 || v.State != Done {
		t.Errorf("%+v", v)
	}
	if v, _ := b.s.Sweep("old"); v.Done != 10 || v.State != Paused { // x = 6..10, two replicates
		t.Errorf("of the paused sweep only what the other needs: %+v", v)
	}
	// Every row of the wide block is there once.
	r, _ := sweeps.Overlap(wide, old)
	for o := range wide.Tasks() {
		rows := map[int]int{}
		for _, mask := range b.ran[wide.ID()][o] {
			if mask == nil {
				mask = []int{0, 1, 2, 3, 4}
			}
			for _, k := range mask {
				rows[k]++
			}
		}
		if from, ok := r.Map(o); ok && len(b.ran[old.ID()][from]) == 1 {
			for k, x := range r.InnerMap() {
				if x >= 0 {
					rows[k]++
				}
			}
		}
		for k := range 5 {
			if rows[k] != 1 {
				t.Errorf("task %d row %d was computed %d times", o, k, rows[k])
			}
		}
	}
}

func TestIdenticalGridNeedsNoWork(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	big := grid(t, 0, 10, 0, 3, 2)
	i := info(big)
	i.Done = bitmap(20)
	for o := range uint64(20) {
		i.Done.Set(o)
	}
	b.s.AddBlock(i)
	part := grid(t, 2, 5, 1, 2, 1)
	b.s.AddBlock(info(part))
	b.s.PutSweep("part", []sweeps.BlockID{part.ID()}, Active, 0)
	if v, _ := b.s.Sweep("part"); v.Done != 3 || v.State != Done {
		t.Errorf("%+v", v)
	}
}

// Pages of failures follow each other in plan order, blocks included, and the version tells when to read them again.
func TestFailuresArePaged(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first, second := grid(t, 0, 20, 0, 1, 1), grid(t, 20, 40, 0, 1, 1)
	b.s.AddBlock(info(first))
	b.s.AddBlock(info(second))
	b.s.PutSweep("s", []sweeps.BlockID{second.ID(), first.ID()}, Active, 0)
	version := func() uint64 {
		v, _ := b.s.Sweep("s")
		return v.Changes
	}
	if version() != 0 {
		t.Fatal("changes before any")
	}
	b.run(2, func(l Lease, o uint64) string {
		if o%4 == 3 {
			return Numerical
		}
		return ""
	})
	var got []uint64
	for offset := 0; ; offset += 3 {
		f := b.s.Failures("s", offset, 3)
		if f.Total != 10 || f.Quarantined != 10 {
			t.Fatalf("counts %d, %d", f.Total, f.Quarantined)
		}
		if len(f.Page) == 0 {
			break
		}
		for _, x := range f.Page {
			if at := len(got); x.Block != []sweeps.BlockID{second.ID(), first.ID()}[at/5] {
				t.Errorf("number %d is of block %s", at, x.Block.Short())
			}
			got = append(got, x.Ordinal)
		}
	}
	if want := []uint64{3, 7, 11, 15, 19, 3, 7, 11, 15, 19}; !slices.Equal(got, want) {
		t.Errorf("pages give %v, want %v", got, want)
	}
	before := version()
	if before == 0 {
		t.Error("failures change no version")
	}
	if _, err := b.s.Retry(b.now, "s"); err != nil || version() == before || b.s.Failures("s", 0, 9).Total != 0 {
		t.Errorf("after the retry: %v, version %d after %d", err, version(), before)
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	g := grid(t, 0, 30, 0, 1, 1)
	b.s.AddBlock(info(g))
	b.s.PutSweep("s", []sweeps.BlockID{g.ID()}, Active, 0)
	b.run(2, func(_ Lease, o uint64) string {
		switch o {
		case 3:
			return Numerical
		case 7:
			return Panic
		}
		return ""
	})
	v, _ := b.s.Sweep("s")
	if v.Done != 28 || v.Failed != 2 || v.State != Done {
		t.Errorf("%+v", v)
	}
	if n := len(b.ran[g.ID()][3]); n != 1 {
		t.Errorf("a numerical error was tried %d times", n)
	}
	if n := len(b.ran[g.ID()][7]); n != 2 {
		t.Errorf("a panic was tried %d times", n)
	}
	if f := b.s.Failures("s", 0, 9).Page; len(f) != 2 || f[0].Ordinal != 3 || f[1].Kind != Panic || f[1].Attempts != 2 || !f[1].Quarantined {
		t.Errorf("failures %+v", f)
	}
	if n, err := b.s.Retry(b.now, "s"); n != 2 || err != nil {
		t.Errorf("retry: %d, %v", n, err)
	}
	b.run(1, always)
	if v, _ := b.s.Sweep("s"); v.Done != 30 || v.Failed != 0 || v.State != Done {
		t.Errorf("after retry: %+v", v)
	}
}

func TestSecondAttemptIsElsewhere(t *testing.T) {
	t.Parallel()
	s := New(Config{}, 0)
	g := grid(t, 0, 1, 0, 1, 1)
	s.AddBlock(info(g))
	s.PutSweep("s", []sweeps.BlockID{g.ID()}, Active, 0)
	s.Join(0, 1, able(1), nil)
	s.Join(0, 2, able(1), nil)
	s.Pull(0, 1, 1)
	l := onlyGrant(t, s, 0)
	s.Failed(0, 1, l.Lease.ID, g.ID(), 0, Error, "no")
	s.Failed(0, 1, l.Lease.ID, g.ID(), 0, Error, "no") // handed in again after a reconnect
	s.Pull(0, 1, 1)
	if a := grants(s, 0); len(a) != 0 {
		t.Fatalf("tried again on the same worker: %v", a)
	}
	s.Pull(0, 2, 1)
	if l := onlyGrant(t, s, 0); l.Worker != 2 {
		t.Errorf("second attempt on worker %d", l.Worker)
	}
}

func TestMostOfTheFirstTasksFail(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	g := grid(t, 0, 1000, 0, 1, 1)
	b.s.AddBlock(info(g))
	b.s.PutSweep("s", []sweeps.BlockID{g.ID()}, Active, 0)
	b.run(2, func(Lease, uint64) string { return Error })
	v, _ := b.s.Sweep("s")
	if v.State != Paused || !strings.Contains(v.Reason, "failed") || v.Failed > 100 {
		t.Errorf("%+v", v)
	}
	if err := b.s.SetState(b.now, "s", Active); err != nil {
		t.Fatal(err)
	}
	b.run(2, always)
	if v, _ := b.s.Sweep("s"); v.State != Done || v.Done+v.Failed != 1000 {
		t.Errorf("resumed: %+v", v)
	}
}

func grants(s *Scheduler, now time.Duration) (out []Grant) {
	for _, a := range s.Actions(now) {
		if g, ok := a.(Grant); ok {
			out = append(out, g)
		}
	}
	return out
}

func onlyGrant(t *testing.T, s *Scheduler, now time.Duration) Grant {
	t.Helper()
	g := grants(s, now)
	if len(g) != 1 {
		t.Fatalf("%d grants, want 1", len(g))
	}
	return g[0]
}

func TestExpiryAndRenewal(t *testing.T) {
	t.Parallel()
	s := New(Config{TTL: 20 * time.Second, Heartbeat: 5 * time.Second}, 0)
	g := grid(t, 0, 1, 0, 1, 1)
	s.AddBlock(info(g))
	s.PutSweep("s", []sweeps.BlockID{g.ID()}, Active, 0)
	s.Join(0, 1, able(1), nil)
	s.Pull(0, 1, 1)
	l := onlyGrant(t, s, 0)
	now := time.Duration(0)
	for range 50 {
		now += 2 * time.Second
		s.Heartbeat(now, 1, []Running{{Lease: l.Lease.ID, Block: g.ID()}})
		s.Tick(now)
	}
	s.Join(now, 2, able(1), nil)
	s.Pull(now, 2, 1)
	if a := grants(s, now); len(a) != 0 {
		t.Fatal("a renewed lease was handed out again")
	}
	for range 11 {
		now += 2 * time.Second
		s.Heard(now, 2)
		s.Tick(now)
	}
	if got := onlyGrant(t, s, now); got.Worker != 2 || got.Lease.ID == l.Lease.ID {
		t.Errorf("got %+v", got)
	}
	// The first worker's result is welcome all the same.
	s.Stored(now, 1, l.Lease.ID, g.ID(), []uint64{0}, nil)
	if v, _ := s.Sweep("s"); v.State != Done {
		t.Errorf("%+v", v)
	}
}

func TestSuspendedCoordinatorBlamesNobody(t *testing.T) {
	t.Parallel()
	s := New(Config{}, 0)
	g := grid(t, 0, 1, 0, 1, 1)
	s.AddBlock(info(g))
	s.PutSweep("s", []sweeps.BlockID{g.ID()}, Active, 0)
	s.Join(0, 1, able(1), nil)
	s.Pull(0, 1, 1)
	onlyGrant(t, s, 0)
	now := 8 * time.Hour
	s.Tick(now)
	if len(s.leases) != 1 {
		t.Fatal("the lease was taken away on waking")
	}
	for range 11 {
		now += 2 * time.Second
		s.Tick(now)
	}
	if len(s.leases) != 0 {
		t.Error("the lease never expires")
	}
}

func TestRestartWaitsAndAdopts(t *testing.T) {
	t.Parallel()
	s := New(Config{}, 0)
	g := grid(t, 0, 10, 0, 1, 1)
	s.AddBlock(info(g))
	s.PutSweep("s", []sweeps.BlockID{g.ID()}, Active, 0)
	s.Settle(0, 5*time.Second)
	s.Join(0, 1, able(1), nil)
	s.Pull(0, 1, 1)
	if a := grants(s, 0); len(a) != 0 {
		t.Fatal("handed out before workers could reconnect")
	}
	claim := Claim{Lease: Lease{ID: 77, Block: g.ID(), Lo: 0, Hi: 10}, Left: []Span{{2, 10}}}
	s.Join(time.Second, 2, able(1), []Claim{claim})
	s.Tick(6 * time.Second)
	if l := onlyGrant(t, s, 6*time.Second); l.Lease.Lo != 0 || l.Lease.Hi > 2 {
		t.Errorf("got %+v, the rest is held", l.Lease)
	}
	s.Stored(7*time.Second, 2, 77, g.ID(), []uint64{2, 3, 4, 5, 6, 7, 8, 9}, nil)
	if len(s.workers[2].leases) != 0 {
		t.Error("the adopted lease is not closed")
	}
}

// A task that kills its worker is found and quarantined, and nothing else is.
func TestPoison(t *testing.T) {
	t.Parallel()
	s := New(Config{}, 0)
	g := grid(t, 0, 3000, 0, 1, 1)
	s.AddBlock(info(g))
	s.PutSweep("s", []sweeps.BlockID{g.ID()}, Active, 0)
	const poison = 1234
	now, crashes := time.Duration(0), 0
	for id := WorkerID(1); ; id++ {
		if id > 1000 {
			t.Fatal("no end")
		}
		s.Join(now, id, able(1), nil)
		s.Pull(now, id, 1)
		dead := false
		for !dead {
			a := grants(s, now)
			if len(a) == 0 {
				break
			}
			l := a[0].Lease
			var ran []uint64
			var seconds []float32
			for o := l.Lo; o < l.Hi && !dead; o++ {
				dead = o == poison
				if !dead {
					ran, seconds = append(ran, o), append(seconds, 0.001)
				}
			}
			if half := len(ran) / 2; dead { // the last ones were never handed in
				ran, seconds = ran[:half], seconds[:half]
			}
			s.Heartbeat(now, id, []Running{{Lease: l.ID, Block: g.ID(), Ordinal: l.Lo}})
			s.Stored(now, id, l.ID, g.ID(), ran, seconds)
			s.Pull(now, id, 1)
		}
		if !dead {
			break
		}
		crashes++
		s.Leave(now, id, false)
		for range 15 {
			now += 2 * time.Second
			s.Tick(now)
			if err := check(s); err != nil {
				t.Fatal(err)
			}
		}
	}
	v, _ := s.Sweep("s")
	if f := s.Failures("s", 0, 9).Page; v.Done != 2999 || v.Failed != 1 || len(f) != 1 || f[0].Ordinal != poison || f[0].Kind != Crash {
		t.Errorf("%+v, failures %+v", v, f)
	}
	if crashes > 10 {
		t.Errorf("it took %d workers to find it", crashes)
	}
}

func TestFairShare(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var ids []sweeps.BlockID
	for i, name := range []string{"a", "b", "c"} {
		g := grid(t, 100*i, 100*i+50, 0, 1, 1)
		ids = append(ids, g.ID())
		b.s.AddBlock(info(g))
		b.s.PutSweep(name, []sweeps.BlockID{g.ID()}, Active, 0)
	}
	b.run(1, always)
	for i := range 9 {
		if b.order[i].Block != ids[i%3] {
			t.Errorf("lease %d is of sweep %d", i, slices.Index(ids, b.order[i].Block))
		}
	}
}

func TestCancelRevokes(t *testing.T) {
	t.Parallel()
	s := New(Config{}, 0)
	g := grid(t, 0, 10, 0, 1, 1)
	s.AddBlock(info(g))
	s.PutSweep("s", []sweeps.BlockID{g.ID()}, Active, 0)
	s.Join(0, 1, able(1), nil)
	s.Pull(0, 1, 2)
	held := grants(s, 0)
	if err := s.SetState(0, "s", Cancelled); err != nil {
		t.Fatal(err)
	}
	revoked := 0
	for _, a := range s.Actions(0) {
		if _, ok := a.(Revoke); ok {
			revoked++
		}
	}
	if revoked != len(held) || s.Leased() {
		t.Errorf("%d of %d leases revoked", revoked, len(held))
	}
	if err := s.SetState(0, "s", Active); err != nil {
		t.Fatal(err)
	}
	s.Pull(0, 1, 1)
	onlyGrant(t, s, 0)
	if err := s.SetState(0, "none", Paused); err == nil {
		t.Error("an unknown sweep was paused")
	}
}

func TestFailuresSurviveRestart(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	g := grid(t, 0, 5, 0, 1, 1)
	i := info(g)
	i.Failures = []store.Failure{
		{Block: g.ID(), Ordinal: 1, Attempts: 2, Kind: Error, Quarantined: true},
		{Block: g.ID(), Ordinal: 2, Attempts: 1, Kind: Error},
		{Block: g.ID(), Ordinal: 3, Attempts: 2, Kind: Crash},
	}
	b.s.AddBlock(i)
	b.s.PutSweep("s", []sweeps.BlockID{g.ID()}, Active, 0)
	b.run(1, func(_ Lease, o uint64) string {
		if o == 2 {
			return Error
		}
		return ""
	})
	if v, _ := b.s.Sweep("s"); v.Done != 3 || v.Failed != 2 {
		t.Errorf("%+v", v)
	}
	if n := len(b.ran[g.ID()][2]); n != 1 {
		t.Errorf("the task that had failed once before the restart was tried %d more times", n)
	}
}
