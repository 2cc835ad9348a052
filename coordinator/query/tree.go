package query

import (
	"context"
	"errors"

	"gardner/coordinator/store"
)

// A block's tasks are cut into leaves, which are read, and leaves are merged by
// treeFan at a time into nodes, up to one root. Each node is the aggregate of a fixed
// range of the plan. A node whose tasks all have their results never changes, so the
// largest such nodes are kept on disk: a query of a running sweep reads the leaves
// that are being filled and a few nodes, however many results there are.

const (
	leafTasks = 1 << 13 // tasks of a leaf, at least; see scope.leaf
	treeFan   = 8
	leafRows  = 8 // rows of a leaf for each group it may touch, at least: below, merging costs more than reading
)

// tree aggregates one block.
type tree struct {
	a      *aggregate
	block  int
	reader *Reader
	tasks  uint64
	leaf   uint64        // tasks of a leaf
	height int           // level of the root; leaves are level 0
	have   *store.Bitmap // tasks with a record
	failed []uint64      // quarantined tasks, ascending
	cache  *cache        // nil: none

	kept map[nodeID]bool // nodes that are taken from the cache

	ready   chan leafPart // leaves that have been read, in order; closed at the end
	readErr error         // why reading ended; set before ready is closed
	held    *leafPart     // one that was received before its turn
}

type nodeID struct {
	level int
	index uint64
}

// leafPart is a leaf's groups; one that has no rows does not come.
type leafPart struct {
	index uint64
	gs    *groups
}

// leafSize returns how many tasks of a block make a leaf of a query with so many groups. It follows from plan and query.
func leafSize(leaf, tasks uint64, rows int, total uint64) uint64 {
	if leaf != leafTasks {
		return leaf
	}
	size := leaf
	for size < tasks && float64(size)*float64(rows) < leafRows*float64(total) {
		size *= 2
	}
	return size
}

// collectBlock aggregates a block; nil if it has no rows.
func (a *aggregate) collectBlock(ctx context.Context, block int) (*groups, error) {
	gs, err := a.collectTree(ctx, block, true)
	if errors.Is(err, errStale) { // removed meanwhile, or damaged
		gs, err = a.collectTree(ctx, block, false)
	}
	return gs, err
}

func (a *aggregate) collectTree(ctx context.Context, block int, cached bool) (*groups, error) {
	t, err := a.newTree(block, cached)
	if err != nil {
		return nil, err
	}
	var spans []span
	t.plan(t.height, 0, &spans)
	t.reader.only(spans)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if len(spans) > 0 {
		go t.read(ctx)
	} else {
		close(t.ready)
	}
	gs, err := t.node(t.height, 0, false)
	cancel()
	for range t.ready { // wait for the reader to end
		continue
	}
	return gs, err
}

func (a *aggregate) newTree(block int, cached bool) (*tree, error) {
	sb := a.scope.blocks[block]
	reader, err := NewReader(a.scope.src, sb.plan, sb.id)
	if err != nil {
		return nil, err
	}
	t := &tree{a: a, block: block, reader: reader, tasks: sb.block.Tasks(), have: reader.todo, kept: map[nodeID]bool{}, ready: make(chan leafPart)}
	t.leaf = leafSize(a.scope.leaf, t.tasks, sb.plan.Rows(), a.grouping.total)
	for n := (t.tasks + t.leaf - 1) / t.leaf; n > 1; n = (n + treeFan - 1) / treeFan {
		t.height++
	}
	if t.have != nil {
		return t, nil // rows that lie under other blocks' keys come and go with those blocks: such a block is read
	}
	if t.have, err = a.scope.src.Progress(sb.id); err != nil {
		return nil, err
	}
	if cached && t.height > 0 {
		err = t.openCache()
	}
	return t, err
}

// openCache prepares the use of kept nodes.
func (t *tree) openCache() error {
	failures, err := t.a.scope.src.Failures(t.a.scope.blocks[t.block].id)
	if err != nil {
		return err
	}
	for _, f := range failures {
		if f.Quarantined {
			t.failed = append(t.failed, f.Ordinal)
		}
	}
	t.cache = t.a.openCache(t.block, t.leaf)
	return nil
}

