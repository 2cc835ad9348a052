// Package diagnostic holds experiments that exercise the engine and not the
// science: they do nothing, wait, work, fail, panic or fail at first. Tests and
// benchmarks use them; users' commands do not list them.
//
//	reg := diagnostic.Registry()
//	spec, err := sweeps.ParseSpec("noop.yaml", []byte("name: n\nexperiment: noop\ngrid: {x: 'range(1, 1000)'}\n"), reg)
package diagnostic

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"gardner/core/perceptron"
	"gardner/sweeps"
)

// Registry returns the experiments noop, sleep, spin, fail and flaky. What flaky
// has counted belongs to the registry: another one counts from the start.
func Registry() *sweeps.Registry {
	return sweeps.NewRegistry(noop(), sleep(), spin(), fail(), flaky())
}

// params are x, which spans tasks, and k, which spans rows, with more in between.
func params(more ...sweeps.Param) []sweeps.Param {
	p := []sweeps.Param{{Name: "x", Doc: "any number, one task each", Kind: sweeps.Number, Default: sweeps.Num(0)}}
	p = append(p, more...)
	return append(p, sweeps.Param{Name: "k", Doc: "any number, one row each", Kind: sweeps.Number, Default: sweeps.Num(0), Inner: true, Treatment: true})
}

func metrics() []sweeps.Metric {
	return []sweeps.Metric{
		{Name: "sum", Doc: "x + k + replicate"},
		{Name: "draw", Doc: "a number drawn uniformly from 0 to 1, its own for every k"},
	}
}

// rows is what all of these return: a known number and a random one.
func rows(t *sweeps.Task) []sweeps.Row {
	out := make([]sweeps.Row, len(t.Inner))
	for i, p := range t.Inner {
		out[i].Cells = []sweeps.Cell{
			sweeps.Val(p.Num("x") + p.Num("k") + float64(t.Replicate)),
			sweeps.Val(t.StreamAt("draw", p, "k").Float64()),
		}
	}
	return out
}

// noop returns at once, without even a random stream: what remains is the
// engine's own cost.
func noop() *sweeps.Experiment {
	return &sweeps.Experiment{
		Name: "noop", Version: 1, Doc: "returns at once", Params: params(),
		Metrics: []sweeps.Metric{{Name: "sum", Doc: "x + k + replicate"}},
		Cost:    func(sweeps.Point, []sweeps.Point) float64 { return 1e-7 },
		Run: func(_ context.Context, t *sweeps.Task) ([]sweeps.Row, error) {
			out := make([]sweeps.Row, len(t.Inner))
			for i, p := range t.Inner {
				out[i].Cells = []sweeps.Cell{sweeps.Val(p.Num("x") + p.Num("k") + float64(t.Replicate))}
			}
			return out, nil
		},
	}
}

func milliseconds(doc string) sweeps.Param {
	return sweeps.Param{Name: "ms", Doc: doc, Unit: "ms", Kind: sweeps.Number, Default: sweeps.Num(10), Max: math.Inf(1), MaxOpen: true}
}

func cost(outer sweeps.Point, _ []sweeps.Point) float64 { return outer.Num("ms") / 1e3 }

// sleep waits without using the processor.
func sleep() *sweeps.Experiment {
	return &sweeps.Experiment{
		Name: "sleep", Version: 1, Doc: "waits", Params: params(milliseconds("how long a task waits")), Metrics: metrics(), Cost: cost,
		Run: func(ctx context.Context, t *sweeps.Task) ([]sweeps.Row, error) {
			timer := time.NewTimer(time.Duration(t.Outer.Num("ms") * float64(time.Millisecond)))
			defer timer.Stop()
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-timer.C:
				return rows(t), nil
			}
		},
	}
}

// spin draws random numbers for about as long, give or take the processor: a
// fixed amount of work, so that its result is a pure function.
func spin() *sweeps.Experiment {
	const drawsPerMillisecond = 100_000
	p := params(milliseconds("how long a task works, on a processor that draws 100 million numbers a second"))
	m := append(metrics(), sweeps.Metric{Name: "average", Doc: "mean of the numbers drawn"})
	return &sweeps.Experiment{
		Name: "spin", Version: 1, Doc: "keeps a core busy", Params: p, Metrics: m, Cost: cost,
		Run: func(ctx context.Context, t *sweeps.Task) ([]sweeps.Row, error) {
			s, sum := t.Stream("work"), 0.0
			blocks := int(math.Ceil(t.Outer.Num("ms")))
			for b := range blocks {
				if ctx.Err() != nil {
					return nil, ctx.Err()
				}
				for range drawsPerMillisecond {
					sum += s.Float64()
				}
				t.Report(float64(b+1) / float64(blocks))
			}
			out := rows(t)
			for i := range out {
				out[i].Cells = append(out[i].Cells, sweeps.Val(sum/float64(max(1, blocks)*drawsPerMillisecond)))
			}
			return out, nil
		},
	}
}

// ErrOrdered is the error that a task of `fail` was told to return.
var ErrOrdered = errors.New("failed as told")

// fail fails where x is at least `from`, in the way `how` says.
func fail() *sweeps.Experiment {
	how := sweeps.Param{Name: "how", Doc: "how a task fails", Kind: sweeps.Choice, Default: sweeps.Str("error"),
		Choices: []string{"error", "numerical", "panic", "hang"}}
	from := sweeps.Param{Name: "from", Doc: "tasks with x of at least this fail", Kind: sweeps.Number, Default: sweeps.Num(0)}
	return &sweeps.Experiment{
		Name: "fail", Version: 1, Doc: "fails", Params: params(how, from), Metrics: metrics(),
		Run: func(ctx context.Context, t *sweeps.Task) ([]sweeps.Row, error) {
			if t.Outer.Num("x") < t.Outer.Num("from") {
				return rows(t), nil
			}
			switch t.Outer.Str("how") {
			case "numerical":
				return nil, fmt.Errorf("%s: %w", t, &perceptron.NumericalError{Msg: "failed as told"})
			case "panic":
				panic("panicked as told")
			case "hang":
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return nil, fmt.Errorf("%s: %w", t, ErrOrdered)
		},
	}
}

// flaky fails the first few times a task is tried in this process.
func flaky() *sweeps.Experiment {
	times := sweeps.Param{Name: "times", Doc: "tries of each task that fail before one succeeds", Kind: sweeps.Integer, Default: sweeps.Num(1), Max: 1000}
	var mu sync.Mutex // guards tries
	tries := map[string]int{}
	return &sweeps.Experiment{
		Name: "flaky", Version: 1, Doc: "fails at first", Params: params(times), Metrics: metrics(),
		Run: func(_ context.Context, t *sweeps.Task) ([]sweeps.Row, error) {
			mu.Lock()
			tries[t.String()]++
			n := tries[t.String()]
			mu.Unlock()
			if n <= t.Outer.Int("times") {
				return nil, fmt.Errorf("%s, try %d: %w", t, n, ErrOrdered)
			}
			return rows(t), nil
		},
	}
}
