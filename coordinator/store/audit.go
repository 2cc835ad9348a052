package store

import (
	"bytes"
	"fmt"
	"strconv"

	bolt "go.etcd.io/bbolt"

	"gardner/sweeps"
)

// Audit is a task that an audit is through with.
type Audit struct {
	Block   sweeps.BlockID
	Ordinal uint64
	// Record, if not nil, takes the place of the one that is stored: two workers agree on it against the first.
	Record []byte
}

// SettingCorrections is the setting that counts the results that were replaced, in
// decimal; absent: none. Whoever keeps something computed from results keeps it
// under this number.
const SettingCorrections = "corrections"

// PutAudits notes that tasks were audited, replaces the results that were outvoted,
// and writes a setting unless its name is empty, all in one transaction; it returns
// when that is durable. To do it twice changes nothing.
func (s *Store) PutAudits(audits []Audit, setting string, value []byte) error {
	states := make([]*blockState, len(audits))
	for i, a := range audits {
		st, err := s.state(a.Block)
		if err == nil && a.Ordinal >= st.tasks {
			err = fmt.Errorf("%w %s: %d of %d tasks", ErrOrdinal, a.Block.Short(), a.Ordinal, st.tasks)
		}
		if err != nil {
			return err
		}
		states[i] = st
	}
	return s.do(func(tx *bolt.Tx) error {
		corrected := uint64(0)
		for i, a := range audits {
			if err := s.markAudited(tx, states[i], a.Ordinal); err != nil {
				return err
			}
			if a.Record == nil {
				continue
			}
			key := taskKey(nil, states[i].seq, a.Ordinal)
			fresh := seal(nil, key, a.Record)
			results := tx.Bucket(bucketResults)
			if have := results.Get(key); have == nil || bytes.Equal(have, fresh) {
				continue
			}
			if err := results.Put(key, fresh); err != nil {
				return err
			}
			corrected++
		}
		settings := tx.Bucket(bucketSettings)
		if corrected > 0 {
			n, _ := strconv.ParseUint(string(settings.Get([]byte(SettingCorrections))), 10, 64) // 0 if absent
			if err := settings.Put([]byte(SettingCorrections), strconv.AppendUint(nil, n+corrected, 10)); err != nil {
				return err
			}
		}
		if setting == "" {
			return nil
		}
		return settings.Put([]byte(setting), value)
	}, nil)
}

// markAudited sets a task's bit.
func (s *Store) markAudited(tx *bolt.Tx, st *blockState, ordinal uint64) error {
	bucket := tx.Bucket(bucketAudited)
	key := chunkKey(st.seq, uint32(ordinal/ChunkTasks))
	bits := new(chunk)
	if data := bucket.Get(key); data != nil {
		var err error
		if _, bits, err = openChunk(key, data, st.tasks); err != nil {
			return &CorruptError{Path: s.path, Detail: fmt.Sprintf("audits of block %s: %v", st.id.Short(), err)}
		}
	}
	bits[ordinal%ChunkTasks/64] |= 1 << (ordinal % 64)
	return bucket.Put(key, seal(nil, key, bits.encode()))
}

// Audited returns the set of the block's tasks that audits are through with.
func (s *Store) Audited(id sweeps.BlockID) (b *Bitmap, err error) {
	st, err := s.state(id)
	if err != nil {
		return nil, err
	}
	err = s.view(func(tx *bolt.Tx) error {
		b, err = s.readChunks(tx, bucketAudited, st)
		return err
	})
	return b, err
}

// verifyAudited looks for audits of tasks that have no result.
func (s *Store) verifyAudited(v *Verification, st *blockState) error {
	return s.view(func(tx *bolt.Tx) error {
		audited, err := s.readChunks(tx, bucketAudited, st)
		if err != nil || audited.Count() == 0 {
			return err
		}
		results := tx.Bucket(bucketResults)
		for o, ok := audited.NextSet(0); ok; o, ok = audited.NextSet(o + 1) {
			if results.Get(taskKey(nil, st.seq, o)) == nil {
				v.add(st.id, o, "it was audited, and has no result")
			}
		}
		return nil
	})
}
