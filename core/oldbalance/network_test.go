package oldbalance

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"gardner/core/rng"
)

func network(t testing.TB, p Params, key string) (*Network, *rng.Stream) {
	t.Helper()
	k := rng.NewKey("oldbalance test", key)
	n, err := New(p, rng.New(k.Sub("connections")))
	if err != nil {
		t.Fatal(err)
	}
	return n, rng.New(k.Sub("dynamics"))
}

func run(t testing.TB, n *Network, s *rng.Stream, duration float64) {
	t.Helper()
	if err := n.Run(context.Background(), s, duration); err != nil {
		t.Fatal(err)
	}
}

func near(t *testing.T, what string, got, want, relative float64) {
	t.Helper()
	if !(math.Abs(got-want) <= relative*math.Abs(want)) {
		t.Errorf("%s is %.8g, want %.8g within %g", what, got, want, relative)
	}
}

// naive is the network as it is written down: a matrix of strengths, and the input
// of a neuron summed over all others at each of its updates. It keeps the times of
// all flips.
type naive struct {
	p     Params
	J     [2][2][]bool // onto (k, i) from (l, j) at i N + j
	x     [2][]bool
	time  float64
	flips [2][][]float64
}

func newNaive(n *Network) *naive {
	v := &naive{p: n.p, time: n.time}
	for k := range 2 {
		v.x[k], v.flips[k] = make([]bool, n.p.N), make([][]float64, n.p.N)
		for i := range n.p.N {
			v.x[k][i] = n.Active(Population(k), i)
		}
		for l := range 2 {
			v.J[k][l] = make([]bool, n.p.N*n.p.N)
			for j := range n.p.N {
				for _, i := range targets(n.wiring, k, l, j) {
					v.J[k][l][i*n.p.N+j] = true
				}
			}
		}
	}
	return v
}

func (v *naive) field(k, i int) float64 {
	root := math.Sqrt(float64(v.p.K))
	h := root*v.p.Drive[k]*v.p.M0 - v.p.Threshold[k]
	for l := range 2 {
		for j, connected := range v.J[k][l][i*v.p.N : (i+1)*v.p.N] {
			if connected && v.x[l][j] {
				h += v.p.Coupling[k][l] / root
			}
		}
	}
	return h
}

func (v *naive) run(s *rng.Stream, duration float64) {
	rate := [2]float64{float64(v.p.N) / v.p.Tau[0], float64(v.p.N) / v.p.Tau[1]}
	for end := v.time + duration; ; {
		v.time += s.Exp() / (rate[0] + rate[1])
		if v.time > end {
			return
		}
		k := 0
		if s.Float64() >= rate[0]/(rate[0]+rate[1]) {
			k = 1
		}
		i := s.IntN(v.p.N)
		if active := v.field(k, i) > 1e-9; active != v.x[k][i] {
			v.x[k][i] = active
			v.flips[k][i] = append(v.flips[k][i], v.time)
		}
	}
}

// The network takes every decision of the one written out, under the same random
// numbers, and sees what follows from the times of its flips.
func TestEqualDecisionsToTheNetworkWrittenOut(t *testing.T) {
	t.Parallel()
	for _, p := range []Params{Standard(150, 30, 0.2), Standard(130, 16, 0.3), Standard(64, 64, 0.4), Standard(80, 25, 0.9), Standard(700, 14, 0.4)} {
		fast, s := network(t, p, "decisions")
		ignition := rng.New(rng.NewKey("oldbalance test", "ignition"))
		fast.Ignite(ignition, [2]float64{0.2, 0.3})
		slow := newNaive(fast)
		before := newNaive(fast).x
		twin := rng.New(rng.NewKey("oldbalance test", "decisions").Sub("dynamics"))
		const duration = 30.0
		lags := []int{0, 2, 1, 5}
		seen, err := fast.Observe(context.Background(), s, duration, 0.5, lags)
		if err != nil {
			t.Fatal(err)
		}
		slow.run(twin, duration)
		for k := range 2 {
			for i := range p.N {
				if fast.Active(Population(k), i) != slow.x[k][i] {
					t.Fatalf("%+v: neuron %v%d differs after %g", p, Population(k), i, duration)
				}
			}
		}
		checkSeen(t, p, slow, before, seen, duration, lags)
	}
}

