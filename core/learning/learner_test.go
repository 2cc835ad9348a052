package learning_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"testing"

	"gardner/core/learning"
	"gardner/core/patterns"
	"gardner/core/rng"
)

// instance is a small neuron before learning.
type instance struct {
	N, P, nExc int
	x, labels  []float64
	weights    []float64
	key        rng.Key
}

func newInstance(key string, N, P int, f float64) *instance {
	in := patterns.Input{Family: patterns.Bernoulli, Mean: f}
	pop := patterns.Population{N: N, FExc: 0.8, Exc: in, Inh: in}
	k := rng.NewKey("learning test", key, fmt.Sprint(N, P, f))
	n := &instance{N: N, P: P, nExc: pop.NExc(), key: k, x: pop.Patterns(rng.New(k.Sub("patterns")), P),
		labels: patterns.ExactLabels(rng.New(k.Sub("labels")), P, 0.5), weights: make([]float64, N)}
	rng.New(k.Sub("weights")).FillExp(n.weights)
	for i := range n.weights {
		n.weights[i] *= 1e-3 * 3000 / float64(N)
		if i >= n.nExc {
			n.weights[i] *= -1
		}
	}
	return n
}

func (n *instance) learner(t testing.TB, rule learning.Rule) *learning.Learner {
	t.Helper()
	p, err := learning.NewPatterns(n.x, n.labels, n.nExc)
	if err != nil {
		t.Fatal(err)
	}
	l, err := learning.New(p, n.weights, rule, rng.New(n.key.Sub("order")), rng.New(n.key.Sub("noise")))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// naive is the rule as it is written down: dense products, all weights changed at
// every presentation.
type naive struct {
	*instance
	rule         learning.Rule
	w            []float64
	sequence     []int
	order, noise *rng.Stream
}

func (n *instance) naive(rule learning.Rule) *naive {
	sequence := make([]int, n.P)
	for i := range sequence {
		sequence[i] = i
	}
	return &naive{n, rule, append([]float64(nil), n.weights...), sequence, rng.New(n.key.Sub("order")), rng.New(n.key.Sub("noise"))}
}

func (n *naive) cycle() (errs int) {
	n.order.Shuffle(n.P, func(i, j int) { n.sequence[i], n.sequence[j] = n.sequence[j], n.sequence[i] })
	for _, mu := range n.sequence {
		x, y := n.x[mu*n.N:(mu+1)*n.N], n.labels[mu]
		drive, square := 0.0, 0.0
		for i, w := range n.w {
			drive += w * x[i]
			square += w * w
		}
		h := drive - 1 + math.Sqrt(square*n.rule.SigmaIn*n.rule.SigmaIn+n.rule.SigmaOut*n.rule.SigmaOut)*n.noise.Norm()
		for i := range n.w {
			n.w[i] *= 1 - n.rule.Decay
			if y*h < 0 {
				n.w[i] += n.rule.Rate * y * x[i]
				if i < n.nExc {
					n.w[i] = math.Max(0, n.w[i])
				} else {
					n.w[i] = math.Min(0, n.w[i])
				}
			}
		}
		if y*h < 0 {
			errs++
		}
	}
	return errs
}

// The fast learner takes the same decisions, under the same random numbers, as the
// rule written out, and ends with the same weights.
func TestEqualDecisionsToTheRuleWrittenOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		N, P   int
		f      float64
		rule   learning.Rule
		cycles int
	}{
		{100, 30, 0.5, learning.Rule{SigmaIn: 0.15, SigmaOut: 0.1, Rate: 1e-3, Decay: 5e-6}, 300},
		{100, 30, 0.5, learning.Rule{SigmaIn: 0.15, Rate: 1e-3, Decay: 5e-6}, 300},
		{200, 60, 0.5, learning.Rule{SigmaOut: 0.1, Rate: 5e-4}, 200},
		{77, 90, 0.2, learning.Rule{SigmaIn: 0.3, SigmaOut: 0.3, Rate: 0.01, Decay: 1e-3}, 200},
		{64, 10, 0.5, learning.Rule{SigmaOut: 0.1, Rate: 0.01, Decay: 0.5}, 60}, // rescaled every few presentations
		{3, 5, 0.5, learning.Rule{SigmaOut: 0.1, Rate: 0.01, Decay: 0.01}, 60},
	} {
		n := newInstance("decisions", c.N, c.P, c.f)
		fast, slow := n.learner(t, c.rule), n.naive(c.rule)
		for cycle := range c.cycles {
			if got, want := fast.Cycle(), slow.cycle(); got != want {
				t.Fatalf("N=%d P=%d %+v: cycle %d has %d errors, want %d", c.N, c.P, c.rule, cycle, got, want)
			}
		}
		square := 0.0
		for i, w := range fast.Weights() {
			if math.Abs(w-slow.w[i]) > 1e-11*math.Abs(slow.w[i])+1e-15 || (w == 0) != (slow.w[i] == 0) {
				t.Errorf("N=%d %+v: weight %d is %v, want %v", c.N, c.rule, i, w, slow.w[i])
			}
			square += w * w
		}
		checkState(t, n, slow.w, fast.State())
		if got := fast.State().Norm; math.Abs(got*got/square-1) > 1e-13 {
			t.Errorf("N=%d: |w|^2 has drifted from %v to %v", c.N, square, got*got)
		}
	}
}

