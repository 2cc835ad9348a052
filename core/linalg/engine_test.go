package linalg

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// checkAll compares every Engine function with the naive one, bit for bit, on
// random operands with the given sizes and slack in the leading dimensions.
func checkAll(t testing.TB, e *Engine, r *rand.Rand, m, n, k, slack int, special bool) {
	t.Helper()
	what := func(op string) string {
		return fmt.Sprintf("%s m=%d n=%d k=%d slack=%d", op, m, n, k, slack)
	}
	ldc, ldk, ldn := n+slack, k+slack, n+slack
	d := normals(r, k, special)
	for _, d := range [][]float64{nil, d} {
		a, got := matrix(r, n, k, ldk, special), matrix(r, n, n, ldc, special)
		want := clone(got)
		e.Syrk(got, ldc, a, ldk, n, k, d)
		naiveSyrk(want, ldc, a, ldk, n, k, d, false, false)
		sameBits(t, what("syrk"), got, want)
		e.SyrkAdd(got, ldc, a, ldk, n, k, d)
		naiveSyrk(want, ldc, a, ldk, n, k, d, false, true)
		sameBits(t, what("syrkadd"), got, want)

		a, got = matrix(r, k, n, ldn, special), matrix(r, n, n, ldc, special)
		want = clone(got)
		e.SyrkT(got, ldc, a, ldn, n, k, d)
		naiveSyrk(want, ldc, a, ldn, n, k, d, true, false)
		sameBits(t, what("syrkt"), got, want)
	}
	for _, ab := range [][2]float64{{1, 0}, {-1, 1}, {0.3, -1.7}} {
		a, b, got := matrix(r, m, k, ldk, special), matrix(r, k, n, ldn, special), matrix(r, m, n, ldc, special)
		want := clone(got)
		e.Gemm(got, ldc, a, ldk, b, ldn, m, n, k, ab[0], ab[1])
		naiveGemm(want, ldc, a, ldk, b, ldn, m, n, k, ab[0], ab[1], false)
		sameBits(t, what("gemm"), got, want)

		b, got = matrix(r, n, k, ldk, special), matrix(r, m, n, ldc, special)
		want = clone(got)
		e.GemmNT(got, ldc, a, ldk, b, ldk, m, n, k, ab[0], ab[1])
		naiveGemm(want, ldc, a, ldk, b, ldk, m, n, k, ab[0], ab[1], true)
		sameBits(t, what("gemmnt"), got, want)
	}
	a, x, got := matrix(r, m, n, ldn, special), normals(r, n, special), matrix(r, 1, m, m, special)
	want := clone(got)
	e.MulVec(got, a, ldn, m, n, x)
	for i := range m {
		want[i] = 0
		if n > 0 {
			want[i] = naiveDot(a[i*ldn:i*ldn+n], x)
		}
	}
	sameBits(t, what("mulvec"), got, want)

	x, got = normals(r, m, special), matrix(r, 1, n, n, special)
	want = clone(got)
	e.MulVecT(got, a, ldn, m, n, x)
	naiveGemm(want, n, x, m, a, ldn, 1, n, m, 1, 0, false)
	sameBits(t, what("mulvect"), got, want)

	var rows []int
	for i := range m {
		if r.IntN(3) > 0 {
			rows = append(rows, i)
		}
	}
	sub := make([]float64, len(rows)*n)
	for k, i := range rows {
		if n == 0 {
			break
		}
		copy(sub[k*n:(k+1)*n], a[i*ldn:])
	}
	x, got, want = normals(r, n, special), make([]float64, len(rows)), make([]float64, len(rows))
	e.MulVecRows(got, a, ldn, n, rows, x)
	for k := range rows {
		if n > 0 {
			want[k] = naiveDot(sub[k*n:(k+1)*n], x)
		}
	}
	sameBits(t, what("mulvecrows"), got, want)
	x, got = normals(r, len(rows), special), matrix(r, 1, n, n, special)
	want = clone(got)
	e.MulVecTRows(got, a, ldn, n, rows, x)
	naiveGemm(want, n, x, len(rows), sub, n, 1, n, len(rows), 1, 0, false)
	sameBits(t, what("mulvectrows"), got, want)

	l := positive(r, n, ldn)
	want = clone(l)
	if err := e.Cholesky(l, ldn, n); err != nil {
		t.Fatalf("%s: %v", what("cholesky"), err)
	}
	naiveCholesky(want, ldn, n)
	sameBits(t, what("cholesky"), l, want)

	got = matrix(r, m, n, ldn, false)
	want = clone(got)
	e.TriSolve(l, ldn, n, got, ldn, m)
	for i := range m {
		for j := range n {
			want[i*ldn+j] = naiveChain(want[i*ldn+j], j,
				func(k int) float64 { return -want[i*ldn+k] },
				func(k int) float64 { return l[j*ldn+k] }) * (1 / l[j*ldn+j])
		}
	}
	sameBits(t, what("trisolve"), got, want)

	got = matrix(r, 1, n, n, false)
	want = clone(got)
	e.SolveLower(l, ldn, n, got)
	naiveSolveLower(l, ldn, n, want)
	sameBits(t, what("solvelower"), got, want)
	e.SolveLowerT(l, ldn, n, got)
	naiveSolveLowerT(l, ldn, n, want)
	sameBits(t, what("solvelowert"), got, want)
}

