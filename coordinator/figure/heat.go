package figure

import (
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot/vg"
)

// shades maps values of a heat map to colours.
type shades struct {
	min, max float64
	palette  func(float64) color.NRGBA
}

func (h *HeatMap) shades() shades {
	s := shades{h.Min, h.Max, sequential}
	if !apart(h.Min, h.Max) {
		e := newExtent(false)
		for _, row := range h.Z {
			for _, v := range row {
				e.add(v)
			}
		}
		s.min, s.max = e.min, e.max
		if e.empty() {
			s.min, s.max = 0, 1
		} else if !apart(s.min, s.max) {
			d := math.Max(math.Abs(s.min)*0.1, 0.5)
			s.min, s.max = s.min-d, s.min+d
		}
		if h.Diverging {
			m := math.Max(math.Abs(s.min), math.Abs(s.max))
			s.min, s.max = -m, m
		}
	}
	if h.Diverging {
		s.palette = diverging
	}
	return s
}

func (s shades) of(v float64) color.NRGBA {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return absent
	}
	return s.palette((v - s.min) / (s.max - s.min))
}

// cellEdges returns the borders between cells of the given centres, half-way
// on the scale of the axis, and the outer ones as far out as the first inner.
func cellEdges(centres []float64, log bool) []float64 {
	n := len(centres)
	to, from := func(v float64) float64 { return v }, func(v float64) float64 { return v }
	if log {
		to, from = math.Log, math.Exp
	}
	edges := make([]float64, n+1)
	for i := 1; i < n; i++ {
		edges[i] = from((to(centres[i-1]) + to(centres[i])) / 2)
	}
	if n == 1 {
		d := 0.5
		edges[0], edges[1] = from(to(centres[0])-d), from(to(centres[0])+d)
		return edges
	}
	edges[0] = from(2*to(centres[0]) - to(edges[1]))
	edges[n] = from(2*to(centres[n-1]) - to(edges[n-1]))
	return edges
}

// heat draws cells and contour lines, and the colour bar right of the frame.
func (g *page) heat(p *panel) {
	h, shade := p.Heat, p.Heat.shades()
	grouped, groups := g.s.(grouper)
	if groups {
		grouped.group("heat")
	}
	g.cells(p)
	for _, level := range h.Levels {
		for _, line := range p.contours(h.Theory, level) {
			g.s.stroke(line, shade.over(level), g.lineWidth*0.8, Dashed.dashes(g.lineWidth))
		}
	}
	for _, level := range h.Levels {
		g.contourLine(p, level, shade)
	}
	if groups {
		grouped.ungroup()
	}
	g.colorBar(p, shade)
}

// over is the colour of lines and numbers on the colour of a value.
func (s shades) over(v float64) color.NRGBA {
	if lightness(s.of(v)) > 0.45 {
		return ink
	}
	return white
}

// contours returns the level lines of z, on the heat map's grid, on the page.
func (p *panel) contours(z [][]float64, level float64) []vg.Path {
	var out []vg.Path
	for _, line := range contour(z, level) {
		points := make([]vg.Point, len(line))
		for k, q := range line {
			points[k] = vg.Point{X: p.sx.at(atIndex(p.Heat.X, q[0], p.sx.log)), Y: p.sy.at(atIndex(p.Heat.Y, q[1], p.sy.log))}
		}
		out = append(out, p.frame.clipLine(points)...)
	}
	return out
}

