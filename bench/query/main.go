// Command query measures grouping ten million stored rows by two axes: ours from the database, with and without kept
// aggregates, beside pandas or DuckDB reading the same rows from a file. Each is a process of its own, so that its peak
// memory is its own.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"gardner/coordinator/query"
	"gardner/coordinator/store"
	"gardner/sweeps"
)

func main() {
	log.SetFlags(0)
	rows := flag.Int("rows", 10_000_000, "rows to group")
	compare := flag.String("compare", "", "python with pandas (for Parquet with pyarrow or fastparquet) or duckdb")
	measure := flag.String("measure", "", "internal: group this database and say what it took")
	flag.Parse()
	if *measure != "" {
		if err := group(*measure); err != nil {
			log.Fatal(err)
		}
		return
	}
	if err := run(*rows, *compare); err != nil {
		log.Fatal(err)
	}
}

// experiment has 100 x 100 points and 10 inner values.
func experiment() *sweeps.Experiment {
	number := func(name string, inner bool) sweeps.Param {
		return sweeps.Param{Name: name, Kind: sweeps.Number, Default: sweeps.Num(0), Inner: inner}
	}
	return &sweeps.Experiment{Name: "bench", Version: 1, Params: []sweeps.Param{number("x", false), number("y", false), number("k", true)},
		Metrics: []sweeps.Metric{{Name: "a"}, {Name: "b"}, {Name: "c", Kind: sweeps.MetricCount}},
		Run:     func(context.Context, *sweeps.Task) ([]sweeps.Row, error) { return nil, nil }}
}

const perReplicate = 100 * 100 * 10

func run(rows int, python string) error {
	dir, err := os.MkdirTemp("", "gardner-bench-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	db := filepath.Join(dir, "bench.db")
	replicates := max(1, rows/perReplicate)
	if err := fill(db, replicates); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	fmt.Printf("   %d rows, grouped by two axes into 10000 groups, on %d cores\n", replicates*perReplicate, runtime.NumCPU())
	for _, name := range []string{"gardner, from the database", "gardner, aggregates kept"} {
		out, err := exec.Command(self, "-measure", db).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		fmt.Printf("   %-32s %s", name, out)
	}
	if python == "" {
		return nil
	}
	return others(db, dir, python)
}

// fill stores the rows.
func fill(db string, replicates int) error {
	exp := experiment()
	st, err := store.Open(db, store.Options{})
	if err != nil {
		return err
	}
	steps := func(n int) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = float64(i) / 8
		}
		return v
	}
	block, err := sweeps.NewBlock(exp, []sweeps.Axis{sweeps.Numbers("x", steps(100)...), sweeps.Numbers("y", steps(100)...), sweeps.Numbers("k", steps(10)...)}, 1, 0, replicates)
	if err != nil {
		return err
	}
	id, err := st.AddBlock(block)
	if err != nil {
		return err
	}
	if err := st.PutSweep(store.SweepRecord{Name: "s", Revision: "1", Blocks: []sweeps.BlockID{id}, State: store.Active}); err != nil {
		return err
	}
	cells := make([]sweeps.Row, 10)
	var batch []store.Result
	for o := range block.Tasks() {
		for i := range cells {
			v := float64((o*uint64(i+3)*2654435761)%1000003) / 1000
			cells[i].Cells = []sweeps.Cell{sweeps.Val(v), sweeps.Val(v / 3), sweeps.Indicator(v > 500)}
		}
		batch = append(batch, store.Result{Block: id, Ordinal: o, Record: sweeps.EncodeRecord(exp, 10, nil, cells)})
		if len(batch) == 4096 || o+1 == block.Tasks() {
			if _, err := st.AppendWait(batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return st.Close()
}

// group asks once and reports seconds and peak memory.
func group(db string) error {
	st, err := store.Open(db, store.Options{})
	if err != nil {
		return err
	}
	start := time.Now()
	res, err := query.Run(st, sweeps.NewRegistry(experiment()), query.Request{Sweep: "s", By: []string{"x", "y"}, Metrics: []string{"a"}})
	if err != nil {
		return err
	}
	if err := query.Write(context.Background(), io.Discard, res, query.CSV); err != nil {
		return err
	}
	fmt.Printf("%7.2f s  %7.2f CPU-s  %5d MB  (n, mean, sem, interval, five quantiles)\n", time.Since(start).Seconds(), cpu(), peak())
	return st.Close()
}

// cpu is the processor time of this process in seconds, opening the database included.
func cpu() float64 {
	text, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return math.NaN()
	}
	// After the command's closing parenthesis, utime and stime are the 12th and 13th fields, in hundredths.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	user, errUser := strconv.ParseFloat(fields[11], 64)
	system, errSystem := strconv.ParseFloat(fields[12], 64)
	if errUser != nil || errSystem != nil {
		return math.NaN()
	}
	return (user + system) / 100
}

// peak is the process's largest resident memory in MB, less what is the database's mapped file.
func peak() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return -1
	}
	var high, file int64
	for line := range strings.Lines(string(text)) {
		_, _ = fmt.Sscanf(line, "VmHWM: %d", &high)
		_, _ = fmt.Sscanf(line, "RssFile: %d", &file)
	}
	return (high - file) / 1024
}

