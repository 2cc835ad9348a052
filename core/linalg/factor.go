package linalg

import (
	"fmt"
	"math"
)

// Factor is the Cholesky factor of a symmetric positive definite matrix
// A = R' R, R upper triangular, that follows A through appended and removed
// rows (and columns) and rank-one changes in O(n^2) each. Its rows are
// contiguous, so that a rotation of R by a vector runs along memory.
//
// NewFactor makes one (the zero Factor works too, but on the plain path). It
// must not be used by two goroutines at once.
type Factor struct {
	r    []float64 // row-major, leading dimension ld; only the upper triangle has meaning
	ld   int
	n    int
	x    []float64 // scratch, ld numbers
	path Path
}

// NewFactor returns an empty factor with room for n rows; it grows beyond that
// by itself.
func NewFactor(n int) *Factor { return NewFactorPath(n, Best()) }

// NewFactorPath is NewFactor with a given path, which the machine must be able
// to run.
func NewFactorPath(n int, path Path) *Factor {
	if !path.Available() {
		panic(fmt.Sprintf("linalg: this machine cannot run the %v path", path))
	}
	f := &Factor{path: path}
	f.reserve(n)
	return f
}

// Len returns the order of A.
func (f *Factor) Len() int { return f.n }

// Reset empties the factor and keeps its memory.
func (f *Factor) Reset() { f.n = 0 }

// Row returns row i of R from its diagonal element on: n-i numbers, valid
// until the next change.
func (f *Factor) Row(i int) []float64 {
	f.checkIndex("row", i)
	return f.r[i*f.ld+i : i*f.ld+f.n]
}

// Diag returns r_ii.
func (f *Factor) Diag(i int) float64 {
	f.checkIndex("diag", i)
	return f.r[i*f.ld+i]
}

// SetCholesky makes the factor that of A = L L', L lower triangular n x n as
// Engine.Cholesky leaves it.
func (f *Factor) SetCholesky(l []float64, ldl, n int) {
	checkMatrix("factor: setcholesky", "L", len(l), ldl, n, n)
	f.n = 0
	f.reserve(n)
	f.n = n
	for j := range n {
		for i, v := range l[j*ldl : j*ldl+j+1] {
			f.r[i*f.ld+j] = v
		}
	}
}

// Append adds a row and column to A: col holds the n cross elements, diag the
// new diagonal element. It returns the pivot, what is left of diag:
// s = diag, s = fma(-y_k, y_k, s) for k = 0..n-1 with y = R'^-1 col (see
// SolveForward); the new diagonal of R is its square root. If the pivot is not
// a positive finite number, A is left as it was and the error is a
// *NotPositiveError. A caller that asks for more (a pivot above a tolerance)
// may Remove the row again.
func (f *Factor) Append(col []float64, diag float64) (pivot float64, err error) {
	n := f.n
	checkVector("factor: append", "col", len(col), n)
	f.reserve(n + 1)
	y := f.x[:n]
	copy(y, col)
	f.SolveForward(y)
	pivot = diag
	for _, v := range y {
		pivot = math.FMA(-v, v, pivot)
	}
	if !positivePivot(pivot) {
		return pivot, &NotPositiveError{Pivot: n, Value: pivot}
	}
	for k, v := range y {
		f.r[k*f.ld+n] = v
	}
	f.r[n*f.ld+n] = math.Sqrt(pivot)
	f.n++
	return pivot, nil
}

// Remove deletes row and column i of A; later ones move up by one. Row i of R
// is rotated into the rows below it (Golub and Van Loan, Matrix Computations,
// 6.5.2), with the arithmetic of Update.
func (f *Factor) Remove(i int) {
	f.checkIndex("remove", i)
	n, ld, r := f.n, f.ld, f.r
	x := f.x[:n]
	copy(x[i+1:], r[i*ld+i+1:i*ld+n])
	for k := range i {
		copy(r[k*ld+i:k*ld+n-1], r[k*ld+i+1:k*ld+n])
	}
	for k := i + 1; k < n; k++ {
		row, up := r[k*ld:k*ld+n], r[(k-1)*ld:(k-1)*ld+n]
		c, s, h := givens(row[k], x[k])
		up[k-1] = h
		f.path.rotate(up[k:n-1], row[k+1:], x[k+1:], c, s)
	}
	f.n--
}

// Update makes the factor that of A + x x' (first n numbers of x, which is not
// changed). Row by row, k = 0..n-1, with (a, b) = (r_kk, x_k): h = sqrt(fma(a,
// a, b*b)), c = a/h, s = b/h, r_kk = h, and for j > k
// (r_kj, x_j) = (fma(c, r_kj, s*x_j), fma(c, x_j, -(s*r_kj))).
func (f *Factor) Update(x []float64) {
	n, ld := f.n, f.ld
	checkVector("factor: update", "x", len(x), n)
	z := f.x[:n]
	copy(z, x)
	for k := range n {
		row := f.r[k*ld : k*ld+n]
		c, s, h := givens(row[k], z[k])
		row[k] = h
		f.path.rotate(row[k+1:], row[k+1:], z[k+1:], c, s)
	}
}

