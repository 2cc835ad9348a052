package inhibition_test

import (
	"context"
	"math"
	"testing"

	"gardner/core/inhibition"
	"gardner/core/num"
	"gardner/core/rng"
)

func state(s *rng.Stream, n int, f float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		if s.Bernoulli(f) {
			x[i] = 1
		}
	}
	return x
}

// exact returns a state with exactly f n active neurons.
func exact(s *rng.Stream, n int, f float64) []float64 {
	x := make([]float64, n)
	for _, i := range s.Perm(n)[:int(math.Round(f*float64(n)))] {
		x[i] = 1
	}
	return x
}

func TestGainIsTheRoot(t *testing.T) {
	t.Parallel()
	for _, p := range []inhibition.Population{{NExc: 1600, NInh: 400, FE: .3, MI: .15}, {NExc: 20, NInh: 5, FE: .5, MI: .01}, {NExc: 2, NInh: 2, FE: .01, MI: .49}} {
		g := p.Gain()
		u := g*math.Sqrt(float64(p.NExc))*p.FE - 2*math.Sqrt(float64(p.NInh))*p.MI - 1
		want := -math.Sqrt(g*g*p.FE+4*p.MI) * num.InvH(p.MI)
		if !(g > 0) || math.Abs(u-want) > 1e-12*(1+math.Abs(u)) {
			t.Errorf("%+v: g = %v, u = %v, want %v", p, g, u, want)
		}
	}
}

// At the defaults the population has the rate that was aimed at, the quenched order of
// mean field theory, and is asynchronous in all memories.
func TestThePopulationIsAsynchronous(t *testing.T) {
	t.Parallel()
	p := inhibition.Population{NExc: 1600, NInh: 400, FE: .3, MI: .15}
	q := p.QuenchedOrder()
	if !(q > p.MI*p.MI*1.1 && q < p.MI*.9) {
		t.Fatalf("quenched order %v", q)
	}
	for _, key := range []string{"one", "two", "three"} {
		s := rng.New(rng.NewKey("inhibition test", key))
		c := p.Draw(s)
		r, err := c.Clamp(context.Background(), exact(s, p.NExc, p.FE), inhibition.BurnIn, inhibition.Recorded, s)
		if err != nil {
			t.Fatal(err)
		}
		a := r.Asynchrony(p.MI)
		t.Logf("%+v, theory q = %.4f; C1/C0 = %.3f, C5/C0 = %.4f", a, q, a.C1/a.C0, a.C5/a.C0)
		if !a.Asynchronous() {
			t.Errorf("%s: not asynchronous: %+v", key, a)
		}
		if math.Abs(a.Rate-p.MI) > .015 || math.Abs(a.Quenched-q) > .02 {
			t.Errorf("%s: rate %v, quenched order %v, want %v and %v", key, a.Rate, a.Quenched, p.MI, q)
		}
	}
}

// What is not asynchronous: nothing moves, everything moves as one, slow neurons.
func TestWhatIsNotAsynchronous(t *testing.T) {
	t.Parallel()
	const n, cycles, m = 200, 300, .2
	s := rng.New(rng.NewKey("inhibition test", "synthetic"))
	make1 := func(active func(cycle, neuron int) bool) inhibition.Asynchrony {
		r := &inhibition.Record{NInh: n, Cycles: cycles, Active: make([]bool, n*cycles), Mean: make([]float64, n)}
		for t := range cycles {
			for i := range n {
				if active(t, i) {
					r.Active[t*n+i] = true
					r.Mean[i] += 1.0 / cycles
				}
			}
		}
		return r.Asynchrony(m)
	}
	frozen := state(s, n, m)
	rate := make([]bool, cycles)
	for t := range rate {
		rate[t] = s.Bernoulli(m)
	}
	slow := state(s, n, m)
	for name, a := range map[string]inhibition.Asynchrony{
		"frozen":      make1(func(_, i int) bool { return frozen[i] > 0 }),
		"nearly":      make1(func(t, i int) bool { return frozen[i] > 0 != (i == t%n) }),
		"synchronous": make1(func(t, _ int) bool { return rate[t] }),
		"independent": make1(func(_, _ int) bool { return s.Bernoulli(m) }), // balance would suppress its rate fluctuations
		"slow": make1(func(_, i int) bool {
			if s.Bernoulli(.05) {
				slow[i] = indicator(s.Bernoulli(m))
			}
			return slow[i] > 0
		}),
	} {
		if a.Asynchronous() {
			t.Errorf("%s passes: %+v", name, a)
		}
		if name == "independent" && (math.Abs(a.RateVariance-1) > .4 || math.Abs(a.Level-1) > .1 || math.Abs(a.C5) > .01*a.C0) {
			t.Errorf("independent: %+v", a)
		}
	}
	// Neurons take turns, so that the rate is constant: that is asynchronous.
	if a := make1(func(t, i int) bool { return (i*7+t*83)%n < n/5 }); a.RateVariance > 1e-9 || a.Level < .9 {
		t.Errorf("turns: %+v", a)
	}
}

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// The I population frozen by strong self-consistent drive: no couplings within it.
func TestAFrozenCircuitFails(t *testing.T) {
	t.Parallel()
	s := rng.New(rng.NewKey("inhibition test", "frozen"))
	p := inhibition.Population{NExc: 200, NInh: 100, FE: .3, MI: .15}
	c := p.Draw(s)
	for k := range c.FromInh {
		c.FromInh[k] = 0
	}
	c = inhibition.WithCouplings(c)
	r, err := c.Clamp(context.Background(), state(s, p.NExc, p.FE), inhibition.BurnIn, inhibition.Recorded, s)
	if err != nil {
		t.Fatal(err)
	}
	if a := r.Asynchrony(p.MI); a.C0 != 0 || a.Asynchronous() {
		t.Errorf("%+v", a)
	}
}

func TestBadPopulations(t *testing.T) {
	t.Parallel()
	for _, p := range []inhibition.Population{
		{NExc: 1, NInh: 10, FE: .3, MI: .1}, {NExc: 10, NInh: 1, FE: .3, MI: .1}, {NExc: 10, NInh: 10, FE: 0, MI: .1},
		{NExc: 10, NInh: 10, FE: 1, MI: .1}, {NExc: 10, NInh: 10, FE: .3, MI: .5}, {NExc: 10, NInh: 10, FE: .3, MI: math.NaN()},
	} {
		if p.Validate() == nil {
			t.Errorf("%+v is valid", p)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := rng.New(rng.NewKey("inhibition test", "cancel"))
	c := inhibition.Population{NExc: 10, NInh: 10, FE: .3, MI: .2}.Draw(s)
	if _, err := c.Clamp(ctx, make([]float64, 10), 1, 10, s); err == nil {
		t.Error("a cancelled run went on")
	}
}
