package figure

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
)

// panel is a Panel with its axes and place on the page.
type panel struct {
	*Panel
	x, y   Axis
	sx, sy scale
	frame  box
	xt, yt []tick
}

// place fixes the frame and with it the scales and ticks.
func (g *page) place(p *panel, frame box) {
	p.frame = frame
	p.sx.from, p.sx.to = frame.x0, frame.x1
	p.sy.from, p.sy.to = frame.y0, frame.y1
	p.xt, p.yt = p.sx.ticks(g.wantX(frame.x1-frame.x0)), p.sy.ticks(g.wantY(frame.y1-frame.y0))
}

// drawPanel draws all of a panel but its legend and notes.
func (g *page) drawPanel(p *panel, xName, yName bool) {
	if p.Heat != nil {
		g.heat(p)
	}
	for _, b := range p.Bands {
		g.band(p, b)
	}
	for _, h := range p.Histograms {
		g.histogram(p, h)
	}
	g.axes(p, xName, yName)
	for _, l := range p.Lines {
		for _, piece := range p.frame.clipLine(p.points(l.X, l.Y)) {
			g.s.stroke(piece, styleColor(l.Style), g.lineWidth, l.Dash.dashes(g.lineWidth))
		}
	}
	for _, s := range p.Series {
		g.series(p, s)
	}
}

// points maps values to the page; those that have no place become NaN.
func (p *panel) points(x, y []float64) []vg.Point {
	out := make([]vg.Point, len(x))
	for i := range x {
		out[i] = vg.Point{X: p.sx.at(x[i]), Y: p.sy.at(y[i])}
	}
	return out
}

// low returns where an error bar ends below: under the frame, so without a
// cap, where a logarithmic axis cannot show the end.
func (p *panel) low(y, err float64) vg.Length {
	if p.sy.log && y <= err {
		return p.frame.y0 - 1
	}
	return p.sy.at(y - err)
}

func (g *page) series(p *panel, s Series) {
	c := styleColor(s.Style)
	r := g.crowded(p)
	grown := p.frame
	grown.x0, grown.x1, grown.y0, grown.y1 = grown.x0-0.1, grown.x1+0.1, grown.y0-0.1, grown.y1+0.1
	if s.Connect {
		var xs, ys []float64
		for _, q := range s.Points {
			xs, ys = append(xs, q.X), append(ys, q.Y)
		}
		for _, piece := range p.frame.clipLine(p.points(xs, ys)) {
			g.s.stroke(piece, c, 0.7*g.lineWidth, nil)
		}
	}
	for _, q := range s.Points {
		at := vg.Point{X: p.sx.at(q.X), Y: p.sy.at(q.Y)}
		if q.Err > 0 && !math.IsInf(q.Err, 0) && finite(at) && at.X >= grown.x0 && at.X <= grown.x1 {
			errorBar(g.s, at.X, p.low(q.Y, q.Err), p.sy.at(q.Y+q.Err), p.frame.y0, p.frame.y1, 0.8*r, 0.75*g.lineWidth, c)
		}
	}
	for _, q := range s.Points {
		at := vg.Point{X: p.sx.at(q.X), Y: p.sy.at(q.Y)}
		if finite(at) && grown.contains(at) {
			g.tell(p.tell(s.Label, q))
			marker(g.s, at.X, at.Y, r, s.Style, s.Open)
		}
	}
}

// tell says what the next thing drawn stands for where the format can: SVG shows it under the pointer.
func (g *page) tell(text string) {
	if a, ok := g.s.(annotator); ok {
		a.tell(text)
	}
}

// tell says a point's values, in plain text.
func (p *panel) tell(label string, q Point) string {
	text := fmt.Sprintf("%.5g", q.Y)
	if q.Err > 0 {
		text += fmt.Sprintf(" \u00b1 %.2g", q.Err)
	}
	text += fmt.Sprintf(" at %.6g", q.X)
	if label = plainText(label); label != "" {
		text = label + ": " + text
	}
	return text
}

// crowded returns the radius of markers in a panel, smaller where many points
// share its width.
func (g *page) crowded(p *panel) vg.Length {
	n := 0
	for _, s := range p.Series {
		n += len(s.Points)
	}
	room := float64(p.frame.x1-p.frame.x0) / (float64(n) * float64(g.radius))
	return g.radius * vg.Length(math.Min(1, math.Max(0.7, math.Sqrt(room/3.5))))
}

