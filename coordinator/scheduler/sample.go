package scheduler

import (
	"slices"

	"gardner/sweeps"
)

// Which tasks are audited is a lottery that their keys decide: whoever draws again, after a restart or when a sweep asks
// for a larger share, draws the same tasks.

// sampler is a sweep's wish to have a share of a block's tasks audited.
type sampler struct {
	share float64
	via   *link // nil: of all tasks; else of those the younger block rests on
}

// lottery spreads tasks evenly over [0, 1).
func lottery(id sweeps.BlockID, ordinal uint64) float64 {
	x := ordinal*0x9e3779b97f4a7c15 + uint64(id[0])<<24 + uint64(id[1])<<16 + uint64(id[2])<<8 + uint64(id[3])
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return float64((x^x>>31)>>11) / (1 << 53)
}

// drawn reports whether a task is to be audited.
func (b *block) drawn(ordinal uint64) bool {
	if len(b.samplers) == 0 {
		return false
	}
	x := lottery(b.id, ordinal)
	return slices.ContainsFunc(b.samplers, func(m sampler) bool { return x < m.share && (m.via == nil || m.via.wants(ordinal)) })
}

// sample begins audits of some of the tasks that a worker has stored, who may be gone by now.
func (s *Scheduler) sample(b *block, w WorkerID, ordinals []uint64) {
	for _, o := range ordinals {
		if b.drawn(o) && !b.inAudit[o] && !b.audited.Has(o) {
			a := &audit{ordinal: o, by: []WorkerID{w}, votes: []Vote{{}}}
			if x := s.workers[w]; x != nil {
				a.votes[0] = Vote{Worker: x.Name, Fingerprint: x.Fingerprint}
			}
			s.queueAudit(b, a)
		}
	}
}

// draw goes on looking for tasks that were stored, by whom is not known any more, and are to be audited, until n audits
// are in line or all have been looked at.
func (s *Scheduler) draw(b *block, n int) {
	if b.looked == b.tasks {
		return
	}
	for len(b.audits) < n {
		o, ok := b.done.NextSet(b.looked)
		if !ok {
			b.looked = b.tasks
			return
		}
		b.looked = o + 1
		if b.drawn(o) && b.owns(o) && !b.inAudit[o] && !b.audited.Has(o) {
			s.queueAudit(b, &audit{ordinal: o, votes: []Vote{{}}})
		}
	}
}

// owns reports whether a task has rows of its own in this block.
func (b *block) owns(ordinal uint64) bool { return len(b.older) == 0 || !b.cut(ordinal).none }

// resample follows up a change of what sweeps want audited.
func (s *Scheduler) resample() {
	wish := map[*block][]sampler{}
	for _, sw := range s.sweeps {
		if share := sw.policy.Audit; share > 0 && sw.state != Cancelled {
			for _, b := range sw.blocks {
				wish[b] = append(wish[b], sampler{share: share})
				for _, l := range b.older {
					wish[l.older] = append(wish[l.older], sampler{share: share, via: l})
				}
			}
		}
	}
	for _, b := range s.order {
		if len(b.samplers) == 0 && len(wish[b]) == 0 {
			continue
		}
		b.samplers, b.looked = wish[b], 0
		b.audits = slices.DeleteFunc(b.audits, func(a *audit) bool {
			dropped := !b.drawn(a.ordinal)
			if dropped {
				delete(b.inAudit, a.ordinal)
			}
			return dropped
		})
		s.epoch++
	}
}
