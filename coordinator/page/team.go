package page

import (
	"slices"
	"time"

	gardnerv1 "gardner/proto/gardner/v1"
)

// team is the workers as a page shows them: all counted, some listed.
type team struct {
	Connected, Away int
	Slots           uint32
	Rate            float64 // tasks a second of those connected
	Shown           []*gardnerv1.WorkerStatus
	More            int
	Speeds          map[string]float64
}

const (
	// maxWorkers is how many workers a page lists: those that have fallen silent first.
	maxWorkers = 40
	// heardNow is up to how many seconds of silence a worker is as good as heard now: heartbeats come every five.
	heardNow = 8
)

func silent(w *gardnerv1.WorkerStatus) bool { return !w.Connected || w.SilentSeconds >= heardNow }

func (p *page) team(workers []*gardnerv1.WorkerStatus) *team {
	t := &team{Speeds: p.speeds.look(time.Now(), workers)}
	for _, w := range workers {
		if !w.Connected {
			t.Away++
			continue
		}
		t.Connected++
		t.Slots += w.Slots
		t.Rate += t.Speeds[w.Id]
	}
	t.Shown = slices.Clone(workers)
	slices.SortStableFunc(t.Shown, func(a, b *gardnerv1.WorkerStatus) int {
		switch x, y := silent(a), silent(b); {
		case x == y:
			return 0
		case x:
			return -1
		default:
			return 1
		}
	})
	if len(t.Shown) > maxWorkers {
		t.More = len(t.Shown) - maxWorkers
		t.Shown = t.Shown[:maxWorkers]
	}
	return t
}
