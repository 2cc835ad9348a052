package scheduler

import (
	"math"
	"slices"
	"time"
)

// How long a sweep will take is known in two ways. Of short tasks many have finished lately: what is left, in units of
// cost, at the rate of late. Of long ones few have, or none: then what is left costs as those finished did and as those
// running have shown so far, and is shared by as many slots as are at work.

// load is how much work a block is, in units of its tasks' cost; tasks are weighed by chunks of neighbours.
type load struct {
	per, chunk  uint64
	units       []float64 // of a task of each chunk; nil: 1
	total, done float64
}

// countable bounds the ranges that are counted for a block's finished work; beyond it is taken to be even.
const countable = 1 << 20

func newLoad(b *block) load {
	if b.cost == nil {
		return load{total: float64(b.tasks), done: float64(b.done.Count())}
	}
	l := load{per: b.block.PerReplicate()}
	l.chunk = (l.per + maxChunks - 1) / maxChunks
	replicates := b.tasks / l.per
	for lo := uint64(0); lo < l.per; lo += l.chunk {
		hi := min(lo+l.chunk, l.per)
		u := (b.units(lo) + b.units((lo+hi-1)/2) + b.units(hi-1)) / 3
		l.units = append(l.units, u)
		l.total += u * float64(hi-lo) * float64(replicates)
	}
	switch n := b.done.Count(); {
	case n == 0:
	case replicates*uint64(len(l.units)) > countable:
		l.done = l.total * float64(n) / float64(b.tasks)
	default:
		for r := range replicates {
			for c, u := range l.units {
				lo := uint64(c) * l.chunk
				l.done += u * float64(b.done.CountRange(r*l.per+lo, r*l.per+min(lo+l.chunk, l.per)))
			}
		}
	}
	return l
}

// of is a task's units.
func (l *load) of(ordinal uint64) float64 {
	if l.units == nil {
		return 1
	}
	return l.units[ordinal%l.per/l.chunk]
}

// left is what a block's own tasks and those they rest on still cost; tasks that rest on others are weighed as the mean.
func (b *block) left() float64 {
	mean := b.load.total / float64(b.tasks)
	open := float64(b.tasks) - float64(b.completed()) - float64(len(b.blocked))
	own := float64(b.tasks - b.done.Count())
	return max(0, max(0, b.load.total-b.load.done)+(open-own)*mean)
}

// atWork is a task that is running.
type atWork struct {
	seconds, units, fraction float64
}

// running lists the tasks of a block that workers have in their slots: by their last heartbeat, and for slots of which
// it said nothing that is still so, those that were leased first.
func (s *Scheduler) running(now time.Duration, b *block) (out []atWork) {
	for _, w := range s.workers {
		if !w.connected {
			continue
		}
		told, free := map[LeaseID]bool{}, max(w.Slots, 1)
		for _, r := range w.running {
			l := w.leases[r.Lease]
			if l == nil || !l.has(r.Ordinal) {
				continue // it has ended since
			}
			told[l.id] = true
			free--
			if l.block != b || l.audit != nil {
				continue
			}
			seconds, fraction := float64(r.Seconds)+(now-w.told).Seconds(), float64(r.Fraction)
			if r.Seconds > 0 {
				fraction *= seconds / float64(r.Seconds)
			}
			out = append(out, atWork{seconds, b.load.of(r.Ordinal), min(fraction, 1)})
		}
		for _, l := range w.sortedLeases() {
			if free <= 0 {
				break
			}
			first, ok := l.first()
			if !ok || told[l.id] {
				continue
			}
			free--
			if l.block == b && l.audit == nil {
				out = append(out, atWork{seconds: (now - l.moved).Seconds(), units: b.load.of(first)})
			}
		}
	}
	return out
}

const (
	// shortTask is up to how many seconds a task may take for the rate of late to tell the end.
	shortTask = rateWindow / 4
	// telling is from which fraction on a running task's progress tells its whole duration.
	telling = 0.02
)

// Remaining estimates the seconds to a sweep's end; negative: unknown.
func (s *Scheduler) Remaining(now time.Duration, name string) float64 {
	sw := s.sweeps[name]
	if sw == nil {
		return -1
	}
	open := sw.total() - s.finished(sw)
	if open == 0 {
		return 0
	}
	if sw.state != Active {
		return -1
	}
	var work, longest, typical float64 // seconds: of all that is left, of the task that ends last, of one task
	slots := 0
	known := true
	for _, b := range sw.blocks {
		left := b.left()
		if left == 0 {
			continue
		}
		running := s.running(now, b)
		per := b.secondsPerUnit(running)
		known = known && per > 0
		work += per * left
		typical = max(typical, per*b.load.total/float64(b.tasks))
		for _, r := range running {
			slots++
			spent := min(r.seconds, per*r.units)
			if r.fraction > telling {
				spent = per * r.units * r.fraction
			}
			work -= spent
			longest = max(longest, per*r.units-spent)
		}
	}
	sw.eachSource(func(b *block, _ func(uint64) bool) {
		if !slices.Contains(sw.blocks, b) { // what others share with it
			slots += len(s.running(now, b))
		}
	})
	rate := sw.work.perSecond()
	if rate > 0 && (!known || typical < shortTask.Seconds()) {
		return sw.left() / rate
	}
	if !known || slots == 0 {
		return -1
	}
	return max(work/float64(min(slots, int(min(open, math.MaxInt32)))), longest)
}

// secondsPerUnit is what a unit of a block's work takes, by the tasks that have finished and the progress of those that
// run. Until one tells, it is what the experiment declares, or more where a task has run for longer already; 0: unknown.
func (b *block) secondsPerUnit(running []atWork) float64 {
	seconds, units, least := b.pace.seconds, b.pace.units, 0.0
	for _, r := range running {
		if r.fraction > telling {
			seconds += r.seconds
			units += r.fraction * r.units
		} else {
			least = max(least, r.seconds/r.units)
		}
	}
	switch {
	case units > 0:
		return seconds / units
	case b.cost != nil:
		return max(1, least)
	}
	return 0
}

// left is what the sweep's blocks still cost.
func (sw *sweep) left() (units float64) {
	for _, b := range sw.blocks {
		units += b.left()
	}
	return units
}

// spent is what the sweep's finished tasks cost; it grows as left falls.
func (sw *sweep) spent() (units float64) {
	for _, b := range sw.blocks {
		units += b.load.total - b.left()
	}
	return units
}
