package scheduler

import (
	"cmp"
	"math"
	"slices"
)

// order is how the tasks of each replicate are handed out if an experiment declares costs: in chunks of neighbours, the
// costliest chunk first, so that the last leases of a sweep are short ones; chunks of about equal cost stay in plan order. Keys know nothing of it. A nil order is plan
// order.
type order struct {
	per, chunk uint64   // tasks of a replicate, of a chunk
	sorted     []uint32 // chunks, the costliest first
	rank       []uint32 // its inverse
	ends       []uint64 // chunk -> end of the chunks that follow it in plan order and in this one
	short      uint64   // rank of the last chunk, which lacks missing tasks
	missing    uint64
}

const (
	maxChunks = 512
	evenCosts = 1.2 // costs within about this factor are equal
)

func newOrder(b *block) *order {
	per := b.block.PerReplicate()
	if b.cost == nil || per < 2 {
		return nil
	}
	o := &order{per: per, chunk: (per + maxChunks - 1) / maxChunks}
	n := (per + o.chunk - 1) / o.chunk
	costs := make([]float64, n)
	for c := range n {
		lo, hi := c*o.chunk, min((c+1)*o.chunk, per)-1
		for _, at := range []uint64{lo, (lo + hi) / 2, hi} {
			costs[c] = max(costs[c], b.units(at))
		}
		o.sorted = append(o.sorted, uint32(c))
	}
	for c := range costs {
		costs[c] = math.Floor(math.Log(costs[c]) / math.Log(evenCosts))
	}
	slices.SortStableFunc(o.sorted, func(x, y uint32) int { return cmp.Compare(costs[y], costs[x]) })
	if slices.IsSorted(o.sorted) {
		return nil // plan order
	}
	o.rank = make([]uint32, n)
	for k, c := range o.sorted {
		o.rank[c] = uint32(k)
	}
	o.ends = make([]uint64, n)
	for c := n; c > 0; c-- {
		o.ends[c-1] = min(c*o.chunk, per)
		if c < n && o.rank[c] == o.rank[c-1]+1 {
			o.ends[c-1] = o.ends[c]
		}
	}
	o.short, o.missing = uint64(o.rank[n-1]), n*o.chunk-per
	return o
}

// position is when a task's turn is.
func (o *order) position(ordinal uint64) uint64 {
	if o == nil {
		return ordinal
	}
	r := ordinal % o.per
	k := uint64(o.rank[r/o.chunk])
	at := ordinal - r + k*o.chunk + r%o.chunk
	if k > o.short {
		at -= o.missing
	}
	return at
}

// ordinal is the inverse of position.
func (o *order) ordinal(position uint64) uint64 {
	if o == nil {
		return position
	}
	p := position % o.per
	first := position - p
	if p >= (o.short+1)*o.chunk-o.missing {
		p += o.missing
	}
	return first + uint64(o.sorted[p/o.chunk])*o.chunk + p%o.chunk
}

// end returns the end of the run of neighbours, in plan order too, that a task is in.
func (o *order) end(ordinal, tasks uint64) uint64 {
	if o == nil {
		return tasks
	}
	r := ordinal % o.per
	return ordinal - r + o.ends[r/o.chunk]
}

// nextPending returns the first task from a position on that is not out, and its position.
func (b *block) nextPending(position uint64) (ordinal, at uint64, ok bool) {
	for position < b.tasks {
		o := b.order.ordinal(position)
		end := b.order.end(o, b.tasks)
		if n, ok := b.out.NextClear(o); ok && n < end {
			return n, position + n - o, true
		}
		position += end - o
	}
	return 0, 0, false
}
