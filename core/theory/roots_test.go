package theory

import (
	"math"
	"testing"
)

func TestRootsOfKnownFunctions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		f, df  func(float64) float64
		lo, hi float64
		want   float64
	}{
		{"cubic", func(x float64) float64 { return x*x*x - 2 }, func(x float64) float64 { return 3 * x * x }, 0, 10, math.Cbrt(2)},
		{"steep", func(x float64) float64 { return math.Exp(x) - 1e10 }, math.Exp, -50, 60, 10 * math.Ln10},
		{"flat at the start", func(x float64) float64 { return math.Atan(x - 3) }, func(x float64) float64 { return 1 / (1 + (x-3)*(x-3)) }, -1e6, 1e6, 3},
	} {
		got := increasingRoot(func(x float64) (float64, float64) { return c.f(x), c.df(x) }, c.lo, c.hi, 0.1)
		if math.Abs(got-c.want) > 4e-16*math.Abs(c.want) {
			t.Errorf("%s: increasingRoot = %.17g, want %.17g", c.name, got, c.want)
		}
		for _, ends := range [][2]float64{{c.lo, c.hi}, {c.hi, c.lo}} {
			if got := root(c.f, ends[0], ends[1]); math.Abs(got-c.want) > 1e-15*math.Abs(c.want) {
				t.Errorf("%s: root from %v = %.17g, want %.17g", c.name, ends, got, c.want)
			}
		}
	}
	// Without a sign change: the end nearer to the root.
	if got := increasingRoot(func(x float64) (float64, float64) { return x + 5, 1 }, 0, 1, 0.5); got > 1e-15 {
		t.Errorf("root below the bracket: %g, want its lower end 0", got)
	}
}

func TestMaximum(t *testing.T) {
	t.Parallel()
	inf := math.Inf(-1)
	for _, c := range []struct {
		name       string
		f          func(float64) float64
		a, b, x, v float64
		tol        float64
	}{
		{"smooth", func(x float64) float64 { return 2 - math.Cosh(x-0.3) }, -5, 5, 0.3, 1, 1e-15},
		{"ends in descending order", func(x float64) float64 { return 2 - math.Cosh(x-0.3) }, 5, -5, 0.3, 1, 1e-15},
		{"at an end", func(x float64) float64 { return x }, 0, 1, 1, 1, 1e-8},
		{"at the edge of the domain", func(x float64) float64 {
			if x > 0.7123 {
				return inf
			}
			return x
		}, 0, 1, 0.7123, 0.7123, 1e-8},
		{"domain narrower than a cell", func(x float64) float64 {
			if x < 0.5001 || x > 0.51 {
				return inf
			}
			return 1 - x
		}, 0, 1.02, 0.5001, 0.4999, 1e-8},
	} {
		x, v := maximum(c.f, c.a, c.b, 16)
		if math.Abs(v-c.v) > c.tol || math.Abs(x-c.x) > 1e-7 {
			t.Errorf("%s: maximum at %.12g is %.16g, want %.16g at %g", c.name, x, v, c.v, c.x)
		}
	}
	if _, v := maximum(func(float64) float64 { return inf }, 0, 1, 4); !math.IsInf(v, -1) {
		t.Errorf("maximum over an empty domain is %g, want -Inf", v)
	}
}
