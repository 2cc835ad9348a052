package store

import (
	"bytes"
	"crypto/rand"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// Secret returns n random bytes that are made on first use and then stay the
// same: the key that signs leases, the join token, the CA's key. In a read-only
// store a secret that was never made is an error.
func (s *Store) Secret(name string, n int) ([]byte, error) {
	have, err := s.get(bucketSecrets, name)
	if err != nil {
		return nil, err
	}
	if have == nil {
		fresh := make([]byte, n)
		rand.Read(fresh)
		err := s.do(func(tx *bolt.Tx) error {
			b := tx.Bucket(bucketSecrets)
			if v := b.Get([]byte(name)); v != nil {
				have = bytes.Clone(v) // another caller was quicker
				return nil
			}
			have = fresh
			return b.Put([]byte(name), fresh)
		}, nil)
		if err != nil {
			return nil, err
		}
	}
	if len(have) != n {
		return nil, fmt.Errorf("secret %q of %s has %d bytes, not %d", name, s.path, len(have), n)
	}
	return have, nil
}

// PutSecret stores bytes that are not random, such as a certificate beside its key.
func (s *Store) PutSecret(name string, value []byte) error {
	return s.put(bucketSecrets, name, value)
}

// GetSecret returns a secret of any length, nil if there is none.
func (s *Store) GetSecret(name string) ([]byte, error) { return s.get(bucketSecrets, name) }

// Setting returns a small durable fact of the coordinator's, nil if there is none.
func (s *Store) Setting(name string) ([]byte, error) { return s.get(bucketSettings, name) }

// PutSetting stores a small durable fact; nil removes it.
func (s *Store) PutSetting(name string, value []byte) error {
	return s.put(bucketSettings, name, value)
}

func (s *Store) get(bucket []byte, name string) (v []byte, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		v = bytes.Clone(tx.Bucket(bucket).Get([]byte(name)))
		return nil
	})
	return v, err
}

func (s *Store) put(bucket []byte, name string, value []byte) error {
	value = bytes.Clone(value)
	return s.do(func(tx *bolt.Tx) error {
		if value == nil {
			return tx.Bucket(bucket).Delete([]byte(name))
		}
		return tx.Bucket(bucket).Put([]byte(name), value)
	}, nil)
}
