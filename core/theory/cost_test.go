package theory

import (
	"errors"
	"math"
	"testing"

	"gardner/core/num"
)

func TestMarginCostClosedForms(t *testing.T) {
	t.Parallel()
	// p_out = 1/2: D = 0 and e = J2(-k), so e(0) = 1/2.
	for _, k := range []float64{0, 0.3, 2, 40, 1e6} {
		e, d, err := MarginCost(0.5, k)
		if err != nil || d != 0 || e != num.J2(-k) {
			t.Errorf("e(%g) = %g, D = %g, %v at p_out = 1/2; want J2(-k) = %g, 0", k, e, d, err, num.J2(-k))
		}
	}
	// Large k: all patterns miss, D = k (1-2p), e = 4 p (1-p) k^2 + 1.
	for _, p := range []float64{0.1, 0.7} {
		k := 100.0
		e, d, _ := MarginCost(p, k)
		if want := 4*p*(1-p)*k*k + 1; math.Abs(e/want-1) > 1e-14 {
			t.Errorf("e(%g) = %g at p_out = %g, want %g", k, e, p, want)
		}
		if want := k * (1 - 2*p); math.Abs(d-want) > 1e-12*k {
			t.Errorf("D = %g at p_out = %g, k = %g, want %g", d, p, k, want)
		}
	}
}

func TestMarginCostIsMinimum(t *testing.T) {
	t.Parallel()
	for _, p := range []float64{1e-9, 0.01, 0.1, 0.35, 0.5, 0.8, 1 - 1e-9} {
		for _, k := range []float64{-3, 0, 0.5, 2, 30} {
			e, d, err := MarginCost(p, k)
			if err != nil {
				t.Fatal(err)
			}
			if l, r := p*num.J1(-d-k), (1-p)*num.J1(d-k); math.Abs(l-r) > 1e-13*(l+r) {
				t.Errorf("p=%g k=%g: not stationary at D=%g: %g, %g", p, k, d, l, r)
			}
			for _, h := range []float64{-0.01, 0.01} {
				if f := p*num.J2(-d-h-k) + (1-p)*num.J2(d+h-k); f <= e {
					t.Errorf("p=%g k=%g: %g at D=%g is below e=%g at D=%g", p, k, f, d+h, e, d)
				}
			}
			// The mirror image: labels exchanged.
			if m, dm, _ := MarginCost(1-p, k); math.Abs(m/e-1) > 2e-7*math.Abs(p-0.5) || math.Abs(dm+d) > 1e-6*(1+math.Abs(d)) {
				t.Errorf("p=%g k=%g: e=%g D=%g, at 1-p e=%g D=%g", p, k, e, d, m, dm)
			}
		}
	}
}

func TestMarginCostSlope(t *testing.T) {
	t.Parallel()
	for _, p := range []float64{0.02, 0.1, 0.5, 0.9} {
		for _, k := range []float64{-1, 0, 0.4, 3} {
			const h = 1e-4
			at := func(x float64) float64 { e, _, _ := MarginCost(p, x); return e }
			// Five-point difference: error of order h^4.
			want := (8*(at(k+h)-at(k-h)) - (at(k+2*h) - at(k-2*h))) / (12 * h)
			got, err := MarginCostSlope(p, k)
			if err != nil || math.Abs(got-want) > 1e-10*(1+want) {
				t.Errorf("e'(%g) = %.14g, %v at p_out = %g; differences give %.14g", k, got, err, p, want)
			}
			_, d, _ := MarginCost(p, k)
			if alt := 4 * p * num.J1(-d-k); math.Abs(got/alt-1) > 1e-12 {
				t.Errorf("e'(%g) = %g, want 4p J1(-D-k) = %g", k, got, alt)
			}
		}
	}
}

func TestMarginOfCostInverts(t *testing.T) {
	t.Parallel()
	for _, p := range []float64{1e-12, 1e-3, 0.1, 0.5, 0.97} {
		for _, k := range []float64{-4, 0, 1e-6, 0.2, 1, 8, 1e3, 1e9, 1e140} {
			e, _, _ := cost(p, k)
			if got := marginOfCost(p, e); math.Abs(got-k) > 1e-13*(1+math.Abs(k)) {
				t.Errorf("p=%g: margin of e(%g) is %.17g", p, k, got)
			}
		}
	}
}

func TestMarginCostDomain(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]float64{{0, 1}, {1, 1}, {-0.1, 0}, {math.NaN(), 0}, {0.5, math.NaN()}, {0.5, math.Inf(1)}, {0.5, -19}} {
		_, _, err := MarginCost(c[0], c[1])
		var domain *DomainError
		if !errors.As(err, &domain) {
			t.Errorf("MarginCost(%v): %v, want a *DomainError", c, err)
		}
	}
}
