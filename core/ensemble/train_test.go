package ensemble

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gardner/core/perceptron"
)

var kinds = []perceptron.Kind{perceptron.KindKappaIn, perceptron.KindKappaOut, perceptron.KindFreeThreshold}

// memories draws Bernoulli states, activity fE for the excitatory 80 % and fI for the others.
func memories(r *rand.Rand, n, p int, fE, fI, gamma float64) *Memories {
	m := &Memories{P: p, N: n, X: make([]float64, p*n), Signs: make([]int8, n), Gamma: gamma}
	for i := range n {
		m.Signs[i] = 1
		if 10*i >= 8*n {
			m.Signs[i] = -1
		}
		for mu := range p {
			f := fE
			if m.Signs[i] < 0 {
				f = fI
			}
			if r.Float64() < f {
				m.X[mu*n+i] = 1
			}
		}
	}
	return m
}

func blockOf(t *testing.T, m *Memories, kind perceptron.Kind, r Range, threads int) *Block {
	t.Helper()
	b, err := Train(context.Background(), m, kind, r, &Options{Threads: threads})
	if err != nil {
		t.Fatalf("%v, neurons %v: %v", kind, r, err)
	}
	return b
}

// TestAgreesWithSingleSolves: every neuron has the optimum that its problem has alone, its certificate holds, and every
// memory is a fixed point.
func TestAgreesWithSingleSolves(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n, p          int
		fE, fI, gamma float64
	}{{60, 15, 0.3, 0.15, 10}, {40, 30, 0.5, 0.5, 3}, {50, 10, 0.2, 0.4, math.Inf(1)}, {20, 60, 0.3, 0.3, 10}, {80, 1, 0.4, 0.4, 2}} {
		m := memories(rand.New(rand.NewPCG(1, uint64(c.n))), c.n, c.p, c.fE, c.fI, c.gamma)
		for _, kind := range kinds {
			solve, err := solverOf(kind)
			if err != nil {
				t.Fatal(err)
			}
			b := blockOf(t, m, kind, Range{0, c.n}, 2)
			for i := range c.n {
				p, s := m.Problem(i), b.Solution(i)
				want, err := solve(context.Background(), p, nil)
				if err != nil {
					t.Fatal(err)
				}
				if want.Status != s.Status {
					t.Fatalf("%+v %v: neuron %d is %v, alone %v", c, kind, i, s.Status, want.Status)
				}
				if _, err := perceptron.Check(p, kind, s); err != nil {
					t.Errorf("%+v %v: neuron %d: %v", c, kind, i, err)
				}
				if s.Status == perceptron.Infeasible {
					continue
				}
				if d := relative(s.KappaIn, want.KappaIn); d > 1e-7 {
					t.Errorf("%+v %v: neuron %d has kappa_in %v, alone %v", c, kind, i, s.KappaIn, want.KappaIn)
				}
				if d := relative(s.Theta, want.Theta); d > 1e-7 && kind == perceptron.KindKappaOut {
					t.Errorf("%+v %v: neuron %d has theta %v, alone %v", c, kind, i, s.Theta, want.Theta)
				}
				fixed(t, m, b, i)
			}
		}
	}
}

func relative(a, b float64) float64 {
	if a == b {
		return 0
	}
	return math.Abs(a-b) / math.Max(math.Abs(a), math.Abs(b))
}

// fixed checks that x_i = [J_i.x > threshold_i] in every memory, and that the neuron does not see itself.
func fixed(t *testing.T, m *Memories, b *Block, i int) {
	t.Helper()
	row, threshold := b.Row(i), b.Threshold[i-b.Lo]
	if row[i] != 0 {
		t.Errorf("%v: neuron %d has weight %v onto itself", b.Kind, i, row[i])
	}
	for mu := range m.P {
		var h float64
		for j, w := range row {
			h += w * m.X[mu*m.N+j]
		}
		if (h > threshold) != (m.X[mu*m.N+i] == 1) {
			t.Errorf("%v: neuron %d in memory %d: field %v, threshold %v, state %v", b.Kind, i, mu, h, threshold, m.X[mu*m.N+i])
		}
	}
}

// TestBitsOfThreadsAndRanges: one, two and three threads, and a range of the neurons, give the same bits.
func TestBitsOfThreadsAndRanges(t *testing.T) {
	t.Parallel()
	m := memories(rand.New(rand.NewPCG(2, 2)), 48, 24, 0.3, 0.15, 10)
	for _, kind := range kinds {
		whole := blockOf(t, m, kind, Range{0, m.N}, 1)
		for threads := 2; threads <= 3; threads++ {
			same(t, whole, blockOf(t, m, kind, Range{0, m.N}, threads))
		}
		for _, r := range []Range{{0, 1}, {7, 8}, {5, 31}, {47, 48}, {9, 9}} {
			same(t, whole, blockOf(t, m, kind, r, 2))
		}
	}
}

