package scheduler

import (
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gardner/coordinator/store"
	"gardner/sweeps"
)

// world is what lives outside the scheduler in a random test: a durable database and workers that may hold anything.
type world struct {
	s        *Scheduler
	now      time.Duration
	blocks   []*sweeps.Block
	durable  map[sweeps.BlockID]*store.Bitmap
	failures map[sweeps.BlockID]map[uint64]store.Failure
	states   map[string]State
	workers  map[WorkerID]*peer
	boots    int
}

// peer is a worker: its leases and the tasks of each that are unsettled.
type peer struct {
	connected bool
	leases    map[LeaseID]*holding
}

type holding struct {
	Lease
	left map[uint64]bool
}

func (w *world) boot() {
	w.boots++
	w.s = New(Config{FirstLease: LeaseID(w.boots) << 32}, w.now)
	for _, b := range w.blocks {
		i := info(b)
		i.Done = w.durable[i.ID].Clone()
		for _, o := range slices.Sorted(maps.Keys(w.failures[i.ID])) {
			i.Failures = append(i.Failures, w.failures[i.ID][o])
		}
		w.s.AddBlock(i)
	}
	for i, name := range []string{"a", "b", "c"} {
		w.s.PutSweep(name, []sweeps.BlockID{w.blocks[i].ID()}, w.states[name], w.now)
	}
	w.s.Settle(w.now, 5*time.Second)
	for _, p := range w.workers {
		p.connected = false
	}
}

// drain carries out the scheduler's actions.
func (w *world) drain(t *rapid.T) (granted int) {
	for _, a := range w.s.Actions(w.now) {
		switch a := a.(type) {
		case Grant:
			granted++
			p := w.workers[a.Worker]
			if p == nil || !p.connected {
				t.Fatalf("a lease for worker %d, which is not connected", a.Worker)
			}
			h := &holding{Lease: a.Lease, left: map[uint64]bool{}}
			for o := a.Lease.Lo; o < a.Lease.Hi; o++ {
				h.left[o] = true
			}
			p.leases[a.Lease.ID] = h
		case Revoke:
			if p := w.workers[a.Worker]; p != nil {
				delete(p.leases, a.Lease)
			}
		case Dismiss:
			if p := w.workers[a.Worker]; p != nil {
				p.connected = false
			}
		case Record:
			w.failures[a.Failure.Block][a.Failure.Ordinal] = a.Failure
		case Forget:
			delete(w.failures[a.Block], a.Ordinal)
		case Change:
			w.states[a.Sweep] = a.State
		}
	}
	return granted
}

func (w *world) join(id WorkerID) {
	p := w.workers[id]
	if p == nil {
		p = &peer{leases: map[LeaseID]*holding{}}
		w.workers[id] = p
	}
	p.connected = true
	var held []Claim
	for _, lid := range slices.Sorted(maps.Keys(p.leases)) {
		h := p.leases[lid]
		c := Claim{Lease: h.Lease}
		for _, o := range slices.Sorted(maps.Keys(h.left)) {
			c.Left = append(c.Left, Span{o, o + 1})
		}
		held = append(held, c)
	}
	w.s.Join(w.now, id, able(1), held)
}

// settle stores, fails or gives back one unsettled task of a worker.
func (w *world) settle(t *rapid.T, id WorkerID, what string) {
	p := w.workers[id]
	for _, lid := range slices.Sorted(maps.Keys(p.leases)) { // sorted: a failure must replay
		h := p.leases[lid]
		for _, o := range slices.Sorted(maps.Keys(h.left)) {
			delete(h.left, o)
			if len(h.left) == 0 {
				delete(p.leases, lid)
			}
			switch what {
			case "stored":
				w.durable[h.Block].Set(o)
				delete(w.failures[h.Block], o)
				w.s.Stored(w.now, id, lid, h.Block, []uint64{o}, []float32{0.01})
			case "back":
				w.s.GivenBack(w.now, id, lid, h.Block, []Span{{o, o + 1}})
			default:
				w.s.Failed(w.now, id, lid, h.Block, o, what, "")
			}
			return
		}
	}
}

