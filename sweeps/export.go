package sweeps

import (
	"context"
	"fmt"

	"gardner/core/patterns"
	"gardner/sweeps/data"
)

// exportSingleNeuron returns the patterns, labels and cell types of a task and,
// where the point is feasible, the physical weights and threshold of its
// solution: the same bits that its row was computed from.
func exportSingleNeuron(ctx context.Context, t *Task, inner Point) (*data.Export, error) {
	problem, err := t.problem(ctx, patterns.FloorSize(t.Outer.Num("alpha")*t.Outer.Num("N")))
	if err != nil {
		return nil, err
	}
	solution := inner.Str("solution")
	s, err := t.solver(ctx, problem).solve(solution)
	if err != nil {
		return nil, fmt.Errorf("solution %s of %s: %w", solution, t, err)
	}
	// Of a data set, the export is in the order of its own columns.
	x, err := unsort(ctx, t, problem.X, problem.N)
	if err != nil {
		return nil, err
	}
	signs, err := unsort(ctx, t, problem.Signs, problem.N)
	if err != nil {
		return nil, err
	}
	e := &data.Export{Patterns: data.Matrix(problem.P, problem.N, x), Labels: problem.Labels, Signs: signs}
	if w, ok := s.Physical(); ok {
		if e.Weights, err = unsort(ctx, t, w, problem.N); err != nil {
			return nil, err
		}
		e.Theta = []float64{s.Theta}
	}
	return e, nil
}
