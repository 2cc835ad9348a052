package figure

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
	"strings"
	"sync"
	"testing"

	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"
)

func draw(t testing.TB, f *Figure, format string, size Size) []byte {
	t.Helper()
	b, err := Draw(f, format, size)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEqualFiguresGiveEqualBytes(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"svg", "png", "pdf"} {
		size := Size{Width: 60}
		want := draw(t, weightsFigure(), format, size)
		var wait sync.WaitGroup
		for range 2 {
			wait.Go(func() {
				if got, err := Draw(weightsFigure(), format, size); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s differs between two drawings (%v)", format, err)
				}
			})
		}
		wait.Wait()
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	f := plainFigure()
	f.Title = "Capacity *α* <&>"
	size := Size{Width: 100, Height: 60}

	img, err := png.Decode(bytes.NewReader(draw(t, f, "png", size)))
	if err != nil {
		t.Fatal(err)
	}
	if b := img.Bounds(); math.Abs(float64(b.Dx())-100/25.4*300) > 1 || math.Abs(float64(b.Dy())-60/25.4*300) > 1 {
		t.Errorf("PNG is %v, want 100 x 60 mm at 300 dpi", b)
	}
	for format, want := range map[string][]string{
		"png": {"pHYs", "iTXtTitle\x00\x00\x00\x00\x00Capacity α <&>", "iTXtquery\x00\x00\x00\x00\x00capacity --by N,kappa"},
		"svg": {"<title>Capacity α &lt;&amp;&gt;</title>", "<metadata>\nquery: capacity --by N,kappa\nseed: 1\n", `width="283.46pt"`},
		"pdf": {"%PDF-1.4", "/Title <FEFF0043", "/MediaBox [0 0 283.46 170.08]", "%%EOF"},
	} {
		b := string(draw(t, f, format, size))
		for _, w := range want {
			if !strings.Contains(b, w) {
				t.Errorf("%s lacks %q", format, w)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	one := []float64{1}
	for _, c := range []struct {
		f      *Figure
		format string
		size   Size
		want   string
	}{
		{&Figure{}, "svg", Column, "no panels"},
		{plainFigure(), "gif", Column, `unknown format "gif"`},
		{plainFigure(), "svg", Size{Width: 5}, "give 30 to 1000 mm"},
		{plainFigure(), "svg", Size{Width: math.NaN()}, "give 30 to 1000 mm"},
		{&Figure{Panels: []Panel{{Lines: []Line{{Label: "a", X: one}}}}}, "svg", Column, `panel 1 "": line "a" has 1 x and 0 y values`},
		{&Figure{Panels: []Panel{{Bands: []Band{{X: one}}}}}, "svg", Column, "band"},
		{&Figure{Panels: []Panel{{Histograms: []Histogram{{Edges: one, Heights: one}}}}}, "svg", Column, "one edge more"},
		{&Figure{Panels: []Panel{{Heat: &HeatMap{X: one, Y: one, Z: [][]float64{{1, 2}}}}}}, "svg", Column, "2 values for 1 x"},
	} {
		if _, err := Draw(c.f, c.format, c.size); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}

// Whatever the data, the drawing ends, is well-formed and has no coordinate
// that is not a number.
func TestAnyDataDraws(t *testing.T) {
	t.Parallel()
	number := rapid.OneOf(rapid.Float64(), rapid.Float64Range(-3, 3), rapid.SampledFrom([]float64{0, math.NaN(), math.Inf(1), math.Inf(-1), 1e308, -1e308, 5e-324, 1, 1 + 1e-15}))
	axis := rapid.Custom(func(r *rapid.T) Axis {
		return Axis{Name: rapid.String().Draw(r, "name"), Unit: "u", Log: rapid.Bool().Draw(r, "log"),
			Min: rapid.SampledFrom([]float64{0, 0, 0, -1, math.NaN(), 1}).Draw(r, "min"), Max: rapid.SampledFrom([]float64{0, 0, 0, 1, math.Inf(1), 1e9}).Draw(r, "max")}
	})
	rapid.Check(t, func(r *rapid.T) {
		f := &Figure{Title: rapid.String().Draw(r, "title"), X: axis.Draw(r, "x"), Y: axis.Draw(r, "y"), Caption: rapid.String().Draw(r, "caption")}
		for range rapid.IntRange(1, 3).Draw(r, "panels") {
			n := rapid.IntRange(0, 4).Draw(r, "n")
			values := func(k int) []float64 { return rapid.SliceOfN(number, k, k).Draw(r, "v") }
			p := Panel{Title: "t", Notes: []string{"note"}}
			s := Series{Label: rapid.String().Draw(r, "label"), Style: rapid.IntRange(-1, 9).Draw(r, "style"), Connect: rapid.Bool().Draw(r, "connect")}
			xs, ys, es := values(n), values(n), values(n)
			for i := range xs {
				s.Points = append(s.Points, Point{xs[i], ys[i], es[i]})
			}
			p.Series = append(p.Series, s)
			p.Lines = append(p.Lines, Line{Label: "l", X: values(n), Y: values(n), Dash: Dash(n), Style: Ink})
			p.Bands = append(p.Bands, Band{X: values(n), Low: values(n), High: values(n)})
			p.Histograms = append(p.Histograms, Histogram{Label: "h", Edges: values(n + 1), Heights: values(n), Err: values(n)})
			if rapid.Bool().Draw(r, "heat") {
				p.Heat = &HeatMap{X: values(2), Y: values(2), Z: [][]float64{values(2), values(2)}, Levels: values(1), Diverging: n%2 == 0, Name: "z"}
			}
			if rapid.Bool().Draw(r, "own axes") {
				x := axis.Draw(r, "own x")
				p.X = &x
			}
			f.Panels = append(f.Panels, p)
		}
		b, err := Draw(f, "svg", Size{Width: rapid.Float64Range(30, 200).Draw(r, "width")})
		if err != nil {
			r.Fatal(err)
		}
		for _, bad := range []string{"NaN", "Inf", "\"-+"} {
			for _, line := range strings.Split(string(b), "\n") {
				line, _, _ = strings.Cut(line, "<title>") // which may well say that a bin ends at +Inf
				if (strings.HasPrefix(line, "<path") || strings.HasPrefix(line, "<use")) && strings.Contains(line, bad) {
					r.Fatalf("coordinate %s in %s", bad, line)
				}
			}
		}
		d := xml.NewDecoder(bytes.NewReader(b))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				r.Fatalf("not well-formed: %v", err)
			}
		}
	})
}

// The legend and notes never cover data, whatever the example and size.
func TestLegendIsClearOfData(t *testing.T) {
	t.Parallel()
	fonts, err := loadTypefaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range examples {
		for _, width := range []float64{60, 89, 120, 183} {
			g := newPage(vg.Length(width)*vg.Millimeter, fonts)
			l := g.newLayout(e.make())
			g.arrange(l)
			page := box{0, 0, g.width, g.height}
			for _, p := range l.panels {
				if !page.contains(vg.Point{X: p.frame.x0, Y: p.frame.y0}) || !page.contains(vg.Point{X: p.frame.x1, Y: p.frame.y1}) {
					t.Errorf("%s at %g mm: frame %v outside the page %v", e.name, width, p.frame, page)
				}
				if l.legendIn && g.obstacles(p).hit(l.legend) {
					t.Errorf("%s at %g mm: legend over data", e.name, width)
				}
				if !l.legendIn && l.legend != (box{}) && l.legend.x0 < p.frame.x1 {
					t.Errorf("%s at %g mm: outer legend over the panel", e.name, width)
				}
			}
		}
	}
}
