package figure

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gardner/core/theory"
)

// The example figures show the model's theory under test points that are
// labelled as such: theory plus noise.

var neuron = theory.Neuron{FExc: 0.8, Phi: math.Sqrt2, POut: 0.1, Lambda: 1}

func grid(lo, hi float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = lo + (hi-lo)*float64(i)/float64(n-1)
	}
	return out
}

func logGrid(lo, hi float64, n int) []float64 {
	out := grid(math.Log(lo), math.Log(hi), n)
	for i := range out {
		out[i] = math.Exp(out[i])
	}
	return out
}

// curve evaluates theory; what is undefined becomes NaN.
func curve(xs []float64, f func(float64) (float64, error)) []float64 {
	ys := make([]float64, len(xs))
	for i, x := range xs {
		y, err := f(x)
		if err != nil {
			y = math.NaN()
		}
		ys[i] = y
	}
	return ys
}

func testPoints(r *rand.Rand, xs []float64, f func(float64) (float64, error), bias, sd float64) []Point {
	var out []Point
	for _, x := range xs {
		if y, err := f(x); err == nil {
			out = append(out, Point{X: x, Y: y*(1+bias) + sd*r.NormFloat64(), Err: sd})
		}
	}
	return out
}

// plainFigure is quick to make.
func plainFigure() *Figure {
	xs := grid(0, 3, 31)
	return &Figure{X: Axis{Name: Symbol("kappa")}, Y: Axis{Name: Symbol("alpha_in")}, Meta: []Meta{{"query", "capacity --by N,kappa"}, {"seed", "1"}},
		Panels: []Panel{{Lines: []Line{{Label: "theory", X: xs, Y: curve(xs, neuron.CapacityIn)}},
			Series: []Series{{Label: "*N* = 50", Points: []Point{{0.5, 1, 0.1}, {2, 0.3, 0.1}}}}}}}
}

func capacityFigure() *Figure {
	r := rand.New(rand.NewPCG(1, 2))
	ks := grid(0, 3, 121)
	dots := grid(0, 3, 16)
	in := Panel{Title: "input noise"}
	out := Panel{Title: "output noise"}
	for i, n := range []int{50, 100, 200} {
		label := fmt.Sprintf("*N* = %d", n)
		sd := 0.25 / math.Sqrt(float64(n))
		in.Series = append(in.Series, Series{Label: label, Style: i, Points: testPoints(r, dots, neuron.CapacityIn, 1/float64(n), sd)})
		finite := func(k float64) (float64, error) { return neuron.CapacityOutFinite(k, n, 1, 1) }
		out.Series = append(out.Series, Series{Label: label, Style: i, Points: testPoints(r, dots[1:], finite, 0, sd)})
		if n == 200 {
			out.Lines = append(out.Lines, Line{Label: "theory, *N* = 200", X: ks[4:], Y: curve(ks[4:], finite), Dash: Dashed, Style: i})
		}
	}
	in.Lines = append(in.Lines, Line{Label: "theory, *N* → ∞", X: ks, Y: curve(ks, neuron.CapacityIn), Style: Ink})
	out.Lines = append(out.Lines, Line{Label: "theory, *N* → ∞", X: ks, Y: curve(ks, neuron.CapacityBalanced), Style: Ink})
	return &Figure{
		Title: "Capacity against margin", Caption: "Test points: theory plus noise. *f*_{exc} = 0.8, *p*_{out} = 0.1, exponential and gamma inputs, *Γ* = 1, 40 replicates; bars are standard errors.",
		X:      Axis{Name: "margin " + Symbol("kappa"), Unit: Symbol("sigma_exc")},
		Y:      Axis{Name: "capacity " + Symbol("alpha"), Unit: Symbol("P/N")},
		Panels: []Panel{in, out},
		Meta:   []Meta{{"query", "capacity --by N,kappa"}, {"seed", "1"}, {"version", "test"}},
	}
}

// singleFigure is one panel whose upper right corner is free for the legend.
func singleFigure() *Figure {
	f := capacityFigure()
	f.Title, f.Caption = "", ""
	f.Panels = f.Panels[:1]
	f.Panels[0].Title = ""
	return f
}

// robustnessFigure has a logarithmic axis, three kinds of theory line and no
// free corner.
func robustnessFigure() *Figure {
	r := rand.New(rand.NewPCG(3, 4))
	alphas, coarse := grid(0.05, 1.99, 300), grid(0.05, 1.96, 50)
	dots := grid(0.1, 1.9, 10)
	p := Panel{Lines: []Line{
		{Label: "theory " + Symbol("kappa_in"), X: alphas, Y: curve(alphas, neuron.KappaIn), Style: 0},
		{Label: "theory " + Symbol("kappa_balanced"), X: alphas, Y: curve(alphas, neuron.KappaBalanced), Style: 1},
	}}
	for i, n := range []int{100, 400} {
		out := func(a float64) (float64, error) { return neuron.KappaOutFinite(a, n, 1, 1) }
		own := func(a float64) (float64, error) { return neuron.KappaOutInFinite(a, n, 1) }
		p.Lines = append(p.Lines, Line{Label: fmt.Sprintf("theory, *N* = %d", n), X: coarse, Y: curve(coarse, out), Dash: Dash(i + 1), Style: 1})
		for k, c := range []struct {
			label string
			f     func(float64) (float64, error)
		}{{"A: *κ*_{in}", neuron.KappaIn}, {"B: *κ*_{out}", out}, {"A: *κ*_{out}", own}} {
			p.Series = append(p.Series, Series{Label: fmt.Sprintf("%s, *N* = %d", c.label, n), Style: k, Open: i == 0, Points: testPoints(r, dots, c.f, 0, 0.002)})
		}
	}
	return &Figure{Title: "Robustness against load", Panels: []Panel{p},
		X: Axis{Name: "load " + Symbol("alpha"), Unit: Symbol("P/N")},
		Y: Axis{Name: "margin", Log: true, Min: 1e-3, Max: 5}}
}

