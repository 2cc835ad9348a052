package linalg

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// The benchmarks report GFLOP/s (a multiply-add is two) of every path and of
// gonum, which uses all cores that GOMAXPROCS gives it, as the mean and as the
// best iteration, the one that other work on the machine disturbed least:
//
//	go test -run '^$' -bench . ./core/linalg

// measure runs one benchmark of work floating-point operations an iteration.
func measure(b *testing.B, work float64, run func()) {
	run()
	best := time.Duration(math.MaxInt64)
	for b.Loop() {
		start := time.Now()
		run()
		best = min(best, time.Since(start))
	}
	b.ReportMetric(work*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
	b.ReportMetric(work/best.Seconds()/1e9, "best-GFLOP/s")
	b.ReportMetric(0, "ns/op")
}

// eachEngine benchmarks run on every path with one and two threads.
func eachEngine(b *testing.B, name string, work float64, run func(e *Engine)) {
	for _, p := range []Path{AVX512, AVX2, NEON, Plain} {
		if !p.Available() {
			continue
		}
		for threads := 1; threads <= 2; threads++ {
			b.Run(fmt.Sprintf("%s/%v/threads=%d", name, p, threads), func(b *testing.B) {
				e := NewPath(threads, p)
				measure(b, work, func() { run(e) })
			})
		}
	}
}

func BenchmarkSyrk(b *testing.B) {
	for _, s := range [][2]int{{200, 200}, {500, 2000}, {1000, 1000}} {
		n, k := s[0], s[1]
		r := rand.New(rand.NewPCG(9, 1))
		a, d, c := normals(r, n*k, false), normals(r, k, false), make([]float64, n*n)
		name, work := fmt.Sprintf("n=%d,k=%d", n, k), float64(n)*float64(n)*float64(k)
		eachEngine(b, name, work, func(e *Engine) { e.Syrk(c, n, a, k, n, k, d) })
		b.Run(name+"/gonum", func(b *testing.B) {
			x := blas64.General{Rows: n, Cols: k, Stride: k, Data: a}
			y := blas64.Symmetric{N: n, Stride: n, Data: c, Uplo: blas.Lower}
			measure(b, work, func() {
				blas64.Syrk(blas.NoTrans, 1, x, 0, y)
			})
		})
	}
}

func BenchmarkSyrkT(b *testing.B) {
	const n, k = 1000, 1000
	r := rand.New(rand.NewPCG(9, 2))
	a, d, c := normals(r, n*k, false), normals(r, k, false), make([]float64, n*n)
	eachEngine(b, "n=1000,k=1000", n*n*k, func(e *Engine) { e.SyrkT(c, n, a, n, n, k, d) })
}

func BenchmarkGemm(b *testing.B) {
	const n = 1000
	r := rand.New(rand.NewPCG(9, 3))
	x, y, c := normals(r, n*n, false), normals(r, n*n, false), make([]float64, n*n)
	eachEngine(b, "n=1000", 2*n*n*n, func(e *Engine) { e.Gemm(c, n, x, n, y, n, n, n, n, 1, 0) })
	b.Run("n=1000/gonum", func(b *testing.B) {
		g := func(d []float64) blas64.General { return blas64.General{Rows: n, Cols: n, Stride: n, Data: d} }
		measure(b, 2*n*n*n, func() {
			blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, g(x), g(y), 0, g(c))
		})
	})
}

func BenchmarkCholesky(b *testing.B) {
	for _, n := range []int{100, 200, 500, 1000, 2000} {
		r := rand.New(rand.NewPCG(9, 4))
		a := make([]float64, n*n)
		New(2).Syrk(a, n, normals(r, n*n, false), n, n, n, nil)
		for i := range n {
			a[i*n+i] += float64(n)
		}
		c := make([]float64, n*n)
		work := float64(n) * float64(n) * float64(n) / 3
		eachEngine(b, fmt.Sprintf("n=%d", n), work, func(e *Engine) {
			copy(c, a)
			if err := e.Cholesky(c, n, n); err != nil {
				b.Fatal(err)
			}
		})
		b.Run(fmt.Sprintf("n=%d/gonum", n), func(b *testing.B) {
			measure(b, work, func() {
				copy(c, a)
				if _, ok := lapack64.Potrf(blas64.Symmetric{N: n, Stride: n, Data: c, Uplo: blas.Lower}); !ok {
					b.Fatal("not positive")
				}
			})
		})
	}
}

