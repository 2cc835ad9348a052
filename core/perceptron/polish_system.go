package perceptron

import "math"

// gather factors the Gram matrix of A_SF, with -e as a further column if wanted, plus rho b b' for a border b (none: nil). False: no rows, no columns or not factorable.
func (po *polish) gather(border []float64, threshold bool) bool {
	g := po.g
	po.border, po.rho = border, 0
	po.rows, po.cols = po.rows[:0], po.cols[:0]
	for mu, in := range po.inS {
		if in || g.isEqual(mu) {
			po.rows = append(po.rows, mu)
		}
	}
	for j, in := range po.inF {
		if in || g.isFree(j) {
			po.cols = append(po.cols, j)
		}
	}
	ns, nf := len(po.rows), len(po.cols)
	if ns == 0 || (nf == 0 && border == nil) {
		return false
	}
	if border != nil {
		po.rho = po.weight(border)
		for k, mu := range po.rows {
			po.row[k] = border[mu]
		}
	}
	po.width = nf
	if threshold {
		po.width++
	}
	// Where the system may be nearly singular its matrix is summed afresh.
	fresh := threshold || 10*ns > 9*nf
	if po.gathered = fresh; fresh {
		po.copyRows(threshold)
	} else {
		po.grams.moveTo(po.rows, po.cols)
	}
	po.gram = g.work.take("polish.gram", ns*ns)
	po.guard = 0
	for try := range 4 {
		if fresh {
			g.eng.Syrk(po.gram, ns, po.b, po.width, ns, po.width, nil)
		} else {
			po.grams.copyTo(po.gram, po.rows)
		}
		largest := 0.0
		for k := range ns {
			if po.rho > 0 {
				row, b := po.gram[k*ns:k*ns+k+1], po.row[:k+1]
				for l, f := 0, po.rho*po.row[k]; l < len(row); l++ {
					row[l] += float64(f * b[l])
				}
			}
			largest = math.Max(largest, po.gram[k*ns+k])
		}
		if try > 0 {
			po.guard = largest * [...]float64{0, 1e-14, 1e-12, 1e-10}[try]
			for k := range ns {
				po.gram[k*ns+k] += po.guard
			}
		}
		if g.eng.Cholesky(po.gram, ns, ns) == nil && po.pivots(ns, largest) {
			return true
		}
	}
	return false
}

// copyRows gathers A_SF, with -e as a further column if wanted.
func (po *polish) copyRows(threshold bool) {
	g, nf := po.g, len(po.cols)
	po.b, po.gathered = g.work.take("polish.b", len(po.rows)*po.width), true
	g.gather(po.b, po.width, po.rows, po.cols)
	if threshold {
		for k, mu := range po.rows {
			po.b[k*po.width+nf] = -g.e[mu]
		}
	}
}

// pivots says whether the factor's smallest pivot stands out of rounding.
func (po *polish) pivots(ns int, largest float64) bool {
	floor := 1e-15 * largest
	for k := range ns {
		if d := po.gram[k*ns+k]; float64(d*d) < floor {
			return false
		}
	}
	return true
}

// weight is a rho for the border: large enough to be seen, small enough not to dominate.
func (po *polish) weight(border []float64) float64 {
	bb := 0.0
	for _, mu := range po.rows {
		bb += float64(border[mu] * border[mu])
	}
	if !(bb > 0) {
		return 1
	}
	return float64(len(po.rows)) / bb
}

// solve overwrites p (length |S|) with (G + rho b b')^-1 r, refined if exact.
func (po *polish) solve(p []float64, r func(k int) float64, exact bool) {
	g, ns, nf := po.g, len(po.rows), po.width
	for k := range p[:ns] {
		p[k] = r(k)
	}
	want := 0.0
	for _, x := range p[:ns] {
		want = math.Max(want, math.Abs(x))
	}
	g.eng.SolveLower(po.gram, ns, ns, p)
	g.eng.SolveLowerT(po.gram, ns, ns, p)
	if !exact {
		return
	}
	if !po.gathered {
		po.copyRows(false)
	}
	res := po.row[:ns]
	best := math.Inf(1)
	for range 5 {
		g.eng.MulVecT(po.col[:nf], po.b, nf, ns, nf, p[:ns])
		g.eng.MulVec(res, po.b, nf, ns, nf, po.col[:nf])
		var bp float64
		if po.border != nil {
			bp = po.dot(po.border, p)
		}
		size := 0.0
		for k := range res {
			res[k] = r(k) - res[k]
			if po.border != nil {
				res[k] -= float64(po.rho * bp * po.border[po.rows[k]])
			}
			size = math.Max(size, math.Abs(res[k]))
		}
		if size <= 1e-16*want || !(size < best/2) {
			return
		}
		best = size
		g.eng.SolveLower(po.gram, ns, ns, res)
		g.eng.SolveLowerT(po.gram, ns, ns, res)
		for k, x := range res {
			p[k] += x
		}
	}
}

// dot is the inner product of a full-length vector restricted to S with p.
func (po *polish) dot(full, p []float64) float64 {
	var s float64
	for k, mu := range po.rows {
		s += float64(full[mu] * p[k])
	}
	return s
}
