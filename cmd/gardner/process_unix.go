//go:build unix

package main

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

// restart replaces this process by a new one of the same command line; it returns
// only if that fails.
func restart() error {
	path, err := os.Executable()
	if err != nil {
		return fmt.Errorf("restart this worker: %w", err)
	}
	return fmt.Errorf("restart this worker: %w", syscall.Exec(path, os.Args, os.Environ()))
}

// processorTime is what this process and the commands it has waited for have used so far, on all cores.
func processorTime() time.Duration {
	used := time.Duration(0)
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var r syscall.Rusage
		if err := syscall.Getrusage(who, &r); err != nil {
			return 0
		}
		used += time.Duration(r.Utime.Nano() + r.Stime.Nano())
	}
	return used
}
