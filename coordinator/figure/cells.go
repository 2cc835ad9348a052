package figure

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
)

// maxShapes is up to how many cells a heat map in an SVG is made of shapes that say their values; larger ones are a
// picture that carries them, for a page has to send a figure again and again.
const maxShapes = 400

// picturer is a surface on which a heat map of many cells is a picture.
type picturer interface{ picture(c *cells) }

// cells are a heat map's colours and values on the page.
type cells struct {
	xe, ye []vg.Length // borders on the page, increasing
	h      *HeatMap
	shade  shades
}

func (g *page) newCells(p *panel) *cells {
	edges := func(centres []float64, s scale, lo, hi vg.Length) []vg.Length {
		var out []vg.Length
		for _, e := range cellEdges(centres, s.log) {
			out = append(out, clamp(s.at(e), lo, hi))
		}
		return out
	}
	return &cells{xe: edges(p.Heat.X, p.sx, p.frame.x0, p.frame.x1), ye: edges(p.Heat.Y, p.sy, p.frame.y0, p.frame.y1),
		h: p.Heat, shade: p.Heat.shades()}
}

// cells draws the cells of a heat map.
func (g *page) cells(p *panel) {
	c := g.newCells(p)
	if s, ok := g.s.(picturer); ok && len(c.h.X)*len(c.h.Y) > maxShapes {
		s.picture(c)
		return
	}
	const overlap = 0.3 // hides the seams that smoothing leaves between cells
	for j, row := range c.h.Z {
		for i, v := range row {
			x0, x1 := c.xe[i], min(c.xe[i+1]+overlap, p.frame.x1)
			y0, y1 := c.ye[j], min(c.ye[j+1]+overlap, p.frame.y1)
			if x1 > x0 && y1 > y0 {
				g.tell(c.h.tell(v, c.h.X[i], c.h.Y[j]))
				g.s.fill(rectangle(x0, y0, x1, y1), c.shade.of(v))
			}
		}
	}
}

// tell says a cell's value, in plain text.
func (h *HeatMap) tell(v, x, y float64) string {
	value := "no value"
	if !math.IsNaN(v) {
		value = fmt.Sprintf("%.4g", v)
	}
	return fmt.Sprintf("%s at %.6g, %.6g", value, x, y)
}

// picture implements picturer: an image of one pixel a cell where all cells are of a size, else of the page's own
// resolution. Borders (on the page), coordinates and values are its attributes, rows upwards; the live page shows the one
// under the pointer.
func (s *svgSurface) picture(c *cells) {
	s.finish()
	x0, x1, y0, y1 := c.xe[0], c.xe[len(c.xe)-1], c.ye[0], c.ye[len(c.ye)-1]
	if !(x1 > x0 && y1 > y0) {
		return
	}
	var pixels bytes.Buffer
	if err := png.Encode(&pixels, c.pixels()); err != nil {
		panic("figure: a picture in memory cannot be written: " + err.Error())
	}
	fmt.Fprintf(&s.body, `<image x="%s" y="%s" width="%s" height="%s" preserveAspectRatio="none" style="image-rendering:pixelated"`,
		coord(x0), coord(s.h-y1), coord(x1-x0), coord(y1-y0))
	list := func(name string, n int, text func(i int) string) {
		fmt.Fprintf(&s.body, ` data-%s="`, name)
		for i := range n {
			if i > 0 {
				s.body.WriteByte(' ')
			}
			s.body.WriteString(text(i))
		}
		s.body.WriteByte('"')
	}
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
	list("left", len(c.xe), func(i int) string { return coord(c.xe[i]) })
	list("low", len(c.ye), func(j int) string { return coord(s.h - c.ye[j]) })
	list("x", len(c.h.X), func(i int) string { return number(c.h.X[i]) })
	list("y", len(c.h.Y), func(j int) string { return number(c.h.Y[j]) })
	n := len(c.h.X)
	list("z", n*len(c.h.Y), func(k int) string {
		if v := c.h.Z[k/n][k%n]; !math.IsNaN(v) {
			return strings.TrimPrefix(strconv.FormatFloat(v, 'g', 4, 64), "+")
		}
		return "-"
	})
	fmt.Fprintf(&s.body, " xlink:href=\"data:image/png;base64,%s\"/>\n", base64.StdEncoding.EncodeToString(pixels.Bytes()))
}

// pixelsPerPoint is the resolution of pictures whose cells differ in size.
const pixelsPerPoint = 3

func (c *cells) pixels() image.Image {
	columns, rows := spread(c.xe), spread(c.ye)
	img := image.NewNRGBA(image.Rect(0, 0, len(columns), len(rows)))
	for y, j := range rows {
		for x, i := range columns {
			img.SetNRGBA(x, len(rows)-1-y, c.at(i, j))
		}
	}
	return img
}

func (c *cells) at(i, j int) color.NRGBA { return c.shade.of(c.h.Z[j][i]) }

// spread returns the cell of each pixel along a side.
func spread(edges []vg.Length) []int {
	n := len(edges) - 1
	length := edges[n] - edges[0]
	even := true
	for i, e := range edges {
		even = even && math.Abs(float64(e-edges[0]-length*vg.Length(i)/vg.Length(n))) < 0.01
	}
	pixels := n
	if !even {
		pixels = max(n, int(length*pixelsPerPoint))
	}
	out := make([]int, pixels)
	cell := 0
	for x := range out {
		at := edges[0] + length*(vg.Length(x)+0.5)/vg.Length(pixels)
		for cell < n-1 && at >= edges[cell+1] {
			cell++
		}
		out[x] = cell
	}
	return out
}