func (g *page) contourLine(p *panel, level float64, shade shades) {
	c := shade.over(level)
	var longest vg.Path
	for _, piece := range p.contours(p.Heat.Z, level) {
		g.s.stroke(piece, c, g.lineWidth*0.8, nil)
		if pathLength(piece) > pathLength(longest) {
			longest = piece
		}
	}
	label, width := g.fonts.layout(minus(strconv.FormatFloat(level, 'g', 6, 64)), g.small, false)
	if pathLength(longest) < 3*width {
		return
	}
	// The label stands on the line where it is closest to horizontal, away from the frame.
	at, best := longest[len(longest)/2].Pos, math.Inf(1)
	for k := 1; k < len(longest); k++ {
		p0, p1 := longest[k-1].Pos, longest[k].Pos
		m := vg.Point{X: (p0.X + p1.X) / 2, Y: (p0.Y + p1.Y) / 2}
		if m.X-width < p.frame.x0 || m.X+width > p.frame.x1 || m.Y-g.small < p.frame.y0 || m.Y+g.small > p.frame.y1 {
			continue
		}
		slope := math.Abs(float64(p1.Y-p0.Y)) / (1e-9 + math.Abs(float64(p1.X-p0.X)))
		middle := math.Abs(float64(k)/float64(len(longest)) - 0.5)
		if score := math.Min(slope, 5) + 3*middle; score < best {
			at, best = m, score
		}
	}
	g.s.fill(rectangle(at.X-width/2-0.8, at.Y-g.small*0.42, at.X+width/2+0.8, at.Y+g.small*0.42), shade.of(level))
	g.s.text(at.X-width/2, at.Y-g.small*0.34, false, label, c)
}

func atIndex(centres []float64, q float64, log bool) float64 {
	i := min(int(q), len(centres)-1)
	u := q - float64(i)
	if u == 0 {
		return centres[i]
	}
	if log {
		return math.Exp(math.Log(centres[i])*(1-u) + math.Log(centres[i+1])*u)
	}
	return centres[i]*(1-u) + centres[i+1]*u
}

func pathLength(p vg.Path) vg.Length {
	sum := 0.0
	for i := 1; i < len(p); i++ {
		sum += math.Hypot(float64(p[i].Pos.X-p[i-1].Pos.X), float64(p[i].Pos.Y-p[i-1].Pos.Y))
	}
	return vg.Length(sum)
}

// barScale is the axis of a colour bar over a frame of the given heights.
func (h *HeatMap) barScale(from, to vg.Length) scale {
	s := h.shades()
	return scale{min: s.min, max: s.max, from: from, to: to}
}

// barWidth is the room a colour bar takes right of the frame.
func (g *page) barWidth(p *panel, height vg.Length) vg.Length {
	s := p.Heat.barScale(0, height)
	w := 2.2*g.base + g.tickLength + g.labelWidth(s.ticks(g.wantY(height)))
	if p.Heat.Name != "" {
		w += 1.5 * g.base
	}
	return w
}

func (g *page) colorBar(p *panel, shade shades) {
	x0 := p.frame.x1 + 0.9*g.base
	x1 := x0 + 1.1*g.base
	s := p.Heat.barScale(p.frame.y0, p.frame.y1)
	const steps = 128
	for i := range steps {
		y0 := s.from + (s.to-s.from)*vg.Length(i)/steps
		y1 := min(s.to, y0+(s.to-s.from)/steps+0.3)
		g.s.fill(rectangle(x0, y0, x1, y1), shade.palette((float64(i)+0.5)/steps))
	}
	g.s.stroke(rectangle(x0, s.from, x1, s.to), ink, g.axisWidth, nil)
	ticks := s.ticks(g.wantY(s.to - s.from))
	for _, t := range ticks {
		if t.label == "" {
			continue
		}
		y := s.at(t.value)
		g.s.stroke(polyline(vg.Point{X: x1, Y: y}, vg.Point{X: x1 + g.tickLength, Y: y}), ink, g.axisWidth, nil)
		g.label(x1+g.tickLength*1.6, y-0.35*g.base, t.label, left)
	}
	if p.Heat.Name != "" {
		x := x1 + g.tickLength*1.6 + g.labelWidth(ticks) + 1.25*g.base
		g.labelUp(x, (s.from+s.to)/2, axisTitle(p.Heat.Name, p.Heat.Unit))
	}
}

func axisTitle(name, unit string) string {
	if unit == "" {
		return name
	}
	return name + " (" + unit + ")"
}
