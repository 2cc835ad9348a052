package chart

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"gardner/coordinator/figure"
	"gardner/coordinator/store"
	"gardner/sweeps"
)

// toy has a metric y = x N + replicate and its theory x N, drawn per N, and a metric that can be negative.
func toy() *sweeps.Registry {
	return sweeps.NewRegistry(&sweeps.Experiment{
		Name: "toy", Version: 1, Doc: "for tests",
		Params: []sweeps.Param{
			{Name: "x", Doc: "abscissa", Kind: sweeps.Number, Default: sweeps.Num(0)},
			{Name: "N", Doc: "size", Kind: sweeps.Integer, Default: sweeps.Num(1)},
			{Name: "kind", Doc: "text", Kind: sweeps.Choice, Choices: []string{"a", "b"}, Default: sweeps.Str("a")},
		},
		Metrics: []sweeps.Metric{{Name: "y", Doc: "y", Unit: "V_th"}, {Name: "d", Doc: "d"},
			{Name: "h_low", Doc: "h", Unit: "V_th", Kind: sweeps.MetricHistogram, Edges: []float64{-2, -1, 0}, Zero: "d"},
			{Name: "h_high", Doc: "h", Unit: "V_th", Kind: sweeps.MetricHistogram, Edges: []float64{0, 2, 4}},
			{Name: "h_any", Doc: "h", Kind: sweeps.MetricHistogram}},
		Theory: []sweeps.Theory{
			{Metric: "y", Name: "theory", Eval: func(p sweeps.Point) float64 { return p.Num("x") * p.Num("N") }},
			{Metric: "d", Name: "theory", AtPoints: true, Eval: func(p sweeps.Point) float64 { return -p.Num("x") }},
			{Metric: "h_low", Name: "theory", Mass: func(_ sweeps.Point, lo, hi float64) float64 { return (hi - lo) / 4 }},
		},
		Figure: sweeps.FigureHint{Title: "hint", X: "x", Metrics: []string{"y", "d"}, Series: "N", LogY: true},
		Run: func(_ context.Context, t *sweeps.Task) ([]sweeps.Row, error) {
			v := t.Outer.Num("x")*t.Outer.Num("N") + float64(t.Replicate)
			return []sweeps.Row{{Cells: []sweeps.Cell{sweeps.Val(v), sweeps.Val(-t.Outer.Num("x")),
				sweeps.Hist([]float64{1, 2}, 4), sweeps.Hist([]float64{t.Outer.Num("x"), 0}, 4), sweeps.Hist([]float64{1}, 1)}}}, nil
		},
	})
}

