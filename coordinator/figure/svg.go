package figure

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/color"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
)

// svgSurface writes an SVG document. Text stays text. It is small, for pages send it often: strokes and fills of equal
// looks that follow each other are one element, and a marker is drawn once and then used.
type svgSurface struct {
	w, h  vg.Length
	body  bytes.Buffer
	looks string // of the path that is being written; empty: none
	title string // of the next element; empty: none
	marks []mark // by number
}

// mark is what equal markers look like.
type mark struct {
	r     vg.Length
	style int
	open  bool
}

func newSVG(w, h vg.Length) *svgSurface { return &svgSurface{w: w, h: h} }

// coord formats a length in points to 1/100.
func coord(x vg.Length) string { return decimals(x, 2) }

func decimals(x vg.Length, n int) string {
	s := strconv.FormatFloat(float64(x), 'f', n, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}

func (s *svgSurface) path(p vg.Path) string {
	var b strings.Builder
	pair := func(q vg.Point) { b.WriteString(coord(q.X) + " " + coord(s.h-q.Y)) }
	var at vg.Point
	for _, c := range p {
		switch c.Type {
		case vg.MoveComp:
			b.WriteByte('M')
			pair(c.Pos)
		case vg.LineComp:
			switch {
			case coord(c.Pos.Y) == coord(at.Y):
				b.WriteString("H" + coord(c.Pos.X))
			case coord(c.Pos.X) == coord(at.X):
				b.WriteString("V" + coord(s.h-c.Pos.Y))
			default:
				b.WriteByte('L')
				pair(c.Pos)
			}
		case vg.CurveComp:
			if len(c.Control) == 1 {
				b.WriteByte('Q')
			} else {
				b.WriteByte('C')
			}
			for _, q := range c.Control {
				pair(q)
				b.WriteByte(' ')
			}
			pair(c.Pos)
		case vg.CloseComp:
			b.WriteByte('Z')
		}
		at = c.Pos
	}
	return b.String()
}

func paint(attribute string, c color.NRGBA) string {
	s := fmt.Sprintf(`%s="#%02x%02x%02x"`, attribute, c.R, c.G, c.B)
	if c.A != 255 {
		s += fmt.Sprintf(` %s-opacity="%.3g"`, attribute, float64(c.A)/255)
	}
	return s
}

func (s *svgSurface) fill(p vg.Path, c color.NRGBA) { s.draw(p, paint("fill", c), c) }

func (s *svgSurface) stroke(p vg.Path, c color.NRGBA, width vg.Length, dash []vg.Length) {
	dashes := ""
	if len(dash) > 0 {
		parts := make([]string, len(dash))
		for i, d := range dash {
			parts[i] = coord(d)
		}
		dashes = ` stroke-dasharray="` + strings.Join(parts, " ") + `"`
	}
	s.draw(p, fmt.Sprintf("fill=\"none\" %s stroke-width=\"%s\"%s", paint("stroke", c), coord(width), dashes), c)
}

// draw goes on with the path before if that looks the same. What can be seen through cannot: two layers would be one.
func (s *svgSurface) draw(p vg.Path, looks string, c color.NRGBA) {
	if looks != s.looks {
		s.finish()
		s.body.WriteString("<path " + looks + ` d="`)
	}
	s.body.WriteString(s.path(p))
	s.looks = looks
	if s.title != "" || c.A != 255 {
		s.finish()
	}
}

// finish ends the path that is being written.
func (s *svgSurface) finish() {
	if s.looks == "" {
		return
	}
	s.looks = ""
	s.body.WriteByte('"')
	s.close("path")
}

// close ends an element whose attributes are written, with its title if it has one.
func (s *svgSurface) close(element string) {
	if s.title == "" {
		s.body.WriteString("/>\n")
		return
	}
	fmt.Fprintf(&s.body, "><title>%s</title></%s>\n", escape(s.title), element)
	s.title = ""
}

// group and ungroup implement grouper: a page's style tells what lies on a heat map's colours from what lies on paper.
func (s *svgSurface) group(class string) {
	s.finish()
	fmt.Fprintf(&s.body, "<g class=\"%s\">\n", class)
}

func (s *svgSurface) ungroup() {
	s.finish()
	s.body.WriteString("</g>\n")
}

// stamp implements stamper.
func (s *svgSurface) stamp(x, y, r vg.Length, style int, open bool) {
	s.finish()
	m := mark{r, style, open}
	n := slices.Index(s.marks, m)
	if n < 0 {
		n = len(s.marks)
		s.marks = append(s.marks, m)
	}
	fmt.Fprintf(&s.body, `<use xlink:href="#mark%d" x="%s" y="%s"`, n, coord(x), coord(s.h-y))
	s.close("use")
}

// definitions are the markers that were used.
func (s *svgSurface) definitions() string {
	if len(s.marks) == 0 {
		return ""
	}
	d := newSVG(s.w, s.h)
	d.body.WriteString("<defs>\n")
	for n, m := range s.marks {
		fmt.Fprintf(&d.body, "<g id=\"mark%d\">\n", n)
		drawMarker(d, 0, s.h, m.r, m.style, m.open)
		d.finish()
		d.body.WriteString("</g>\n")
	}
	d.body.WriteString("</defs>\n")
	return d.body.String()
}

func (s *svgSurface) text(x, y vg.Length, up bool, runs []run, c color.NRGBA) {
	if len(runs) == 0 {
		return
	}
	s.finish()
	place := fmt.Sprintf(`x="%s" y="%s"`, coord(x), coord(s.h-y))
	if up {
		place = fmt.Sprintf(`transform="translate(%s %s) rotate(-90)"`, coord(x), coord(s.h-y))
	}
	fmt.Fprintf(&s.body, `<text %s font-size="%s" %s xml:space="preserve">`, place, coord(runs[0].size), paint("fill", c))
	raised := vg.Length(0)
	for i, r := range runs {
		attributes := ""
		switch r.face {
		case italic:
			attributes += ` font-style="italic"`
		case bold:
			attributes += ` font-weight="bold"`
		}
		if i > 0 && r.size != runs[0].size {
			attributes += ` font-size="` + coord(r.size) + `"`
		}
		if r.raise != raised {
			attributes += ` dy="` + coord(raised-r.raise) + `"`
			raised = r.raise
		}
		if attributes == "" {
			s.body.WriteString(escape(r.text))
		} else {
			fmt.Fprintf(&s.body, "<tspan%s>%s</tspan>", attributes, escape(r.text))
		}
	}
	s.body.WriteString("</text>\n")
}

// tell implements annotator.
func (s *svgSurface) tell(text string) {
	s.finish()
	s.title = text
}

func (s *svgSurface) encode(title string, meta []Meta) ([]byte, error) {
	s.finish()
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="%spt" height="%spt" viewBox="0 0 %s %s" `+
		`font-family="'Liberation Sans', Arial, Helvetica, sans-serif" stroke-linejoin="round">`+"\n",
		coord(s.w), coord(s.h), coord(s.w), coord(s.h))
	if title != "" {
		fmt.Fprintf(&b, "<title>%s</title>\n", escape(title))
	}
	if len(meta) > 0 {
		b.WriteString("<metadata>\n")
		for _, m := range meta {
			fmt.Fprintf(&b, "%s: %s\n", escape(m.Key), escape(m.Value))
		}
		b.WriteString("</metadata>\n")
	}
	fmt.Fprintf(&b, "<rect width=\"%s\" height=\"%s\" fill=\"#ffffff\"/>\n", coord(s.w), coord(s.h))
	b.WriteString(s.definitions())
	b.Write(s.body.Bytes())
	b.WriteString("</svg>\n")
	return b.Bytes(), nil
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder does not fail
	return b.String()
}
