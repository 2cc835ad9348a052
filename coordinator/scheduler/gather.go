package scheduler

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"gardner/sweeps"
)

// Tasks that share an artefact (a trained network) go preferably where it is: a worker goes on with the groups it was
// given last, then takes groups it says it has, then groups nobody has. It takes other workers' groups rather than
// nothing.

const (
	maxGathered  = 8       // groups a worker goes on with
	gatherSearch = 64      // groups that one search looks at
	memberSearch = 1 << 12 // members of a group that one search looks at
	maxHas       = 1 << 12 // groups a worker is remembered to have
	maxHolders   = 1 << 16
)

// gathered is a group a worker goes on with.
type gathered struct {
	block *block
	group uint64
	next  uint64 // the members below are out
}

// has reports whether a worker was given, or says it has, the artefact of a group.
func (w *worker) hasGroup(key uint64) bool { return w.has[key] > 0 }

// remember notes that a worker has a group's artefact.
func (s *Scheduler) remember(w *worker, key uint64) {
	s.uses++
	if w.has == nil {
		w.has = map[uint64]uint64{}
	}
	w.has[key] = s.uses
	if len(w.has) > maxHas {
		keys := slices.SortedFunc(maps.Keys(w.has), func(a, b uint64) int { return cmp.Compare(w.has[a], w.has[b]) })
		for _, k := range keys[:maxHas/2] {
			delete(w.has, k)
		}
	}
	if len(s.holders) >= maxHolders {
		clear(s.holders) // a preference is forgotten
	}
	s.holders[key] = w
}

// elsewhere reports whether another worker that is here has a group.
func (s *Scheduler) elsewhere(w *worker, key uint64) bool {
	h := s.holders[key]
	return h != nil && h != w && h.connected && s.workers[h.id] == h
}

// pickGathered makes a lease of a block whose tasks share artefacts.
func (s *Scheduler) pickGathered(now time.Duration, w *worker, src *source) *lease {
	b := src.block
	for i := len(w.gathered) - 1; i >= 0; i-- {
		g := w.gathered[i]
		if g.block != b {
			continue
		}
		for steps := 0; g.next < b.groups.Size() && steps < memberSearch; steps++ {
			o := b.groups.At(g.group, g.next)
			if !b.out.Has(o) && src.wants(o) {
				return s.gather(now, w, src, o)
			}
			g.next++
		}
		if g.next == b.groups.Size() {
			w.gathered = slices.Delete(w.gathered, i, i+1)
		}
	}
	first, ok := s.firstPending(src)
	if !ok {
		return nil
	}
	free, found := uint64(0), false
	o, at := first, src.cursor
	for range gatherSearch {
		if src.wants(o) {
			key := b.groups.Key(o)
			if w.hasGroup(key) {
				return s.gather(now, w, src, o)
			}
			if !found && !s.elsewhere(w, key) {
				free, found = o, true
			}
		}
		run := b.groups.Run()
		step := min((o/run+1)*run, b.order.end(o, b.tasks)) - o
		if o, at, ok = b.nextPending(at + step); !ok {
			break
		}
	}
	if found {
		first = free
	}
	return s.gather(now, w, src, first)
}

// gather leases a task and its neighbours in the same group.
func (s *Scheduler) gather(now time.Duration, w *worker, src *source, lo uint64) *lease {
	b := src.block
	group, member := b.groups.Of(lo)
	i := slices.IndexFunc(w.gathered, func(g *gathered) bool { return g.block == b && g.group == group })
	g := &gathered{block: b, group: group, next: member}
	if i >= 0 {
		g = w.gathered[i]
		w.gathered = slices.Delete(w.gathered, i, i+1)
	}
	w.gathered = append(w.gathered, g)
	if len(w.gathered) > maxGathered {
		w.gathered = slices.Delete(w.gathered, 0, 1)
	}
	s.remember(w, b.groups.Key(lo))
	run := b.groups.Run()
	return s.leaseFrom(now, w, src, lo, (lo/run+1)*run)
}

// Groups is how artefacts gather the tasks of a block.
type Groups = sweeps.Groups
