package oldbalance

import (
	"context"
	"math"
	"slices"
	"testing"

	"gardner/core/rng"
)

// A pattern outside reaches each neuron over its connections.
func TestPatternOutside(t *testing.T) {
	t.Parallel()
	p := Standard(200, 30, 0.2)
	n, _ := network(t, p, "outside")
	n.ConnectOutside(rng.New(rng.NewKey("oldbalance test", "connections outside")))
	x := make([]float64, p.N)
	s := rng.New(rng.NewKey("oldbalance test", "pattern"))
	mean, square := 0.0, 0.0
	for j := range x {
		if s.Bernoulli(0.3) {
			x[j] = 1
		}
		if j%17 == 0 {
			x[j] = s.Norm()
		}
		mean += x[j] / float64(p.N)
		square += x[j] * x[j] / float64(p.N)
	}
	n.SetPattern(x)
	near(t, "M0", n.Params().M0, mean, 1e-12)
	near(t, "OutsideSquare", n.Params().OutsideSquare, square, 1e-12)
	for k := range Population(2) {
		w, moved, total := n.OutsideWeights(k), 0.0, 0.0
		for i := range p.N {
			want := -p.Threshold[k]
			for j, v := range x {
				if slices.Contains(n.from[k].of(j), uint16(i)) {
					want += v * p.Drive[k] / math.Sqrt(30)
				}
			}
			if math.Abs(n.base[k][i]-want) > 2e-9 {
				t.Errorf("input of %v%d from outside is %g, want %g", k, i, n.base[k][i], want)
			}
			total += (want + p.Threshold[k]) / float64(p.N)
		}
		for j, v := range x {
			moved += w[j] * v / float64(p.N)
		}
		near(t, "mean input by the summed weights", moved, total, 1e-9)
		near(t, "mean input from outside", n.outside[k], total, 1e-9)
	}
	n.SetOutside(0.2)
	if n.base[0][0] != n.base[0][1] || n.Params().M0 != 0.2 || n.Params().OutsideSquare != 0 {
		t.Errorf("the pattern stays: %+v", n.Params())
	}
}

// After Reset a network is as new, to the bit.
func TestResetIsNew(t *testing.T) {
	t.Parallel()
	p := Standard(150, 30, 0.3)
	watch := func(n *Network) *Seen {
		n.Ignite(rng.New(rng.NewKey("oldbalance test", "ignition")), [2]float64{0.3, 0.3})
		seen, err := n.Observe(context.Background(), rng.New(rng.NewKey("oldbalance test", "again")), 7, 0.5, []int{1})
		if err != nil {
			t.Fatal(err)
		}
		return seen
	}
	n, s := network(t, p, "reset")
	first := watch(n)
	run(t, n, s, 1.7)
	n.Reset()
	if n.Time() != 0 || n.Activity(Exc) != 0 {
		t.Errorf("at %g, activity %g", n.Time(), n.Activity(Exc))
	}
	second := watch(n)
	if first.Rate != second.Rate || first.DriveInh != second.DriveInh || !slices.Equal(first.Neurons[0], second.Neurons[0]) {
		t.Errorf("rates %v and %v", first.Rate, second.Rate)
	}
}
