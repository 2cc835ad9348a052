package store

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"
)

func TestDataSetsAreKeptByTheirHash(t *testing.T) {
	t.Parallel()
	open := func(path string) *Store {
		s, err := Open(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	path := filepath.Join(t.TempDir(), "a.db")
	s := open(path)
	large := bytes.Repeat([]byte("0123456789"), 3*dataPiece/10)
	var hashes []DataHash
	for _, value := range [][]byte{[]byte("small"), large, large} {
		h, err := s.PutData(value)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Data(h)
		if err != nil || !bytes.Equal(got, value) {
			t.Fatalf("%d bytes came back, %v", len(got), err)
		}
		hashes = append(hashes, h)
	}
	if _, err := s.Data(DataHash{1}); !errors.Is(err, ErrNoData) {
		t.Errorf("an unknown one: %v", err)
	}
	if ok, err := s.HasData(DataHash{1}); ok || err != nil {
		t.Errorf("an unknown one is there: %v, %v", ok, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(path)
	other := open(filepath.Join(t.TempDir(), "b.db"))
	if _, err := other.Merge(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if got, err := other.Data(hashes[1]); err != nil || !bytes.Equal(got, large) {
		t.Errorf("merged: %d bytes, %v", len(got), err)
	}
	if v, err := other.Verify(t.Context(), nil); err != nil || len(v.Problems) > 0 {
		t.Errorf("verify: %+v, %v", v, err)
	}
	damage := func(tx *bolt.Tx) error { return tx.Bucket(bucketData).Put(dataKey(hashes[0], 0), []byte("smell")) }
	if err := other.do(damage, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Data(hashes[0]); !errors.Is(err, ErrCorrupt) {
		t.Errorf("damaged: %v", err)
	}
	if v, err := other.Verify(t.Context(), nil); err != nil || len(v.Problems) != 1 {
		t.Errorf("verify of a damaged one: %+v, %v", v, err)
	}
}
