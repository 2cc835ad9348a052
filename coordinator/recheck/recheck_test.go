package recheck_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"gardner/coordinator/recheck"
	"gardner/sweeps"
)

// drifting is an experiment whose result depends on more than its task, as none may.
func drifting(version int, drift *float64) *sweeps.Experiment {
	return &sweeps.Experiment{Name: "drifting", Version: version, Doc: "x, and more",
		Params:  []sweeps.Param{{Name: "x", Doc: "where", Kind: sweeps.Number, Default: sweeps.Num(0)}},
		Metrics: []sweeps.Metric{{Name: "y", Doc: "height"}},
		Run: func(_ context.Context, t *sweeps.Task) ([]sweeps.Row, error) {
			if *drift < 0 {
				return nil, errors.New("it is broken")
			}
			return []sweeps.Row{{Cells: []sweeps.Cell{sweeps.Val(t.Outer.Num("x") + *drift)}}}, nil
		}}
}

func TestWhatComesOutOtherwiseIsFound(t *testing.T) {
	t.Parallel()
	drift := 0.0
	registry := sweeps.NewRegistry(drifting(1, &drift))
	spec, err := sweeps.ParseSpec("a", []byte("name: a\nexperiment: drifting\ngrid: {x: [1, 2, 3]}\n"), registry)
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := spec.Blocks(registry)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := registry.Plan(blocks[0])
	if err != nil {
		t.Fatal(err)
	}
	rows, err := plan.Task(1, nil).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	record := sweeps.EncodeRecord(plan.Experiment, plan.Rows(), nil, rows)

	c := recheck.New(registry, nil, nil)
	for _, drift = range []float64{0, 1e-9, 0.1, -1} {
		if err := c.Task(t.Context(), blocks[0], 1, record); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Task(t.Context(), blocks[0], 1, record[:len(record)-1]); err != nil {
		t.Fatal(err)
	}
	tally := c.Tally()
	if tally.Equal != 1 || tally.Near != 1 || len(tally.Problems) != 3 || tally.Skipped != 0 || tally.Checked() != 5 {
		t.Errorf("%+v", tally)
	}
	for i, want := range []string{"another one", "it is broken", "not a valid record"} {
		if !strings.Contains(tally.Problems[i], want) || !strings.HasPrefix(tally.Problems[i], blocks[0].ID().Short()+":1: ") {
			t.Errorf("%q does not say %q", tally.Problems[i], want)
		}
	}

	other := recheck.New(sweeps.NewRegistry(drifting(2, &drift)), nil, nil)
	if err := other.Task(t.Context(), blocks[0], 1, record); err != nil || other.Tally().Skipped != 1 {
		t.Errorf("another version: %v, %+v", err, other.Tally())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Task(ctx, blocks[0], 1, record); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}
