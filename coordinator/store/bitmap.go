package store

import "math/bits"

// ChunkTasks is how many tasks one 4 KiB chunk of a bitmap covers.
const ChunkTasks = 4096 * 8

const chunkWords = ChunkTasks / 64

type chunk [chunkWords]uint64

// Bitmap is a set of task ordinals 0 <= i < Len of one block. Chunks of 4 KiB
// exist once a bit in them is set, so a pending block of any size costs nearly
// nothing and a full one a bit a task. Not safe for concurrent use.
type Bitmap struct {
	n      uint64
	count  uint64
	chunks []*chunk
}

// NewBitmap returns the empty set over n tasks.
func NewBitmap(n uint64) *Bitmap {
	return &Bitmap{n: n, chunks: make([]*chunk, (n+ChunkTasks-1)/ChunkTasks)}
}

// Len is the number of tasks; Count how many are in the set.
func (b *Bitmap) Len() uint64 { return b.n }

// Count is the number of tasks in the set.
func (b *Bitmap) Count() uint64 { return b.count }

// Full reports whether every task is in the set.
func (b *Bitmap) Full() bool { return b.count == b.n }

// Has reports whether task i is in the set; false outside 0..Len-1.
func (b *Bitmap) Has(i uint64) bool {
	if i >= b.n {
		return false
	}
	c := b.chunks[i/ChunkTasks]
	return c != nil && c[i%ChunkTasks/64]>>(i%64)&1 != 0
}

// Set puts task i into the set and reports whether it is new. It panics when i >= Len.
func (b *Bitmap) Set(i uint64) bool {
	if i >= b.n {
		panic("store: bitmap index out of range")
	}
	c := b.chunks[i/ChunkTasks]
	if c == nil {
		c = new(chunk)
		b.chunks[i/ChunkTasks] = c
	}
	w, m := &c[i%ChunkTasks/64], uint64(1)<<(i%64)
	if *w&m != 0 {
		return false
	}
	*w |= m
	b.count++
	return true
}

// Clear takes task i out of the set and reports whether it was there.
func (b *Bitmap) Clear(i uint64) bool {
	if !b.Has(i) {
		return false
	}
	b.chunks[i/ChunkTasks][i%ChunkTasks/64] &^= 1 << (i % 64)
	b.count--
	return true
}

// NextClear returns the first ordinal >= from that is not in the set.
func (b *Bitmap) NextClear(from uint64) (uint64, bool) {
	for i := from; i < b.n; {
		c := b.chunks[i/ChunkTasks]
		if c == nil {
			return i, true
		}
		if w := ^c[i%ChunkTasks/64] >> (i % 64); w != 0 {
			i += uint64(bits.TrailingZeros64(w))
			return i, i < b.n
		}
		i = i/64*64 + 64
	}
	return 0, false
}

// NextSet returns the first ordinal >= from that is in the set.
func (b *Bitmap) NextSet(from uint64) (uint64, bool) {
	for i := from; i < b.n; {
		c := b.chunks[i/ChunkTasks]
		if c == nil {
			i = i/ChunkTasks*ChunkTasks + ChunkTasks
			continue
		}
		if w := c[i%ChunkTasks/64] >> (i % 64); w != 0 {
			return i + uint64(bits.TrailingZeros64(w)), true
		}
		i = i/64*64 + 64
	}
	return 0, false
}

// Clone returns an independent copy.
func (b *Bitmap) Clone() *Bitmap {
	out := &Bitmap{n: b.n, count: b.count, chunks: make([]*chunk, len(b.chunks))}
	for i, c := range b.chunks {
		if c != nil {
			cc := *c
			out.chunks[i] = &cc
		}
	}
	return out
}

// setChunk replaces chunk i; bits beyond Len must be zero.
func (b *Bitmap) setChunk(i int, c *chunk) {
	if old := b.chunks[i]; old != nil {
		b.count -= old.count()
	}
	b.chunks[i] = c
	b.count += c.count()
}

func (c *chunk) count() (n uint64) {
	for _, w := range c {
		n += uint64(bits.OnesCount64(w))
	}
	return n
}

// CountRange returns how many tasks lo <= i < hi are in the set.
func (b *Bitmap) CountRange(lo, hi uint64) (n uint64) {
	hi = min(hi, b.n)
	for i := lo; i < hi; {
		end := min(hi, i/ChunkTasks*ChunkTasks+ChunkTasks)
		c := b.chunks[i/ChunkTasks]
		if c == nil {
			i = end
			continue
		}
		for i < end {
			w := c[i%ChunkTasks/64] >> (i % 64)
			step := min(64-i%64, end-i)
			if step < 64 {
				w &= 1<<step - 1
			}
			n += uint64(bits.OnesCount64(w))
			i += step
		}
	}
	return n
}
