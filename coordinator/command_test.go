package coordinator

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gardner/coordinator/query"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
	"gardner/worker"
)

// ownSweep is a sweep as a person's files come to it: with their contents.
const ownSweep = `name: own
experiment:
  command: [double]
  params: {x: 1}
  metrics: [y]
  theory: {y: 2*x}
  files: {program.txt: "y = 2 x"}
grid: {x: [%s]}
replicates: 3
`

// Programs run only where they may, and only the one that may where that is said; the rest of the machinery does not know
// of them: restart, extension, reuse and queries are as for any experiment.
func TestCommandsRunWhereTheyMay(t *testing.T) {
	t.Parallel()
	reg := sweeps.Builtin()
	h := newHouse(t, reg)
	submit := func(values string) *gardnerv1.SubmitResponse { return h.submit(fmt.Appendf(nil, ownSweep, values)) }
	submit("1, 2, 3")
	spec, err := sweeps.ParseSpec("own.yaml", fmt.Appendf(nil, ownSweep, "1"), sweeps.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	own, err := spec.Declared(sweeps.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	var runs atomic.Int64
	program := func(_ context.Context, call *sweeps.CommandCall) ([]byte, error) {
		runs.Add(1)
		var in struct{ Params struct{ X float64 } }
		if err := json.Unmarshal(call.Input, &in); err != nil {
			return nil, err
		}
		return fmt.Appendf(nil, `{"y": %g}`, 2*in.Params.X), nil
	}
	serve := func(commands sweeps.Commands, only *sweeps.Experiment) (stop func()) {
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() {
			ended <- worker.Run(ctx, worker.Config{Target: h.c.Target(), Registry: sweeps.Builtin(), Slots: 1, Fingerprint: "f",
				Commands: commands, OnlyCommand: only, MaxBackoff: 50 * time.Millisecond})
		}()
		return func() {
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("worker: %v", err)
			}
		}
	}
	// Neither without leave nor with leave for another program.
	stops := []func(){serve(nil, nil), serve(program, &sweeps.Experiment{Name: "command-0123456789abcdef", Version: 1})}
	time.Sleep(300 * time.Millisecond)
	r, err := h.c.Control().Status(t.Context(), &gardnerv1.StatusRequest{Sweep: "own"})
	if err != nil {
		t.Fatal(err)
	}
	if s := r.Sweeps[0]; s.Done != 0 || s.Failed != 0 || s.Leased != 0 || len(r.Workers) != 2 {
		t.Errorf("without leave: %v", r)
	}
	stops = append(stops, serve(program, own))
	if s := h.await("own"); s.Done != 9 || s.Failed != 0 {
		t.Errorf("with leave: %v", s)
	}
	for _, stop := range stops {
		stop()
	}
	// After a restart the program comes with the block; only what is new runs.
	h.close()
	h.cfg.Registry = sweeps.Builtin()
	h.open()
	if r := submit("1, 2, 3, 4"); r.Stored != 9 {
		t.Errorf("wider: %v", r)
	}
	stop := serve(program, nil)
	h.await("own")
	stop()
	if n := runs.Load(); n != 12 {
		t.Errorf("%d runs of 12 tasks", n)
	}
	result, err := query.Run(h.c.st, h.cfg.Registry, query.Request{Sweep: "own", By: []string{"x"}})
	if err != nil {
		t.Fatal(err)
	}
	table, err := result.Table(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n := len(table.Rows); n != 4 {
		t.Errorf("%d rows for 4 points", n)
	}
	if raw := h.raw("own"); !strings.Contains(raw, ",8\n") || strings.Count(raw, "\n") != 13 {
		t.Errorf("rows:\n%s", raw)
	}
}
