package scheduler

import (
	"fmt"
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
func check(s *Scheduler) error {
	type task struct {
		b *block
		o uint64
	}
	where := map[task]string{}
	put := func(b *block, o uint64, what string) error {
		if old := where[task{b, o}]; old != "" {
			return fmt.Errorf("task %d is %s and %s", o, old, what)
		}
		where[task{b, o}] = what
		if !b.out.Has(o) {
			return fmt.Errorf("task %d is %s but could be handed out", o, what)
		}
		return nil
	}
	leased := map[*block]uint64{}
	for id, l := range s.leases {
		n := uint64(0)
		var err error
		l.each(func(o uint64) {
			n++
			if l.block.done.Has(o) {
				return // stored by somebody else meanwhile
			}
			if e := put(l.block, o, "leased"); e != nil {
				err = e
			}
		})
		if err != nil {
			return err
		}
		if n != l.n || n == 0 {
			return fmt.Errorf("lease %d has %d tasks left and counts %d", id, n, l.n)
		}
		if l.worker.leases[id] != l || s.workers[l.worker.id] != l.worker {
			return fmt.Errorf("lease %d is not its worker's, or the worker is gone", id)
		}
		leased[l.block] += n
	}
	for _, b := range s.order {
		if leased[b] != b.leased {
			return fmt.Errorf("%d tasks are leased, counted %d", leased[b], b.leased)
		}
		for _, w := range b.waiting {
			if !b.done.Has(w.ordinal) {
				if err := put(b, w.ordinal, "waiting"); err != nil {
					return err
				}
			}
		}
		for _, sp := range b.suspects {
			for o := sp.Lo; o < sp.Hi; o++ {
				if !b.done.Has(o) {
					if err := put(b, o, "suspect"); err != nil {
						return err
					}
				}
			}
		}
		for o, f := range b.failures {
			if b.done.Has(o) {
				return fmt.Errorf("task %d is done and failed", o)
			}
			if f.Quarantined {
				if err := put(b, o, "quarantined"); err != nil {
					return err
				}
			}
		}
		for o := range b.tasks {
			switch {
			case b.done.Has(o):
				if !b.out.Has(o) {
					return fmt.Errorf("task %d is done but could be handed out", o)
				}
			case b.out.Has(o) && where[task{b, o}] == "":
				return fmt.Errorf("task %d is lost: neither pending, leased, waiting, suspect nor quarantined", o)
			}
			complete, blocked := b.done.Has(o), b.quarantined(o)
			for _, l := range b.needs(o) {
				x, _ := l.reuse.Map(o)
				complete = complete && l.older.done.Has(x)
				blocked = blocked || l.older.quarantined(x)
			}
			if complete != b.isComplete(o) {
				return fmt.Errorf("task %d: complete is %v, kept as %v", o, complete, b.isComplete(o))
			}
			if (blocked && !complete) != b.blocked[o] {
				return fmt.Errorf("task %d: blocked is %v, kept as %v", o, blocked, b.blocked[o])
			}
		}
		for _, src := range b.sources {
			for o := range min(src.cursor, b.tasks) {
				if !b.out.Has(o) && src.wants(o) {
					return fmt.Errorf("task %d is pending below the cursor %d", o, src.cursor)
				}
			}
		}
	}
	for _, w := range s.workers {
		for id, l := range w.leases {
			if s.leases[id] != l {
				return fmt.Errorf("worker %d keeps a forgotten lease %d", w.id, id)
			}
		}
	}
	return nil
}

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
