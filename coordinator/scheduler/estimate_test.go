package scheduler

import (
	"math"
	"testing"
	"time"

	"gardner/sweeps"
)

// shift is workers of one slot each that take seconds(ordinal) for a task and report every five seconds.
type shift struct {
	t        *testing.T
	s        *Scheduler
	now      time.Duration
	seconds  func(ordinal uint64) float64
	progress bool // heartbeats say the fraction
	at       map[WorkerID]*job
}

type job struct {
	lease Lease
	next  uint64
	since time.Duration
}

func newShift(t *testing.T, workers int, info BlockInfo, seconds func(uint64) float64, progress bool) *shift {
	t.Helper()
	h := &shift{t: t, s: New(Config{}, 0), seconds: seconds, progress: progress, at: map[WorkerID]*job{}}
	h.s.AddBlock(info)
	h.s.PutSweep("s", []sweeps.BlockID{info.ID}, Active, 0)
	for w := range workers {
		h.s.Join(0, WorkerID(w+1), able(1), nil)
		h.s.Pull(0, WorkerID(w+1), 1)
	}
	return h
}

// until lets time pass, a tenth of a second at a time.
func (h *shift) until(end time.Duration) {
	h.t.Helper()
	for ; h.now <= end; h.now += 100 * time.Millisecond {
		for _, a := range h.s.Actions(h.now) {
			if g, ok := a.(Grant); ok {
				h.at[g.Worker] = &job{lease: g.Lease, next: g.Lease.Lo, since: h.now}
			}
		}
		for w := range WorkerID(len(h.at)) {
			w++
			j := h.at[w]
			if j == nil {
				continue
			}
			took := (h.now - j.since).Seconds()
			if need := h.seconds(j.next); took >= need {
				h.s.Stored(h.now, w, j.lease.ID, j.lease.Block, []uint64{j.next}, []float32{float32(need)})
				if j.next++; j.next == j.lease.Hi {
					h.at[w] = nil
					h.s.Pull(h.now, w, 1)
				} else {
					j.since = h.now
				}
			} else if h.now%(5*time.Second) == 0 && h.now > 0 {
				r := Running{Lease: j.lease.ID, Block: j.lease.Block, Ordinal: j.next, Seconds: float32(took)}
				if h.progress {
					r.Fraction = float32(took / need)
				}
				h.s.Heartbeat(h.now, w, []Running{r})
			}
		}
		if h.now%(600*time.Millisecond) == 0 {
			h.s.Tick(h.now)
		}
	}
}

// TestRemaining compares the estimate with what is to come, while the first long tasks run and later.
func TestRemaining(t *testing.T) {
	t.Parallel()
	b := grid(t, 0, 20, 0, 1, 2)
	minute := func(uint64) float64 { return 60 }
	slope := func(o uint64) float64 { return 20 + 8*float64(o%20) }
	half := func(o uint64) float64 { return slope(o) / 2 } // declared costs have a common factor
	quick := grid(t, 0, 500, 0, 1, 40)
	for _, c := range []struct {
		name      string
		info      BlockInfo
		seconds   func(uint64) float64
		progress  bool
		total     float64 // seconds to the end with four workers
		at        []float64
		tolerance float64
		unknown   []float64 // when nothing can be known
	}{
		{"long, with progress", info(b), minute, true, 600, []float64{6, 30, 59, 61, 70, 200, 500, 590}, 0.1, []float64{1}},
		{"long, with declared costs", BlockInfo{ID: b.ID(), Block: b, Cost: minute}, minute, false, 600, []float64{1, 30, 61, 200, 500}, 0.1, nil},
		{"long, first seen when they end", info(b), minute, false, 600, []float64{61, 90, 200, 500}, 0.12, []float64{1, 30}},
		{"of unequal, declared costs, with progress", BlockInfo{ID: b.ID(), Block: b, Cost: half}, slope, true, 960, []float64{6, 60, 200, 300, 500, 700}, 0.1, nil},
		{"of unequal, declared costs, once one has ended", BlockInfo{ID: b.ID(), Block: b, Cost: half}, slope, false, 960, []float64{175, 300, 500, 700}, 0.1, nil},
		{"short", info(quick), func(uint64) float64 { return 0.1 }, false, 540, []float64{5, 60, 300, 500}, 0.1, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newShift(t, 4, c.info, c.seconds, c.progress)
			for _, at := range c.unknown {
				h.until(time.Duration(at * float64(time.Second)))
				if got := h.s.Remaining(h.now, "s"); got >= 0 {
					t.Errorf("after %g s: %.0f s left, which nobody can know", at, got)
				}
			}
			for _, at := range c.at {
				h.until(time.Duration(at * float64(time.Second)))
				got, want := h.s.Remaining(h.now, "s"), c.total-at
				if math.Abs(got-want) > c.tolerance*want+0.04*c.total {
					t.Errorf("after %g s: %.0f s left, want about %.0f", at, got, want)
				}
			}
			h.until(time.Duration(1.2 * c.total * float64(time.Second)))
			if got := h.s.Remaining(h.now, "s"); got != 0 {
				v, _ := h.s.Sweep("s")
				t.Errorf("at the end: %g s left, %+v", got, v)
			}
		})
	}
}
