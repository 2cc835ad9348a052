package figure

import (
	"math"

	"gonum.org/v1/plot/vg"
)

// layout is where everything goes.
type layout struct {
	panels   []*panel
	columns  int
	sharedX  bool // all panels have the figure's x axis
	sharedY  bool
	title    []string
	caption  []string
	entries  []entry
	rows     [][]placed // of a legend below the panels
	legend   box        // of a legend in one column: in a corner or at the right
	legendIn bool
}

// newLayout fixes the ranges of all axes and the number of columns.
func (g *page) newLayout(f *Figure) *layout {
	l := &layout{columns: f.Columns, sharedX: true, sharedY: true, entries: f.entries()}
	l.title = g.wrap(f.Title, g.base*1.125, g.width-2*g.margin)
	l.caption = g.wrap(f.Caption, g.small, g.width-2*g.margin)
	if n := len(f.Panels); l.columns <= 0 {
		switch wide := g.width >= 120*vg.Millimeter; {
		case n == 1 || (!wide && n <= 3):
			l.columns = 1
		case !wide || n == 2 || n == 4:
			l.columns = 2
		default:
			l.columns = 3
		}
	}
	l.columns = min(l.columns, len(f.Panels))
	sharedX, sharedY := newExtent(f.X.Log), newExtent(f.Y.Log)
	bars := false
	for i := range f.Panels {
		p := &panel{Panel: &f.Panels[i], x: f.X, y: f.Y}
		l.panels = append(l.panels, p)
		ex, ey := sharedX, sharedY
		if p.X != nil {
			p.x, l.sharedX, ex = *p.X, false, newExtent(p.X.Log)
		}
		if p.Y != nil {
			p.y, l.sharedY, ey = *p.Y, false, newExtent(p.Y.Log)
		}
		p.Panel.values(ex, ey)
		p.sx, p.sy = p.scales(ex, ey, len(p.Histograms) > 0)
		bars = bars || len(p.Histograms) > 0
	}
	for _, p := range l.panels { // again, now that shared ranges hold all panels
		if p.X == nil {
			p.sx, _ = p.scales(sharedX, sharedY, bars)
		}
		if p.Y == nil {
			_, p.sy = p.scales(sharedX, sharedY, bars)
		}
	}
	return l
}

func (p *panel) scales(ex, ey *extent, bars bool) (sx, sy scale) {
	if h := p.Heat; h != nil {
		return ex.scale(p.x, 0, false), ey.scale(p.y, 0, false)
	}
	sx, sy = ex.scale(p.x, 0.03, false), ey.scale(p.y, 0.05, true)
	if bars && !p.y.Log && !p.y.fixed() && sy.min > -0.06*sy.max {
		sy.min = 0 // bars stand on the axis
	}
	return sx, sy
}

// values adds what a panel shows to the ranges: all data; theory lines only a
// little beyond them, for they may diverge.
func (p *Panel) values(ex, ey *extent) {
	for _, s := range p.Series {
		for _, q := range s.Points {
			if math.IsNaN(q.Y) {
				continue
			}
			ex.add(q.X)
			ey.add(q.Y)
			if q.Err > 0 {
				ey.add(q.Y - q.Err)
				ey.add(q.Y + q.Err)
			}
		}
	}
	for _, h := range p.Histograms {
		for _, v := range h.Edges {
			ex.add(v)
		}
		for i, v := range h.Heights {
			ey.add(v)
			if h.Err != nil && h.Err[i] > 0 {
				ey.add(v + h.Err[i])
			}
		}
		ey.add(0)
	}
	if h := p.Heat; h != nil {
		xe, ye := cellEdges(h.X, ex.log), cellEdges(h.Y, ey.log)
		ex.add(xe[0])
		ex.add(xe[len(xe)-1])
		ey.add(ye[0])
		ey.add(ye[len(ye)-1])
	}
	for _, b := range p.Bands {
		for i := range b.X {
			ex.add(b.X[i])
			ey.add(b.Low[i])
			ey.add(b.High[i])
		}
	}
	alone := ey.empty()
	for _, l := range p.Lines {
		for i := range l.X {
			if math.IsNaN(l.Y[i]) || math.IsInf(l.Y[i], 0) {
				continue
			}
			if alone {
				ex.add(l.X[i])
				ey.add(l.Y[i])
			} else {
				ex.grow(l.X[i], 0.15)
			}
		}
	}
	if alone {
		return
	}
	most := *ey
	for _, l := range p.Lines {
		for i := range l.X {
			if l.X[i] >= ex.min && l.X[i] <= ex.max {
				e := most
				e.grow(l.Y[i], 0.15)
				ey.min, ey.max = math.Min(ey.min, e.min), math.Max(ey.max, e.max)
			}
		}
	}
}

