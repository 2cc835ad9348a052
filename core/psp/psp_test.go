package psp_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"gardner/core/psp"
)

func Example() {
	k, err := psp.New(30, 10)
	if err != nil {
		fmt.Println(err)
		return
	}
	p := psp.Potential{A: 2 * k.V0, B: 2 * k.V0} // one spike of weight 2
	at, peak := k.Max(p, math.Inf(1))
	s, _ := k.Rise(p, 1, math.Inf(1))
	fmt.Printf("peak %.3f at %.3f ms, threshold at %.3f ms\n", peak, at, s)
	// Output: peak 2.000 at 16.479 ms, threshold at 3.680 ms
}

func kernels(t interface{ Fatal(args ...any) }) []*psp.Kernel {
	var out []*psp.Kernel
	for _, tau := range [][2]float64{{30, 10}, {15, 3.75}, {20, 5}, {10, 9}, {1, 1e-3}} {
		k, err := psp.New(tau[0], tau[1])
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, k)
	}
	return out
}

func TestKernelIsNormalised(t *testing.T) {
	t.Parallel()
	for _, k := range kernels(t) {
		if d := math.Abs(k.At(k.Peak) - 1); d > 1e-14/(1-k.TauS/k.TauM) {
			t.Errorf("tau %g, %g: K at its peak is 1 %+g", k.TauM, k.TauS, d)
		}
		if k.At(0) != 0 || k.At(-1) != 0 || !(k.At(k.Peak*.99) < 1) || !(k.At(k.Peak*1.01) < 1) {
			t.Errorf("tau %g, %g: K is not 0 before 0 with its peak at %g", k.TauM, k.TauS, k.Peak)
		}
	}
}

// For tau_m = 3 tau_s, V = A u - B u^3 with u = e^{-s/tau_m}: the maximum is
// (2/3) A sqrt(A/(3B)), elementary.
func TestMaximumOfRatioThree(t *testing.T) {
	t.Parallel()
	k := kernels(t)[0]
	for _, p := range []psp.Potential{{A: 1, B: 1}, {A: 2, B: 5}, {A: 7, B: 2.5}, {A: 1e-3, B: 4}} {
		s, v := k.Max(p, math.Inf(1))
		want := 2.0 / 3 * p.A * math.Sqrt(p.A/(3*p.B))
		at := -30 * math.Log(math.Sqrt(p.A/(3*p.B)))
		if math.Abs(v-want) > 1e-14*want || math.Abs(s-at) > 1e-12*at {
			t.Errorf("%+v: maximum %v at %v, want %v at %v", p, v, s, want, at)
		}
	}
}

func drawPotential(t *rapid.T) (*psp.Kernel, psp.Potential, float64) {
	k := rapid.SampledFrom(kernels(t)[:4]).Draw(t, "kernel")
	p := psp.Potential{A: rapid.Float64Range(-5, 5).Draw(t, "A"), B: rapid.Float64Range(-5, 5).Draw(t, "B")}
	return k, p, rapid.Float64Range(1e-3, 100).Draw(t, "h")
}

// The closed form against a fine scan of the definition, in math's own functions.
func TestMaxAgainstScan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		k, p, h := drawPotential(t)
		value := func(s float64) float64 { return p.A*math.Exp(-s/k.TauM) - p.B*math.Exp(-s/k.TauS) }
		s, v := k.Max(p, h)
		if s < 0 || s > h || math.Abs(value(s)-v) > 1e-13 {
			t.Fatalf("V(%v) = %v, said to be %v", s, value(s), v)
		}
		for i := range 1001 {
			if x := h * float64(i) / 1000; value(x) > v+1e-13 {
				t.Fatalf("V(%v) = %v is above the maximum %v at %v", x, value(x), v, s)
			}
		}
	})
}

