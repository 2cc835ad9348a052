//go:build unix

package store

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gardner/sweeps"
)

// childEnv names the part that this binary plays when it runs as a child.
const childEnv = "GARDNER_STORE_CHILD"

// child starts this test binary in the given part on a database.
func child(t *testing.T, part, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestChild$", "-test.count=1")
	cmd.Env = append(os.Environ(), childEnv+"="+part, "GARDNER_STORE_PATH="+path)
	cmd.Stderr = os.Stderr
	return cmd
}

// TestChild is the child's part; in the parent it does nothing.
func TestChild(t *testing.T) {
	switch os.Getenv(childEnv) {
	case "append":
		childAppends()
	case "append-some":
		childAppendsSome()
	case "file-limit":
		childMeetsLimit(t)
	}
}

const crashTasks = 1 << 20

// childAppends appends for ever and prints each task when it is acknowledged.
func childAppends() {
	s, err := Open(os.Getenv("GARDNER_STORE_PATH"), Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	id := s.Blocks()[0].ID
	done, err := s.Progress(id)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	rng := rand.New(rand.NewPCG(uint64(os.Getpid()), 1))
	next, _ := done.NextClear(0)
	for {
		var rs []Result
		for range 1 + rng.IntN(20) {
			rs = append(rs, result(id, next))
			next++
		}
		s.Append(rs, func(_ []Outcome, err error) {
			if err != nil {
				os.Exit(1)
			}
			var b bytes.Buffer
			for _, r := range rs {
				fmt.Fprintln(&b, r.Ordinal)
			}
			os.Stdout.Write(b.Bytes())
		})
	}
}

// TestKilledProcessLosesNothing kills a process that appends, again and again.
// Every task it acknowledged is there with its bits, none is there twice, and
// bitmap and results agree.
func TestKilledProcessLosesNothing(t *testing.T) {
	t.Parallel()
	path := temp(t)
	s := open(t, path, Options{})
	id := add(t, s, testBlock(t, 1, crashTasks))
	s.Close()
	acknowledged := map[uint64]bool{}
	rng := rand.New(rand.NewPCG(2, 2))
	for kill := range 8 {
		cmd := child(t, "append", path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 50 + rng.IntN(3000); n > 0 && lines.Scan(); n-- {
			ack(t, acknowledged, lines.Text())
		}
		cmd.Process.Kill()
		for lines.Scan() { // what was told before the kill
			ack(t, acknowledged, lines.Text())
		}
		cmd.Wait()
		checkCrashed(t, path, id, acknowledged, fmt.Sprintf("kill %d", kill))
	}
	if len(acknowledged) < 400 {
		t.Errorf("only %d tasks were acknowledged in all", len(acknowledged))
	}
}

func ack(t *testing.T, acknowledged map[uint64]bool, line string) {
	t.Helper()
	o, err := strconv.ParseUint(line, 10, 64)
	if err != nil {
		return // the kill cut the line
	}
	if acknowledged[o] {
		t.Errorf("task %d was acknowledged twice", o)
	}
	acknowledged[o] = true
}

// checkCrashed opens a database after a crash and checks the promises.
func checkCrashed(t *testing.T, path string, id sweeps.BlockID, acknowledged map[uint64]bool, when string) {
	t.Helper()
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatalf("%s: %v", when, err)
	}
	defer s.Close()
	got := map[uint64]bool{}
	for _, o := range scan(t, s, id, 0) {
		if got[o] {
			t.Errorf("%s: task %d is stored twice", when, o)
		}
		got[o] = true
	}
	for o := range acknowledged {
		if !got[o] {
			t.Fatalf("%s: task %d was acknowledged and is lost", when, o)
		}
	}
	v, err := s.Verify(t.Context(), nil)
	if err != nil || len(v.Problems) > 0 {
		t.Fatalf("%s: verify: %v %v", when, err, v.Problems)
	}
}

// TestFullDisk lets the writes of a real process fail half way through (a file
// size limit stands for the full disk), then makes room.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	cmd := child(t, "file-limit", temp(t))
	if out, err := cmd.Output(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func childMeetsLimit(t *testing.T) {
	signal.Ignore(syscall.SIGXFSZ)
	path := os.Getenv("GARDNER_STORE_PATH")
	s := open(t, path, Options{RetryAfter: time.Millisecond})
	id := add(t, s, testBlock(t, 1, crashTasks))
	acknowledged := map[uint64]bool{}
	next := uint64(0)
	batch := func() []Result {
		var rs []Result
		for range 2000 {
			rs = append(rs, Result{id, next, append(record(next), make([]byte, 200)...)})
			next++
		}
		return rs
	}
	put := func(rs []Result) error {
		out, err := s.AppendWait(rs)
		for i := range out {
			acknowledged[rs[i].Ordinal] = true
		}
		return err
	}
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	info, _ := os.Stat(path)
	limit := old
	limit.Cur = uint64(info.Size()) + 1<<20
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	var refused []Result
	for len(refused) == 0 {
		rs := batch()
		if err := put(rs); err != nil {
			var disk *DiskError
			if !errors.As(err, &disk) || s.Health() == nil {
				t.Fatalf("error %v, health %v", err, s.Health())
			}
			refused = rs
		} else if next > 100_000 {
			t.Fatal("no write failed")
		}
	}
	if err := put(refused); err == nil {
		t.Error("a second attempt succeeds without room")
	}
	// What was acknowledged can be read while the disk is full.
	if n, _ := s.Done(id); n != uint64(len(acknowledged)) {
		t.Errorf("%d done, %d acknowledged", n, len(acknowledged))
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	for s.Health() != nil { // recovers by itself
		time.Sleep(time.Millisecond)
	}
	if err := put(refused); err != nil {
		t.Fatalf("after room was made: %v", err)
	}
	if err := put(batch()); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = open(t, path, Options{})
	if n, _ := s.Done(id); n != uint64(len(acknowledged)) || n != next {
		t.Errorf("%d stored, %d acknowledged, %d appended", n, len(acknowledged), next)
	}
	if v, err := s.Verify(t.Context(), nil); err != nil || len(v.Problems) > 0 {
		t.Errorf("verify: %v %v", err, v.Problems)
	}
}

// TestFailingCommits drives the same path by the hook: outcomes arrive only for
// transactions that happened, in order, and the store recovers.
func TestFailingCommits(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	commits, failing := 0, false
	s := open(t, temp(t), Options{RetryAfter: time.Microsecond, Hooks: Hooks{BeforeCommit: func() error {
		mu.Lock()
		defer mu.Unlock()
		if commits++; failing {
			return fmt.Errorf("write gardner.db: %w", syscall.ENOSPC)
		}
		return nil
	}}})
	id := add(t, s, testBlock(t, 1, 100))
	appendAll(t, s, result(id, 1))
	mu.Lock()
	failing = true
	mu.Unlock()
	_, err := s.AppendWait([]Result{result(id, 2)})
	var disk *DiskError
	if !errors.As(err, &disk) || !disk.NoSpace() || !strings.Contains(err.Error(), "full") {
		t.Fatalf("error %v", err)
	}
	if err := s.PutSetting("a", []byte("b")); !errors.As(err, &disk) {
		t.Errorf("setting: %v", err)
	}
	if got := scan(t, s, id, 0); len(got) != 1 {
		t.Errorf("visible: %v", got)
	}
	if p, _ := s.Progress(id); p.Count() != 1 || p.Has(2) {
		t.Error("progress counts a result that was not stored")
	}
	mu.Lock()
	failing = false
	mu.Unlock()
	for s.Health() != nil {
		time.Sleep(time.Millisecond)
	}
	if out := appendAll(t, s, result(id, 2)); out[0] != Stored {
		t.Errorf("the repeated result is a %v", out[0])
	}
}

// TestCrashAtTheCommitBoundary stops the writer right before and right after a
// commit.
func TestCrashAtTheCommitBoundary(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		crash := false
		hook := func() error {
			if crash {
				return ErrCrash
			}
			return nil
		}
		opt := Options{Hooks: Hooks{BeforeCommit: hook}}
		if after {
			opt.Hooks = Hooks{AfterCommit: hook}
		}
		path := temp(t)
		s := open(t, path, opt)
		id := add(t, s, testBlock(t, 1, 10))
		appendAll(t, s, result(id, 0))
		crash = true
		told := false
		s.Append([]Result{result(id, 1)}, func([]Outcome, error) { told = true })
		if err := s.PutSetting("a", nil); !errors.Is(err, ErrCrash) {
			t.Errorf("a dead store says %v", err)
		}
		s.Close()
		if told {
			t.Error("a crashed store told about its last commit")
		}
		s = open(t, path, Options{})
		want := 1
		if after {
			want = 2
		}
		if got := scan(t, s, id, 0); len(got) != want {
			t.Errorf("crash after commit %v: results %v", after, got)
		}
	}
}

// TestTornWrites rebuilds what a power failure can leave: the pages written since
// the last sync in any combination, cut at sectors. Each such file must open with
// everything that was durable.
func TestTornWrites(t *testing.T) {
	t.Parallel()
	path := temp(t)
	var states [][]byte // the file after each commit, as of when nobody had been told
	s := open(t, path, Options{Hooks: Hooks{AfterCommit: func() error {
		data, err := os.ReadFile(path)
		metas, _ := readMetas(bytes.NewReader(data), int64(len(data)))
		states = append(states, data[:metas[0].highWater*4096])
		return err
	}}})
	id := add(t, s, testBlock(t, 1, crashTasks))
	var counts []int // results durable after each commit
	counts = append(counts, 0)
	rng := rand.New(rand.NewPCG(3, 5))
	n := 0
	for range 10 {
		var rs []Result
		for range 1 + rng.IntN(60) {
			rs = append(rs, result(id, uint64(rng.IntN(crashTasks))))
		}
		for _, o := range appendAll(t, s, rs...) {
			if o == Stored {
				n++
			}
		}
		counts = append(counts, n)
	}
	s.Close()
	if len(states) != len(counts) {
		t.Fatalf("%d states, %d commits", len(states), len(counts))
	}
	const page, sector = 4096, 512
	torn := temp(t)
	for i := 1; i < len(states); i++ {
		before, after := states[i-1], states[i]
		for trial := range 12 {
			// bbolt syncs the pages, then writes and syncs the root: before the
			// first sync any sectors of the pages may be there, and no root.
			data := bytes.Clone(before)
			if len(after) > len(data) {
				data = append(data, make([]byte, len(after)-len(data))...)
			}
			rootToo := trial >= 8
			for at := 0; at < len(data); at += sector {
				isRoot := at < 2*page
				if (isRoot && rootToo && trial%2 == 0) || (!isRoot && (rootToo || rng.IntN(2) == 0)) {
					copy(data[at:at+sector], after[at:at+sector])
				}
			}
			if err := os.WriteFile(torn, data, 0o600); err != nil {
				t.Fatal(err)
			}
			c, err := Open(torn, Options{})
			if err != nil {
				t.Fatalf("commit %d, trial %d: %v", i, trial, err)
			}
			got := len(scan(t, c, id, 0))
			if got != counts[i-1] && (!rootToo || got != counts[i]) {
				t.Errorf("commit %d, trial %d: %d results, want %d or, with the root, %d", i, trial, got, counts[i-1], counts[i])
			}
			if v, err := c.Verify(t.Context(), nil); err != nil || len(v.Problems) > 0 {
				t.Errorf("commit %d, trial %d: verify: %v %v", i, trial, err, v.Problems)
			}
			c.Close()
		}
	}
}