func checkState(t *testing.T, n *instance, w []float64, s learning.State) {
	t.Helper()
	var exc, inh, square float64
	kappa, wrong := math.Inf(1), 0
	for mu, y := range n.labels {
		h := -1.0
		for i, x := range n.x[mu*n.N : (mu+1)*n.N] {
			h += w[i] * x
			if i < n.nExc {
				exc += w[i] * x / float64(n.P)
			} else {
				inh += w[i] * x / float64(n.P)
			}
		}
		kappa = math.Min(kappa, y*h)
		if y*h < 0 {
			wrong++
		}
	}
	for _, v := range w {
		square += v * v
	}
	norm := math.Sqrt(square)
	want := learning.State{Norm: norm, DriveExc: exc, DriveInh: inh, Imbalance: (exc + inh) / (exc - inh), KappaOut: kappa, KappaIn: kappa / norm, Misclassified: wrong}
	for _, c := range []struct {
		name      string
		got, want float64
	}{{"norm", s.Norm, want.Norm}, {"exc", s.DriveExc, want.DriveExc}, {"inh", s.DriveInh, want.DriveInh}, {"imbalance", s.Imbalance, want.Imbalance},
		{"kappa_out", s.KappaOut, want.KappaOut}, {"kappa_in", s.KappaIn, want.KappaIn}, {"misclassified", float64(s.Misclassified), float64(want.Misclassified)}} {
		if math.Abs(c.got-c.want) > 1e-10*(1+math.Abs(c.want)) {
			t.Errorf("N=%d P=%d: %s is %v, want %v", n.N, n.P, c.name, c.got, c.want)
		}
	}
}

// From w = 0 and without noise every +1 pattern is an error until the drive passes
// 1, and a pattern labelled -1 is none.
func TestFromZeroWeights(t *testing.T) {
	t.Parallel()
	n := newInstance("zero", 64, 4, 0.5)
	clear(n.weights)
	for mu := range n.labels {
		n.labels[mu] = -1
	}
	l := n.learner(t, learning.Rule{Rate: 0.1})
	if e := l.Cycle(); e != 0 {
		t.Errorf("%d errors, none expected", e)
	}
	s := l.State()
	if s.Norm != 0 || s.KappaOut != 1 || !math.IsNaN(s.KappaIn) || !math.IsNaN(s.Imbalance) || s.Misclassified != 0 {
		t.Errorf("state of w = 0: %+v", s)
	}
	n.labels[0] = 1
	l = n.learner(t, learning.Rule{Rate: 1e-6})
	if e := l.Cycle(); e != 1 {
		t.Errorf("%d errors, want 1", e)
	}
	want := 0.0 // the inhibitory weights were pushed to the wrong side and are 0
	for i, x := range n.x[:n.N] {
		if i < n.nExc {
			want += x * 1e-12
		}
	}
	if got := l.State().Norm; math.Abs(got*got-want) > 1e-24 {
		t.Errorf("|w|^2 = %v after one error, want %v", got*got, want)
	}
}

