package store

import (
	"encoding/binary"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"gardner/sweeps"
)

// BlockInfo is a stored block.
type BlockInfo struct {
	ID      sweeps.BlockID
	Seq     uint32 // order of arrival, from 1
	Block   *sweeps.Block
	Created time.Time
}

// MaxTasks bounds the tasks of one block, and with it the memory of its bitmap.
const MaxTasks = 1 << 36

const blockHead = 12 // sequence, created

func encodeBlockState(seq uint32, created time.Time, b *sweeps.Block) []byte {
	v := binary.BigEndian.AppendUint32(nil, seq)
	v = binary.BigEndian.AppendUint64(v, uint64(created.UnixNano()))
	return append(v, b.Encode()...)
}

func decodeBlockState(k, v []byte) (*blockState, error) {
	if len(v) < blockHead || len(k) != len(sweeps.BlockID{}) {
		return nil, fmt.Errorf("block %x has a short record", k)
	}
	b, err := sweeps.DecodeBlock(append([]byte(nil), v[blockHead:]...))
	if err != nil {
		return nil, fmt.Errorf("block %x: %w", k, err)
	}
	st := &blockState{id: sweeps.BlockID(k), seq: binary.BigEndian.Uint32(v), tasks: b.Tasks(), block: b,
		created: time.Unix(0, int64(binary.BigEndian.Uint64(v[4:])))}
	if b.ID() != st.id {
		return nil, fmt.Errorf("block %x does not hash to its id", k)
	}
	return st, nil
}

// AddBlock stores a block and returns its id once that is durable. Adding a
// stored block again changes nothing.
func (s *Store) AddBlock(b *sweeps.Block) (sweeps.BlockID, error) {
	id := b.ID()
	if _, err := s.state(id); err == nil {
		return id, nil
	}
	if n := b.Tasks(); n > MaxTasks {
		return id, fmt.Errorf("block %s has %d tasks, more than %d; split the sweep", id.Short(), n, uint64(MaxTasks))
	}
	var st *blockState
	err := s.do(func(tx *bolt.Tx) error {
		st = nil
		bucket := tx.Bucket(bucketBlocks)
		if bucket.Get(id[:]) != nil {
			return nil
		}
		seq, err := bucket.NextSequence()
		if err != nil {
			return err
		}
		if seq >= 1<<32 {
			return fmt.Errorf("the database holds %d blocks, as many as it can", seq-1)
		}
		v := encodeBlockState(uint32(seq), time.Now(), b)
		if err := bucket.Put(id[:], v); err != nil {
			return err
		}
		st, err = decodeBlockState(id[:], v)
		return err
	}, func() {
		if st != nil {
			st.done, st.numerics = NewBitmap(st.tasks), map[string]bool{}
			s.addState(st)
		}
	})
	return id, err
}

// Blocks lists the stored blocks in order of arrival.
func (s *Store) Blocks() []BlockInfo {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make([]BlockInfo, len(s.order))
	for i, st := range s.order {
		out[i] = BlockInfo{ID: st.id, Seq: st.seq, Block: st.block, Created: st.created}
	}
	return out
}

// Block returns a stored block; errors.Is(err, ErrUnknownBlock) if there is none.
func (s *Store) Block(id sweeps.BlockID) (*sweeps.Block, error) {
	st, err := s.state(id)
	if err != nil {
		return nil, err
	}
	return st.block, nil
}
