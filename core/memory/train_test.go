package memory_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"gardner/core/memory"
	"gardner/core/patterns"
	"gardner/core/perceptron"
	"gardner/core/rng"
)

func ExampleTrain() {
	pop := memory.Population{N: 60, FExc: .8, FE: .3, FI: .3}
	m, err := pop.Draw(rng.New(rng.NewKey("example")), 12, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	block, err := memory.Train(context.Background(), m, memory.Training{Kind: perceptron.KindKappaOut, Gamma: 10}, 0, m.N, 1, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	net := block.Network()
	d := memory.NewDynamics(net)
	d.Reset(net.At(m.Memory(0)))
	d.Distort(pop, .05, rng.New(rng.NewKey("distortion")))
	before := d.Error()
	trial, err := d.Basin(context.Background(), memory.BasinCycles, memory.DivergedError, rng.New(rng.NewKey("order")))
	fmt.Printf("error %.3f, then recovered: %v %v\n", before, trial.Kept, err)
	// Output: error 0.033, then recovered: true <nil>
}

var kinds = []perceptron.Kind{perceptron.KindKappaIn, perceptron.KindKappaOut, perceptron.KindFreeThreshold}

func draw(t *testing.T, key string, pop memory.Population, p, minActive int) *memory.Memories {
	t.Helper()
	m, err := pop.Draw(rng.New(rng.NewKey("memory test", key)), p, minActive)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Every certificate is checked, every memory is a fixed point with the margins reported.
func TestTrainedNetworks(t *testing.T) {
	t.Parallel()
	const n, p, gamma = 60, 15, 10
	pop := memory.Population{N: n, FExc: .8, FE: .3, FI: .3}
	m := draw(t, "trained", pop, p, 1)
	for _, kind := range kinds {
		training := memory.Training{Kind: kind, Gamma: gamma}
		b, err := memory.Train(context.Background(), m, training, 0, n, 2, nil)
		if err != nil || b.Infeasible != nil {
			t.Fatal(kind, err, b)
		}
		net := b.Network()
		for i := range n {
			q := m.Ensemble(gamma).Problem(i)
			checked := certified(t, kind, q)
			if checked.KappaIn != b.KappaIn[i] && math.Abs(checked.KappaIn/b.KappaIn[i]-1) > 1e-9 {
				t.Fatalf("%s: neuron %d has kappa_in %v, alone %v", kind, i, b.KappaIn[i], checked.KappaIn)
			}
			if kind != perceptron.KindFreeThreshold {
				for j, w := range b.Weights[i*n : (i+1)*n] {
					if w*float64(pop.Signs()[j]) < 0 {
						t.Fatalf("%s: weight %d, %d has the wrong sign", kind, i, j)
					}
				}
			}
			if kind != perceptron.KindFreeThreshold && net.Norm(i) > gamma*(1+1e-9) ||
				kind == perceptron.KindFreeThreshold && checked.KappaIn < math.Inf(1) && math.Abs(net.Norm(i)-gamma) > 1e-9 {
				t.Fatalf("%s: neuron %d has norm %v", kind, i, net.Norm(i))
			}
		}
		for mu := range p {
			margin := net.At(m.Memory(mu)).Margin()
			if least := slices.Min(b.KappaOut); margin < least-1e-8 {
				t.Fatalf("%s: memory %d has margin %v, neurons at least %v", kind, mu, margin, least)
			}
		}
		halves := make([]*memory.Block, 0, 2)
		for _, r := range [][2]int{{0, 23}, {23, n}} {
			half, err := memory.Train(context.Background(), m, training, r[0], r[1], 1, nil)
			if err != nil {
				t.Fatal(err)
			}
			halves = append(halves, half)
		}
		if joined := memory.Join(halves...); !slices.Equal(joined.Weights, b.Weights) || !slices.Equal(joined.Gaps, b.Gaps) {
			t.Errorf("%s: two halves are not the whole", kind)
		}
	}
}

// certified solves a problem alone and checks its certificate.
func certified(t *testing.T, kind perceptron.Kind, q *perceptron.Problem) *perceptron.Solution {
	t.Helper()
	solve := map[perceptron.Kind]func(context.Context, *perceptron.Problem, *perceptron.Options) (*perceptron.Solution, error){
		perceptron.KindKappaIn: perceptron.MaxKappaIn, perceptron.KindKappaOut: perceptron.MaxKappaOut, perceptron.KindFreeThreshold: perceptron.FreeThreshold}
	s, err := solve[kind](context.Background(), q, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := perceptron.Check(q, kind, s); err != nil {
		t.Fatal(err)
	}
	return s
}

// Above capacity there is no network but a proof.
func TestAboveCapacity(t *testing.T) {
	t.Parallel()
	m := draw(t, "above", memory.Population{N: 20, FExc: .8, FE: .3, FI: .3}, 100, 0)
	for _, kind := range kinds {
		b, err := memory.Train(context.Background(), m, memory.Training{Kind: kind, Gamma: 10}, 0, 20, 1, nil)
		if err != nil || b.Infeasible == nil {
			t.Fatalf("%s: %v, %v", kind, b, err)
		}
		no := b.Infeasible
		q := m.Ensemble(10).Problem(no.Neuron)
		s := &perceptron.Solution{Status: perceptron.Infeasible, SignedMargin: no.SignedMargin, Gap: no.Gap,
			Certificate: perceptron.Certificate{Kind: perceptron.FarkasCertificate, Multipliers: no.Multipliers}}
		if kind == perceptron.KindKappaIn {
			kind = perceptron.KindKappaOut // whose proof it is
		}
		if _, err := perceptron.Check(q, kind, s); err != nil {
			t.Errorf("%s: neuron %d: %v", kind, no.Neuron, err)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("an infeasible block became a network")
				}
			}()
			b.Network()
		}()
	}
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	good := memory.Population{N: 20, FExc: .8, FE: .3, FI: .3}
	var size *memory.SizeError
	if _, err := (memory.Population{N: 1, FExc: .8, FE: .3, FI: .3}).Draw(nil, 3, 0); !errors.As(err, &size) {
		t.Errorf("N = 1: %v", err)
	}
	for _, f := range []float64{0, 1, -1, math.NaN()} {
		bad := good
		var param *patterns.ParamError
		if bad.FE = f; !errors.As(bad.Validate(), &param) {
			t.Errorf("f_E = %v: %v", f, bad.Validate())
		}
		if bad = good; true {
			bad.FI = f
		}
		if !errors.As(bad.Validate(), &param) {
			t.Errorf("f_I = %v: %v", f, bad.Validate())
		}
	}
	var redraw *patterns.RedrawError
	for _, pop := range []memory.Population{{N: 20, FExc: 1, FE: .3, FI: .3}, {N: 20, FExc: .8, FE: .3, FI: 1e-9}} {
		if _, err := pop.Draw(rng.New(rng.NewKey("memory test", "redraw")), 2, 2); !errors.As(err, &redraw) {
			t.Errorf("%+v with 2 active: %v", pop, err)
		}
	}
	m := draw(t, "bad", good, 3, 0)
	for _, training := range []memory.Training{{Kind: perceptron.KindFeasible, Gamma: 1}, {Gamma: 0}, {Gamma: math.Inf(1)}, {Gamma: math.NaN()}} {
		if _, err := memory.Train(context.Background(), m, training, 0, 20, 1, nil); err == nil {
			t.Errorf("%+v trains", training)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := memory.Train(ctx, m, memory.Training{Kind: perceptron.KindKappaOut, Gamma: 1}, 0, 20, 1, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
