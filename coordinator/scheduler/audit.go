package scheduler

import (
	"slices"
	"time"

	"gardner/sweeps"
)

// An audit computes a stored task again: on another worker of the same numerics if there is one, else on another worker,
// else where it was computed. The owner compares the records and says whether they agree (Checked). On disagreement a
// third worker votes, and what two of the three agree on is what is stored from then on. Which tasks are audited follows
// from their keys (sample.go); which have been is durable, so that a restart loses no audit.

// audit is a task to be computed again.
type audit struct {
	ordinal  uint64
	by       []WorkerID // have computed it
	votes    []Vote     // the first is what is stored; without a worker if that is not known
	restored bool       // begun by an earlier process: who computed it is known by name
	lost     int        // workers that died with it
	failed   int        // times it failed
}

const (
	auditTries  = 3  // workers that may die with an audit
	auditFails  = 2  // times an audit may fail
	auditSearch = 32 // how many first audits of a block one search looks at
)

// pickAudit makes a lease of a task to be computed again.
func (s *Scheduler) pickAudit(now time.Duration, w *worker, b *block) *lease {
	for i, a := range b.votes {
		if auditRank(w, b, a) > 0 {
			b.votes = slices.Delete(b.votes, i, i+1)
			return s.grantAudit(now, w, b, a)
		}
	}
	s.draw(b, auditSearch)
	for i, a := range b.audits[:min(len(b.audits), auditSearch)] {
		if !s.mayAudit(w, b, a) {
			continue
		}
		b.audits = slices.Delete(b.audits, i, i+1)
		if len(b.audits) >= auditSearch {
			s.epoch++ // another one can be found now
		}
		return s.grantAudit(now, w, b, a)
	}
	return nil
}

func (s *Scheduler) grantAudit(now time.Duration, w *worker, b *block, a *audit) *lease {
	l := s.open(now, s.next, w, b, a.ordinal, a.ordinal+1)
	s.next++
	l.add(a.ordinal)
	l.audit = a
	b.auditing++
	return l
}

// mayAudit reports whether there is no better worker for a first audit.
func (s *Scheduler) mayAudit(w *worker, b *block, a *audit) bool {
	rank := auditRank(w, b, a)
	if rank == 0 || rank == bestRank {
		return rank > 0
	}
	for _, x := range s.workers {
		if x.connected && auditRank(x, b, a) > rank {
			return false
		}
	}
	return true
}

// auditRank says how well a worker can audit; 0: not at all. A third vote is another worker's or nobody's.
func auditRank(w *worker, b *block, a *audit) int {
	switch {
	case !w.can(b):
		return 0
	case a.computedBy(w):
		if len(a.votes) > 1 {
			return 0
		}
		return 1
	case w.Fingerprint != a.votes[0].Fingerprint && a.votes[0].Worker != "":
		return 2
	}
	return bestRank
}

const bestRank = 3

func (a *audit) computedBy(w *worker) bool {
	return slices.Contains(a.by, w.id) || a.restored && slices.ContainsFunc(a.votes, func(v Vote) bool { return v.Worker == w.Name })
}

// queueAudit puts an audit in line.
func (s *Scheduler) queueAudit(b *block, a *audit) {
	if len(a.votes) > 1 {
		b.votes = append(b.votes, a)
	} else {
		b.audits = append(b.audits, a)
	}
	b.inAudit[a.ordinal] = true
	s.epoch++
}

// endAudit notes that an audit is over, however it ended.
func (b *block) endAudit(ordinal uint64) {
	delete(b.inAudit, ordinal)
	b.audited.Set(ordinal)
}

// Check compares what a worker handed in for a task that has a result with that result.
type Check struct {
	Ordinal uint64
	// Equal: the same bits. Near: within the tolerances for workers of different numerics.
	Equal, Near bool
	Digest      string // of what was handed in
	Record      []byte // what was handed in
}

// Checked says that a stored task was computed again; call it before Stored.
func (s *Scheduler) Checked(now time.Duration, w WorkerID, id LeaseID, block sweeps.BlockID, c Check) {
	s.at(now)
	b := s.blocks[block]
	if b == nil || c.Ordinal >= b.tasks {
		return
	}
	var a *audit
	if l := s.leaseOf(id, b); l != nil && l.audit != nil && l.audit.ordinal == c.Ordinal {
		a, l.audit = l.audit, nil
		b.auditing--
	}
	vote := Vote{Digest: c.Digest}
	if x := s.workers[w]; x != nil {
		vote.Worker, vote.Fingerprint = x.Name, x.Fingerprint
	}
	agree := c.Equal || c.Near && s.mixed(a, vote)
	switch {
	case a == nil && agree:
	case a == nil: // a straggler, or a lease that had expired
		s.unasked(b, c.Ordinal, w, vote)
	case len(a.votes) == 1 && agree:
		b.endAudit(c.Ordinal)
		s.act(Audited{Block: b.id, Ordinal: c.Ordinal})
	case len(a.votes) == 1:
		a.by, a.votes, a.lost, a.failed = append(a.by, w), append(a.votes, vote), 0, 0
		s.dispute(b, a)
	default:
		s.decide(b, a, vote, agree, c.Record)
	}
	s.touch(b)
}

