package figure

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/color"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
)

// svgSurface writes an SVG document. Text stays text.
type svgSurface struct {
	w, h vg.Length
	body bytes.Buffer
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
	for _, c := range p {
		switch c.Type {
		case vg.MoveComp:
			b.WriteByte('M')
			pair(c.Pos)
		case vg.LineComp:
			b.WriteByte('L')
			pair(c.Pos)
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

func (s *svgSurface) fill(p vg.Path, c color.NRGBA) {
	fmt.Fprintf(&s.body, "<path d=\"%s\" %s/>\n", s.path(p), paint("fill", c))
}

func (s *svgSurface) stroke(p vg.Path, c color.NRGBA, width vg.Length, dash []vg.Length) {
	dashes := ""
	if len(dash) > 0 {
		parts := make([]string, len(dash))
		for i, d := range dash {
			parts[i] = coord(d)
		}
		dashes = ` stroke-dasharray="` + strings.Join(parts, " ") + `"`
	}
	fmt.Fprintf(&s.body, "<path d=\"%s\" fill=\"none\" %s stroke-width=\"%s\"%s/>\n", s.path(p), paint("stroke", c), coord(width), dashes)
}

func (s *svgSurface) text(x, y vg.Length, up bool, runs []run, c color.NRGBA) {
	if len(runs) == 0 {
		return
	}
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

// begin and end implement annotator by a group with a title.
func (s *svgSurface) begin(text string) { fmt.Fprintf(&s.body, "<g><title>%s</title>", escape(text)) }

func (s *svgSurface) end() { s.body.WriteString("</g>\n") }

func (s *svgSurface) encode(title string, meta []Meta) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%spt" height="%spt" viewBox="0 0 %s %s" `+
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
	b.Write(s.body.Bytes())
	b.WriteString("</svg>\n")
	return b.Bytes(), nil
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder does not fail
	return b.String()
}
