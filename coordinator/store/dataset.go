package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// Data sets are kept by the SHA-256 of their bytes, in pieces of a mebibyte: hash,
// piece number (uint32, big endian) -> bytes. The bucket appears with the first.
var bucketData = []byte("data")

const dataPiece = 1 << 20

// ErrNoData says that a data set is not stored.
var ErrNoData = errors.New("data set is not stored")

// DataHash names a data set: the SHA-256 of its bytes.
type DataHash = [sha256.Size]byte

// PutData stores a data set under its hash, durably, and returns the hash. One that
// is there already is left as it is.
func (s *Store) PutData(value []byte) (DataHash, error) {
	h := sha256.Sum256(value)
	if len(value) == 0 {
		return h, errors.New("an empty data set")
	}
	return h, s.do(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(bucketData)
		if err != nil {
			return err
		}
		if b.Get(dataKey(h, 0)) != nil {
			return nil
		}
		for i := uint32(0); len(value) > 0; i++ {
			n := min(len(value), dataPiece)
			if err := b.Put(dataKey(h, i), value[:n]); err != nil {
				return err
			}
			value = value[n:]
		}
		return nil
	}, nil)
}

func dataKey(h DataHash, piece uint32) []byte {
	return binary.BigEndian.AppendUint32(bytes.Clone(h[:]), piece)
}

// HasData reports whether a data set is stored.
func (s *Store) HasData(h DataHash) (ok bool, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketData)
		ok = b != nil && b.Get(dataKey(h, 0)) != nil
		return nil
	})
	return ok, err
}

// Data returns a data set's bytes, checked against their hash. The error wraps
// ErrNoData, or is a *CorruptError.
func (s *Store) Data(h DataHash) (value []byte, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketData)
		if b == nil {
			return nil
		}
		c := b.Cursor()
		for k, v := c.Seek(h[:]); bytes.HasPrefix(k, h[:]); k, v = c.Next() {
			value = append(value, v...)
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case value == nil:
		return nil, fmt.Errorf("%w: %x", ErrNoData, h)
	case sha256.Sum256(value) != h:
		return nil, &CorruptError{Path: s.path, Detail: fmt.Sprintf("the data set %x has other bytes than its hash says; submit its sweep again from a backup's copy", h)}
	}
	return value, nil
}

// dataSets lists the hashes of all data sets.
func (s *Store) dataSets() (all []DataHash, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketData)
		if b == nil {
			return nil
		}
		c := b.Cursor()
		for k, _ := c.First(); k != nil; k, _ = c.Next() {
			var h DataHash
			if copy(h[:], k) == len(h) && (len(all) == 0 || all[len(all)-1] != h) {
				all = append(all, h)
			}
		}
		return nil
	})
	return all, err
}

// mergeData copies data sets of another database.
func (s *Store) mergeData(ctx context.Context, from *Store, sets []DataHash) error {
	for _, h := range sets {
		if err := ctx.Err(); err != nil {
			return err
		}
		value, err := from.Data(h)
		if err != nil {
			return err
		}
		if _, err := s.PutData(value); err != nil {
			return err
		}
	}
	return nil
}

// verifyData checks every data set against its hash.
func (s *Store) verifyData(v *Verification) error {
	all, err := s.dataSets()
	if err != nil {
		return err
	}
	for _, h := range all {
		var corrupt *CorruptError
		if _, err := s.Data(h); errors.As(err, &corrupt) {
			v.Problems = append(v.Problems, Problem{Message: corrupt.Detail})
		} else if err != nil {
			return err
		}
	}
	return nil
}
