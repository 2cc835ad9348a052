package query

import (
	"context"
	"hash/fnv"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"gardner/coordinator/store"
	"gardner/sweeps"
)

// demo is an experiment with every kind of param and metric. Its rows are a pure
// function of point, replicate and seed that needs no computing.
func demo() *sweeps.Experiment {
	return &sweeps.Experiment{
		Name: "demo", Version: 1,
		Params: []sweeps.Param{
			{Name: "N", Kind: sweeps.Integer, Default: sweeps.Num(50), Min: 1, Max: 1e6},
			{Name: "alpha", Unit: "P/N", Kind: sweeps.Number, Default: sweeps.Num(0.5)},
			{Name: "labels", Kind: sweeps.Choice, Default: sweeps.Str("exact"), Choices: []string{"exact", "random"}},
			{Name: "balanced", Kind: sweeps.Bool, Default: sweeps.Truth(true)},
			{Name: "gamma", Kind: sweeps.Number, Default: sweeps.Num(math.Inf(1))},
			{Name: "solution", Kind: sweeps.Choice, Default: sweeps.Str("A"), Choices: []string{"A", "B"}, Inner: true, Treatment: true},
			{Name: "kappa", Unit: "sigma_exc", Kind: sweeps.Number, Default: sweeps.Num(0), Inner: true, Treatment: true},
		},
		Metrics: []sweeps.Metric{
			{Name: "y", Unit: "V_th", Doc: "a number"},
			{Name: "feasible", Kind: sweeps.MetricCount},
			{Name: "profile", Kind: sweeps.MetricVector},
			{Name: "weights", Kind: sweeps.MetricHistogram, Edges: []float64{-1, 0, 1, 3}},
			{Name: "only_b"},
		},
		Theory: []sweeps.Theory{
			{Metric: "y", Name: "theory", Eval: func(p sweeps.Point) float64 { return p.Num("alpha") - p.Num("kappa") }},
			{Metric: "y", Name: "theory (finite N)", Eval: func(p sweeps.Point) float64 { return p.Num("alpha") - p.Num("kappa") + 1/p.Num("N") }},
			{Metric: "feasible", Name: "theory", Eval: func(sweeps.Point) float64 { return 0.5 }},
			{Metric: "only_b", Name: "largest (theory)", Limit: true, Eval: func(sweeps.Point) float64 { return 100 }},
			{Metric: "weights", Name: "theory", Mass: func(_ sweeps.Point, lo, hi float64) float64 { return (hi - lo) / 5 }},
		},
		Run: func(_ context.Context, t *sweeps.Task) ([]sweeps.Row, error) {
			rows := make([]sweeps.Row, len(t.Inner))
			for i, p := range t.Inner {
				rows[i] = demoRow(p, t.Replicate, t.Seed)
			}
			return rows, nil
		},
	}
}

// uniform is a number in [0, 1) that follows from its arguments.
func uniform(p sweeps.Point, replicate int, what string) float64 {
	h := fnv.New64a()
	h.Write([]byte(p.String() + "/" + what))
	x := h.Sum64() + uint64(replicate)*0x9E3779B97F4A7C15
	x ^= x >> 31
	x *= 0xBF58476D1CE4E5B9
	x ^= x >> 29
	return float64(x>>11) / (1 << 53)
}

func demoRow(p sweeps.Point, replicate int, _ uint64) sweeps.Row {
	u := func(what string) float64 { return uniform(p, replicate, what) }
	cells := []sweeps.Cell{
		sweeps.Val(p.Num("alpha") - p.Num("kappa") + u("y") - 0.5),
		sweeps.KofN(int64(u("k")*20), 20),
		sweeps.Vec([]float64{u("v0"), 1e9 + u("v1")}),
		sweeps.Hist([]float64{math.Floor(u("h0") * 10), 3, 0}, 20),
		sweeps.Empty(),
	}
	if p.Str("solution") == "B" {
		cells[4] = sweeps.Val(u("b"))
	}
	status := sweeps.OK
	switch {
	case u("status") < 0.1:
		status = sweeps.InfeasibleRow
		cells[0], cells[1], cells[2], cells[3] = sweeps.Empty(), sweeps.KofN(0, 20), sweeps.Cell{}, sweeps.Cell{}
	case u("status") < 0.15:
		status = sweeps.UndefinedRow
		cells = []sweeps.Cell{sweeps.Empty(), sweeps.Empty(), {}, {}, sweeps.Empty()}
	}
	return sweeps.Row{Status: status, Cells: cells}
}

type fixture struct {
	t   testing.TB
	exp *sweeps.Experiment
	reg *sweeps.Registry
	st  *store.Store
}

type fataler interface {
	Helper()
	Fatal(args ...any)
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	exp := demo()
	st, err := store.Open(filepath.Join(t.TempDir(), "gardner.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return &fixture{t, exp, sweeps.NewRegistry(exp), st}
}

// block stores a block over the given axes.
func (f *fixture) block(t fataler, seed uint64, lo, hi int, axes ...sweeps.Axis) (*sweeps.Block, sweeps.BlockID) {
	t.Helper()
	b, err := sweeps.NewBlock(f.exp, axes, seed, lo, hi)
	if err != nil {
		t.Fatal(err)
	}
	id, err := f.st.AddBlock(b)
	if err != nil {
		t.Fatal(err)
	}
	return b, id
}

// compute stores tasks of a block; mask nil means all rows.
func (f *fixture) compute(t fataler, b *sweeps.Block, id sweeps.BlockID, ordinals []uint64, mask func(ordinal uint64) []int) []store.Outcome {
	t.Helper()
	plan, err := f.exp.Plan(b)
	if err != nil {
		t.Fatal(err)
	}
	var rs []store.Result
	for _, o := range ordinals {
		var m []int
		if mask != nil {
			m = mask(o)
		}
		rows, err := plan.Task(o, m).Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		rs = append(rs, store.Result{Block: id, Ordinal: o, Record: sweeps.EncodeRecord(f.exp, b.Rows(), m, rows)})
	}
	out, err := f.st.AppendWait(rs)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (f *fixture) sweep(t fataler, name string, ids ...sweeps.BlockID) {
	t.Helper()
	if err := f.st.PutSweep(store.SweepRecord{Name: name, Revision: "1", Blocks: ids, State: store.Active}); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) run(t fataler, req Request) *Table {
	t.Helper()
	res, err := Run(f.st, f.reg, req)
	if err != nil {
		t.Fatal(err)
	}
	table, err := res.Table(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func (f *fixture) write(t fataler, req Request, format Format) string {
	t.Helper()
	res, err := Run(f.st, f.reg, req)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := Write(context.Background(), &b, res, format); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func all(b *sweeps.Block) []uint64 {
	out := make([]uint64, b.Tasks())
	for i := range out {
		out[i] = uint64(i)
	}
	return out
}
