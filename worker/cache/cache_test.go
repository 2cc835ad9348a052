package cache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gardner/core/rng"
	"gardner/sweeps"
)

func key(group uint64, part int) sweeps.ArtefactKey {
	return sweeps.ArtefactKey{Group: group, Key: rng.NewKey("test", fmt.Sprint(group)), Part: part}
}

func content(k sweeps.ArtefactKey) []byte {
	return bytes.Repeat(fmt.Appendf(nil, "group %d part %d;", k.Group, k.Part), 100)
}

// get asks for a part and reports whether it had to be computed.
func get(t *testing.T, c *Cache, k sweeps.ArtefactKey) (computed bool) {
	t.Helper()
	data, err := c.Part(t.Context(), k, true, func(context.Context) ([]byte, error) {
		computed = true
		return content(k), nil
	})
	if err != nil || !bytes.Equal(data, content(k)) {
		t.Fatalf("part %v: error %v, %d bytes", k, err, len(data))
	}
	return computed
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestPartsSurviveTheProcess(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "cache")
	c := New(Config{Dir: dir, Fingerprint: "f"})
	if !get(t, c, key(1, 0)) || get(t, c, key(1, 0)) || !get(t, c, key(1, 1)) || !get(t, c, key(2, 0)) {
		t.Error("a part was computed again, or confused with another")
	}
	again := New(Config{Dir: dir, Fingerprint: "f"})
	for _, k := range []sweeps.ArtefactKey{key(1, 0), key(1, 1), key(2, 0)} {
		if get(t, again, k) {
			t.Errorf("part %v was computed again by the next process", k)
		}
	}
	other := New(Config{Dir: dir, Fingerprint: "another CPU"})
	if !get(t, other, key(1, 0)) {
		t.Error("the bits of other numerics were used")
	}
	if g := again.Groups(10); len(g) != 2 {
		t.Errorf("groups %v", g)
	}
	if g := again.Groups(1); len(g) != 1 {
		t.Errorf("at most one group: %v", g)
	}
	if g := other.Groups(10); len(g) != 1 || g[0] != 1 {
		t.Errorf("groups of the other numerics: %v", g)
	}
}

