package store

import (
	"bytes"
	"encoding/binary"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// Schema is the version of the file's layout that this build writes and the
// newest it reads. Whoever changes the layout steps it, adds the step to
// migrations, and freezes a file of the version before in testdata.
const Schema uint32 = 2

// migration turns a file of schema from into one of schema from+1.
type migration struct {
	from    uint32
	buckets [][]byte // that it makes
	step    func(tx *bolt.Tx) error
}

// migrations are in order; none is ever removed.
var migrations = []migration{
	// Which tasks have been audited outlives the coordinator.
	{from: 1, buckets: [][]byte{bucketAudited}, step: trustDone},
}

// trustDone takes the tasks of sweeps that are done for audited: they were, as far as could be.
func trustDone(tx *bolt.Tx) error {
	return tx.Bucket(bucketSweeps).ForEach(func(_, v []byte) error {
		rec, err := decodeSweep(v)
		if err != nil || rec.State != Done || rec.Audit == 0 {
			return err
		}
		for _, id := range rec.Blocks {
			block := tx.Bucket(bucketBlocks).Get(id[:])
			if len(block) < blockHead {
				continue
			}
			prefix := block[:4] // its sequence
			c := tx.Bucket(bucketProgress).Cursor()
			for k, chunk := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, chunk = c.Next() {
				if err := tx.Bucket(bucketAudited).Put(k, chunk); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// schemaOf reads a file's version.
func schemaOf(tx *bolt.Tx) (uint32, bool) {
	v := tx.Bucket(bucketGardner).Get(keySchema)
	if len(v) != 4 {
		return 0, false
	}
	found := binary.BigEndian.Uint32(v)
	return found, found > 0
}

// bucketsOf lists the buckets that a file of a schema must have.
func bucketsOf(schema uint32) [][]byte {
	all := append([][]byte(nil), firstBuckets...)
	for _, m := range migrations {
		if m.from < schema {
			all = append(all, m.buckets...)
		}
	}
	return all
}

// migrate brings a file to the present schema: all steps it needs in one transaction,
// so that a crash leaves it as it was or has it done.
func (s *Store) migrate() error {
	var found uint32
	err := guard(s.path, func() error {
		return s.db.View(func(tx *bolt.Tx) error {
			found, _ = schemaOf(tx)
			return nil
		})
	})
	if err != nil || found == Schema {
		return err
	}
	err = guard(s.path, func() error {
		return s.db.Update(func(tx *bolt.Tx) error { return migrate(tx, found) })
	})
	if err != nil {
		return fmt.Errorf("bring it from schema %d to %d: %w; it is as it was, and can be read by the gardner that wrote it", found, Schema, err)
	}
	s.opt.Logger.Info("database brought to a newer schema; an older gardner cannot open it any more", "from", found, "to", Schema)
	return nil
}

func migrate(tx *bolt.Tx, found uint32) error {
	for _, m := range migrations {
		if m.from < found {
			continue
		}
		for _, name := range m.buckets {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		if m.step != nil {
			if err := m.step(tx); err != nil {
				return err
			}
		}
	}
	return tx.Bucket(bucketGardner).Put(keySchema, binary.BigEndian.AppendUint32(nil, Schema))
}
