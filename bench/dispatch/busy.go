package main

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"gardner/sweeps"
)

// computed is the processor time that tasks of this process took, occupied the time, both in nanoseconds.
var computed, occupied atomic.Int64

const busyTask = 10 * time.Millisecond

// compute uses ten milliseconds of processor time.
func compute(context.Context, *sweeps.Task) ([]sweeps.Row, error) {
	runtime.LockOSThread() // so that the thread's time is the task's
	defer runtime.UnlockOSThread()
	start, begin, sum := time.Now(), thread(), 0.0
	for thread()-begin < busyTask {
		for i := range 20_000 {
			sum += float64(i)
		}
	}
	computed.Add(int64(thread() - begin))
	occupied.Add(int64(time.Since(start)))
	return []sweeps.Row{{Cells: []sweeps.Cell{sweeps.Val(sum)}}}, nil
}

// thread is the processor time of the calling thread.
func thread() time.Duration {
	var u syscall.Rusage
	const self = 1 // RUSAGE_THREAD
	if syscall.Getrusage(self, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// busy runs a sweep of such tasks.
func busy(tasks int) error {
	yaml := fmt.Appendf(nil, "name: s\nexperiment: busy\ngrid:\n  x: range(1, %d, 1)\nreplicates: 1\nseed: 7\n", max(1, tasks))
	r, inside, err := sweep(yaml, "-role", "busy")
	if err != nil {
		return err
	}
	elapsed := float64(tasks) / r.perSecond
	fmt.Printf("a sweep of %d tasks of 10 ms, %.0f a second: %.1f %% of the processor time used is the tasks', slots run one %.1f %% of the time\n",
		tasks, r.perSecond, 100*inside.cpu/inside.of, 100*inside.time/(2*elapsed))
	return nil
}
