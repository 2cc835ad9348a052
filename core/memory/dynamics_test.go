package memory_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"gardner/core/memory"
	"gardner/core/rng"
)

// naive is the dense dynamics: every update forms its field from all N weights.
type naive struct {
	n                   int
	weights, thresholds []float64
	noise               memory.Noise
	x                   []float64
	flips               []int // neurons, in the order in which they flipped
}

func (d *naive) wants(i int, z []float64) bool {
	h, norm2 := 0.0, 0.0
	for j := range d.n {
		w := d.weights[i*d.n+j]
		h += w * d.x[j]
		norm2 += w * w
	}
	v := h - d.thresholds[i]
	if z != nil {
		v += math.Sqrt(d.noise.Out*d.noise.Out+norm2*d.noise.In*d.noise.In) * z[i]
	}
	return v > 0
}

// cycle takes random numbers as the package documentation says.
func (d *naive) cycle(noise, order *rng.Stream) {
	var z []float64
	if d.noise != (memory.Noise{}) {
		z = make([]float64, d.n)
		for i := range z {
			z[i] = noise.Norm()
		}
	}
	anyone := false
	for i := range d.n {
		anyone = anyone || d.wants(i, z) != (d.x[i] > 0)
	}
	if !anyone {
		return
	}
	for _, i := range order.Perm(d.n) {
		if d.wants(i, z) != (d.x[i] > 0) {
			d.x[i] = 1 - d.x[i]
			d.flips = append(d.flips, i)
		}
	}
}

// random returns weights of order 1/sqrt N with signs by column, without self-coupling.
func random(s *rng.Stream, n int) (weights, thresholds []float64) {
	weights, thresholds = make([]float64, n*n), make([]float64, n)
	for i := range n {
		thresholds[i] = .3 * s.Norm()
		for j := range n {
			if i != j {
				weights[i*n+j] = 3 * s.Exp() / math.Sqrt(float64(n))
				if j >= n/2 {
					weights[i*n+j] *= -1
				}
			}
		}
	}
	return weights, thresholds
}

// Flip by flip under the same random numbers, through many flips and fresh fields.
func TestDynamicsAgainstTheDenseReference(t *testing.T) {
	t.Parallel()
	for _, m := range []memory.Noise{{}, {Out: .4}, {In: .1}, {In: .05, Out: .2}, {Out: 1e-6}, {Out: 1e3}} {
		for n := range 40 {
			if n < 2 {
				continue
			}
			key := rng.NewKey("memory test", "reference", fmt.Sprint(m, n))
			s := rng.New(key)
			w, theta := random(s, n)
			x := make([]float64, n)
			for i := range x {
				if s.Bernoulli(.4) {
					x[i] = 1
				}
			}
			net := memory.NewNetwork(n, w, theta)
			d := memory.NewDynamics(net)
			d.Reset(net.At(x))
			d.SetNoise(m)
			ref := &naive{n: n, weights: w, thresholds: theta, noise: m, x: slices.Clone(x)}
			streams := func() (a, b *rng.Stream) { return rng.New(key.Sub("noise")), rng.New(key.Sub("order")) }
			noise, order := streams()
			refNoise, refOrder := streams()
			for cycle := range 30 {
				before := len(ref.flips)
				ref.cycle(refNoise, refOrder)
				flips := d.Cycle(noise, order)
				if !slices.EqualFunc(flips, ref.flips[before:], func(a int32, b int) bool { return int(a) == b }) {
					t.Fatalf("%+v, N = %d, cycle %d: flips of %v, reference %v", m, n, cycle, flips, ref.flips[before:])
				}
				wrong := 0
				for i := range n {
					if d.Active(i) != (ref.x[i] > 0) {
						t.Fatalf("%+v, N = %d, cycle %d: neuron %d differs", m, n, cycle, i)
					}
					if ref.x[i] != x[i] {
						wrong++
					}
				}
				if d.Error() != float64(wrong)/float64(n) {
					t.Fatalf("error %v, want %d of %d", d.Error(), wrong, n)
				}
			}
		}
	}
}