// scalingFigure is a log-log plot of three panels with their own y axes.
func scalingFigure() *Figure {
	r := rand.New(rand.NewPCG(5, 6))
	ns := logGrid(50, 2000, 60)
	var panels []Panel
	for _, m := range []struct {
		name string
		f    func(n int) (float64, error)
	}{
		{"norm", func(n int) (float64, error) { return neuron.NormInFinite(1, n, 1) }},
		{"kappa_out", func(n int) (float64, error) { return neuron.KappaOutInFinite(1, n, 1) }},
		{"kappa_in", func(int) (float64, error) { return neuron.KappaIn(1) }},
	} {
		y := Axis{Name: Symbol(m.name), Log: true}
		at := func(n float64) (float64, error) { return m.f(int(n)) }
		pts := testPoints(r, []float64{50, 100, 200, 400, 1000, 2000}, at, 0, 0.002)
		panels = append(panels, Panel{Y: &y, Series: []Series{{Label: "A", Points: pts}},
			Lines: []Line{{Label: "theory, finite *N*", X: ns, Y: curve(ns, at), Dash: Dashed, Style: 0}}})
	}
	return &Figure{Title: "Scaling with size", X: Axis{Name: Symbol("N"), Log: true}, Panels: panels}
}

// weightsFigure has histograms with the theory's density over them.
func weightsFigure() *Figure {
	order, err := neuron.OrderBalanced(1)
	if err != nil {
		panic(err)
	}
	exc, inh, err := neuron.WeightDensities(order, 1, 200)
	if err != nil {
		panic(err)
	}
	var panels []Panel
	for i, d := range []theory.WeightDensity{exc, inh} {
		lo, hi := 0.0, 3.2*d.Scale
		if d.Sign < 0 {
			lo, hi = -hi, -lo
		}
		h := Histogram{Label: []string{"excitatory", "inhibitory"}[i], Edges: grid(lo, hi, 25), Style: i}
		for k := 1; k < len(h.Edges); k++ {
			width := h.Edges[k] - h.Edges[k-1]
			h.Heights = append(h.Heights, d.Mass(h.Edges[k-1], h.Edges[k])/width*(1+0.05*math.Sin(float64(7*k))))
			h.Err = append(h.Err, 0.03*h.Heights[k-1])
		}
		xs := grid(lo, hi, 200)
		ys := make([]float64, len(xs))
		for k := range xs {
			ys[k] = d.At(xs[k])
		}
		y := Axis{Name: "density", Unit: "1/weight"}
		x := Axis{Name: "weight *w*", Unit: Symbol("V_th") + "/" + Symbol("sigma_exc")}
		panels = append(panels, Panel{X: &x, Y: &y, Histograms: []Histogram{h}, Lines: []Line{{Label: "theory", X: xs, Y: ys, Style: Ink}},
			Notes: []string{fmt.Sprintf("silent: %.3f", d.Silent+0.004), fmt.Sprintf("theory: %.3f", d.Silent)}})
	}
	return &Figure{Title: "Weights of solution B at *α* = 1", Panels: panels}
}

// noiseFigure has heat maps with contours over two logarithmic axes.
func noiseFigure() *Figure {
	xs, ys := logGrid(0.01, 3, 28), logGrid(0.003, 3, 24)
	h := func(x float64) float64 { return math.Erfc(x/math.Sqrt2) / 2 }
	at := func(in, out float64) func(x, y float64) float64 {
		return func(x, y float64) float64 { return h(1 / math.Hypot(x/in, y/out)) }
	}
	a, b := at(0.6, 0.02), at(0.45, 0.5)
	panel := func(title string, f func(x, y float64) float64, diverging bool) Panel {
		m := &HeatMap{X: xs, Y: ys, Name: "error probability", Levels: []float64{0.05, 0.2, 0.4}, Max: 0.5}
		if diverging {
			m.Diverging, m.Name, m.Levels, m.Max = true, "difference A − B", []float64{0.1, 0.3}, 0
		}
		for _, y := range ys {
			row := make([]float64, len(xs))
			for i, x := range xs {
				row[i] = f(x, y)
			}
			m.Z = append(m.Z, row)
		}
		m.Z[2][3] = math.NaN()
		return Panel{Title: title, Heat: m}
	}
	return &Figure{Columns: 3, X: Axis{Name: Symbol("sigma_in"), Log: true}, Y: Axis{Name: Symbol("sigma_out"), Log: true},
		Panels: []Panel{panel("A", a, false), panel("B", b, false), panel("A − B", func(x, y float64) float64 { return a(x, y) - b(x, y) }, true)}}
}
