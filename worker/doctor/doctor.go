// Package doctor examines a machine: whether gardner computes here what it computes elsewhere, and whether the disk, the
// memory and the limits are what a coordinator and its workers need.
//
//	for _, f := range doctor.Machine(ctx, "sweeps.db", cacheDir) { fmt.Println(f.Level, f.Name, f.Text) }
package doctor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"gardner/core/fingerprint"
	"gardner/core/linalg"
	"gardner/sweeps"
)

// Level is how good what was found is.
type Level string

// The levels.
const (
	OK   Level = "ok"
	Warn Level = "warn" // it works, but not as well as it could
	Fail Level = "fail" // it does not work
)

// Finding is what was found about one thing, and what to do about it.
type Finding struct {
	Level Level  `json:"level"`
	Name  string `json:"name"`
	Text  string `json:"text"`
}

// Machine examines this machine for a database at db and artefacts in cacheDir ("": they are kept in memory). It takes a
// few seconds and leaves nothing behind.
func Machine(ctx context.Context, db, cacheDir string) []Finding {
	return []Finding{Numerics(), Solver(ctx), openFiles(), commits(filepath.Dir(db)), space("database disk", filepath.Dir(db)), cache(cacheDir)}
}

// Numerics says whether all kernels of this machine give equal bits.
func Numerics() Finding {
	names := make([]string, 0, 4)
	for _, p := range linalg.Paths() {
		names = append(names, p.String())
	}
	slices.Reverse(names)
	kernels := strings.Join(names, ", ")
	if bad := fingerprint.Differing(); len(bad) > 0 {
		return Finding{Fail, "numerics", fmt.Sprintf("the kernels %v give other bits than plain Go: results of this machine must not be mixed with others; please report it with `gardner version`", bad)}
	}
	return Finding{OK, "numerics", fmt.Sprintf("fingerprint %s; equal bits from the kernels %s", fingerprint.Compute(), kernels)}
}

// probe is a task that every build has.
const probe = "name: probe\nexperiment: single-neuron\nparams: {N: 200, alpha: 1}\n"

// maxGap is what a certificate may leave open.
const maxGap = 1e-8

// Solver runs one task and looks at its certificates.
func Solver(ctx context.Context) Finding {
	fail := func(err error) Finding { return Finding{Fail, "solver", err.Error()} }
	registry := sweeps.Builtin()
	spec, err := sweeps.ParseSpec("probe", []byte(probe), registry)
	if err != nil {
		return fail(err)
	}
	blocks, err := spec.Blocks(registry)
	if err != nil {
		return fail(err)
	}
	task, err := blocks[0].TaskAt(registry, 0, nil)
	if err != nil {
		return fail(err)
	}
	start := time.Now()
	rows, err := task.Run(ctx)
	if err != nil {
		return fail(err)
	}
	took := time.Since(start)
	worst := 0.0
	for _, r := range rows {
		worst = max(worst, r.Cells[task.Experiment().Metric(sweeps.GapMetric)].V)
	}
	f := Finding{OK, "solver", fmt.Sprintf("N = P = 200 in %v, certificate gap %.1g; %d cores", took.Round(100*time.Microsecond), worst, runtime.NumCPU())}
	if !(worst <= maxGap) {
		f.Level = Fail
	}
	return f
}

// Times of a commit beyond which a disk is slow, or so slow that something is wrong.
const (
	slowCommit = 20 * time.Millisecond
	trials     = 20
)

// commits measures what making a page durable takes in a folder.
func commits(dir string) Finding {
	const name = "commits"
	f, err := os.CreateTemp(dir, ".gardner-doctor-*")
	if err != nil {
		return Finding{Fail, name, fmt.Sprintf("no file can be made in %s: %v; name another place with --db", dir, err)}
	}
	defer func() { _ = f.Close(); _ = os.Remove(f.Name()) }()
	page := make([]byte, 4096)
	times := make([]time.Duration, trials)
	for i := range times {
		start := time.Now()
		if _, err := f.WriteAt(page, int64(i)*int64(len(page))); err != nil {
			return Finding{Fail, name, err.Error()}
		}
		if err := f.Sync(); err != nil {
			return Finding{Fail, name, fmt.Sprintf("fsync in %s: %v", dir, err)}
		}
		times[i] = time.Since(start)
	}
	slices.Sort(times)
	median := times[len(times)/2]
	found := Finding{OK, name, fmt.Sprintf("a page is durable in %s after %v (median of %d)", dir, median.Round(10*time.Microsecond), trials)}
	if median > slowCommit {
		found.Level = Warn
		found.Text += "; results are committed in groups, so that throughput stays, but answers come late: prefer a local disk"
	}
	return found
}

// minFree is the room below which a disk is nearly full.
const minFree = 1 << 30

func space(name, dir string) Finding {
	free, err := freeBytes(dir)
	if err != nil {
		return Finding{Fail, name, fmt.Sprintf("%s: %v", dir, err)}
	}
	f := Finding{OK, name, fmt.Sprintf("%.1f GB free in %s", float64(free)/1e9, dir)}
	if free < minFree {
		f.Level, f.Text = Warn, f.Text+"; when it is full nothing is acknowledged until there is room again"
	}
	return f
}

func cache(dir string) Finding {
	const name = "artefacts"
	if dir == "" {
		return Finding{Warn, name, "trained networks are kept in memory only: name a folder with --cache"}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Finding{Warn, name, fmt.Sprintf("%v: name another folder with --cache", err)}
	}
	f, err := os.CreateTemp(dir, "tmp-doctor-*")
	if err != nil {
		return Finding{Warn, name, fmt.Sprintf("%v: name another folder with --cache", err)}
	}
	_ = f.Close()
	_ = os.Remove(f.Name())
	return space(name, dir)
}

// manyFiles is how many files a coordinator of some hundred workers opens.
const manyFiles = 4096

func openFiles() Finding {
	const name = "open files"
	n, err := maxOpenFiles()
	switch {
	case err != nil:
		return Finding{Warn, name, err.Error()}
	case n < manyFiles:
		return Finding{Warn, name, fmt.Sprintf("the limit is %d; a coordinator needs one a worker: raise it (ulimit -n, LimitNOFILE)", n)}
	}
	return Finding{OK, name, fmt.Sprintf("the limit is %d", n)}
}
