package query

import (
	"context"
	"fmt"

	"gardner/coordinator/store"
	"gardner/sweeps"
)

// Source is where sweeps and results are read: a *store.Store, or a test's twin.
type Source interface {
	Sweep(name string) (store.SweepRecord, error)
	Block(id sweeps.BlockID) (*sweeps.Block, error)
	Blocks() []store.BlockInfo
	Progress(id sweeps.BlockID) (*store.Bitmap, error)
	Failures(id sweeps.BlockID) ([]store.Failure, error)
	Cursor(id sweeps.BlockID, from uint64) (*store.Cursor, error)
	Numerics(id sweeps.BlockID) ([]string, error)
	Get(id sweeps.BlockID, ordinal uint64) (record []byte, ok bool, err error)
}

// Reader reads the rows of one block in plan order, wherever they were computed:
// the block's own record of a task comes first, and rows it does not cover are
// looked up in the blocks that overlap. Not safe for concurrent use.
type Reader struct {
	src    Source
	plan   *sweeps.Plan
	id     sweeps.BlockID
	own    *store.Cursor
	others []*other
	todo   *store.Bitmap // tasks that may have rows; nil: those the own cursor gives
	next   uint64
	rows   int
	spans  []span // what is left to read, ascending
	begun  bool   // the first span has been gone to
}

// span is a range of tasks lo <= ordinal < hi.
type span struct{ lo, hi uint64 }

// other is a block that has some of the rows.
type other struct {
	id       sweeps.BlockID
	reuse    *sweeps.Reuse
	inner    []int // row here -> row there, or -1
	rows     int   // rows of a task there
	progress *store.Bitmap
	look     lookup
}

// part is one record of a task.
type part struct {
	from   int // 0: the block itself, i: others[i-1]
	record []byte
}

// NewReader prepares to read a block. Results that arrive later may or may not be
// seen.
func NewReader(src Source, plan *sweeps.Plan, id sweeps.BlockID) (*Reader, error) {
	r := &Reader{src: src, plan: plan, id: id, rows: plan.Rows(), spans: []span{{0, plan.Block.Tasks()}}}
	var err error
	if r.own, err = src.Cursor(id, 0); err != nil {
		return nil, err
	}
	for _, info := range src.Blocks() {
		if info.ID == id {
			continue
		}
		reuse, ok := sweeps.Overlap(plan.Block, info.Block)
		if !ok {
			continue
		}
		progress, err := src.Progress(info.ID)
		if err != nil {
			return nil, err
		}
		if progress.Count() == 0 {
			continue
		}
		r.others = append(r.others, &other{id: info.ID, reuse: reuse, inner: reuse.InnerMap(), rows: info.Block.Rows(),
			progress: progress, look: lookup{src: src, id: info.ID}})
	}
	if len(r.others) > 0 {
		return r, r.mark()
	}
	return r, nil
}

// mark collects the tasks that have a record anywhere. It walks the results of
// the overlapping blocks, not the tasks of this one, which may be pending by the
// million.
func (r *Reader) mark() error {
	own, err := r.src.Progress(r.id)
	if err != nil {
		return err
	}
	r.todo = own.Clone()
	for _, o := range r.others {
		for i, ok := o.progress.NextSet(0); ok; i, ok = o.progress.NextSet(i + 1) {
			if t, ok := o.reuse.Inverse(i); ok {
				r.todo.Set(t)
			}
		}
	}
	return nil
}

// ReadTask is a task as ForEachTask gives it.
type ReadTask struct {
	Ordinal   uint64
	Replicate int
	Outer     sweeps.Point
	Rows      []sweeps.Row // one per inner row
	Have      []bool       // which of Rows there are
}

// ForEachTask calls fn for every task that has at least one row, in plan order.
// The task is valid during the call.
func (r *Reader) ForEachTask(ctx context.Context, fn func(t *ReadTask) error) error {
	d := newDecoder(r)
	t := &ReadTask{}
	var parts []part
	for n := 0; ; n++ {
		if n%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		ordinal, got, ok, err := r.nextTask(parts[:0])
		if err != nil || !ok {
			return err
		}
		parts = got
		if err := d.decode(ordinal, parts); err != nil {
			return err
		}
		t.Ordinal, t.Rows, t.Have = ordinal, d.rows, d.have
		t.Outer, t.Replicate = r.plan.Outer(ordinal)
		if err := fn(t); err != nil {
			return err
		}
	}
}

// only restricts what is read to some spans. It is called before anything has been read.
func (r *Reader) only(spans []span) { r.spans = spans }

// within goes on to the span that an ordinal belongs to, if it is beyond the present one. read says that the ordinal's
// task shall be read; otherwise reading goes on at the returned ordinal; done, that there is nothing more.
func (r *Reader) within(ordinal uint64) (read bool, to uint64, done bool) {
	for len(r.spans) > 0 && ordinal >= r.spans[0].hi {
		r.spans = r.spans[1:]
	}
	if len(r.spans) == 0 {
		return false, 0, true
	}
	return ordinal >= r.spans[0].lo, r.spans[0].lo, false
}

