package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"gardner/sweeps"
)

// Problem is something Verify found wrong.
type Problem struct {
	Block   sweeps.BlockID // zero if it concerns none
	Ordinal uint64
	Message string
}

// String names the task as commands do: 5fe2a1b0:17.
func (p Problem) String() string {
	if p.Block == (sweeps.BlockID{}) {
		return p.Message
	}
	return fmt.Sprintf("%s:%d: %s", p.Block.Short(), p.Ordinal, p.Message)
}

// Verification is what Verify saw. It is in order if there are no Problems.
type Verification struct {
	Blocks   int
	Results  uint64
	Bytes    uint64 // of records
	Failures int
	Problems []Problem // the first maxProblems
	More     int       // further ones
}

const maxProblems = 100

func (v *Verification) add(id sweeps.BlockID, ordinal uint64, format string, args ...any) {
	if len(v.Problems) == maxProblems {
		v.More++
		return
	}
	v.Problems = append(v.Problems, Problem{id, ordinal, fmt.Sprintf(format, args...)})
}

// Verify reads everything: it checks every checksum, rebuilds each block's bitmap
// from its results and compares it with the persisted one, looks for results and
// progress of no block, and calls check, if not nil, on every record so that the
// caller can decode it. It may run while results arrive. The error is for what
// stopped the verification; damage is in the report.
func (s *Store) Verify(ctx context.Context, check func(b *sweeps.Block, ordinal uint64, record []byte) error) (*Verification, error) {
	v := &Verification{}
	known := map[uint32]bool{}
	for _, info := range s.Blocks() {
		st, err := s.state(info.ID)
		if err != nil {
			return v, err
		}
		known[st.seq] = true
		v.Blocks++
		if err := s.verifyBlock(ctx, v, st, check); err != nil {
			return v, err
		}
	}
	for _, bucket := range [][]byte{bucketResults, bucketProgress, bucketFailures, bucketAudited} {
		if err := s.verifyOwners(v, bucket, known); err != nil {
			return v, err
		}
	}
	if err := s.verifyData(v); err != nil {
		return v, err
	}
	err := s.eachRevision(func(rec *SweepRecord) {
		for _, id := range rec.Blocks {
			if _, err := s.state(id); err != nil {
				v.add(id, 0, "sweep %s needs this block, which is not stored", rec.Name)
			}
		}
	})
	return v, err
}

// verifyBlock compares chunk by chunk, each in one transaction so that results
// that arrive meanwhile do no harm.
func (s *Store) verifyBlock(ctx context.Context, v *Verification, st *blockState, check func(*sweeps.Block, uint64, []byte) error) error {
	type checked struct {
		ordinal uint64
		lo, hi  int
	}
	var buf []byte
	var records []checked
	failures, err := s.Failures(st.id)
	if err != nil {
		v.add(st.id, 0, "%v", err)
	}
	v.Failures += len(failures)
	if err := s.verifyAudited(v, st); err != nil {
		v.add(st.id, 0, "%v", err)
	}
	chunks := uint32((st.tasks + ChunkTasks - 1) / ChunkTasks)
	for i := uint32(0); i < chunks; i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		buf, records = buf[:0], records[:0]
		skipTo := chunks
		err := s.view(func(tx *bolt.Tx) error {
			key := chunkKey(st.seq, i)
			persisted, rebuilt := new(chunk), new(chunk)
			if data := tx.Bucket(bucketProgress).Get(key); data != nil {
				_, c, err := openChunk(key, data, st.tasks)
				if err != nil {
					v.add(st.id, uint64(i)*ChunkTasks, "progress: %v", err)
					c = new(chunk)
				}
				persisted = c
			}
			lo := taskKey(nil, st.seq, uint64(i)*ChunkTasks)
			c := tx.Bucket(bucketResults).Cursor()
			k, val := c.Seek(lo)
			for ; bytes.HasPrefix(k, lo[:4]); k, val = c.Next() {
				o, ok := ordinalOf(k)
				if !ok || o/ChunkTasks != uint64(i) {
					break
				}
				rebuilt[o%ChunkTasks/64] |= 1 << (o % 64)
				payload, sound := unseal(k, val)
				if !sound {
					v.add(st.id, o, "the record's checksum differs")
					continue
				}
				v.Results++
				v.Bytes += uint64(len(payload))
				if check != nil {
					records = append(records, checked{o, len(buf), len(buf) + len(payload)})
					buf = append(buf, payload...)
				}
			}
			compareChunks(v, st, uint64(i)*ChunkTasks, persisted, rebuilt)
			skipTo = nextChunk(tx, st, i, chunks)
			return nil
		})
		if err != nil {
			v.add(st.id, uint64(i)*ChunkTasks, "%v", err)
			skipTo = i + 1
		}
		for _, r := range records {
			if err := check(st.block, r.ordinal, buf[r.lo:r.hi]); err != nil {
				v.add(st.id, r.ordinal, "%v", err)
			}
		}
		i = skipTo - 1
	}
	return nil
}

// nextChunk finds the next chunk after i that has results or progress.
func nextChunk(tx *bolt.Tx, st *blockState, i, chunks uint32) uint32 {
	next := chunks
	prefix := chunkKey(st.seq, i)[:4]
	k, _ := tx.Bucket(bucketProgress).Cursor().Seek(chunkKey(st.seq, i+1))
	if bytes.HasPrefix(k, prefix) && len(k) == 8 {
		next = min(next, binary.BigEndian.Uint32(k[4:]))
	}
	k, _ = tx.Bucket(bucketResults).Cursor().Seek(taskKey(nil, st.seq, uint64(i+1)*ChunkTasks))
	if o, ok := ordinalOf(k); ok && bytes.HasPrefix(k, prefix) {
		next = min(next, uint32(o/ChunkTasks))
	}
	return next
}

func compareChunks(v *Verification, st *blockState, base uint64, persisted, rebuilt *chunk) {
	for w := range persisted {
		diff := persisted[w] ^ rebuilt[w]
		for b := uint64(0); diff != 0; b, diff = b+1, diff>>1 {
			if diff&1 == 0 {
				continue
			}
			o := base + uint64(w)*64 + b
			if persisted[w]>>b&1 != 0 {
				v.add(st.id, o, "progress says it is done, but it has no result")
			} else {
				v.add(st.id, o, "it has a result, but progress says it is not done")
			}
		}
	}
}

// verifyOwners looks for keys of no block by jumping from block to block.
func (s *Store) verifyOwners(v *Verification, bucket []byte, known map[uint32]bool) error {
	return s.view(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucket)
		if b == nil {
			return nil // of a later schema than the file's
		}
		c := b.Cursor()
		k, _ := c.First()
		for k != nil {
			if len(k) < 4 {
				v.add(sweeps.BlockID{}, 0, "%s: malformed key %x", bucket, k)
				k, _ = c.Next()
				continue
			}
			seq := binary.BigEndian.Uint32(k)
			if !known[seq] && !s.knows(seq) {
				v.add(sweeps.BlockID{}, 0, "%s: keys of block number %d, which is not stored", bucket, seq)
			}
			if seq == 1<<32-1 {
				break
			}
			k, _ = c.Seek(taskKey(nil, seq+1, 0)[:4])
		}
		return nil
	})
}

// knows also finds blocks that arrived during the verification.
func (s *Store) knows(seq uint32) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, st := range s.order {
		if st.seq == seq {
			return true
		}
	}
	return false
}
