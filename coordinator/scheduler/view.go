package scheduler

import (
	"slices"
	"sort"
	"time"

	"gardner/coordinator/store"
	"gardner/sweeps"
)

// SweepView is a sweep's progress.
type SweepView struct {
	Name    string
	State   State
	Reason  string // why the scheduler paused it
	Tasks   uint64
	Done    uint64 // all rows durable
	Failed  uint64 // rest on a quarantined task
	Leased  uint64
	Policy  Policy
	Audited uint64  // audits that are over
	Rate    float64 // tasks a second, exponentially weighted; 0: unknown
	Changes uint64  // of its failures, ever; those of tasks it does not want count, too
}

// Sweep returns one sweep's progress.
func (s *Scheduler) Sweep(name string) (SweepView, bool) {
	sw := s.sweeps[name]
	if sw == nil {
		return SweepView{}, false
	}
	v := SweepView{Name: sw.name, State: sw.state, Reason: sw.reason, Tasks: sw.total(), Policy: sw.policy, Rate: sw.rate.perSecond()}
	for _, b := range sw.blocks {
		v.Done += b.completed()
		v.Failed += uint64(len(b.blocked))
		v.Leased += b.leased
		v.Audited += b.audited.Count()
	}
	sw.eachSource(func(b *block, _ func(uint64) bool) { v.Changes += b.changes })
	return v, true
}

// Draws reports whether a sweep is known with exactly these blocks.
func (s *Scheduler) Draws(name string, ids []sweeps.BlockID) bool {
	sw := s.sweeps[name]
	if sw == nil {
		return false
	}
	have := make([]sweeps.BlockID, 0, len(sw.blocks))
	for _, b := range sw.blocks {
		have = append(have, b.id)
	}
	return slices.Equal(have, ids)
}

// Blocks lists the blocks whose results are a sweep's: its own and those they rest on.
func (s *Scheduler) Blocks(name string) (out []sweeps.BlockID) {
	sw := s.sweeps[name]
	if sw == nil {
		return nil
	}
	seen := map[*block]bool{}
	add := func(b *block) {
		if !seen[b] {
			seen[b] = true
			out = append(out, b.id)
		}
	}
	for _, b := range sw.blocks {
		add(b)
		for _, l := range b.older {
			add(l.older)
		}
	}
	return out
}

// Sweeps returns the progress of all sweeps by name.
func (s *Scheduler) Sweeps() []SweepView {
	out := make([]SweepView, 0, len(s.sweeps))
	for name := range s.sweeps {
		v, _ := s.Sweep(name)
		out = append(out, v)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// WorkerView is what is known of a worker.
type WorkerView struct {
	ID          WorkerID
	Connected   bool
	Silent      time.Duration
	Leases      int
	LeasedTasks uint64
	Done        uint64
	Failed      uint64
	Running     []Running
}

// Workers returns all workers in order of arrival.
func (s *Scheduler) Workers(now time.Duration) []WorkerView {
	out := make([]WorkerView, 0, len(s.workers))
	for _, w := range s.sortedWorkers() {
		v := WorkerView{ID: w.id, Connected: w.connected, Silent: max(now-w.heard, 0), Leases: len(w.leases),
			Done: w.done, Failed: w.failed, Running: slices.Clone(w.running)}
		for _, l := range w.leases {
			v.LeasedTasks += l.n
		}
		out = append(out, v)
	}
	return out
}

// Failures are some of a sweep's failed tasks.
type Failures struct {
	Page        []store.Failure
	Total       int // on all pages
	Quarantined int
}

// Failures returns what failed in a sweep's own blocks and in those it rests on, in plan order: at most limit of them,
// after the first offset.
func (s *Scheduler) Failures(name string, offset, limit int) (out Failures) {
	sw := s.sweeps[name]
	if sw == nil {
		return out
	}
	var ordinals []uint64
	sw.eachSource(func(b *block, wants func(uint64) bool) {
		ordinals = ordinals[:0]
		for ordinal, f := range b.failures {
			if !wants(ordinal) {
				continue
			}
			ordinals = append(ordinals, ordinal)
			if f.Quarantined {
				out.Quarantined++
			}
		}
		n := len(ordinals)
		lo, hi := min(max(offset-out.Total, 0), n), min(max(offset+limit-out.Total, 0), n)
		out.Total += n
		if lo == hi {
			return
		}
		slices.Sort(ordinals)
		for _, ordinal := range ordinals[lo:hi] {
			out.Page = append(out.Page, b.failures[ordinal].Failure)
		}
	})
	return out
}

// eachSource calls fn for the sweep's own blocks and then for those they rest on, with which of their tasks it wants.
func (sw *sweep) eachSource(fn func(b *block, wants func(uint64) bool)) {
	seen := map[*block]bool{}
	for _, b := range sw.blocks {
		seen[b] = true
		fn(b, func(uint64) bool { return true })
	}
	for _, b := range sw.blocks {
		for _, l := range b.older {
			if !seen[l.older] {
				fn(l.older, l.wants)
			}
		}
	}
}

// Leased reports whether any task is leased at the moment.
func (s *Scheduler) Leased() bool { return len(s.leases) > 0 }
