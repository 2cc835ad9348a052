package page_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gardner/coordinator"
	"gardner/coordinator/httpapi"
	"gardner/coordinator/store"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
	"gardner/worker"
)

// TestScaleVisitors measures what visitors cost a coordinator that holds ten million rows and thousands of failures while
// results come in: nobody, one, fifty who look at the same, fifty who each look at something else. The visitors are a
// process of their own. Sizes are small without `make scale`; what must hold at any size is checked.
func TestScaleVisitors(t *testing.T) {
	if at := os.Getenv("GARDNER_VISIT"); at != "" {
		visit(t, at)
		return
	}
	tasks, visitors, span := uint64(20_000), 4, 300*time.Millisecond
	if os.Getenv("GARDNER_SCALE") != "" {
		tasks, visitors, span = 1_000_000, 50, 15*time.Second
	}
	const failures = 5000
	db := filepath.Join(t.TempDir(), "a.db")
	gate := time.NewTicker(5 * time.Millisecond)
	defer gate.Stop()
	registry := sweeps.NewRegistry(manyRows(gate.C))
	begin := time.Now()
	stored(t, db, registry, tasks, failures)
	t.Logf("%d rows and %d failures stored in %.1f s", 10*tasks, failures, time.Since(begin).Seconds())
	c, err := coordinator.New(coordinator.Config{DB: db, Registry: registry, Fingerprint: "f", Settle: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	server, err := c.ListenHTTP(coordinator.HTTP{Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		ended <- worker.Run(ctx, worker.Config{Target: c.Target(), Registry: registry, Slots: 1, Fingerprint: "f", Grace: 1})
	}()
	defer func() { cancel(); <-ended }()
	begin = time.Now()
	if size := first(t, server); size > 2<<20 {
		t.Errorf("a page of %d bytes", size)
	}
	t.Logf("the first page after %.2f s (its figure comes by events if it takes longer than a page waits)", time.Since(begin).Seconds())
	for _, phase := range []struct {
		name     string
		n, looks int
	}{{"nobody", 0, 0}, {"one visitor", 1, 1}, {"visitors of the same", visitors, 1}, {"visitors of different figures", visitors, visitors}} {
		var end func() string
		if phase.n > 0 {
			end = send(t, server, phase.n, phase.looks)
		}
		time.Sleep(span / 3) // first drawings
		runtime.GC()
		before, start := cpu(), time.Now()
		time.Sleep(span)
		used, took := cpu()-before, time.Since(start).Seconds()
		said := ""
		if end != nil {
			said = end()
		}
		t.Logf("%-30s %2d: %5.1f %% of a core  %s", phase.name, phase.n, 100*used/took, said)
	}
}

// manyRows has ten rows a task and two metrics; tasks are let through at the gate's pace.
func manyRows(gate <-chan time.Time) *sweeps.Experiment {
	number := func(name string, inner bool) sweeps.Param {
		return sweeps.Param{Name: name, Kind: sweeps.Number, Default: sweeps.Num(0), Inner: inner}
	}
	return &sweeps.Experiment{Name: "many", Version: 1, Params: []sweeps.Param{number("x", false), number("y", false), number("k", true)},
		Metrics: []sweeps.Metric{{Name: "a"}, {Name: "b"}},
		Run: func(ctx context.Context, t *sweeps.Task) ([]sweeps.Row, error) {
			select {
			case <-gate:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			return rowsOf(len(t.Inner)), nil
		}}
}

func rowsOf(n int) []sweeps.Row {
	rows := make([]sweeps.Row, n)
	for i := range rows {
		rows[i].Cells = []sweeps.Cell{sweeps.Val(float64(i) / 3), sweeps.Val(float64(i) / 7)}
	}
	return rows
}

// stored makes a database whose sweep s has so many results and failures, and as many tasks left.
func stored(t *testing.T, db string, registry *sweeps.Registry, tasks, failures uint64) {
	t.Helper()
	e, err := registry.Lookup("many")
	if err != nil {
		t.Fatal(err)
	}
	const per = 100 * 20
	yaml := fmt.Sprintf("name: s\nexperiment: many\ngrid:\n  x: range(1, 100, 1)\n  y: range(1, 20, 1)\n  k: range(1, 10, 1)\nreplicates: %d\nfigure: {x: x, series: k}\n", 2*tasks/per)
	c, err := coordinator.New(coordinator.Config{DB: db, Registry: registry, Fingerprint: "f", Settle: -1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Control().Submit(t.Context(), &gardnerv1.SubmitRequest{Yaml: []byte(yaml), File: "s"}); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	id := st.Blocks()[0].ID
	record := sweeps.EncodeRecord(e, 10, nil, rowsOf(10))
	var under sync.WaitGroup
	for at := uint64(0); at < tasks; at += 4096 {
		var batch []store.Result
		for o := at; o < min(at+4096, tasks); o++ {
			batch = append(batch, store.Result{Block: id, Ordinal: o, Record: record})
		}
		under.Add(1)
		st.Append(batch, func(_ []store.Outcome, err error) {
			if err != nil {
				t.Error(err)
			}
			under.Done()
		})
	}
	under.Wait()
	var bad []store.Failure
	for o := range failures {
		bad = append(bad, store.Failure{Block: id, Ordinal: 2*tasks - 1 - o, Attempts: 2, Kind: "error", Message: strings.Repeat("something is wrong ", 20), Worker: "w", Quarantined: true})
	}
	if err := st.PutFailures(bad...); err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
}

// first opens the page once and returns its size.
func first(t *testing.T, server *httpapi.Server) int {
	t.Helper()
	r, err := (&http.Client{Jar: jar(t)}).Get(server.Base() + "/sweeps/s?" + tokenOf(server))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK || !bytes.Contains(body, []byte("4 950 more")) && !bytes.Contains(body, []byte("4950 more")) {
		t.Fatalf("%v: %d\n%.2000s", err, r.StatusCode, body)
	}
	return len(body)
}

func jar(t *testing.T) http.CookieJar {
	t.Helper()
	j, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func tokenOf(server *httpapi.Server) string {
	_, token, _ := strings.Cut(server.URL(httpapi.Read), "?")
	return token
}

// send sends visitors; end calls them back and says what they got.
func send(t *testing.T, server *httpapi.Server, n, looks int) (end func() string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestScaleVisitors$")
	cmd.Env = append(os.Environ(), "GARDNER_VISIT="+server.Base()+"/sweeps/s/events?"+tokenOf(server), fmt.Sprintf("GARDNER_VISITORS=%d %d", n, looks))
	out := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = out, out
	stop, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return func() string {
		t.Helper()
		_ = stop.Close()
		if err := cmd.Wait(); err != nil {
			t.Fatalf("visitors: %v\n%s", err, out)
		}
		said, _, _ := strings.Cut(out.String(), "\n")
		return said
	}
}

// visit is the visitors' process: it follows events until its standard input ends.
func visit(t *testing.T, at string) {
	var n, looks int
	if _, err := fmt.Sscanf(os.Getenv("GARDNER_VISITORS"), "%d %d", &n, &looks); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var mu sync.Mutex // guards the counts
	events, total := map[string]int{}, map[string]int{}
	figures := 0
	var under sync.WaitGroup
	start := time.Now()
	for i := range n {
		under.Go(func() {
			u := at
			if looks > 1 {
				u += "&where=" + url.QueryEscape(fmt.Sprintf("y > %d", i%looks%19))
				u += fmt.Sprintf("&y=%s", []string{"a", "b"}[i/19%2])
				if i >= 38 {
					u += "&log-x=1"
				}
			}
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
			if err != nil {
				panic(err)
			}
			r, err := (&http.Client{Jar: jar(t)}).Do(request)
			if err != nil {
				return
			}
			defer r.Body.Close()
			lines := bufio.NewScanner(r.Body)
			lines.Buffer(nil, 1<<26)
			for lines.Scan() {
				id, ok := strings.CutPrefix(lines.Text(), `data: {"id":"`)
				if !ok {
					continue
				}
				id, _, _ = strings.Cut(id, `"`)
				mu.Lock()
				events[id]++
				total[id] += len(lines.Bytes())
				if id == "figure" && bytes.Contains(lines.Bytes(), []byte("svg")) {
					figures++
				}
				mu.Unlock()
			}
		})
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	cancel()
	under.Wait()
	took := time.Since(start).Seconds()
	sum, parts := 0, []string{}
	for _, id := range []string{"progress", "workers", "failures", "figure", "rows"} {
		sum += total[id]
		if events[id] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d bytes x %.2f/s", id, total[id]/events[id], float64(events[id])/took/float64(n)))
		}
	}
	fmt.Printf("each gets %.1f kB/s: %s; %d of them got a figure\n", float64(sum)/took/float64(n)/1000, strings.Join(parts, ", "), min(figures, n))
}

// cpu is this process's processor time in seconds.
func cpu() float64 {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return float64(r.Utime.Sec+r.Stime.Sec) + float64(r.Utime.Usec+r.Stime.Usec)/1e6
}
