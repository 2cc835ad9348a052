package coordinator

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"gardner/coordinator/scheduler"
	"gardner/coordinator/store"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/proto/join"
	"gardner/sweeps"
	"gardner/worker"
)

// large says that the sizes of the targets are to be run (`make scale`) and not small ones.
func large() bool { return os.Getenv("GARDNER_SCALE") != "" }

// heap is the memory in use after a collection.
func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// TestScale submits a sweep, fills it, opens it again and reads it whole. Times are printed, for they are the machine's;
// memory is checked: a pending task costs less than a byte.
func TestScale(t *testing.T) {
	sizes := []int{200_000}
	if large() {
		sizes = []int{100_000, 1_000_000, 10_000_000}
	}
	for _, n := range sizes {
		t.Run(fmt.Sprint(n), func(t *testing.T) { scale(t, n) })
	}
}

func scale(t *testing.T, n int) {
	h := newHouse(t, noop())
	file := fmt.Appendf(nil, "name: s\nexperiment: test\ngrid:\n  x: range(1, 1000, 1)\n  k: [0]\nreplicates: %d\nseed: 7\n", n/1000)
	h.submit([]byte("name: first\nexperiment: test\ngrid:\n  x: [5000]\n  k: [0]\nseed: 7\n")) // connections and caches are not the tasks'
	empty := heap()
	took := stopwatch()
	r := h.submit(file)
	submit := took()
	pending := heap() - empty
	if r.Tasks != uint64(n) {
		t.Fatalf("%d tasks", r.Tasks)
	}
	if pending > float64(n)+1<<19 {
		t.Errorf("%d pending tasks cost %.1f MB: more than a byte each", n, pending/1e6)
	}
	took = stopwatch()
	fill(t, h.c.Store(), n)
	filled := took()
	h.close()
	took = stopwatch()
	st, err := store.Open(h.db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	opened := took()
	h.cfg.Store, h.cfg.DB = st, ""
	h.open()
	resumed := took()
	if s := h.await("s"); s.Done != uint64(n) {
		t.Errorf("after opening again: %v", s)
	}
	took = stopwatch()
	v, err := st.Verify(t.Context(), nil)
	if err != nil || v.Results != uint64(n) || len(v.Problems) > 0 {
		t.Errorf("verify: %v, %v", v, err)
	}
	scanned := took()
	size, err := st.Size()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d tasks: submit %.3f s, pending state %.2f MB (%.3f bytes a task), stored in %.1f s, open %.3f s and resume %.3f s with the bitmap, full scan %.1f s, file %.0f MB",
		n, submit, pending/1e6, pending/float64(n), filled, opened, resumed, scanned, float64(size)/1e6)
	t.Cleanup(func() { _ = st.Close() })
}

func stopwatch() func() float64 {
	begin := time.Now()
	return func() float64 { return time.Since(begin).Seconds() }
}

// fill stores a result for every task, as workers' batches would.
func fill(t *testing.T, st *store.Store, n int) {
	t.Helper()
	e, err := noop().Lookup("test")
	if err != nil {
		t.Fatal(err)
	}
	record := sweeps.EncodeRecord(e, 1, nil, []sweeps.Row{{Cells: []sweeps.Cell{sweeps.Val(1)}}})
	id := st.Blocks()[1].ID
	var under sync.WaitGroup
	for at := 0; at < n; at += 1000 {
		rs := make([]store.Result, 0, 1000)
		for o := at; o < min(at+1000, n); o++ {
			rs = append(rs, store.Result{Block: id, Ordinal: uint64(o), Record: record})
		}
		under.Add(1)
		st.Append(rs, func(_ []store.Outcome, err error) {
			if err != nil {
				t.Error(err)
			}
			under.Done()
		})
	}
	under.Wait()
}

