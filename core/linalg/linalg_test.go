package linalg

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func TestDotAndAxpy(t *testing.T) {
	eachPath(t, func(t *testing.T, p Path) {
		r := rand.New(rand.NewPCG(1, 1))
		for n := range 300 {
			x, y := normals(r, n, true), matrix(r, 1, n, n, true)
			sameBits(t, fmt.Sprintf("dot n=%d", n), []float64{p.dot(x, y)}, []float64{naiveDot(x, y)})
			want := clone(y)
			naiveGemm(want, n, []float64{1.7}, 1, x, n, 1, n, 1, 1, 1, false)
			p.axpy(1.7, x, y)
			sameBits(t, fmt.Sprintf("axpy n=%d", n), y, want)
		}
		// Products that underflow to -0 in some lanes and not in others.
		x := []float64{-0x1p-600, 1, 2}
		y := []float64{0x1p-600, 0, 0}
		sameBits(t, "dot with -0", []float64{p.dot(x[:1], y[:1])}, []float64{naiveDot(x[:1], y[:1])})
	})
	if got := Dot([]float64{1, 2, 3}, []float64{4, 5, 6}); got != 32 {
		t.Errorf("dot = %g, want 32", got)
	}
	y := []float64{1, 2}
	if Axpy(2, []float64{3, 4}, y); y[0] != 7 || y[1] != 10 {
		t.Errorf("axpy = %g, want 7 10", y)
	}
}

func TestWrongShapesPanic(t *testing.T) {
	t.Parallel()
	e := New(1)
	for name, call := range map[string]func(){
		"dot":      func() { Dot(make([]float64, 2), make([]float64, 3)) },
		"horner":   func() { Horner(1, nil, nil, nil) },
		"ld":       func() { e.Syrk(make([]float64, 9), 3, make([]float64, 9), 2, 3, 3, nil) },
		"short":    func() { e.Syrk(make([]float64, 8), 3, make([]float64, 9), 3, 3, 3, nil) },
		"d":        func() { e.SyrkT(make([]float64, 9), 3, make([]float64, 9), 3, 3, 3, []float64{1}) },
		"negative": func() { e.MulVec(nil, nil, 0, -1, 0, nil) },
		"b":        func() { e.SolveLower(make([]float64, 9), 3, 3, make([]float64, 2)) },
		"remove":   func() { NewFactor(3).Remove(0) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			call()
		}()
	}
}
