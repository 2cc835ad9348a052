package scheduler

import (
	"testing"
	"time"

	"gardner/coordinator/store"
	"gardner/sweeps"
)

// experiment is a grid of x (outer) and k (inner).
func experiment() *sweeps.Experiment {
	return &sweeps.Experiment{
		Name: "test", Version: 1, Doc: "nothing",
		Params: []sweeps.Param{
			{Name: "x", Kind: sweeps.Number, Default: sweeps.Num(0)},
			{Name: "k", Kind: sweeps.Number, Default: sweeps.Num(0), Inner: true},
		},
		Metrics: []sweeps.Metric{{Name: "m", Kind: sweeps.MetricNumber}},
	}
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// grid is the block of x in [xLo, xHi), k in [kLo, kHi), replicates below reps.
func grid(t fataler, xLo, xHi, kLo, kHi, reps int) *sweeps.Block {
	t.Helper()
	axis := func(name string, lo, hi int) sweeps.Axis {
		var v []float64
		for i := lo; i < hi; i++ {
			v = append(v, float64(i+1))
		}
		return sweeps.Numbers(name, v...)
	}
	b, err := sweeps.NewBlock(experiment(), []sweeps.Axis{axis("x", xLo, xHi), axis("k", kLo, kHi)}, 1, 0, reps)
	if err != nil {
		t.Fatalf("block: %v", err)
	}
	return b
}

func info(b *sweeps.Block) BlockInfo { return BlockInfo{ID: b.ID(), Block: b} }

func able(slots int) Worker {
	return Worker{Name: "w", Slots: slots, Can: map[string]bool{"test@1": true}}
}

// check verifies everything that must hold between events.
func check(s *Scheduler) error { return new(Inspector).Inspect(s) }

// bench is a set of perfect workers over a scheduler.
type bench struct {
	t     testing.TB
	s     *Scheduler
	now   time.Duration
	ran   map[sweeps.BlockID]map[uint64][][]int // masks of every execution
	order []Lease
}

func newBench(t testing.TB) *bench {
	return &bench{t: t, s: New(Config{}, 0), ran: map[sweeps.BlockID]map[uint64][][]int{}}
}

// run lets workers 1..n compute until nothing is handed out; each(l, o) may return a failure kind.
func (b *bench) run(n int, each func(Lease, uint64) string) {
	b.t.Helper()
	for w := range n {
		b.s.Join(b.now, WorkerID(w+1), able(1), nil)
		b.s.Pull(b.now, WorkerID(w+1), 1)
	}
	for rounds := 0; ; rounds++ {
		if rounds > 100000 {
			b.t.Fatal("no end")
		}
		grants := 0
		for _, a := range b.s.Actions(b.now) {
			g, ok := a.(Grant)
			if !ok {
				continue
			}
			grants++
			b.order = append(b.order, g.Lease)
			for o := g.Lease.Lo; o < g.Lease.Hi; o++ {
				b.now += time.Millisecond
				if b.ran[g.Lease.Block] == nil {
					b.ran[g.Lease.Block] = map[uint64][][]int{}
				}
				b.ran[g.Lease.Block][o] = append(b.ran[g.Lease.Block][o], g.Lease.Inner)
				if kind := each(g.Lease, o); kind != "" {
					b.s.Failed(b.now, g.Worker, g.Lease.ID, g.Lease.Block, o, kind, "it failed")
				} else {
					b.s.Stored(b.now, g.Worker, g.Lease.ID, g.Lease.Block, []uint64{o}, []float32{0.001})
				}
			}
			b.s.Pull(b.now, g.Worker, 1)
			if err := check(b.s); err != nil {
				b.t.Fatal(err)
			}
		}
		if grants == 0 {
			return
		}
	}
}

func always(Lease, uint64) string { return "" }

func bitmap(n uint64, set ...uint64) *store.Bitmap {
	b := store.NewBitmap(n)
	for _, i := range set {
		b.Set(i)
	}
	return b
}
