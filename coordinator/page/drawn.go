package page

import (
	"context"
	"html/template"
	"sync"
	"time"
)

// drawn keeps the last drawings by what was asked for, so that all who look at the same see one, drawn once.
type drawn struct {
	mu   sync.Mutex // guards kept and clock
	kept map[string]*drawing
}

// drawing is a figure or a table as it was at some progress.
type drawing struct {
	mu       sync.Mutex // held while drawing; guards the rest
	progress string     // what the sweep had when it was drawn
	html     template.HTML
	err      error
	took     time.Duration
	ended    time.Time
	used     time.Time
}

const (
	maxDrawings = 64
	// A drawing may take this share of the time.
	restFactor = 9
)

func newDrawn() *drawn { return &drawn{kept: map[string]*drawing{}} }

// at returns the drawing of that key, by draw if there is none or if results have come since and it has rested long
// enough for what it costs.
func (d *drawn) at(ctx context.Context, key, progress string, draw func(context.Context) (template.HTML, error)) (template.HTML, error) {
	x := d.find(key)
	x.mu.Lock()
	defer x.mu.Unlock()
	now := time.Now()
	if x.progress == progress && x.err == nil || x.progress != "" && now.Sub(x.ended) < restFactor*x.took {
		return x.html, x.err
	}
	html, err := draw(ctx)
	if ctx.Err() != nil {
		return x.html, ctx.Err() // this visitor left: the next draws
	}
	x.progress, x.html, x.err, x.ended = progress, html, err, time.Now()
	x.took = x.ended.Sub(now)
	return html, err
}

func (d *drawn) find(key string) *drawing {
	d.mu.Lock()
	defer d.mu.Unlock()
	x := d.kept[key]
	if x == nil {
		x = &drawing{}
		if len(d.kept) >= maxDrawings {
			d.forgetOldest()
		}
		d.kept[key] = x
	}
	x.used = time.Now()
	return x
}

func (d *drawn) forgetOldest() {
	oldest := ""
	for k, x := range d.kept {
		if oldest == "" || x.used.Before(d.kept[oldest].used) {
			oldest = k
		}
	}
	delete(d.kept, oldest)
}
