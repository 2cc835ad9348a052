package figure

import "gonum.org/v1/plot/vg"

// entry is a line of the legend: what elements of one label look like.
type entry struct {
	label  string
	style  int
	points bool
	open   bool
	line   bool
	dash   Dash
	area   bool
}

// entries collects the labels of all panels in order of appearance; series
// come before lines. Series and lines of one label and style share an entry.
func (f *Figure) entries() []entry {
	var out []entry
	add := func(e entry) {
		if e.label == "" {
			return
		}
		for i := range out {
			if o := &out[i]; o.label == e.label && o.style == e.style && (!e.points || !o.points || e.open == o.open) {
				if e.line {
					o.dash = e.dash
				}
				if e.points {
					o.open = e.open
				}
				o.points, o.line, o.area = o.points || e.points, o.line || e.line, o.area || e.area
				return
			}
		}
		out = append(out, e)
	}
	for _, p := range f.Panels {
		for _, s := range p.Series {
			add(entry{label: s.Label, style: s.Style, points: true, open: s.Open, line: s.Connect})
		}
		for _, h := range p.Histograms {
			add(entry{label: h.Label, style: h.Style, area: true})
		}
	}
	for _, p := range f.Panels {
		for _, l := range p.Lines {
			add(entry{label: l.Label, style: l.Style, line: true, dash: l.Dash})
		}
		for _, b := range p.Bands {
			add(entry{label: b.Label, style: b.Style, area: true})
		}
	}
	return out
}

// measures of a legend
func (g *page) sampleWidth() vg.Length { return 2.6 * g.base }
func (g *page) rowHeight() vg.Length   { return 1.35 * g.base }

func (g *page) entryWidth(e entry) vg.Length {
	_, w := g.fonts.layout(e.label, g.base, false)
	return g.sampleWidth() + 0.6*g.base + w
}

// legendSize is the size of a legend of one column.
func (g *page) legendSize(entries []entry) (w, h vg.Length) {
	for _, e := range entries {
		w = max(w, g.entryWidth(e))
	}
	return w, g.rowHeight() * vg.Length(len(entries))
}

// placed is an entry of a legend below the panels, at x of its row.
type placed struct {
	entry
	x vg.Length
}

// legendRows sets entries one after the other where one row holds them, else
// in rows of equal columns.
func (g *page) legendRows(entries []entry, width vg.Length) [][]placed {
	gap := 2 * g.base
	var row []placed
	x := vg.Length(0)
	for _, e := range entries {
		row = append(row, placed{e, x})
		x += g.entryWidth(e) + gap
	}
	if x-gap <= width {
		return [][]placed{row}
	}
	column, _ := g.legendSize(entries)
	perRow := max(1, int((width+gap)/(column+gap)))
	var rows [][]placed
	for i, e := range entries {
		if i%perRow == 0 {
			rows = append(rows, nil)
		}
		k := len(rows) - 1
		rows[k] = append(rows[k], placed{e, vg.Length(i%perRow) * (column + gap)})
	}
	return rows
}

// drawEntry draws one entry whose row has its middle at y.
func (g *page) drawEntry(x, y vg.Length, e entry) {
	w, c := g.sampleWidth(), styleColor(e.style)
	if e.area {
		g.s.fill(rectangle(x+0.3*w, y-0.36*g.base, x+w, y+0.36*g.base), alpha(c, 0x59))
	}
	if e.line {
		g.s.stroke(polyline(vg.Point{X: x, Y: y}, vg.Point{X: x + w, Y: y}), c, g.lineWidth, e.dash.dashes(g.lineWidth))
	}
	if e.points {
		reach := 0.5 * g.base
		errorBar(g.s, x+w/2, y-reach, y+reach, y-reach, y+reach, 0.6*g.radius, g.axisWidth, c)
		marker(g.s, x+w/2, y, g.radius, e.style, e.open)
	}
	g.label(x+w+0.6*g.base, y-0.35*g.base, e.label, left)
}

// drawLegend draws one column with its upper left corner at (x, y).
func (g *page) drawLegend(x, y vg.Length, entries []entry) {
	for i, e := range entries {
		g.drawEntry(x, y-g.rowHeight()*(vg.Length(i)+0.5), e)
	}
}