// Any order of events keeps the invariants, and once workers behave everything ends.
func TestRandomEvents(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := &world{
			durable:  map[sweeps.BlockID]*store.Bitmap{},
			failures: map[sweeps.BlockID]map[uint64]store.Failure{},
			states:   map[string]State{},
			workers:  map[WorkerID]*peer{},
		}
		for range 3 {
			lo, k := rapid.IntRange(0, 12).Draw(t, "x"), rapid.IntRange(0, 3).Draw(t, "k")
			b := grid(t, lo, lo+rapid.IntRange(1, 12).Draw(t, "nx"), k, k+rapid.IntRange(1, 4).Draw(t, "nk"), rapid.IntRange(1, 3).Draw(t, "reps"))
			w.blocks = append(w.blocks, b)
			w.durable[b.ID()] = store.NewBitmap(b.Tasks())
			w.failures[b.ID()] = map[uint64]store.Failure{}
		}
		w.boot()
		steps := rapid.IntRange(1, 120).Draw(t, "steps")
		for range steps {
			id := WorkerID(rapid.IntRange(1, 4).Draw(t, "worker"))
			p := w.workers[id]
			switch what := rapid.SampledFrom([]string{
				"join", "join", "pull", "pull", "pull", "stored", "stored", "stored", "stored", "stored", "stored", Error, Numerical, "back",
				"beat", "drop", "kill", "bye", "time", "time", "state", "retry", "restart",
			}).Draw(t, "event"); what {
			case "join":
				w.join(id)
			case "pull":
				w.s.Pull(w.now, id, rapid.IntRange(1, 3).Draw(t, "n"))
			case "stored", Error, Numerical, "back":
				if p != nil && p.connected {
					w.settle(t, id, what)
				}
			case "beat":
				if p != nil && p.connected {
					var running []Running
					for _, lid := range slices.Sorted(maps.Keys(p.leases)) {
						running = append(running, Running{Lease: lid, Block: p.leases[lid].Block, Ordinal: p.leases[lid].Lo})
					}
					w.s.Heartbeat(w.now, id, running)
				}
			case "drop":
				if p != nil && p.connected {
					p.connected = false
					w.s.Leave(w.now, id, false)
				}
			case "kill":
				if p != nil {
					if p.connected {
						w.s.Leave(w.now, id, false)
					}
					delete(w.workers, id)
				}
			case "bye":
				if p != nil && p.connected && len(p.leases) == 0 {
					w.s.Leave(w.now, id, true)
					delete(w.workers, id)
				}
			case "time":
				w.now += time.Duration(rapid.IntRange(1, 12000).Draw(t, "ms")) * time.Millisecond
				w.s.Tick(w.now)
			case "state":
				name := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "sweep")
				_ = w.s.SetState(w.now, name, rapid.SampledFrom([]State{Active, Paused, Cancelled}).Draw(t, "state"))
			case "retry":
				_, _ = w.s.Retry(w.now, rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "sweep"))
			case "restart":
				w.drain(t)
				w.boot()
			}
			w.drain(t)
			if err := check(w.s); err != nil {
				t.Fatal(err)
			}
		}
		w.finish(t)
	})
}

// finish lets two honest workers end everything; the others stay silent.
func (w *world) finish(t *rapid.T) {
	for _, name := range []string{"a", "b", "c"} {
		_ = w.s.SetState(w.now, name, Active)
		w.drain(t)
	}
	for _, id := range slices.Sorted(maps.Keys(w.workers)) {
		if w.workers[id].connected {
			w.s.Leave(w.now, id, false)
		}
		delete(w.workers, id)
	}
	for id := WorkerID(11); id <= 12; id++ {
		w.join(id)
	}
	for range 3000 {
		w.now += time.Second
		for id := WorkerID(11); id <= 12; id++ {
			w.s.Pull(w.now, id, 1)
			for range 20 {
				w.settle(t, id, "stored")
			}
		}
		w.s.Tick(w.now)
		w.drain(t)
		if err := check(w.s); err != nil {
			t.Fatal(err)
		}
		ended := true
		for _, v := range w.s.Sweeps() {
			ended = ended && v.Done+v.Failed == v.Tasks && v.State == Done
		}
		if ended && len(w.s.leases) == 0 { // losers of a race may end, and are cut at last
			return
		}
	}
	t.Fatalf("no end: %+v, %d leases", w.s.Sweeps(), len(w.s.leases))
}
