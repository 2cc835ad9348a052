package store

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	bolt "go.etcd.io/bbolt"

	"gardner/sweeps"
)

// Results of workers whose numerics differ agree within tolerances, not to the bit.
// For each block the store keeps whose results it holds: a setting that is written
// with the first result of each fingerprint, in the same transaction.

func numericsKey(id sweeps.BlockID) []byte { return []byte("numerics " + id.String()) }

// Numerics lists the fingerprints of the workers that computed a block's results;
// results of unknown origin (an older schema) add none.
func (s *Store) Numerics(id sweeps.BlockID) ([]string, error) {
	st, err := s.state(id)
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Sorted(maps.Keys(st.numerics)), nil
}

// loadNumerics reads what is kept of a block.
func loadNumerics(tx *bolt.Tx, st *blockState) error {
	st.numerics = map[string]bool{}
	data := tx.Bucket(bucketSettings).Get(numericsKey(st.id))
	if data == nil {
		return nil
	}
	var known []string
	if err := json.Unmarshal(data, &known); err != nil {
		return fmt.Errorf("numerics of block %s: %w", st.id.Short(), err)
	}
	for _, f := range known {
		st.numerics[f] = true
	}
	return nil
}

// putNumerics notes fingerprints that are new to a block; they are known in memory
// once the transaction is durable.
func putNumerics(tx *bolt.Tx, st *blockState, fresh ...string) error {
	all := maps.Clone(st.numerics)
	for _, f := range fresh {
		all[f] = true
	}
	data, err := json.Marshal(slices.Sorted(maps.Keys(all)))
	if err != nil {
		return err
	}
	return tx.Bucket(bucketSettings).Put(numericsKey(st.id), data)
}

// noteOrigins notes whose results a transaction stores, and returns what is new: the
// writer's own until it is published.
func (w *writer) noteOrigins(tx *bolt.Tx, batch []*job) (fresh map[*blockState][]string, err error) {
	for _, j := range batch {
		if j.numerics == "" || !slices.Contains(j.outcomes, Stored) {
			continue
		}
		st := j.entries[0].st
		if st.numerics[j.numerics] || slices.Contains(fresh[st], j.numerics) {
			continue
		}
		if fresh == nil {
			fresh = map[*blockState][]string{}
		}
		fresh[st] = append(fresh[st], j.numerics)
		if err := putNumerics(tx, st, fresh[st]...); err != nil {
			return nil, err
		}
	}
	return fresh, nil
}

// mergeNumerics takes over what another database knows of a block.
func (s *Store) mergeNumerics(from *Store, id sweeps.BlockID) error {
	fresh, err := from.Numerics(id)
	if err != nil || len(fresh) == 0 {
		return err
	}
	st, err := s.state(id)
	if err != nil {
		return err
	}
	return s.do(func(tx *bolt.Tx) error { return putNumerics(tx, st, fresh...) }, func() {
		for _, f := range fresh {
			st.numerics[f] = true
		}
	})
}
