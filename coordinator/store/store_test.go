package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"gardner/sweeps"
)

// testExperiment has two outer params and one inner one.
func testExperiment() *sweeps.Experiment {
	return &sweeps.Experiment{
		Name: "probe", Version: 1,
		Params: []sweeps.Param{
			{Name: "a", Kind: sweeps.Number, Default: sweeps.Num(0)},
			{Name: "b", Kind: sweeps.Number, Default: sweeps.Num(0)},
			{Name: "k", Kind: sweeps.Number, Default: sweeps.Num(0), Inner: true},
		},
		Metrics: []sweeps.Metric{{Name: "y"}},
	}
}

// testBlock returns a block of n tasks.
func testBlock(t testing.TB, seed uint64, n int) *sweeps.Block {
	t.Helper()
	b, err := sweeps.NewBlock(testExperiment(), nil, seed, 0, n)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func open(t testing.TB, path string, opt Options) *Store {
	t.Helper()
	s, err := Open(path, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func temp(t testing.TB) string { return filepath.Join(t.TempDir(), "gardner.db") }

func add(t testing.TB, s *Store, b *sweeps.Block) sweeps.BlockID {
	t.Helper()
	id, err := s.AddBlock(b)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// record is what the tests store for a task: its bytes follow from the ordinal.
func record(ordinal uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte("record of task "), ordinal*0x9E3779B97F4A7C15)
}

func result(id sweeps.BlockID, ordinal uint64) Result {
	return Result{Block: id, Ordinal: ordinal, Record: record(ordinal)}
}

func appendAll(t testing.TB, s *Store, rs ...Result) []Outcome {
	t.Helper()
	out, err := s.AppendWait(rs)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func scan(t testing.TB, s *Store, id sweeps.BlockID, from uint64) (ordinals []uint64) {
	t.Helper()
	err := s.Scan(context.Background(), id, from, func(o uint64, rec []byte) error {
		if !bytes.Equal(rec, record(o)) {
			t.Errorf("task %d has the record %q", o, rec)
		}
		ordinals = append(ordinals, o)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ordinals
}

func TestResultsSurviveReopening(t *testing.T) {
	t.Parallel()
	path := temp(t)
	s := open(t, path, Options{})
	b := testBlock(t, 1, 100_000)
	id := add(t, s, b)
	other := add(t, s, testBlock(t, 2, 10))
	var rs []Result
	for i := range uint64(10_000) {
		rs = append(rs, result(id, (i*7919)%100_000))
	}
	for i, o := range appendAll(t, s, append(rs, result(other, 3))...) {
		if o != Stored {
			t.Fatalf("result %d is a %v", i, o)
		}
	}
	dbID := s.ID()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, Options{})
	if s.ID() != dbID {
		t.Errorf("the id changed from %s to %s", dbID, s.ID())
	}
	got := scan(t, s, id, 0)
	p, err := s.Progress(id)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 10_000 || p.Count() != 10_000 {
		t.Errorf("%d results, %d bits, want 10000", len(got), p.Count())
	}
	for i, o := range got {
		if i > 0 && got[i-1] >= o {
			t.Fatalf("scan gives %d after %d", o, got[i-1])
		}
		if !p.Has(o) {
			t.Fatalf("task %d has a result and no bit", o)
		}
	}
	if tail := scan(t, s, id, got[9000]); len(tail) != 1000 || tail[0] != got[9000] {
		t.Errorf("scan from %d gives %d results from %d", got[9000], len(tail), tail[0])
	}
	rec, ok, err := s.Get(other, 3)
	if err != nil || !ok || !bytes.Equal(rec, record(3)) {
		t.Errorf("get: %q %v %v", rec, ok, err)
	}
	if _, ok, _ := s.Get(other, 4); ok {
		t.Error("get finds a result that was never stored")
	}
	blocks := s.Blocks()
	if len(blocks) != 2 || blocks[0].ID != id || blocks[1].ID != other || blocks[0].Block.Tasks() != 100_000 {
		t.Errorf("blocks: %+v", blocks)
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	path := temp(t)
	s := open(t, path, Options{})
	id := add(t, s, testBlock(t, 1, 10))
	differs := result(id, 4)
	differs.Record = []byte("something else")
	check := func(what string, got []Outcome, want ...Outcome) {
		t.Helper()
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: outcome %d is %v, want %v", what, i, got[i], want[i])
			}
		}
	}
	check("within one call", appendAll(t, s, result(id, 5), result(id, 4), differs, result(id, 5)), Stored, Stored, Conflict, Duplicate)
	check("in a later transaction", appendAll(t, s, differs, result(id, 4), differs), Conflict, Duplicate, Conflict)
	s.Close()
	s = open(t, path, Options{})
	check("after reopening", appendAll(t, s, result(id, 4), differs, result(id, 0)), Duplicate, Conflict, Stored)
	if got := scan(t, s, id, 0); len(got) != 3 {
		t.Errorf("stored %v", got)
	}
	if _, err := s.AppendWait([]Result{result(id, 10)}); !errors.Is(err, ErrOrdinal) {
		t.Errorf("ordinal beyond the block: %v", err)
	}
	if _, err := s.AppendWait([]Result{result(sweeps.BlockID{1}, 0)}); !errors.Is(err, ErrUnknownBlock) {
		t.Errorf("unknown block: %v", err)
	}
	if out, err := s.AppendWait(nil); err != nil || len(out) != 0 {
		t.Errorf("nothing appended: %v %v", out, err)
	}
}

// TestConcurrentAppends has several producers append overlapping tasks: each task
// is stored exactly once, and every done function is called once.
func TestConcurrentAppends(t *testing.T) {
	t.Parallel()
	s := open(t, temp(t), Options{MaxBatch: 100, MaxQueue: 150})
	const tasks, producers = 3000, 4
	id := add(t, s, testBlock(t, 1, tasks))
	var mu sync.Mutex
	stored := make(map[uint64]int)
	var wg sync.WaitGroup
	for p := range producers {
		for lo := 0; lo < tasks; lo += 50 {
			var rs []Result
			for i := range 50 {
				rs = append(rs, result(id, uint64((lo+i+p*37)%tasks)))
			}
			wg.Add(1)
			go s.Append(rs, func(out []Outcome, err error) {
				defer wg.Done()
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				for i, o := range out {
					if o == Stored {
						stored[rs[i].Ordinal]++
					}
				}
			})
		}
	}
	wg.Wait()
	if len(stored) != tasks {
		t.Errorf("%d tasks stored, want %d", len(stored), tasks)
	}
	for o, n := range stored {
		if n != 1 {
			t.Errorf("task %d was stored %d times", o, n)
		}
	}
	if got := scan(t, s, id, 0); len(got) != tasks {
		t.Errorf("scan finds %d", len(got))
	}
}

func TestCloseDrainsTheQueue(t *testing.T) {
	t.Parallel()
	path := temp(t)
	s := open(t, path, Options{MaxBatch: 10})
	id := add(t, s, testBlock(t, 1, 1000))
	told := 0
	for i := range uint64(1000) {
		s.Append([]Result{result(id, i)}, func(_ []Outcome, err error) {
			if err == nil {
				told++
			}
		})
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if told != 1000 {
		t.Errorf("%d of 1000 appends were acknowledged before Close returned", told)
	}
	if _, err := s.AppendWait([]Result{result(id, 0)}); !errors.Is(err, ErrClosed) {
		t.Errorf("append after close: %v", err)
	}
	if _, err := s.Sweeps(); !errors.Is(err, ErrClosed) {
		t.Errorf("sweeps after close: %v", err)
	}
	s = open(t, path, Options{ReadOnly: true})
	if n, _ := s.Done(id); n != 1000 {
		t.Errorf("%d results on disk", n)
	}
	if _, err := s.AppendWait([]Result{result(id, 0)}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("append to a read-only store: %v", err)
	}
	if err := s.PutSetting("x", []byte("y")); !errors.Is(err, ErrReadOnly) {
		t.Errorf("setting in a read-only store: %v", err)
	}
}

func TestSweepsAndRevisions(t *testing.T) {
	t.Parallel()
	path := temp(t)
	s := open(t, path, Options{})
	id := add(t, s, testBlock(t, 1, 10))
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	rec := SweepRecord{Name: "fig", Revision: "r1", YAML: []byte("name: fig\n"), Blocks: []sweeps.BlockID{id}, State: Active}
	must(s.PutSweep(rec))
	must(s.PutSweep(SweepRecord{Name: "fig2", Revision: "q1", State: Active}))
	must(s.PutSweep(SweepRecord{Name: "fi", Revision: "z1", State: Active}))
	must(s.SetState("fig", Paused, "most tasks fail"))
	rec.Revision = "r2"
	must(s.PutSweep(rec))
	must(s.PutSweep(rec)) // the same revision again does not make a third
	if err := s.SetState("none", Paused, ""); !errors.Is(err, ErrUnknownSweep) {
		t.Errorf("state of an unknown sweep: %v", err)
	}
	rec.Blocks = []sweeps.BlockID{{9}}
	if err := s.PutSweep(rec); !errors.Is(err, ErrUnknownBlock) {
		t.Errorf("sweep over an unknown block: %v", err)
	}
	s.Close()
	s = open(t, path, Options{ReadOnly: true})
	got, err := s.Sweep("fig")
	must(err)
	if got.Revision != "r2" || got.State != Active || len(got.Blocks) != 1 || got.Blocks[0] != id || got.Created.IsZero() {
		t.Errorf("latest: %+v", got)
	}
	revs, err := s.Revisions("fig")
	must(err)
	if len(revs) != 2 || revs[0].State != Paused || revs[0].Reason != "most tasks fail" || revs[1].Revision != "r2" {
		t.Errorf("revisions: %+v", revs)
	}
	all, err := s.Sweeps()
	must(err)
	if len(all) != 3 || all[0].Name != "fi" || all[1].Revision != "r2" || all[2].Name != "fig2" {
		t.Errorf("sweeps: %+v", all)
	}
	if _, err := s.Sweep("none"); !errors.Is(err, ErrUnknownSweep) {
		t.Errorf("unknown sweep: %v", err)
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	path := temp(t)
	s := open(t, path, Options{})
	id := add(t, s, testBlock(t, 1, 10))
	fail := func(o uint64, attempts int) Failure {
		return Failure{Block: id, Ordinal: o, Attempts: attempts, Kind: "numerical", Message: "no progress", Quarantined: attempts > 1}
	}
	if err := s.PutFailures(fail(7, 1), fail(2, 1), fail(5, 2)); err != nil {
		t.Fatal(err)
	}
	if err := s.PutFailure(fail(2, 3)); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = open(t, path, Options{})
	got, err := s.Failures(id)
	if err != nil || len(got) != 3 || got[0].Ordinal != 2 || got[0].Attempts != 3 || !got[0].Quarantined || got[2].Ordinal != 7 {
		t.Fatalf("failures: %+v %v", got, err)
	}
	appendAll(t, s, result(id, 2), result(id, 3))
	if err := s.PutFailure(fail(3, 1)); err != nil { // comes late: the task has a result
		t.Fatal(err)
	}
	if got, _ := s.Failures(id); len(got) != 2 || got[0].Ordinal != 5 {
		t.Errorf("after a result: %+v", got)
	}
	if n, err := s.ClearFailures(id, 7, 8); n != 1 || err != nil {
		t.Errorf("cleared %d, %v", n, err)
	}
	if n, err := s.ClearFailures(id); n != 1 || err != nil {
		t.Errorf("cleared %d, %v", n, err)
	}
	if got, _ := s.Failures(id); len(got) != 0 {
		t.Errorf("left: %+v", got)
	}
}

func TestSecretsAndSettings(t *testing.T) {
	t.Parallel()
	path := temp(t)
	s := open(t, path, Options{})
	key, err := s.Secret("lease", 32)
	if err != nil || len(key) != 32 || bytes.Equal(key, make([]byte, 32)) {
		t.Fatalf("secret %x %v", key, err)
	}
	token, _ := s.Secret("token", 16)
	if bytes.Equal(key[:16], token) {
		t.Error("two secrets are equal")
	}
	if err := s.PutSetting("listen", []byte(":7000")); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("the file that holds secrets has mode %v", info.Mode())
	}
	s.Close()
	s = open(t, path, Options{})
	again, err := s.Secret("lease", 32)
	if err != nil || !bytes.Equal(key, again) {
		t.Errorf("secret changed: %v", err)
	}
	if _, err := s.Secret("lease", 16); err == nil {
		t.Error("a secret of another length")
	}
	if v, _ := s.Setting("listen"); string(v) != ":7000" {
		t.Errorf("setting %q", v)
	}
	if err := s.PutSetting("listen", nil); err != nil {
		t.Fatal(err)
	}
	if v, _ := s.Setting("listen"); v != nil {
		t.Errorf("removed setting %q", v)
	}
}
