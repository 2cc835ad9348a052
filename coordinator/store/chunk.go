package store

import (
	"encoding/binary"
	"errors"
)

// A bitmap chunk on disk is its 512 little-endian words without the run of full
// words at its start and the run of empty words at its end:
//
//	uvarint number of full words | uvarint number of middle words | middle words
//
// Tasks finish roughly in plan order, so a chunk being filled costs tens of bytes
// of a commit instead of 4 KiB in two pages.

var errChunk = errors.New("malformed bitmap chunk")

func (c *chunk) encode() []byte {
	lo, hi := 0, chunkWords
	for lo < chunkWords && c[lo] == ^uint64(0) {
		lo++
	}
	for hi > lo && c[hi-1] == 0 {
		hi--
	}
	dst := binary.AppendUvarint(nil, uint64(lo))
	dst = binary.AppendUvarint(dst, uint64(hi-lo))
	for _, w := range c[lo:hi] {
		dst = binary.LittleEndian.AppendUint64(dst, w)
	}
	return dst
}

func decodeChunk(src []byte) (*chunk, error) {
	full, n := binary.Uvarint(src)
	if n <= 0 || full > chunkWords {
		return nil, errChunk
	}
	src = src[n:]
	mid, n := binary.Uvarint(src)
	if n <= 0 || mid > chunkWords-full || uint64(len(src)-n) != 8*mid {
		return nil, errChunk
	}
	src = src[n:]
	c := new(chunk)
	for i := range c[:full] {
		c[i] = ^uint64(0)
	}
	for i := range mid {
		c[full+i] = binary.LittleEndian.Uint64(src[8*i:])
	}
	return c, nil
}

// trimmed reports whether all bits from limit on are zero (limit <= ChunkTasks).
func (c *chunk) trimmed(limit uint64) bool {
	if limit >= ChunkTasks {
		return true
	}
	if c[limit/64]>>(limit%64) != 0 {
		return false
	}
	for _, w := range c[limit/64+1:] {
		if w != 0 {
			return false
		}
	}
	return true
}
