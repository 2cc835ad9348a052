package query

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"gardner/sweeps"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (rewrite it with -update if that is meant):\n%s", name, got)
	}
}

func goldenFixture(t *testing.T) *fixture {
	f := newFixture(t)
	b, id := f.block(t, 1<<63+5, 2, 6, sweeps.Numbers("N", 50, 100), sweeps.Numbers("gamma", 1, math.Inf(1)),
		sweeps.Values("solution", sweeps.Str("A"), sweeps.Str("B")), sweeps.Numbers("kappa", 0, 0.1))
	f.compute(t, b, id, all(b), nil)
	f.sweep(t, "s", id)
	return f
}

func TestGolden(t *testing.T) {
	t.Parallel()
	f := goldenFixture(t)
	scalars := []string{"y", "feasible", "only_b"}
	for _, c := range []struct {
		name string
		req  Request
		f    Format
	}{
		{"aggregate.csv", Request{Sweep: "s"}, CSV},
		{"aggregate.json", Request{Sweep: "s", Where: "N == 50 and gamma > 10", Metrics: scalars}, JSON},
		{"aggregate.txt", Request{Sweep: "s", By: []string{"solution", "kappa"}, Metrics: scalars}, TableFormat},
		{"raw.csv", Request{Sweep: "s", Raw: true, Where: "replicate == 2"}, CSV},
		{"raw.ndjson", Request{Sweep: "s", Raw: true, Where: "replicate == 2", Metrics: []string{"profile", "y"}}, NDJSON},
		{"raw.txt", Request{Sweep: "s", Raw: true, Where: "replicate == 2", Metrics: scalars}, TableFormat},
		{"nothing.json", Request{Sweep: "s", Where: "N == 7"}, JSON},
	} {
		golden(t, c.name, f.write(t, c.req, c.f))
	}
}

