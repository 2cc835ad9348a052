package scheduler

import (
	"fmt"
	"slices"
	"time"

	"gardner/sweeps"
)

// State is what a sweep is doing.
type State uint8

// The states of a sweep. Active and Done follow each other by themselves; the other changes are asked for, but a sweep
// most of whose first tasks fail is paused.
const (
	Active State = iota
	Paused
	Cancelled
	Done
)

// String returns the state's name, as it is stored.
func (st State) String() string { return [...]string{"active", "paused", "cancelled", "done"}[st] }

// sweep is a named set of blocks to compute.
type sweep struct {
	name    string
	state   State
	reason  string
	blocks  []*block
	sources []*source
	rate    rate // of tasks
	work    rate // of units of cost
	policy  Policy
	share   *share
	// screened: its first tasks have been looked at, or somebody resumed it knowing about them.
	screened bool
}

// share is what a sweep has of the workers, through all its revisions.
type share struct {
	leases int
	served uint64 // when it was given a lease last, in uses
}

// Policy is how a sweep is to be treated beside others.
type Policy struct {
	// Priority: sweeps of a higher one are served first; those of equal share the workers' slots evenly.
	Priority int
	// Audit is the share of its tasks that is computed a second time and compared.
	Audit float64
	// Behind: it comes after all sweeps that are not, whatever the priorities.
	Behind bool
}

// SetPolicy changes a sweep's policy.
func (s *Scheduler) SetPolicy(now time.Duration, name string, p Policy) {
	s.at(now)
	sw := s.sweeps[name]
	if sw == nil || sw.policy == p {
		return
	}
	audit := sw.policy.Audit != p.Audit
	sw.policy = p
	s.epoch++
	if audit {
		s.resample()
		s.settleState(sw)
	}
}

// source is one block a sweep draws on: its own, or an older one that owns part of its rows.
type source struct {
	sweep  *sweep
	block  *block
	via    *link  // nil: all tasks; else those the younger block rests on
	cursor uint64 // no wanted task whose position in the block's order is below it is pending
}

func (src *source) wants(ordinal uint64) bool { return src.via == nil || src.via.wants(ordinal) }

// PutSweep makes a sweep or a new revision of it known; all blocks must be known. It panics on an unknown block.
func (s *Scheduler) PutSweep(name string, ids []sweeps.BlockID, state State, now time.Duration) {
	s.at(now)
	old := s.sweeps[name]
	if old != nil {
		s.detach(old)
	}
	sw := &sweep{name: name, state: state, share: &share{}}
	for _, id := range ids {
		b := s.blocks[id]
		if b == nil {
			panic("scheduler: sweep " + name + " has an unknown block " + id.String())
		}
		if !slices.Contains(sw.blocks, b) {
			sw.blocks = append(sw.blocks, b)
		}
	}
	s.sweeps[name] = sw
	s.attach(sw)
	if old != nil {
		sw.screened, sw.policy, sw.share = old.screened, old.policy, old.share
		s.dropUnwanted()
	}
	if done, total := s.finished(sw), sw.total(); min(total, screenTasks) <= done {
		sw.screened = true
	}
	sw.sample(now, s)
	s.resample()
	s.settleState(sw)
	s.epoch++
}

// sample notes how far the sweep is.
func (sw *sweep) sample(now time.Duration, s *Scheduler) {
	sw.rate.sample(now, float64(s.finished(sw)))
	sw.work.sample(now, sw.spent())
}

// attach makes the sweep's blocks draw turns if it is active.
func (s *Scheduler) attach(sw *sweep) {
	if sw.state != Active {
		return
	}
	for _, b := range sw.blocks {
		for _, l := range b.older {
			sw.addSource(&source{sweep: sw, block: l.older, via: l})
		}
		sw.addSource(&source{sweep: sw, block: b})
	}
	s.ring = append(s.ring, sw)
}

func (sw *sweep) addSource(src *source) {
	sw.sources = append(sw.sources, src)
	src.block.sources = append(src.block.sources, src)
}

// detach takes the sweep out of the round.
func (s *Scheduler) detach(sw *sweep) {
	for _, src := range sw.sources {
		b := src.block
		b.sources = slices.DeleteFunc(b.sources, func(x *source) bool { return x == src })
	}
	sw.sources = nil
	s.ring = slices.DeleteFunc(s.ring, func(x *sweep) bool { return x == sw })
}

// SetState pauses, resumes or cancels a sweep. Cancelling revokes leases nobody else wants.
func (s *Scheduler) SetState(now time.Duration, name string, state State) error {
	s.at(now)
	sw := s.sweeps[name]
	if sw == nil {
		return fmt.Errorf("there is no sweep %q", name)
	}
	if state == Active {
		sw.screened = true
	}
	s.change(sw, state, "")
	if state == Cancelled {
		s.dropUnwanted()
	}
	s.resample()
	s.settleState(sw)
	return nil
}

func (s *Scheduler) change(sw *sweep, state State, reason string) {
	if sw.state == state && sw.reason == reason {
		return
	}
	s.detach(sw)
	sw.state, sw.reason = state, reason
	s.attach(sw)
	s.epoch++
	s.act(Change{Sweep: sw.name, State: state, Reason: reason})
}

// settleState turns an active sweep without work left into a done one, and back.
func (s *Scheduler) settleState(sw *sweep) {
	ended := s.finished(sw) == sw.total() && !s.auditsOpen(sw)
	switch {
	case sw.state == Active && ended:
		s.change(sw, Done, "")
	case sw.state == Done && !ended:
		s.change(sw, Active, "")
	}
}

// dropUnwanted revokes the leases of tasks no active or paused sweep rests on.
func (s *Scheduler) dropUnwanted() {
	wanted := map[*block]bool{}
	for _, sw := range s.sweeps {
		if sw.state == Cancelled {
			continue
		}
		for _, b := range sw.blocks {
			wanted[b] = true
			for _, l := range b.older {
				wanted[l.older] = true
			}
		}
	}
	for _, l := range s.sortedLeases() {
		if !wanted[l.block] {
			s.act(Revoke{Worker: l.worker.id, Lease: l.id})
			s.returnLease(l)
		}
	}
}

func (sw *sweep) total() (n uint64) {
	for _, b := range sw.blocks {
		n += b.tasks
	}
	return n
}

// finished counts the tasks that are complete or will not become so without help.
func (s *Scheduler) finished(sw *sweep) (n uint64) {
	for _, b := range sw.blocks {
		n += b.completed() + uint64(len(b.blocked))
	}
	return n
}

// touch follows up a change of a block's tasks in the sweeps that rest on it.
func (s *Scheduler) touch(b *block) {
	for i := len(s.ring) - 1; i >= 0; i-- { // backwards, for a sweep that ends leaves the ring
		sw := s.ring[i]
		if slices.ContainsFunc(sw.sources, func(x *source) bool { return x.block == b }) {
			s.screen(sw)
			s.settleState(sw)
		}
	}
}
