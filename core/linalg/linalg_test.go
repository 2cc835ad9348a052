package linalg

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
)

func TestDotAndAxpy(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	for n := range 300 {
		x, y := normals(r, n, true), normals(r, n, true)
		sameBits(t, fmt.Sprintf("dot n=%d", n), []float64{Dot(x, y)}, []float64{naiveDot(x, y)})
		want := append([]float64{}, y...)
		naiveGemm(want, n, []float64{1.7}, 1, x, n, 1, n, 1, 1, 1, false)
		Axpy(1.7, x, y)
		sameBits(t, fmt.Sprintf("axpy n=%d", n), y, want)
	}
}

func TestCholeskyFindsTheBadPivot(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 5, 40, 130, 300} {
		bad := r.IntN(n)
		a := positive(r, n, n)
		a[bad*n+bad] = -1
		var err *NotPositiveError
		if got := New(2).Cholesky(a, n, n); !errors.As(got, &err) || err.Pivot != bad || err.Value > -1 {
			t.Errorf("n=%d: got %v, want pivot %d", n, got, bad)
		}
	}
}

func TestWrongShapesPanic(t *testing.T) {
	t.Parallel()
	e := New(1)
	for name, call := range map[string]func(){
		"dot":      func() { Dot(make([]float64, 2), make([]float64, 3)) },
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
