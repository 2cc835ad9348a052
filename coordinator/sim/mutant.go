package sim

// Mutant is a bug that is built in on purpose, to show that the simulation would find it.
type Mutant uint8

// The mutants. The last was real: the simulation found it.
const (
	None              Mutant = iota
	AckBeforeCommit          // results are acknowledged when they are queued
	BitmapApart              // the bitmap follows in a transaction of its own
	NoDeduplication          // a result that is there already is written again
	WallClock                // leases expire by a clock that people and NTP set
	AttemptsForgotten        // failures are acknowledged and never recorded
	RecorderGivesUp          // a decision that the disk refused once is dropped
)

// Mutants lists them all.
var Mutants = []Mutant{AckBeforeCommit, BitmapApart, NoDeduplication, WallClock, AttemptsForgotten, RecorderGivesUp}

// String names the mutant.
func (m Mutant) String() string {
	return [...]string{"none", "ack before commit", "bitmap in another transaction than results", "deduplication dropped",
		"expiry on the wall clock", "attempts not persisted", "recorder gives up on a full disk"}[m]
}
