package figure

import (
	"image/color"

	"gonum.org/v1/plot/vg"
)

// surface is what panels are drawn on. Lengths are points, the origin is at
// the bottom left. Arcs do not occur in paths.
type surface interface {
	fill(p vg.Path, c color.NRGBA)
	stroke(p vg.Path, c color.NRGBA, width vg.Length, dash []vg.Length)
	// text draws runs one after the other from (x, y), turned by a quarter if up.
	text(x, y vg.Length, up bool, runs []run, c color.NRGBA)
	// encode returns the file, described by a title and metadata.
	encode(title string, meta []Meta) ([]byte, error)
}

// annotator is a surface whose parts can say what they stand for: the next fill or stamp after tell does.
type annotator interface{ tell(text string) }

// grouper is a surface that can give a name to a group of what is drawn.
type grouper interface {
	group(class string)
	ungroup()
}

// stamper is a surface that draws equal markers by one pattern.
type stamper interface {
	stamp(x, y, r vg.Length, style int, open bool)
}

func polyline(points ...vg.Point) vg.Path {
	var p vg.Path
	for i, q := range points {
		if i == 0 {
			p.Move(q)
		} else {
			p.Line(q)
		}
	}
	return p
}

func polygon(points ...vg.Point) vg.Path {
	p := polyline(points...)
	p.Close()
	return p
}

func rectangle(x0, y0, x1, y1 vg.Length) vg.Path {
	return polygon(vg.Point{X: x0, Y: y0}, vg.Point{X: x1, Y: y0}, vg.Point{X: x1, Y: y1}, vg.Point{X: x0, Y: y1})
}

// circle approximates a circle by four cubic curves, to 3e-4 of the radius.
func circle(x, y, r vg.Length) vg.Path {
	k := r * 0.5522847498
	at := func(dx, dy vg.Length) vg.Point { return vg.Point{X: x + dx, Y: y + dy} }
	var p vg.Path
	p.Move(at(r, 0))
	p.CubeTo(at(r, k), at(k, r), at(0, r))
	p.CubeTo(at(-k, r), at(-r, k), at(-r, 0))
	p.CubeTo(at(-r, -k), at(-k, -r), at(0, -r))
	p.CubeTo(at(k, -r), at(r, -k), at(r, 0))
	p.Close()
	return p
}
