package scheduler

import (
	"context"
	"testing"

	"gardner/sweeps"
)

func TestOrderIsAPermutation(t *testing.T) {
	t.Parallel()
	for _, n := range []int{2, 3, 1000, 1024, 1025, 2500, 5000} {
		i := info(grid(t, 0, n, 0, 1, 3))
		i.Cost = func(o uint64) float64 { return float64(o%uint64(n)*7919%104729) + 1 }
		s := New(Config{}, 0)
		s.AddBlock(i)
		b := s.blocks[i.ID]
		if b.order == nil {
			t.Fatalf("%d points of different costs have no order", n)
		}
		last := 0.0
		for p := range b.tasks {
			o := b.order.ordinal(p)
			if o >= b.tasks || b.order.position(o) != p || o/uint64(n) != p/uint64(n) {
				t.Fatalf("%d points: position %d is task %d, whose position is %d", n, p, o, b.order.position(o))
			}
			if end := b.order.end(o, b.tasks); end <= o || end > b.tasks || b.order.ordinal(p+end-o-1) != end-1 {
				t.Fatalf("%d points: task %d has neighbours up to %d, which are not the next", n, o, end)
			}
			if c := i.Cost(o); n <= maxChunks && p%uint64(n) > 0 && c > 1.5*last {
				t.Fatalf("%d points: a task of cost %g after one of %g", n, c, last)
			}
			last = i.Cost(o)
		}
		for p := uint64(0); p < b.tasks; p += 17 {
			o, at, ok := b.nextPending(p)
			if !ok || at != p || o != b.order.ordinal(p) {
				t.Fatalf("the next of position %d is task %d at %d", p, o, at)
			}
			b.out.Set(o)
			if o, at, ok := b.nextPending(p); ok && (at != p+1 || o != b.order.ordinal(p+1)) {
				t.Fatalf("the next after position %d is task %d at %d", p, o, at)
			}
		}
	}
	i := info(grid(t, 0, 10, 0, 1, 1))
	i.Cost = func(o uint64) float64 { return 3 }
	s := New(Config{}, 0)
	s.AddBlock(i)
	if s.blocks[i.ID].order != nil {
		t.Error("equal costs are put in order")
	}
}

func TestCostlyFirst(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	g := grid(t, 0, 10, 0, 1, 2)
	i := info(g)
	i.Cost = func(o uint64) float64 { return float64(uint64(1) << (o % 10)) }
	b.s.AddBlock(i)
	b.s.PutSweep("s", []sweeps.BlockID{g.ID()}, Active, 0)
	b.run(2, always)
	seen := map[uint64]bool{}
	for k, l := range b.order {
		if k < 20 && l.Hi == l.Lo+1 && l.Lo%10 != 9-uint64(k%10) {
			t.Errorf("lease %d is of task %d", k, l.Lo)
		}
		for o := l.Lo; o < l.Hi; o++ {
			seen[o] = true
		}
	}
	if v, _ := b.s.Sweep("s"); v.State != Done || len(seen) != 20 {
		t.Errorf("%+v, %d tasks were handed out", v, len(seen))
	}
}

func TestPriorityGoesFirst(t *testing.T) {
	t.Parallel()
	s := New(Config{}, 0)
	for k, name := range []string{"low", "high"} {
		g := grid(t, 10*k, 10*k+4, 0, 1, 1)
		s.AddBlock(info(g))
		s.PutSweep(name, []sweeps.BlockID{g.ID()}, Active, 0)
		s.SetPolicy(0, name, Policy{Priority: k})
	}
	s.Join(0, 1, able(8), nil)
	s.Pull(0, 1, 8)
	high := s.sweeps["high"].blocks[0].id
	for k, g := range grants(s, 0) {
		if (g.Lease.Block == high) != (k < 4) {
			t.Errorf("lease %d is of block %s", k, g.Lease.Block.Short())
		}
	}
}

// One sweep's leases end at once, the other's never: the slots are shared evenly all the same.
func TestSlotsAreShared(t *testing.T) {
	t.Parallel()
	s := New(Config{}, 0)
	var short sweeps.BlockID
	for k, name := range []string{"long", "short"} {
		g := grid(t, 1000*k, 1000*k+900, 0, 1, 1)
		s.AddBlock(info(g))
		s.PutSweep(name, []sweeps.BlockID{g.ID()}, Active, 0)
		short = g.ID()
	}
	s.Join(0, 1, able(8), nil)
	s.Pull(0, 1, 8)
	long := 0
	for range 50 {
		for _, g := range grants(s, 0) {
			if g.Lease.Block != short {
				long++
				continue
			}
			s.Stored(0, 1, g.Lease.ID, g.Lease.Block, []uint64{g.Lease.Lo}, nil)
			s.Pull(0, 1, 1)
		}
	}
	if long < 4 || long > 5 {
		t.Errorf("the long sweep holds %d of 8 slots", long)
	}
}

