package httpapi

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// Parquet is read from its end and in pieces: DuckDB and Arrow ask for the size and then for ranges. A shelf keeps whole
// files for that, each the rows at one moment, in the temporary folder and within bounds.
const (
	maxFile  = 2 << 30 // bytes of one file
	maxShelf = 8 << 30 // of all
	maxFiles = 16
	// A file that nobody has read for so long is removed.
	shelfLife = 10 * time.Minute
	// A file stays the answer for so long although results have come: the size and the ranges that a reader asks for one
	// after the other must be of one file. Ranges count as more of the same for longer.
	sameFile  = 10 * time.Second
	sameRange = 5 * time.Minute
)

// errTooLarge says that a file is beyond maxFile.
var errTooLarge = errors.New("the file would be larger than 2 GiB: narrow it with where or metric, or write it with gardner query --format parquet -o FILE")

// shelf holds files by what they were made for.
type shelf struct {
	mu     sync.Mutex // guards all, and in each file used, readers and gone
	files  []*kept    // oldest first
	making map[string]chan struct{}
	now    func() time.Time
	most   int64 // maxFile, less in tests
}

// kept is a file on the shelf.
type kept struct {
	key      string // what was asked for
	progress string // of the sweep before it was made
	tag      string // ETag: of the content
	made     time.Time
	used     time.Time
	size     int64
	file     *os.File
	readers  int
	gone     bool // off the shelf: the last reader closes it
}

func newShelf() *shelf {
	return &shelf{making: map[string]chan struct{}{}, now: time.Now, most: maxFile}
}

// wanted is what a reader wants of a shelf.
type wanted struct {
	key      string
	progress string // of the sweep now
	ranged   bool   // part of a file
	tags     string // If-Range and If-Match: the file's own
}

// take returns the file for a request, made by fill if there is none that fits. The caller gives it back.
func (s *shelf) take(ctx context.Context, q wanted, fill func(ctx context.Context, w io.Writer) error) (*kept, error) {
	for {
		s.mu.Lock()
		s.discard()
		if f := s.find(q); f != nil {
			f.readers++
			f.used = s.now()
			s.mu.Unlock()
			return f, nil
		}
		under, ok := s.making[q.key]
		if !ok {
			break
		}
		s.mu.Unlock()
		select {
		case <-under:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	done := make(chan struct{})
	s.making[q.key] = done
	s.mu.Unlock()
	f, err := s.write(ctx, q, fill)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.making, q.key)
	close(done)
	if err != nil {
		return nil, err
	}
	s.files = append(s.files, f)
	f.readers++
	s.discard()
	time.AfterFunc(shelfLife+time.Second, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.discard()
	})
	return f, nil
}

// find returns the file that answers the request: the one it names, else the newest if that is recent enough. s.mu is
// held.
func (s *shelf) find(q wanted) *kept {
	var newest *kept
	for _, f := range s.files {
		if f.key != q.key {
			continue
		}
		if strings.Contains(q.tags, f.tag) {
			return f
		}
		newest = f
	}
	if newest == nil {
		return nil
	}
	age := s.now().Sub(newest.made)
	if newest.progress == q.progress || age < sameFile || q.ranged && age < sameRange {
		return newest
	}
	return nil
}

// write makes a file.
func (s *shelf) write(ctx context.Context, q wanted, fill func(ctx context.Context, w io.Writer) error) (*kept, error) {
	file, err := os.CreateTemp("", "gardner-rows-*")
	if err != nil {
		return nil, fmt.Errorf("make a file to read from: %w", err)
	}
	// Without a name it goes with the process, however that ends.
	if err := os.Remove(file.Name()); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("make a file to read from: %w", err)
	}
	sum := sha256.New()
	b := &bounded{w: io.MultiWriter(file, sum), left: s.most}
	if err := fill(ctx, b); err != nil {
		_ = file.Close()
		return nil, err
	}
	now := s.now()
	return &kept{key: q.key, progress: q.progress, tag: `"` + hex.EncodeToString(sum.Sum(nil)[:12]) + `"`, made: now, used: now, size: s.most - b.left, file: file}, nil
}

// bounded passes on so many bytes.
type bounded struct {
	w    io.Writer
	left int64
}

func (b *bounded) Write(p []byte) (int, error) {
	if int64(len(p)) > b.left {
		return 0, errTooLarge
	}
	b.left -= int64(len(p))
	return b.w.Write(p)
}

// discard takes off what has not been read for long, and what there is no room for. s.mu is held.
func (s *shelf) discard() {
	total := int64(0)
	for _, f := range s.files {
		total += f.size
	}
	byUse := slices.Clone(s.files)
	slices.SortStableFunc(byUse, func(a, b *kept) int { return cmp.Compare(a.used.UnixNano(), b.used.UnixNano()) })
	left := len(byUse)
	for _, f := range byUse {
		if s.now().Sub(f.used) < shelfLife && total <= maxShelf && left <= maxFiles {
			break
		}
		total -= f.size
		left--
		f.gone = true
		s.files = slices.DeleteFunc(s.files, func(x *kept) bool { return x == f })
		f.close()
	}
}

// give ends the reading of a file.
func (s *shelf) give(f *kept) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.readers--
	f.used = s.now()
	f.close()
}

func (f *kept) close() {
	if f.gone && f.readers == 0 {
		_ = f.file.Close()
	}
}
