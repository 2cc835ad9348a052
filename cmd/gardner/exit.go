package main

import (
	"context"
	"errors"
	"fmt"

	"gardner/sweeps"
)

// The exit codes are a contract with scripts.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2   // bad usage or input
	exitQuarantined = 3   // finished, but some points are quarantined
	exitInterrupted = 130 // resumable
)

// codedError is an error with an exit code; an empty text prints nothing, for
// whatever there was to say has been said.
type codedError struct {
	code int
	err  error
}

func (e *codedError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *codedError) Unwrap() error { return e.err }

// usage marks err as bad usage or input.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return &codedError{exitUsage, err}
}

func usagef(format string, args ...any) error { return usage(fmt.Errorf(format, args...)) }

// exitCode maps an error to the contract's codes.
func exitCode(err error) int {
	var coded *codedError
	var spec *sweeps.SpecErrors
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &coded):
		return coded.code
	case errors.As(err, &spec):
		return exitUsage
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	default:
		return exitFailed
	}
}

// message is what the user reads on standard error.
func message(err error) string {
	var spec *sweeps.SpecErrors
	switch {
	case err == nil || err.Error() == "":
		return ""
	case errors.As(err, &spec):
		return spec.Error() // file:line:column lines, clickable as they are
	case errors.Is(err, context.Canceled) && exitCode(err) == exitInterrupted:
		return "interrupted"
	default:
		return "gardner: " + err.Error()
	}
}
