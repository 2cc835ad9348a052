package linalg

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The naive functions below restate the documented arithmetic, one output
// element at a time, and share no code with the package.

func naiveDot(x, y []float64) float64 {
	var s [32]float64
	for i := range x {
		s[i%32] = math.FMA(x[i], y[i], s[i%32])
	}
	u := func(j int) float64 { return (s[j] + s[j+8]) + (s[j+16] + s[j+24]) }
	v := func(j int) float64 { return u(j) + u(j+4) }
	return (v(0) + v(2)) + (v(1) + v(3))
}

// naiveChain is the chain over l of fma(left(l), right(l), s) from start.
func naiveChain(start float64, k int, left, right func(l int) float64) float64 {
	s := start
	for l := range k {
		s = math.FMA(left(l), right(l), s)
	}
	return s
}

func naiveSyrk(c []float64, ldc int, a []float64, lda, n, k int, d []float64, trans, add bool) {
	at := func(i, l int) float64 {
		if trans {
			return a[l*lda+i]
		}
		return a[i*lda+l]
	}
	for i := range n {
		for j := range i + 1 {
			start := 0.0
			if add {
				start = c[i*ldc+j]
			}
			c[i*ldc+j] = naiveChain(start, k, func(l int) float64 {
				if d == nil {
					return at(i, l)
				}
				return at(i, l) * d[l]
			}, func(l int) float64 { return at(j, l) })
		}
	}
}

func naiveGemm(c []float64, ldc int, a []float64, lda int, b []float64, ldb, m, n, k int, alpha, beta float64, transB bool) {
	for i := range m {
		for j := range n {
			var start float64
			if beta != 0 {
				start = beta * c[i*ldc+j]
			}
			c[i*ldc+j] = naiveChain(start, k,
				func(l int) float64 { return alpha * a[i*lda+l] },
				func(l int) float64 {
					if transB {
						return b[j*ldb+l]
					}
					return b[l*ldb+j]
				})
		}
	}
}

// naiveCholesky returns the index of the first bad pivot, or -1.
func naiveCholesky(a []float64, lda, n int) int {
	for j := range n {
		for i := j; i < n; i++ {
			s := naiveChain(a[i*lda+j], j,
				func(k int) float64 { return -a[i*lda+k] },
				func(k int) float64 { return a[j*lda+k] })
			if i > j {
				a[i*lda+j] = s * (1 / a[j*lda+j])
				continue
			}
			if !(s > 0) || math.IsInf(s, 1) {
				return j
			}
			a[j*lda+j] = math.Sqrt(s)
		}
	}
	return -1
}

func naiveSolveLower(l []float64, ldl, n int, b []float64) {
	for i := range n {
		o := i / 32 * 32
		s := b[i]
		if o > 0 {
			s -= naiveDot(l[i*ldl:i*ldl+o], b[:o])
		}
		for k := o; k < i; k++ {
			s = math.FMA(-l[i*ldl+k], b[k], s)
		}
		b[i] = s / l[i*ldl+i]
	}
}

func naiveSolveLowerT(l []float64, ldl, n int, b []float64) {
	for i := n - 1; i >= 0; i-- {
		s := b[i]
		for k := n - 1; k > i; k-- {
			s = math.FMA(-l[k*ldl+i], b[k], s)
		}
		b[i] = s / l[i*ldl+i]
	}
}

// normals returns n random numbers; a few are zeros of either sign, and special
// adds subnormal and huge ones and, rarely, infinities and NaN.
func normals(r *rand.Rand, n int, special bool) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
		switch r.IntN(50) {
		case 0:
			x[i] = 0
		case 1:
			x[i] = math.Copysign(0, -1)
		case 2:
			if special {
				x[i] *= 0x1p-1040
			}
		case 3:
			if special {
				x[i] *= 0x1p+500
			}
		case 4:
			if special && r.IntN(20) == 0 {
				x[i] = math.Inf(1 - 2*r.IntN(2))
			}
		case 5:
			if special && r.IntN(20) == 0 {
				x[i] = math.NaN()
			}
		}
	}
	return x
}

// matrix returns a random m x n operand, no longer than it must be, with some
// numbers behind it that nobody may change.
func matrix(r *rand.Rand, m, n, ld int, special bool) []float64 {
	need := 0
	if m > 0 && n > 0 {
		need = (m-1)*ld + n
	}
	return normals(r, need+30, special)[:need]
}

// clone copies x and what lies behind it up to its capacity.
func clone(x []float64) []float64 {
	return append(make([]float64, 0, cap(x)), x[:cap(x)]...)[:len(x)]
}

// positive returns a random symmetric positive definite n x n matrix.
func positive(r *rand.Rand, n, lda int) []float64 {
	a := normals(r, n*n, false)
	c := matrix(r, n, n, lda, false)
	naiveSyrk(c, lda, a, n, n, n, nil, false, false)
	for i := range n {
		c[i*lda+i] += 0.1 * float64(n)
	}
	return c
}

// sameBits fails unless got and want have the same bits up to their
// capacities; any NaN equals any other.
func sameBits(t testing.TB, what string, got, want []float64) {
	t.Helper()
	got, want = got[:cap(got)], want[:cap(want)]
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i, w := range want {
		g := got[i]
		if math.Float64bits(g) != math.Float64bits(w) && !(math.IsNaN(g) && math.IsNaN(w)) {
			t.Fatalf("%s: element %d is %x (%g), want %x (%g)", what, i, math.Float64bits(g), g, math.Float64bits(w), w)
		}
	}
}

// near fails unless got and want agree within tol times the largest |want|.
func near(t testing.TB, what string, got, want []float64, tol float64) {
	t.Helper()
	var scale float64
	for _, w := range want {
		scale = max(scale, math.Abs(w))
	}
	for i, w := range want {
		if !(math.Abs(got[i]-w) <= tol*max(scale, 1)) {
			t.Fatalf("%s: element %d is %g, want %g within %g", what, i, got[i], w, tol)
		}
	}
}
