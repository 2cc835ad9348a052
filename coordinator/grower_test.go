package coordinator

import (
	"context"
	"math"
	"strings"
	"testing"

	"gardner/coordinator/query"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// noisy has a line that crosses 0 at inner k = 0.3 x, with noise of standard deviation sd, and its mirror image in outer c.
func noisy() *sweeps.Registry {
	return sweeps.NewRegistry(&sweeps.Experiment{
		Name: "noisy", Version: 1, Doc: "for tests",
		Params: []sweeps.Param{
			{Name: "x", Doc: "slope", Kind: sweeps.Number, Default: sweeps.Num(1)},
			{Name: "sd", Doc: "noise", Kind: sweeps.Number, Default: sweeps.Num(0)},
			{Name: "c", Doc: "outer place", Kind: sweeps.Number, Default: sweeps.Num(0)},
			{Name: "k", Doc: "inner place", Kind: sweeps.Number, Default: sweeps.Num(0), Inner: true},
		},
		Metrics: []sweeps.Metric{{Name: "m", Doc: "height over k"}, {Name: "o", Doc: "height over c"}},
		Run: func(_ context.Context, t *sweeps.Task) ([]sweeps.Row, error) {
			x, noise := t.Outer.Num("x"), t.Outer.Num("sd")*t.Stream("noise").Norm()
			rows := make([]sweeps.Row, len(t.Inner))
			for i, p := range t.Inner {
				rows[i].Cells = []sweeps.Cell{sweeps.Val(p.Num("k") - 0.3*x + noise), sweeps.Val(0.7*x - p.Num("c") + noise)}
			}
			return rows, nil
		},
	})
}

// grown runs a sweep to its end and returns the estimates of a metric.
func grown(t *testing.T, h *house, reg *sweeps.Registry, name, metric string) *query.Estimates {
	t.Helper()
	h.await(name)
	es, err := query.EstimateAll(t.Context(), h.c.Store(), reg, name, metric)
	if err != nil {
		t.Fatal(err)
	}
	return es
}

// Points are given replicates until their mean is known as well as was asked for: none where there is no noise, the
// largest number where even that is not enough, between them where it is.
func TestReplicatesAreAddedWhereTheyAreNeeded(t *testing.T) {
	t.Parallel()
	reg := noisy()
	h := newHouse(t, reg)
	var log counter
	stop := work(t, h.c.Target(), reg, 2, &log)
	const yaml = "name: a\nexperiment: noisy\ngrid: {sd: [0, 1, 10], k: [0, 1]}\nreplicates: {min: 20, max: 500, until: {m: 0.125}}\n"
	h.submit([]byte(yaml))
	const half = 0.125
	seen := map[float64]int64{}
	for _, e := range grown(t, h, reg, "a", "m").Points {
		sd, _ := e.At[0].Number()
		seen[sd] = e.N
		if known := e.HalfWidth <= half; known != (e.N < 500) {
			t.Errorf("sd %g: known within %g by %d", sd, e.HalfWidth, e.N)
		}
	}
	if seen[0] != 20 || seen[10] != 500 || seen[1] < 150 || seen[1] > 450 { // (1.96/0.125)^2 = 246, in steps of a half
		t.Errorf("replicates: %v", seen)
	}
	runs := log.total()
	before := h.raw("a")

	// Asked for again, also by another process, it has all.
	stop()
	h.close()
	h.open()
	stop = work(t, h.c.Target(), reg, 1, &log)
	r := h.submit([]byte(yaml))
	if s := h.await("a"); !r.Unchanged || r.Tasks != r.Stored || s.Tasks != r.Tasks || h.raw("a") != before || log.total() != runs {
		t.Errorf("again: %v, %v, %d runs, then %d", r, s, runs, log.total())
	}
	// A looser one takes what it needs, without computing.
	loose := h.submit([]byte(strings.Replace(strings.Replace(yaml, "name: a", "name: b", 1), "0.125", "0.25", 1)))
	if s := h.await("b"); s.Tasks >= r.Tasks || loose.Tasks != loose.Stored || log.total() != runs {
		t.Errorf("a looser one: %v, %d runs more", s, log.total()-runs)
	}
	// More is possible than was allowed.
	if _, err := h.c.Control().Extend(t.Context(), &gardnerv1.ExtendRequest{Sweep: "a", Add: []string{"replicates=600"}}); err != nil {
		t.Fatal(err)
	}
	for _, e := range grown(t, h, reg, "a", "m").Points {
		if sd, _ := e.At[0].Number(); sd == 10 && e.N != 600 {
			t.Errorf("extended: %d replicates", e.N)
		}
	}
	stop()
}

// Values are added around crossings, of an inner axis and of an outer one, with the replicates that the point has.
func TestCrossingsAreRefined(t *testing.T) {
	t.Parallel()
	reg := noisy()
	h := newHouse(t, reg)
	stop := work(t, h.c.Target(), reg, 2, &counter{})
	h.submit([]byte("name: inner\nexperiment: noisy\ngrid: {x: [1, 2], k: [0, 1, 2]}\nreplicates: 3\nrefine: {axis: k, crossing: m=0, to: 0.01}\n"))
	h.submit([]byte("name: outer\nexperiment: noisy\ngrid: {x: [1, 2], c: [0, 1, 2], k: [0, 1]}\nreplicates: 3\nrefine: {axis: c, crossing: o=0, to: 1%}\n"))
	h.submit([]byte("name: both\nexperiment: noisy\nparams: {sd: 0.2}\ngrid: {x: [1, 2], k: [0, 1, 2]}\nreplicates: {min: 10, max: 200, until: {m: 0.05}}\nrefine: {axis: k, crossing: m=0, to: 0.05}\n"))
	for _, v := range []struct {
		sweep, metric, axis string
		at                  float64 // of x = 1
		to                  func(x float64) float64
	}{
		{"inner", "m", "k", 0.3, func(float64) float64 { return 0.01 }},
		{"outer", "o", "c", 0.7, func(x float64) float64 { return 0.01 * x }},
		{"both", "m", "k", 0.3, func(float64) float64 { return 0.05 }},
	} {
		es := grown(t, h, reg, v.sweep, v.metric)
		count := map[float64]int{}
		low, high := map[float64]float64{}, map[float64]float64{}
		for _, e := range es.Points {
			values := map[string]float64{}
			for i, name := range es.Params {
				values[name], _ = e.At[i].Number()
			}
			x, at := values["x"], values[v.axis]
			if _, ok := low[x]; !ok {
				low[x], high[x] = math.Inf(-1), math.Inf(1)
			}
			if count[x]++; (e.Mean < 0) == (v.metric == "m") {
				low[x] = max(low[x], at)
			} else {
				high[x] = min(high[x], at)
			}
			if v.sweep == "both" && !(e.HalfWidth <= 0.05) {
				t.Errorf("both: x = %g, k = %g known within %g only", x, at, e.HalfWidth)
			}
		}
		for _, x := range []float64{1, 2} {
			want := v.at * x
			if v.sweep == "both" {
				want = (low[x] + high[x]) / 2 // noise moves it
				if math.Abs(want-v.at*x) > 0.15 {
					t.Errorf("both: it crosses at %g, not at %g", want, v.at*x)
				}
			}
			if !(low[x] <= want && want <= high[x]) || high[x]-low[x] > v.to(want)*1.001 || count[x] > 26 {
				t.Errorf("%s: x = %g: between %g and %g after %d values", v.sweep, x, low[x], high[x], count[x])
			}
		}
	}
	stop()
}
