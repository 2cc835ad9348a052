package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gardner/core/curve"
	"gardner/core/perceptron"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// classify decides what a task's error means for its task: numerical errors are
// the same everywhere, others may be the machine's.
func classify(err error) (gardnerv1.FailureKind, string) {
	var numerical *perceptron.NumericalError
	var onCurve *curve.NumericalError
	var panicked *sweeps.PanicError
	var late *timeoutError
	switch {
	case errors.As(err, &late):
		return gardnerv1.FailureKind_FAILURE_KIND_TIMEOUT, err.Error()
	case errors.As(err, &numerical), errors.As(err, &onCurve):
		return gardnerv1.FailureKind_FAILURE_KIND_NUMERICAL, err.Error()
	case errors.As(err, &panicked):
		return gardnerv1.FailureKind_FAILURE_KIND_PANIC, fmt.Sprintf("%s\n%s", err, panicked.Stack)
	case errors.Is(err, context.DeadlineExceeded):
		return gardnerv1.FailureKind_FAILURE_KIND_TIMEOUT, err.Error()
	default:
		return gardnerv1.FailureKind_FAILURE_KIND_ERROR, err.Error()
	}
}

// timeoutError is the error of a task whose time was up.
type timeoutError struct {
	limit time.Duration
	err   error
}

func (e *timeoutError) Error() string {
	return fmt.Sprintf("it did not end within the limit of %v: %v", e.limit, e.err)
}

func (e *timeoutError) Unwrap() error { return e.err }
