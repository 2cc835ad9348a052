package figure

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
)

// dashes returns the pattern of a line of the given width.
func (d Dash) dashes(width vg.Length) []vg.Length {
	switch d {
	case Dashed:
		return []vg.Length{4.2 * width, 2.4 * width}
	case Dotted:
		return []vg.Length{1.1 * width, 1.9 * width}
	case DashDotted:
		return []vg.Length{4.2 * width, 1.8 * width, 1.1 * width, 1.8 * width}
	}
	return nil
}

// marker draws the marker of a style: shapes differ as well as colours. A thin
// white rim keeps markers apart where they overlap.
func marker(s surface, x, y, r vg.Length, style int, open bool) {
	if st, ok := s.(stamper); ok {
		st.stamp(x, y, r, style, open)
		return
	}
	drawMarker(s, x, y, r, style, open)
}

func drawMarker(s surface, x, y, r vg.Length, style int, open bool) {
	p := markerPath(x, y, r, style)
	c := styleColor(style)
	if open {
		s.fill(p, white)
		s.stroke(p, c, 0.33*r, nil)
		return
	}
	s.stroke(p, white, 0.36*r, nil)
	s.fill(p, c)
}

func markerPath(x, y, r vg.Length, style int) vg.Path {
	corners := func(n int, radius, turn float64) vg.Path {
		points := make([]vg.Point, n)
		for i := range points {
			a := turn + 2*math.Pi*float64(i)/float64(n)
			points[i] = vg.Point{X: x + r*vg.Length(radius*math.Cos(a)), Y: y + r*vg.Length(radius*math.Sin(a))}
		}
		return polygon(points...)
	}
	if style < 0 {
		return circle(x, y, r)
	}
	switch style % 7 {
	case 1:
		return corners(4, 1.25, math.Pi/4) // square
	case 2:
		return corners(3, 1.38, math.Pi/2) // triangle
	case 3:
		return corners(4, 1.34, math.Pi/2) // diamond
	case 4:
		return corners(3, 1.38, -math.Pi/2) // triangle, point down
	case 5:
		return corners(5, 1.2, math.Pi/2) // pentagon
	case 6:
		return corners(6, 1.15, 0) // hexagon
	}
	return circle(x, y, r)
}

// errorBar draws a capped bar from y0 to y1, clipped to the frame; an end that
// was clipped has no cap.
func errorBar(s surface, x, y0, y1, bottom, top, cap, width vg.Length, c color.NRGBA) {
	lo, hi := max(y0, bottom), min(y1, top)
	if !(lo <= hi) {
		return
	}
	s.stroke(polyline(vg.Point{X: x, Y: lo}, vg.Point{X: x, Y: hi}), c, width, nil)
	for _, end := range []struct {
		y       vg.Length
		clipped bool
	}{{lo, y0 < bottom}, {hi, y1 > top}} {
		if !end.clipped {
			s.stroke(polyline(vg.Point{X: x - cap, Y: end.y}, vg.Point{X: x + cap, Y: end.y}), c, width, nil)
		}
	}
}

// box is a rectangle on the page.
type box struct{ x0, y0, x1, y1 vg.Length }

func (b box) contains(p vg.Point) bool {
	return p.X >= b.x0 && p.X <= b.x1 && p.Y >= b.y0 && p.Y <= b.y1
}

// clipSegment returns the part of a segment inside the box (Liang and Barsky).
func (b box) clipSegment(p, q vg.Point) (vg.Point, vg.Point, bool) {
	t0, t1 := 0.0, 1.0
	dx, dy := float64(q.X-p.X), float64(q.Y-p.Y)
	for _, e := range [4][2]float64{{-dx, float64(p.X - b.x0)}, {dx, float64(b.x1 - p.X)}, {-dy, float64(p.Y - b.y0)}, {dy, float64(b.y1 - p.Y)}} {
		if e[0] == 0 {
			if e[1] < 0 {
				return p, q, false
			}
			continue
		}
		t := e[1] / e[0]
		if e[0] < 0 {
			t0 = math.Max(t0, t)
		} else {
			t1 = math.Min(t1, t)
		}
	}
	if !(t0 <= t1) {
		return p, q, false
	}
	at := func(t float64) vg.Point { return vg.Point{X: p.X + vg.Length(t*dx), Y: p.Y + vg.Length(t*dy)} }
	return at(t0), at(t1), true
}

// clipLine returns the pieces of a polyline inside the box. Points that are
// not finite break it.
func (b box) clipLine(points []vg.Point) []vg.Path {
	var out []vg.Path
	var piece vg.Path
	flush := func() {
		if len(piece) > 1 {
			out = append(out, piece)
		}
		piece = nil
	}
	for i := 1; i < len(points); i++ {
		if !finite(points[i-1]) || !finite(points[i]) {
			flush()
			continue
		}
		p, q, ok := b.clipSegment(points[i-1], points[i])
		if !ok {
			flush()
			continue
		}
		if len(piece) == 0 || piece[len(piece)-1].Pos != p {
			flush()
			piece.Move(p)
		}
		piece.Line(q)
		if q != points[i] {
			flush()
		}
	}
	flush()
	return out
}

// finite tells whether a point is a place whose distance from any other one can
// be computed: numbers, and none so large that differences overflow.
func finite(p vg.Point) bool {
	return math.Abs(float64(p.X)) < 1e300 && math.Abs(float64(p.Y)) < 1e300
}

func clamp(v, lo, hi vg.Length) vg.Length { return min(max(v, lo), hi) }