// same compares part with its place in whole, bit for bit.
func same(t *testing.T, whole, part *Block) {
	t.Helper()
	lo, hi := part.Lo-whole.Lo, part.Hi-whole.Lo
	for _, s := range []struct {
		name        string
		whole, part []float64
		width       int
	}{
		{"weights", whole.Weights, part.Weights, whole.N}, {"multipliers", whole.Multipliers, part.Multipliers, whole.P},
		{"threshold", whole.Threshold, part.Threshold, 1}, {"theta", whole.Theta, part.Theta, 1},
		{"kappa_in", whole.KappaIn, part.KappaIn, 1}, {"kappa_out", whole.KappaOut, part.KappaOut, 1},
		{"signed margin", whole.SignedMargin, part.SignedMargin, 1}, {"gap", whole.Gap, part.Gap, 1},
	} {
		if !slices.EqualFunc(s.whole[lo*s.width:hi*s.width], s.part, func(a, b float64) bool {
			return math.Float64bits(a) == math.Float64bits(b)
		}) {
			t.Errorf("%v: %s of neurons %v have other bits", whole.Kind, s.name, part.Range)
		}
	}
	if !slices.Equal(whole.Iterations[lo:hi], part.Iterations) || !slices.Equal(whole.Status[lo:hi], part.Status) ||
		!slices.Equal(whole.NormActive[lo:hi], part.NormActive) {
		t.Errorf("%v: iterations, status or norm flags of neurons %v differ", whole.Kind, part.Range)
	}
}

// TestInfeasibleNeurons: a pattern that occurs twice with both states of neuron 3 can be learnt by all others.
func TestInfeasibleNeurons(t *testing.T) {
	t.Parallel()
	m := memories(rand.New(rand.NewPCG(3, 3)), 30, 8, 0.3, 0.3, 10)
	copy(m.X[7*m.N:], m.X[:m.N])
	m.X[7*m.N+3] = 1 - m.X[3]
	for _, kind := range kinds {
		b := blockOf(t, m, kind, Range{2, 5}, 2)
		if b.Infeasible() != 1 || b.Status[1] != perceptron.Infeasible {
			t.Fatalf("%v: statuses %v", kind, b.Status)
		}
		s := b.Solution(3)
		if _, err := perceptron.Check(m.Problem(3), kind, s); err != nil {
			t.Errorf("%v: Farkas vector: %v", kind, err)
		}
		if s.Certificate.Kind != perceptron.FarkasCertificate || slices.ContainsFunc(b.Row(3), func(w float64) bool { return w != 0 }) ||
			!math.IsNaN(b.Threshold[1]) {
			t.Errorf("%v: infeasible neuron has %v, weights %v, threshold %v", kind, s.Certificate.Kind, b.Row(3), b.Threshold[1])
		}
	}
}

// TestFirstInfeasible: the training ends with the first infeasible neuron, on any number of threads, and the block up to there
// is that of the whole.
func TestFirstInfeasible(t *testing.T) {
	t.Parallel()
	m := memories(rand.New(rand.NewPCG(8, 8)), 40, 10, 0.3, 0.3, 10)
	copy(m.X[8*m.N:], m.X[:m.N])
	m.X[8*m.N+17] = 1 - m.X[17]
	copy(m.X[9*m.N:], m.X[m.N:2*m.N])
	m.X[9*m.N+23] = 1 - m.X[m.N+23]
	for _, kind := range kinds {
		whole := blockOf(t, m, kind, Range{0, m.N}, 2)
		if whole.Infeasible() != 2 {
			t.Fatalf("%v: %d infeasible neurons, want 2", kind, whole.Infeasible())
		}
		for threads := 1; threads <= 3; threads++ {
			b, err := Train(context.Background(), m, kind, Range{3, m.N}, &Options{Threads: threads, FirstInfeasible: true})
			if err != nil {
				t.Fatal(err)
			}
			if b.Hi != 18 || b.Status[len(b.Status)-1] != perceptron.Infeasible {
				t.Errorf("%v, %d threads: ended at neuron %d", kind, threads, b.Hi-1)
			}
			same(t, whole, b)
		}
	}
}

