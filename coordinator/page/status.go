package page

import (
	"context"
	"sync"
	"time"

	gardnerv1 "gardner/proto/gardner/v1"
)

// statuses reads the status of sweeps for all feeds: what is asked for again within an interval is read once.
type statuses struct {
	control gardnerv1.ControlClient
	mu      sync.Mutex // guards byName
	byName  map[string]*looked
}

// looked is the status of one sweep, or of all.
type looked struct {
	mu  sync.Mutex // held while reading; guards the rest
	at  time.Time
	s   *gardnerv1.StatusResponse
	err error
}

func newStatuses(control gardnerv1.ControlClient) *statuses {
	return &statuses{control: control, byName: map[string]*looked{}}
}

// recent returns a status that is at most about an interval old; name "" is all sweeps.
func (x *statuses) recent(ctx context.Context, name string) (*gardnerv1.StatusResponse, error) {
	l := x.find(name)
	l.mu.Lock()
	defer l.mu.Unlock()
	if time.Since(l.at) < interval*8/10 {
		return l.s, l.err
	}
	s, err := x.control.Status(ctx, &gardnerv1.StatusRequest{Sweep: name})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	l.s, l.err, l.at = s, err, time.Now()
	return s, err
}

// maxStatuses bounds the sweeps whose status is kept.
const maxStatuses = 64

func (x *statuses) find(name string) *looked {
	x.mu.Lock()
	defer x.mu.Unlock()
	l := x.byName[name]
	if l == nil {
		if len(x.byName) >= maxStatuses {
			clear(x.byName)
		}
		l = &looked{}
		x.byName[name] = l
	}
	return l
}