// Whatever happens to a file, wrong bytes are never returned.
func TestDamagedFilesAreComputedAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	get(t, New(Config{Dir: dir}), key(1, 0))
	path := files(t, dir)[0]
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damage := map[string][]byte{"empty": {}, "longer": append(bytes.Clone(whole), 0)}
	for _, n := range []int{1, len(magic), len(magic) + 1, len(whole) - len(content(key(1, 0))), len(whole) - 1} {
		damage[fmt.Sprintf("cut to %d bytes", n)] = whole[:n]
	}
	for i := 0; i < len(whole); i += 7 {
		flipped := bytes.Clone(whole)
		flipped[i] ^= 4
		damage[fmt.Sprintf("bit of byte %d flipped", i)] = flipped
	}
	for name, bad := range damage {
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if !get(t, New(Config{Dir: dir}), key(1, 0)) {
			t.Fatalf("%s: the file was trusted", name)
		}
		if mended, err := os.ReadFile(path); err != nil || !bytes.Equal(mended, whole) {
			t.Fatalf("%s: the file was not replaced: %v", name, err)
		}
	}
	// A whole file under another name is no good either.
	get(t, New(Config{Dir: dir}), key(2, 0))
	for _, f := range files(t, dir) {
		if f != path {
			if err := os.WriteFile(f, whole, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !get(t, New(Config{Dir: dir}), key(2, 0)) {
		t.Error("another part's file was trusted")
	}
}

func TestTheLeastRecentlyUsedGoFirst(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	one := int64(len(content(key(1, 0)))) + 200
	size := 3 * one
	past := time.Now().Add(-time.Hour)
	for g := uint64(1); g <= 3; g++ {
		get(t, New(Config{Dir: dir, Size: size}), key(g, 0))
	}
	for i, f := range files(t, dir) { // in order of their groups
		if err := os.Chtimes(f, past, past.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	c := New(Config{Dir: dir, Size: size})
	get(t, c, key(1, 0)) // so that 2 is the one to go
	get(t, c, key(4, 0))
	if n := len(files(t, dir)); n != 3 {
		t.Fatalf("%d files are kept, 3 have room", n)
	}
	fresh := New(Config{Dir: dir, Size: size})
	if g := fmt.Sprint(fresh.Groups(9)); strings.Contains(g, "2") || !strings.Contains(g, "1") {
		t.Errorf("kept groups %s", g)
	}
	if err := os.WriteFile(filepath.Join(dir, temporary+"1"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(filepath.Join(dir, temporary+"1"), past, past.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if smaller := New(Config{Dir: dir, Size: one}); len(smaller.Groups(9)) != 1 {
		t.Errorf("a smaller cache keeps the groups %v", smaller.Groups(9))
	}
	if left, _ := filepath.Glob(filepath.Join(dir, temporary+"*")); len(left) != 0 {
		t.Errorf("what dead writers left is still there: %v", left)
	}
}

// Without a place to write, parts are computed, and one warning says so.
func TestNoRoomCostsTheCachingOnly(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(c *Cache){
		"no directory":       func(c *Cache) { c.disk.dir = "/dev/null/gone" },
		"larger than it all": func(c *Cache) { c.disk.size = 100 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			c := New(Config{Dir: t.TempDir(), Logger: slog.New(slog.NewTextHandler(&log, nil))})
			spoil(c)
			for g := range uint64(3) {
				get(t, c, key(g, 0))
			}
			if n := strings.Count(log.String(), "cannot be cached"); n != 1 {
				t.Errorf("%d warnings:\n%s", n, log.String())
			}
		})
	}
}

func TestOneTaskComputesForAll(t *testing.T) {
	t.Parallel()
	c := New(Config{Dir: t.TempDir()})
	var computed atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for p := range 5 {
				data, err := c.Part(t.Context(), key(1, p), true, func(context.Context) ([]byte, error) {
					computed.Add(1)
					return content(key(1, p)), nil
				})
				if err != nil || !bytes.Equal(data, content(key(1, p))) {
					t.Errorf("part %d: %v", p, err)
				}
			}
		})
	}
	all.Wait()
	if n := computed.Load(); n != 5 {
		t.Errorf("5 parts were computed %d times", n)
	}
}

// Who waits for a task that is cancelled, fails or panics computes the part itself.
func TestWaitersOutliveTheLeader(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(ctx context.Context) ([]byte, error){
		"cancelled": func(ctx context.Context) ([]byte, error) { <-ctx.Done(); return nil, ctx.Err() },
		"error":     func(ctx context.Context) ([]byte, error) { <-ctx.Done(); return nil, errors.New("no") },
		"panic":     func(ctx context.Context) ([]byte, error) { <-ctx.Done(); panic("no") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := New(Config{})
				ctx, cancel := context.WithCancel(t.Context())
				go func() {
					defer func() { _ = recover() }()
					_, _ = c.Part(ctx, key(1, 0), true, fail)
				}()
				synctest.Wait()
				if _, err := c.Part(t.Context(), key(1, 0), false, nil); !errors.Is(err, sweeps.ErrArtefactBusy) {
					t.Errorf("not waiting gives %v", err)
				}
				hurried, stop := context.WithCancel(t.Context())
				stop()
				if _, err := c.Part(hurried, key(1, 0), true, nil); !errors.Is(err, context.Canceled) {
					t.Errorf("waiting with a context that has ended gives %v", err)
				}
				got := make(chan bool)
				go func() { got <- get(t, c, key(1, 0)) }()
				synctest.Wait()
				cancel()
				if !<-got {
					t.Error("the part was not computed by the one who waited")
				}
			})
		})
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	c := New(Config{})
	large := make([]byte, memorySize/4+1)
	for g := range uint64(8) {
		if _, err := c.Part(t.Context(), key(g, 0), true, func(context.Context) ([]byte, error) { return large, nil }); err != nil {
			t.Fatal(err)
		}
	}
	if c.recent.bytes > memorySize || len(c.recent.parts) != 3 || len(c.recent.order) != 3 {
		t.Errorf("%d bytes in %d parts, %d in order", c.recent.bytes, len(c.recent.parts), len(c.recent.order))
	}
}