// Fields after very many flips are those of the state, to the documented accuracy.
func TestFieldsDoNotDrift(t *testing.T) {
	t.Parallel()
	const n = 50
	s := rng.New(rng.NewKey("memory test", "drift"))
	w, theta := random(s, n)
	net := memory.NewNetwork(n, w, theta)
	d := memory.NewDynamics(net)
	for flip := range 3*4096 + 4095 {
		d.Flip(s.IntN(n))
		if flip%1000 != 0 && flip < 4*4096-2 {
			continue
		}
		x := make([]float64, n)
		for i := range x {
			if d.Active(i) {
				x[i] = 1
			}
		}
		exact := net.At(x)
		if off := memory.FieldDistance(d, exact); off > 1e-11 {
			t.Fatalf("after %d flips fields are off by %v", flip+1, off)
		}
	}
	// 4096 flips after the last computation they are exact again.
	d.Flip(0)
	x := make([]float64, n)
	for i := range x {
		if d.Active(i) {
			x[i] = 1
		}
	}
	if off := memory.FieldDistance(d, net.At(x)); off != 0 {
		t.Errorf("fields are off by %v where they are computed anew", off)
	}
}

func TestDistortionKeepsMeanActivities(t *testing.T) {
	t.Parallel()
	const n, p = 400, .3
	pop := memory.Population{N: n, FExc: .75, FE: .3, FI: .6}
	s := rng.New(rng.NewKey("memory test", "distort"))
	net := memory.NewNetwork(n, make([]float64, n*n), make([]float64, n))
	d := memory.NewDynamics(net)
	var active, moved [2]float64
	const trials = 400
	for range trials {
		m, err := pop.Draw(s, 1, 0)
		if err != nil {
			t.Fatal(err)
		}
		d.Reset(net.At(m.Memory(0)))
		d.Distort(pop, p, s)
		for i, x := range m.Memory(0) {
			k := i / 300
			if d.Active(i) {
				active[k]++
			}
			if d.Active(i) != (x > 0) {
				moved[k]++
			}
		}
	}
	for k, f := range []float64{.3, .6} {
		total := float64(trials * []int{300, 100}[k])
		if z := (active[k]/total - f) / math.Sqrt(f*(1-f)/total); math.Abs(z) > 4 {
			t.Errorf("type %d: activity %v, want %v (z = %.1f)", k, active[k]/total, f, z)
		}
		if want := 2 * p * f; math.Abs(moved[k]/total-want) > 4*math.Sqrt(want/total) { // f p + (1-f) p f/(1-f)
			t.Errorf("type %d: %v flipped, want %v", k, moved[k]/total, want)
		}
	}
	if got := pop.MaxDistortion(); math.Abs(got-.4/.6) > 1e-15 {
		t.Errorf("largest distortion %v", got)
	}
}

// A network of independent neurons has a known error: H(1/sigma) per neuron and cycle.
func TestStabilityOfIndependentNeurons(t *testing.T) {
	t.Parallel()
	const n = 1000
	theta := make([]float64, n)
	for i := range theta {
		theta[i] = 1
	}
	net := memory.NewNetwork(n, make([]float64, n*n), theta)
	d := memory.NewDynamics(net)
	silent := net.At(make([]float64, n))
	streams := func(k string) (a, b *rng.Stream) {
		key := rng.NewKey("memory test", "independent", k)
		return rng.New(key.Sub("noise")), rng.New(key.Sub("order"))
	}
	for _, c := range []struct {
		out  float64
		kept bool
	}{{0, true}, {.3, true}, {.6, true}, {.9, false}, {5, false}} { // H(1/.6) = .048, H(1/.9) = .133
		d.Reset(silent)
		a, b := streams(fmt.Sprint(c.out))
		got, err := d.Stability(context.Background(), memory.Noise{Out: c.out}, 500, .1, a, b)
		if err != nil || got.Kept != c.kept || c.kept && got.Cycles != 500 || !c.kept && got.Cycles == 500 {
			t.Errorf("sigma_out = %v: %+v, %v", c.out, got, err)
		}
	}
	// The tolerance is strict: 1 of 10 wrong is not more than 0.1.
	ten := memory.NewNetwork(10, make([]float64, 100), append([]float64{-1}, theta[:9]...))
	e := memory.NewDynamics(ten)
	e.Reset(ten.At(make([]float64, 10)))
	a, b := streams("strict")
	got, err := e.Stability(context.Background(), memory.Noise{}, 20, .1, a, b)
	if err != nil || !got.Kept || got.Worst != .1 || got.Cycles != 20 {
		t.Errorf("an error of exactly the tolerance: %+v, %v", got, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := d.Stability(ctx, memory.Noise{Out: 1}, 500, 1, a, b); err == nil {
		t.Error("a cancelled test went on")
	}
}

func TestShapes(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]func(){
		"lengths": func() { memory.NewNetwork(3, make([]float64, 8), make([]float64, 3)) },
		"state":   func() { memory.NewNetwork(1, []float64{0}, []float64{1}).At(nil) },
		"noise": func() {
			memory.NewDynamics(memory.NewNetwork(1, []float64{0}, []float64{1})).SetNoise(memory.Noise{Out: math.NaN()})
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
