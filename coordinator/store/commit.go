package store

import (
	"bytes"
	"cmp"
	"slices"

	bolt "go.etcd.io/bbolt"

	"gardner/sweeps"
)

// resultsFill packs leaves tightly: keys of a block arrive nearly in order, so a
// full leaf is rarely inserted into again.
const resultsFill = 0.95

// commit writes one transaction. Everything it changes in memory waits until the
// transaction is durable.
func (w *writer) commit(batch []*job) (err error) {
	s := w.s
	if w.unsettled {
		if err := settle(s.file); err != nil {
			return err
		}
		w.unsettled = false
	}
	tx, err := s.db.Begin(true)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = tx.Rollback() // no-op if Commit has done it
			w.unsettled = true
		}
	}()
	w.sort(batch)
	defer clear(w.sorted) // so that the scratch keeps no records alive
	fresh, err := w.putResults(tx)
	if err != nil {
		return err
	}
	origins, err := w.noteOrigins(tx, batch)
	if err != nil {
		return err
	}
	for _, j := range batch {
		if j.op != nil {
			j.err = j.op(tx)
		}
	}
	if hook := s.opt.Hooks.BeforeCommit; hook != nil {
		if err := hook(); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	w.publish(batch, fresh, origins)
	if hook := s.opt.Hooks.AfterCommit; hook != nil {
		return hook()
	}
	return nil
}

// sort brings the batch's results into the order of their keys; results of equal
// keys stay in order of arrival.
func (w *writer) sort(batch []*job) {
	w.sorted = w.sorted[:0]
	for _, j := range batch {
		for i := range j.entries {
			w.sorted = append(w.sorted, &j.entries[i])
		}
	}
	order := func(a, b *entry) int {
		return cmp.Or(cmp.Compare(a.st.seq, b.st.seq), cmp.Compare(a.ordinal, b.ordinal))
	}
	if !slices.IsSortedFunc(w.sorted, order) {
		slices.SortStableFunc(w.sorted, order)
	}
}

// putResults writes the sorted results that are new, and the bitmap chunks they
// touch, and decides every outcome. It returns how many results are new: they are
// moved to the front of w.sorted.
func (w *writer) putResults(tx *bolt.Tx) (fresh int, err error) {
	if len(w.sorted) == 0 {
		return 0, nil
	}
	results, progress, failures := tx.Bucket(bucketResults), tx.Bucket(bucketProgress), tx.Bucket(bucketFailures)
	results.FillPercent = resultsFill
	var dirty struct {
		st    *blockState
		index uint64
		bits  chunk
		any   bool
	}
	flush := func() error {
		if !dirty.any {
			return nil
		}
		dirty.any = false
		key := chunkKey(dirty.st.seq, uint32(dirty.index))
		return progress.Put(key, seal(nil, key, dirty.bits.encode()))
	}
	var last *entry // the entry that holds the value of the latest key
	for _, e := range w.sorted {
		if last != nil && last.st == e.st && last.ordinal == e.ordinal {
			e.job.outcomes[e.index] = compare(last.value, e.value)
			continue
		}
		last = e
		done, err := w.s.bitmap(tx, e.st)
		if err != nil {
			return 0, err
		}
		w.key = taskKey(w.key[:0], e.st.seq, e.ordinal)
		if done.Has(e.ordinal) {
			have := results.Get(w.key)
			e.job.outcomes[e.index] = compare(have, e.value)
			kept := *e
			kept.value = have
			last = &kept
			continue
		}
		if dirty.st != e.st || dirty.index != e.ordinal/ChunkTasks {
			if err := flush(); err != nil {
				return 0, err
			}
			dirty.st, dirty.index, dirty.bits = e.st, e.ordinal/ChunkTasks, chunk{}
			if c := done.chunks[dirty.index]; c != nil {
				dirty.bits = *c
			}
		}
		dirty.bits[e.ordinal%ChunkTasks/64] |= 1 << (e.ordinal % 64)
		dirty.any = true
		if err := results.Put(w.key, e.value); err != nil {
			return 0, err
		}
		if e.st.mayFail && failures.Get(w.key) != nil {
			if err := failures.Delete(w.key); err != nil {
				return 0, err
			}
		}
		e.job.outcomes[e.index] = Stored
		w.sorted[fresh] = e
		fresh++
	}
	return fresh, flush()
}

func compare(kept, other []byte) Outcome {
	if bytes.Equal(kept, other) {
		return Duplicate
	}
	return Conflict
}

// publish makes a durable transaction visible to readers of the memory.
func (w *writer) publish(batch []*job, fresh int, origins map[*blockState][]string) {
	s := w.s
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range w.sorted[:fresh] {
		e.st.done.Set(e.ordinal)
	}
	for st, numerics := range origins {
		for _, f := range numerics {
			st.numerics[f] = true
		}
	}
	for _, j := range batch {
		if j.after != nil && j.err == nil {
			j.after()
		}
	}
}

// bitmap returns the block's bitmap in memory, reading it first if need be. For
// the writer's goroutine.
func (s *Store) bitmap(tx *bolt.Tx, st *blockState) (*Bitmap, error) {
	if st.done != nil {
		return st.done, nil
	}
	b, err := s.readBitmap(tx, st)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	st.done = b
	s.mu.Unlock()
	return b, nil
}

// Progress returns a copy of the set of the block's tasks that have a result.
func (s *Store) Progress(id sweeps.BlockID) (*Bitmap, error) {
	st, err := s.state(id)
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	if st.done != nil {
		defer s.mu.RUnlock()
		return st.done.Clone(), nil
	}
	s.mu.RUnlock()
	var b *Bitmap
	err = s.view(func(tx *bolt.Tx) error {
		b, err = s.readBitmap(tx, st)
		return err
	})
	return b, err
}

// Done returns how many of the block's tasks have a result.
func (s *Store) Done(id sweeps.BlockID) (uint64, error) {
	st, err := s.state(id)
	if err != nil {
		return 0, err
	}
	s.mu.RLock()
	if st.done != nil {
		defer s.mu.RUnlock()
		return st.done.Count(), nil
	}
	s.mu.RUnlock()
	b, err := s.Progress(id)
	if err != nil {
		return 0, err
	}
	return b.Count(), nil
}
