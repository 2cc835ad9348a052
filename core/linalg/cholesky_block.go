package linalg

import "math"

// cholScratch is what Cholesky and TriSolve keep between calls.
type cholScratch struct {
	diag  panels // the diagonal block of L
	below panels // the rows below it, then rows of L
	recip []float64
}

// factorDiagonal factorises the diagonal block of n <= cholBlock rows at
// (j0, j0) of A, all earlier columns having been subtracted, in place and in
// e.chol.diag, with the reciprocals of its diagonal in e.chol.recip.
//
// It goes left to right over panels of w columns: subtract the earlier columns
// from the w x w diagonal block and factorise that by hand, then solve the
// rows below against it, three panels at a time.
func (e *Engine) factorDiagonal(a []float64, lda, j0, n int, edge []float64) error {
	s, w := &e.chol, e.path.width()
	np := (n + w - 1) / w
	e.chol.loadDiagonal(e.path, a[j0*lda+j0:], lda, n)
	for b := range np {
		k := b * w
		panel := s.diag.panel(b, 0)
		block := panel[k*w : (k+w)*w]
		if k > 0 {
			ld := 3 * w
			clear(edge[:w*ld])
			for t := range w {
				copy(edge[t*ld:t*ld+w], block[t*w:(t+1)*w])
			}
			e.path.tile(k, panel, panel, 0, edge, ld, true, true)
			for t := range w {
				copy(block[t*w:(t+1)*w], edge[t*ld:t*ld+w])
			}
		}
		if bad, v := factorTile(block, w, min(w, n-k), s.recip[k:]); bad >= 0 {
			return &NotPositiveError{Pivot: j0 + k + bad, Value: v}
		}
		for p := b + 1; p < np; p += 3 {
			e.path.solveTile(k, panel, s.diag.panel(p, 0), w*s.diag.k, s.recip[k:])
		}
	}
	s.storeDiagonal(e.path, a[j0*lda+j0:], lda, n)
	return nil
}

// loadDiagonal packs a lower triangular block of n rows into s.diag and makes
// room for its reciprocals. Columns are padded to whole panels. Panel p holds
// its columns up to (p+1)*w; what comes after them is stale, and within its
// last tile the upper triangle is whatever a has there: neither is used.
func (s *cholScratch) loadDiagonal(p Path, a []float64, lda, n int) {
	w := p.width()
	k := (n + w - 1) / w * w
	s.diag.reset(w, k+2*w, k) // two spare panels: solveTile takes three at a time
	src := source{a: a, ld: lda, scale: 1}
	for i := 0; i < n; i += w {
		panel := s.diag.panel(i/w, 0)
		p.packPanel(panel, w, min(i+w, n), n-i, src, i, 0)
		clear(panel[w*n : w*k])
	}
	clear(s.diag.panel(k/w, 0))
	if len(s.recip) < k {
		s.recip = make([]float64, k)
	}
	clear(s.recip)
}

// storeDiagonal writes the lower triangle of the block back.
func (s *cholScratch) storeDiagonal(p Path, a []float64, lda, n int) {
	w := p.width()
	for i := 0; i < n; i += w {
		panel, rows := s.diag.panel(i/w, 0), min(w, n-i)
		p.unpackPanel(a[i*lda:], lda, panel, w, i, rows)
		for r := range rows {
			row := a[(i+r)*lda+i : (i+r)*lda+i+r+1]
			for t := range row {
				row[t] = panel[(i+t)*w+r]
			}
		}
	}
}

// factorTile factorises the leading n rows of a w x w tile stored by columns
// (element (r, t), r >= t, at t*w+r). It returns the first pivot that is not
// positive and its value, or -1.
func factorTile(tile []float64, w, n int, recip []float64) (int, float64) {
	for t := range n {
		col := tile[t*w : (t+1)*w]
		if !positivePivot(col[t]) {
			return t, col[t]
		}
		col[t] = math.Sqrt(col[t])
		f := 1 / col[t]
		recip[t] = f
		for r := t + 1; r < n; r++ {
			col[r] *= f
		}
		for u := t + 1; u < n; u++ {
			v := -col[u]
			other := tile[u*w : (u+1)*w]
			for r := u; r < n; r++ {
				other[r] = math.FMA(v, col[r], other[r])
			}
		}
	}
	return -1, 0
}

// solveRows replaces m rows of n columns (from a on) by their solutions against
// the diagonal block of order n, B = B L'^-1, in place and packed in
// e.chol.below, whose inner index is padded to whole panels. Groups of three
// panels are the tasks.
func (e *Engine) solveRows(a []float64, lda, m, n int) {
	s, w := &e.chol, e.path.width()
	k := s.diag.k
	s.below.reset(w, m, k)
	src := source{a: a, ld: lda, scale: 1}
	e.parallel(s.below.count/3, m*k*k/2, func(_, task int) {
		for p := 3 * task; p < 3*task+3; p++ {
			panel := s.below.panel(p, 0)
			e.path.packPanel(panel, w, n, m-p*w, src, p*w, 0)
			clear(panel[w*n : w*k])
		}
		x := s.below.panel(3*task, 0)
		for b := 0; b < k; b += w {
			e.path.solveTile(b, s.diag.panel(b/w, 0), x, w*k, s.recip[b:])
		}
		for p := 3 * task; p < 3*task+3; p++ {
			if rows := min(w, m-p*w); rows > 0 {
				e.path.unpackPanel(a[p*w*lda:], lda, s.below.panel(p, 0), w, n, rows)
			}
		}
	})
}

// unpackPanel stores rows of a packed panel back: dst[r*ld+l] = src[l*w+r].
func (p Path) unpackPanel(dst []float64, ld int, src []float64, w, k, rows int) {
	done := 0
	if rows == w {
		done = p.unpackRows(dst, ld, src, k)
	}
	for r := range rows {
		row := dst[r*ld : r*ld+k]
		for l := done; l < k; l++ {
			row[l] = src[l*w+r]
		}
	}
}
