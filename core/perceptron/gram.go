package perceptron

// gram keeps the Gram matrix A_RF A_RF' of some rows R over some columns F. From one guess of the supports to the next few
// columns come or go, and few rows come: each is a small product, where all of A_RF A_RF' is a large one. What
// rounding it gathers on the way is that of a sum in another order; who needs the last bits refines with A itself.
type gram struct {
	g    *program
	rows []int  // R in the order of the matrix
	at   []int  // position of a row in R, or -1
	inF  []bool // F
	k    []float64
	ld   int // most rows k holds
	mask []bool

	changed, missing []int     // scratch of moveTo
	sign             []float64 // the same
}

func newGram(g *program) *gram {
	c := &gram{g: g, at: make([]int, g.m), inF: make([]bool, g.n), mask: make([]bool, g.n)}
	for mu := range c.at {
		c.at[mu] = -1
	}
	return c
}

// moveTo makes R contain the rows and F equal the columns.
func (c *gram) moveTo(rows, cols []int) {
	clear(c.mask)
	for _, j := range cols {
		c.mask[j] = true
	}
	changed, sign, missing := c.changed[:0], c.sign[:0], c.missing[:0]
	for j, in := range c.mask {
		if in != c.inF[j] {
			changed = append(changed, j)
			if in {
				sign = append(sign, 1)
			} else {
				sign = append(sign, -1)
			}
		}
	}
	for _, mu := range rows {
		if c.at[mu] < 0 {
			missing = append(missing, mu)
		}
	}
	c.changed, c.sign, c.missing = changed, sign, missing
	had, more, n := len(c.rows), len(missing), len(cols)
	if had+more > c.ld || had*had*len(changed)+2*more*(had+more)*n > rebuildShare*len(rows)*len(rows)*n/10 {
		c.rebuild(rows, cols)
		return
	}
	g := c.g
	if len(changed) > 0 {
		part := g.work.take("gram.part", had*len(changed))
		g.gather(part, len(changed), c.rows, changed)
		g.eng.SyrkAdd(c.k, c.ld, part, len(changed), had, len(changed), sign)
		copy(c.inF, c.mask)
	}
	if more > 0 {
		c.list(missing)
		part := g.work.take("gram.part", (had+more)*n)
		g.gather(part, n, c.rows, cols)
		g.eng.GemmNT(c.k[had*c.ld:], c.ld, part[had*n:], n, part, n, more, had, n, 1, 0)
		g.eng.Syrk(c.k[had*c.ld+had:], c.ld, part[had*n:], n, more, n, nil)
	}
}

// rebuildShare: tenths of the work of a rebuild from which an update is not worth it.
const rebuildShare = 8

// rebuild starts again from the given rows, or all if those are most, and columns.
func (c *gram) rebuild(rows, cols []int) {
	g := c.g
	for _, mu := range c.rows {
		c.at[mu] = -1
	}
	c.rows = c.rows[:0]
	c.list(rows)
	if 10*g.m < 13*len(rows) {
		for mu := range g.m {
			if c.at[mu] < 0 {
				c.list([]int{mu})
			}
		}
	}
	m, n := len(c.rows), len(cols)
	c.ld = min(g.m, m+m/4+16)
	c.k = g.work.take("gram", c.ld*c.ld)
	part := g.work.take("gram.part", m*n)
	g.gather(part, n, c.rows, cols)
	g.eng.Syrk(c.k, c.ld, part, n, m, n, nil)
	clear(c.inF)
	for _, j := range cols {
		c.inF[j] = true
	}
}

// list appends rows to R.
func (c *gram) list(rows []int) {
	for _, mu := range rows {
		c.at[mu] = len(c.rows)
		c.rows = append(c.rows, mu)
	}
}

// copyTo sets the lower triangle of dst to the matrix of the given rows, in their order.
func (c *gram) copyTo(dst []float64, rows []int) {
	n := len(rows)
	at := make([]int, n)
	for k, mu := range rows {
		at[k] = c.at[mu]
	}
	c.g.eng.Rows(n, n/2, func(i0, i1 int) {
		for k := i0; k < i1; k++ {
			row, out := at[k], dst[k*n:k*n+k+1]
			line := c.k[row*c.ld : row*c.ld+row+1]
			for l, col := range at[:len(out)] {
				if col < len(line) {
					out[l] = line[col]
				} else {
					out[l] = c.k[col*c.ld+row]
				}
			}
		}
	})
}
