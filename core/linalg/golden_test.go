package linalg

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"testing"
)

// goldenHash is the SHA-256 of the results of goldenRun. It was made by the
// plain path on amd64 and must come out on every path, architecture and number
// of threads: a different hash means that stored results of earlier versions
// would no longer be reproduced.
const goldenHash = "c8524be8c5d62ae57084b32a09452b04fe584f852fe91eaecb60e8f345149c93"

// goldenRun calls every function on fixed operands large enough to cross all
// block boundaries and returns the hash of all results. The operands are
// multiples of 2^-30, so that no library decides their bits.
func goldenRun(t *testing.T, e *Engine) string {
	t.Helper()
	r := rand.New(rand.NewPCG(11, 4))
	fill := func(n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = float64(r.Int64N(1<<31)-1<<30) * 0x1p-30
		}
		return x
	}
	h := sha256.New()
	add := func(x []float64) {
		for _, v := range x {
			var b [8]byte
			binary.LittleEndian.PutUint64(b[:], math.Float64bits(v))
			h.Write(b[:])
		}
	}
	const n, k, m, ld = 331, 215, 101, 333
	a, at, b, d, x := fill(n*k), fill(k*ld), fill(m*k), fill(k), fill(ld)
	c := make([]float64, n*ld)
	e.Syrk(c, ld, a, k, n, k, d)
	add(c)
	e.SyrkT(c, ld, at, ld, n, k, nil)
	add(c)
	g := fill(m * ld)
	e.Gemm(g, ld, b, k, at, ld, m, n, k, -0.7, 1.3)
	add(g)
	e.GemmNT(g, ld, b, k, a, k, m, n, k, 1, 0)
	add(g)
	for i := range n {
		c[i*ld+i] += 100
	}
	if err := e.Cholesky(c, ld, n); err != nil {
		t.Fatal(err)
	}
	add(c)
	e.TriSolve(c, ld, n, g, ld, m)
	add(g)
	y := make([]float64, ld)
	e.MulVec(y, c, ld, n, n, x)
	add(y)
	e.MulVecT(y, c, ld, n, n, x)
	add(y)
	e.SolveLower(c, ld, n, x)
	add(x)
	e.SolveLowerT(c, ld, n, x)
	add(x)
	f := NewFactorPath(1, e.path)
	f.SetCholesky(c, ld, n)
	f.Update(y)
	f.Remove(17)
	f.Remove(200)
	if _, err := f.Append(fill(n), 1e6); err != nil {
		t.Fatal(err)
	}
	if err := f.Downdate(fill(n)[:f.Len()]); err != nil {
		t.Fatal(err)
	}
	f.Solve(x)
	add(x)
	for i := range f.Len() {
		add(f.Row(i))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func TestGoldenBits(t *testing.T) {
	eachPath(t, func(t *testing.T, p Path) {
		for _, threads := range []int{1, 3} {
			if got := goldenRun(t, NewPath(threads, p)); got != goldenHash {
				t.Errorf("%d threads: hash %s, want %s", threads, got, goldenHash)
			}
		}
	})
}