// span returns a node's range of tasks.
func (t *tree) span(level int, index uint64) span {
	size := t.leaf
	for range level {
		size *= treeFan
	}
	return span{index * size, min((index+1)*size, t.tasks)}
}

// complete reports whether nothing more is to come in a range with n results.
func (t *tree) complete(s span, n uint64) bool {
	for _, f := range t.failed {
		if s.lo <= f && f < s.hi && !t.have.Has(f) {
			n++
		}
	}
	return n == s.hi-s.lo
}

// plan collects the ranges that must be read.
func (t *tree) plan(level int, index uint64, spans *[]span) {
	s := t.span(level, index)
	if s.lo >= s.hi {
		return
	}
	n := t.have.CountRange(s.lo, s.hi)
	switch {
	case n == 0:
	case t.cache.has(level, index, n):
		t.kept[nodeID{level, index}] = true
	case level > 0:
		for i := range uint64(treeFan) {
			t.plan(level-1, index*treeFan+i, spans)
		}
	case len(*spans) > 0 && (*spans)[len(*spans)-1].hi == s.lo:
		(*spans)[len(*spans)-1].hi = s.hi
	default:
		*spans = append(*spans, s)
	}
}

// node returns a node's groups, nil if it has none. above says that a node above it will be stored.
func (t *tree) node(level int, index uint64, above bool) (*groups, error) {
	s := t.span(level, index)
	if s.lo >= s.hi {
		return nil, nil
	}
	n := t.have.CountRange(s.lo, s.hi)
	if n == 0 {
		return nil, nil
	}
	if t.kept[nodeID{level, index}] {
		return t.cache.load(t.a, t.block, level, index)
	}
	store := t.cache != nil && !above && t.complete(s, n)
	var out *groups
	var err error
	if level == 0 {
		out, err = t.next(index)
	} else {
		for i := range uint64(treeFan) {
			var part *groups
			if part, err = t.node(level-1, index*treeFan+i, above || store); err != nil {
				break
			}
			switch {
			case part == nil:
			case out == nil:
				out = part
			default:
				out.merge(part)
			}
		}
	}
	if err != nil {
		return nil, err
	}
	if store {
		t.cache.store(level, index, n, out)
	}
	return out, nil
}

// next waits for a leaf; nil if none of its rows pass.
func (t *tree) next(index uint64) (*groups, error) {
	if t.held == nil {
		p, ok := <-t.ready
		if !ok {
			return nil, t.readErr
		}
		t.held = &p
	}
	if t.held.index != index {
		return nil, nil
	}
	gs := t.held.gs
	t.held = nil
	return gs, nil
}

// read turns the reader's rows into leaves.
func (t *tree) read(ctx context.Context) {
	defer close(t.ready)
	sb := t.a.scope.blocks[t.block]
	c := t.a.grouping.coder(sb)
	var clusterCoder *coder
	if t.a.clusters != nil {
		clusterCoder = t.a.clusters.grouping.coder(sb)
	}
	send := func(p leafPart) error {
		select {
		case t.ready <- p:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	var leaf leafPart
	err := t.a.scope.streamBlock(ctx, t.block, t.reader, t.a.where, func(p *page) error {
		task, code, bin := ^uint64(0), uint64(0), uint64(0)
		for i := range p.rows {
			r := &p.rows[i]
			if r.ordinal != task {
				task, code = r.ordinal, c.task(r.ordinal)
				if clusterCoder != nil {
					bin = clusterCoder.task(r.ordinal) % t.a.clusters.bins
				}
				if index := r.ordinal / t.leaf; leaf.gs == nil || index != leaf.index {
					if leaf.gs != nil {
						if err := send(leaf); err != nil {
							return err
						}
					}
					leaf = leafPart{index: index, gs: newGroups(t.a.grouping.total)}
				}
			}
			leaf.gs.find(code+c.inner[r.row], t.a.newGroup).add(t.a, r, pointID{t.block, r.ordinal % c.perRep, r.row}, bin)
		}
		return nil
	})
	if err == nil && leaf.gs != nil {
		err = send(leaf)
	}
	t.readErr = err
}