// checkSeen computes everything anew from the times of flips.
func checkSeen(t *testing.T, p Params, slow *naive, before [2][]bool, seen *Seen, duration float64, lags []int) {
	t.Helper()
	at := func(k, i int, time float64) bool { // state at a time
		return before[k][i] != (len(slow.flips[k][i]) > 0 && func() bool {
			n, _ := slices.BinarySearch(slow.flips[k][i], time)
			return n%2 != 0
		}())
	}
	var rates [2][]float64
	for k := range 2 {
		rate, product, cv, irregular := 0.0, 0.0, 0.0, 0
		for i := range p.N {
			var on [2]float64
			x, last := before[k][i], 0.0
			var spikes []float64
			for _, f := range append(slices.Clone(slow.flips[k][i]), duration) {
				if x {
					on[0] += math.Max(0, math.Min(f, duration/2)-math.Min(last, duration/2))
					on[1] += math.Max(0, math.Max(f, duration/2)-math.Max(last, duration/2))
				} else if f < duration {
					spikes = append(spikes, f)
				}
				x, last = !x, f
			}
			rates[k] = append(rates[k], (on[0]+on[1])/duration)
			rate += (on[0] + on[1]) / duration
			product += on[0] * on[1] / (duration * duration / 4)
			if len(spikes) < MinSpikes {
				continue
			}
			irregular++
			mean, square := 0.0, 0.0
			for j := range spikes[1:] {
				mean += (spikes[j+1] - spikes[j]) / float64(len(spikes)-1)
			}
			for j := range spikes[1:] {
				square += (spikes[j+1] - spikes[j] - mean) * (spikes[j+1] - spikes[j] - mean) / float64(len(spikes)-1)
			}
			cv += math.Sqrt(square) / mean
		}
		N := float64(p.N)
		near(t, "rate", seen.Rate[k], rate/N, 1e-10)
		near(t, "quenched", seen.Quenched[k], product/N, 1e-10)
		for i := range rates[k] {
			if math.Abs(seen.Neurons[k][i]-rates[k][i]) > 1e-10 {
				t.Errorf("rate of %v%d is %g, want %g", Population(k), i, seen.Neurons[k][i], rates[k][i])
			}
		}
		if seen.Irregular[k] != irregular {
			t.Errorf("%d neurons with enough spikes, want %d", seen.Irregular[k], irregular)
		} else if irregular > 0 {
			near(t, "CV", seen.CV[k], cv/float64(irregular), 1e-9)
		}
		for n, lag := range lags {
			both, pairs := 0.0, 0.0
			for step := 0; 0.5*float64(step+lag) < duration; step++ {
				pairs++
				for i := range p.N {
					if at(k, i, 0.5*float64(step)) && at(k, i, 0.5*float64(step+lag)) {
						both++
					}
				}
			}
			near(t, fmt.Sprintf("autocorrelation at lag %d", lag), seen.Autocorrelation[k][n], both/pairs/N, 1e-10)
		}
	}
	root := math.Sqrt(float64(p.K))
	for k := range 2 {
		drives := [2]float64{root * p.Drive[k] * p.M0, 0}
		for l := range 2 {
			for i := range p.N {
				for j, connected := range slow.J[k][l][i*p.N : (i+1)*p.N] {
					if connected {
						drives[l] += p.Coupling[k][l] / root * rates[l][j] / float64(p.N)
					}
				}
			}
		}
		near(t, "excitatory drive", seen.DriveExc[k], drives[0], 1e-9)
		near(t, "inhibitory drive", seen.DriveInh[k], drives[1], 1e-9)
	}
}

// Without connections a neuron is active from its first update on if the outside
// is above threshold, else silent.
func TestZeroWeights(t *testing.T) {
	t.Parallel()
	p := Standard(100, 10, 0.4)
	p.Coupling = [2][2]float64{}
	p.Threshold[1] = 2 // sqrt 10 0.8 0.4 = 1.01
	n, s := network(t, p, "zero")
	run(t, n, s, 30)
	if e, i := n.Activity(Exc), n.Activity(Inh); e != 1 || i != 0 {
		t.Errorf("activities %g and %g, want 1 and 0", e, i)
	}
}

