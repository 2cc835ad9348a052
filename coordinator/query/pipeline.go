package query

import (
	"context"
	"runtime"
	"sync"

	"gardner/sweeps"
)

// Reading, decoding and consuming overlap: one goroutine copies records from the
// store into pages, some decode and filter pages, and the caller consumes them in
// plan order. Pages bound the memory.

const (
	pageTasks = 512
	pageBytes = 256 << 10
)

// page is some tasks of a block on their way.
type page struct {
	sb      *scopeBlock
	block   int // index of sb in the scope
	reader  *Reader
	buf     []byte
	tasks   []pageTask
	parts   []pagePart
	rows    []pageRow
	derived []sweeps.Cell // arena of cells with derived ones behind them
	err     error
	ready   chan struct{}
}

type pageTask struct {
	ordinal uint64
	parts   int // end of its parts in page.parts
}

type pagePart struct{ from, end int }

// pageRow is a row that has passed the filter.
type pageRow struct {
	ordinal uint64
	row     int
	status  sweeps.Status
	cells   []sweeps.Cell
}

func (p *page) full() bool { return len(p.tasks) == pageTasks || len(p.buf) >= pageBytes }

// stream decodes all rows of the scope that pass and gives them to consume in
// plan order, page by page. after runs when a block has been consumed.
func (s *scope) stream(ctx context.Context, w *expression, consume func(p *page) error, after func(block int) error) error {
	for i := range s.blocks {
		reader, err := NewReader(s.src, s.blocks[i].plan, s.blocks[i].id)
		if err != nil {
			return err
		}
		if err := s.streamBlock(ctx, i, reader, w, consume); err != nil {
			return err
		}
		if err := after(i); err != nil {
			return err
		}
	}
	return nil
}

// streamBlock does so with the tasks that a block's reader gives.
func (s *scope) streamBlock(ctx context.Context, block int, reader *Reader, w *expression, consume func(p *page) error) error {
	sb := s.blocks[block]
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	workers := runtime.GOMAXPROCS(0)
	work := make(chan *page)
	ordered := make(chan *page, 2*workers)
	free := make(chan *page, 3*workers+2)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			d, f, c := newDecoder(reader), newEvaluator(w), s.newColumns()
			for p := range work {
				p.err = p.decode(d, f, c)
				close(p.ready)
			}
		})
	}
	wg.Go(func() {
		defer close(ordered)
		defer close(work)
		for {
			var p *page
			select {
			case p = <-free:
			default:
				p = &page{}
			}
			p.reset(sb, block, reader)
			p.err = p.fill()
			if len(p.tasks) == 0 && p.err == nil {
				return
			}
			select {
			case ordered <- p:
			case <-ctx.Done():
				return
			}
			if p.err != nil {
				close(p.ready)
				return
			}
			select {
			case work <- p:
			case <-ctx.Done():
				return
			}
		}
	})
	defer wg.Wait()
	defer cancel()
	for p := range ordered {
		select {
		case <-p.ready:
		case <-ctx.Done():
			return ctx.Err()
		}
		if p.err != nil {
			return p.err
		}
		if err := consume(p); err != nil {
			return err
		}
		select {
		case free <- p:
		default:
		}
	}
	return ctx.Err()
}

func (p *page) reset(sb *scopeBlock, block int, r *Reader) {
	p.sb, p.block, p.reader = sb, block, r
	p.buf, p.tasks, p.parts, p.rows = p.buf[:0], p.tasks[:0], p.parts[:0], p.rows[:0]
	p.derived = p.derived[:0]
	p.err, p.ready = nil, make(chan struct{})
}

// fill copies records until the page is full or the block ends.
func (p *page) fill() error {
	var parts []part
	for !p.full() {
		ordinal, got, ok, err := p.reader.nextTask(parts[:0])
		if err != nil || !ok {
			return err
		}
		parts = got
		for _, x := range parts {
			p.buf = append(p.buf, x.record...)
			p.parts = append(p.parts, pagePart{x.from, len(p.buf)})
		}
		p.tasks = append(p.tasks, pageTask{ordinal, len(p.parts)})
	}
	return nil
}

// decode finds the rows of the page's tasks that pass.
func (p *page) decode(d *decoder, f *evaluator, c *columns) error {
	part0, at := 0, 0
	var parts []part
	for _, t := range p.tasks {
		parts = parts[:0]
		for ; part0 < t.parts; part0++ {
			end := p.parts[part0].end
			parts = append(parts, part{p.parts[part0].from, p.buf[at:end]})
			at = end
		}
		if err := d.decode(t.ordinal, parts); err != nil {
			return err
		}
		if err := p.pick(d, f, c, t.ordinal); err != nil {
			return err
		}
	}
	return nil
}

func (p *page) pick(d *decoder, f *evaluator, c *columns, ordinal uint64) error {
	var outer sweeps.Point
	var replicate int
	if f.program != nil || len(c.derived) > 0 {
		outer, replicate = p.sb.plan.Outer(ordinal)
		if f.program != nil && !f.perRow {
			if ok, err := f.pass(outer, replicate, "", nil); err != nil || !ok {
				return err
			}
		}
	}
	for row, have := range d.have {
		if !have {
			continue
		}
		r := &d.rows[row]
		cells := r.Cells
		if len(c.derived) > 0 {
			var err error
			if cells, p.derived, err = c.extend(p.derived, p.sb.plan.At(outer, row), replicate, r.Status.String(), cells); err != nil {
				return err
			}
		}
		if f.perRow {
			ok, err := f.pass(p.sb.plan.At(outer, row), replicate, r.Status.String(), cells)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
		}
		p.rows = append(p.rows, pageRow{ordinal, row, r.Status, cells})
	}
	return nil
}
