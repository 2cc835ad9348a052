package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"gardner/sweeps"
)

// tamper changes a closed database behind the store's back.
func tamper(t *testing.T, path string, fn func(tx *bolt.Tx) error) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(fn), db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestVerifyFindsDamage(t *testing.T) {
	t.Parallel()
	path := temp(t)
	s := open(t, path, Options{})
	id := add(t, s, testBlock(t, 1, 3*ChunkTasks))
	for _, base := range []uint64{0, 2 * ChunkTasks} {
		appendAll(t, s, result(id, base+5), result(id, base+6), result(id, base+7))
	}
	odd := func(_ *sweeps.Block, o uint64, rec []byte) error {
		if !bytes.Equal(rec, record(o)) {
			return errors.New("not its record")
		}
		return nil
	}
	v, err := s.Verify(t.Context(), odd)
	if err != nil || len(v.Problems) != 0 || v.Results != 6 || v.Blocks != 1 {
		t.Fatalf("in order: %+v %v", v, err)
	}
	s.Close()
	tamper(t, path, func(tx *bolt.Tx) error {
		results := tx.Bucket(bucketResults)
		flipped := bytes.Clone(results.Get(taskKey(nil, 1, 5)))
		flipped[9] ^= 4
		wrong := taskKey(nil, 1, 2*ChunkTasks+7)
		return errors.Join(
			results.Put(taskKey(nil, 1, 5), flipped),                                      // a bit of a record
			results.Delete(taskKey(nil, 1, 6)),                                            // lost, its bit stays
			results.Put(taskKey(nil, 1, ChunkTasks), seal(nil, nil, []byte("elsewhere"))), // a value from another key
			results.Put(wrong, seal(nil, wrong, []byte("not its record"))),                // sound but meaningless
			results.Put(taskKey(nil, 9, 1), []byte("no block")),
			tx.Bucket(bucketProgress).Put(chunkKey(1, 7), []byte{1, 2, 3}),
		)
	})
	s = open(t, path, Options{ReadOnly: true})
	v, err = s.Verify(t.Context(), odd)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, p := range v.Problems {
		all = append(all, p.String())
	}
	text := strings.Join(all, "\n")
	for _, want := range []string{
		":5: the record's checksum differs",
		":6: progress says it is done",
		fmt.Sprintf(":%d: the record's checksum differs", ChunkTasks),
		fmt.Sprintf(":%d: it has a result, but progress", ChunkTasks),
		fmt.Sprintf(":%d: not its record", 2*ChunkTasks+7),
		"block number 9",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not among the problems:\n%s", want, text)
		}
	}
	err = s.Scan(context.Background(), id, 0, func(uint64, []byte) error { return nil })
	if !errors.Is(err, ErrCorrupt) {
		t.Errorf("scan over a damaged record: %v", err)
	}
	if _, _, err := s.Get(id, 5); !errors.Is(err, ErrCorrupt) {
		t.Errorf("get of a damaged record: %v", err)
	}
	if _, err := s.Progress(id); !errors.Is(err, ErrCorrupt) {
		t.Errorf("progress with a chunk too many: %v", err)
	}
}

func TestBackupWhileWriting(t *testing.T) {
	t.Parallel()
	path := temp(t)
	s := open(t, path, Options{})
	id := add(t, s, testBlock(t, 1, 50_000))
	var before []Result
	for i := range uint64(5000) {
		before = append(before, result(id, 2*i))
	}
	appendAll(t, s, before...)
	stop := make(chan struct{})
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		for o := uint64(1); ; o += 2 {
			select {
			case <-stop:
				return
			default:
				if o < 50_000 {
					s.AppendWait([]Result{result(id, o)})
				}
			}
		}
	}()
	copyPath := filepath.Join(t.TempDir(), "copy.db")
	size, err := s.Backup(t.Context(), copyPath)
	close(stop)
	<-finished
	if err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(copyPath); info.Size() != size || info.Mode().Perm() != 0o600 {
		t.Errorf("size %d, mode %v", info.Size(), info.Mode())
	}
	if _, err := s.Backup(t.Context(), copyPath); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over an existing file: %v", err)
	}
	c := open(t, copyPath, Options{})
	if c.ID() != s.ID() {
		t.Error("the copy has another id")
	}
	v, err := c.Verify(t.Context(), nil)
	if err != nil || len(v.Problems) > 0 || v.Results < 5000 {
		t.Errorf("the copy: %+v %v", v, err)
	}
	appendAll(t, c, result(id, 49_999)) // and it can be gone on with
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Backup(cancelled, copyPath+"2"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if files, _ := os.ReadDir(filepath.Dir(copyPath)); len(files) != 1 {
		t.Errorf("files left: %v", files)
	}
}

func TestCompact(t *testing.T) {
	t.Parallel()
	path := temp(t)
	s := open(t, path, Options{})
	id := add(t, s, testBlock(t, 1, 5000))
	var rs []Result
	for i := range uint64(5000) {
		rs = append(rs, result(id, i))
	}
	appendAll(t, s, rs...)
	if _, _, err := Compact(path, Options{LockWait: 1}); !errors.Is(err, ErrLocked) {
		t.Errorf("compacting an open database: %v", err)
	}
	secret, _ := s.Secret("lease", 32)
	s.Close()
	before, after, err := Compact(path, Options{})
	if err != nil || after >= before {
		t.Fatalf("%d -> %d bytes: %v", before, after, err)
	}
	s = open(t, path, Options{})
	if got := scan(t, s, id, 0); len(got) != 5000 {
		t.Errorf("%d results", len(got))
	}
	if again, _ := s.Secret("lease", 32); !bytes.Equal(secret, again) {
		t.Error("the secret changed")
	}
	if next := add(t, s, testBlock(t, 2, 5)); s.Blocks()[1].Seq != 2 || s.Blocks()[1].ID != next {
		t.Error("the next block gets the number of an old one")
	}
	if v, err := s.Verify(t.Context(), nil); err != nil || len(v.Problems) > 0 {
		t.Errorf("verify: %v %v", err, v.Problems)
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	a, b := open(t, temp(t), Options{}), open(t, temp(t), Options{})
	add(t, b, testBlock(t, 9, 5)) // so that the sequences differ
	id := add(t, a, testBlock(t, 1, 100))
	add(t, b, testBlock(t, 1, 100))
	appendAll(t, a, result(id, 1), result(id, 2), result(id, 3))
	appendAll(t, b, result(id, 3), result(id, 4), Result{id, 2, []byte("other")})
	if err := b.PutSweep(SweepRecord{Name: "fig", Revision: "1", Blocks: []sweeps.BlockID{id}, State: Done}); err != nil {
		t.Fatal(err)
	}
	for round, want := range [][3]uint64{{1, 1, 1}, {0, 2, 1}} {
		m, err := a.Merge(t.Context(), b)
		if err != nil || m.Results != want || m.Blocks != 1-round || m.Sweeps != 1-round || len(m.Conflicts) != 1 {
			t.Errorf("round %d: %+v %v", round, m, err)
		}
	}
	if got := scan(t, a, id, 0); len(got) != 4 {
		t.Errorf("merged %v", got)
	}
	if rec, err := a.Sweep("fig"); err != nil || rec.State != Done {
		t.Errorf("sweep: %+v %v", rec, err)
	}
}
