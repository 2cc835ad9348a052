package figure

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image/color"
	"slices"
	"unicode/utf16"

	"gonum.org/v1/plot/vg"
)

// pdfSurface writes a PDF page of filled and stroked paths. It is written here
// because gonum/plot's canvas knows the code page 1252 only, so no Greek, and
// stamps the time.
type pdfSurface struct {
	w, h   vg.Length
	body   bytes.Buffer
	fonts  *typefaces
	alphas []uint8 // opacities in use, one graphics state each
}

func newPDF(w, h vg.Length, fonts *typefaces) *pdfSurface {
	return &pdfSurface{w: w, h: h, fonts: fonts}
}

// fine formats a length to 1/10,000 point, since letters are outlines here.
func fine(x vg.Length) string { return decimals(x, 4) }

func (s *pdfSurface) path(p vg.Path) {
	var at vg.Point
	for _, c := range p {
		switch c.Type {
		case vg.MoveComp:
			fmt.Fprintf(&s.body, "%s %s m\n", fine(c.Pos.X), fine(c.Pos.Y))
		case vg.LineComp:
			fmt.Fprintf(&s.body, "%s %s l\n", fine(c.Pos.X), fine(c.Pos.Y))
		case vg.CurveComp:
			a, b := c.Control[0], c.Control[len(c.Control)-1]
			if len(c.Control) == 1 { // PDF has cubic curves only
				q := c.Control[0]
				a = vg.Point{X: at.X + 2*(q.X-at.X)/3, Y: at.Y + 2*(q.Y-at.Y)/3}
				b = vg.Point{X: c.Pos.X + 2*(q.X-c.Pos.X)/3, Y: c.Pos.Y + 2*(q.Y-c.Pos.Y)/3}
			}
			fmt.Fprintf(&s.body, "%s %s %s %s %s %s c\n", fine(a.X), fine(a.Y), fine(b.X), fine(b.Y), fine(c.Pos.X), fine(c.Pos.Y))
		case vg.CloseComp:
			s.body.WriteString("h\n")
		}
		if c.Type != vg.CloseComp {
			at = c.Pos
		}
	}
}

func (s *pdfSurface) paint(c color.NRGBA, operator string) {
	i := slices.Index(s.alphas, c.A)
	if i < 0 {
		i = len(s.alphas)
		s.alphas = append(s.alphas, c.A)
	}
	fmt.Fprintf(&s.body, "/A%d gs %.4g %.4g %.4g %s\n", i, float64(c.R)/255, float64(c.G)/255, float64(c.B)/255, operator)
}

func (s *pdfSurface) fill(p vg.Path, c color.NRGBA) {
	s.paint(c, "rg")
	s.path(p)
	s.body.WriteString("f\n")
}

func (s *pdfSurface) stroke(p vg.Path, c color.NRGBA, width vg.Length, dash []vg.Length) {
	s.paint(c, "RG")
	fmt.Fprintf(&s.body, "%s w [", coord(width))
	for _, d := range dash {
		fmt.Fprintf(&s.body, "%s ", coord(d))
	}
	s.body.WriteString("] 0 d\n")
	s.path(p)
	s.body.WriteString("S\n")
}

func (s *pdfSurface) text(x, y vg.Length, up bool, runs []run, c color.NRGBA) {
	if p := s.fonts.outline(x, y, up, runs); len(p) > 0 {
		s.fill(p, c)
	}
}

func (s *pdfSurface) encode(title string, meta []Meta) ([]byte, error) {
	var stream bytes.Buffer
	z := zlib.NewWriter(&stream)
	if _, err := z.Write(append([]byte("1 j\n"), s.body.Bytes()...)); err != nil {
		return nil, fmt.Errorf("figure: compress PDF: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("figure: compress PDF: %w", err)
	}
	states := ""
	for i, a := range s.alphas {
		states += fmt.Sprintf("/A%d << /ca %.3g /CA %.3g >> ", i, float64(a)/255, float64(a)/255)
	}
	description := ""
	for _, m := range meta {
		description += m.Key + ": " + m.Value + "\n"
	}
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %s %s] /Contents 4 0 R /Resources << /ExtGState << %s>> >> >>",
			coord(s.w), coord(s.h), states),
		fmt.Sprintf("<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream", stream.Len(), stream.String()),
		fmt.Sprintf("<< /Title %s /Subject %s /Creator (gardner) >>", pdfText(title), pdfText(description)),
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R /Info 5 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return b.Bytes(), nil
}

// pdfText encodes a text string as UTF-16 with a byte order mark, in hex.
func pdfText(s string) string {
	out := "<FEFF"
	for _, u := range utf16.Encode([]rune(s)) {
		out += fmt.Sprintf("%04X", u)
	}
	return out + ">"
}
