package store

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"testing"

	bolt "go.etcd.io/bbolt"
)

// thaw writes a frozen database of an older schema to a new file.
func thaw(t *testing.T, name string) (path string, data []byte) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if data, err = io.ReadAll(z); err != nil {
		t.Fatal(err)
	}
	path = temp(t)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path, data
}

// A file as gardner wrote it under schema 1: a block of 10 tasks, four results, a failure, a sweep, a setting.
func TestOlderSchemaIsBroughtUp(t *testing.T) {
	t.Parallel()
	path, before := thaw(t, "testdata/schema1.db.gz")
	id := testBlock(t, 7, 10).ID()
	same := func(s *Store) {
		t.Helper()
		if got := scan(t, s, id, 0); len(got) != 4 || got[3] != 5 {
			t.Errorf("results %v", got)
		}
		done, err := s.Progress(id)
		failures, err2 := s.Failures(id)
		rec, err3 := s.Sweep("old")
		audited, err4 := s.Audited(id)
		value, err5 := s.Setting("fingerprints")
		if err := errors.Join(err, err2, err3, err4, err5); err != nil {
			t.Fatal(err)
		}
		if done.Count() != 4 || len(failures) != 1 || failures[0].Ordinal != 3 || rec.Audit != 0.5 || rec.Priority != 2 || audited.Count() != 0 || string(value) != `["f"]` {
			t.Errorf("%d done, failures %v, sweep %v, %d audited, setting %s", done.Count(), failures, rec, audited.Count(), value)
		}
		if v, err := s.Verify(t.Context(), nil); err != nil || len(v.Problems) != 0 {
			t.Errorf("verify: %v, %v", v.Problems, err)
		}
	}
	s := open(t, path, Options{ReadOnly: true})
	same(s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Error("reading an older file has changed it")
	}
	s = open(t, path, Options{})
	same(s)
	if err := s.PutAudits([]Audit{{Block: id, Ordinal: 5}}, "", nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, Options{})
	if b, err := s.Audited(id); err != nil || !b.Has(5) {
		t.Errorf("what the new schema is for does not last: %v", err)
	}
	err := s.view(func(tx *bolt.Tx) error {
		if v, ok := schemaOf(tx); !ok || v != Schema {
			t.Errorf("schema %d", v)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The tasks of an audited sweep that was done are not audited again.
func TestMigrationTrustsWhatIsDone(t *testing.T) {
	t.Parallel()
	path, _ := thaw(t, "testdata/schema1.db.gz")
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketSweeps)
		k, v := b.Cursor().First()
		return b.Put(k, bytes.Replace(v, []byte(`"active"`), []byte(`"done"`), 1))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	s := open(t, path, Options{})
	if b, err := s.Audited(testBlock(t, 7, 10).ID()); err != nil || b.Count() != 4 || !b.Has(5) {
		t.Errorf("audited %v, %v", b, err)
	}
	if v, err := s.Verify(t.Context(), nil); err != nil || len(v.Problems) != 0 {
		t.Errorf("verify: %v, %v", v.Problems, err)
	}
}

// A step that fails leaves the file as it was.
func TestMigrationIsAllOrNothing(t *testing.T) {
	t.Parallel()
	path, _ := thaw(t, "testdata/schema1.db.gz")
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	boom := errors.New("boom")
	err = db.Update(func(tx *bolt.Tx) error {
		if err := migrate(tx, 1); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	_ = db.View(func(tx *bolt.Tx) error {
		if v, _ := schemaOf(tx); v != 1 || tx.Bucket(bucketAudited) != nil {
			t.Errorf("schema %d after a step that failed", v)
		}
		return nil
	})
}

// There is a step from every schema that ever was.
func TestMigrationsHaveNoGap(t *testing.T) {
	t.Parallel()
	for i, m := range migrations {
		if m.from != uint32(i+1) {
			t.Errorf("step %d is from schema %d", i, m.from)
		}
	}
	if uint32(len(migrations)) != Schema-1 {
		t.Errorf("%d steps lead to schema %d", len(migrations), Schema)
	}
}