// Each connection exists with probability K/N, so in-degrees are binomial, not fixed.
func TestConnectionsAreIndependent(t *testing.T) {
	t.Parallel()
	p := Standard(3000, 150, 0.1)
	n, _ := network(t, p, "connections")
	for k := range 2 {
		for l := range 2 {
			in := make([]float64, p.N)
			for j := range p.N {
				of := targets(n.wiring, k, l, j)
				if !slices.IsSorted(of) || len(slices.Compact(slices.Clone(of))) != len(of) {
					t.Fatalf("targets of %d are out of order or double", j)
				}
				for _, i := range of {
					in[i]++
				}
			}
			mean, square := 0.0, 0.0
			for _, d := range in {
				mean += d / float64(p.N)
			}
			for _, d := range in {
				square += (d - mean) * (d - mean) / float64(p.N-1)
			}
			q := 1 - float64(p.K)/float64(p.N)
			if z := (mean - 150) / math.Sqrt(150*q/float64(p.N)); math.Abs(z) > 4 {
				t.Errorf("mean in-degree %g is %.1f standard errors from K", mean, z)
			}
			if z := (square/(150*q) - 1) / math.Sqrt(2/float64(p.N)); math.Abs(z) > 4 {
				t.Errorf("variance of in-degrees %g is %.1f standard errors from K(1-K/N)", square, z)
			}
		}
	}
	all, _ := network(t, Standard(40, 40, 0.1), "full")
	for j := range 40 {
		if got := all.wiring.degree(0, 1, j); got != 40 {
			t.Errorf("K = N: %d connections from %d, want all 40", got, j)
		}
	}
}

func TestBadParams(t *testing.T) {
	t.Parallel()
	var bad *ParamError
	for field, change := range map[string]func(*Params){
		"N": func(p *Params) { p.N = MaxN + 1 }, "K": func(p *Params) { p.K = p.N + 1 }, "M0": func(p *Params) { p.M0 = -1 },
		"Coupling": func(p *Params) { p.Coupling[1][0] = math.NaN() }, "Drive": func(p *Params) { p.Drive[0] = math.Inf(1) },
		"Threshold": func(p *Params) { p.Threshold[1] = math.NaN() }, "Tau": func(p *Params) { p.Tau[1] = 0 },
	} {
		p := Standard(100, 10, 0.1)
		change(&p)
		if _, err := New(p, nil); !errors.As(err, &bad) || bad.Field != field {
			t.Errorf("%s: error %v", field, err)
		}
	}
	n, s := network(t, Standard(10, 5, 0.1), "bad")
	for _, lags := range [][]int{{-1}, {5}, {0, 7}} {
		if _, err := n.Observe(context.Background(), s, 5, 1, lags); !errors.As(err, &bad) || bad.Field != "lag" {
			t.Errorf("lags %v: error %v", lags, err)
		}
	}
	if _, err := n.Observe(context.Background(), s, 1, 0, nil); !errors.As(err, &bad) || bad.Field != "step" {
		t.Errorf("step 0: error %v", err)
	}
	if _, err := n.Observe(context.Background(), s, 0, 1, nil); !errors.As(err, &bad) || bad.Field != "duration" {
		t.Errorf("duration 0: error %v", err)
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	n, s := network(t, Standard(2000, 100, 0.1), "cancelled")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := n.Run(ctx, s, 1e6); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func BenchmarkRun(b *testing.B) {
	n, s := network(b, Standard(8000, 1000, 0.1), "bench")
	n.Ignite(rng.New(rng.NewKey("ignition")), [2]float64{0.1, 0.1})
	for b.Loop() {
		run(b, n, s, 1)
	}
}

func TestHalfRise(t *testing.T) {
	t.Parallel()
	up := Response{Step: 0.5, Before: [2]float64{1, 3}, After: [2]float64{2, 1}, Curve: [2][]float64{{1, 1.2, 1.4, 1.8, 2}, {3, 2.5, 1.5, 1, 1}}}
	near(t, "half rise", up.HalfRise(Exc), 0.5*2.25, 1e-12)
	near(t, "half fall", up.HalfRise(Inh), 0.5*1.5, 1e-12)
	flat := Response{Step: 1, Before: [2]float64{1, 1}, After: [2]float64{1, 2}, Curve: [2][]float64{{1, 1}, {1, 1}}}
	for k := range Population(2) {
		if h := flat.HalfRise(k); !math.IsNaN(h) {
			t.Errorf("a curve that never gets there does after %g", h)
		}
	}
}
