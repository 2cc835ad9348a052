//go:build unix

package main

import (
	"fmt"
	"os"
	"syscall"
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
