package query

import (
	"encoding/binary"
	"math"
)

// A partial aggregate on disk: for each group in the order of the codes, its counts,
// points, accumulators and bins. Whole numbers are varints, numbers eight bytes.

func putUint(dst []byte, n uint64) []byte { return binary.AppendUvarint(dst, n) }
func putInt(dst []byte, n int64) []byte   { return binary.AppendVarint(dst, n) }
func putNum(dst []byte, x float64) []byte {
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(x))
}
func putBool(dst []byte, yes bool) []byte {
	if yes {
		return append(dst, 1)
	}
	return append(dst, 0)
}

func putNums(dst []byte, xs []float64) []byte {
	dst = putUint(dst, uint64(len(xs)))
	for _, x := range xs {
		dst = putNum(dst, x)
	}
	return dst
}

// partReader reads what the put functions wrote. After a fault it gives zeros.
type partReader struct {
	src  []byte
	fail bool
}

func (r *partReader) uint() uint64 {
	n, size := binary.Uvarint(r.src)
	return n & r.step(size)
}

func (r *partReader) int() int64 {
	n, size := binary.Varint(r.src)
	return n & int64(r.step(size))
}

// step goes on by size bytes and returns all ones, or zero after a fault.
func (r *partReader) step(size int) uint64 {
	if size <= 0 || size > len(r.src) {
		r.fail, r.src = true, nil
		return 0
	}
	r.src = r.src[size:]
	return ^uint64(0)
}

func (r *partReader) num() float64 {
	if len(r.src) < 8 {
		r.step(0)
		return 0
	}
	x := math.Float64frombits(binary.LittleEndian.Uint64(r.src))
	r.step(8)
	return x
}

func (r *partReader) bool() bool {
	if len(r.src) == 0 {
		r.step(0)
		return false
	}
	b := r.src[0]
	r.step(1)
	return b != 0
}

// length is the number of things that follow, each of at least size bytes.
func (r *partReader) length(size int) int {
	n := r.uint()
	if n > uint64(len(r.src)/size) {
		r.step(0)
		return 0
	}
	return int(n)
}

func (r *partReader) nums() []float64 {
	n := r.length(8)
	if n == 0 {
		return nil
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = r.num()
	}
	return out
}

func (a *numberAcc) encode(dst []byte) []byte {
	dst = putInt(dst, a.m.n)
	if a.m.n == 0 {
		return dst
	}
	for _, x := range []float64{a.m.sum, a.m.rest, a.m.mean, a.m.m2, a.m.minV, a.m.maxV} {
		dst = putNum(dst, x)
	}
	dst = putUint(dst, uint64(len(a.q.levels)))
	for l := range a.q.levels {
		dst = putNums(putBool(dst, a.q.odd[l]), a.q.levels[l])
	}
	return dst
}

func (a *numberAcc) decode(r *partReader) {
	if a.m.n = r.int(); a.m.n == 0 {
		return
	}
	for _, x := range []*float64{&a.m.sum, &a.m.rest, &a.m.mean, &a.m.m2, &a.m.minV, &a.m.maxV} {
		*x = r.num()
	}
	for range r.length(2) {
		a.q.odd = append(a.q.odd, r.bool())
		a.q.levels = append(a.q.levels, r.nums())
	}
}

func (a *countAcc) encode(dst []byte) []byte {
	return putNum(putNum(putInt(putInt(putInt(dst, a.n), a.k), a.trials), a.min), a.max)
}

func (a *countAcc) decode(r *partReader) {
	a.n, a.k, a.trials, a.min, a.max = r.int(), r.int(), r.int(), r.num(), r.num()
}

func (a *vectorAcc) encode(dst []byte) []byte {
	dst = putUint(dst, uint64(len(a.elements)))
	for i := range a.elements {
		dst = a.elements[i].encode(dst)
	}
	return dst
}

func (a *vectorAcc) decode(r *partReader) {
	for range r.length(1) {
		x := numberAcc{q: quantile{k: a.exact}}
		x.decode(r)
		a.elements = append(a.elements, x)
	}
}

func (a *histogramAcc) encode(dst []byte) []byte {
	return putNums(putInt(putInt(dst, a.n), a.samples), a.bins)
}

func (a *histogramAcc) decode(r *partReader) {
	a.n, a.samples, a.bins = r.int(), r.int(), r.nums()
}

// encode writes all groups.
func (gs *groups) encode(dst []byte) []byte {
	dst = putUint(dst, uint64(len(gs.all)))
	last := uint64(0)
	for _, g := range gs.sorted() {
		dst = putUint(dst, g.code-last)
		last = g.code
		dst = putInt(putInt(putInt(dst, g.sound), g.infeasible), g.undefined)
		dst = putUint(putBool(dst, g.points.more), uint64(len(g.points.ids)))
		for _, id := range g.points.ids {
			dst = putUint(putUint(dst, id.outer), uint64(id.row))
		}
		for _, a := range g.accs {
			dst = a.encode(dst)
		}
		for _, bins := range g.bins {
			for _, b := range bins {
				dst = putNum(putNum(dst, b.sum), b.n)
			}
		}
	}
	return dst
}

// decodeGroups reads groups of a block's rows; ok is false if they are damaged.
func (a *aggregate) decodeGroups(src []byte, block int) (gs *groups, ok bool) {
	r := &partReader{src: src}
	gs = newGroups(a.grouping.total)
	code := uint64(0)
	for range r.length(1) {
		code += r.uint()
		if code >= a.grouping.total {
			return nil, false
		}
		g := gs.find(code, a.newGroup)
		g.sound, g.infeasible, g.undefined = r.int(), r.int(), r.int()
		g.points.more = r.bool()
		for range r.length(2) {
			g.points.ids = append(g.points.ids, pointID{block, r.uint(), int(r.uint())})
		}
		for _, acc := range g.accs {
			acc.decode(r)
		}
		for _, bins := range g.bins {
			for i := range bins {
				bins[i] = bin{r.num(), r.num()}
			}
		}
		if r.fail {
			return nil, false
		}
	}
	return gs, !r.fail && len(r.src) == 0
}
