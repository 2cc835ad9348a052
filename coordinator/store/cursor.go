package store

import (
	"bytes"
	"context"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"gardner/sweeps"
)

// One read transaction of a cursor copies at most so many records or bytes.
const (
	pageRecords = 4096
	pageBytes   = 1 << 20
)

// Cursor reads a block's results in plan order. It copies a page of records in
// one short read transaction and holds none while the caller looks at them, so a
// slow reader never stands in the way of commits. Results that arrive behind the
// cursor are not seen, those ahead of it are. Not safe for concurrent use.
type Cursor struct {
	s    *Store
	st   *blockState
	from uint64 // first ordinal of the next page
	end  bool
	buf  []byte
	recs []cursorRecord
	next int
}

type cursorRecord struct {
	ordinal uint64
	lo, hi  int // in buf
}

// Cursor returns a cursor over a block's results with ordinal >= from.
func (s *Store) Cursor(id sweeps.BlockID, from uint64) (*Cursor, error) {
	st, err := s.state(id)
	if err != nil {
		return nil, err
	}
	return &Cursor{s: s, st: st, from: from}, nil
}

// Next returns the next result. The record is valid until the following call. ok
// is false at the end.
func (c *Cursor) Next() (ordinal uint64, record []byte, ok bool, err error) {
	if c.next == len(c.recs) {
		if c.end {
			return 0, nil, false, nil
		}
		if err := c.fill(); err != nil || len(c.recs) == 0 {
			return 0, nil, false, err
		}
	}
	r := c.recs[c.next]
	c.next++
	return r.ordinal, c.buf[r.lo:r.hi], true, nil
}

// Unread makes the following Next return the result of the last one again. It may
// be called once after a Next that returned one.
func (c *Cursor) Unread() { c.next-- }

// Seek moves the cursor forward to the first result with ordinal >= to; it never
// moves back.
func (c *Cursor) Seek(to uint64) {
	for c.next < len(c.recs) && c.recs[c.next].ordinal < to {
		c.next++
	}
	if c.next == len(c.recs) && to > c.from {
		c.from = to
	}
}

// fill copies the next page.
func (c *Cursor) fill() error {
	c.buf, c.recs, c.next = c.buf[:0], c.recs[:0], 0
	return c.s.view(func(tx *bolt.Tx) error {
		var start [taskKeyLen]byte
		key := taskKey(start[:0], c.st.seq, c.from)
		prefix := key[:4]
		cur := tx.Bucket(bucketResults).Cursor()
		k, v := cur.Seek(key)
		for ; bytes.HasPrefix(k, prefix); k, v = cur.Next() {
			if len(c.recs) == pageRecords || len(c.buf) >= pageBytes {
				return nil
			}
			ordinal, ok := ordinalOf(k)
			payload, sound := unseal(k, v)
			if !ok || !sound {
				return &CorruptError{Path: c.s.path, Detail: fmt.Sprintf("result %d of block %s: checksum differs", ordinal, c.st.id.Short())}
			}
			lo := len(c.buf)
			c.buf = append(c.buf, payload...)
			c.recs = append(c.recs, cursorRecord{ordinal, lo, len(c.buf)})
			c.from = ordinal + 1
		}
		c.end = true
		return nil
	})
}

// Scan calls fn for the block's results with ordinal >= from, in plan order,
// outside any transaction; record is valid during the call. An error of fn ends
// the scan and is returned.
func (s *Store) Scan(ctx context.Context, id sweeps.BlockID, from uint64, fn func(ordinal uint64, record []byte) error) error {
	c, err := s.Cursor(id, from)
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		ordinal, record, ok, err := c.Next()
		if err != nil || !ok {
			return err
		}
		if err := fn(ordinal, record); err != nil {
			return err
		}
	}
}

// Get returns a copy of one result; ok is false if the task has none.
func (s *Store) Get(id sweeps.BlockID, ordinal uint64) (record []byte, ok bool, err error) {
	st, err := s.state(id)
	if err != nil {
		return nil, false, err
	}
	err = s.view(func(tx *bolt.Tx) error {
		key := taskKey(nil, st.seq, ordinal)
		v := tx.Bucket(bucketResults).Get(key)
		if v == nil {
			return nil
		}
		payload, sound := unseal(key, v)
		if !sound {
			return &CorruptError{Path: s.path, Detail: fmt.Sprintf("result %d of block %s: checksum differs", ordinal, id.Short())}
		}
		record, ok = append([]byte{}, payload...), true
		return nil
	})
	return record, ok, err
}
