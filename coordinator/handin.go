package coordinator

import (
	"errors"
	"slices"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"gardner/coordinator/scheduler"
	"gardner/coordinator/store"
	gardnerv1 "gardner/proto/gardner/v1"
)

// handIn is a checked batch of results on its way to disk. A disk that does not take it is asked again, as long as the
// session lasts: the worker's window fills meanwhile and it waits, which costs less than to connect and send all again.
type handIn struct {
	x       *session
	lease   *scheduler.Lease
	message *gardnerv1.Results
	results []store.Result
	pause   time.Duration
}

func (h *handIn) append() { h.x.c.st.AppendFrom(h.x.hello.Fingerprint, h.results, h.settled) }

// settled is called when the batch is durable, or is not.
func (h *handIn) settled(outcomes []store.Outcome, err error) {
	x := h.x
	var disk *store.DiskError
	if errors.As(err, &disk) && !x.over() {
		h.pause = min(max(2*h.pause, firstPause), maxPause)
		time.AfterFunc(h.pause, h.append)
		return
	}
	x.c.room.give(len(h.message.Records))
	if err != nil {
		x.c.log.Error("results could not be stored", "worker", x.name, "block", h.lease.Block.Short(), "tasks", len(h.results), "error", err)
		x.end(status.Error(codes.Unavailable, "results could not be stored: "+err.Error()))
		return
	}
	checks := x.c.checks(x.c.plans.get(h.lease.Block), h.results, outcomes)
	conflict := slices.ContainsFunc(checks, func(k scheduler.Check) bool { return !k.Equal })
	if !conflict {
		x.settle(h.message.Batch, "")
	}
	x.c.owner.post(func(s *scheduler.Scheduler, now time.Duration) {
		id := scheduler.WorkerID(x.id.Load())
		for _, k := range checks {
			s.Checked(now, id, h.lease.ID, h.lease.Block, k)
		}
		s.Stored(now, id, h.lease.ID, h.lease.Block, h.message.Ordinals, h.message.Seconds)
		if conflict { // the evidence is the worker's until what was made of it is durable
			x.settleDurably(h.message.Batch)
		}
	})
}

// over reports whether the session has ended.
func (x *session) over() bool {
	select {
	case <-x.ended:
		return true
	default:
		return false
	}
}
