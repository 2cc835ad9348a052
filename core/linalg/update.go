package linalg

// update is one product of packed operands into C (m x n):
// C = [C] +- left right', the tile kernel applied to every tile of C.
//
// Three levels of blocking keep the kernel's operands close, none of which
// changes the order of additions in an element of C (ascending inner index,
// the partial sum kept in C between blocks):
//
//   - a tile of w x 3w elements of C stays in registers while the kernel runs
//     over one block of the inner index (blockK);
//   - within a block of C (blockRows x blockCols), three panels of the right
//     operand stay in the first-level cache while all panels of the left one
//     pass by;
//   - a block of C, and its operands for one inner block, stay in the
//     second-level cache while the inner index advances. Blocks of C are the
//     tasks that threads share.
type update struct {
	c           []float64
	ldc         int
	m, n        int
	left, right *panels
	lower       bool // only j <= i
	load        bool // start from C, not from +0
	sub         bool // subtract the products
}

// The size of a block of C; both are multiples of every path's tile.
const (
	blockRows = 96
	blockCols = 240
)

// update runs u, blocks of C in parallel.
func (e *Engine) update(u update) {
	cols := (u.n + blockCols - 1) / blockCols
	height := e.blockHeight(u.m)
	rows := (u.m + height - 1) / height
	work := u.m * u.n * u.left.k
	if u.lower {
		work /= 2
	}
	e.parallel(rows*cols, work, func(worker, task int) {
		i0, j0 := (rows-1-task/cols)*height, task%cols*blockCols
		e.path.updateBlock(u, i0, min(i0+height, u.m), j0, min(j0+blockCols, u.n), e.edgeTile(worker))
	})
}

// blockHeight is blockRows, or less so that a few threads find enough tasks in m rows to end at the same time.
func (e *Engine) blockHeight(m int) int {
	if e.team.helpers < 1 {
		return blockRows
	}
	const tallest = 24 // of all paths, three times a tile's rows
	h := m / (8 * e.threads) / tallest * tallest
	return max(tallest, min(h, blockRows))
}

// updateBlock runs u for the rows i0..i1-1 and columns j0..j1-1 of C, where i0
// is a multiple of w and j0 of 3w.
func (p Path) updateBlock(u update, i0, i1, j0, j1 int, edge []float64) {
	if u.lower {
		j1 = min(j1, i1)
	}
	if j0 >= j1 {
		return
	}
	w := u.left.w
	for l0 := 0; l0 < u.left.k; l0 += blockK {
		kc := u.left.blockLen(l0)
		load := u.load || l0 > 0
		for j := j0; j < j1; j += 3 * w {
			right := u.right.panel(j/w, l0)
			i := i0
			if u.lower && j > i {
				i = j / w * w
			}
			for ; i < i1; i += w {
				left := u.left.panel(i/w, l0)
				inside := i+w <= i1 && j+3*w <= j1 && !(u.lower && j+3*w-1 > i)
				if inside {
					p.tile(kc, left, right, w*kc, u.c[i*u.ldc+j:], u.ldc, load, u.sub)
					continue
				}
				p.edgeTile(u, i, min(i+w, i1), j, min(j+3*w, j1), kc, left, right, load, edge)
			}
		}
	}
}

// edgeTile is tile for a tile that sticks out of C or crosses its diagonal: it
// works on a copy and stores the part that belongs to C.
func (p Path) edgeTile(u update, i0, i1, j0, j1, kc int, left, right []float64, load bool, edge []float64) {
	w := u.left.w
	ld := 3 * w
	clear(edge[:w*ld])
	span := func(i int) (row []float64) {
		end := j1
		if u.lower {
			end = min(end, i+1)
		}
		if end <= j0 {
			return nil
		}
		return u.c[i*u.ldc+j0 : i*u.ldc+end]
	}
	if load {
		for i := i0; i < i1; i++ {
			copy(edge[(i-i0)*ld:], span(i))
		}
	}
	p.tile(kc, left, right, w*kc, edge, ld, load, u.sub)
	for i := i0; i < i1; i++ {
		row := span(i)
		copy(row, edge[(i-i0)*ld:])
	}
}