// Downdate makes the factor that of A - x x' (first n numbers of x, which is
// not changed). If that is not positive definite, 1 - |R'^-1 x|^2 <= 0, the
// factor is left as it was and the error is a *NotPositiveError with Pivot -1
// and that value. The rotations are those of LINPACK's dchdd.
func (f *Factor) Downdate(x []float64) error {
	n, ld := f.n, f.ld
	checkVector("factor: downdate", "x", len(x), n)
	if n == 0 {
		return nil
	}
	y := make([]float64, n)
	copy(y, x)
	f.SolveForward(y)
	rest := 1 - Dot(y, y)
	if !positivePivot(rest) {
		return &NotPositiveError{Pivot: -1, Value: rest}
	}
	z := f.x[:n]
	clear(z)
	rho := math.Sqrt(rest)
	for k := n - 1; k >= 0; k-- {
		var c, s float64
		c, s, rho = givens(rho, y[k])
		row := f.r[k*ld+k : k*ld+n]
		f.path.rotate(row, row, z[k:], c, -s)
	}
	return nil
}

// Solve replaces b (first n numbers) by A^-1 b: SolveForward, SolveBack.
func (f *Factor) Solve(b []float64) {
	f.SolveForward(b)
	f.SolveBack(b)
}

// SolveForward replaces b (first n numbers) by y = R'^-1 b: y_i = s / r_ii
// with the chain of fma(-r_ki, y_k, s), k = 0..i-1, from b_i.
func (f *Factor) SolveForward(b []float64) {
	n, ld := f.n, f.ld
	checkVector("factor: solveforward", "b", len(b), n)
	b = b[:n]
	for o := 0; o < n; o += solveBlock {
		e := min(o+solveBlock, n)
		for k := o; k < e; k++ {
			b[k] /= f.r[k*ld+k]
			axpyPlain(-b[k], f.r[k*ld+k+1:k*ld+e], b[k+1:e])
		}
		if e < n {
			f.path.axpyRows(b[e:], f.r[o*ld+e:], ld, b[o:e], -1, false)
		}
	}
}

// SolveBack replaces b (first n numbers) by x = R^-1 b. The unknowns go in
// blocks of 32, the last (maybe shorter) block first; for i in a block that
// ends before e, s = b_i - Dot(r_i[e:n], x[e:n]) (no subtraction if e = n),
// then the chain s = fma(-r_ik, x_k, s), k = e-1 down to i+1, and
// x_i = s / r_ii.
func (f *Factor) SolveBack(b []float64) {
	n, ld := f.n, f.ld
	checkVector("factor: solveback", "b", len(b), n)
	var dots [solveBlock]float64
	for o := (n - 1) / solveBlock * solveBlock; o >= 0 && n > 0; o -= solveBlock {
		e := min(o+solveBlock, n)
		if e < n {
			f.path.dotRows(dots[:e-o], f.r[o*ld+e:], ld, b[e:n])
		}
		for i := e - 1; i >= o; i-- {
			s := b[i]
			if e < n {
				s -= dots[i-o]
			}
			for k := e - 1; k > i; k-- {
				s = math.FMA(-f.r[i*ld+k], b[k], s)
			}
			b[i] = s / f.r[i*ld+i]
		}
	}
}

// givens returns the rotation that turns (a, b) into (h, 0), h >= 0.
func givens(a, b float64) (c, s, h float64) {
	if b == 0 && a > 0 {
		return 1, 0, a
	}
	bb := b * b
	h = math.Sqrt(math.FMA(a, a, bb))
	return a / h, b / h, h
}

// reserve makes room for n rows, keeping what is there.
func (f *Factor) reserve(n int) {
	if n <= f.ld {
		return
	}
	ld := max(n, 2*f.ld, 16)
	ld = (ld + 7) &^ 7
	if ld%64 == 0 {
		ld += 8 // rows a multiple of 512 bytes apart would crowd a few cache sets
	}
	r := make([]float64, ld*ld)
	for i := range f.n {
		copy(r[i*ld+i:i*ld+f.n], f.r[i*f.ld+i:i*f.ld+f.n])
	}
	f.r, f.ld, f.x = r, ld, make([]float64, ld)
}

func (f *Factor) checkIndex(op string, i int) {
	if i < 0 || i >= f.n {
		panic(fmt.Sprintf("linalg: factor: %s: index %d is outside 0..%d", op, i, f.n-1))
	}
}
