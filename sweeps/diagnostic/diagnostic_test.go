package diagnostic

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"gardner/core/perceptron"
	"gardner/sweeps"
)

func task(t *testing.T, reg *sweeps.Registry, experiment string, axes ...sweeps.Axis) *sweeps.Task {
	t.Helper()
	e, err := reg.Lookup(experiment)
	if err != nil {
		t.Fatal(err)
	}
	b, err := sweeps.NewBlock(e, append(axes, sweeps.Numbers("k", 1, 2)), 1, 3, 4)
	if err != nil {
		t.Fatal(err)
	}
	task, err := b.TaskAt(reg, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

func TestRowsArePureFunctions(t *testing.T) {
	t.Parallel()
	reg := Registry()
	for _, name := range []string{"noop", "spin", "fail"} {
		axes := []sweeps.Axis{sweeps.Numbers("x", -5)}
		got, err := task(t, reg, name, axes...).Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		again, err := task(t, Registry(), name, axes...).Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if got[i].Cells[0].V != float64(-5+i+1+3) {
				t.Errorf("%s: sum %v in row %d", name, got[i].Cells[0].V, i)
			}
			for m := range got[i].Cells {
				if got[i].Cells[m].V != again[i].Cells[m].V {
					t.Errorf("%s: two runs differ in row %d, metric %d", name, i, m)
				}
			}
		}
	}
}

func TestSleepTakesItsTimeAndStopsWhenTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		if _, err := task(t, Registry(), "sleep", sweeps.Numbers("ms", 250)).Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(start); got != 250*time.Millisecond {
			t.Errorf("it slept %v", got)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if _, err := task(t, Registry(), "sleep", sweeps.Numbers("ms", 1e6)).Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
	})
}

func TestFailuresAreAsTold(t *testing.T) {
	t.Parallel()
	run := func(how string) error {
		_, err := task(t, Registry(), "fail", sweeps.Values("how", sweeps.Str(how))).Run(context.Background())
		return err
	}
	if err := run("error"); !errors.Is(err, ErrOrdered) {
		t.Errorf("error: %v", err)
	}
	var numerical *perceptron.NumericalError
	if err := run("numerical"); !errors.As(err, &numerical) {
		t.Errorf("numerical: %v", err)
	}
	var panicked *sweeps.PanicError
	if err := run("panic"); !errors.As(err, &panicked) || len(panicked.Stack) == 0 {
		t.Errorf("panic: %v", err)
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if _, err := task(t, Registry(), "fail", sweeps.Values("how", sweeps.Str("hang"))).Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("hang: %v", err)
		}
	})
	flaky := task(t, Registry(), "flaky", sweeps.Numbers("times", 2))
	for try, want := range []bool{false, false, true, true} {
		if _, err := flaky.Run(context.Background()); (err == nil) != want {
			t.Errorf("try %d: %v", try+1, err)
		}
	}
}
