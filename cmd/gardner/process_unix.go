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

// processorTime is what this process has used so far, on all cores.
func processorTime() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