// TestFormatsAgree reads CSV, JSON and Parquet back and compares each value with
// the result itself, bit for bit.
func TestFormatsAgree(t *testing.T) {
	t.Parallel()
	f := goldenFixture(t)
	for _, req := range []Request{{Sweep: "s"}, {Sweep: "s", Raw: true}} {
		want := f.run(t, req)
		records, err := csv.NewReader(strings.NewReader(f.write(t, req, CSV))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var objects []map[string]any
		if err := json.Unmarshal([]byte(f.write(t, req, JSON)), &objects); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(f.write(t, req, NDJSON)), "\n")
		data := f.write(t, req, Parquet)
		file, err := parquet.OpenFile(strings.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		if unit, _ := file.Lookup("unit:y"); req.Raw && unit != "V_th" {
			t.Errorf("unit of y in Parquet: %q", unit)
		}
		if len(records) != len(want.Rows)+1 || len(objects) != len(want.Rows) || len(lines) != len(want.Rows) || int(file.NumRows()) != len(want.Rows) {
			t.Fatalf("rows: CSV %d, JSON %d, NDJSON %d, Parquet %d, want %d", len(records)-1, len(objects), len(lines), file.NumRows(), len(want.Rows))
		}
		columns := parquetRows(t, file)
		for i, name := range file.Schema().Columns() {
			if name[0] != want.Columns[i].Name || records[0][i] != want.Columns[i].Name {
				t.Fatalf("column %d: Parquet %v, CSV %s, want %s", i, name, records[0][i], want.Columns[i].Name)
			}
		}
		for r, row := range want.Rows {
			for i := range row {
				c := want.Columns[i]
				plain := string(appendPlain(nil, c.Kind, &row[i]))
				if records[r+1][i] != plain {
					t.Fatalf("CSV %s: %q, want %q", c.Name, records[r+1][i], plain)
				}
				checkJSON(t, c, &row[i], objects[r][c.Name])
				checkParquet(t, c, &row[i], columns[r][i])
			}
		}
	}
}

func parquetRows(t *testing.T, file *parquet.File) [][][]parquet.Value {
	t.Helper()
	var out [][][]parquet.Value
	rows := parquet.NewReader(file)
	defer rows.Close()
	buf := make([]parquet.Row, 1)
	for {
		n, err := rows.ReadRows(buf)
		if n == 1 {
			byColumn := make([][]parquet.Value, len(file.Schema().Columns()))
			for _, v := range buf[0] {
				byColumn[v.Column()] = append(byColumn[v.Column()], v.Clone())
			}
			out = append(out, byColumn)
		}
		if err != nil || n == 0 {
			return out
		}
	}
}

func checkJSON(t *testing.T, c Column, f *Field, got any) {
	t.Helper()
	ok := false
	switch x := got.(type) {
	case nil:
		ok = f.empty(c.Kind)
	case float64:
		ok = c.Kind == Float && x == f.Num || c.Kind == Int && x == float64(f.Int) || c.Kind == Uint && x == float64(uint64(f.Int))
	case string:
		ok = c.Kind == Text && x == f.Text || c.Kind == Float && x == "inf" && math.IsInf(f.Num, 1)
	case bool:
		ok = c.Kind == Bool && x == (f.Int == 1)
	case []any:
		ok = c.Kind == Vector && len(x) == len(f.Vec)
		for i := range x {
			ok = ok && x[i] == f.Vec[i]
		}
	}
	if !ok {
		t.Fatalf("JSON %s: %v, want %+v", c.Name, got, *f)
	}
}

func checkParquet(t *testing.T, c Column, f *Field, got []parquet.Value) {
	t.Helper()
	var ok bool
	switch {
	case f.empty(c.Kind):
		ok = len(got) == 1 && got[0].IsNull()
	case c.Kind == Vector:
		ok = len(got) == len(f.Vec)
		for i := range got {
			ok = ok && got[i].Double() == f.Vec[i]
		}
	case c.Kind == Float:
		ok = math.Float64bits(got[0].Double()) == math.Float64bits(f.Num)
	case c.Kind == Int:
		ok = got[0].Int64() == f.Int
	case c.Kind == Uint:
		ok = got[0].Uint64() == uint64(f.Int)
	case c.Kind == Bool:
		ok = got[0].Boolean() == (f.Int == 1)
	default:
		ok = string(got[0].ByteArray()) == f.Text
	}
	if !ok {
		t.Fatalf("Parquet %s: %v, want %+v", c.Name, got, *f)
	}
}

func TestNumbersSurviveText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64().Draw(t, "x")
		got, err := strconv.ParseFloat(string(appendNumber(nil, x)), 64)
		if err != nil || math.Float64bits(got) != math.Float64bits(x) && x == x {
			t.Fatalf("%v came back as %v (%v)", x, got, err)
		}
		cell := rapid.StringOf(rapid.SampledFrom([]rune("ab,\"\n\r é"))).Draw(t, "cell")
		records, err := csv.NewReader(bytes.NewReader(append(appendCell([]byte("x,"), []byte(cell)), '\n'))).ReadAll()
		// encoding/csv reads \r\n inside quotes as \n.
		if err != nil || records[0][1] != strings.ReplaceAll(cell, "\r\n", "\n") {
			t.Fatalf("cell %q came back as %q (%v)", cell, records, err)
		}
	})
}

func TestParseFormat(t *testing.T) {
	t.Parallel()
	for _, f := range formats {
		if got, err := ParseFormat(strings.ToUpper(string(f))); err != nil || got != f || f.MediaType() == "" {
			t.Errorf("%s: %v %v", f, got, err)
		}
	}
	var in *InputError
	if _, err := ParseFormat("parket"); !errors.As(err, &in) || !strings.Contains(err.Error(), `"parquet"`) {
		t.Errorf("parket: %v", err)
	}
}

// failingWriter takes some bytes and then no more.
type failingWriter struct{ left int }

var errPipe = errors.New("broken pipe")

func (w *failingWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errPipe
	}
	return len(p), nil
}

func TestWriteErrorsSurface(t *testing.T) {
	t.Parallel()
	f := goldenFixture(t)
	res, err := Run(f.st, f.reg, Request{Sweep: "s", Raw: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range formats {
		if err := Write(context.Background(), &failingWriter{left: 10}, res, format); !errors.Is(err, errPipe) {
			t.Errorf("%s: %v", format, err)
		}
	}
}
