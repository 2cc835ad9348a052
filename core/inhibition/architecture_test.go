package inhibition_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"gardner/core/inhibition"
	"gardner/core/perceptron"
	"gardner/core/rng"
)

// problem draws memories and, where the architecture has them, the I population's states.
func problem(t *testing.T, a inhibition.Architecture, pop inhibition.Population, p int, key string) (*inhibition.Problem, *inhibition.Circuit) {
	t.Helper()
	k := rng.NewKey("inhibition test", key)
	m := &inhibition.Memories{P: p, Exc: state(rng.New(k.Sub("memories")), p*pop.NExc, pop.FE)}
	var c *inhibition.Circuit
	switch {
	case a.HasPopulation():
		c = pop.Draw(rng.New(k.Sub("circuit")))
		for mu := range p {
			r, err := c.Clamp(context.Background(), m.Exc[mu*pop.NExc:(mu+1)*pop.NExc], inhibition.BurnIn, inhibition.Recorded, rng.New(k.Sub("clamp", fmt.Sprint(mu))))
			if err != nil {
				t.Fatal(err)
			}
			m.Inh = append(m.Inh, r.Mean...)
		}
	case a == inhibition.Selective:
		m.Inh = state(rng.New(k.Sub("inhibitory")), p*pop.NInh, pop.MI)
	}
	return inhibition.NewProblem(a, pop, m, 10), c
}