// Output noise makes balance emerge, input noise alone does not: at the same cycle
// its imbalance is several times larger.
func TestBalanceEmergesFromOutputNoise(t *testing.T) {
	t.Parallel()
	N, P, cycles, replicates := 800, 240, 1500, 3
	if os.Getenv("GARDNER_SLOW") != "" {
		N, P, cycles, replicates = 1000, 300, 3000, 8
	}
	var ratios []float64
	for r := range replicates {
		n := newInstance(fmt.Sprint("emergence ", r), N, P, 0.5)
		var imbalance [2]float64
		for k, rule := range []learning.Rule{{SigmaIn: 0.15, SigmaOut: 0.1}, {SigmaIn: 0.15}} {
			rule.Rate, rule.Decay = 0.1/float64(N), 5e-7
			l := n.learner(t, rule)
			for range cycles {
				l.Cycle()
			}
			imbalance[k] = l.State().Imbalance
		}
		ratios = append(ratios, imbalance[1]/imbalance[0])
	}
	mean, square := 0.0, 0.0
	for _, r := range ratios {
		mean += r / float64(len(ratios))
	}
	for _, r := range ratios {
		square += (r - mean) * (r - mean)
	}
	sem := math.Sqrt(square / float64(len(ratios)*(len(ratios)-1)))
	t.Logf("imbalance with input noise over that with output noise at cycle %d: %.2f +- %.2f", cycles, mean, sem)
	if mean-4*sem < 2 {
		t.Errorf("imbalances differ by a factor of %.2f +- %.2f only: %v", mean, sem, ratios)
	}
}

func TestBadInputs(t *testing.T) {
	t.Parallel()
	n := newInstance("bad", 10, 4, 0.5)
	p, err := learning.NewPatterns(n.x, n.labels, n.nExc)
	if err != nil {
		t.Fatal(err)
	}
	good := learning.Rule{Rate: 1}
	var bad *learning.InputError
	for _, c := range []struct {
		rule  learning.Rule
		field string
	}{
		{learning.Rule{Rate: 1, SigmaIn: -1}, "SigmaIn"}, {learning.Rule{Rate: 1, SigmaOut: math.NaN()}, "SigmaOut"}, {learning.Rule{}, "Rate"},
		{learning.Rule{Rate: math.Inf(1)}, "Rate"}, {learning.Rule{Rate: 1, Decay: 1}, "Decay"},
	} {
		if _, err := learning.New(p, n.weights, c.rule, nil, nil); !errors.As(err, &bad) || bad.Field != c.field {
			t.Errorf("%+v: error %v, want one about %s", c.rule, err, c.field)
		}
	}
	for i, w := range map[int]float64{0: -1, 9: 1, 3: math.NaN()} {
		weights := append([]float64(nil), n.weights...)
		weights[i] = w
		if _, err := learning.New(p, weights, good, nil, nil); !errors.As(err, &bad) || bad.Field != "weights" || bad.Index != i {
			t.Errorf("weight %d = %v: error %v", i, w, err)
		}
	}
	if _, err := learning.NewPatterns([]float64{1, 0.5}, []float64{1}, 1); !errors.As(err, &bad) || bad.Field != "x" || bad.Index != 1 {
		t.Errorf("input 0.5: error %v", err)
	}
	if _, err := learning.NewPatterns([]float64{1, 0}, []float64{0}, 1); !errors.As(err, &bad) || bad.Field != "labels" {
		t.Errorf("label 0: error %v", err)
	}
}

func BenchmarkCycle(b *testing.B) {
	n := newInstance("bench", 3000, 900, 0.5)
	l := n.learner(b, learning.Rule{SigmaIn: 0.15, SigmaOut: 0.1, Rate: 0.1 / 3000, Decay: 5e-7})
	for b.Loop() {
		l.Cycle()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n.P), "ns/presentation")
}
