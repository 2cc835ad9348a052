package noise_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"gardner/core/noise"
	"gardner/core/num"
	"gardner/core/rng"
)

func ExampleNeuron_ErrorProbability() {
	// Two patterns at distance 1 from threshold.
	n, err := noise.New([]float64{2, -1}, []float64{1, 0, 1, 2}, []float64{1, -1}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range []float64{0, .25, .5} {
		fmt.Printf("%.4f ", n.ErrorProbability(noise.Magnitude{In: s, Out: s}))
	}
	// Output: 0.0000 0.0512 0.2071
}

// random draws a neuron with mixed signs and some silent weights.
func random(t testing.TB, key string, P, N int, drive bool) *noise.Neuron {
	s := rng.New(rng.NewKey("noise test", key))
	w, x, y, d := make([]float64, N), make([]float64, P*N), make([]float64, P), make([]float64, P)
	for i := range w {
		if w[i] = s.Norm() / math.Sqrt(float64(N)); s.Bernoulli(.3) {
			w[i] = 0
		}
	}
	s.FillExp(x)
	for mu := range y {
		y[mu] = 1
		if s.Bernoulli(.7) {
			y[mu] = -1
		}
		d[mu] = .5 * s.Norm()
	}
	if !drive {
		d = nil
	}
	n, err := noise.New(w, x, y, d)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Against a plain Monte Carlo that shares nothing but the definition.
func TestErrorProbabilityAgainstMonteCarlo(t *testing.T) {
	t.Parallel()
	const trials = 20_000
	s := rng.New(rng.NewKey("noise test", "monte carlo"))
	w, drive := []float64{.8, .5, -.6, 0}, []float64{.1, 0, -.2}
	x := []float64{1, 2, .5, 3, .2, 1, 1, 0, 2, .3, .1, 1}
	y := []float64{1, -1, 1}
	n, err := noise.New(w, x, y, drive)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []noise.Magnitude{{In: .3}, {Out: .4}, {In: .2, Out: .2}, {In: 2, Out: 1}} {
		wrong := 0.0
		for mu := range y {
			for range trials {
				v := drive[mu] + m.Out*s.Norm()
				for i := range w {
					v += w[i] * (x[mu*4+i] + m.In*s.Norm())
				}
				if active := v > 1; active != (y[mu] == 1) {
					wrong++
				}
			}
		}
		p, total := n.ErrorProbability(m), float64(trials*len(y))
		if z := (wrong - total*p) / math.Sqrt(total*p*(1-p)); math.Abs(z) > 4 {
			t.Errorf("%+v: exact %v, sampled %v (z = %.1f)", m, p, wrong/total, z)
		}
	}
}

// Far from zero inputs rectification does nothing, so samples follow the closed form.
func TestRectifiedMeetsClosedForm(t *testing.T) {
	t.Parallel()
	w, x := []float64{1, -.9, .4}, []float64{30, 32, 1.5, 28, 29, 3}
	y := []float64{1, -1}
	drive := []float64{-.6, 1}
	n, err := noise.New(w, x, y, drive)
	if err != nil {
		t.Fatal(err)
	}
	s := rng.New(rng.NewKey("noise test", "rectified"))
	for _, m := range []noise.Magnitude{{In: .2, Out: .1}, {Out: .5}, {In: .3}} {
		wrong, total, err := n.SampleRectified(context.Background(), s, m, 100_000)
		if err != nil || total != 200_000 {
			t.Fatal(total, err)
		}
		p := n.ErrorProbability(m)
		if z := (float64(wrong) - float64(total)*p) / math.Sqrt(float64(total)*p*(1-p)); math.Abs(z) > 4 {
			t.Errorf("%+v: exact %v, sampled %v (z = %.1f)", m, p, float64(wrong)/float64(total), z)
		}
	}
}

// Where rectification matters: one inhibitory input near zero, driven. The error
// probability of w max(0, x + In n) + Out n' is an integral over one normal number.
func TestRectifiedSingleInput(t *testing.T) {
	t.Parallel()
	const w, x, in, out, drive = -1.5, .1, .8, .3, 1.2
	n, err := noise.New([]float64{w}, []float64{x}, []float64{1}, []float64{drive})
	if err != nil {
		t.Fatal(err)
	}
	p, h := 0.0, 1e-3 // P(V + I <= 1), trapezoids over n
	for z := -9.0; z <= 9; z += h {
		field := w*math.Max(0, x+in*z) + drive - 1
		p += h * num.Gauss(z) * num.H(field/out)
	}
	m := noise.Magnitude{In: in, Out: out}
	wrong, total, err := n.SampleRectified(context.Background(), rng.New(rng.NewKey("noise test", "single")), m, 400_000)
	if err != nil {
		t.Fatal(err)
	}
	if z := (float64(wrong) - float64(total)*p) / math.Sqrt(float64(total)*p*(1-p)); math.Abs(z) > 4 {
		t.Errorf("integral %v, sampled %v (z = %.1f)", p, float64(wrong)/float64(total), z)
	}
	if free := n.ErrorProbability(m); math.Abs(free-p) < .01 {
		t.Errorf("rectification does not matter here (%v, %v): the test tests nothing", free, p)
	}
}

// Without noise the error is a step; at threshold the neuron is silent.
func TestNoNoise(t *testing.T) {
	t.Parallel()
	w := []float64{1}
	x := []float64{2, .5, 1, 1}
	y := []float64{1, 1, 1, -1} // right; wrong; at threshold: wrong, right
	n, err := noise.New(w, x, y, nil)
	if err != nil {
		t.Fatal(err)
	}
	for mu, want := range []float64{0, 1, 1, 0} {
		if got := n.PatternError(mu, noise.Magnitude{}); got != want {
			t.Errorf("pattern %d: %v, want %v", mu, got, want)
		}
	}
	if got := n.PatternError(3, noise.Magnitude{Out: 1e-300}); got != .5 {
		t.Errorf("at threshold with noise: %v, want 1/2", got)
	}
	if p := n.ErrorProbability(noise.Magnitude{}); p != .5 {
		t.Errorf("error %v, want 1/2", p)
	}
	wrong, total, err := n.SampleRectified(context.Background(), rng.New(rng.NewKey()), noise.Magnitude{}, 3)
	if wrong != 6 || total != 12 || err != nil {
		t.Errorf("sampled %d of %d (%v), want 6 of 12", wrong, total, err)
	}
	// Without weights input noise does nothing, however large.
	silent, err := noise.New([]float64{0}, []float64{3}, []float64{-1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if p := silent.ErrorProbability(noise.Magnitude{In: 1e6}); p != 0 {
		t.Errorf("silent neuron: error %v", p)
	}
}

// Doubling inputs and input noise at half the weights changes nothing.
func TestUnitsOfInputs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		N := rapid.IntRange(1, 8).Draw(t, "N")
		draw := rapid.SliceOfN(rapid.Float64Range(-3, 3), N, N)
		w, x := draw.Draw(t, "w"), draw.Draw(t, "x")
		y := rapid.SampledFrom([]float64{1, -1}).Draw(t, "y")
		in, out := rapid.Float64Range(0, 2).Draw(t, "in"), rapid.Float64Range(0, 2).Draw(t, "out")
		half, twice := make([]float64, N), make([]float64, N)
		for i := range w {
			half[i], twice[i] = w[i]/2, 2*x[i]
		}
		a, errA := noise.New(w, x, []float64{y}, nil)
		b, errB := noise.New(half, twice, []float64{y}, nil)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		pa := a.ErrorProbability(noise.Magnitude{In: in, Out: out})
		pb := b.ErrorProbability(noise.Magnitude{In: 2 * in, Out: out})
		if pa != pb { // powers of two: exact
			t.Fatalf("%v and %v", pa, pb)
		}
		// For a right neuron more noise is worse; for a wrong one it is better.
		more := a.ErrorProbability(noise.Magnitude{In: in, Out: out + .1})
		if margin := a.Margin(0); margin > 0 && more < pa || margin < 0 && more > pa {
			t.Fatalf("margin %v: error %v, with more noise %v", margin, pa, more)
		}
	})
}

func TestRepeatableAndCancelled(t *testing.T) {
	t.Parallel()
	n := random(t, "repeat", 20, 30, true)
	m := noise.Magnitude{In: .4, Out: .2}
	a, _, _ := n.SampleRectified(context.Background(), rng.New(rng.NewKey("k")), m, 50)
	b, _, _ := n.SampleRectified(context.Background(), rng.New(rng.NewKey("k")), m, 50)
	if a != b {
		t.Errorf("the same stream gives %d and %d errors", a, b)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := n.SampleRectified(ctx, rng.New(rng.NewKey("k")), m, 50); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// The bits of both ways. A change here changes results.
func TestGoldenBits(t *testing.T) {
	t.Parallel()
	n := random(t, "golden", 50, 40, false)
	m := noise.Magnitude{In: .4, Out: .2}
	wrong, total, err := n.SampleRectified(context.Background(), rng.New(rng.NewKey("golden")), m, 100)
	got := fmt.Sprint(math.Float64bits(n.ErrorProbability(m)), " ", wrong, " ", total, " ", err)
	if want := "4599446770926691926 1596 5000 <nil>"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	for _, c := range []struct {
		w, x, y, drive []float64
		field          string
	}{
		{[]float64{nan}, []float64{1}, []float64{1}, nil, "weights"},
		{[]float64{1}, []float64{math.Inf(1)}, []float64{1}, nil, "patterns"},
		{[]float64{1}, []float64{1}, []float64{0}, nil, "labels"},
		{[]float64{1}, []float64{1}, []float64{1}, []float64{nan}, "drive"},
	} {
		var bad *noise.InputError
		if _, err := noise.New(c.w, c.x, c.y, c.drive); !errors.As(err, &bad) || bad.Field != c.field {
			t.Errorf("%s: %v", c.field, err)
		}
	}
	for _, m := range []noise.Magnitude{{In: -1}, {Out: nan}, {In: math.Inf(1)}} {
		if m.Validate() == nil {
			t.Errorf("%+v is valid", m)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("shapes that do not fit did not panic")
		}
	}()
	_, _ = noise.New([]float64{1, 2}, []float64{1}, []float64{1}, nil)
}
