package theory

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"gardner/core/num"
)

// paper is the example neuron of MODEL section 12: exponential excitatory and
// gamma (k = 2) inhibitory inputs, f_exc = 0.8, p_out = 0.1.
var paper = Neuron{FExc: 0.8, Phi: math.Sqrt2, POut: 0.1, Lambda: 1}

func must(t testing.TB) func(float64, error) float64 {
	return func(v float64, err error) float64 {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func near(t testing.TB, name string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s = %.15g, want %.15g within %g", name, got, want, tol)
	}
}

// nearBest compares a maximum with that of a grid, which it cannot lie below.
func nearBest(t testing.TB, name string, got, grid, tol float64) {
	t.Helper()
	if !(got >= grid*(1-1e-12) && got <= grid+tol) {
		t.Errorf("%s = %.15g, the best of a grid is %.15g; want at most %g above", name, got, grid, tol)
	}
}

// Anchors of MODEL section 3, from an independent implementation.
func TestAnchors(t *testing.T) {
	t.Parallel()
	ok := must(t)
	near(t, "alpha_c", ok(paper.CapacityIn(0)), 1.956450926938, 6e-13)
	near(t, "alpha_b", ok(paper.CapacityBalanced(0)), 1.673641402535, 6e-13)
	near(t, "alpha_b, N=200, Gamma=1", ok(paper.CapacityBalancedFinite(0, 200, 1, 1)), 1.691, 5.1e-4)
	near(t, "alpha_b, N=200, Gamma=10", ok(paper.CapacityBalancedFinite(0, 200, 10, 1)), 1.569, 5.1e-4)
	near(t, "alpha_b, N=200, theta=0", ok(paper.CapacityBalancedFinite(0, 200, math.Inf(1), 1)), 1.555, 5.1e-4)
	// MODEL section 5, unconstrained networks: E neurons at p_out = .3, I at .15.
	free := Neuron{FExc: 0.8, Phi: 1, POut: 0.3, Lambda: 1}
	near(t, "Gardner p_out=.3", ok(free.Gardner(0)), 2.236, 5e-4)
	free.POut = 0.15
	near(t, "Gardner p_out=.15", ok(free.Gardner(0)), 3.098, 5e-4)
	free.POut = 0.5
	near(t, "Gardner", ok(free.Gardner(0)), 2, 1e-15)
	near(t, "alpha_c, p_out=1/2", ok(free.CapacityIn(0)), 1, 1e-15)
}

func TestGardnerClosedForms(t *testing.T) {
	t.Parallel()
	ok := must(t)
	for _, k := range []float64{0, 0.5, 2, 20} {
		e, _, _ := MarginCost(0.1, k)
		for _, f := range []float64{0, 0.3, 1} {
			n := Neuron{FExc: f, Phi: 2, POut: 0.1, Lambda: 1}
			near(t, "Gardner, lambda=1", ok(n.Gardner(k)), 1/e, 1e-14/e)
		}
		n := Neuron{FExc: 1, Phi: 2, POut: 0.1, Lambda: 3}
		near(t, "Gardner, f=1", ok(n.Gardner(k)), 1/e, 1e-14/e)
		n.FExc = 0
		e, _, _ = MarginCost(0.1, k/3)
		near(t, "Gardner, f=0", ok(n.Gardner(k)), 1/e, 1e-14/e)
		n.FExc = 0.4
		if v := ok(n.Gardner(k)); k > 0 {
			near(t, "KappaGardner", ok(n.KappaGardner(v)), k, 1e-12*k)
		}
	}
}

// At f_exc* the two lines meet at kappa = 0; at p_out = 1/2 both are then 1.
// Below it they coincide, above it alpha_c does not depend on f and phi.
func TestOptimalFraction(t *testing.T) {
	t.Parallel()
	ok := must(t)
	for _, phi := range []float64{0.2, 1, math.Sqrt2, 7} {
		for _, p := range []float64{0.1, 0.5, 0.8} {
			n := Neuron{Phi: phi, POut: p, Lambda: 1.7}
			star := ok(OptimalFExc(phi, 1))
			near(t, "OptimalFExc", star, n.OptimalFExc(), 1e-15)
			e0, _, _ := MarginCost(p, 0)
			n.FExc = star
			near(t, "alpha_b at f*", ok(n.CapacityBalanced(0)), 0.5/e0, 1e-13/e0)
			near(t, "alpha_c at f*", ok(n.CapacityIn(0)), 0.5/e0, 1e-13/e0)
			for _, f := range []float64{star * 0.3, star * 0.99} {
				n.FExc = f
				near(t, "alpha_c - alpha_b below f*", ok(n.CapacityIn(0)), ok(n.CapacityBalanced(0)), 0)
			}
			for _, f := range []float64{star + 0.01*(1-star), 0.5 * (1 + star), 1} {
				n.FExc = f
				near(t, "alpha_c above f*", ok(n.CapacityIn(0)), 0.5/e0, 1e-13/e0)
				if b := ok(n.CapacityBalanced(0)); !(b < 0.5/e0) {
					t.Errorf("f=%g: alpha_b = %g is not below alpha_c", f, b)
				}
				one := n
				one.Lambda = 1
				e, _, _ := MarginCost(p, 0.8)
				near(t, "alpha_c(.8), lambda=1", ok(one.CapacityIn(0.8)), 0.5/e, 1e-14/e)
			}
		}
	}
}

func TestLimitsOfFraction(t *testing.T) {
	t.Parallel()
	ok := must(t)
	for _, l := range []float64{0.5, 1, 2} {
		for _, k := range []float64{0, 0.7} {
			n := Neuron{FExc: 0, Phi: 1.3, POut: 0.2, Lambda: l}
			near(t, "alpha_c(f=0)", ok(n.CapacityIn(k)), 0, 0)
			near(t, "alpha_b(f=0)", ok(n.CapacityBalanced(k)), 0, 0)
			n.FExc = 1e-14
			near(t, "alpha_c(f->0)", ok(n.CapacityIn(k)), 0, 1e-11)
			n.FExc = 1
			e, _, _ := MarginCost(0.2, k)
			near(t, "alpha_c(f=1)", ok(n.CapacityIn(k)), 0.5/e, 1e-14)
			near(t, "alpha_b(f=1)", ok(n.CapacityBalanced(k)), 0, 0)
			n.FExc = 1 - 1e-13
			near(t, "alpha_c(f->1)", ok(n.CapacityIn(k)), 0.5/e, 1e-11)
			near(t, "alpha_b(f->1)", ok(n.CapacityBalanced(k)), 0, 1e-10)
		}
	}
	// At finite N and f = 1 the mean input sets B; lambda = 1.
	for _, k := range []float64{0, 0.7} {
		n := Neuron{FExc: 1, Phi: 1.3, POut: 0.4, Lambda: 1}
		at := ok(n.CapacityBalancedFinite(k, 100, 1, 1))
		n.FExc = 1 - 1e-13
		near(t, "finite N, f=1", at, ok(n.CapacityBalancedFinite(k, 100, 1, 1)), 1e-11)
		// f = 0: theta = 0 needs no positive mean.
		n = Neuron{FExc: 0, Phi: 1.3, POut: 0.2, Lambda: 2}
		at = ok(n.CapacityBalancedFinite(k, 100, math.Inf(1), 1))
		n.FExc = 1e-13
		near(t, "finite N, f=0", at, ok(n.CapacityBalancedFinite(k, 100, math.Inf(1), 1)), 1e-5)
	}
}

// bruteForce maximises alpha(B, r) as MODEL section 3 writes it, on grids that
// know nothing of the brackets used here.
func bruteForce(n Neuron, kappa float64, balanced bool) float64 {
	best := 0.0
	at := func(b, r float64) {
		f, l := n.FExc, n.Lambda
		c := 1 / math.Sqrt(f*num.J2(b)+r*r*(1-f)*num.J2(-n.Phi*b))
		q := c * c * (f*num.J2(b) + l*l*r*r*(1-f)*num.J2(-n.Phi*b))
		a := c * (f*num.H(b) + l*r*(1-f)*num.H(-n.Phi*b))
		e, _, _ := MarginCost(n.POut, kappa/math.Sqrt(q))
		best = math.Max(best, a*a/(q*e))
	}
	const cells = 1000
	for i := 0; i <= cells; i++ {
		x := -5 + 10*float64(i)/cells
		if balanced {
			at(x, n.FExc*num.J1(x)/(n.Phi*n.Lambda*(1-n.FExc)*num.J1(-n.Phi*x)))
		} else {
			at(0, math.Exp(1.2*x))
		}
	}
	return best
}

func TestCapacitiesAgainstBruteForce(t *testing.T) {
	t.Parallel()
	ok := must(t)
	for _, l := range []float64{0.3, 0.8, 1, 1.5, 4} {
		for _, phi := range []float64{0.5, 1.5} {
			n := Neuron{FExc: 0.75, Phi: phi, POut: 0.15, Lambda: l}
			for _, kappa := range []float64{0, 0.4, 2} {
				want := bruteForce(n, kappa, true)
				nearBest(t, "balanced", ok(n.CapacityBalanced(kappa)), want, 8e-5*want)
				free := n.bestScale(func(s float64) Order { return n.order(0, s) },
					func(o Order) float64 { return n.load(o, kappa) }, kappa == 0)
				want = bruteForce(n, kappa, false)
				nearBest(t, "input noise, any mean", n.load(free, kappa), want, 8e-5*want)
				if in := ok(n.CapacityIn(kappa)); free.M >= 0 {
					nearBest(t, "input noise", in, want, 8e-5*want)
				} else {
					near(t, "input noise, balanced", in, ok(n.CapacityBalanced(kappa)), 0)
				}
			}
		}
	}
}

func TestInversesRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		n := Neuron{
			FExc: rapid.Float64Range(0.05, 0.97).Draw(r, "f"), Phi: rapid.Float64Range(0.2, 5).Draw(r, "phi"),
			POut: rapid.Float64Range(0.01, 0.99).Draw(r, "p"), Lambda: rapid.SampledFrom([]float64{0.5, 1, 1, 2}).Draw(r, "lambda"),
		}
		share := rapid.Float64Range(1e-3, 1).Draw(r, "share of capacity")
		for _, line := range []struct {
			name              string
			capacity, inverse func(float64) (float64, error)
		}{{"in", n.CapacityIn, n.KappaIn}, {"balanced", n.CapacityBalanced, n.KappaBalanced}, {"free", n.Gardner, n.KappaGardner}} {
			top, err := line.capacity(0)
			if err != nil {
				r.Fatal(err)
			}
			alpha := top * share
			kappa, err := line.inverse(alpha)
			if err != nil {
				r.Fatal(err)
			}
			back, err := line.capacity(kappa)
			if err != nil || math.Abs(back/alpha-1) > 1e-12 {
				r.Errorf("%s: alpha %.15g -> kappa %.15g -> alpha %.15g, %v", line.name, alpha, kappa, back, err)
			}
		}
		in, _ := n.KappaIn(share * 0.1)
		balanced, err := n.KappaBalanced(share * 0.1)
		if err == nil && balanced > in*(1+1e-12) {
			r.Errorf("kappa_balanced %g exceeds kappa_in %g", balanced, in)
		}
	})
}

