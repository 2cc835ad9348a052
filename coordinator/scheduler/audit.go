package scheduler

import (
	"slices"
	"time"

	"gardner/sweeps"
)

// An audit computes a stored task again: on another worker of the same numerics if there is one, else on another worker,
// else where it was computed. The owner compares the records and says whether they agree (Checked). On disagreement a
// third worker votes; what is stored stays, and the verdict is a Conflict that the owner makes durable.

// Vote is one computation of a task.
type Vote struct {
	Worker      string
	Fingerprint string
	// Digest is of the record: what is stored has the empty one, unless it is known.
	Digest string
}

// Verdict says how a conflict stands.
type Verdict string

// The verdicts. Nothing that is stored changes with them.
const (
	Open       Verdict = "open"        // a third worker is to vote, if there is one
	Upheld     Verdict = "upheld"      // a third worker computed what is stored
	Outvoted   Verdict = "outvoted"    // two workers agree on other bits than what is stored
	NoMajority Verdict = "no majority" // all three differ
	Failed     Verdict = "failed"      // the task, which had a result, failed when it was computed again
)

// Conflict is a task that was computed with different results.
type Conflict struct {
	Block   sweeps.BlockID
	Ordinal uint64
	Verdict Verdict
	Votes   []Vote // the first is what is stored
	Message string // of a failure
}

// Dispute says how a conflict stands now; it replaces what was said of the same task before.
type Dispute struct{ Conflict Conflict }

func (Dispute) action() {}

// audit is a task to be computed again.
type audit struct {
	ordinal uint64
	by      []WorkerID // have computed it
	votes   []Vote
	tries   int // leases of it that ended without an answer
}

const (
	auditTries  = 3
	auditSearch = 32 // how many waiting audits of a block one search looks at
)

// sample begins audits of some of the tasks that a worker has stored.
func (s *Scheduler) sample(b *block, w *worker, ordinals []uint64) {
	rate := 0.0
	for _, src := range b.sources {
		rate = max(rate, src.sweep.policy.Audit)
	}
	if rate == 0 {
		return
	}
	for _, o := range ordinals {
		if lottery(b.id, o) < rate {
			b.audits = append(b.audits, &audit{ordinal: o, by: []WorkerID{w.id}, votes: []Vote{{Worker: w.Name, Fingerprint: w.Fingerprint}}})
			s.epoch++
		}
	}
}

// lottery spreads tasks evenly over [0, 1).
func lottery(id sweeps.BlockID, ordinal uint64) float64 {
	x := ordinal*0x9e3779b97f4a7c15 + uint64(id[0])<<24 + uint64(id[1])<<16 + uint64(id[2])<<8 + uint64(id[3])
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return float64((x^x>>31)>>11) / (1 << 53)
}

// pickAudit makes a lease of a task to be computed again.
func (s *Scheduler) pickAudit(now time.Duration, w *worker, b *block) *lease {
	for i, a := range b.audits {
		if i == auditSearch {
			break
		}
		if !s.mayAudit(w, b, a) {
			continue
		}
		b.audits = slices.Delete(b.audits, i, i+1)
		b.auditing++
		l := s.open(now, s.next, w, b, a.ordinal, a.ordinal+1)
		s.next++
		l.add(a.ordinal)
		l.audit = a
		return l
	}
	return nil
}

// mayAudit reports whether there is no better worker for an audit.
func (s *Scheduler) mayAudit(w *worker, b *block, a *audit) bool {
	rank := s.auditRank(w, b, a)
	if rank == 0 || rank == bestRank {
		return rank > 0
	}
	for _, x := range s.workers {
		if x.connected && s.auditRank(x, b, a) > rank {
			return false
		}
	}
	return true
}

// auditRank says how well a worker can audit; 0: not at all. A third vote is another worker's or nobody's.
func (s *Scheduler) auditRank(w *worker, b *block, a *audit) int {
	switch {
	case !w.Can[b.experiment]:
		return 0
	case slices.Contains(a.by, w.id):
		if len(a.by) > 1 {
			return 0
		}
		return 1
	case w.Fingerprint != a.votes[0].Fingerprint:
		return 2
	}
	return bestRank
}

