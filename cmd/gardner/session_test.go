package main

import (
	"path/filepath"
	"testing"
	"time"

	"gardner/coordinator/store"
)

// A database whose owner does not answer any more, for it is ending, is waited for.
func TestOpenWaitsForAnOwnerThatIsEnding(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	st, err := store.Open(path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(time.Second, func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	w := where{db: path}
	s, err := w.open()
	if err != nil {
		t.Fatal(err)
	}
	if !s.local {
		t.Error("it asks a process that is not there")
	}
	if err := s.close(); err != nil {
		t.Error(err)
	}
}
