package theory

import (
	"errors"
	"math"
	"testing"

	"gardner/core/num"
)

// The definition on grids: for each B and scale, keep the orders that meet the
// condition on the mean input.
func TestBalancedFiniteAgainstDefinition(t *testing.T) {
	t.Parallel()
	for _, n := range []Neuron{paper, {FExc: 0.7, Phi: 1, POut: 0.3, Lambda: 0.5}, {FExc: 0.85, Phi: 2, POut: 0.2, Lambda: 2}} {
		for _, kappa := range []float64{0, 0.6} {
			const nAff, gamma, cv = 150, 2.0, 0.8
			got := must(t)(n.CapacityBalancedFinite(kappa, nAff, gamma, cv))
			want := 0.0
			for b := -2.0; b < 2; b += 1e-2 {
				gap := func(x float64) float64 {
					o := n.order(b, num.Exp(x))
					_, d, _ := MarginCost(n.POut, kappa/math.Sqrt(o.Q))
					return o.M - cv*(1/gamma-d*math.Sqrt(o.Q))/math.Sqrt(nAff)
				}
				if gap(-9) > 0 && gap(9) < 0 {
					want = math.Max(want, n.load(n.order(b, num.Exp(root(gap, -9, 9))), kappa))
				}
			}
			nearBest(t, "alpha_b at finite N", got, want, 5e-5)
		}
	}
}

// The correction vanishes like N^-1/2: the deviation halves from N to 4N.
func TestFiniteTendsToLargeN(t *testing.T) {
	t.Parallel()
	ok := must(t)
	for _, n := range []Neuron{paper, {FExc: 0.8, Phi: 1, POut: 0.1, Lambda: 2}, {FExc: 0.3, Phi: 1, POut: 0.1, Lambda: 1}} {
		for _, kappa := range []float64{0, 0.5} {
			limit := ok(n.CapacityBalanced(kappa))
			d1 := ok(n.CapacityBalancedFinite(kappa, 1e8, 10, 1)) - limit
			d4 := ok(n.CapacityBalancedFinite(kappa, 4e8, 10, 1)) - limit
			if math.Abs(d1/d4-2) > 0.01 || math.Abs(d1) > 2e-3 {
				t.Errorf("%+v kappa=%g: deviations %g at N=1e8, %g at 4e8; want a ratio of 2", n, kappa, d1, d4)
			}
		}
	}
}

func TestOutFiniteRoundTripAndLimits(t *testing.T) {
	t.Parallel()
	ok := must(t)
	for _, l := range []float64{1, 0.7} {
		n := paper
		n.Lambda = l
		for _, nAff := range []int{50, 2000} {
			for _, alpha := range []float64{0.4, 1.8} {
				k := ok(n.KappaOutFinite(alpha, nAff, 1, 1))
				near(t, "alpha(kappa_out(alpha))", ok(n.CapacityOutFinite(k, nAff, 1, 1)), alpha, 1e-8)
				if e := ok(n.CapacityBalancedFinite(k, nAff, 1, 1)); e > alpha+1e-8 {
					t.Errorf("lambda=%g N=%d: %g at a norm on its bound exceeds %g at any norm within", l, nAff, e, alpha)
				}
			}
		}
		// Far below alpha_b the bound is active and the two lines coincide.
		near(t, "bound active", ok(n.CapacityOutFinite(1, 200, 1, 1)), ok(n.CapacityBalancedFinite(1, 200, 1, 1)), 1e-9)
		const huge = 1 << 28
		near(t, "balanced limit", ok(n.KappaOutFinite(1, huge, 2, 1)), 2*ok(n.KappaBalanced(1)), 1e-4)
		near(t, "unbalanced limit", ok(n.KappaOutFinite(1.8, huge, 2, 0.7))*math.Sqrt(huge)/0.7, ok(n.UnbalancedKappaOut(1.8)), 1e-4)
	}
	if k := ok(paper.KappaOutFinite(1, 200, math.Inf(1), 1)); !math.IsInf(k, 1) {
		t.Errorf("kappa_out below alpha_b without a bound on the norm is %g, want +Inf", k)
	}
	if k := ok(paper.KappaOutFinite(1.8, 200, math.Inf(1), 1)); !(k > 0 && k < 1) {
		t.Errorf("kappa_out above alpha_b without a bound on the norm is %g, want finite", k)
	}
}

func TestFiniteDomain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		nAff      int
		gamma, cv float64
		param     string
	}{{0, 1, 1, "N"}, {10, 0, 1, "gamma"}, {10, math.NaN(), 1, "gamma"}, {10, 1, 0, "cv_exc"}, {10, 1, math.Inf(1), "cv_exc"}} {
		var domain *DomainError
		for _, f := range []func(float64, int, float64, float64) (float64, error){paper.CapacityBalancedFinite, paper.KappaOutFinite, paper.CapacityOutFinite} {
			if _, err := f(0.5, c.nAff, c.gamma, c.cv); !errors.As(err, &domain) || domain.Param != c.param {
				t.Errorf("%+v: %v, want a *DomainError of %s", c, err, c.param)
			}
		}
	}
	// A norm so small that the mean input cannot reach the threshold.
	var undefined *UndefinedError
	if _, err := paper.CapacityBalancedFinite(0, 100, 0.01, 1); !errors.As(err, &undefined) || undefined.Value != 100 {
		t.Errorf("threshold out of reach: %v, want an *UndefinedError", err)
	}
}
