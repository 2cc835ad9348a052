package cache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"gardner/sweeps"
)

// Defaults of a worker.
const (
	DefaultSize = 4 << 30 // bytes on disk
	memorySize  = 64 << 20
)

// DefaultDir is where a user's workers keep artefacts unless told otherwise.
func DefaultDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("there is no cache directory of this user: %w", err)
	}
	return filepath.Join(dir, "gardner"), nil
}

// Config says where and how much to keep.
type Config struct {
	// Dir is made when there is something to keep. Empty: nothing is kept on disk, only the last 64 MB in
	// memory.
	Dir string
	// Size bounds the bytes on disk, those of other processes included; 0: 4 GiB.
	Size int64
	// Fingerprint tells which numerics compute the same bits.
	Fingerprint string
	Logger      *slog.Logger // nil: none
}

// Cache implements sweeps.ArtefactCache. It is safe for concurrent use.
type Cache struct {
	cfg  Config
	disk *disk // nil: memory only

	mu      sync.Mutex // guards the rest
	flights map[string]chan struct{}
	recent  recent
}

var _ sweeps.ArtefactCache = (*Cache)(nil)

// New returns a cache over what its directory holds.
func New(cfg Config) *Cache {
	if cfg.Size == 0 {
		cfg.Size = DefaultSize
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	c := &Cache{cfg: cfg, flights: map[string]chan struct{}{}}
	if cfg.Dir != "" {
		c.disk = openDisk(cfg.Dir, cfg.Size, cfg.Logger)
	}
	return c
}

// name is a part's file name: its group, so that a directory can be asked for its
// groups, then a hash of all it depends on.
func (c *Cache) name(key sweeps.ArtefactKey) string {
	k := key.Key.Sub(c.cfg.Fingerprint, fmt.Sprint(key.Part))
	return fmt.Sprintf("%016x-%s-%s", key.Group, c.mark(), hex.EncodeToString(k[:16]))
}

// mark is the fingerprint as file names show it.
func (c *Cache) mark() string {
	sum := sha256.Sum256([]byte(c.cfg.Fingerprint))
	return hex.EncodeToString(sum[:4])
}

// Part implements sweeps.ArtefactCache.
func (c *Cache) Part(ctx context.Context, key sweeps.ArtefactKey, wait bool, prepare func(ctx context.Context) ([]byte, error)) ([]byte, error) {
	name := c.name(key)
	for {
		c.mu.Lock()
		if data, ok := c.recent.get(name); ok {
			c.mu.Unlock()
			c.disk.touch(name)
			return data, nil
		}
		flight, busy := c.flights[name]
		if !busy {
			flight = make(chan struct{})
			c.flights[name] = flight
			c.mu.Unlock()
			return c.lead(ctx, name, flight, prepare)
		}
		c.mu.Unlock()
		if !wait {
			return nil, sweeps.ErrArtefactBusy
		}
		// If the other task fails or is cancelled, this one tries by itself.
		select {
		case <-flight:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// lead reads or computes a part for all who want it.
func (c *Cache) lead(ctx context.Context, name string, flight chan struct{}, prepare func(ctx context.Context) ([]byte, error)) ([]byte, error) {
	var data []byte
	ok := false
	defer func() { // also after a panic of the experiment
		c.mu.Lock()
		defer c.mu.Unlock()
		if ok {
			c.recent.put(name, data)
		}
		delete(c.flights, name)
		close(flight)
	}()
	if data, ok = c.disk.read(name); ok {
		return data, nil
	}
	data, err := prepare(ctx)
	if err != nil {
		return nil, err
	}
	ok = true
	c.disk.write(name, data)
	return data, nil
}

// Groups lists the groups (sweeps.ArtefactKey) that have parts of this
// fingerprint, those used last first, at most so many.
func (c *Cache) Groups(most int) []uint64 {
	if c.disk == nil {
		return nil
	}
	return c.disk.groups(c.mark(), most)
}

// recent keeps the parts used last in memory.
type recent struct {
	parts map[string][]byte
	order []string // least recently used first
	bytes int
}

func (r *recent) get(name string) ([]byte, bool) {
	data, ok := r.parts[name]
	if ok {
		r.use(name)
	}
	return data, ok
}

func (r *recent) use(name string) {
	for i, n := range r.order {
		if n == name {
			r.order = append(r.order[:i], r.order[i+1:]...)
			break
		}
	}
	r.order = append(r.order, name)
}

func (r *recent) put(name string, data []byte) {
	if r.parts == nil {
		r.parts = map[string][]byte{}
	}
	if _, ok := r.parts[name]; ok {
		r.use(name)
		return
	}
	r.parts[name] = data
	r.order = append(r.order, name)
	r.bytes += len(data)
	for r.bytes > memorySize {
		oldest := r.order[0]
		r.order = r.order[1:]
		r.bytes -= len(r.parts[oldest])
		delete(r.parts, oldest)
	}
}