// kappa_out of 20 neurons at N_E = 400 against theory. The tolerance is 12 % of theory and
// .15: corrections are of order N^-1/2 and grow with the load.
func TestKappaOutIsNearTheory(t *testing.T) {
	t.Parallel()
	pop := inhibition.Population{NExc: 400, NInh: 100, FE: .3, MI: .15}
	for _, c := range []struct {
		a    inhibition.Architecture
		load float64
	}{
		{inhibition.Constant, .3}, {inhibition.Constant, .6}, {inhibition.Feedback, .3}, {inhibition.Feedback, .6}, {inhibition.Feedback, 1.3}, {inhibition.Live, .3},
		{inhibition.EI, .3}, {inhibition.Selective, .3},
	} {
		q, _ := problem(t, c.a, pop, int(c.load*400), "theory")
		b, err := q.Train(context.Background(), 0, 20, 2, nil)
		if err != nil || b.Infeasible != nil {
			t.Fatal(c, err, b)
		}
		var sum, square float64
		for _, k := range b.KappaOut {
			sum += k / 20
			square += k * k / 20
		}
		want := q.Theory()
		t.Logf("%s at P/N_E = %v: kappa_out %.3f +- %.3f, theory %.3f, I_0 = %.2f", c.a, c.load, sum, math.Sqrt((square-sum*sum)/19), want, q.Base)
		if !(math.Abs(sum-want) < .12*want+.15) {
			t.Errorf("%s at P/N_E = %v: kappa_out %v, theory %v", c.a, c.load, sum, want)
		}
		for i := range 2 {
			s, err := perceptron.MaxKappaOut(context.Background(), q.Ensemble.Problem(i), nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := perceptron.Check(q.Ensemble.Problem(i), perceptron.KindKappaOut, s); err != nil || math.Abs(s.KappaOut/b.KappaOut[i]-1) > 1e-7 {
				t.Errorf("%s neuron %d: kappa_out %v, alone %v, %v", c.a, i, b.KappaOut[i], s.KappaOut, err)
			}
		}
	}
}

// The averages of a random I population depend on the E memory, which the theory of ei
// leaves out: kappa_out is above it, and near it where each I neuron's averages are
// shuffled over memories.
func TestInhibitionFollowsTheMemory(t *testing.T) {
	t.Parallel()
	pop := inhibition.Population{NExc: 400, NInh: 200, FE: .3, MI: .15}
	q, _ := problem(t, inhibition.EI, pop, 200, "follows")
	mean := func(q *inhibition.Problem) float64 {
		b, err := q.Train(context.Background(), 0, 20, 2, nil)
		if err != nil || b.Infeasible != nil {
			t.Fatal(err, b)
		}
		sum := 0.0
		for _, k := range b.KappaOut {
			sum += k / 20
		}
		return sum
	}
	m := q.Memories
	shuffled := &inhibition.Memories{P: m.P, Exc: m.Exc, Inh: append([]float64(nil), m.Inh...)}
	s := rng.New(rng.NewKey("inhibition test", "shuffle"))
	for i := range pop.NInh {
		s.Shuffle(m.P, func(a, b int) {
			x, y := &shuffled.Inh[a*pop.NInh+i], &shuffled.Inh[b*pop.NInh+i]
			*x, *y = *y, *x
		})
	}
	as, apart, want := mean(q), mean(inhibition.NewProblem(inhibition.EI, pop, shuffled, 10)), q.Theory()
	t.Logf("kappa_out %.3f, averages shuffled %.3f, theory %.3f", as, apart, want)
	if !(math.Abs(apart/want-1) < .05) || !(as > 1.06*apart) {
		t.Errorf("kappa_out %v, averages shuffled %v, theory %v", as, apart, want)
	}
}

// Small circuits of every architecture, whole: their memories are fixed points, and
// inhibition of any kind gives more robustness than none.
func TestArchitecturesHoldMemories(t *testing.T) {
	t.Parallel()
	pop := inhibition.Population{NExc: 80, NInh: 40, FE: .3, MI: .2}
	sigma := map[inhibition.Architecture]float64{}
	for _, a := range inhibition.Architectures() {
		q, c := problem(t, a, pop, 16, "small")
		b, err := q.Train(context.Background(), 0, q.Trained, 2, nil)
		if err != nil || b.Infeasible != nil {
			t.Fatal(a, err, b)
		}
		n := q.Network(b, c)
		key := rng.NewKey("inhibition test", "trials")
		ctx := context.Background()
		var s, p [2]float64
		for k, frozen := range []bool{false, true} {
			if s[k], err = n.Sigma50(ctx, 5, frozen, .05, key); err != nil {
				t.Fatal(err)
			}
			if p[k], err = n.P50(ctx, 5, frozen, .02, key); err != nil {
				t.Fatal(err)
			}
		}
		t.Logf("%s: sigma50 %.3f, frozen %.3f; p50 %.3f, frozen %.3f; residual noise %.3f", a, s[0], s[1], p[0], p[1], n.ResidualNoise())
		if !a.HasPopulation() && (s[0] != s[1] || p[0] != p[1] || n.ResidualNoise() != 0) {
			t.Errorf("%s: freezing inhibition that is not simulated changes something", a)
		}
		if a.HasPopulation() && !(n.ResidualNoise() > 0) {
			t.Errorf("%s: residual noise %v", a, n.ResidualNoise())
		}
		sigma[a] = s[1]
		again, err := q.Network(b, c).Sigma50(ctx, 5, false, .05, key)
		if err != nil || again != s[0] {
			t.Errorf("%s: sigma50 %v, then %v, %v", a, s[0], again, err)
		}
	}
	for a, s := range sigma {
		if a != inhibition.Excitatory && !(s > 1.5*sigma[inhibition.Excitatory]) {
			t.Errorf("%s survives noise of %v, without inhibition %v", a, s, sigma[inhibition.Excitatory])
		}
	}
}

func TestProblemShapes(t *testing.T) {
	t.Parallel()
	pop := inhibition.Population{NExc: 4, NInh: 2, FE: .3, MI: .2}
	for name, f := range map[string]func(){
		"no averages": func() {
			inhibition.NewProblem(inhibition.EI, pop, &inhibition.Memories{P: 1, Exc: make([]float64, 4)}, 10)
		},
		"gamma": func() {
			inhibition.NewProblem(inhibition.Constant, pop, &inhibition.Memories{P: 1, Exc: make([]float64, 4)}, math.Inf(1))
		},
		"population": func() {
			inhibition.NewProblem(inhibition.Constant, inhibition.Population{}, &inhibition.Memories{}, 10)
		},
		"not whole": func() {
			q := inhibition.NewProblem(inhibition.Constant, pop, &inhibition.Memories{P: 1, Exc: make([]float64, 4)}, 10)
			b, err := q.Train(context.Background(), 0, 2, 1, nil)
			if err == nil {
				q.Network(b, nil)
			}
		},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}