// A crossing is where V has the level, and below it everywhere before; none is
// missed that the maximum shows.
func TestRiseAgainstScan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		k, p, h := drawPotential(t)
		level := rapid.Float64Range(1e-3, 2).Draw(t, "level")
		if p.Value() > level {
			p.B = p.A - level/2
		}
		value := func(s float64) float64 { return p.A*math.Exp(-s/k.TauM) - p.B*math.Exp(-s/k.TauS) }
		_, v := k.Max(p, h)
		s, ok := k.Rise(p, level, h)
		if ok != (v > level) {
			t.Fatalf("maximum %v, level %v, but crossing %v", v, level, ok)
		}
		if !ok {
			return
		}
		if math.Abs(value(s)-level) > 1e-14*(1+math.Abs(p.A)+math.Abs(p.B)) {
			t.Fatalf("V(%v) = %v, level %v", s, value(s), level)
		}
		for i := range 200 {
			if x := s * float64(i) / 200; value(x) > level+1e-14*(1+math.Abs(p.A)+math.Abs(p.B)) {
				t.Fatalf("V(%v) = %v is above %v before the crossing at %v", x, value(x), level, s)
			}
		}
	})
}

// Peaks that only just pass the level: Newton's method is slow there, not wrong.
func TestRiseNearTangency(t *testing.T) {
	t.Parallel()
	for _, k := range kernels(t) {
		p := psp.Potential{A: k.V0, B: k.V0}
		_, peak := k.Max(p, math.Inf(1))
		if s, ok := k.Rise(p, peak, math.Inf(1)); ok {
			t.Errorf("a touch counts as a crossing at %v", s)
		}
		for _, below := range []float64{1e-15, 1e-13, 1e-10, 1e-6} {
			s, ok := k.Rise(p, peak-below, math.Inf(1))
			if !ok || s > k.Peak || math.Abs(k.After(p, s).Value()-(peak-below)) > 2e-15*k.V0 {
				t.Errorf("tau %g, %g: crossing of peak - %g: %v, %v; V = peak %g", k.TauM, k.TauS, below, s, ok, k.After(p, s).Value()-peak)
			}
		}
	}
}

func TestInnerAgainstQuadrature(t *testing.T) {
	t.Parallel()
	for _, k := range kernels(t)[:4] {
		for _, d := range []float64{0, 1, 7.5, 40} {
			sum, step := 0.0, k.TauS/500
			for i := range int(40 * k.TauM / step) { // Simpson would do no better at the kink
				x := (float64(i) + .5) * step
				sum += k.At(x) * k.At(x+d) * step
			}
			if got := k.Inner(d); math.Abs(got-sum) > 1e-5*k.Inner(0) {
				t.Errorf("tau %g, %g: inner product at lag %g is %v, quadrature %v", k.TauM, k.TauS, d, got, sum)
			}
		}
	}
}

func TestBadTimeConstants(t *testing.T) {
	t.Parallel()
	for _, tau := range [][2]float64{{10, 10}, {10, 20}, {10, 0}, {10, -1}, {math.Inf(1), 1}, {math.NaN(), 1}, {1, math.NaN()}, {1, 1e-9}} {
		var bad *psp.TimeConstantError
		if _, err := psp.New(tau[0], tau[1]); !errors.As(err, &bad) {
			t.Errorf("New(%v, %v): %v", tau[0], tau[1], err)
		}
	}
}

func BenchmarkRise(b *testing.B) {
	k := kernels(b)[0]
	p := psp.Potential{A: 3, B: 2.5}
	for b.Loop() {
		k.Rise(p, 1, 10)
	}
}

// The largest V - c s against a fine scan.
func TestMaxTiltedAgainstScan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		k, p, h := drawPotential(t)
		c := rapid.Float64Range(-0.5, 0.5).Draw(t, "c")
		value := func(s float64) float64 { return p.A*math.Exp(-s/k.TauM) - p.B*math.Exp(-s/k.TauS) - c*s }
		s, v := k.MaxTilted(p, c, h)
		if s < 0 || s > h || math.Abs(value(s)-v) > 1e-12 {
			t.Fatalf("V(%v) - c s = %v, said to be %v", s, value(s), v)
		}
		for i := range 1001 {
			if x := h * float64(i) / 1000; value(x) > v+1e-12 {
				t.Fatalf("V(%v) - c s = %v is above the maximum %v at %v", x, value(x), v, s)
			}
		}
	})
}
