package store

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"gardner/sweeps"
)

// State is what a sweep is doing.
type State string

// The states of a sweep. An active one may become any other; a paused one active
// or cancelled; a cancelled or done one active again, by resume, retry or extend.
const (
	Active    State = "active"
	Paused    State = "paused"
	Cancelled State = "cancelled"
	Done      State = "done"
)

// SweepRecord is one revision of a sweep.
type SweepRecord struct {
	Name     string           `json:"name"`
	Revision string           `json:"revision"` // hash of the spec
	YAML     []byte           `json:"yaml"`     // the spec in canonical form
	Blocks   []sweeps.BlockID `json:"blocks"`   // the plan, in order
	State    State            `json:"state"`
	Reason   string           `json:"reason,omitempty"` // why it was paused
	Priority int              `json:"priority,omitempty"`
	Audit    float64          `json:"audit,omitempty"` // share of the tasks computed a second time
	Grows    bool             `json:"grows,omitempty"` // it may go on by itself when all its blocks are computed
	Created  time.Time        `json:"created"`
	Changed  time.Time        `json:"changed"`
}

// sweepPrefix is the key of a sweep's first revision without its number. Names
// hold no zero byte.
func sweepPrefix(name string) []byte { return append([]byte(name), 0) }

// PutSweep stores a sweep. If its revision is the latest of that name, the record
// is replaced (its Created stays); otherwise it becomes the latest. Created and
// Changed are filled in where zero. All its blocks must be stored.
func (s *Store) PutSweep(rec SweepRecord) error {
	if rec.Name == "" || bytes.IndexByte([]byte(rec.Name), 0) >= 0 {
		return fmt.Errorf("sweep name %q is empty or holds a zero byte", rec.Name)
	}
	for _, id := range rec.Blocks {
		if _, err := s.state(id); err != nil {
			return fmt.Errorf("sweep %s: %w", rec.Name, err)
		}
	}
	return s.do(func(tx *bolt.Tx) error {
		bucket := tx.Bucket(bucketSweeps)
		key, have, err := latestSweep(bucket, rec.Name)
		if err != nil {
			return &CorruptError{Path: s.path, Detail: err.Error()}
		}
		r := rec
		if have == nil || have.Revision != r.Revision {
			n := uint64(1)
			if have != nil {
				n = binary.BigEndian.Uint64(key[len(key)-8:]) + 1
			}
			key = binary.BigEndian.AppendUint64(sweepPrefix(r.Name), n)
		} else {
			key = bytes.Clone(key)
			r.Created = have.Created
		}
		return putSweep(bucket, key, r)
	}, nil)
}

// SetState changes the state of a sweep's latest revision.
func (s *Store) SetState(name string, state State, reason string) error {
	return s.change(name, func(rec *SweepRecord) { rec.State, rec.Reason = state, reason })
}

// SetPolicy changes the priority and the audited share of a sweep's latest revision.
func (s *Store) SetPolicy(name string, priority int, audit float64) error {
	return s.change(name, func(rec *SweepRecord) { rec.Priority, rec.Audit = priority, audit })
}

// change changes a sweep's latest revision.
func (s *Store) change(name string, change func(rec *SweepRecord)) error {
	return s.do(func(tx *bolt.Tx) error {
		bucket := tx.Bucket(bucketSweeps)
		key, rec, err := latestSweep(bucket, name)
		if err != nil {
			return &CorruptError{Path: s.path, Detail: err.Error()}
		}
		if rec == nil {
			return fmt.Errorf("%w %q", ErrUnknownSweep, name)
		}
		change(rec)
		rec.Changed = time.Time{}
		return putSweep(bucket, bytes.Clone(key), *rec)
	}, nil)
}

func putSweep(bucket *bolt.Bucket, key []byte, rec SweepRecord) error {
	now := time.Now().UTC()
	if rec.Created.IsZero() {
		rec.Created = now
	}
	if rec.Changed.IsZero() {
		rec.Changed = now
	}
	data, err := json.Marshal(rec)
	if err != nil {
		return err
	}
	return bucket.Put(key, data)
}

// latestSweep finds the newest revision; nil if there is none.
func latestSweep(bucket *bolt.Bucket, name string) (key []byte, rec *SweepRecord, err error) {
	prefix := sweepPrefix(name)
	c := bucket.Cursor()
	end := append(bytes.Clone(prefix), bytes.Repeat([]byte{0xff}, 9)...)
	k, _ := c.Seek(end)
	var v []byte
	if k == nil {
		k, v = c.Last()
	} else {
		k, v = c.Prev()
	}
	if len(k) != len(prefix)+8 || !bytes.HasPrefix(k, prefix) {
		return nil, nil, nil
	}
	rec, err = decodeSweep(v)
	return k, rec, err
}

func decodeSweep(v []byte) (*SweepRecord, error) {
	rec := new(SweepRecord)
	if err := json.Unmarshal(v, rec); err != nil {
		return nil, fmt.Errorf("record of a sweep: %w", err)
	}
	return rec, nil
}

// Sweep returns the latest revision of a sweep; errors.Is(err, ErrUnknownSweep) if
// there is none.
func (s *Store) Sweep(name string) (SweepRecord, error) {
	var out SweepRecord
	var missing bool
	err := s.view(func(tx *bolt.Tx) error {
		_, rec, err := latestSweep(tx.Bucket(bucketSweeps), name)
		switch {
		case err != nil:
			return &CorruptError{Path: s.path, Detail: err.Error()}
		case rec == nil:
			missing = true
			return fmt.Errorf("%w %q", ErrUnknownSweep, name)
		}
		out = *rec
		return nil
	})
	if missing {
		err = s.unknownSweep(name)
	}
	return out, err
}

// unknownSweep says which sweep was probably meant.
func (s *Store) unknownSweep(name string) error {
	all, err := s.Sweeps()
	if err != nil {
		return err
	}
	var names []string
	for _, r := range all {
		names = append(names, r.Name)
	}
	if best, ok := sweeps.Nearest(name, names); ok {
		return fmt.Errorf("%w %q; did you mean %q?", ErrUnknownSweep, name, best)
	}
	return fmt.Errorf("%w %q; see `gardner status`", ErrUnknownSweep, name)
}

// Sweeps returns the latest revision of every sweep, by name.
func (s *Store) Sweeps() ([]SweepRecord, error) {
	var out []SweepRecord
	err := s.eachRevision(func(rec *SweepRecord) {
		if n := len(out); n > 0 && out[n-1].Name == rec.Name {
			out[n-1] = *rec
		} else {
			out = append(out, *rec)
		}
	})
	return out, err
}

// Revisions returns all revisions of a sweep, the oldest first.
func (s *Store) Revisions(name string) ([]SweepRecord, error) {
	var out []SweepRecord
	err := s.eachRevision(func(rec *SweepRecord) {
		if rec.Name == name {
			out = append(out, *rec)
		}
	})
	return out, err
}

func (s *Store) eachRevision(fn func(*SweepRecord)) error {
	return s.view(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketSweeps).ForEach(func(_, v []byte) error {
			rec, err := decodeSweep(v)
			if err != nil {
				return &CorruptError{Path: s.path, Detail: err.Error()}
			}
			fn(rec)
			return nil
		})
	})
}