// arrange places panels and legend, and fixes the height if it is free.
func (g *page) arrange(l *layout) {
	free := g.height == 0
	single := len(l.panels) == 1
	// First without a legend outside: a single panel may have a free corner.
	g.grid(l, 0, 0, free)
	for f := l.panels[0].frame; l.columns > 1 && f.x1-f.x0 < 7*g.base; f = l.panels[0].frame {
		l.columns-- // too narrow to read
		g.grid(l, 0, 0, free)
	}
	if len(l.entries) == 0 {
		return
	}
	w, h := g.legendSize(l.entries)
	if single {
		p := l.panels[0]
		if at, ok := g.corner(p, g.obstacles(p), w, h); ok {
			l.legend, l.legendIn = at, true
			return
		}
		if g.width >= 120*vg.Millimeter {
			g.grid(l, w+1.5*g.base, 0, free)
			x := g.width - g.margin - w
			l.legend = box{x, p.frame.y1 - h, x + w, p.frame.y1}
			return
		}
	}
	l.rows = g.legendRows(l.entries, g.width-2*g.margin)
	g.grid(l, 0, g.rowHeight()*vg.Length(len(l.rows))+0.6*g.base, free)
}

// grid places the frames of all panels, leaving room at the right and below.
func (g *page) grid(l *layout, atRight, below vg.Length, free bool) {
	n, columns := len(l.panels), l.columns
	rows := (n + columns - 1) / columns
	above := g.margin
	if len(l.title) > 0 {
		above += 1.45*g.base*vg.Length(len(l.title)) + 0.4*g.base
	}
	below += g.margin
	if len(l.caption) > 0 {
		below += 1.3*g.small*vg.Length(len(l.caption)) + 0.6*g.small
	}
	xBand := g.tickLength + 1.5*g.base
	name := 1.6 * g.base
	titled := false
	for _, p := range l.panels {
		titled = titled || p.Title != ""
	}
	head := 0.6 * g.base
	if titled {
		head = 1.9 * g.base
	}
	gutter := 1.3 * g.base
	inner := g.width - 2*g.margin - atRight
	// Widths depend on tick labels, which depend on heights and widths: two rounds settle it.
	w := inner / vg.Length(columns) * 0.8
	h := 0.7 * w
	if !free {
		h = (g.height - above - below) / vg.Length(rows) * 0.75
	}
	leftRoom, rightRoom := make([]vg.Length, columns), make([]vg.Length, columns)
	for range 3 {
		for c := range columns {
			leftRoom[c], rightRoom[c] = 0, 0
		}
		for i, p := range l.panels {
			c := i % columns
			room := 1.6*g.tickLength + g.labelWidth(p.sy.ticks(g.wantY(h)))
			if (c == 0 || !l.sharedY) && p.y.Name != "" {
				room += 2.1 * g.base
			}
			leftRoom[c] = max(leftRoom[c], room)
			rightRoom[c] = max(rightRoom[c], 0.5*g.base)
			if p.Heat != nil {
				rightRoom[c] = max(rightRoom[c], g.barWidth(p, h))
			}
		}
		used := gutter * vg.Length(columns-1)
		for c := range columns {
			used += leftRoom[c] + rightRoom[c]
		}
		w = (inner - used) / vg.Length(columns)
		rowRoom := head + xBand
		if !l.sharedX {
			rowRoom += name
		}
		fixed := above + below + rowRoom*vg.Length(rows) + gutter*0.8*vg.Length(rows-1)
		if l.sharedX {
			fixed += name
		}
		if free {
			h = g.aspect(l) * w
			g.height = fixed + h*vg.Length(rows)
		} else {
			h = (g.height - fixed) / vg.Length(rows)
		}
	}
	w, h = max(w, 10), max(h, 10)
	y := g.height - above
	for r := range rows {
		y -= head
		x := g.margin
		for c := range columns {
			x += leftRoom[c]
			if i := r*columns + c; i < n {
				g.place(l.panels[i], box{x, y - h, x + w, y})
			}
			x += w + rightRoom[c] + gutter
		}
		y -= h + xBand + 0.8*gutter
		if !l.sharedX {
			y -= name
		}
	}
}

// aspect is the height of a panel over its width where the height is free.
func (g *page) aspect(l *layout) vg.Length {
	for _, p := range l.panels {
		if p.Heat != nil {
			return 0.92
		}
	}
	if len(l.panels) == 1 && g.width >= 120*vg.Millimeter {
		return 0.56
	}
	return 0.72
}
