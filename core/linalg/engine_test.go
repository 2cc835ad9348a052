package linalg

import (
	"fmt"
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
		a := normals(r, n*ldk, special)
		got := normals(r, n*ldc, special)
		want := append([]float64{}, got...)
		e.Syrk(got, ldc, a, ldk, n, k, d)
		naiveSyrk(want, ldc, a, ldk, n, k, d, false)
		sameBits(t, what("syrk"), got, want)

		a = normals(r, k*ldn, special)
		got = normals(r, n*ldc, special)
		want = append([]float64{}, got...)
		e.SyrkT(got, ldc, a, ldn, n, k, d)
		naiveSyrk(want, ldc, a, ldn, n, k, d, true)
		sameBits(t, what("syrkt"), got, want)
	}
	for _, ab := range [][2]float64{{1, 0}, {-1, 1}, {0.3, -1.7}} {
		a, b := normals(r, m*ldk, special), normals(r, k*ldn, special)
		got := normals(r, m*ldc, special)
		want := append([]float64{}, got...)
		e.Gemm(got, ldc, a, ldk, b, ldn, m, n, k, ab[0], ab[1])
		naiveGemm(want, ldc, a, ldk, b, ldn, m, n, k, ab[0], ab[1], false)
		sameBits(t, what("gemm"), got, want)

		b = normals(r, n*ldk, special)
		got = normals(r, m*ldc, special)
		want = append([]float64{}, got...)
		e.GemmNT(got, ldc, a, ldk, b, ldk, m, n, k, ab[0], ab[1])
		naiveGemm(want, ldc, a, ldk, b, ldk, m, n, k, ab[0], ab[1], true)
		sameBits(t, what("gemmnt"), got, want)
	}
	a, x := normals(r, m*ldn, special), normals(r, n, special)
	got, want := normals(r, m, special), make([]float64, m)
	e.MulVec(got, a, ldn, m, n, x)
	for i := range want {
		want[i] = naiveDot(a[i*ldn:i*ldn+n], x)
	}
	sameBits(t, what("mulvec"), got, want)

	x = normals(r, m, special)
	got, want = normals(r, n, special), make([]float64, n)
	e.MulVecT(got, a, ldn, m, n, x)
	naiveGemm(want, n, x, m, a, ldn, 1, n, m, 1, 0, false)
	sameBits(t, what("mulvect"), got, want)

	l := positive(r, n, ldn)
	want = append([]float64{}, l...)
	if err := e.Cholesky(l, ldn, n); err != nil {
		t.Fatalf("%s: %v", what("cholesky"), err)
	}
	naiveCholesky(want, ldn, n)
	sameBits(t, what("cholesky"), l, want)

	b := normals(r, m*ldn, false)
	got = append([]float64{}, b...)
	e.TriSolve(l, ldn, n, got, ldn, m)
	for i := range m {
		for j := range n {
			b[i*ldn+j] = naiveChain(b[i*ldn+j], j,
				func(k int) float64 { return -b[i*ldn+k] },
				func(k int) float64 { return l[j*ldn+k] }) * (1 / l[j*ldn+j])
		}
	}
	sameBits(t, what("trisolve"), got, b)

	got = normals(r, n, false)
	want = append([]float64{}, got...)
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
	for _, p := range []Path{Plain, NEON, AVX2, AVX512} {
		if p.Available() {
			t.Run(p.String(), func(t *testing.T) {
				t.Parallel()
				test(t, p)
			})
		}
	}
}

func TestEngineAgainstNaiveLoops(t *testing.T) {
	eachPath(t, func(t *testing.T, p Path) {
		r := rand.New(rand.NewPCG(2, 1))
		e := NewPath(2, p)
		for range 100 {
			checkAll(t, e, r, r.IntN(50), r.IntN(50), r.IntN(50), r.IntN(5), true)
		}
		for range 5 {
			checkAll(t, e, r, r.IntN(300), r.IntN(300), r.IntN(600), r.IntN(5), false)
		}
	})
}
