package figure

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
)

// Draw returns the figure as a file of the given format, "svg", "png" (300 dpi)
// or "pdf". A size without height takes the height its content asks for; a
// width of 0 is Double. It returns an error for an unknown format, lengths that
// do not match and sizes below 30 mm or above 1 m.
func Draw(f *Figure, format string, size Size) ([]byte, error) {
	if err := f.validate(); err != nil {
		return nil, err
	}
	if size.Width == 0 {
		size.Width = Double.Width
	}
	if !(size.Width >= 30 && size.Width <= 1000) || !(size.Height == 0 || size.Height >= 30 && size.Height <= 1000) {
		return nil, fmt.Errorf("figure: size %g x %g mm: give 30 to 1000 mm (height 0 = automatic)", size.Width, size.Height)
	}
	fonts, err := loadTypefaces()
	if err != nil {
		return nil, err
	}
	g := newPage(vg.Length(size.Width)*vg.Millimeter, fonts)
	g.height = vg.Length(size.Height) * vg.Millimeter
	l := g.newLayout(f)
	g.arrange(l)
	switch format {
	case "svg":
		g.s = newSVG(g.width, g.height)
	case "png":
		g.s = newPNG(g.width, g.height, fonts)
	case "pdf":
		g.s = newPDF(g.width, g.height, fonts)
	default:
		return nil, fmt.Errorf("figure: unknown format %q; give svg, png or pdf", format)
	}
	g.draw(l)
	return g.s.encode(plainText(f.Title), f.Meta)
}

func (g *page) draw(l *layout) {
	y := g.height - g.margin
	for _, line := range l.title {
		y -= 1.3 * g.base
		g.write(g.margin, y, line, 1.125*g.base, left, true, ink)
	}
	for i, p := range l.panels {
		lowest := i+l.columns >= len(l.panels)
		g.drawPanel(p, lowest || !l.sharedX, i%l.columns == 0 || !l.sharedY)
	}
	if l.legend != (box{}) {
		g.drawLegend(l.legend.x0, l.legend.y1, l.entries)
	}
	for i, p := range l.panels {
		g.notes(p, l.legendIn && i == 0, l.legend)
	}
	y = g.margin
	for i := len(l.caption) - 1; i >= 0; i-- {
		g.write(g.margin, y+0.2*g.small, l.caption[i], g.small, left, false, faint)
		y += 1.3 * g.small
	}
	if len(l.caption) > 0 {
		y += 0.6 * g.small
	}
	// Under the first frame if the rows end inside the page from there.
	widest := vg.Length(0)
	for _, row := range l.rows {
		last := row[len(row)-1]
		widest = max(widest, last.x+g.entryWidth(last.entry))
	}
	x0 := l.panels[0].frame.x0
	if x0+widest > g.width-g.margin {
		x0 = g.margin
	}
	for i, row := range l.rows {
		for _, e := range row {
			g.drawEntry(x0+e.x, y+g.rowHeight()*(vg.Length(len(l.rows)-i)-0.5), e.entry)
		}
	}
}

// notes writes a panel's notes into a free corner, or not over data but right
// above the frame's upper end if there is none.
func (g *page) notes(p *panel, legendInside bool, legend box) {
	if len(p.Notes) == 0 {
		return
	}
	o := g.obstacles(p)
	if legendInside {
		o.boxes = append(o.boxes, legend)
	}
	w, step := vg.Length(0), 1.3*g.small
	for _, n := range p.Notes {
		_, width := g.fonts.layout(n, g.small, false)
		w = max(w, width)
	}
	h := step * vg.Length(len(p.Notes))
	at, ok := g.corner(p, o, w, h)
	if !ok {
		line := ""
		for i, n := range p.Notes {
			if i > 0 {
				line += ";  "
			}
			line += n
		}
		g.write(p.frame.x1, p.frame.y1+0.5*g.small, line, g.small, right, false, faint)
		return
	}
	inRight := math.Abs(float64(at.x1-p.frame.x1)) < math.Abs(float64(at.x0-p.frame.x0))
	for i, n := range p.Notes {
		y := at.y1 - step*(vg.Length(i)+0.8)
		if inRight {
			g.write(at.x1, y, n, g.small, right, false, faint)
		} else {
			g.write(at.x0, y, n, g.small, left, false, faint)
		}
	}
}
