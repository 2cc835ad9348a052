package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"

	"gardner/sweeps"
)

// Merged is what Merge did.
type Merged struct {
	Blocks    int // newly added
	Sweeps    int // newly added
	Results   [3]uint64
	Conflicts []Problem // the first maxProblems
}

// Merge copies all blocks, results and sweeps of another database into this one.
// Results present here stay; equal ones count as duplicates, others as conflicts.
// A sweep that is here under the same name with another revision keeps its latest
// revision. Interrupted, it can be run again.
func (s *Store) Merge(ctx context.Context, from *Store) (*Merged, error) {
	all, err := from.Sweeps()
	if err != nil {
		return &Merged{}, fmt.Errorf("merge %s: %w", from.path, err)
	}
	sets, err := from.dataSets()
	if err != nil {
		return &Merged{}, fmt.Errorf("merge %s: %w", from.path, err)
	}
	return s.merge(ctx, from, all, from.Blocks(), sets)
}

// MergeSweeps is Merge of what the named sweeps consist of: their latest revisions, and every block that has rows of them.
func (s *Store) MergeSweeps(ctx context.Context, from *Store, names ...string) (*Merged, error) {
	var records []SweepRecord
	own := map[sweeps.BlockID]bool{}
	for _, name := range names {
		rec, err := from.Sweep(name)
		if err != nil {
			return &Merged{}, err
		}
		records = append(records, rec)
		for _, id := range rec.Blocks {
			own[id] = true
		}
	}
	var blocks []BlockInfo
	var sets []DataHash
	for _, info := range from.Blocks() {
		needed := own[info.ID]
		for id := range own {
			if needed {
				break
			}
			b, err := from.Block(id)
			if err != nil {
				return &Merged{}, err
			}
			_, needed = sweeps.Overlap(b, info.Block)
		}
		if !needed {
			continue
		}
		blocks = append(blocks, info)
		for _, text := range info.Block.DataSets() {
			var h DataHash
			if n, err := hex.Decode(h[:], []byte(text)); err != nil || n != len(h) {
				return &Merged{}, fmt.Errorf("block %s needs the data set %q, which is no hash", info.ID.Short(), text)
			}
			if !slices.Contains(sets, h) {
				sets = append(sets, h)
			}
		}
	}
	return s.merge(ctx, from, records, blocks, sets)
}

func (s *Store) merge(ctx context.Context, from *Store, all []SweepRecord, blocks []BlockInfo, sets []DataHash) (*Merged, error) {
	m := &Merged{}
	have := len(s.Blocks())
	if err := s.mergeData(ctx, from, sets); err != nil {
		return m, fmt.Errorf("merge %s: %w", from.path, err)
	}
	for _, info := range blocks {
		if _, err := s.AddBlock(info.Block); err != nil {
			return m, fmt.Errorf("merge %s: %w", from.path, err)
		}
		differ, err := s.mergeResults(ctx, from, info, m)
		if err == nil {
			err = s.mergeAudited(from, info.ID, differ)
		}
		if err != nil {
			return m, fmt.Errorf("merge %s: %w", from.path, err)
		}
		if err := s.mergeNumerics(from, info.ID); err != nil {
			return m, fmt.Errorf("merge %s: %w", from.path, err)
		}
	}
	m.Blocks = len(s.Blocks()) - have
	for _, rec := range all {
		if _, err := s.Sweep(rec.Name); err == nil {
			continue
		}
		if err := s.PutSweep(rec); err != nil {
			return m, fmt.Errorf("merge %s: %w", from.path, err)
		}
		m.Sweeps++
	}
	return m, nil
}

// mergeResults copies a block's results and returns those tasks whose results differ.
func (s *Store) mergeResults(ctx context.Context, from *Store, info BlockInfo, m *Merged) (differ map[uint64]bool, err error) {
	differ = map[uint64]bool{}
	var batch []Result
	flush := func() error {
		out, err := s.AppendWait(batch)
		for i, o := range out {
			m.Results[o]++
			if o == Conflict {
				differ[batch[i].Ordinal] = true
			}
			if o == Conflict && len(m.Conflicts) < maxProblems {
				m.Conflicts = append(m.Conflicts, Problem{info.ID, batch[i].Ordinal, "the two databases hold different results"})
			}
		}
		batch = batch[:0]
		return err
	}
	err = from.Scan(ctx, info.ID, 0, func(ordinal uint64, record []byte) error {
		batch = append(batch, Result{info.ID, ordinal, append([]byte(nil), record...)})
		if len(batch) < DefaultMaxBatch {
			return nil
		}
		return flush()
	})
	if err != nil {
		return differ, err
	}
	return differ, flush()
}

// mergeAudited takes over which tasks were audited, but for those whose results differ.
func (s *Store) mergeAudited(from *Store, id sweeps.BlockID, differ map[uint64]bool) error {
	audited, err := from.Audited(id)
	if err != nil {
		return err
	}
	var all []Audit
	for o, ok := audited.NextSet(0); ok; o, ok = audited.NextSet(o + 1) {
		if !differ[o] {
			all = append(all, Audit{Block: id, Ordinal: o})
		}
	}
	for some := range slices.Chunk(all, DefaultMaxBatch) {
		if err := s.PutAudits(some, "", nil); err != nil {
			return err
		}
	}
	return nil
}
