package sim

// Mutant is a bug that is built in on purpose, to show that the simulation would find it.
type Mutant uint8

// The mutants. RecorderGivesUp was real: the simulation found it.
const (
	None              Mutant = iota
	AckBeforeCommit          // results are acknowledged when they are queued
	BitmapApart              // the bitmap follows in a transaction of its own
	NoDeduplication          // a result that is there already is written again
	WallClock                // leases expire by a clock that people and NTP set
	AttemptsForgotten        // failures are acknowledged and never recorded
	RecorderGivesUp          // a decision that the disk refused once is dropped
	AuditsForgotten          // a restart takes for audited what is stored
	AuditBlind               // an audit finds that all is well
	ConflictAcked            // a result with other bits is acknowledged before the conflict is durable
	OutvotedStays            // a verdict is recorded and the result left as it was
	NoPreference             // leases go anywhere, wherever an artefact is; it breaks no promise, see TestArtefactsAreComputedOnce
)

// Mutants lists those that break a promise.
var Mutants = []Mutant{AckBeforeCommit, BitmapApart, NoDeduplication, WallClock, AttemptsForgotten, RecorderGivesUp, AuditsForgotten, AuditBlind, ConflictAcked, OutvotedStays}

// String names the mutant.
func (m Mutant) String() string {
	return [...]string{"none", "ack before commit", "bitmap in another transaction than results", "deduplication dropped",
		"expiry on the wall clock", "attempts not persisted", "recorder gives up on a full disk", "audits forgotten at a restart", "audits compare nothing",
		"conflict acknowledged before it is durable",
		"what was outvoted stays", "no preference for artefacts"}[m]
}
