package store

import (
	"bytes"
	"encoding/binary"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// readBitmap reads a block's persisted bitmap.
func (s *Store) readBitmap(tx *bolt.Tx, st *blockState) (*Bitmap, error) {
	return s.readChunks(tx, bucketProgress, st)
}

// readChunks reads a block's bitmap from one of the buckets that hold such.
func (s *Store) readChunks(tx *bolt.Tx, bucket []byte, st *blockState) (*Bitmap, error) {
	b := NewBitmap(st.tasks)
	in := tx.Bucket(bucket)
	if in == nil {
		return b, nil // of a later schema than the file's
	}
	prefix := chunkKey(st.seq, 0)[:4]
	c := in.Cursor()
	for k, v := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, v = c.Next() {
		index, bits, err := openChunk(k, v, st.tasks)
		if err != nil {
			return nil, &CorruptError{Path: s.path, Detail: fmt.Sprintf("%s of block %s: %v", bucket, st.id.Short(), err)}
		}
		b.setChunk(index, bits)
	}
	return b, nil
}

// openChunk checks and decodes one chunk of a bitmap.
func openChunk(k, v []byte, tasks uint64) (index int, bits *chunk, err error) {
	if len(k) != 8 {
		return 0, nil, errChunk
	}
	i := uint64(binary.BigEndian.Uint32(k[4:]))
	payload, ok := unseal(k, v)
	if !ok {
		return 0, nil, fmt.Errorf("chunk %d: checksum differs", i)
	}
	if i*ChunkTasks >= tasks {
		return 0, nil, fmt.Errorf("chunk %d lies beyond the block's %d tasks", i, tasks)
	}
	if bits, err = decodeChunk(payload); err != nil {
		return 0, nil, err
	}
	if !bits.trimmed(tasks - i*ChunkTasks) {
		return 0, nil, fmt.Errorf("chunk %d has tasks beyond the block's %d", i, tasks)
	}
	return int(i), bits, nil
}
