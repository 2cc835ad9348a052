package theory

import (
	"math"
	"testing"
)

func TestWeightDensities(t *testing.T) {
	t.Parallel()
	const nAff, norm = 500, 1.3
	for _, n := range []Neuron{paper, {FExc: 0.6, Phi: 0.7, POut: 0.3, Lambda: 2}} {
		in, err := n.OrderIn(0.5)
		if err != nil {
			t.Fatal(err)
		}
		balanced, err := n.OrderBalanced(0.5)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "silent at B=0", 1-0.5, firstOf(n.SilentFractions(in)), 1e-15)
		for _, o := range []Order{in, balanced} {
			exc, inh, err := n.WeightDensities(o, norm, nAff)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range []WeightDensity{exc, inh} {
				// Mass by Simpson's rule on the density, and bin by bin.
				top := 14 * d.Scale
				const steps = 4000
				sum, bins := 0.0, 0.0
				for i := range steps {
					lo, hi := top*float64(i)/steps, top*float64(i+1)/steps
					if d.Sign < 0 {
						lo, hi = -hi, -lo
					}
					sum += (hi - lo) / 6 * (d.At(lo) + 4*d.At((lo+hi)/2) + d.At(hi))
					bins += d.Mass(lo, hi)
				}
				near(t, "density + delta mass", sum+d.Silent, 1, 1e-9)
				near(t, "bins + delta mass", bins+d.Silent, 1, 1e-12)
				if w := d.Scale * float64(-d.Sign); d.At(w) != 0 || d.Mass(math.Min(0, w), math.Max(0, w)) != 0 {
					t.Errorf("density on the wrong side of 0")
				}
			}
			// The norm and, with the means, the mean input M are recovered.
			f := n.FExc
			square := nAff * (f*exc.MeanSquare() + (1-f)*inh.MeanSquare())
			near(t, "|w|", math.Sqrt(square), norm, 1e-12)
			q := nAff * (f*exc.MeanSquare() + n.Lambda*n.Lambda*(1-f)*inh.MeanSquare()) / (norm * norm)
			near(t, "Q", q, o.Q, 1e-12)
			m := math.Sqrt(nAff) * (f*exc.Mean() + n.Phi*n.Lambda*(1-f)*inh.Mean()) / norm
			near(t, "M", m, o.M, 1e-12)
		}
		exc, inh := n.SilentFractions(balanced)
		if !(exc > 0.5 && inh < 0.5) && n.FExc > n.OptimalFExc() {
			t.Errorf("balanced silent fractions %g, %g: want more silent excitatory than inhibitory weights", exc, inh)
		}
	}
	_, _, err := paper.WeightDensities(Order{}, math.NaN(), 10)
	if err == nil {
		t.Error("a norm that is not a number gives no error")
	}
}

func firstOf(a, _ float64) float64 { return a }

func TestNormIn(t *testing.T) {
	t.Parallel()
	ok := must(t)
	// lambda = 1: R = 1, M = sqrt(2) G(0) (f - phi (1-f)), whatever the load.
	m := math.Sqrt2 / math.Sqrt(2*math.Pi) * (0.8 - math.Sqrt2*0.2)
	for _, alpha := range []float64{0.3, 1.9} {
		near(t, "|w|/theta", ok(paper.NormIn(alpha, 400, 0.5)), 0.5/(20*m), 1e-15)
		near(t, "kappa_out", ok(paper.KappaOutIn(alpha, 400, 0.5)), ok(paper.KappaIn(alpha))*0.5/(20*m), 1e-14)
	}
	near(t, "finite/leading", ok(paper.NormInFinite(1, 1<<40, 1))/ok(paper.NormIn(1, 1<<40, 1)), 1, 1e-5)
	if f := ok(paper.NormInFinite(1, 200, 1)); !(f < ok(paper.NormIn(1, 200, 1))) {
		t.Errorf("the threshold lies above the mean potential for p_out < 1/2, so the norm %g should be below the leading one", f)
	}
	n := paper
	n.FExc = 0.4
	if _, err := n.NormIn(0.5, 400, 1); err == nil {
		t.Error("norm below f_exc* gives no error")
	}
}

func TestUnitsRoundTrip(t *testing.T) {
	t.Parallel()
	u := Units{SigmaExc: 0.45, Gamma: 10, CVExc: 1.5, N: 900}
	near(t, "kappa_in", u.TheoryKappaIn(u.KappaIn(0.7)), 0.7, 1e-15)
	near(t, "kappa_out", u.TheoryKappaOut(u.KappaOutBalanced(0.7)), 0.7, 1e-15)
	near(t, "unbalanced", u.KappaOutUnbalanced(2), 2*1.5/30, 1e-15)
	near(t, "norm", u.Norm(0.9), 2, 1e-15)
	near(t, "Gamma", u.TheoryGamma(), 4.5, 1e-15)
	n, cv, err := FromInputs(0.8, 0.1, Inputs{MeanExc: 1, SDExc: 1, MeanInh: math.Sqrt2, SDInh: 1})
	if err != nil || cv != 1 {
		t.Fatalf("FromInputs: CV_exc = %g, %v", cv, err)
	}
	near(t, "phi", n.Phi, math.Sqrt2, 1e-15)
	near(t, "lambda", n.Lambda, 1, 0)
	if _, _, err := FromInputs(0.8, 0.1, Inputs{MeanExc: 0, SDExc: 1, MeanInh: 1, SDInh: 1}); err == nil {
		t.Error("inputs of mean 0 give no error")
	}
}