// TestEdges: one memory, two neurons, a neuron that is the same in all memories.
func TestEdges(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]*Memories{
		"one memory":    {P: 1, N: 3, X: []float64{1, 0, 1}, Signs: []int8{1, 1, -1}, Gamma: 10},
		"two neurons":   {P: 2, N: 2, X: []float64{1, 1, 0, 0}, Signs: []int8{1, 1}, Gamma: 10},
		"always active": {P: 3, N: 4, X: []float64{1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1}, Signs: []int8{1, 1, 1, 1}, Gamma: 10},
		"never active":  {P: 3, N: 4, X: []float64{0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}, Signs: []int8{1, 1, -1, 1}, Gamma: 10},
		"driven":        {P: 2, N: 3, X: []float64{1, 1, 0, 0, 1, 1}, Signs: []int8{1, -1, 1}, Gamma: 10, Drive: []float64{-1, 0.5}},
	} {
		for _, kind := range kinds {
			b := blockOf(t, m, kind, Range{0, m.N}, 3)
			for i := range m.N {
				if _, err := perceptron.Check(m.Problem(i), kind, b.Solution(i)); err != nil {
					t.Errorf("%s, %v, neuron %d: %v", name, kind, i, err)
				}
				if b.Status[i] == perceptron.Optimal && m.Drive == nil {
					fixed(t, m, b, i)
				}
			}
		}
	}
}

// TestInputsOnly: columns that are not trained may hold any number.
func TestInputsOnly(t *testing.T) {
	t.Parallel()
	m := memories(rand.New(rand.NewPCG(4, 4)), 30, 10, 0.3, 0.3, 10)
	for mu := range m.P {
		m.X[mu*m.N+29] = 0.15 + float64(mu)/100
	}
	b := blockOf(t, m, perceptron.KindKappaOut, Range{0, 24}, 2)
	for i := range 24 {
		if _, err := perceptron.Check(m.Problem(i), perceptron.KindKappaOut, b.Solution(i)); err != nil {
			t.Errorf("neuron %d: %v", i, err)
		}
	}
	var input *InputError
	if _, err := Train(context.Background(), m, perceptron.KindKappaOut, Range{0, 30}, nil); !errors.As(err, &input) || input.Col != 29 {
		t.Errorf("a column that is not 0 or 1 was trained: %v", err)
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	good := memories(rand.New(rand.NewPCG(5, 5)), 6, 3, 0.5, 0.5, 10)
	for name, c := range map[string]struct {
		change func(m *Memories)
		r      Range
		kind   perceptron.Kind
	}{
		"one neuron":     {func(m *Memories) { m.N = 1 }, Range{0, 1}, perceptron.KindKappaIn},
		"range too long": {func(*Memories) {}, Range{0, 7}, perceptron.KindKappaIn},
		"range reversed": {func(*Memories) {}, Range{3, 2}, perceptron.KindKappaIn},
		"no memories":    {func(m *Memories) { m.P = 0 }, Range{0, 1}, perceptron.KindKappaIn},
		"shape":          {func(m *Memories) { m.X = m.X[1:] }, Range{0, 1}, perceptron.KindKappaIn},
		"gamma":          {func(m *Memories) { m.Gamma = 0 }, Range{0, 1}, perceptron.KindKappaIn},
		"kind":           {func(*Memories) {}, Range{0, 1}, perceptron.KindFeasible},
	} {
		m := *good
		c.change(&m)
		if _, err := Train(context.Background(), &m, c.kind, c.r, nil); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestProgressAndCancel: progress counts the neurons one by one; a cancelled context ends the training.
func TestProgressAndCancel(t *testing.T) {
	t.Parallel()
	m := memories(rand.New(rand.NewPCG(6, 6)), 20, 8, 0.3, 0.3, 10)
	last := 0
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	_, err := Train(ctx, m, perceptron.KindKappaIn, Range{0, 20}, &Options{Threads: 3, Progress: func(done int) {
		if done != last+1 {
			t.Errorf("progress %d after %d", done, last)
		}
		if last = done; done == 5 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || last < 5 || last > 8 {
		t.Errorf("after %d neurons: %v", last, err)
	}
}

// BenchmarkNetwork is a sample of the neurons of the paper's network.
func BenchmarkNetwork(b *testing.B) {
	m := memories(rand.New(rand.NewPCG(7, 7)), 2000, 500, 0.3, 0.15, 10)
	for _, kind := range kinds {
		b.Run(kind.String(), func(b *testing.B) {
			const sample = 200
			for b.Loop() {
				if _, err := Train(context.Background(), m, kind, Range{1500, 1500 + sample}, &Options{Threads: 2}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(m.N)/sample*b.Elapsed().Seconds()/float64(b.N), "s/network")
		})
	}
}
