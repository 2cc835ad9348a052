package query

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"gardner/coordinator/store"
	"gardner/sweeps"
)

// benchStore holds a million rows: 100 x 100 points, 10 replicates, 10 inner rows.
func benchStore(b *testing.B) *fixture {
	b.Helper()
	exp := &sweeps.Experiment{
		Name: "bench", Version: 1,
		Params: []sweeps.Param{
			{Name: "x", Kind: sweeps.Number, Default: sweeps.Num(0)},
			{Name: "y", Kind: sweeps.Number, Default: sweeps.Num(0)},
			{Name: "k", Kind: sweeps.Number, Default: sweeps.Num(0), Inner: true},
		},
		Metrics: []sweeps.Metric{{Name: "a"}, {Name: "b"}, {Name: "c", Kind: sweeps.MetricCount}},
		Run:     func(context.Context, *sweeps.Task) ([]sweeps.Row, error) { return nil, nil },
	}
	st, err := store.Open(filepath.Join(b.TempDir(), "gardner.db"), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { st.Close() })
	f := &fixture{b, exp, sweeps.NewRegistry(exp), st}
	steps := func(n int) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = float64(i) / 8
		}
		return v
	}
	block, id := f.block(b, 1, 0, 10, sweeps.Numbers("x", steps(100)...), sweeps.Numbers("y", steps(100)...), sweeps.Numbers("k", steps(10)...))
	f.sweep(b, "s", id)
	rows := make([]sweeps.Row, 10)
	var rs []store.Result
	for o := range block.Tasks() {
		for i := range rows {
			v := float64((o*uint64(i+3)*2654435761)%1000003) / 1000
			rows[i].Cells = []sweeps.Cell{sweeps.Val(v), sweeps.Val(v / 3), sweeps.Indicator(v > 500)}
		}
		rs = append(rs, store.Result{Block: id, Ordinal: o, Record: sweeps.EncodeRecord(exp, 10, nil, rows)})
	}
	if _, err := st.AppendWait(rs); err != nil {
		b.Fatal(err)
	}
	return f
}

func BenchmarkMillionRows(b *testing.B) {
	f := benchStore(b)
	for _, c := range []struct {
		name   string
		req    Request
		format Format
	}{
		{"by two axes", Request{By: []string{"x", "y"}, Metrics: []string{"a"}}, CSV},
		{"by two axes, all metrics", Request{By: []string{"x", "y"}}, CSV},
		{"by one axis", Request{By: []string{"k"}, Metrics: []string{"a"}}, CSV},
		{"where on params", Request{By: []string{"x", "y"}, Metrics: []string{"a"}, Where: "x < 3 and k > 0.5"}, CSV},
		{"where on a metric", Request{By: []string{"x", "y"}, Metrics: []string{"a"}, Where: "b > 100"}, CSV},
		{"raw csv", Request{Raw: true}, CSV},
		{"raw parquet", Request{Raw: true}, Parquet},
	} {
		b.Run(c.name, func(b *testing.B) {
			c.req.Sweep = "s"
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for range b.N {
				b.StopTimer()
				if err := os.RemoveAll(CacheDir(f.st.Path())); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				res, err := Run(f.st, f.reg, c.req)
				if err != nil {
					b.Fatal(err)
				}
				if err := Write(context.Background(), io.Discard, res, c.format); err != nil {
					b.Fatal(err)
				}
			}
			runtime.ReadMemStats(&after)
			b.ReportMetric(1e6*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/1e6, "B/row")
		})
	}
}