// script groups the rows by what it is told, if the python can, and says what it took.
const script = `
import resource, sys, time
how, path = sys.argv[1:]
start = time.time()
def grouped(d):
    g = d.groupby(["x", "y"]).a
    g.agg(["count", "mean", "sem"]), g.quantile([.05, .25, .5, .75, .95])
try:
    if how == "DuckDB, Parquet":
        import duckdb
        duckdb.sql(f"select x, y, count(a), avg(a), stddev(a)/sqrt(count(a)), quantile_cont(a, [.05,.25,.5,.75,.95]) from '{path}.parquet' group by x, y").fetchall()
    else:
        import pandas
        if how == "pandas, Parquet":
            grouped(pandas.read_parquet(path + ".parquet", columns=["x", "y", "a"]))
        elif how == "pandas, CSV":
            grouped(pandas.read_csv(path + ".csv", usecols=["x", "y", "a"]))
        else:
            import numpy
            grouped(pandas.DataFrame({c: numpy.fromfile(f"{path}.{c}.doubles") for c in "xya"}, copy=False))
except ImportError as missing:
    print(f"   {how:<32} NOT COMPARED: {str(missing).strip().splitlines()[0][:90]}")
    sys.exit()
took = time.time() - start
used = resource.getrusage(resource.RUSAGE_SELF)
# Not ru_maxrss: that counts the memory of the process that started this one.
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(f"   {how:<32} {took:7.2f} s  {used.ru_utime+used.ru_stime:7.2f} CPU-s  {peak//1024:5d} MB")
`

// doubles is the three columns as pandas holds them in memory: no reader of any format is faster.
const doubles = "pandas, bare doubles (a bound)"

func others(db, dir, python string) error {
	st, err := store.Open(db, store.Options{})
	if err != nil {
		return err
	}
	for _, format := range []query.Format{query.Parquet, query.CSV} {
		res, err := query.Run(st, sweeps.NewRegistry(experiment()), query.Request{Sweep: "s", Raw: true})
		if err != nil {
			return err
		}
		f, err := os.Create(filepath.Join(dir, "rows."+string(format)))
		if err != nil {
			return err
		}
		if err := query.Write(context.Background(), f, res, format); err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	if err := writeDoubles(st, filepath.Join(dir, "rows")); err != nil {
		return err
	}
	if err := st.Close(); err != nil {
		return err
	}
	for _, how := range []string{"DuckDB, Parquet", "pandas, Parquet", "pandas, CSV", doubles} {
		out, err := exec.Command(python, "-c", script, how, filepath.Join(dir, "rows")).CombinedOutput()
		fmt.Print(string(out))
		if err != nil {
			return err
		}
	}
	return nil
}

// writeDoubles writes x, y and a, each into a file.
func writeDoubles(st *store.Store, name string) error {
	res, err := query.Run(st, sweeps.NewRegistry(experiment()), query.Request{Sweep: "s", Raw: true, Metrics: []string{"a"}})
	if err != nil {
		return err
	}
	for _, column := range []string{"x", "y", "a"} {
		f, err := os.Create(name + "." + column + ".doubles")
		if err != nil {
			return err
		}
		w, at := bufio.NewWriter(f), res.Column(column)
		if err := res.Each(context.Background(), func(row []query.Field) error {
			_, err := w.Write(binary.NativeEndian.AppendUint64(w.AvailableBuffer(), math.Float64bits(row[at].Num)))
			return err
		}); err != nil {
			return err
		}
		if err := w.Flush(); err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}
