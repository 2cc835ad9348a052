package coordinator

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"gardner/coordinator/store"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/proto/join"
	"gardner/sweeps"
	"gardner/worker"
)

// work starts workers on a target; the returned function stops them and waits.
func work(t testing.TB, target *join.Target, reg *sweeps.Registry, n int, log *counter) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			err := worker.Run(ctx, worker.Config{Target: target, Registry: reg, Slots: 1, Fingerprint: "f", Grace: 10 * time.Second,
				TaskLog: log, MaxBackoff: 50 * time.Millisecond})
			if err != nil {
				t.Errorf("worker: %v", err)
			}
		})
	}
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			all.Wait()
		})
	}
	t.Cleanup(stop)
	return stop
}

func TestSameBitsWhateverTheWorkers(t *testing.T) {
	t.Parallel()
	var first string
	for _, n := range []int{1, 2, 5} {
		reg := experiments(1, nil)
		h := newHouse(t, reg)
		r := h.submit(file("s", 20, "0, 1, 2", 5))
		if r.Tasks != 100 || r.Rows != 300 || r.Unchanged {
			t.Fatalf("submitted %v", r)
		}
		log := &counter{}
		stop := work(t, h.c.Target(), reg, n, log)
		if s := h.await("s"); s.Done != 100 || s.Failed != 0 || s.State != gardnerv1.SweepState_SWEEP_STATE_DONE {
			t.Errorf("%d workers: %v", n, s)
		}
		stop()
		if log.total() != 100 {
			t.Errorf("%d workers: %d executions of 100 tasks", n, log.total())
		}
		rows := h.raw("s")
		if strings.Count(rows, "\n") != 301 {
			t.Errorf("%d lines, want a header and 300", strings.Count(rows, "\n"))
		}
		if first == "" {
			first = rows
		} else if rows != first {
			t.Errorf("%d workers: other rows than one worker", n)
		}
	}
}

func TestResumeAndExtend(t *testing.T) {
	t.Parallel()
	reg := experiments(1, nil)
	h := newHouse(t, reg)
	h.submit(file("s", 10, "0, 1", 3))
	log := &counter{}
	stop := work(t, h.c.Target(), reg, 2, log)
	h.await("s")
	stop()
	if r := h.submit(file("s", 10, "0, 1", 3)); !r.Unchanged || r.Stored != 30 {
		t.Errorf("the same file again: %v", r)
	}
	before := h.raw("s")
	h.close()
	h.open()
	if s := h.await("s"); s.Done != 30 {
		t.Errorf("after a restart: %v", s)
	}
	// Wider, more replicates, more inner values: only what is new is computed, and what was there keeps its bits.
	dry, err := h.c.Control().Submit(t.Context(), &gardnerv1.SubmitRequest{Yaml: file("s", 12, "0, 1, 2", 4), DryRun: true})
	if err != nil || dry.Tasks != 48 {
		t.Errorf("dry run: %v, %v", dry, err)
	}
	h.submit(file("s", 12, "0, 1, 2", 4))
	stop = work(t, h.c.Target(), reg, 2, log)
	if s := h.await("s"); s.Done != 48 {
		t.Errorf("extended: %v", s)
	}
	stop()
	after := h.raw("s")
	if n := strings.Count(after, "\n"); n != 48*3+1 {
		t.Errorf("%d lines", n)
	}
	fresh := newHouse(t, reg)
	fresh.submit(file("s", 12, "0, 1, 2", 4))
	stop = work(t, fresh.c.Target(), reg, 2, &counter{})
	fresh.await("s")
	stop()
	if fresh.raw("s") != after {
		t.Error("an extended sweep differs from one computed at once")
	}
	if before == after {
		t.Error("nothing was added")
	}
	// A part of it under another name needs no work at all.
	if r := h.submit(file("part", 5, "1", 2)); r.Stored != 10 {
		t.Errorf("a part: %v", r)
	}
	if s := h.await("part"); s.State != gardnerv1.SweepState_SWEEP_STATE_DONE {
		t.Errorf("a part: %v", s)
	}
}

