package meanfield

import (
	"errors"
	"math"
	"testing"

	"gardner/core/num"
	"gardner/core/oldbalance"
)

func near(t *testing.T, what string, got, want, relative float64) {
	t.Helper()
	if !(math.Abs(got-want) <= relative*math.Abs(want)) {
		t.Errorf("%s is %.8g, want %.8g within %g", what, got, want, relative)
	}
}

func normalState(t *testing.T, p oldbalance.Params) *State {
	t.Helper()
	f, err := Normal(p)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func countedState(t *testing.T, p oldbalance.Params) *State {
	t.Helper()
	f, err := Counted(p)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// The rates of the literature's network with normal inputs at m_0 = 0.1, N = 3000, K = 100.
func TestFiniteKAnchor(t *testing.T) {
	t.Parallel()
	f := normalState(t, oldbalance.Standard(3000, 100, 0.1))
	near(t, "m_E", f.M[0], 0.036, 0.01)
	near(t, "m_I", f.M[1], 0.067, 0.01)
	u, a := input(f.params, f.M)
	for k := range 2 {
		near(t, "m = H(-u/sqrt a)", num.H(-u[k]/math.Sqrt(a[k])), f.M[k], 1e-9)
	}
}

// As K grows the rates go to those that cancel the drives, both m_0, with an error
// of order K^-1/2 up to logarithms.
func TestLinearLawAsKGrows(t *testing.T) {
	t.Parallel()
	p := oldbalance.Standard(oldbalance.MaxN, 100, 0.1)
	linear, err := p.LargeK()
	if err != nil {
		t.Fatal(err)
	}
	near(t, "m_E", linear[0], 0.1, 1e-12)
	near(t, "m_I", linear[1], 0.1, 1e-12)
	for _, c := range []struct {
		name  string
		n     int // large enough for the theory, not for a network
		sizes []int
		rates func(oldbalance.Params) (*State, error)
	}{{"counted", oldbalance.MaxN, []int{1000, 3000, 9000}, Counted}, {"normal", 1 << 44, []int{1e4, 1e6, 1e8, 1e10}, normal}} {
		last := [2]float64{math.Inf(1), math.Inf(1)}
		for _, k := range c.sizes {
			f, err := c.rates(oldbalance.Standard(c.n, k, 0.1))
			if err != nil {
				t.Fatal(err)
			}
			for i := range 2 {
				distance := math.Abs(f.M[i] - 0.1)
				if distance >= last[i] {
					t.Errorf("%s: at K = %d rate %d is %g from the linear law, at a smaller K %g", c.name, k, i, distance, last[i])
				}
				if c.name == "normal" && k > 1e6 { // K has grown a hundredfold
					near(t, "decrease of the distance to the linear law", last[i]/distance, 10, 0.1)
				}
				last[i] = distance
			}
		}
	}
}

func TestNoBalance(t *testing.T) {
	t.Parallel()
	p := oldbalance.Standard(1000, 100, 0.1)
	p.Drive[1] = 1.2 // E_E/E_I < J_EI/J_II: the inhibitory population wins
	var unbalanced *oldbalance.UnbalancedError
	for name, f := range map[string]func() error{
		"LargeK":    func() error { _, err := p.LargeK(); return err },
		"MeanField": func() error { _, err := Normal(p); return err },
		"Counting":  func() error { _, err := Counted(p); return err },
		"K = N":     func() error { _, err := Normal(oldbalance.Standard(100, 100, 0.1)); return err },
		"m_0 = 0":   func() error { _, err := Counted(oldbalance.Standard(1000, 100, 0)); return err },
		"m_0 > 1":   func() error { _, err := oldbalance.Standard(1000, 100, 1.1).LargeK(); return err },
	} {
		if err := f(); !errors.As(err, &unbalanced) {
			t.Errorf("%s: error %v, want an UnbalancedError", name, err)
		}
	}
}

func TestCountsAreBinomial(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ n, p float64 }{{20, 0.3}, {300, 0.03}, {2400, 0.125}, {0.5, 0.1}, {37.4, 0.9}, {5, 1e-9}} {
		probability, low := counts(c.n, c.p)
		sum, mean, square := 0.0, 0.0, 0.0
		for i, v := range probability {
			k := float64(low + i)
			sum += v
			mean += v * k
			square += v * k * k
			if c.n == math.Trunc(c.n) {
				want := num.Exp(num.LogGamma(c.n+1) - num.LogGamma(k+1) - num.LogGamma(c.n-k+1) + k*num.Log(c.p) + (c.n-k)*num.Log(1-c.p))
				if math.Abs(v-want) > 1e-13+1e-10*want {
					t.Errorf("P(%g of %g at %g) = %g, want %g", k, c.n, c.p, v, want)
				}
			}
		}
		near(t, "sum", sum, 1, 1e-14)
		if c.n == math.Trunc(c.n) {
			near(t, "mean", mean, c.n*c.p, 1e-12)
			near(t, "variance", square-mean*mean, c.n*c.p*(1-c.p), 1e-8)
		}
	}
}

// CountedInputs against the double sum that defines it, also where inputs fall on the
// threshold, and without order in J_kE.
func TestCountedInputsAreTheDoubleSum(t *testing.T) {
	t.Parallel()
	negative := oldbalance.Standard(500, 100, 0.2)
	negative.Coupling[0][0] = -0.5
	for _, p := range []oldbalance.Params{oldbalance.Standard(3000, 100, 0.1), oldbalance.Standard(3000, 100, 0.2), oldbalance.Standard(2000, 57, 0.15), negative} {
		for _, m := range [][2]float64{{0.05, 0.08}, {0.3, 0.1}, {0, 0.2}, {0, 0}} {
			e, lowE := counts(float64(p.N)*m[0], float64(p.K)/float64(p.N))
			i, lowI := counts(float64(p.N)*m[1], float64(p.K)/float64(p.N))
			got := CountedInputs(p, m)
			for k := range 2 {
				want := 0.0
				for a, pE := range e {
					for b, pI := range i {
						in := p.Coupling[k][0]*float64(lowE+a) + p.Coupling[k][1]*float64(lowI+b)
						if rootK(p)*p.Drive[k]*p.M0+in/rootK(p)-p.Threshold[k] > 1e-9 {
							want += pE * pI
						}
					}
				}
				if math.Abs(got[k]-want) > 1e-13 {
					t.Errorf("%+v at %v: %g, want %g", p, m, got[k], want)
				}
			}
		}
	}
}

// With neurons outside, CountedInputs is a triple sum.
func TestCountedInputsFromNeuronsOutside(t *testing.T) {
	t.Parallel()
	impossible := oldbalance.Standard(120, 30, 0.3)
	impossible.OutsideSquare = 0.05
	var bad *oldbalance.ParamError
	if _, err := Counted(impossible); !errors.As(err, &bad) || bad.Field != "OutsideSquare" {
		t.Errorf("a mean square below the squared mean: error %v", err)
	}
	for _, gain := range []float64{1, 1.25} {
		p := oldbalance.Standard(120, 30, 0.3*gain)
		p.OutsideSquare = 0.3 * gain * gain
		m := [2]float64{0.2, 0.25}
		binomial := func(share float64) []float64 {
			n, q := share*120, 0.25
			x := make([]float64, int(n)+1)
			for k := range x {
				x[k] = num.Exp(num.LogGamma(n+1) - num.LogGamma(float64(k)+1) - num.LogGamma(n-float64(k)+1) + float64(k)*num.Log(q) + (n-float64(k))*num.Log(1-q))
			}
			return x
		}
		o, e, i := binomial(0.3), binomial(m[0]), binomial(m[1])
		got := CountedInputs(p, m)
		for k := range 2 {
			want := 0.0
			for c, pO := range o {
				for a, pE := range e {
					for b, pI := range i {
						in := p.Drive[k]*gain*float64(c) + p.Coupling[k][0]*float64(a) + p.Coupling[k][1]*float64(b)
						if in/rootK(p)-p.Threshold[k] > 1e-9 {
							want += pO * pE * pI
						}
					}
				}
			}
			if math.Abs(got[k]-want) > 1e-12 {
				t.Errorf("gain %g, population %d: %g, want %g", gain, k, got[k], want)
			}
		}
	}
}

// With weak inputs each of many steps is small, and counting them is the normal law,
// whose stable state is found either way.
func TestCountingMeetsTheNormalLaw(t *testing.T) {
	t.Parallel()
	p := oldbalance.Standard(oldbalance.MaxN, 3000, 0.2)
	stable, err := Solve(p, NormalInputs)
	if err != nil {
		t.Fatal(err)
	}
	for k, m := range stable.M {
		near(t, "rate", m, normalState(t, p).M[k], 1e-7)
	}
	for k, m := range countedState(t, p).M {
		near(t, "rate", m, normalState(t, p).M[k], 0.005)
	}
}

// Without threshold crossings from outside the network dies, and stays silent.
func TestSilence(t *testing.T) {
	t.Parallel()
	f := countedState(t, oldbalance.Standard(8000, 100, 0.03)) // sqrt K m_0 = 0.3 < 1
	if f.M != [2]float64{} {
		t.Errorf("rates %v, want silence", f.M)
	}
	if q := f.Quenched(); q.Q != [2]float64{} {
		t.Errorf("silent neurons differ: %v", q.Q)
	}
}

func TestBothActive(t *testing.T) {
	t.Parallel()
	for _, u := range []float64{-2, -0.5, 0, 1} {
		const a = 1.7
		one := num.H(-u / math.Sqrt(a))
		near(t, "covariance 0", bothActive(u, a, 0), one*one, 1e-12)
		near(t, "covariance a", bothActive(u, a, a), one, 1e-6)
		for _, b := range []float64{0.2, 0.9, 1.6} {
			sum := 0.0 // int Dz H^2
			const steps = 20000
			for i := range steps {
				z := -10 + 20*(float64(i)+0.5)/steps
				h := num.H((-u - math.Sqrt(b)*z) / math.Sqrt(a-b))
				sum += 20.0 / steps * num.Gauss(z) * h * h
			}
			near(t, "int Dz H^2", bothActive(u, a, b), sum, 1e-6)
		}
	}
}

// The distribution of rates has the mean m_k and the second moment q_k.
func TestRateDistributionMoments(t *testing.T) {
	t.Parallel()
	q := countedState(t, oldbalance.Standard(8000, 1000, 0.1)).Quenched()
	for k := range oldbalance.Population(2) {
		mean, square := 0.0, 0.0
		const cells = 20000
		for i := range cells {
			m := (float64(i) + 0.5) / cells
			share := q.RateBelow(k, float64(i+1)/cells) - q.RateBelow(k, float64(i)/cells)
			mean += m * share
			square += m * m * share
		}
		near(t, "mean of the rates", mean, q.M[k], 1e-4)
		near(t, "mean square of the rates", square, q.Q[k], 1e-4)
		// CV^2 = 1 - 2m + 2m^2 has the mean 1 - 2 m_k + 2 q_k, and CV hardly varies.
		near(t, "CV of irregular spikes", q.IrregularCV(k), math.Sqrt(1-2*q.M[k]+2*q.Q[k]), 0.01)
		c := q.Autocorrelation(0.25, 60)[k]
		near(t, "autocorrelation at 0", c[0], q.M[k], 1e-12)
		near(t, "autocorrelation after 15 tau", c[59], q.Q[k], 1e-3)
		for i := range c[1:] {
			if c[i+1] > c[i] {
				t.Errorf("autocorrelation rises at lag %d", i)
			}
		}
	}
}

// The response to a small step becomes quicker like K^-1/2 and is quicker than tau.
// (A step of 10 % saturates it where 0.1 sqrt K m_0 passes 1: the rate cannot grow
// faster than by (1-m)/tau.)
func TestHalfRiseFallsLikeRootK(t *testing.T) {
	t.Parallel()
	var last [2]float64
	for _, k := range []int{1000, 4000, 16000} {
		p := oldbalance.Standard(4*k, k, 0.3)
		half, err := HalfRise(p, NormalInputs, 0.303)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Respond(p, NormalInputs, 0.303, 0.3/math.Sqrt(float64(k)), 250)
		if err != nil {
			t.Fatal(err)
		}
		for l := range oldbalance.Population(2) {
			near(t, "half rise of the whole curve", r.HalfRise(l), half[l], 0.03)
			if !(half[l] < 0.2) {
				t.Errorf("K = %d: half rise of %v after %g tau", k, l, half[l])
			}
			if k > 1000 {
				near(t, "half rise at a fourth of K over that at K", last[l]/half[l], 2, 0.1)
			}
			last[l] = half[l]
		}
	}
}
