package coordinator

import (
	"context"
	"fmt"
	"syscall"
	"testing"

	"gardner/proto/join"
	"gardner/sweeps"
	"gardner/worker"
)

// noop is an experiment that costs nothing but its dispatch.
func noop() *sweeps.Registry {
	rows := []sweeps.Row{{Cells: []sweeps.Cell{sweeps.Val(1)}}}
	return sweeps.NewRegistry(&sweeps.Experiment{
		Name: "test", Version: 1, Doc: "nothing",
		Params:  []sweeps.Param{{Name: "x", Kind: sweeps.Integer, Default: sweeps.Num(0)}, {Name: "k", Kind: sweeps.Number, Default: sweeps.Num(0), Inner: true}},
		Metrics: []sweeps.Metric{{Name: "m"}},
		Run:     func(context.Context, *sweeps.Task) ([]sweeps.Row, error) { return rows, nil },
	})
}

// The whole way of no-op tasks: lease, worker, TLS, validation, synced transaction, acknowledgement.
func BenchmarkDispatch(b *testing.B) {
	for _, batch := range []int{1, 100, 1000} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			for range b.N {
				dispatch(b, batch)
			}
		})
	}
}

func dispatch(b *testing.B, batch int) {
	b.StopTimer()
	reg := noop()
	h := newHouse(b, reg)
	j, err := h.c.Listen("127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	target, err := join.ParseTarget(j.String(), join.Options{})
	if err != nil {
		b.Fatal(err)
	}
	replicates := 200
	if batch == 1 {
		replicates = 30
	}
	tasks := 1000 * replicates
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	before := cpu()
	b.StartTimer()
	h.submit(file("s", 1000, "0", replicates))
	go func() {
		ended <- worker.Run(ctx, worker.Config{Target: target, Registry: reg, Slots: 2, BatchTasks: batch})
	}()
	h.await("s")
	b.StopTimer()
	b.ReportMetric(float64(tasks)*float64(b.N)/b.Elapsed().Seconds(), "tasks/s")
	b.ReportMetric((cpu()-before)/float64(tasks)*1e6, "cpu-us/task")
	cancel()
	if err := <-ended; err != nil {
		b.Error(err)
	}
	h.close()
	b.StartTimer()
}

// cpu is the processor time this process has used, in seconds.
func cpu() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}
