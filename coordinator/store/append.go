package store

import (
	"fmt"

	"gardner/sweeps"
)

// Result is what a worker computed for one task. Record is the encoded rows; the
// store looks no further into it.
type Result struct {
	Block   sweeps.BlockID
	Ordinal uint64
	Record  []byte
}

// Outcome says what became of an appended result.
type Outcome uint8

// The outcomes of a commit.
const (
	Stored    Outcome = iota // it is new and durable
	Duplicate                // the same bits were there already
	Conflict                 // other bits were there already, and stay
)

// String returns "stored", "duplicate" or "conflict".
func (o Outcome) String() string {
	return [...]string{"stored", "duplicate", "conflict"}[o]
}

// entry is a result on its way to disk.
type entry struct {
	st      *blockState
	ordinal uint64
	value   []byte // sealed
	job     *job
	index   int // into job.outcomes
}

// Append queues results for the next commit and calls done once, in order of the
// calls to Append: with one outcome per result after the transaction that holds
// them is durable, or with an error if it failed. After an error the results may
// be appended again. Append copies the records before it returns; it blocks while
// Options.MaxQueue results are waiting. done runs on a goroutine of the store and
// should not block for long; it may call Append.
func (s *Store) Append(results []Result, done func([]Outcome, error)) {
	s.AppendFrom("", results, done)
}

// AppendFrom is Append for results of one block that a worker of these numerics
// computed.
func (s *Store) AppendFrom(numerics string, results []Result, done func([]Outcome, error)) {
	if s.w == nil {
		done(nil, fmt.Errorf("append to %s: %w", s.path, ErrReadOnly))
		return
	}
	j := &job{entries: make([]entry, len(results)), outcomes: make([]Outcome, len(results)), done: done, numerics: numerics}
	size := 0
	for i := range results {
		size += 4 + len(results[i].Record)
	}
	slab := make([]byte, 0, size)
	var key [taskKeyLen]byte
	for i := range results {
		r := &results[i]
		st, err := s.state(r.Block)
		if err == nil && r.Ordinal >= st.tasks {
			err = fmt.Errorf("%w %s: %d of %d tasks", ErrOrdinal, r.Block.Short(), r.Ordinal, st.tasks)
		}
		if err != nil {
			done(nil, fmt.Errorf("append to %s: %w", s.path, err))
			return
		}
		at := len(slab)
		slab = seal(slab, taskKey(key[:0], st.seq, r.Ordinal), r.Record)
		j.entries[i] = entry{st: st, ordinal: r.Ordinal, value: slab[at:len(slab):len(slab)], job: j, index: i}
	}
	s.w.enqueue(j)
}

// AppendWait is Append for callers that have nothing else to do.
func (s *Store) AppendWait(results []Result) (outcomes []Outcome, err error) {
	told := make(chan struct{})
	s.Append(results, func(out []Outcome, e error) {
		outcomes, err = out, e
		close(told)
	})
	if s.w == nil {
		return outcomes, err
	}
	select {
	case <-told:
	case <-s.w.told:
		select {
		case <-told:
		default:
			return nil, s.w.health()
		}
	}
	return outcomes, err
}