// TestReconnectStorm lets many real workers over TLS hold leases, takes the coordinator away and starts another: all
// come back at once, and no lease is lost, so nothing is executed twice.
func TestReconnectStorm(t *testing.T) {
	n := 40
	if large() {
		n = 1000
	}
	gate := make(chan struct{})
	reg := experiments(1, func(ctx context.Context, _, _ int) error {
		select {
		case <-gate:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	h := newHouse(t, reg)
	h.close()
	h.cfg.Settle, h.cfg.Heartbeat = 0, 30*time.Second
	h.open()
	j, err := h.c.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	target, err := join.ParseTarget(j.String(), join.Options{})
	if err != nil {
		t.Fatal(err)
	}
	h.submit(file("s", 2*n, "0", 1)) // each worker holds one under way and one in reserve
	ctx, cancel := context.WithCancel(t.Context())
	log := &counter{}
	var all sync.WaitGroup
	begin := time.Now()
	for range n {
		all.Go(func() {
			if err := worker.Run(ctx, worker.Config{Target: target, Registry: reg, Slots: 1, Fingerprint: "f", TaskLog: log}); err != nil {
				t.Error(err)
			}
		})
	}
	defer func() {
		cancel()
		all.Wait()
	}()
	leased := func() uint64 {
		s, err := h.c.Control().Status(t.Context(), &gardnerv1.StatusRequest{Sweep: "s"})
		if err != nil {
			t.Fatal(err)
		}
		return s.Sweeps[0].Leased
	}
	connected := func() (n int) {
		s, err := h.c.Control().Status(t.Context(), &gardnerv1.StatusRequest{})
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range s.Workers {
			if w.Connected {
				n++
			}
		}
		return n
	}
	wait := func(what string, ok func() bool) {
		t.Helper()
		for end := time.Now().Add(3 * time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s: %d connected, %d leased", what, connected(), leased())
			}
		}
	}
	wait("all at work", func() bool { return leased() == uint64(2*n) && log.total() == n })
	joined := time.Since(begin)
	address := j.Addrs[0]
	h.close()
	begin = time.Now()
	h.open()
	if _, err := h.c.Listen(address); err != nil {
		t.Fatal(err)
	}
	wait("all back", func() bool { return connected() == n && leased() == uint64(2*n) })
	t.Logf("%d workers over TLS: joined and at work in %.1f s, back after a restart in %.1f s with all %d leases", n, joined.Seconds(), time.Since(begin).Seconds(), 2*n)
	close(gate)
	if s := h.await("s"); s.Done != uint64(2*n) || log.total() != 2*n {
		t.Errorf("%v; %d executions", s, log.total())
	}
}

// TestManyWorkers drives the scheduler alone with up to 10,000 workers, all of whom lose their connection and come back
// with what they hold.
func TestManyWorkers(t *testing.T) {
	sizes := []int{100, 1000}
	if large() {
		sizes = []int{100, 1000, 10_000}
	}
	for _, n := range sizes {
		reg := noop()
		e, err := reg.Lookup("test")
		if err != nil {
			t.Fatal(err)
		}
		b, err := sweeps.NewBlock(e, []sweeps.Axis{sweeps.Numbers("x", 1)}, 1, 0, 20*n)
		if err != nil {
			t.Fatal(err)
		}
		s := scheduler.New(scheduler.Config{}, 0)
		s.AddBlock(scheduler.BlockInfo{ID: b.ID(), Block: b})
		s.PutSweep("s", []sweeps.BlockID{b.ID()}, scheduler.Active, 0)
		self := scheduler.Worker{Name: "w", Slots: 1, Can: map[string]bool{e.ID(): true}}
		held := make([][]scheduler.Lease, n+1)
		now := time.Duration(0)
		grants, executions := 0, 0
		drain := func() {
			for _, a := range s.Actions(now) {
				if g, ok := a.(scheduler.Grant); ok {
					held[g.Worker] = append(held[g.Worker], g.Lease)
					grants++
				}
			}
		}
		took := stopwatch()
		for id := 1; id <= n; id++ {
			s.Join(now, scheduler.WorkerID(id), self, nil)
			s.Pull(now, scheduler.WorkerID(id), 2)
		}
		drain()
		start := took()
		took = stopwatch()
		for id := 1; id <= n; id++ { // the storm
			s.Leave(now, scheduler.WorkerID(id), false)
		}
		before := grants
		for id := 1; id <= n; id++ {
			var claims []scheduler.Claim
			for _, l := range held[id] {
				claims = append(claims, scheduler.Claim{Lease: l, Left: []scheduler.Span{{Lo: l.Lo, Hi: l.Hi}}})
			}
			s.Join(now, scheduler.WorkerID(id), self, claims)
		}
		drain()
		storm := took()
		if grants != before {
			t.Errorf("%d workers: %d leases were handed out again", n, grants-before)
		}
		took = stopwatch()
		events := 0
		for busy := true; busy; {
			busy = false
			now += 100 * time.Millisecond
			for id := 1; id <= n; id++ {
				for _, l := range held[id] {
					busy = true
					var done []uint64
					var seconds []float32
					for o := l.Lo; o < l.Hi; o++ {
						done, seconds = append(done, o), append(seconds, 0.1)
						executions++
					}
					s.Stored(now, scheduler.WorkerID(id), l.ID, b.ID(), done, seconds)
					s.Pull(now, scheduler.WorkerID(id), 1)
					events += 2
				}
				held[id] = held[id][:0]
			}
			s.Tick(now)
			drain()
		}
		work := took()
		if v, _ := s.Sweep("s"); v.Done != v.Tasks || executions != 20*n {
			t.Errorf("%d workers: %+v, %d executions", n, v, executions)
		}
		t.Logf("%5d workers: first leases %.3f s, storm of %d leases %.3f s, %d tasks at %.2f us an event", n, start, before, storm, 20*n, work/float64(events)*1e6)
	}
}
