package cache

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A file is magic, length of the name (2), name, length of the content (8),
// SHA-256 of all before and of the content, content.
const (
	magic     = "gardner artefact 1\n"
	suffix    = ".part"
	temporary = "tmp-"
	// staleAfter is when a temporary file belongs to nobody any more.
	staleAfter = time.Hour
)

var errCorrupt = errors.New("it is truncated or corrupt")

// disk is the directory. A nil disk keeps nothing.
type disk struct {
	dir  string
	size int64
	log  *slog.Logger

	mu     sync.Mutex // guards the rest
	warned bool       // a write has failed since the last that did not
}

func openDisk(dir string, size int64, log *slog.Logger) *disk {
	d := &disk{dir: dir, size: size, log: log}
	d.evict()
	return d
}

func (d *disk) path(name string) string { return filepath.Join(d.dir, name+suffix) }

// header is what precedes the content.
func header(name string, content []byte) []byte {
	h := append([]byte(magic), 0, 0)
	binary.BigEndian.PutUint16(h[len(magic):], uint16(len(name)))
	h = append(h, name...)
	h = binary.BigEndian.AppendUint64(h, uint64(len(content)))
	sum := sha256.New()
	sum.Write(h)
	sum.Write(content)
	return sum.Sum(h)
}

// read returns a part's content. A file that does not hold what its name says is
// removed.
func (d *disk) read(name string) ([]byte, bool) {
	if d == nil {
		return nil, false
	}
	file, err := os.ReadFile(d.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false
	}
	if err == nil {
		var content []byte
		if content, err = open(name, file); err == nil {
			d.touch(name)
			return content, true
		}
	}
	d.log.Warn("a cached artefact cannot be used and is computed again", "file", d.path(name), "error", err)
	if errors.Is(err, errCorrupt) {
		_ = os.Remove(d.path(name)) // it will be replaced anyway
	}
	return nil, false
}

func open(name string, file []byte) ([]byte, error) {
	head := len(magic) + 2 + len(name) + 8 + sha256.Size
	if len(file) < head || !bytes.Equal(header(name, file[head:]), file[:head]) {
		return nil, errCorrupt
	}
	return file[head:], nil
}

// touch notes that a part is used.
func (d *disk) touch(name string) {
	if d == nil {
		return
	}
	now := time.Now()
	_ = os.Chtimes(d.path(name), now, now) // costs an early eviction at most
}

// write keeps a part if it can.
func (d *disk) write(name string, content []byte) {
	if d == nil {
		return
	}
	err := d.put(name, content)
	d.mu.Lock()
	warn := err != nil && !d.warned
	d.warned = err != nil
	d.mu.Unlock()
	if warn {
		d.log.Warn("artefacts cannot be cached; they are computed each time they are needed", "dir", d.dir, "error", err)
	}
	if err == nil {
		d.evict()
	}
}

func (d *disk) put(name string, content []byte) (err error) {
	head := header(name, content)
	if n := int64(len(head) + len(content)); n > d.size {
		return fmt.Errorf("a part of %d bytes is larger than the whole cache (%d bytes)", n, d.size)
	}
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(d.dir, temporary)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(head)
	if err == nil {
		_, err = f.Write(content)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), d.path(name))
}

// kept is a file of the directory.
type kept struct {
	name string
	size int64
	used time.Time
}

// list returns the parts, those not used for longest first, and removes what
// writers that died have left.
func (d *disk) list() []kept {
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		return nil
	}
	var out []kept
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		name, ours := strings.CutSuffix(e.Name(), suffix)
		switch {
		case ours:
			out = append(out, kept{name: name, size: info.Size(), used: info.ModTime()})
		case strings.HasPrefix(e.Name(), temporary) && time.Since(info.ModTime()) > staleAfter:
			_ = os.Remove(filepath.Join(d.dir, e.Name()))
		}
	}
	slices.SortFunc(out, func(a, b kept) int { return cmp.Or(a.used.Compare(b.used), cmp.Compare(a.name, b.name)) })
	return out
}

// evict removes what is too much.
func (d *disk) evict() {
	d.mu.Lock()
	defer d.mu.Unlock()
	parts := d.list()
	total := int64(0)
	for _, p := range parts {
		total += p.size
	}
	for _, p := range parts {
		if total <= d.size {
			return
		}
		if err := os.Remove(d.path(p.name)); err == nil || errors.Is(err, fs.ErrNotExist) {
			total -= p.size
		}
	}
}

// groups lists the groups of files with the mark, used last first.
func (d *disk) groups(mark string, most int) []uint64 {
	parts := d.list()
	seen := map[uint64]bool{}
	var out []uint64
	for i := len(parts) - 1; i >= 0 && len(out) < most; i-- {
		fields := strings.Split(parts[i].name, "-")
		if len(fields) != 3 || fields[1] != mark {
			continue
		}
		g, err := strconv.ParseUint(fields[0], 16, 64)
		if err == nil && !seen[g] {
			seen[g] = true
			out = append(out, g)
		}
	}
	return out
}
