package store

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// TestBitmapAgainstMap compares a bitmap with a map over random operations.
func TestBitmapAgainstMap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64Range(1, 3*ChunkTasks).Draw(t, "n")
		b, want := NewBitmap(n), map[uint64]bool{}
		for range rapid.IntRange(0, 40).Draw(t, "ops") {
			lo := rapid.Uint64Range(0, n-1).Draw(t, "lo")
			hi := min(n, lo+rapid.SampledFrom([]uint64{1, 1, 64, 200, ChunkTasks}).Draw(t, "run"))
			clear := rapid.Bool().Draw(t, "clear")
			for i := lo; i < hi; i++ {
				if clear {
					if b.Clear(i) != want[i] {
						t.Fatalf("Clear(%d)", i)
					}
					delete(want, i)
				} else {
					if b.Set(i) == want[i] {
						t.Fatalf("Set(%d)", i)
					}
					want[i] = true
				}
			}
		}
		if b.Count() != uint64(len(want)) || b.Full() != (uint64(len(want)) == n) {
			t.Fatalf("count %d, want %d", b.Count(), len(want))
		}
		c := b.Clone()
		i, ok := c.NextSet(0)
		for j := range n {
			if c.Has(j) != want[j] {
				t.Fatalf("Has(%d) = %v", j, c.Has(j))
			}
			if want[j] {
				if !ok || i != j {
					t.Fatalf("NextSet gives %d %v, want %d", i, ok, j)
				}
				i, ok = c.NextSet(j + 1)
			}
		}
		if ok {
			t.Fatalf("NextSet gives %d beyond the last", i)
		}
		from := rapid.Uint64Range(0, n).Draw(t, "from")
		i, ok = b.NextClear(from)
		for j := from; j < n; j++ {
			if !want[j] {
				if !ok || i != j {
					t.Fatalf("NextClear(%d) = %d %v, want %d", from, i, ok, j)
				}
				return
			}
		}
		if ok {
			t.Fatalf("NextClear(%d) = %d, want none", from, i)
		}
	})
}

// TestChunkCodec: every chunk comes back, and one filled in order stays small.
func TestChunkCodec(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var c chunk
		full := rapid.IntRange(0, chunkWords).Draw(t, "full")
		for i := range c[:full] {
			c[i] = ^uint64(0)
		}
		for i, w := range rapid.SliceOfN(rapid.Uint64(), 0, chunkWords-full).Draw(t, "words") {
			c[full+i] = w
		}
		data := c.encode()
		got, err := decodeChunk(data)
		if err != nil || *got != c {
			t.Fatalf("decode: %v", err)
		}
		if !bytes.Equal(got.encode(), data) {
			t.Fatal("a second encoding differs")
		}
	})
	var c chunk
	for i := range c[:300] {
		c[i] = ^uint64(0)
	}
	c[300] = 0xffff
	if n := len(c.encode()); n > 16 {
		t.Errorf("a chunk filled in order takes %d bytes", n)
	}
}

func FuzzDecodeChunk(f *testing.F) {
	var c chunk
	f.Add(c.encode())
	c[3], c[511] = 5, 9
	f.Add(c.encode())
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := decodeChunk(data)
		if err != nil {
			return
		}
		again, err := decodeChunk(c.encode())
		if err != nil || *again != *c {
			t.Fatal("a decoded chunk does not survive its own encoding")
		}
	})
}

func TestCountRange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := uint64(rapid.SampledFrom([]int{1, 63, 64, 65, 1000, ChunkTasks, 2*ChunkTasks + 77}).Draw(t, "tasks"))
		b := NewBitmap(n)
		ordinals := rapid.SliceOf(rapid.Uint64Range(0, n-1)).Draw(t, "set")
		for _, o := range ordinals {
			b.Set(o)
		}
		lo, hi := rapid.Uint64Range(0, n+70).Draw(t, "lo"), rapid.Uint64Range(0, n+70).Draw(t, "hi")
		want := uint64(0)
		for i := lo; i < hi; i++ {
			if b.Has(i) {
				want++
			}
		}
		if got := b.CountRange(lo, hi); got != want {
			t.Fatalf("%d of %d to %d, want %d", got, lo, hi, want)
		}
	})
}
