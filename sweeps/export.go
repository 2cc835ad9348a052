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

// exportNetwork returns the memories and cell types of a task and, where it could be
// trained, the couplings and thresholds of its network.
func exportNetwork(ctx context.Context, t *Task, _ Point) (*data.Export, error) {
	n, _, err := t.trained(ctx)
	if err != nil {
		return nil, err
	}
	m := n.memories
	e := &data.Export{Patterns: data.Matrix(m.P, m.N, m.States), Signs: m.Signs()}
	if n.network == nil {
		return e, nil
	}
	couplings := make([]float64, m.N*m.N)
	for i := range m.N {
		for j := range m.N {
			couplings[i*m.N+j] = n.network.Weight(i, j)
		}
	}
	e.Couplings, e.Thresholds = data.Matrix(m.N, m.N, couplings), n.block.Thresholds
	return e, nil
}

// exportInhibition returns what an architecture of role-of-inhibition was trained on and
// what it learned: the states and averages of all neurons with plastic synapses, the
// common inhibitory input in each memory, and the couplings of a random I population.
func exportInhibition(ctx context.Context, t *Task, _ Point) (*data.Export, error) {
	a, err := t.inhibitionNetwork(ctx)
	if err != nil {
		return nil, err
	}
	m, pop := a.problem.Ensemble, a.problem.Population
	e := &data.Export{Patterns: data.Matrix(m.P, m.N, m.X), Signs: m.Signs, Drive: m.Drive}
	if a.block.Infeasible == nil {
		e.Couplings, e.Thresholds = data.Matrix(a.problem.Trained, m.N, a.block.Weights), a.block.Thresholds
	}
	if c := a.circuit; c != nil {
		e.FromExc, e.FromInh = data.Matrix(pop.NInh, pop.NExc, c.FromExc), data.Matrix(pop.NInh, pop.NInh, c.FromInh)
	}
	return e, nil
}
