package scheduler

import "gardner/sweeps"

// Vote is one computation of a task.
type Vote struct {
	Worker      string
	Fingerprint string
	// Digest is of the record: what is stored has the empty one, unless it is known.
	Digest string
}

// Verdict says how a conflict stands.
type Verdict string

// The verdicts. All but Open are final.
const (
	Open       Verdict = "open"        // a third worker is to vote, if there is one
	Upheld     Verdict = "upheld"      // a third worker computed what is stored
	Outvoted   Verdict = "outvoted"    // two workers agree on other bits than those that were stored, and theirs are stored now
	NoMajority Verdict = "no majority" // all three differ, and what is stored stays
	Failed     Verdict = "failed"      // the task, which had a result, got none when it was computed again
)

// Conflict is a task that was computed with different results.
type Conflict struct {
	Block   sweeps.BlockID
	Ordinal uint64
	Verdict Verdict
	Votes   []Vote // the first is what was stored
	Message string // of a failure
}

// Dispute says how a conflict stands now; it replaces what was said of the same task before.
type Dispute struct {
	Conflict Conflict
	// Record takes the place of what is stored, if the verdict is Outvoted.
	Record []byte
}

// Audited says that an audit agreed with what is stored.
type Audited struct {
	Block   sweeps.BlockID
	Ordinal uint64
}

func (Dispute) action() {}
func (Audited) action() {}