// nextTask returns the records of the next task that has any. They are valid
// until the following call.
func (r *Reader) nextTask(parts []part) (ordinal uint64, _ []part, ok bool, err error) {
	if !r.begun && len(r.spans) > 0 {
		r.begun, r.next = true, r.spans[0].lo
		r.own.Seek(r.next)
	}
	for r.todo == nil {
		ordinal, record, ok, err := r.own.Next()
		if err != nil || !ok {
			return 0, parts, false, err
		}
		read, to, done := r.within(ordinal)
		switch {
		case done:
			return 0, parts, false, nil
		case read:
			return ordinal, append(parts, part{0, record}), true, nil
		}
		r.own.Seek(to)
	}
	for {
		ordinal, ok := r.todo.NextSet(r.next)
		if !ok {
			return 0, parts, false, nil
		}
		read, to, done := r.within(ordinal)
		if done {
			return 0, parts, false, nil
		}
		if !read {
			r.next = to
			continue
		}
		r.next = ordinal + 1
		parts = parts[:0]
		complete := false
		r.own.Seek(ordinal)
		if at, record, ok, err := r.own.Next(); err != nil {
			return 0, parts, false, err
		} else if ok && at == ordinal {
			parts = append(parts, part{0, record})
			complete = coversAll(r.rows, record)
		} else if ok {
			r.own.Unread()
		}
		for i, o := range r.others {
			if complete {
				break
			}
			there, ok := o.reuse.Map(ordinal)
			if !ok || !o.progress.Has(there) {
				continue
			}
			record, ok, err := o.look.get(there)
			if err != nil {
				return 0, parts, false, err
			}
			if ok {
				parts = append(parts, part{i + 1, record})
				complete = o.reuse.Full() && coversAll(o.rows, record)
			}
		}
		if len(parts) > 0 {
			return ordinal, parts, true, nil
		}
	}
}

// coversAll reports whether a record holds all rows of its task.
func coversAll(rows int, record []byte) bool {
	mask, err := sweeps.RecordMask(rows, record)
	return err == nil && mask == nil
}

// decoder turns the records of a task into rows.
type decoder struct {
	r    *Reader
	rows []sweeps.Row
	have []bool
}

func newDecoder(r *Reader) *decoder {
	return &decoder{r: r, rows: make([]sweeps.Row, r.rows), have: make([]bool, r.rows)}
}

func (d *decoder) decode(ordinal uint64, parts []part) error {
	clear(d.have)
	for _, p := range parts {
		id, n := d.r.id, d.r.rows
		var inner []int
		if p.from > 0 {
			o := d.r.others[p.from-1]
			id, n, inner = o.id, o.rows, o.inner
		}
		mask, rows, err := sweeps.DecodeRecord(d.r.plan.Experiment, n, p.record)
		if err != nil {
			return fmt.Errorf("result of task %s:%d (read from block %s): %w", d.r.id.Short(), ordinal, id.Short(), err)
		}
		if inner == nil {
			for i := range rows {
				at := i
				if mask != nil {
					at = mask[i]
				}
				d.rows[at], d.have[at] = rows[i], true
			}
			continue
		}
		where := make([]int, n) // row there -> position in rows + 1
		for i := range rows {
			if mask == nil {
				where[i] = i + 1
			} else {
				where[mask[i]] = i + 1
			}
		}
		for at, there := range inner {
			if there >= 0 && where[there] > 0 && !d.have[at] {
				d.rows[at], d.have[at] = rows[where[there]-1], true
			}
		}
	}
	return nil
}

// lookup reads single results of a block that are asked for mostly in plan order:
// it follows with a cursor while the questions do, and asks singly when they jump.
type lookup struct {
	src    Source
	id     sweeps.BlockID
	cursor *store.Cursor
	last   uint64
	near   int // questions in a row that were a short way ahead
}

const (
	lookupNear = 64 // a cursor passes so many records rather than asking anew
	lookupRun  = 16 // questions in order before a cursor is worth its page
)

func (l *lookup) get(ordinal uint64) (record []byte, ok bool, err error) {
	ahead := ordinal > l.last && ordinal-l.last <= lookupNear
	l.last = ordinal
	if !ahead {
		l.near, l.cursor = 0, nil
	} else {
		l.near++
	}
	if l.cursor == nil {
		if l.near < lookupRun {
			return l.src.Get(l.id, ordinal)
		}
		if l.cursor, err = l.src.Cursor(l.id, ordinal); err != nil {
			return nil, false, err
		}
	}
	l.cursor.Seek(ordinal)
	at, record, ok, err := l.cursor.Next()
	if err != nil || !ok || at == ordinal {
		return record, ok && at == ordinal, err
	}
	l.cursor.Unread()
	return nil, false, nil
}
