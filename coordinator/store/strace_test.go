//go:build linux

package store

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// call is one system call of a traced child: a write to the database, a sync of it, or an acknowledgement.
type call struct {
	kind  string // "write", "truncate", "sync" or "ack"
	at    int64  // offset, or size
	data  []byte
	tasks []uint64 // acknowledged
}

// strace runs this binary in the given part under strace and returns what it did to the database, in order: a write or
// an acknowledgement counts when it begins, a sync when it has returned.
func strace(t *testing.T, part, path string, inject ...string) (calls []call, log string) {
	t.Helper()
	tool, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("NOT SHOWN HERE: strace is not installed (Debian: apt-get install strace)")
	}
	out := filepath.Join(t.TempDir(), "strace")
	args := append([]string{"-f", "-y", "-xx", "-s", "10000000", "-o", out, "-e", "trace=pwrite64,write,fdatasync,fsync,ftruncate"}, inject...)
	cmd := child(t, part, path)
	traced := exec.Command(tool, append(args, cmd.Args...)...)
	traced.Env = cmd.Env
	var stderr bytes.Buffer
	traced.Stderr = &stderr
	said, err := traced.Output()
	if err != nil {
		if bytes.Contains(stderr.Bytes(), []byte("ptrace")) || bytes.Contains(stderr.Bytes(), []byte("Operation not permitted")) {
			t.Skipf("NOT SHOWN HERE: strace may not trace: %s", stderr.Bytes())
		}
		t.Fatalf("%v: %s\n%s", err, stderr.Bytes(), said)
	}
	f, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	pending := map[string]string{} // thread -> call under way
	for lines.Scan() {
		thread, text, _ := strings.Cut(lines.Text(), " ")
		text = strings.TrimSpace(text)
		if head, cut := strings.CutSuffix(text, "<unfinished ...>"); cut {
			pending[thread] = head
			if c, ok := parseCall(head, path, false); ok {
				calls = append(calls, c)
			}
			continue
		}
		if _, rest, ok := strings.Cut(text, "resumed>"); ok && strings.HasPrefix(text, "<...") {
			if c, ok := parseCall(pending[thread]+rest, path, true); ok && c.kind == "sync" {
				calls = append(calls, c)
			}
			continue
		}
		if c, ok := parseCall(text, path, true); ok {
			calls = append(calls, c)
		}
	}
	return calls, string(said)
}

var callPattern = regexp.MustCompile(`^(\w+)\((\d+)<([^>]*)>(.*)$`)

// parseCall understands one line; a sync counts only with its result.
func parseCall(text, path string, returned bool) (c call, ok bool) {
	m := callPattern.FindStringSubmatch(text)
	if m == nil {
		return c, false
	}
	name, fd, rest := m[1], m[2], m[4]
	file := string(unhex(m[3]))
	switch {
	case name == "write" && fd == "1":
		text := string(unhex(quoted(rest)))
		if !strings.HasPrefix(text, "ack") {
			return c, false
		}
		c.kind = "ack"
		for _, f := range strings.Fields(text)[1:] {
			o, err := strconv.ParseUint(f, 10, 64)
			if err != nil {
				return c, false
			}
			c.tasks = append(c.tasks, o)
		}
		return c, true
	case file != path:
		return c, false
	case name == "pwrite64":
		c.kind, c.data = "write", unhex(quoted(rest))
		numbers := strings.Split(rest[strings.LastIndex(rest, `"`)+1:], ",")
		at, err := strconv.ParseInt(strings.TrimSpace(strings.SplitN(numbers[2], ")", 2)[0]), 10, 64)
		c.at = at
		return c, err == nil
	case name == "ftruncate":
		size, err := strconv.ParseInt(strings.TrimSpace(strings.SplitN(strings.TrimPrefix(rest, ","), ")", 2)[0]), 10, 64)
		return call{kind: "truncate", at: size}, err == nil
	case returned && strings.HasSuffix(rest, "= 0"):
		return call{kind: "sync"}, true
	}
	return c, false
}

