package page

import (
	"math"
	"sync"
	"time"

	gardnerv1 "gardner/proto/gardner/v1"
)

// speeds measures how many tasks a second each worker finishes, from what successive looks at the status say.
type speeds struct {
	mu   sync.Mutex // guards seen
	seen map[string]*pace
}

// pace is one worker's, averaged over about speedMemory.
type pace struct {
	done uint64
	at   time.Time
	rate float64 // tasks a second; 0 until two looks differ in time
}

const speedMemory = 20 * time.Second

func newSpeeds() *speeds { return &speeds{seen: map[string]*pace{}} }

// look takes in a status and returns the speed of each of its workers, by id. Workers that are gone are forgotten.
func (s *speeds) look(now time.Time, workers []*gardnerv1.WorkerStatus) map[string]float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make(map[string]float64, len(workers))
	for _, w := range workers {
		p := s.seen[w.Id]
		if p == nil || w.Done < p.done {
			p = &pace{done: w.Done, at: now}
		}
		if since := now.Sub(p.at); since >= interval/2 {
			rate := float64(w.Done-p.done) / since.Seconds()
			keep := math.Exp(-since.Seconds() / speedMemory.Seconds())
			if p.rate == 0 {
				keep = 0
			}
			p.rate, p.done, p.at = keep*p.rate+(1-keep)*rate, w.Done, now
		}
		s.seen[w.Id] = p
		out[w.Id] = p.rate
	}
	for id := range s.seen {
		if _, ok := out[id]; !ok {
			delete(s.seen, id)
		}
	}
	return out
}
