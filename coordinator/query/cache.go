package query

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"gardner/coordinator/store"
)

// errStale says that a kept node has gone or is damaged.
var errStale = errors.New("a kept aggregate is unusable")

const (
	cacheMagic = "gardner aggregate 1\n"
	cacheMax   = 512 << 20 // bytes of all kept nodes; the least recently used go first
)

// CacheDir is where a database's aggregates are kept: beside it. It may be removed at any time.
func CacheDir(database string) string { return database + ".cache" }

// cache keeps the nodes of one block under one query. Each is a file that is written in one step:
//
//	magic, results covered (8), crc32c of the rest (4), groups
//
// Results are only ever added, so the number that a node covers tells whether it is still what it was; a store that
// corrects results counts its corrections, which are part of every name. Trouble with the files is no error: what
// cannot be kept is computed again.
type cache struct {
	dir string
	key []byte // of block and query
}

// openCache returns the cache of a block under this query, nil if there can be none.
func (a *aggregate) openCache(block int, leaf uint64) *cache {
	st, ok := a.scope.src.(*store.Store)
	if !ok || st.ReadOnly() {
		return nil
	}
	h := sha256.New()
	part := func(format string, args ...any) {
		text := fmt.Sprintf(format, args...)
		_ = binary.Write(h, binary.BigEndian, uint64(len(text)))
		h.Write([]byte(text))
	}
	corrections, err := st.Setting(store.SettingCorrections)
	if err != nil {
		return nil
	}
	part("%s %s %x %s %d", cacheMagic, st.ID(), corrections, a.scope.blocks[block].id, leaf)
	part("%s", a.scope.experiment.ID())
	if a.where.program != nil {
		part("where %s", a.where.program.Source())
	}
	for _, d := range a.scope.derived {
		part("column %s", d.program.Source())
	}
	for _, m := range a.metrics {
		part("metric %d %s %v", m, a.scope.metrics[m].Name, a.scope.metrics[m].Kind)
	}
	groupingKey(part, a.grouping)
	part("exact %d, points %t", a.kept, len(a.theories) > 0)
	if a.clusters != nil {
		part("bins %d of %v", a.clusters.bins, a.values())
		groupingKey(part, a.clusters.grouping)
	}
	return &cache{dir: CacheDir(st.Path()), key: h.Sum(nil)}
}

// groupingKey describes what the codes of a grouping mean.
func groupingKey(part func(format string, args ...any), g *grouping) {
	for i := range g.by {
		b := &g.by[i]
		part("by %s %d %d %d", b.name, b.low, b.count, b.radix)
		for _, v := range b.values {
			part("%s", v.String())
		}
	}
}

func (c *cache) file(level int, index uint64) string {
	h := sha256.New()
	h.Write(c.key)
	_ = binary.Write(h, binary.BigEndian, []uint64{uint64(level), index})
	return filepath.Join(c.dir, hex.EncodeToString(h.Sum(nil)[:16]))
}

const cacheHead = len(cacheMagic) + 12

// has reports whether a node over n results is kept.
func (c *cache) has(level int, index, n uint64) bool {
	if c == nil {
		return false
	}
	f, err := os.Open(c.file(level, index))
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, cacheHead)
	if _, err := f.ReadAt(head, 0); err != nil || !bytes.HasPrefix(head, []byte(cacheMagic)) {
		return false
	}
	return binary.BigEndian.Uint64(head[len(cacheMagic):]) == n
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// load reads a node that has said it is kept.
func (c *cache) load(a *aggregate, block, level int, index uint64) (*groups, error) {
	name := c.file(level, index)
	data, err := os.ReadFile(name)
	if err != nil || len(data) < cacheHead {
		return nil, errStale
	}
	body := data[cacheHead:]
	if binary.BigEndian.Uint32(data[cacheHead-4:]) != crc32.Checksum(body, castagnoli) {
		_ = os.Remove(name)
		return nil, errStale
	}
	gs, ok := a.decodeGroups(body, block)
	if !ok {
		_ = os.Remove(name)
		return nil, errStale
	}
	now := time.Now()
	_ = os.Chtimes(name, now, now)
	return gs, nil
}

// store keeps a node.
func (c *cache) store(level int, index, n uint64, gs *groups) {
	if gs == nil {
		gs = newGroups(1)
	}
	data := make([]byte, cacheHead, 1<<16)
	copy(data, cacheMagic)
	data = gs.encode(data)
	binary.BigEndian.PutUint64(data[len(cacheMagic):], n)
	binary.BigEndian.PutUint32(data[cacheHead-4:], crc32.Checksum(data[cacheHead:], castagnoli))
	if len(data) > cacheMax/4 || os.MkdirAll(c.dir, 0o700) != nil {
		return
	}
	c.prune(int64(len(data)))
	f, err := os.CreateTemp(c.dir, "part-*")
	if err != nil {
		return
	}
	_, err = f.Write(data)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), c.file(level, index))
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
}

// prune makes room for so many bytes, and removes what a killed process left half written.
func (c *cache) prune(room int64) {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return
	}
	var files []fs.FileInfo
	sum := room
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			files = append(files, info)
			sum += info.Size()
		}
	}
	if sum <= cacheMax {
		return
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, f := range files {
		if sum <= cacheMax*3/4 {
			return
		}
		if os.Remove(filepath.Join(c.dir, f.Name())) == nil {
			sum -= f.Size()
		}
	}
}