func quoted(s string) string {
	lo, hi := strings.Index(s, `"`), strings.LastIndex(s, `"`)
	if lo < 0 || hi <= lo {
		return ""
	}
	return s[lo+1 : hi]
}

// unhex reads \x61\x62; what is not written so stays.
func unhex(s string) []byte {
	if !strings.HasPrefix(s, `\x`) {
		return []byte(s)
	}
	b, err := hex.DecodeString(strings.ReplaceAll(s, `\x`, ""))
	if err != nil {
		return nil
	}
	return b
}

// childAppendsSome makes some commits and says which tasks are acknowledged.
func childAppendsSome() {
	s, err := Open(os.Getenv("GARDNER_STORE_PATH"), Options{RetryAfter: time.Millisecond})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	id := s.Blocks()[0].ID
	rng := rand.New(rand.NewPCG(11, 12))
	next := uint64(0)
	for range 25 {
		var rs []Result
		text := "ack"
		for range 1 + rng.IntN(40) {
			rs = append(rs, result(id, next))
			text += fmt.Sprintf(" %d", next)
			next++
		}
		for {
			_, err := s.AppendWait(rs)
			var disk *DiskError
			if errors.As(err, &disk) && s.Health() != nil {
				fmt.Fprintln(os.Stderr, "refused")
				continue
			}
			if err != nil && !errors.As(err, &disk) {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			if err == nil {
				break
			}
		}
		os.Stdout.WriteString(text + "\n")
	}
	if err := s.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// TestSyncedBeforeAcknowledged watches a real process: before each acknowledgement the pages, a sync, the root, a sync
// have gone to the database, and all syncs have returned. Then it cuts power at every point of what was recorded: the
// writes since the last sync are there or not, in any order, cut at sectors; each such file opens with all that was
// acknowledged by then.
func TestSyncedBeforeAcknowledged(t *testing.T) {
	t.Parallel()
	path := temp(t)
	s := open(t, path, Options{})
	id := add(t, s, testBlock(t, 1, crashTasks))
	s.Close()
	base, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	calls, _ := strace(t, "append-some", path)
	acks, dirty, syncs := 0, 0, 0
	for i, c := range calls {
		switch c.kind {
		case "write", "truncate":
			dirty++
		case "sync":
			dirty, syncs = 0, syncs+1
		case "ack":
			acks++
			if dirty > 0 || syncs < 2 {
				t.Errorf("call %d: acknowledged with %d writes not synced, %d syncs since the last", i, dirty, syncs)
			}
			syncs = 0
		}
	}
	if acks != 25 {
		t.Fatalf("%d acknowledgements were traced, want 25", acks)
	}
	t.Logf("%d calls: before each of %d acknowledgements all writes were synced, the root after the pages", len(calls), acks)
	cuts := powerCuts(t, base, calls, func(data []byte, acknowledged map[uint64]bool, when string) {
		torn := temp(t)
		if err := os.WriteFile(torn, data, 0o600); err != nil {
			t.Fatal(err)
		}
		checkCrashed(t, torn, id, acknowledged, when)
	})
	t.Logf("%d files with the last writes cut, left out and reordered opened with everything acknowledged", cuts)
}

// powerCuts replays the calls and calls check with files a power failure can leave behind.
func powerCuts(t *testing.T, file []byte, calls []call, check func(data []byte, acknowledged map[uint64]bool, when string)) (cuts int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(5, 6))
	durable := slices.Clone(file)
	acknowledged := map[uint64]bool{}
	var since []call // writes not known to be on disk
	apply := func(data []byte, c call, from, to int) []byte {
		if c.kind == "truncate" {
			for int64(len(data)) < c.at {
				data = append(data, make([]byte, c.at-int64(len(data)))...)
			}
			return data[:c.at]
		}
		for int64(len(data)) < c.at+int64(to) {
			data = append(data, make([]byte, c.at+int64(to)-int64(len(data)))...)
		}
		copy(data[c.at+int64(from):], c.data[from:to])
		return data
	}
	for i, c := range calls {
		switch c.kind {
		case "ack":
			for _, o := range c.tasks {
				acknowledged[o] = true
			}
			continue
		case "write", "truncate":
			since = append(since, c)
			if rng.IntN(4) > 0 {
				continue
			}
		}
		if c.kind == "write" || c.kind == "sync" && len(since) > 0 {
			data := slices.Clone(durable)
			for _, k := range rng.Perm(len(since)) { // some of the writes, in another order, each whole or in part
				w := since[k]
				if w.kind == "truncate" {
					if rng.IntN(4) > 0 && w.at >= int64(len(data)) {
						data = apply(data, w, 0, 0)
					}
					continue
				}
				for at := 0; at < len(w.data); at += 512 {
					if rng.IntN(2) == 0 {
						data = apply(data, w, at, min(at+512, len(w.data)))
					}
				}
			}
			cuts++
			check(data, acknowledged, fmt.Sprintf("power cut at call %d", i))
		}
		if c.kind == "sync" {
			for _, w := range since {
				durable = apply(durable, w, 0, len(w.data))
			}
			since = nil
		}
	}
	return cuts
}

// TestFailingDisk lets the kernel fail fdatasync for a while, or refuse writes as on a file system that has become
// read-only: nothing is acknowledged meanwhile, and then it goes on.
func TestFailingDisk(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{"fdatasync:error=EIO:when=12..17", "pwrite64:error=EROFS:when=30..35"} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			path := temp(t)
			s := open(t, path, Options{})
			id := add(t, s, testBlock(t, 1, crashTasks))
			s.Close()
			calls, _ := strace(t, "append-some", path, "-e", "inject="+fault)
			acknowledged, syncs := map[uint64]bool{}, 0
			for _, c := range calls {
				if c.kind == "sync" {
					syncs++
				}
				for _, o := range c.tasks {
					if syncs == 0 {
						t.Errorf("task %d is acknowledged, and no sync has succeeded", o)
					}
					acknowledged[o] = true
				}
				if c.kind == "ack" {
					syncs = 0
				}
			}
			checkCrashed(t, path, id, acknowledged, "after "+fault)
			if len(acknowledged) < 25 {
				t.Errorf("%d acknowledged", len(acknowledged))
			}
		})
	}
}