// computed is a database with every task of the sweep.
func computed(t *testing.T, yaml string) (*store.Store, *sweeps.Registry) {
	t.Helper()
	registry := toy()
	spec, err := sweeps.ParseSpec("toy.yaml", []byte(yaml), registry)
	if err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(filepath.Join(t.TempDir(), "toy.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	blocks, err := spec.Blocks(registry)
	if err != nil {
		t.Fatal(err)
	}
	record := store.SweepRecord{Name: spec.Name, Revision: spec.Revision(), YAML: spec.YAML(), State: store.Active}
	for _, b := range blocks {
		plan, err := registry.Plan(b)
		if err != nil {
			t.Fatal(err)
		}
		id, err := st.AddBlock(b)
		if err != nil {
			t.Fatal(err)
		}
		record.Blocks = append(record.Blocks, id)
		for o := range b.Tasks() {
			rows, err := plan.Task(o, nil).Run(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			_, err = st.AppendWait([]store.Result{{Block: id, Ordinal: o, Record: sweeps.EncodeRecord(plan.Experiment, plan.Rows(), nil, rows)}})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := st.PutSweep(record); err != nil {
		t.Fatal(err)
	}
	return st, registry
}

const toySweep = `
name: toy
experiment: toy
replicates: 3
grid:
  x: [1, 2, 3]
  N: [10, 20]
  kind: [a, b]
`

// A derived metric is drawn as any other, and the figure says how it was asked for.
func TestDerivedMetrics(t *testing.T) {
	t.Parallel()
	st, registry := computed(t, toySweep)
	f, _, err := Build(t.Context(), st, registry, Request{Sweep: "toy", Columns: []string{"share = y/N", "large=y > 25"}, Where: `kind == "a"`})
	if err != nil {
		t.Fatal(err)
	}
	var points []float64
	for _, p := range f.Panels {
		for _, s := range p.Series {
			points = append(points, s.Points[len(s.Points)-1].Y)
		}
	}
	if want := []float64{3.1, 3.05, 1, 1}; len(f.Panels) != 2 || len(points) != 4 || !near(points, want) {
		t.Errorf("the last points of share and large at N = 10, 20 are %v, want %v", points, want)
	}
	if got := f.Meta[len(f.Meta)-1].Value; got != `--by x,N,kind --metric share,large --where "kind == \"a\"" --column "share = y/N" --column "large=y > 25"` {
		t.Errorf("the query is given as %s", got)
	}
	if _, _, err := Build(t.Context(), st, registry, Request{Sweep: "toy", Columns: []string{"y = y/N"}}); err == nil || !strings.Contains(err.Error(), "means something already") {
		t.Errorf("a name that is taken: %v", err)
	}
}

func near(a, b []float64) bool {
	for i := range a {
		if math.Abs(a[i]-b[i]) > 1e-9 {
			return false
		}
	}
	return len(a) == len(b)
}

func TestBuild(t *testing.T) {
	t.Parallel()
	st, registry := computed(t, toySweep)
	f, numbers, err := Build(context.Background(), st, registry, Request{Sweep: "toy"})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Panels) != 4 { // two metrics, two kinds
		t.Fatalf("%d panels, want 4", len(f.Panels))
	}
	p := f.Panels[0]
	if len(p.Series) != 2 || len(p.Series[0].Points) != 3 || p.Series[1].Points[2].Y != 61 || p.Series[1].Points[2].Err == 0 {
		t.Errorf("series %+v; want y = x N + 1 with a standard error", p.Series)
	}
	if len(p.Lines) != 2 || p.Lines[1].Y[len(p.Lines[1].Y)-1] != 60 || p.Lines[0].Label == "" || p.Lines[1].Label != "" {
		t.Errorf("theory of y: %d lines; want one per N and one entry in the legend", len(p.Lines))
	}
	if d := f.Panels[1]; len(d.Lines) != 1 || d.Lines[0].Style != figure.Ink {
		t.Errorf("theory of d does not depend on N: want one black line, got %+v", d.Lines)
	}
	if y, d := p.Lines[0].X, f.Panels[1].Lines[0].X; len(y) != theoryPoints || len(d) != 3 {
		t.Errorf("theories of y and d have %d and %d points, want all and those of the data", len(y), len(d))
	}
	if !p.Y.Log || f.Panels[1].Y.Log {
		t.Error("y is drawn on a logarithmic axis, d, which is negative, cannot be")
	}
	for _, format := range []string{"svg", "png", "pdf"} {
		if data, err := figure.Draw(f, format, figure.Double); err != nil || len(data) < 1000 {
			t.Errorf("%s: %d bytes, %v", format, len(data), err)
		}
	}
	var out bytes.Buffer
	if err := Summary(context.Background(), &out, numbers); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 4 || !strings.HasPrefix(lines[0], "N=20") || !strings.Contains(lines[3], "61.000 +- 0.577") || !strings.Contains(lines[3], "60.0000") {
		t.Errorf("summary:\n%s", out.String())
	}
}

func TestRequestsOverrule(t *testing.T) {
	t.Parallel()
	st, registry := computed(t, toySweep)
	f, _, err := Build(context.Background(), st, registry, Request{Sweep: "toy", X: "N", Y: []string{"y"}, Series: []string{"x"}, Where: `kind == "a"`})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Panels) != 1 || len(f.Panels[0].Series) != 3 || len(f.Panels[0].Series[0].Points) != 2 {
		t.Errorf("panels %+v", f.Panels)
	}
	f, _, err = Build(context.Background(), st, registry, Request{Sweep: "toy", Facet: "N", Series: []string{"kind"}})
	if err != nil || len(f.Panels) != 4 || !strings.Contains(f.Panels[0].Title, "10") {
		t.Errorf("facets by N: %v, %+v", err, f)
	}
	for _, bad := range []Request{{Sweep: "none"}, {Sweep: "toy", X: "kind"}, {Sweep: "toy", X: "z"}, {Sweep: "toy", Y: []string{"q"}}, {Sweep: "toy", Where: "x >"}} {
		if _, _, err := Build(context.Background(), st, registry, bad); err == nil {
			t.Errorf("%+v was drawn", bad)
		}
	}
}

func TestHeatMaps(t *testing.T) {
	t.Parallel()
	st, registry := computed(t, toySweep+"figure: {x: x, heat: N, y: [y], facet: kind, log: y}\n")
	f, _, err := Build(context.Background(), st, registry, Request{Sweep: "toy"})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Panels) != 3 { // a, b and their difference
		t.Fatalf("%d panels, want 3", len(f.Panels))
	}
	a, d := f.Panels[0].Heat, f.Panels[2].Heat
	if a.Z[1][2] != 61 || a.Theory[1][2] != 60 || a.Min != 11 || a.Max != 61 || len(a.Levels) == 0 || len(a.X) != 3 || len(a.Y) != 2 {
		t.Errorf("heat map %+v; want y = x N + 1 over x and N", a)
	}
	if f.Panels[2].Title != "b − a" || !d.Diverging || d.Z[1][2] != 0 {
		t.Errorf("difference %q %+v", f.Panels[2].Title, d)
	}
	if f.X.Log || !f.Y.Log || f.Y.Name != figure.Symbol("N") {
		t.Errorf("axes %+v and %+v", f.X, f.Y)
	}
	if data, err := figure.Draw(f, "svg", figure.Double); err != nil || len(data) < 1000 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	f, _, err = Build(context.Background(), st, registry, Request{Sweep: "toy", Series: []string{"N"}})
	if err != nil || len(f.Panels) != 2 || f.Panels[0].Heat != nil || f.Panels[0].Y.Log {
		t.Errorf("a request for series: %v, %+v", err, f)
	}
	for _, bad := range []Request{{Sweep: "toy", Heat: "kind"}, {Sweep: "toy", Heat: "x", X: "x"}, {Sweep: "toy", Heat: "N", Series: []string{"N"}}, {Sweep: "toy", Heat: "q"}} {
		if _, _, err := Build(context.Background(), st, registry, bad); err == nil {
			t.Errorf("%+v was drawn", bad)
		}
	}
}

func TestHistograms(t *testing.T) {
	t.Parallel()
	st, registry := computed(t, toySweep)
	f, numbers, err := Build(context.Background(), st, registry, Request{Sweep: "toy", Y: []string{"h_low", "h_high"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Panels) != 12 { // every combination
		t.Fatalf("%d panels, want 12", len(f.Panels))
	}
	p := f.Panels[11]
	if len(p.Histograms) != 2 || p.Histograms[0].Heights[1] != 0.5 || p.Histograms[1].Heights[0] != 3./8 || p.Histograms[0].Err[0] == 0 {
		t.Errorf("histograms %+v", p.Histograms)
	}
	if len(p.Lines) != 1 || len(p.Lines[0].X) != 8 || p.Lines[0].Y[3] != 0.25 {
		t.Errorf("theory %+v; want a density of 1/4 over h_low", p.Lines)
	}
	if len(p.Notes) != 1 || !strings.Contains(p.Notes[0], "-3.000 (-3.000)") || !strings.Contains(p.Title, "= 20") {
		t.Errorf("title %q, notes %q", p.Title, p.Notes)
	}
	if f.X.Name != "h" || f.X.Unit == "" || f.X.Min != -2 || f.X.Max != 4 {
		t.Errorf("axis %+v", f.X)
	}
	if data, err := figure.Draw(f, "svg", figure.Double); err != nil || len(data) < 1000 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	var out bytes.Buffer
	if err := Summary(context.Background(), &out, numbers); err != nil || !strings.Contains(out.String(), "-3.000") || strings.Contains(out.String(), "h_low") {
		t.Errorf("summary (%v):\n%s", err, out.String())
	}
	f, _, err = Build(context.Background(), st, registry, Request{Sweep: "toy", Y: []string{"h_low"}, Series: []string{}, Facet: "kind"})
	if err != nil || len(f.Panels) != 2 || len(f.Panels[0].Lines) != 0 || !strings.Contains(f.Caption, "Pooled over x, N") {
		t.Errorf("facets by kind: %v, %+v", err, f)
	}
	for _, bad := range []Request{{Sweep: "toy", Y: []string{"h_low", "y"}}, {Sweep: "toy", Y: []string{"h_low"}, X: "x"}, {Sweep: "toy", Y: []string{"h_any"}}} {
		if _, _, err := Build(context.Background(), st, registry, bad); err == nil {
			t.Errorf("%+v was drawn", bad)
		}
	}
}

func TestRoundLevels(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		low, high float64
		want      string
	}{{0, 0.5, "[0.1 0.2 0.30000000000000004 0.4]"}, {-0.27, 0.03, "[-0.2 -0.1]"}, {-3, 3, "[-2 -1 1 2]"}, {11, 61, "[20 30 40 50 60]"}} {
		if got := fmt.Sprint(round(c.low, c.high, 5)); got != c.want {
			t.Errorf("between %g and %g: %s, want %s", c.low, c.high, got, c.want)
		}
	}
}

func TestPooledParamsAreSaid(t *testing.T) {
	t.Parallel()
	st, registry := computed(t, strings.Replace(toySweep, "N: [10, 20]", "N: [1, 2, 3, 4, 5, 6, 7, 8, 9]", 1))
	f, _, err := Build(context.Background(), st, registry, Request{Sweep: "toy", Series: []string{"kind"}})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(f.Caption, "Pooled over N") || len(f.Panels[0].Lines) != 0 {
		t.Errorf("caption %q, %d theory lines; want the pooling said and no theory", f.Caption, len(f.Panels[0].Lines))
	}
}
