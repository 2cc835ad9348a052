//go:build !unix

package main

import (
	"errors"
	"time"
)

var started = time.Now()

// restart would replace this process; here its supervisor must.
func restart() error { return errors.New("this worker must be started again") }

// processorTime is the time since the start, for want of better.
func processorTime() time.Duration { return time.Since(started) }
