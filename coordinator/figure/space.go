package figure

import "gonum.org/v1/plot/vg"

// obstacles is what a legend or note inside a panel must not touch.
type obstacles struct {
	boxes []box
	lines []vg.Path
}

func (o *obstacles) hit(b box) bool {
	for _, x := range o.boxes {
		if x.x0 < b.x1 && x.x1 > b.x0 && x.y0 < b.y1 && x.y1 > b.y0 {
			return true
		}
	}
	for _, l := range o.lines {
		for i := 1; i < len(l); i++ {
			if _, _, touched := b.clipSegment(l[i-1].Pos, l[i].Pos); touched {
				return true
			}
		}
	}
	return false
}

// obstacles collects what is drawn in a panel.
func (g *page) obstacles(p *panel) *obstacles {
	o := &obstacles{}
	if p.Heat != nil {
		o.boxes = append(o.boxes, p.frame)
		return o
	}
	for _, l := range p.Lines {
		o.lines = append(o.lines, p.frame.clipLine(p.points(l.X, l.Y))...)
	}
	for _, s := range p.Series {
		var xs, ys []float64
		for _, q := range s.Points {
			at := vg.Point{X: p.sx.at(q.X), Y: p.sy.at(q.Y)}
			xs, ys = append(xs, q.X), append(ys, q.Y)
			if !finite(at) {
				continue
			}
			r := 1.4 * g.radius
			b := box{at.X - r, at.Y - r, at.X + r, at.Y + r}
			if q.Err > 0 {
				b.y1 = max(b.y1, p.sy.at(q.Y+q.Err))
				b.y0 = min(b.y0, p.low(q.Y, q.Err))
			}
			o.boxes = append(o.boxes, b)
		}
		if s.Connect {
			o.lines = append(o.lines, p.frame.clipLine(p.points(xs, ys))...)
		}
	}
	for _, h := range p.Histograms {
		for i, v := range h.Heights {
			o.boxes = append(o.boxes, box{p.sx.at(h.Edges[i]), p.frame.y0, p.sx.at(h.Edges[i+1]), p.sy.at(v)})
		}
	}
	for _, b := range p.Bands {
		for i := 1; i < len(b.X); i++ {
			o.boxes = append(o.boxes, box{p.sx.at(b.X[i-1]), p.sy.at(min(b.Low[i-1], b.Low[i])), p.sx.at(b.X[i]), p.sy.at(max(b.High[i-1], b.High[i]))})
		}
	}
	return o
}

// corner returns a place of the given size in a corner of the frame that
// touches nothing, and false if there is none.
func (g *page) corner(p *panel, o *obstacles, w, h vg.Length) (box, bool) {
	gap := 0.8 * g.base
	f := p.frame
	if w+2*gap > f.x1-f.x0 || h+2*gap > f.y1-f.y0 {
		return box{}, false
	}
	l, r, b, t := f.x0+gap, f.x1-gap-w, f.y0+gap, f.y1-gap-h
	top := f.y1 - h // a legend may reach the open upper end of the frame
	for _, at := range []vg.Point{{X: r, Y: top}, {X: r, Y: t}, {X: l, Y: t}, {X: r, Y: b}, {X: l, Y: b}, {X: (l + r) / 2, Y: t}, {X: (l + r) / 2, Y: b}} {
		place := box{at.X, at.Y, at.X + w, at.Y + h}
		pad := 0.4 * g.base
		if !o.hit(box{place.x0 - pad, place.y0 - pad, place.x1 + pad, place.y1 + pad}) {
			return place, true
		}
	}
	return box{}, false
}