// Connections are cut again and again, the coordinator restarts on the same database: nothing is lost or done twice
// beyond what was under way.
func TestCutsAndRestarts(t *testing.T) {
	t.Parallel()
	const tasks = 400
	calm := newHouse(t, experiments(1, nil))
	calm.submit(file("s", 40, "0, 1", 10))
	stop := work(t, calm.c.Target(), experiments(1, nil), 2, &counter{})
	calm.await("s")
	stop()

	// Each execution takes a token until all tasks have been executed once: the faults keep pace with the work.
	tokens, all := make(chan struct{}), make(chan struct{})
	var mu sync.Mutex
	executed := map[[2]int]bool{}
	reg := experiments(1, func(ctx context.Context, x, replicate int) error {
		select {
		case <-tokens:
		case <-all:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
		mu.Lock()
		defer mu.Unlock()
		executed[[2]int{x, replicate}] = true
		if len(executed) == tasks {
			executed[[2]int{}] = true // so that it is closed once
			close(all)
		}
		return nil
	})
	h := newHouse(t, reg)
	h.close()
	h.cfg.Settle = 0 // one heartbeat
	h.cfg.Heartbeat = 200 * time.Millisecond
	h.cfg.TTL = 5 * time.Second
	h.open()
	h.submit(file("s", 40, "0, 1", 10))
	var current atomic.Pointer[join.Target]
	current.Store(h.c.Target())
	cutter := &cutter{}
	dial := func(ctx context.Context) (net.Conn, error) { return cutter.dial(ctx, current.Load()) }
	log := &counter{}
	stop = work(t, join.InProcess(dial), reg, 3, log)
	random := rand.New(rand.NewPCG(1, 2))
	restarts := 0
	for working := true; working; {
		for range 1 + random.IntN(20) {
			select {
			case tokens <- struct{}{}:
			case <-all:
				working = false
			}
		}
		cutter.cutAll()
		if random.IntN(6) == 0 && restarts < 5 {
			restarts++
			h.close()
			h.open()
			current.Store(h.c.Target())
		}
	}
	h.await("s")
	stop()
	if got, want := h.raw("s"), calm.raw("s"); got != want {
		t.Error("other rows than in calm weather")
	}
	if v, _ := h.c.Control().Status(t.Context(), &gardnerv1.StatusRequest{}); v.Conflicts != 0 {
		t.Errorf("%d conflicts", v.Conflicts)
	}
	t.Logf("%d cuts, %d restarts, %d executions of 400 tasks", cutter.cuts, restarts, log.total())
}

// cutter breaks connections.
type cutter struct {
	mu    sync.Mutex
	conns []net.Conn
	cuts  int
}

func (c *cutter) dial(ctx context.Context, target *join.Target) (net.Conn, error) {
	conn, err := target.Connect(ctx)
	if err == nil {
		c.mu.Lock()
		c.conns = append(c.conns, conn)
		c.mu.Unlock()
	}
	return conn, err
}

func (c *cutter) cutAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, x := range c.conns {
		_ = x.Close()
		c.cuts++
	}
	c.conns = nil
}

func TestFailuresAreKept(t *testing.T) {
	t.Parallel()
	var healed atomic.Bool
	reg := experiments(1, func(_ context.Context, x, _ int) error {
		switch {
		case healed.Load():
		case x == 3:
			return errors.New("no such luck")
		case x == 5:
			panic("a bug")
		}
		return nil
	})
	h := newHouse(t, reg)
	h.submit(file("s", 8, "0", 1))
	stop := work(t, h.c.Target(), reg, 2, &counter{})
	if s := h.await("s"); s.Done != 6 || s.Failed != 2 {
		t.Errorf("%v", s)
	}
	stop()
	h.close()
	h.open()
	f, err := h.c.Control().Failures(t.Context(), &gardnerv1.FailuresRequest{Sweep: "s"})
	if err != nil || len(f.Tasks) != 2 {
		t.Fatalf("%v, %v", f, err)
	}
	if f.Tasks[0].Kind != "error" || !strings.Contains(f.Tasks[0].Message, "no such luck") || f.Tasks[0].Attempts != 2 ||
		f.Tasks[1].Kind != "panic" || !strings.Contains(f.Tasks[1].Message, "a bug") || !f.Tasks[1].Quarantined {
		t.Errorf("%v", f)
	}
	healed.Store(true)
	if r, err := h.c.Control().Retry(t.Context(), &gardnerv1.RetryRequest{Sweep: "s"}); err != nil || r.Tasks != 2 {
		t.Errorf("%v, %v", r, err)
	}
	work(t, h.c.Target(), reg, 1, &counter{})
	if s := h.await("s"); s.Done != 8 || s.Failed != 0 {
		t.Errorf("after retry: %v", s)
	}
	h.close()
	h.open()
	if f, _ := h.c.Control().Failures(t.Context(), &gardnerv1.FailuresRequest{Sweep: "s"}); len(f.GetTasks()) != 0 {
		t.Errorf("still failed after a restart: %v", f)
	}
}