func (g *page) band(p *panel, b Band) {
	var low, high []vg.Point
	flush := func() {
		if len(low) > 1 {
			for i, j := 0, len(high)-1; i < j; i, j = i+1, j-1 {
				high[i], high[j] = high[j], high[i]
			}
			g.s.fill(polygon(append(low, high...)...), alpha(styleColor(b.Style), 0x40))
		}
		low, high = nil, nil
	}
	for i := range b.X {
		l := vg.Point{X: p.sx.at(b.X[i]), Y: p.sy.at(b.Low[i])}
		h := vg.Point{X: l.X, Y: p.sy.at(b.High[i])}
		if p.sy.log && b.Low[i] <= 0 {
			l.Y = p.frame.y0
		}
		if !finite(l) || !finite(h) || l.X < p.frame.x0-0.1 || l.X > p.frame.x1+0.1 {
			flush()
			continue
		}
		l.Y, h.Y = clamp(l.Y, p.frame.y0, p.frame.y1), clamp(h.Y, p.frame.y0, p.frame.y1)
		low, high = append(low, l), append(high, h)
	}
	flush()
}

func (g *page) histogram(p *panel, h Histogram) {
	c := styleColor(h.Style)
	floor := p.frame.y0
	if !p.sy.log {
		floor = clamp(p.sy.at(0), p.frame.y0, p.frame.y1)
	}
	for i, v := range h.Heights {
		x0, x1 := clamp(p.sx.at(h.Edges[i]), p.frame.x0, p.frame.x1), clamp(p.sx.at(h.Edges[i+1]), p.frame.x0, p.frame.x1)
		top := p.sy.at(v)
		if p.sy.log && v <= 0 || math.IsNaN(float64(top)) || !(x1 > x0) {
			continue
		}
		top = clamp(top, p.frame.y0, p.frame.y1)
		g.tell(fmt.Sprintf("%s: %.4g from %.5g to %.5g", plainText(h.Label), v, h.Edges[i], h.Edges[i+1]))
		g.s.fill(rectangle(x0, floor, x1, top), alpha(c, 0x59))
		g.s.stroke(polyline(vg.Point{X: x0, Y: floor}, vg.Point{X: x0, Y: top}, vg.Point{X: x1, Y: top}, vg.Point{X: x1, Y: floor}), alpha(c, 0xb3), 0.5*g.axisWidth, nil)
		if h.Err != nil && h.Err[i] > 0 {
			errorBar(g.s, (x0+x1)/2, p.low(v, h.Err[i]), p.sy.at(v+h.Err[i]), p.frame.y0, p.frame.y1, min(0.8*g.radius, (x1-x0)/3), 0.75*g.lineWidth, c)
		}
	}
}

// axes draws the left and lower side (all four around a heat map), ticks
// outwards, labels, names and the panel's title.
func (g *page) axes(p *panel, xName, yName bool) {
	f := p.frame
	if p.Heat != nil {
		g.s.stroke(rectangle(f.x0, f.y0, f.x1, f.y1), ink, g.axisWidth, nil)
	} else {
		g.s.stroke(polyline(vg.Point{X: f.x0, Y: f.y1}, vg.Point{X: f.x0, Y: f.y0}, vg.Point{X: f.x1, Y: f.y0}), ink, g.axisWidth, nil)
	}
	for _, t := range p.xt {
		x, long := p.sx.at(t.value), g.tickLength
		if t.label == "" {
			long *= 0.55
		}
		g.s.stroke(polyline(vg.Point{X: x, Y: f.y0}, vg.Point{X: x, Y: f.y0 - long}), ink, g.axisWidth, nil)
		g.label(x, f.y0-g.tickLength-1.05*g.base, t.label, center)
	}
	for _, t := range p.yt {
		y, long := p.sy.at(t.value), g.tickLength
		if t.label == "" {
			long *= 0.55
		}
		g.s.stroke(polyline(vg.Point{X: f.x0, Y: y}, vg.Point{X: f.x0 - long, Y: y}), ink, g.axisWidth, nil)
		g.label(f.x0-1.6*g.tickLength, y-0.35*g.base, t.label, right)
	}
	if xName && p.x.Name != "" {
		g.label((f.x0+f.x1)/2, f.y0-g.tickLength-2.55*g.base, axisTitle(p.x.Name, p.x.Unit), center)
	}
	if yName && p.y.Name != "" {
		g.labelUp(f.x0-1.6*g.tickLength-g.labelWidth(p.yt)-0.9*g.base, (f.y0+f.y1)/2, axisTitle(p.y.Name, p.y.Unit))
	}
	if p.Title != "" {
		g.write(f.x0, f.y1+0.6*g.base, p.Title, g.base, left, true, ink)
	}
}
