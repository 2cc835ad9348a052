package spiking_test

import (
	"fmt"
	"math"
	"sort"
	"testing"

	"gardner/core/psp"
	"gardner/core/psp/psptest"
	"gardner/core/rng"
	"gardner/core/spiking"
)

func kernel(t testing.TB) *psp.Kernel {
	k, err := psp.New(30, 10)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func ExampleRun() {
	k, _ := psp.New(30, 10)
	v := new(spiking.Volley)
	v.Set(k, []float64{5}, []int32{0})
	for _, t := range spiking.Run(k, &v.Train, psp.Scale(k, []float64{3}), 200, nil) {
		fmt.Printf("%.3f ", t)
	}
	// Output: 7.231 10.148 14.414 23.089
}

// instance draws weights of both signs that make the neuron fire now and then.
func instance(t testing.TB, seed string, n int) (*spiking.Volley, []float64) {
	r := rng.New(rng.NewKey("spiking test", seed))
	x, w := make([]float64, n), make([]float64, n)
	r.FillExp(x)
	for i := range w {
		w[i] = 1/float64(n)*r.Exp() + 3/math.Sqrt(float64(n))*r.Norm()
	}
	source, err := spiking.NewSource(x, 0.03)
	if err != nil {
		t.Fatal(err)
	}
	v := new(spiking.Volley)
	v.Poisson(kernel(t), r, source, 200)
	return v, w
}

func TestRunAgainstDefinition(t *testing.T) {
	t.Parallel()
	againstDefinition(t, func(k *psp.Kernel, train *psp.Train, w psp.Weights, until float64) []float64 {
		return spiking.Run(k, train, w, until, nil)
	})
}

// againstDefinition compares the spikes of a run with those of the definition, on time steps of its own.
func againstDefinition(t *testing.T, run func(k *psp.Kernel, train *psp.Train, w psp.Weights, until float64) []float64) {
	t.Helper()
	k := kernel(t)
	total := 0
	for seed := range 6 {
		v, w := instance(t, fmt.Sprint("definition", seed), 15)
		got := run(k, &v.Train, psp.Scale(k, w), 350)
		want := psptest.Spikes(k, &v.Train, w, 350, 0.02)
		if len(got) != len(want) {
			t.Errorf("seed %d: %d spikes %v, by definition %d %v", seed, len(got), got, len(want), want)
			continue
		}
		for i := range got {
			if d := math.Abs(got[i] - want[i]); d > 1e-10 {
				t.Errorf("seed %d: spike %d at %v, by definition %v", seed, i, got[i], want[i])
			}
		}
		total += len(got)
	}
	if total < 10 {
		t.Errorf("only %d spikes in all: the test compares nothing", total)
	}
}

// euler is forward Euler on the differential equations tau_m V' = -V + c I,
// tau_s I' = -I with input spikes moved to the next step, as fixed-step simulators do.
func euler(k *psp.Kernel, v *spiking.Volley, w []float64, until, step float64) []float64 {
	var out []float64
	gain := k.V0 * (k.TauM - k.TauS) / k.TauS
	potential, current := 0.0, 0.0
	j := 0
	for i := range int(math.Round(until / step)) {
		t := float64(i) * step
		for ; j < len(v.Time) && v.Time[j] <= t; j++ {
			current += w[v.Afferent[j]]
		}
		potential, current = potential+step*(gain*current-potential)/k.TauM, current-step*current/k.TauS
		if potential > 1 {
			out = append(out, t+step)
			potential--
		}
	}
	return out
}

// A fixed-step integration converges to the event-driven spikes, with the order of
// its method: its error halves with the step.
func TestFixedStepConvergesToRun(t *testing.T) {
	t.Parallel()
	k := kernel(t)
	v, w := instance(t, "order 2", 40)
	exact := spiking.Run(k, &v.Train, psp.Scale(k, w), 350, nil)
	if len(exact) < 3 {
		t.Fatalf("only %d spikes", len(exact))
	}
	distance := func(step float64) float64 {
		got := euler(k, v, w, 350, step)
		if len(got) != len(exact) {
			t.Fatalf("step %g: %d spikes, event-driven %d", step, len(got), len(exact))
		}
		sum := 0.0
		for i := range got {
			sum += math.Abs(got[i] - exact[i])
		}
		return sum / float64(len(exact))
	}
	coarse, fine := distance(4e-3), distance(4e-3/64)
	order := math.Log(coarse/fine) / math.Log(64)
	t.Logf("mean error %.3g ms with steps of 4 us, %.3g with 1/64 of it: order %.3f", coarse, fine, order)
	if order < 0.8 || order > 1.2 || fine > 1e-3 {
		t.Errorf("mean error %.3g ms with steps of 4 us, %.3g with 1/64 of it: order %.3f, want 1", coarse, fine, order)
	}
}

func TestClosedForms(t *testing.T) {
	t.Parallel()
	k := kernel(t)
	v, w := instance(t, "zero", 20)
	if out := spiking.Run(k, &v.Train, make(psp.Weights, len(w)), 350, nil); len(out) != 0 {
		t.Errorf("zero weights fire at %v", out)
	}
	// One input spike of weight w at 0: V = w V0 (u - u^3), u = e^{-t/30}. The weight
	// that just reaches the threshold is 1.
	v.Set(k, []float64{0}, []int32{0})
	for _, c := range []struct {
		w    float64
		want int
	}{{1 - 1e-12, 0}, {1 + 1e-12, 1}, {-5, 0}} {
		if out := spiking.Run(k, &v.Train, psp.Scale(k, []float64{c.w}), 400, nil); len(out) != c.want {
			t.Errorf("weight %v: %d spikes at %v, want %d", c.w, len(out), out, c.want)
		}
	}
	// The first spike of a large weight: V0 w (u - u^3) = 1 by Cardano.
	const weight = 20.0
	q := 1 / (weight * k.V0)
	u := 2 / math.Sqrt(3) * math.Cos(math.Acos(-q*3*math.Sqrt(3)/2)/3) // largest root of u^3 - u + q
	out := spiking.Run(k, &v.Train, psp.Scale(k, []float64{weight}), 400, nil)
	if want := -30 * math.Log(u); math.Abs(out[0]-want) > 1e-14 {
		t.Errorf("first spike at %.17g, by Cardano's formula %.17g", out[0], want)
	}
	if !sort.Float64sAreSorted(out) || len(out) < 5 {
		t.Errorf("a strong input makes the spikes %v", out)
	}
	// Beyond the last input spikes are counted up to until only.
	if early := spiking.Run(k, &v.Train, psp.Scale(k, []float64{weight}), math.Nextafter(out[2], 400), nil); len(early) != 3 {
		t.Errorf("until the third spike: %v of %v", early, out)
	}
}

func BenchmarkRun(b *testing.B) {
	k := kernel(b)
	v, w := instance(b, "bench", 1000)
	s := psp.Scale(k, w)
	var spikes []float64
	for b.Loop() {
		spikes = spiking.Run(k, &v.Train, s, 350, spikes[:0])
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(v.Len()), "ns/input")
}

func BenchmarkVolley(b *testing.B) {
	r := rng.New(rng.NewKey("bench"))
	x := make([]float64, 1000)
	r.FillExp(x)
	source, _ := spiking.NewSource(x, 0.03)
	v := new(spiking.Volley)
	for b.Loop() {
		v.Draw(r, source, 200)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(v.Len()), "ns/input")
}

// Deadlines change nothing but where it pauses: up to each there is no spike that it
// does not tell.
func TestNextKeepsDeadlines(t *testing.T) {
	t.Parallel()
	k := kernel(t)
	for seed := range 6 {
		v, w := instance(t, fmt.Sprint("deadlines", seed), 40)
		scaled := psp.Scale(k, w)
		want := spiking.Run(k, &v.Train, scaled, 350, nil)
		r := rng.New(rng.NewKey("deadlines", fmt.Sprint(seed)))
		run := spiking.Begin(k, &v.Train, scaled, 350)
		told := 0
		for deadline := 0.0; deadline <= 360; {
			at, ok := run.Next(deadline)
			if ok {
				if told == len(want) || at != want[told] {
					t.Fatalf("seed %d: spike %d at %v, all are %v", seed, told, at, want)
				}
				told++
				continue
			}
			if told < len(want) && want[told] <= deadline {
				t.Fatalf("seed %d: no spike up to %v, but one at %v", seed, deadline, want[told])
			}
			deadline += 20 * r.Float64()
		}
		if told != len(want) {
			t.Errorf("seed %d: %d spikes of %d", seed, told, len(want))
		}
	}
}