// eachPath runs test once for every path of this machine.
func eachPath(t *testing.T, test func(t *testing.T, p Path)) {
	t.Parallel()
	for _, p := range Paths() {
		t.Run(p.String(), func(t *testing.T) {
			t.Parallel()
			test(t, p)
		})
	}
}

func TestEngineAgainstNaiveLoops(t *testing.T) {
	eachPath(t, func(t *testing.T, p Path) {
		r := rand.New(rand.NewPCG(2, 1))
		e := NewPath(2, p)
		for range 25 {
			checkAll(t, e, r, r.IntN(50), r.IntN(50), r.IntN(50), r.IntN(5), true)
		}
		// Across the block boundaries, with enough work for two threads.
		checkAll(t, e, r, 20, 250, 40, 3, false)
		checkAll(t, e, r, 101, 60, 400, 0, true)
		checkAll(t, e, r, 50, 150, 10, 1, false)
	})
}

func TestCholeskyFindsTheBadPivot(t *testing.T) {
	eachPath(t, func(t *testing.T, p Path) {
		r := rand.New(rand.NewPCG(1, 2))
		for _, n := range []int{1, 5, 40, 97, 130, 145, 300} {
			bad := r.IntN(n)
			a := positive(r, n, n)
			a[bad*n+bad] = -1
			var err *NotPositiveError
			if got := NewPath(2, p).Cholesky(a, n, n); !errors.As(got, &err) || err.Pivot != bad || err.Value > -1 {
				t.Errorf("n=%d: got %v, want pivot %d", n, got, bad)
			}
		}
		for _, v := range []float64{0, math.NaN(), math.Inf(1)} {
			if err := NewPath(1, p).Cholesky([]float64{v}, 1, 1); err == nil {
				t.Errorf("pivot %g: no error", v)
			}
		}
	})
}

// FuzzEngine compares all paths with the naive loops on fuzzed shapes.
func FuzzEngine(f *testing.F) {
	f.Add(uint64(1), uint8(9), uint8(25), uint8(33), uint8(1), true)
	f.Add(uint64(2), uint8(50), uint8(100), uint8(200), uint8(0), false)
	f.Fuzz(func(t *testing.T, seed uint64, m, n, k, slack uint8, special bool) {
		for _, p := range []Path{Plain, NEON, AVX2, AVX512} {
			if p.Available() {
				checkAll(t, NewPath(2, p), rand.New(rand.NewPCG(seed, 7)), int(m), int(n), int(k), int(slack%16), special)
			}
		}
	})
}
