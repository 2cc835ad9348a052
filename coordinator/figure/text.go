package figure

import (
	"fmt"
	"strings"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansitalic"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/vg"
)

// face is one of the typefaces in use.
type face int

const (
	regular face = iota
	italic
	bold
)

// typefaces are the parsed fonts; reading them is safe from many goroutines.
type typefaces [3]*sfnt.Font

func loadTypefaces() (*typefaces, error) {
	var t typefaces
	for i, ttf := range [][]byte{liberationsansregular.TTF, liberationsansitalic.TTF, liberationsansbold.TTF} {
		f, err := sfnt.Parse(ttf)
		if err != nil {
			return nil, fmt.Errorf("figure: parse the built-in font %d: %w", i, err)
		}
		t[i] = f
	}
	return &t, nil
}

// run is a piece of text in one face, size and height above the baseline.
type run struct {
	text  string
	face  face
	size  vg.Length
	raise vg.Length
	width vg.Length
}

// layout splits markup into runs and returns them with their total width.
func (t *typefaces) layout(markup string, size vg.Length, strong bool) ([]run, vg.Length) {
	base := regular
	if strong {
		base = bold
	}
	var runs []run
	total := vg.Length(0)
	emit := func(text string, f face, size, raise vg.Length) {
		if text == "" {
			return
		}
		w := t.width(text, f, size)
		runs = append(runs, run{text, f, size, raise, w})
		total += w
	}
	var walk func(s string, f face, size, raise vg.Length)
	walk = func(s string, f face, size, raise vg.Length) {
		plain := 0
		for i := 0; i < len(s); {
			switch {
			case s[i] == '*':
				end := strings.IndexByte(s[i+1:], '*')
				if end <= 0 || strings.ContainsAny(s[i+1:i+1+end], " ") {
					i++
					continue
				}
				emit(s[plain:i], f, size, raise)
				emit(s[i+1:i+1+end], italic, size, raise)
				i += end + 2
				plain = i
			case strings.HasPrefix(s[i:], "_{"), strings.HasPrefix(s[i:], "^{"):
				end := strings.IndexByte(s[i+2:], '}')
				if end < 0 {
					i++
					continue
				}
				emit(s[plain:i], f, size, raise)
				shift := -0.18 * size
				if s[i] == '^' {
					shift = 0.38 * size
				}
				walk(s[i+2:i+2+end], f, 0.72*size, raise+shift)
				i += end + 3
				plain = i
			default:
				i++
			}
		}
		emit(s[plain:], f, size, raise)
	}
	walk(markup, base, size, 0)
	return runs, total
}

// unhinted is the number of pixels per em at which advances and outlines are
// read: the fonts' own grid, so that they are exact.
const unhinted = 2048

func (t *typefaces) width(s string, f face, size vg.Length) vg.Length {
	var buf sfnt.Buffer
	var sum fixed.Int26_6
	for _, r := range s {
		g, err := t[f].GlyphIndex(&buf, r)
		if err != nil {
			continue
		}
		if a, err := t[f].GlyphAdvance(&buf, g, fixed.I(unhinted), font.HintingNone); err == nil {
			sum += a
		}
	}
	return vg.Length(sum) / 64 / unhinted * size
}

// outline returns the filled outlines of runs that start at (x, y).
func (t *typefaces) outline(x, y vg.Length, up bool, runs []run) vg.Path {
	var p vg.Path
	var buf sfnt.Buffer
	along := vg.Length(0)
	for _, r := range runs {
		f := t[r.face]
		for _, c := range r.text {
			g, err := f.GlyphIndex(&buf, c)
			if err != nil {
				continue
			}
			segments, err := f.LoadGlyph(&buf, g, fixed.I(unhinted), nil)
			if err != nil {
				continue
			}
			at := func(q fixed.Point26_6) vg.Point {
				dx := along + vg.Length(q.X)/64/unhinted*r.size
				dy := r.raise - vg.Length(q.Y)/64/unhinted*r.size
				if up {
					dx, dy = -dy, dx
				}
				return vg.Point{X: x + dx, Y: y + dy}
			}
			for i, s := range segments {
				switch s.Op {
				case sfnt.SegmentOpMoveTo:
					if i > 0 {
						p.Close()
					}
					p.Move(at(s.Args[0]))
				case sfnt.SegmentOpLineTo:
					p.Line(at(s.Args[0]))
				case sfnt.SegmentOpQuadTo:
					p.QuadTo(at(s.Args[0]), at(s.Args[1]))
				case sfnt.SegmentOpCubeTo:
					p.CubeTo(at(s.Args[0]), at(s.Args[1]), at(s.Args[2]))
				}
			}
			if len(segments) > 0 {
				p.Close()
			}
			if a, err := f.GlyphAdvance(&buf, g, fixed.I(unhinted), font.HintingNone); err == nil {
				along += vg.Length(a) / 64 / unhinted * r.size
			}
		}
	}
	return p
}

// plainText strips markup.
func plainText(markup string) string {
	return strings.NewReplacer("_{", "_", "^{", "^", "}", "", "*", "").Replace(markup)
}
