package coordinator

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gardner/coordinator/client"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// experiments has one experiment, x (outer) and k (inner); before may be nil.
func experiments(version int, before func(ctx context.Context, x, replicate int) error) *sweeps.Registry {
	return lying(version, before, 0)
}

// lying is experiments whose metric is off by so much.
func lying(version int, before func(ctx context.Context, x, replicate int) error, off float64) *sweeps.Registry {
	return sweeps.NewRegistry(&sweeps.Experiment{
		Name: "test", Version: version, Doc: "for tests",
		Params: []sweeps.Param{
			{Name: "x", Doc: "which", Kind: sweeps.Integer, Default: sweeps.Num(0)},
			{Name: "k", Doc: "inner", Kind: sweeps.Number, Default: sweeps.Num(0), Inner: true},
		},
		Metrics: []sweeps.Metric{{Name: "m", Doc: "noise around x + k", Kind: sweeps.MetricNumber}},
		Run: func(ctx context.Context, t *sweeps.Task) ([]sweeps.Row, error) {
			if before != nil {
				if err := before(ctx, t.Outer.Int("x"), t.Replicate); err != nil {
					return nil, err
				}
			}
			noise := t.Stream("noise").Norm()
			rows := make([]sweeps.Row, len(t.Inner))
			for i, p := range t.Inner {
				rows[i].Cells = []sweeps.Cell{sweeps.Val(noise + p.Num("x") + p.Num("k") + off)}
			}
			return rows, nil
		},
	})
}

// file is a sweep of x in 1..n, k in the list, so many replicates.
func file(name string, n int, k string, replicates int) []byte {
	x := make([]string, n)
	for i := range x {
		x[i] = fmt.Sprint(i + 1)
	}
	return fmt.Appendf(nil, "name: %s\nexperiment: test\ngrid:\n  x: [%s]\n  k: [%s]\nreplicates: %d\nseed: 7\n", name, strings.Join(x, ", "), k, replicates)
}

// house is a coordinator on a database file that outlives it.
type house struct {
	t   testing.TB
	db  string
	cfg Config
	c   *Coordinator
}

func newHouse(t testing.TB, registry *sweeps.Registry) *house {
	t.Helper()
	h := &house{t: t, db: filepath.Join(t.TempDir(), "test.db")}
	h.cfg = Config{DB: h.db, Registry: registry, Version: "test", Fingerprint: "f", Heartbeat: time.Second, Settle: -1}
	h.open()
	t.Cleanup(func() { h.close() })
	return h
}

func (h *house) open() {
	h.t.Helper()
	c, err := New(h.cfg)
	if err != nil {
		h.t.Fatal(err)
	}
	h.c = c
}

func (h *house) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := h.c.Close(ctx); err != nil {
		h.t.Error(err)
	}
}

func (h *house) submit(yaml []byte, set ...string) *gardnerv1.SubmitResponse {
	h.t.Helper()
	r, err := h.c.Control().Submit(h.t.Context(), &gardnerv1.SubmitRequest{Yaml: yaml, File: "test.yaml", Set: set})
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

// client reaches the coordinator as a command in its process would.
func (h *house) client() *client.Client {
	h.t.Helper()
	c, err := client.New(h.c.Target())
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = c.Close() })
	return c
}

// await follows a sweep until it has ended and returns the last status.
func (h *house) await(name string) *gardnerv1.SweepStatus {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), time.Minute)
	defer cancel()
	var last *gardnerv1.SweepStatus
	if err := h.client().Follow(ctx, name, time.Second, func(s *gardnerv1.StatusResponse) error {
		last = s.Sweeps[0]
		return nil
	}); err != nil {
		h.t.Fatalf("%v; last %v", err, last)
	}
	return last
}

func (h *house) raw(name string) string {
	h.t.Helper()
	var b bytes.Buffer
	if err := h.client().QueryTo(h.t.Context(), &b, &gardnerv1.QueryRequest{Sweep: name, Raw: true, Format: "csv"}); err != nil {
		h.t.Fatal(err)
	}
	return b.String()
}

// counter is a task log that counts executions.
type counter struct {
	mu   sync.Mutex
	runs map[string]int
}

func (c *counter) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.runs == nil {
		c.runs = map[string]int{}
	}
	c.runs[string(p)]++
	return len(p), nil
}

func (c *counter) total() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.runs {
		n += k
	}
	return n
}