const bestRank = 3

// Check compares what a worker handed in for a task that has a result with that result.
type Check struct {
	Ordinal uint64
	// Equal: the same bits. Near: within the tolerances for workers of different numerics.
	Equal, Near bool
	Digest      string // of what was handed in
}

// Checked says that a stored task was computed again; call it before Stored.
func (s *Scheduler) Checked(now time.Duration, w WorkerID, id LeaseID, block sweeps.BlockID, c Check) {
	s.at(now)
	ordinal, digest := c.Ordinal, c.Digest
	b := s.blocks[block]
	if b == nil || ordinal >= b.tasks {
		return
	}
	var a *audit
	if l := s.leaseOf(id, b); l != nil && l.audit != nil && l.audit.ordinal == ordinal {
		a, l.audit = l.audit, nil
		b.auditing--
		b.audited++
	}
	vote := Vote{Digest: digest}
	if x := s.workers[w]; x != nil {
		vote.Worker, vote.Fingerprint = x.Name, x.Fingerprint
	}
	agree := c.Equal || c.Near && s.mixed(a, vote)
	switch {
	case a == nil && agree:
	case a == nil: // a straggler, or a lease that had expired
		if !b.disputed[ordinal] {
			s.dispute(b, &audit{ordinal: ordinal, by: []WorkerID{w}, votes: []Vote{{}, vote}})
		}
	case len(a.votes) == 1 && agree:
	case len(a.votes) == 1:
		a.by, a.votes, a.tries = append(a.by, w), append(a.votes, vote), 0
		s.dispute(b, a)
	default:
		a.votes = append(a.votes, vote)
		verdict := NoMajority
		switch {
		case agree:
			verdict = Upheld
		case digest == a.votes[1].Digest:
			verdict = Outvoted
		}
		s.act(Dispute{Conflict{Block: b.id, Ordinal: ordinal, Verdict: verdict, Votes: a.votes}})
	}
	s.touch(b)
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
	if b.disputed == nil {
		b.disputed = map[uint64]bool{}
	}
	b.disputed[a.ordinal] = true
	b.audits = append(b.audits, a)
	s.epoch++
	s.act(Dispute{Conflict{Block: b.id, Ordinal: a.ordinal, Verdict: Open, Votes: slices.Clone(a.votes)}})
}

// auditFailed says that a task failed which has a result.
func (s *Scheduler) auditFailed(l *lease, kind, message string) {
	a, b := l.audit, l.block
	l.audit = nil
	b.auditing--
	if a.tries++; a.tries < 2 {
		b.audits = append(b.audits, a)
		s.epoch++
		return
	}
	votes := append(a.votes, Vote{Worker: l.worker.Name, Fingerprint: l.worker.Fingerprint})
	s.act(Dispute{Conflict{Block: b.id, Ordinal: a.ordinal, Verdict: Failed, Votes: votes, Message: kind + ": " + message}})
}

// auditLost puts an audit without an answer back in line.
func (s *Scheduler) auditLost(l *lease) {
	a, b := l.audit, l.block
	l.audit = nil
	b.auditing--
	if a.tries++; a.tries < auditTries {
		b.audits = append(b.audits, a)
		s.epoch++
	}
}

// auditsOpen reports whether a sweep waits for audits that somebody runs or could run.
func (s *Scheduler) auditsOpen(sw *sweep) bool {
	for _, b := range sw.blocks {
		if b.auditing > 0 {
			return true
		}
		for _, a := range b.audits {
			for _, w := range s.workers {
				if w.connected && s.auditRank(w, b, a) > 0 {
					return true
				}
			}
		}
	}
	return false
}

// sampled reports whether some of the block's tasks are to be audited.
func (b *block) sampled() bool {
	return slices.ContainsFunc(b.sources, func(x *source) bool { return x.sweep.policy.Audit > 0 })
}