func TestExtremes(t *testing.T) {
	t.Parallel()
	ok := must(t)
	// Large kappa: every pattern misses, alpha = A^2/(4 p (1-p) kappa^2) with the
	// best A^2, 1/2 for f >= f* and lambda = 1.
	near(t, "alpha_c(1e6) kappa^2", ok(paper.CapacityIn(1e6))*1e12, 0.5/(4*0.1*0.9), 1e-10)
	near(t, "kappa_in(tiny) sqrt alpha", ok(paper.KappaIn(1e-200))*1e-100, math.Sqrt(0.5/0.36), 1e-12)
	for _, p := range []float64{1e-15, 1e-6, 1 - 1e-6} {
		n := paper
		n.POut = p
		a, b := ok(n.CapacityIn(0)), ok(n.CapacityBalanced(0))
		q := math.Min(p, 1-p)
		// Gardner (1988): sparse coding stores of the order of 1/(p ln 1/p).
		if x := a * q * math.Log(1/q); !(x > 0.1 && x < 1) || !(b < a && b > 0) {
			t.Errorf("p_out=%g: alpha_c = %g, alpha_b = %g, alpha_c p ln 1/p = %g", p, a, b, x)
		}
	}
	for _, phi := range []float64{1e-4, 1e4} {
		n := paper
		n.Phi = phi
		if b := ok(n.CapacityBalanced(0.5)); !(b > 0 && b <= ok(n.CapacityIn(0.5))*(1+1e-12)) {
			t.Errorf("phi=%g: alpha_b = %g", phi, b)
		}
	}
}