// TestFullFileSystem fills a real file system and makes room again.
func TestFullFileSystem(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("NOT SHOWN HERE: a tmpfs cannot be mounted (it needs root): %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	path := filepath.Join(dir, "full.db")
	s := open(t, path, Options{RetryAfter: time.Millisecond})
	id := add(t, s, testBlock(t, 1, crashTasks))
	acknowledged := map[uint64]bool{}
	next := uint64(0)
	batch := func() (rs []Result) {
		for range 3000 {
			rs = append(rs, result(id, next))
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
	if err := put(batch()); err != nil {
		t.Fatal(err)
	}
	ballast := filepath.Join(dir, "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := f.Write(make([]byte, 4096)); err != nil {
			break
		}
	}
	f.Close()
	var refused []Result
	for refused == nil {
		rs := batch()
		if err := put(rs); err != nil {
			var disk *DiskError
			if !errors.As(err, &disk) || !disk.NoSpace() || s.Health() == nil {
				t.Fatalf("error %v, health %v", err, s.Health())
			}
			refused = rs
		} else if next > 100_000 {
			t.Fatal("no write failed")
		}
	}
	if n, err := s.Done(id); err != nil || n != uint64(len(acknowledged)) {
		t.Errorf("%d done, %d acknowledged, %v", n, len(acknowledged), err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	for s.Health() != nil { // recovers by itself
		time.Sleep(time.Millisecond)
	}
	if err := put(refused); err != nil {
		t.Fatalf("after room was made: %v", err)
	}
	s.Close()
	checkCrashed(t, path, id, acknowledged, "after the file system was full")
}
