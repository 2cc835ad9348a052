package figure

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

func labels(ticks []tick) string {
	var out []string
	for _, t := range ticks {
		if t.label != "" {
			out = append(out, t.label)
		}
	}
	return strings.Join(out, " ")
}

func TestTicks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		min, max float64
		log      bool
		want     int
		labels   string
	}{
		{0, 3, false, 4, "0 1 2 3"},
		{-0.09, 3.09, false, 7, "0.0 0.5 1.0 1.5 2.0 2.5 3.0"},
		{0, 2.15, false, 5, "0.0 0.5 1.0 1.5 2.0"},
		{-0.45, 0.45, false, 4, "−0.4 −0.2 0.0 0.2 0.4"},
		{0, 1.2e6, false, 4, "0 0.5·10^{6} 1.0·10^{6}"},
		{0, 4e-5, false, 5, "0 1·10^{−5} 2·10^{−5} 3·10^{−5} 4·10^{−5}"},
		{0.01, 10, true, 4, "0.01 0.1 1 10"},
		{1e-8, 1e8, true, 5, "10^{−6} 10^{−3} 10^{0} 10^{3} 10^{6}"},
		{45, 2200, true, 7, "50 100 200 500 1000 2000"},
		{45, 220, true, 6, "50 70 100 200"},
		{0.9, 1.1, true, 4, "0.9 1.0 1.1"},
		{1e5, 1e6, true, 3, "10^{5} 3·10^{5} 10^{6}"},
	} {
		s := scale{min: c.min, max: c.max, log: c.log}
		ticks := s.ticks(c.want)
		if got := labels(ticks); got != c.labels {
			t.Errorf("[%g, %g] log=%v, %d wanted: %q, want %q", c.min, c.max, c.log, c.want, got, c.labels)
		}
		for i, x := range ticks {
			if f := s.fraction(x.value); f < -1e-9 || f > 1+1e-9 || (i > 0 && x.value <= ticks[i-1].value) {
				t.Errorf("[%g, %g]: tick %g out of range or order", c.min, c.max, x.value)
			}
		}
	}
}

func TestScaleInverts(t *testing.T) {
	t.Parallel()
	for _, s := range []scale{{min: -2, max: 7}, {min: 1e-3, max: 50, log: true}} {
		for _, f := range []float64{0, 0.25, 1} {
			if got := s.fraction(s.value(f)); math.Abs(got-f) > 1e-12 {
				t.Errorf("%+v: fraction(value(%g)) = %g", s, f, got)
			}
		}
	}
}

func TestMarkup(t *testing.T) {
	t.Parallel()
	fonts, err := loadTypefaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ markup, runs string }{
		{"plain f_exc 2*3*", "plain f_exc 2|i:3"},
		{"a * b * c", "a * b * c"},
		{"*κ*_{in}", "i:κ|-in"},
		{"10^{−3} s", "10|+−3| s"},
		{"_{unclosed", "_{unclosed"},
		{"*σ*_{*N*}", "i:σ|-i:N"},
		{"", ""},
	} {
		runs, width := fonts.layout(c.markup, 10, false)
		var got []string
		sum := vg.Length(0)
		for _, r := range runs {
			s := r.text
			if r.face == italic {
				s = "i:" + s
			}
			if r.raise < 0 {
				s = "-" + s
			} else if r.raise > 0 {
				s = "+" + s
			}
			got = append(got, s)
			sum += r.width
		}
		if strings.Join(got, "|") != c.runs || math.Abs(float64(sum-width)) > 1e-9 {
			t.Errorf("%q: runs %q of width %v, want %q", c.markup, got, width, c.runs)
		}
	}
	if got := plainText("*κ*_{in} of *N*"); got != "κ_in of N" {
		t.Errorf("plain text %q", got)
	}
	// The fonts have every symbol used.
	for _, name := range []string{"alpha", "kappa_unbalanced", "gamma", "lambda", "phi", "theta", "sigma_exc"} {
		for _, r := range plainText(Symbol(name)) + "→∞−·±≥≤√" {
			for f := range fonts {
				if g, err := fonts[f].GlyphIndex(nil, r); err != nil || g == 0 {
					t.Errorf("font %d lacks %q of %s", f, r, name)
				}
			}
		}
	}
}

