package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"gardner/sweeps"
)

// Failure is what is known of a task that failed and has no result. Failures are
// rare and sparse; storing the task's result removes its failure.
type Failure struct {
	Block       sweeps.BlockID `json:"-"`
	Ordinal     uint64         `json:"-"`
	Attempts    int            `json:"attempts"`
	Kind        string         `json:"kind"` // of the last attempt: "numerical", "crash", "timeout", "error" ...
	Message     string         `json:"message"`
	Worker      string         `json:"worker,omitempty"`
	Quarantined bool           `json:"quarantined,omitempty"` // not tried again until asked to
	Time        time.Time      `json:"time"`
}

// PutFailures stores failures, replacing earlier ones of the same tasks, and
// returns when they are durable. A task that has a result is left alone.
func (s *Store) PutFailures(failures ...Failure) error {
	type prepared struct {
		st    *blockState
		key   []byte
		value []byte
	}
	ready := make([]prepared, len(failures))
	for i, f := range failures {
		st, err := s.state(f.Block)
		if err == nil && f.Ordinal >= st.tasks {
			err = fmt.Errorf("%w %s: %d of %d tasks", ErrOrdinal, f.Block.Short(), f.Ordinal, st.tasks)
		}
		if err != nil {
			return err
		}
		v, err := json.Marshal(f)
		if err != nil {
			return err
		}
		ready[i] = prepared{st, taskKey(nil, st.seq, f.Ordinal), v}
	}
	return s.do(func(tx *bolt.Tx) error {
		results, bucket := tx.Bucket(bucketResults), tx.Bucket(bucketFailures)
		for _, p := range ready {
			if results.Get(p.key) != nil {
				continue
			}
			p.st.mayFail = true
			if err := bucket.Put(p.key, p.value); err != nil {
				return err
			}
		}
		return nil
	}, nil)
}

// PutFailure stores one failure.
func (s *Store) PutFailure(f Failure) error { return s.PutFailures(f) }

// Failures returns a block's failures in plan order.
func (s *Store) Failures(id sweeps.BlockID) ([]Failure, error) {
	st, err := s.state(id)
	if err != nil {
		return nil, err
	}
	var out []Failure
	err = s.view(func(tx *bolt.Tx) error {
		prefix := taskKey(nil, st.seq, 0)[:4]
		c := tx.Bucket(bucketFailures).Cursor()
		for k, v := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, v = c.Next() {
			f := Failure{Block: id}
			ordinal, ok := ordinalOf(k)
			if err := json.Unmarshal(v, &f); err != nil || !ok {
				return &CorruptError{Path: s.path, Detail: errors.Join(fmt.Errorf("failure %x", k), err).Error()}
			}
			f.Ordinal = ordinal
			out = append(out, f)
		}
		return nil
	})
	return out, err
}

// ClearFailures forgets the failures of the given tasks of a block, or of all its
// tasks if none are given, and returns how many there were once that is durable.
func (s *Store) ClearFailures(id sweeps.BlockID, ordinals ...uint64) (n int, err error) {
	st, err := s.state(id)
	if err != nil {
		return 0, err
	}
	if len(ordinals) == 0 {
		all, err := s.Failures(id)
		if err != nil || len(all) == 0 {
			return 0, err
		}
		for _, f := range all {
			ordinals = append(ordinals, f.Ordinal)
		}
	}
	err = s.do(func(tx *bolt.Tx) error {
		n = 0
		bucket := tx.Bucket(bucketFailures)
		for _, o := range ordinals {
			key := taskKey(nil, st.seq, o)
			if bucket.Get(key) == nil {
				continue
			}
			n++
			if err := bucket.Delete(key); err != nil {
				return err
			}
		}
		return nil
	}, nil)
	return n, err
}