// sharing is a block of so many groups, each of members tasks; fast: the groups' param varies fastest.
func sharing(t *testing.T, groups, members int, fast bool) BlockInfo {
	t.Helper()
	e := &sweeps.Experiment{
		Name: "test", Version: 1, Doc: "nothing",
		Params: []sweeps.Param{
			{Name: "net", Kind: sweeps.Number, Default: sweeps.Num(-1)},
			{Name: "x", Kind: sweeps.Number, Default: sweeps.Num(-1)},
		},
		Metrics: []sweeps.Metric{{Name: "m"}},
		Artefacts: []sweeps.Artefact{{Name: "network", Version: 1, Params: []string{"net"},
			Prepare: func(context.Context, *sweeps.ArtefactTask, int) ([]byte, error) { return nil, nil }}},
		Run: func(context.Context, *sweeps.Task) ([]sweeps.Row, error) { return nil, nil },
	}
	axis := func(name string, n int) sweeps.Axis {
		var v []float64
		for i := range n {
			v = append(v, float64(i))
		}
		return sweeps.Numbers(name, v...)
	}
	axes := []sweeps.Axis{axis("net", groups), axis("x", members)}
	if fast {
		axes[0], axes[1] = axes[1], axes[0]
	}
	b, err := sweeps.NewBlock(e, axes, 1, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := e.Plan(b)
	if err != nil {
		t.Fatal(err)
	}
	return BlockInfo{ID: b.ID(), Block: b, Groups: p.Groups()}
}

// As long as there are as many groups as workers, nobody computes another's artefact; in the end everybody helps.
func TestTasksGoWhereTheirArtefactIs(t *testing.T) {
	t.Parallel()
	for _, fast := range []bool{false, true} {
		b := newBench(t)
		i := sharing(t, 12, 10, fast)
		b.s.AddBlock(i)
		b.s.PutSweep("s", []sweeps.BlockID{i.ID}, Active, 0)
		owners := map[uint64]map[WorkerID]bool{}
		tasks := 0
		for w := WorkerID(1); w <= 3; w++ {
			b.s.Join(0, w, able(1), nil)
			b.s.Pull(0, w, 1)
		}
		for {
			g := grants(b.s, b.now)
			if len(g) == 0 {
				break
			}
			for _, g := range g {
				for o := g.Lease.Lo; o < g.Lease.Hi; o++ {
					tasks++
					group, _ := i.Groups.Of(o)
					if owners[group] == nil {
						owners[group] = map[WorkerID]bool{}
					}
					owners[group][g.Worker] = true
					b.s.Stored(b.now, g.Worker, g.Lease.ID, i.ID, []uint64{o}, []float32{0.5})
				}
				b.s.Pull(b.now, g.Worker, 1)
				if err := check(b.s); err != nil {
					t.Fatal(err)
				}
			}
		}
		computed := 0
		for _, workers := range owners {
			computed += len(workers)
		}
		if tasks != 120 || len(owners) != 12 || computed > 14 {
			t.Errorf("fast %v: %d tasks of %d groups, whose artefacts were computed %d times", fast, tasks, len(owners), computed)
		}
	}
}

// What a worker says it has is used, in a block it never saw.
func TestAnnouncedArtefacts(t *testing.T) {
	t.Parallel()
	s := New(Config{}, 0)
	i := sharing(t, 20, 5, true)
	s.AddBlock(i)
	s.PutSweep("s", []sweeps.BlockID{i.ID}, Active, 0)
	w := able(1)
	w.Groups = []uint64{i.Groups.Key(i.Groups.At(13, 2))}
	s.Join(0, 1, w, nil)
	s.Join(0, 2, able(1), nil)
	for k := range 5 {
		s.Pull(0, 1, 1)
		l := onlyGrant(t, s, 0).Lease
		if group, _ := i.Groups.Of(l.Lo); group != 13 {
			t.Errorf("lease %d is of group %d", k, group)
		}
		s.Stored(0, 1, l.ID, l.Block, []uint64{l.Lo}, []float32{10})
	}
	s.Pull(0, 2, 1)
	if group, _ := i.Groups.Of(onlyGrant(t, s, 0).Lease.Lo); group != 0 {
		t.Errorf("another worker was given group %d", group)
	}
}
