package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
)

// filled returns the bytes of a closed database with some results.
func filled(t testing.TB, results int) []byte {
	t.Helper()
	path := temp(t)
	s := open(t, path, Options{})
	id := add(t, s, testBlock(t, 1, results+1))
	var rs []Result
	for i := range uint64(results) {
		rs = append(rs, result(id, i))
	}
	appendAll(t, s, rs...)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t testing.TB, data []byte) string {
	t.Helper()
	path := temp(t)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpenRefusesAndLeavesTheFileAlone(t *testing.T) {
	t.Parallel()
	good := filled(t, 3000)
	metas, _ := readMetas(bytes.NewReader(good), int64(len(good)))
	inUse := int(metas[0].highWater) * int(metas[0].pageSize)
	edit := func(fn func(tx *bolt.Tx) error) []byte {
		path := write(t, good)
		db, err := bolt.Open(path, 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(db.Update(fn), db.Close()); err != nil {
			t.Fatal(err)
		}
		data, _ := os.ReadFile(path)
		return data
	}
	damage := func(at, n int) []byte {
		data := bytes.Clone(good)
		for i := range n {
			data[at+i] ^= 0xa5
		}
		return data
	}
	for _, c := range []struct {
		name string
		data []byte
		want error
		says string
	}{
		{"text", []byte(strings.Repeat("N,kappa,alpha\n", 1000)), ErrForeign, "--db"},
		{"short text", []byte("hello"), ErrForeign, "--db"},
		{"empty", nil, ErrForeign, "empty"},
		{"zeros", make([]byte, 1<<16), ErrForeign, "--db"},
		{"another program's bbolt", edit(func(tx *bolt.Tx) error { return tx.DeleteBucket(bucketGardner) }), ErrForeign, "another program"},
		{"truncated to a half", good[:inUse/2], ErrTruncated, "backup"},
		{"truncated by a byte", good[:inUse-1], ErrTruncated, "backup"},
		{"truncated to a page", good[:4096], ErrTruncated, "backup"},
		{"both roots damaged", func() []byte { d := damage(20, 30); copy(d[4096+20:], d[20:50]); return d }(), ErrCorrupt, "backup"},
		{"first bucket damaged", damage(int(rootPage(good))*4096, 64), ErrCorrupt, "backup"},
		{"a newer schema", edit(func(tx *bolt.Tx) error {
			return tx.Bucket(bucketGardner).Put(keySchema, binary.BigEndian.AppendUint32(nil, Schema+1))
		}), ErrSchema, "newer gardner"},
		{"no schema", edit(func(tx *bolt.Tx) error { return tx.Bucket(bucketGardner).Delete(keySchema) }), ErrCorrupt, "schema"},
		{"a bucket missing", edit(func(tx *bolt.Tx) error { return tx.DeleteBucket(bucketResults) }), ErrCorrupt, "results"},
		{"a block damaged", edit(func(tx *bolt.Tx) error {
			k, v := tx.Bucket(bucketBlocks).Cursor().First()
			v = bytes.Clone(v)
			v[len(v)-1] ^= 1
			return tx.Bucket(bucketBlocks).Put(bytes.Clone(k), v)
		}), ErrCorrupt, "block"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, readOnly := range []bool{false, true} {
				path := write(t, c.data)
				s, err := Open(path, Options{ReadOnly: readOnly, LockWait: 100 * time.Millisecond})
				if err == nil {
					s.Close()
				}
				if !errors.Is(err, c.want) {
					t.Fatalf("read-only %v: error %v, want %v", readOnly, err, c.want)
				}
				if !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), c.says) {
					t.Errorf("the error does not name the file and %q: %v", c.says, err)
				}
				after, _ := os.ReadFile(path)
				if !bytes.Equal(after, c.data) {
					t.Error("the file was changed")
				}
				if files, _ := os.ReadDir(filepath.Dir(path)); len(files) != 1 {
					t.Errorf("files were left behind: %v", files)
				}
			}
		})
	}
}

// rootPage returns the page of the root bucket according to the newest meta page.
func rootPage(db []byte) uint64 {
	metas, _ := readMetas(bytes.NewReader(db), int64(len(db)))
	return binary.LittleEndian.Uint64(db[metas[0].offset+boltPageHead+16:])
}

// TestOpenSurvivesAnyDamage flips bytes all over a small database: Open and
// everything that reads must return, with or without an error, and never crash.
func TestOpenSurvivesAnyDamage(t *testing.T) {
	t.Parallel()
	good := filled(t, 300)
	metas, _ := readMetas(bytes.NewReader(good), int64(len(good)))
	inUse := int(metas[0].highWater * 4096)
	corrupt := 0
	for at := 0; at < inUse; at += 97 {
		data := bytes.Clone(good[:inUse])
		for i := at; i < min(at+8, inUse); i++ {
			data[i] ^= 0xff
		}
		path := write(t, data)
		s, err := Open(path, Options{ReadOnly: true})
		if err != nil {
			corrupt++
			continue
		}
		v, err := s.Verify(t.Context(), nil)
		if err != nil || len(v.Problems) > 0 {
			corrupt++
		}
		s.Close()
	}
	if corrupt == 0 {
		t.Error("no damage was noticed")
	}
}

func TestOpenLocked(t *testing.T) {
	t.Parallel()
	path := temp(t)
	s := open(t, path, Options{})
	before, _ := os.ReadFile(path)
	for _, readOnly := range []bool{false, true} {
		_, err := Open(path, Options{ReadOnly: readOnly, LockWait: time.Millisecond})
		var locked *LockedError
		if !errors.As(err, &locked) || !errors.Is(err, ErrLocked) || locked.Socket != path+".sock" {
			t.Fatalf("read-only %v: %v", readOnly, err)
		}
		if !strings.Contains(err.Error(), path+".sock") {
			t.Errorf("the error does not name the socket: %v", err)
		}
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the file was changed")
	}
	s.Close()
	a := open(t, path, Options{ReadOnly: true})
	b := open(t, path, Options{ReadOnly: true})
	if a.ID() != b.ID() {
		t.Error("two readers see two databases")
	}
	if _, err := Open(path, Options{LockWait: time.Millisecond}); !errors.Is(err, ErrLocked) {
		t.Errorf("a writer beside readers: %v", err)
	}
}

func TestOpenMissing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := Open(filepath.Join(dir, "none", "gardner.db"), Options{}); err == nil || !strings.Contains(err.Error(), "no directory") {
		t.Errorf("missing directory: %v", err)
	}
	for _, opt := range []Options{{ReadOnly: true}, {MustExist: true}} {
		if _, err := Open(filepath.Join(dir, "x.db"), opt); !errors.Is(err, ErrNotExist) {
			t.Errorf("missing file: %v", err)
		}
	}
	if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), "directory") {
		t.Errorf("a directory: %v", err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 0 {
		t.Errorf("files were left behind: %v", files)
	}
}

func TestOpenWithoutPermission(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		asNobody(t, "TestOpenWithoutPermission")
		return
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "gardner.db")
	open(t, path, Options{}).Close()
	os.Chmod(path, 0o400)
	if _, err := Open(path, Options{}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("a file without write permission: %v", err)
	}
	s, err := Open(path, Options{ReadOnly: true})
	if err != nil {
		t.Fatalf("reading it: %v", err)
	}
	s.Close()
	os.Chmod(dir, 0o500)
	defer os.Chmod(dir, 0o700)
	if _, err := Open(filepath.Join(dir, "new.db"), Options{}); err == nil || !strings.Contains(err.Error(), "not writable") {
		t.Errorf("a directory without write permission: %v", err)
	}
}
