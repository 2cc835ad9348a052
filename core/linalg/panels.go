package linalg

// blockK is the length of a block of the inner index. Three panels of this
// length (24 rows, 36 KiB) and one more (12 KiB) fill a first-level cache of
// 48 KiB.
const blockK = 192

// superK bounds the packed part of the inner index, and with it the memory of
// the panels.
const superK = 6 * blockK

// panels is an n x k operand packed for the tile kernel: panels of w
// consecutive rows, each stored k-major, w numbers per k, so that the kernel
// reads it front to back:
//
//	panel p, inner index l, row r:  the element (p*w + r, l)
//
// The inner index is cut into blocks of blockK; all panels of one block lie
// together, panel after panel. Missing rows of the last panel are zero, and up
// to two more zero panels follow, because the right operand is read three
// panels at a time. The same format serves both operands of a product.
type panels struct {
	data  []float64
	w     int // rows in a panel
	count int // panels, with padding: a multiple of 3
	n, k  int
}

// reset gives p the shape n x k, keeping its memory; the contents are stale.
func (p *panels) reset(w, n, k int) {
	p.w, p.n, p.k = w, n, k
	p.count = (n + 3*w - 1) / (3 * w) * 3
	need := p.count * w * k
	if cap(p.data) < need {
		p.data = make([]float64, need)
	}
	p.data = p.data[:need]
}

// blockLen returns the length of the inner block that starts at l0.
func (p *panels) blockLen(l0 int) int { return min(blockK, p.k-l0) }

// panel returns the memory from panel i of the inner block at l0 on.
func (p *panels) panel(i, l0 int) []float64 {
	return p.data[p.w*(p.count*l0+i*p.blockLen(l0)):]
}

// source says where a packed operand comes from: element (i, l) of the n x k
// operand is a[i*ld+l], or a[l*ld+i] if trans, times scale.
type source struct {
	a     []float64
	ld    int
	trans bool
	scale float64
}

// from returns the source shifted by l0 along the inner index.
func (s source) from(l0 int) source {
	if s.trans {
		s.a = s.a[l0*s.ld:]
	} else {
		s.a = s.a[l0:]
	}
	return s
}

// pack fills p (already of its shape) from s, one panel of one block a task.
func (e *Engine) pack(p *panels, s source) { e.packScaled(p, nil, s, nil) }

// packScaled fills p from s, and scaled (of the same shape) from s with element
// (i, l) times d[l], while the panel it is made from is still in the cache.
// scaled may be nil.
func (e *Engine) packScaled(p, scaled *panels, s source, d []float64) {
	if p.k == 0 {
		return
	}
	blocks := (p.k + blockK - 1) / blockK
	// A packed number costs about as much as 16 multiply-adds.
	e.parallel(p.count*blocks, 16*p.n*p.k, func(_, task int) {
		e.path.packBlock(p, scaled, s, d, task/blocks, task%blocks*blockK)
	})
}

// packBlock fills panel i of the inner block at l0, and that of scaled unless nil.
func (p Path) packBlock(dst, scaled *panels, s source, d []float64, i, l0 int) {
	k := dst.blockLen(l0)
	panel := dst.panel(i, l0)
	p.packPanel(panel, dst.w, k, dst.n-i*dst.w, s, i*dst.w, l0)
	if scaled != nil {
		p.scalePanel(scaled.panel(i, l0), panel, dst.w, d[l0:l0+k])
	}
}

// scalePanel sets dst[l*w+r] = src[l*w+r] * d[l].
func (p Path) scalePanel(dst, src []float64, w int, d []float64) {
	for l := p.packColumns(dst, src, w, len(d), d); l < len(d); l++ {
		f := d[l]
		for r, v := range src[l*w : (l+1)*w] {
			dst[l*w+r] = v * f
		}
	}
}

// packPanel fills one panel: dst[l*w+r] = element (i0+r, l0+l) of s for
// r < rows, l < k; zero for the missing rows up to w.
func (p Path) packPanel(dst []float64, w, k, rows int, s source, i0, l0 int) {
	dst = dst[:w*k]
	if rows < w {
		clear(dst)
		if rows <= 0 {
			return
		}
	}
	rows = min(rows, w)
	if s.trans {
		src := s.a[l0*s.ld+i0:]
		done := 0
		if rows == w && s.scale == 1 {
			done = p.packColumns(dst, src, s.ld, k, nil)
		}
		for l := done; l < k; l++ {
			row := src[l*s.ld : l*s.ld+rows]
			for r, v := range row {
				dst[l*w+r] = v * s.scale
			}
		}
		return
	}
	src := s.a[i0*s.ld+l0:]
	done := 0
	if rows == w && s.scale == 1 {
		done = p.packRows(dst, src, s.ld, k)
	}
	for r := range rows {
		row := src[r*s.ld : r*s.ld+k]
		for l := done; l < k; l++ {
			dst[l*w+r] = row[l] * s.scale
		}
	}
}