func TestContinuousInLambda(t *testing.T) {
	t.Parallel()
	ok := must(t)
	for _, l := range []float64{1 - 1e-9, 1 + 1e-9} {
		n := paper
		n.Lambda = l
		for _, k := range []float64{0, 0.5, 3} {
			near(t, "alpha_c", ok(n.CapacityIn(k)), ok(paper.CapacityIn(k)), 2e-9)
			near(t, "alpha_b", ok(n.CapacityBalanced(k)), ok(paper.CapacityBalanced(k)), 2e-9)
			near(t, "finite", ok(n.CapacityBalancedFinite(k, 200, 1, 1)), ok(paper.CapacityBalancedFinite(k, 200, 1, 1)), 2e-9)
		}
		near(t, "out", ok(n.KappaOutFinite(1, 200, 1, 1)), ok(paper.KappaOutFinite(1, 200, 1, 1)), 1e-7)
	}
}

func TestErrorsCarryTheNumber(t *testing.T) {
	t.Parallel()
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name  string
		n     Neuron
		param string
	}{
		{"f below 0", Neuron{-0.1, 1, 0.5, 1}, "f_exc"}, {"f not a number", Neuron{nan, 1, 0.5, 1}, "f_exc"},
		{"phi 0", Neuron{0.5, 0, 0.5, 1}, "phi"}, {"phi infinite", Neuron{0.5, inf, 0.5, 1}, "phi"},
		{"p 0", Neuron{0.5, 1, 0, 1}, "p_out"}, {"p 1", Neuron{0.5, 1, 1, 1}, "p_out"}, {"lambda", Neuron{0.5, 1, 0.5, -1}, "lambda"},
	} {
		for _, f := range []func(float64) (float64, error){c.n.CapacityIn, c.n.CapacityBalanced, c.n.Gardner, c.n.KappaIn,
			c.n.KappaBalanced, c.n.KappaGardner, c.n.UnbalancedKappaOut} {
			var domain *DomainError
			if _, err := f(0.1); !errors.As(err, &domain) || domain.Param != c.param {
				t.Errorf("%s: error %v, want a *DomainError of %s", c.name, err, c.param)
			}
		}
	}
	for _, bad := range []float64{-1e-9, nan, inf} {
		var domain *DomainError
		for _, f := range []func(float64) (float64, error){paper.CapacityIn, paper.CapacityBalanced, paper.Gardner, paper.KappaIn, paper.UnbalancedKappaOut} {
			if _, err := f(bad); !errors.As(err, &domain) || (domain.Value != bad && !math.IsNaN(bad)) {
				t.Errorf("at %g: %v, want a *DomainError with it", bad, err)
			}
		}
	}
	for _, c := range []struct {
		f     func(float64) (float64, error)
		alpha float64
		limit float64
	}{{paper.KappaIn, 1.96, 1.956450926938}, {paper.KappaBalanced, 1.68, 1.673641402535},
		{paper.UnbalancedKappaOut, 1.67, 1.673641402535}, {paper.UnbalancedKappaOut, 2, 1.956450926938}} {
		var undefined *UndefinedError
		_, err := c.f(c.alpha)
		if !errors.As(err, &undefined) || undefined.Value != c.alpha || math.Abs(undefined.Limit-c.limit) > 1e-11 {
			t.Errorf("at %g: %v, want an *UndefinedError with limit %g", c.alpha, err, c.limit)
		}
	}
}
