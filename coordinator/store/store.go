package store

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"gardner/sweeps"
)

// Store is an open database. Its methods are safe for concurrent use.
type Store struct {
	path     string
	opt      Options
	id       [16]byte
	db       *bolt.DB
	file     *os.File // the file db works on
	warnings []string
	w        *writer // nil when read-only

	mu     sync.RWMutex // guards the fields below
	blocks map[sweeps.BlockID]*blockState
	order  []*blockState // by sequence
	closed bool
}

// blockState is what is known of a stored block.
type blockState struct {
	id      sweeps.BlockID
	seq     uint32
	tasks   uint64
	block   *sweeps.Block
	created time.Time
	// done mirrors the persisted bitmap; nil until it is needed. Written by the
	// writer after a commit, under Store.mu.
	done *Bitmap
	// numerics are the fingerprints of the results. Written as done is.
	numerics map[string]bool
	// mayFail is false while the block has never had a failure record, which
	// spares each result a look. The writer's own.
	mayFail bool
}

func newStore(path string, opt Options, id [16]byte) *Store {
	return &Store{path: path, opt: opt, id: id, blocks: map[sweeps.BlockID]*blockState{}}
}

// Path is the file's path as given to Open.
func (s *Store) Path() string { return s.path }

// ID is the database's random id, given when it was created.
func (s *Store) ID() string { return hex.EncodeToString(s.id[:]) }

// ReadOnly reports whether the store was opened read-only.
func (s *Store) ReadOnly() bool { return s.opt.ReadOnly }

// Warnings says what is doubtful about where the file lies.
func (s *Store) Warnings() []string { return s.warnings }

// Size is the file's size in bytes.
func (s *Store) Size() (int64, error) {
	info, err := os.Stat(s.path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Health is nil while commits succeed. A *DiskError means that the last one
// failed and is being tried again; any other error is final.
func (s *Store) Health() error {
	if s.w == nil {
		return nil
	}
	return s.w.health()
}

// Close commits what is queued, calls the outstanding done functions and lets go
// of the file. It waits for scans that are inside a transaction.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	if s.w != nil && !s.w.stop() {
		// The writer died inside bbolt and may hold its locks: let go of the file only.
		return s.file.Close()
	}
	return s.db.Close()
}

// view runs fn in a short read transaction. fn must copy what it keeps.
func (s *Store) view(fn func(tx *bolt.Tx) error) error {
	err := guard(s.path, func() error { return s.db.View(fn) })
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return ErrClosed
	}
	return err
}

// load reads the list of blocks.
func (s *Store) load() error {
	return s.view(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketBlocks).ForEach(func(k, v []byte) error {
			st, err := decodeBlockState(k, v)
			if err != nil {
				return &CorruptError{Path: s.path, Detail: err.Error()}
			}
			if err := loadNumerics(tx, st); err != nil {
				return &CorruptError{Path: s.path, Detail: err.Error()}
			}
			prefix := taskKey(nil, st.seq, 0)[:4]
			c := tx.Bucket(bucketFailures).Cursor()
			first, _ := c.Seek(prefix)
			st.mayFail = bytes.HasPrefix(first, prefix)
			s.addState(st)
			return nil
		})
	})
}

func (s *Store) addState(st *blockState) {
	s.blocks[st.id] = st
	i := len(s.order)
	for i > 0 && s.order[i-1].seq > st.seq {
		i--
	}
	s.order = append(s.order, nil)
	copy(s.order[i+1:], s.order[i:])
	s.order[i] = st
}

// state finds a block's state.
func (s *Store) state(id sweeps.BlockID) (*blockState, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return nil, ErrClosed
	}
	st := s.blocks[id]
	if st == nil {
		return nil, fmt.Errorf("%w %s", ErrUnknownBlock, id.Short())
	}
	return st, nil
}
