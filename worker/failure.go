package worker

import (
	"context"
	"errors"
	"fmt"

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
	switch {
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
