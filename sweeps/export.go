package sweeps

import (
	"context"
	"fmt"

	"gardner/core/patterns"
	"gardner/core/perceptron"
	"gardner/sweeps/data"
)

// exportSingleNeuron returns the patterns, labels and cell types of a task and,
// where the point is feasible, the physical weights and threshold of its
// solution: the same bits that its row was computed from.
func exportSingleNeuron(ctx context.Context, t *Task, inner Point) (*data.Export, error) {
	problem, err := t.problem(patterns.FloorSize(t.Outer.Num("alpha") * t.Outer.Num("N")))
	if err != nil {
		return nil, err
	}
	a, b, err := perceptron.Both(ctx, problem, &perceptron.Options{Engine: t.engine()})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t, err)
	}
	s := a
	if inner.Str("solution") == solutionB {
		s = b
	}
	e := &data.Export{Patterns: data.Matrix(problem.P, problem.N, problem.X), Labels: problem.Labels, Signs: problem.Signs}
	if w, ok := s.Physical(); ok {
		e.Weights, e.Theta = w, []float64{s.Theta}
	}
	return e, nil
}