func TestPauseResumeCancel(t *testing.T) {
	t.Parallel()
	gate, begun := make(chan struct{}), make(chan struct{}, 100)
	reg := experiments(1, func(ctx context.Context, _, _ int) error {
		begun <- struct{}{}
		select {
		case <-gate:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	h := newHouse(t, reg)
	h.submit(file("s", 10, "0", 1))
	state := func() gardnerv1.SweepState {
		s, err := h.c.Control().Status(t.Context(), &gardnerv1.StatusRequest{Sweep: "s"})
		if err != nil {
			t.Fatal(err)
		}
		return s.Sweeps[0].State
	}
	ask := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ask(h.c.Control().Pause(t.Context(), &gardnerv1.PauseRequest{Sweep: "s"}))
	h.close()
	h.open()
	if s := state(); s != gardnerv1.SweepState_SWEEP_STATE_PAUSED {
		t.Errorf("state %v after a restart", s)
	}
	ask(h.c.Control().Resume(t.Context(), &gardnerv1.ResumeRequest{Sweep: "s"}))
	stop := work(t, h.c.Target(), reg, 2, &counter{})
	<-begun
	ask(h.c.Control().Cancel(t.Context(), &gardnerv1.CancelRequest{Sweep: "s"}))
	h.await("s")
	stop() // the revoked tasks, blocked at the gate, must have been cut short
	ask(h.c.Control().Resume(t.Context(), &gardnerv1.ResumeRequest{Sweep: "s"}))
	close(gate)
	work(t, h.c.Target(), reg, 2, &counter{})
	if s := h.await("s"); s.Done != 10 {
		t.Errorf("%v", s)
	}
}

func TestCommandErrors(t *testing.T) {
	t.Parallel()
	h := newHouse(t, experiments(1, nil))
	h.submit(file("s", 3, "0", 1))
	ctl := h.c.Control()
	code := func(_ any, err error) codes.Code { return status.Code(err) }
	query := func(r *gardnerv1.QueryRequest) codes.Code {
		stream, err := ctl.Query(t.Context(), r)
		if err != nil {
			return status.Code(err)
		}
		_, err = stream.Recv()
		return status.Code(err)
	}
	for what, got := range map[string]codes.Code{
		"NotFound pause":           code(ctl.Pause(t.Context(), &gardnerv1.PauseRequest{Sweep: "none"})),
		"NotFound retry":           code(ctl.Retry(t.Context(), &gardnerv1.RetryRequest{Sweep: "none"})),
		"NotFound status":          code(ctl.Status(t.Context(), &gardnerv1.StatusRequest{Sweep: "none"})),
		"NotFound failures":        code(ctl.Failures(t.Context(), &gardnerv1.FailuresRequest{Sweep: "none"})),
		"NotFound query":           query(&gardnerv1.QueryRequest{Sweep: "none"}),
		"InvalidArgument format":   query(&gardnerv1.QueryRequest{Sweep: "s", Format: "xml"}),
		"InvalidArgument where":    query(&gardnerv1.QueryRequest{Sweep: "s", Where: "x >"}),
		"InvalidArgument file":     code(ctl.Submit(t.Context(), &gardnerv1.SubmitRequest{Yaml: []byte("name: [")})),
		"InvalidArgument override": code(ctl.Submit(t.Context(), &gardnerv1.SubmitRequest{Yaml: file("s", 3, "0", 1), Set: []string{"y=3"}})),
	} {
		if want, _, _ := strings.Cut(what, " "); got.String() != want {
			t.Errorf("%s: %v", what, got)
		}
	}
	_, err := New(Config{DB: h.db, Registry: h.cfg.Registry})
	if !errors.Is(err, store.ErrLocked) {
		t.Errorf("a second coordinator: %v", err)
	}
}

func TestOverTLS(t *testing.T) {
	t.Parallel()
	reg := experiments(1, nil)
	h := newHouse(t, reg)
	h.submit(file("s", 10, "0, 1", 2))
	j, err := h.c.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	target, err := join.ParseTarget("@"+join.JoinFile(h.db), join.Options{})
	if err != nil {
		t.Fatal(err)
	}
	work(t, target, reg, 2, &counter{})
	if s := h.await("s"); s.Done != 20 {
		t.Errorf("%v", s)
	}
	bad := j
	bad.Token.Pin[0] ^= 1
	wrong, err := join.ParseTarget(bad.String(), join.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := worker.Run(t.Context(), worker.Config{Target: wrong, Registry: reg}); !errors.Is(err, join.ErrAuthority) {
		t.Errorf("another authority: %v", err)
	}
	bad = j
	bad.Token.Secret = strings.Repeat("A", len(j.Token.Secret))
	if wrong, err = join.ParseTarget(bad.String(), join.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := worker.Run(t.Context(), worker.Config{Target: wrong, Registry: reg}); !errors.Is(err, join.ErrToken) {
		t.Errorf("another secret: %v", err)
	}
	h.close()
	h.open()
	again, err := h.c.Listen("127.0.0.1:0")
	if err != nil || again.Token != j.Token {
		t.Errorf("the token changed at a restart (%v)", err)
	}
}

func TestSocket(t *testing.T) {
	t.Parallel()
	h := newHouse(t, experiments(1, nil))
	h.close()
	h.cfg.Socket = true
	h.open()
	target, err := join.ParseTarget("unix:"+join.Socket(h.db), join.Options{})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := target.Dial()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	v, err := gardnerv1.NewControlClient(conn).Version(t.Context(), &gardnerv1.VersionRequest{})
	if err != nil || v.Version != "test" {
		t.Errorf("%v, %v", v, err)
	}
}

// Submitted again to a build whose experiment has another version, the same file is computed again.
func TestTheSameFileAfterAVersionStep(t *testing.T) {
	t.Parallel()
	h := newHouse(t, experiments(1, nil))
	yaml := file("s", 3, "0, 1", 2)
	h.submit(yaml)
	stop := work(t, h.c.Target(), h.cfg.Registry, 1, &counter{})
	h.await("s")
	stop()
	if r := h.submit(yaml); !r.Unchanged || r.Stored != 6 {
		t.Errorf("the same again: %v", r)
	}
	h.close()
	h.cfg.Registry = experiments(2, nil)
	h.open()
	if r := h.submit(yaml); r.Unchanged || r.Stored != 0 || r.Tasks != 6 {
		t.Errorf("after a version step: %v", r)
	}
	stop = work(t, h.c.Target(), h.cfg.Registry, 1, &counter{})
	if s := h.await("s"); s.Done != 6 || strings.Count(h.raw("s"), "\n") != 13 {
		t.Errorf("after a version step: %v", s)
	}
	stop()
}

func TestWorkerOfAnotherVersion(t *testing.T) {
	t.Parallel()
	h := newHouse(t, experiments(2, nil))
	err := worker.Run(t.Context(), worker.Config{Target: h.c.Target(), Registry: experiments(1, nil), Version: "old"})
	if status.Code(errors.Unwrap(err)) != codes.FailedPrecondition || !strings.Contains(err.Error(), "test@1 instead of test@2") {
		t.Errorf("got %v", err)
	}
}