// unasked is a vote that no audit has asked for, against what is stored.
func (s *Scheduler) unasked(b *block, ordinal uint64, w WorkerID, vote Vote) {
	if b.disputed[ordinal] {
		return
	}
	for _, l := range s.leases {
		if l.audit == nil || l.block != b || l.audit.ordinal != ordinal {
			continue
		}
		a := l.audit
		a.by, a.votes = append(a.by, w), append(a.votes, vote)
		if a.computedBy(l.worker) { // who computes it now has voted already
			l.audit = nil
			b.auditing--
			s.dispute(b, a)
			return
		}
		b.disputed[ordinal] = true // what is computed already will be the third vote
		s.act(Dispute{Conflict: Conflict{Block: b.id, Ordinal: ordinal, Verdict: Open, Votes: slices.Clone(a.votes)}})
		return
	}
	s.dispute(b, &audit{ordinal: ordinal, by: []WorkerID{w}, votes: []Vote{{}, vote}})
}

// decide counts a third vote.
func (s *Scheduler) decide(b *block, a *audit, vote Vote, upholds bool, record []byte) {
	d := Dispute{Conflict: Conflict{Block: b.id, Ordinal: a.ordinal, Verdict: NoMajority, Votes: append(a.votes, vote)}}
	switch {
	case upholds:
		d.Conflict.Verdict = Upheld
	case vote.Digest == a.votes[1].Digest:
		d.Conflict.Verdict, d.Record = Outvoted, record
	}
	b.endAudit(a.ordinal)
	s.act(d)
}

// mixed reports whether a vote may come of other numerics than what is stored: equal bits are not to be expected then.
func (s *Scheduler) mixed(a *audit, vote Vote) bool {
	if a != nil && a.votes[0].Worker != "" {
		return a.votes[0].Fingerprint != vote.Fingerprint
	}
	return len(s.fingerprints) > 1
}

// dispute asks for a third vote.
func (s *Scheduler) dispute(b *block, a *audit) {
	b.disputed[a.ordinal] = true
	b.audits = slices.DeleteFunc(b.audits, func(x *audit) bool { return x.ordinal == a.ordinal }) // this one knows more
	s.queueAudit(b, a)
	s.act(Dispute{Conflict: Conflict{Block: b.id, Ordinal: a.ordinal, Verdict: Open, Votes: slices.Clone(a.votes)}})
}

// Restore takes in a conflict that an earlier process has made durable; an open one is to be decided.
func (s *Scheduler) Restore(c Conflict) {
	b := s.blocks[c.Block]
	if b == nil || c.Ordinal >= b.tasks || b.disputed[c.Ordinal] || !b.done.Has(c.Ordinal) {
		return
	}
	b.disputed[c.Ordinal] = true
	if c.Verdict == Open && len(c.Votes) == 2 {
		s.queueAudit(b, &audit{ordinal: c.Ordinal, votes: slices.Clone(c.Votes), restored: true})
	}
}

// auditFailed says that a task failed which has a result.
func (s *Scheduler) auditFailed(l *lease, kind, message string) {
	a, b := l.audit, l.block
	l.audit = nil
	b.auditing--
	if a.failed++; a.failed < auditFails {
		s.queueAudit(b, a)
		return
	}
	s.auditEnded(b, a, l.worker, kind+": "+message)
}

// auditLost puts an audit without an answer back in line.
func (s *Scheduler) auditLost(l *lease) {
	a, b := l.audit, l.block
	l.audit = nil
	b.auditing--
	if l.lost {
		a.lost++
	}
	if a.lost < auditTries {
		s.queueAudit(b, a)
		return
	}
	s.auditEnded(b, a, l.worker, Crash+": workers died or fell silent each time they computed it again")
}

// auditEnded gives up an audit that gets no answer.
func (s *Scheduler) auditEnded(b *block, a *audit, w *worker, message string) {
	votes := append(a.votes, Vote{Worker: w.Name, Fingerprint: w.Fingerprint})
	b.disputed[a.ordinal] = true
	b.endAudit(a.ordinal)
	s.act(Dispute{Conflict: Conflict{Block: b.id, Ordinal: a.ordinal, Verdict: Failed, Votes: votes, Message: message}})
}

// auditsOpen reports whether a sweep waits for audits. It waits for a third vote only if there is somebody to give it.
func (s *Scheduler) auditsOpen(sw *sweep) bool {
	for _, b := range sw.blocks {
		if s.auditsOpenIn(b) || slices.ContainsFunc(b.older, func(l *link) bool { return s.auditsOpenIn(l.older) }) {
			return true
		}
	}
	return false
}

func (s *Scheduler) auditsOpenIn(b *block) bool {
	s.draw(b, 1)
	if b.auditing > 0 || len(b.audits) > 0 {
		return true
	}
	for _, a := range b.votes {
		for _, w := range s.workers {
			if w.connected && auditRank(w, b, a) > 0 {
				return true
			}
		}
	}
	return false
}
