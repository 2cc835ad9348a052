package page

import (
	"math"
	"testing"
	"time"

	gardnerv1 "gardner/proto/gardner/v1"
)

func TestSpeedsFollowTheWorkers(t *testing.T) {
	t.Parallel()
	s, start := newSpeeds(), time.Unix(0, 0)
	at := func(seconds float64, done uint64) float64 {
		return s.look(start.Add(time.Duration(seconds*float64(time.Second))), []*gardnerv1.WorkerStatus{{Id: "a", Done: done}})["a"]
	}
	if got := at(0, 100); got != 0 {
		t.Errorf("at first sight %g", got)
	}
	if got := at(2, 120); got != 10 {
		t.Errorf("20 tasks in 2 s are %g/s", got)
	}
	if got := at(2.1, 200); got != 10 {
		t.Errorf("two visitors' looks in one interval change it to %g", got)
	}
	last := 0.0
	for k := range 200 {
		last = at(3+float64(k), 200+4*uint64(k))
	}
	if math.Abs(last-4) > 0.1 {
		t.Errorf("at 4/s for minutes it says %g", last)
	}
	if got := at(500, 3); got != 0 {
		t.Errorf("a worker that began anew has %g", got)
	}
	s.look(start, nil)
	if len(s.seen) != 0 {
		t.Error("workers that are gone are kept")
	}
}