func BenchmarkMulVec(b *testing.B) {
	const m, n = 500, 2000
	r := rand.New(rand.NewPCG(9, 5))
	a, x, y := normals(r, m*n, false), normals(r, n, false), make([]float64, n)
	eachEngine(b, "m=500,n=2000", 2*m*n, func(e *Engine) { e.MulVec(y, a, n, m, n, x) })
	eachEngine(b, "transposed,m=500,n=2000", 2*m*n, func(e *Engine) { e.MulVecT(y, a, n, m, n, x) })
	for name, trans := range map[string]blas.Transpose{"": blas.NoTrans, "transposed,": blas.Trans} {
		b.Run(name+"m=500,n=2000/gonum", func(b *testing.B) {
			g := blas64.General{Rows: m, Cols: n, Stride: n, Data: a}
			u, v := blas64.Vector{N: n, Inc: 1, Data: x}, blas64.Vector{N: m, Inc: 1, Data: y}
			if trans == blas.Trans {
				u.N, v.N = m, n
			}
			measure(b, 2*m*n, func() {
				blas64.Gemv(trans, 1, g, u, 0, v)
			})
		})
	}
}

func BenchmarkDot(b *testing.B) {
	for _, n := range []int{20, 500, 2000} {
		r := rand.New(rand.NewPCG(9, 6))
		x, y := normals(r, n, false), normals(r, n, false)
		var sink float64
		for _, p := range []Path{AVX512, AVX2, NEON, Plain} {
			if p.Available() {
				b.Run(fmt.Sprintf("n=%d/%v", n, p), func(b *testing.B) {
					measure(b, 2000*float64(n), func() {
						for range 1000 {
							sink += p.dot(x, y)
						}
					})
				})
			}
		}
		b.Run(fmt.Sprintf("n=%d/gonum", n), func(b *testing.B) {
			measure(b, 2000*float64(n), func() {
				for range 1000 {
					sink += blas64.Dot(blas64.Vector{N: n, Inc: 1, Data: x}, blas64.Vector{N: n, Inc: 1, Data: y})
				}
			})
		})
	}
}

func BenchmarkSolve(b *testing.B) {
	const n = 500
	r := rand.New(rand.NewPCG(9, 7))
	l, x := positive(r, n, n), normals(r, n, false)
	if err := New(1).Cholesky(l, n, n); err != nil {
		b.Fatal(err)
	}
	y := make([]float64, n)
	eachEngine(b, "lower,n=500", n*n, func(e *Engine) { copy(y, x); e.SolveLower(l, n, n, y) })
	eachEngine(b, "lowerT,n=500", n*n, func(e *Engine) { copy(y, x); e.SolveLowerT(l, n, n, y) })
	for name, trans := range map[string]blas.Transpose{"lower": blas.NoTrans, "lowerT": blas.Trans} {
		b.Run(name+",n=500/gonum", func(b *testing.B) {
			t := blas64.Triangular{N: n, Stride: n, Data: l, Uplo: blas.Lower, Diag: blas.NonUnit}
			measure(b, n*n, func() {
				copy(y, x)
				blas64.Trsv(trans, t, blas64.Vector{N: n, Inc: 1, Data: y})
			})
		})
	}
}

// BenchmarkFactor reports the time of one change of a factor of order 500.
func BenchmarkFactor(b *testing.B) {
	const n = 500
	r := rand.New(rand.NewPCG(9, 8))
	l, x := positive(r, n, n), normals(r, n, false)
	if err := New(1).Cholesky(l, n, n); err != nil {
		b.Fatal(err)
	}
	for _, p := range []Path{AVX512, AVX2, NEON, Plain} {
		if !p.Available() {
			continue
		}
		f := NewFactorPath(n+1, p)
		f.SetCholesky(l, n, n)
		b.Run(fmt.Sprintf("update/%v", p), func(b *testing.B) {
			for b.Loop() {
				f.Update(x)
			}
		})
		b.Run(fmt.Sprintf("append+remove/%v", p), func(b *testing.B) {
			for b.Loop() {
				if _, err := f.Append(x, 1e9); err != nil {
					b.Fatal(err)
				}
				f.Remove(n / 2)
			}
		})
		b.Run(fmt.Sprintf("solve/%v", p), func(b *testing.B) {
			y := make([]float64, n)
			for b.Loop() {
				copy(y, x)
				f.Solve(y)
			}
		})
	}
}
