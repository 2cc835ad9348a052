package theory

import (
	"math"
	"testing"
)

// The definition on a fine grid of B, without the bracket used here.
func TestUnbalancedAgainstGrid(t *testing.T) {
	t.Parallel()
	ok := must(t)
	for _, n := range []Neuron{paper, {FExc: 0.9, Phi: 0.6, POut: 0.4, Lambda: 2}, {FExc: 1, Phi: 1, POut: 0.2, Lambda: 1}} {
		b, c := ok(n.CapacityBalanced(0)), ok(n.CapacityIn(0))
		for _, share := range []float64{0.05, 0.5, 0.95} {
			alpha := b + share*(c-b)
			want := 0.0
			for x := -1.0; x < 3; x += 5e-3 {
				o := n.order(x, 1)
				if k := marginOfCost(n.POut, o.A*o.A/(o.Q*alpha)); k > 0 && o.M > 0 {
					want = math.Max(want, k*math.Sqrt(o.Q)/o.M)
				}
			}
			nearBest(t, "kappa_unbalanced", ok(n.UnbalancedKappaOut(alpha)), want, 3e-4*want)
		}
	}
}

func TestUnbalancedEnds(t *testing.T) {
	t.Parallel()
	ok := must(t)
	b, c := ok(paper.CapacityBalanced(0)), ok(paper.CapacityIn(0))
	near(t, "kappa_unbalanced at alpha_c", ok(paper.UnbalancedKappaOut(c*(1-1e-12))), 0, 1e-10)
	// It stays finite down to alpha_b, where balanced solutions take over.
	near(t, "kappa_unbalanced at alpha_b", ok(paper.UnbalancedKappaOut(b+1e-9)), ok(paper.UnbalancedKappaOut(b+1e-7)), 1e-2)
	// A's own kappa_out, at the same leading order, is below the best.
	for _, alpha := range []float64{1.7, 1.8, 1.9} {
		if a, best := ok(paper.KappaOutIn(alpha, 1, 1)), ok(paper.UnbalancedKappaOut(alpha)); !(a < best) {
			t.Errorf("alpha=%g: kappa_out of A %g is not below that of B %g", alpha, a, best)
		}
	}
	below := paper
	below.FExc = 0.5 // < f_exc* = .586: nothing between the lines
	if _, err := below.UnbalancedKappaOut(1.9); err == nil {
		t.Error("kappa_unbalanced below f_exc* gives no error")
	}
}
