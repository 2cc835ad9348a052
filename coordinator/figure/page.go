package figure

import (
	"image/color"
	"strings"

	"gonum.org/v1/plot/vg"
)

// page is what all parts of a figure are drawn with: the surface, the fonts
// and the measures of the house style at its width.
type page struct {
	s     surface
	fonts *typefaces

	width, height vg.Length
	base          vg.Length // size of labels
	small         vg.Length // size of captions and notes
	margin        vg.Length
	lineWidth     vg.Length // of theory lines
	axisWidth     vg.Length
	tickLength    vg.Length
	radius        vg.Length // of markers
}

func newPage(width vg.Length, fonts *typefaces) *page {
	g := &page{fonts: fonts, width: width, base: 8, small: 7, lineWidth: 1.15, axisWidth: 0.6, tickLength: 2.6, radius: 2.3, margin: 5}
	if width < 120*vg.Millimeter {
		g.base, g.small, g.lineWidth, g.axisWidth, g.tickLength, g.radius, g.margin = 7, 6, 1, 0.5, 2.2, 2, 3
	}
	return g
}

// align says which part of a text is at the point given.
type align int

const (
	left align = iota
	center
	right
)

func (g *page) label(x, y vg.Length, markup string, a align) {
	g.write(x, y, markup, g.base, a, false, ink)
}

func (g *page) write(x, y vg.Length, markup string, size vg.Length, a align, strong bool, c color.NRGBA) {
	runs, width := g.fonts.layout(markup, size, strong)
	switch a {
	case center:
		x -= width / 2
	case right:
		x -= width
	}
	g.s.text(x, y, false, runs, c)
}

// labelUp writes upwards, centred at y, with its baseline at x.
func (g *page) labelUp(x, y vg.Length, markup string) {
	runs, width := g.fonts.layout(markup, g.base, false)
	g.s.text(x, y-width/2, true, runs, ink)
}

func (g *page) labelWidth(ticks []tick) vg.Length {
	widest := vg.Length(0)
	for _, t := range ticks {
		_, w := g.fonts.layout(t.label, g.base, false)
		widest = max(widest, w)
	}
	return widest
}

// wantX and wantY are the numbers of labelled ticks for which a side has room.
func (g *page) wantX(width vg.Length) int { return min(8, max(2, int(width/(4.6*g.base)))) }
func (g *page) wantY(height vg.Length) int {
	return min(7, max(2, int(height/(3.0*g.base))))
}

// wrap breaks a text into lines of at most the given width.
func (g *page) wrap(markup string, size, width vg.Length) []string {
	var lines []string
	for _, paragraph := range strings.Split(strings.TrimSpace(markup), "\n") {
		line := ""
		for _, word := range strings.Fields(paragraph) {
			longer := strings.TrimSpace(line + " " + word)
			if _, w := g.fonts.layout(longer, size, false); w > width && line != "" {
				lines = append(lines, line)
				longer = word
			}
			line = longer
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