func TestClipLine(t *testing.T) {
	t.Parallel()
	b := box{0, 0, 10, 10}
	nan := vg.Length(math.NaN())
	pieces := b.clipLine([]vg.Point{{X: -5, Y: 5}, {X: 5, Y: 5}, {X: 5, Y: 15}, {X: 8, Y: 15}, {X: 8, Y: 5}, {X: nan, Y: 5}, {X: 1, Y: 1}, {X: 2, Y: 2}, {X: 20, Y: 20}})
	want := [][]vg.Point{{{X: 0, Y: 5}, {X: 5, Y: 5}, {X: 5, Y: 10}}, {{X: 8, Y: 10}, {X: 8, Y: 5}}, {{X: 1, Y: 1}, {X: 2, Y: 2}, {X: 10, Y: 10}}}
	if len(pieces) != len(want) {
		t.Fatalf("%d pieces, want %d: %v", len(pieces), len(want), pieces)
	}
	for i, piece := range pieces {
		for k, c := range piece {
			if len(piece) != len(want[i]) || math.Abs(float64(c.Pos.X-want[i][k].X))+math.Abs(float64(c.Pos.Y-want[i][k].Y)) > 1e-9 {
				t.Errorf("piece %d is %v, want %v", i, piece, want[i])
				break
			}
		}
	}
	// Ends so far apart that their difference overflows are no line.
	if far := b.clipLine([]vg.Point{{X: 5, Y: 1e308}, {X: 5, Y: -1e308}}); len(far) != 0 {
		t.Errorf("a line between 1e308 and -1e308: %v", far)
	}
}

func TestContourOfCircle(t *testing.T) {
	t.Parallel()
	const n, r = 41, 12.0
	z := make([][]float64, n)
	for j := range z {
		z[j] = make([]float64, n)
		for i := range z[j] {
			z[j][i] = math.Hypot(float64(i-20), float64(j-20))
		}
	}
	lines := contour(z, r)
	if len(lines) != 1 {
		t.Fatalf("%d lines, want one ring", len(lines))
	}
	ring := lines[0]
	if ring[0] != ring[len(ring)-1] {
		t.Errorf("the ring is not closed: %v ... %v", ring[0], ring[len(ring)-1])
	}
	length := 0.0
	for k, p := range ring {
		if d := math.Hypot(p[0]-20, p[1]-20); math.Abs(d-r) > 0.02 {
			t.Errorf("point %v at distance %g, want %g", p, d, r)
		}
		if k > 0 {
			length += math.Hypot(p[0]-ring[k-1][0], p[1]-ring[k-1][1])
		}
	}
	if math.Abs(length/(2*math.Pi*r)-1) > 0.005 {
		t.Errorf("length %g, want %g", length, 2*math.Pi*r)
	}
	// A hole in the data opens the ring; a saddle joins one pair.
	z[20][32] = math.NaN()
	if open := contour(z, r); len(open) != 1 || open[0][0] == open[0][len(open[0])-1] {
		t.Errorf("a missing value should open the ring once")
	}
	if s := contour([][]float64{{0, 1}, {1, 0}}, 0.5); len(s) != 2 {
		t.Errorf("a saddle has %d lines, want 2", len(s))
	}
}

// Styles differ in shape as well as colour, for a grey print.
func TestStylesDiffer(t *testing.T) {
	t.Parallel()
	for i := range 7 {
		for j := range i {
			if styleColor(i) == styleColor(j) {
				t.Errorf("styles %d and %d have one colour", j, i)
			}
			a, b := markerPath(0, 0, 1, i), markerPath(0, 0, 1, j)
			if len(a) == len(b) && a[0].Pos == b[0].Pos {
				t.Errorf("styles %d and %d have one shape", j, i)
			}
		}
	}
}

func TestDivergingIsCentred(t *testing.T) {
	t.Parallel()
	h := &HeatMap{Diverging: true, Z: [][]float64{{-0.1, 0.4}}, X: []float64{0, 1}, Y: []float64{0}}
	s := h.shades()
	if s.min != -0.4 || s.max != 0.4 || lightness(s.of(0)) < 0.95 || s.of(math.NaN()) != absent {
		t.Errorf("shades %g .. %g, lightness of 0 %g", s.min, s.max, lightness(s.of(0)))
	}
}
