package sim_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"gardner/coordinator"
	"gardner/coordinator/store"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
	"gardner/worker"
)

// The real coordinator, store, gRPC and workers under a fake clock and a seeded adversary: fewer schedules than the
// twins, and nothing between the adversary and the code that users run. (Which goroutine runs first is not in the
// seed's hands, so a seed gives the same faults, not the same run.)
func TestRealCode(t *testing.T) {
	t.Parallel()
	n := 12
	if testing.Short() {
		n = 4
	}
	if os.Getenv("GARDNER_SLOW") != "" {
		n = 300
	}
	for part := range 2 {
		t.Run(fmt.Sprint(part), func(t *testing.T) {
			t.Parallel()
			for i := part; i < n && !t.Failed(); i += 2 {
				seed := uint64(i + 1)
				dir := t.TempDir()
				synctest.Test(t, func(t *testing.T) { newReality(t, seed, dir).play() })
				if t.Failed() {
					t.Logf("seed %d", seed)
				}
			}
		})
	}
}

const realTasks = 200

// trial has tasks of some fake time; a few fail once, two always.
func trial(random *rand.Rand) *sweeps.Registry {
	var mu sync.Mutex // guards what follows
	fails := map[[2]int]int{{3, 0}: 1 << 30, {7, 1}: 1 << 30, {11, 2}: 1, {13, 3}: 1}
	base := time.Duration(20+random.IntN(300)) * time.Millisecond
	return sweeps.NewRegistry(&sweeps.Experiment{
		Name: "trial", Version: 1, Doc: "for tests",
		Params: []sweeps.Param{
			{Name: "x", Doc: "which", Kind: sweeps.Integer, Default: sweeps.Num(0)},
			{Name: "k", Doc: "inner", Kind: sweeps.Number, Default: sweeps.Num(0), Inner: true},
		},
		Metrics: []sweeps.Metric{{Name: "m", Doc: "noise around x + k", Kind: sweeps.MetricNumber}},
		Run: func(ctx context.Context, t *sweeps.Task) ([]sweeps.Row, error) {
			select {
			case <-time.After(base + time.Duration(t.Outer.Int("x"))*time.Millisecond):
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			key := [2]int{t.Outer.Int("x"), t.Replicate}
			mu.Lock()
			defer mu.Unlock()
			if fails[key] > 0 {
				fails[key]--
				return nil, errors.New("no such luck")
			}
			noise := t.Stream("noise").Norm()
			rows := make([]sweeps.Row, len(t.Inner))
			for i, p := range t.Inner {
				rows[i].Cells = []sweeps.Cell{sweeps.Val(noise + p.Num("x") + p.Num("k"))}
			}
			return rows, nil
		},
	})
}

// reality is one schedule.
type reality struct {
	t      *testing.T
	random *rand.Rand
	seed   uint64
	path   string
	reg    *sweeps.Registry
	st     *store.Store
	c      *coordinator.Coordinator
	proxy  *proxy

	workers []func() // each ends one
	all     sync.WaitGroup

	mu      sync.Mutex // guards what follows
	full    bool
	latency time.Duration
	crash   string // "before" or "after" the next commit
	crashed chan struct{}
}

func newReality(t *testing.T, seed uint64, dir string) *reality {
	random := rand.New(rand.NewPCG(seed, 0xea1))
	return &reality{t: t, seed: seed, random: random, path: filepath.Join(dir, fmt.Sprintf("%d.db", seed)), reg: trial(random)}
}

// hook is what the disk does at a commit.
func (r *reality) hook(when string) func() error {
	return func() error {
		r.mu.Lock()
		full, latency, crash := r.full, r.latency, r.crash == when
		if crash {
			r.crash = ""
			close(r.crashed)
		}
		r.mu.Unlock()
		switch {
		case crash:
			return store.ErrCrash
		case when == "before" && full:
			return fmt.Errorf("write: %w", syscall.ENOSPC)
		case when == "before":
			time.Sleep(latency)
		}
		return nil
	}
}

func (r *reality) open() {
	var err error
	if r.st, err = store.Open(r.path, store.Options{Hooks: store.Hooks{BeforeCommit: r.hook("before"), AfterCommit: r.hook("after")}}); err != nil {
		r.t.Fatal(err)
	}
	r.proxy.check(r.t, r.st)
	if r.c, err = coordinator.New(coordinator.Config{Store: r.st, Registry: r.reg, Fingerprint: "f"}); err != nil {
		r.t.Fatal(err)
	}
	r.proxy.set(r.c.Target())
}

func (r *reality) close() {
	r.proxy.set(nil)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := r.c.Close(ctx); err != nil {
		r.t.Error(err)
	}
	if err := r.st.Close(); err != nil {
		r.t.Error(err)
	}
}

// hire starts a worker; the function it appends cuts it off and ends it, as far as the rest of the world can tell at once.
func (r *reality) hire() {
	line := r.proxy.line()
	ctx, cancel := context.WithCancel(context.Background())
	r.all.Go(func() {
		_ = worker.Run(ctx, worker.Config{Target: line.target, Registry: r.reg, Slots: 1 + r.seedBit(), Fingerprint: "f", Grace: time.Millisecond})
	})
	r.workers = append(r.workers, func() {
		line.refuse()
		cancel()
	})
}

// share is how much of the sweep is audited: nothing every other time.
func (r *reality) share() float64 { return 0.3 * float64(r.seed/2&1) }

func (r *reality) seedBit() int { return int(r.seed & 1) }

func (r *reality) seconds(most float64) time.Duration {
	f := r.random.Float64()
	return time.Duration(f * f * most * float64(time.Second))
}

func (r *reality) sleep(most float64) { time.Sleep(r.seconds(most)) }

// later undoes a fault.
func (r *reality) later(d time.Duration, undo func()) {
	r.all.Go(func() {
		time.Sleep(d)
		r.mu.Lock()
		defer r.mu.Unlock()
		undo()
	})
}

func (r *reality) play() {
	r.proxy = newProxy(r.random.Uint64())
	r.open()
	share := r.share()
	if _, err := r.c.Control().Submit(r.t.Context(), &gardnerv1.SubmitRequest{Yaml: []byte(
		"name: s\nexperiment: trial\ngrid:\n  x: range(1, 40, 1)\n  k: [0, 1]\nreplicates: 5\nseed: 7\n"), File: "s.yaml", Audit: &share}); err != nil {
		r.t.Fatal(err)
	}
	for range 3 {
		r.hire()
	}
	for range 3 + r.random.IntN(6) {
		r.sleep(8)
		r.strike()
	}
	r.mu.Lock()
	r.full, r.latency, r.crash = false, 0, ""
	r.mu.Unlock()
	r.proxy.heal()
	r.await()
	r.check()
	for _, end := range r.workers {
		end()
	}
	r.close()
	r.proxy.close()
	r.all.Wait()
}

// strike is one fault.
func (r *reality) strike() {
	switch r.random.IntN(9) {
	case 0, 1:
		r.proxy.cut()
	case 2:
		r.proxy.part(r.seconds(50))
	case 3:
		r.proxy.odd()
	case 4: // a worker dies, another comes
		i := r.random.IntN(len(r.workers))
		r.workers[i]()
		r.workers = append(r.workers[:i], r.workers[i+1:]...)
		r.sleep(5)
		r.hire()
	case 5, 6: // the coordinator dies at a commit
		r.mu.Lock()
		r.crash, r.crashed = []string{"before", "after"}[r.random.IntN(2)], make(chan struct{})
		crashed := r.crashed
		r.mu.Unlock()
		select {
		case <-crashed:
		case <-time.After(30 * time.Second): // nothing is left to commit
			r.mu.Lock()
			r.crash = ""
			r.mu.Unlock()
		}
		r.close()
		r.sleep(3)
		r.open()
	case 7:
		r.mu.Lock()
		r.full = true
		r.mu.Unlock()
		r.later(r.seconds(40), func() { r.full = false })
	default:
		r.mu.Lock()
		r.latency = r.seconds(3)
		r.mu.Unlock()
		r.later(r.seconds(30), func() { r.latency = 0 })
	}
}

// await follows the sweep to its end.
func (r *reality) await() {
	for end := time.Now().Add(10 * time.Minute); ; time.Sleep(time.Second) {
		v, err := r.c.Control().Status(context.Background(), &gardnerv1.StatusRequest{Sweep: "s"})
		if err == nil && v.Sweeps[0].State == gardnerv1.SweepState_SWEEP_STATE_DONE {
			if v.Conflicts != 0 || v.Sweeps[0].Tasks != realTasks || v.Sweeps[0].Done+v.Sweeps[0].Failed != realTasks || (v.Sweeps[0].Audited > 20) != (r.share() > 0) {
				r.t.Errorf("seed %d: %v", r.seed, v)
			}
			return
		}
		if time.Now().After(end) {
			r.t.Fatalf("seed %d: not done ten minutes after the faults stopped: %v, %v", r.seed, v, err)
		}
	}
}

// check compares what is stored with what the tasks give when they are run here.
func (r *reality) check() {
	r.proxy.check(r.t, r.st)
	v, err := r.st.Verify(context.Background(), nil)
	if err != nil || len(v.Problems) > 0 {
		r.t.Errorf("seed %d: verify: %v %v", r.seed, err, v.Problems)
	}
	for _, b := range r.st.Blocks() {
		plan, err := r.reg.Plan(b.Block)
		if err != nil {
			r.t.Fatal(err)
		}
		n := 0
		err = r.st.Scan(context.Background(), b.ID, 0, func(ordinal uint64, record []byte) error {
			n++
			rows, err := plan.Task(ordinal, nil).Run(context.Background())
			if err != nil {
				return nil //nolint:nilerr // a task that fails at times was stored when it did not
			}
			if want := sweeps.EncodeRecord(plan.Experiment, plan.Rows(), nil, rows); !bytes.Equal(want, record) {
				return fmt.Errorf("task %d has other bits", ordinal)
			}
			return nil
		})
		failures, ferr := r.st.Failures(b.ID)
		quarantined := 0
		for _, f := range failures {
			if f.Quarantined {
				quarantined++
			}
		}
		if err != nil || ferr != nil || n+quarantined != realTasks || quarantined < 2 {
			r.t.Errorf("seed %d: %d results, %d quarantined of %d tasks; %v %v", r.seed, n, quarantined, realTasks, err, ferr)
		}
	}
}
