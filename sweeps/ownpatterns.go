package sweeps

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gardner/core/patterns"
	"gardner/core/perceptron"
	"gardner/sweeps/data"
)

// ErrNoSets is returned by tasks that need a data set where nobody can give one.
var ErrNoSets = errors.New("the data set of this task cannot be had here")

// ErrRows says that a data set has fewer patterns than a task wants.
var ErrRows = errors.New("the data set has too few patterns")

// Sets gives the data set of a hash; a worker asks its coordinator.
type Sets func(ctx context.Context, h data.Hash) (*data.Set, error)

// dataParams are the params of experiments on one neuron that take patterns from a
// data set. A sweep file sets them by its section patterns:.
func dataParams() []Param {
	return []Param{
		{Name: "source", Doc: "where patterns come from: random: drawn from the families; file: rows of a data set in random order; marginal: independent inputs with the values of a data set", Kind: Choice,
			Default: Str(patternsRandom), Choices: []string{patternsRandom, patternsFile, patternsMarginal}},
		{Name: "data", Doc: "content hash of the data set; follows from `patterns:` in a sweep file", Kind: Text, Default: Str("")},
		{Name: "independent", Doc: "whether inputs are independent, as theory needs; follows from the data set", Kind: Bool, Default: Truth(true)},
	}
}

// checkData refuses params of data sets that do not go together.
func checkData(p Point) error {
	own := p.Str("source") != patternsRandom
	switch {
	case own != (p.Str("data") != ""):
		return errors.New("source and data go together; a sweep file sets both by its section patterns: {file: x.npy, ...}")
	case p.Str("source") != patternsFile && p.Str("labels") == labelsFile:
		return errors.New("labels = file needs the rows of a data set (source = file)")
	case p.Str("source") == patternsFile && p.Int("min_active") > 0:
		return errors.New("min_active redraws patterns; rows of a data set are taken as they are")
	}
	if own {
		_, err := data.ParseHash(p.Str("data"))
		return err
	}
	return nil
}

// set fetches the data set of a task.
func (t *Task) set(ctx context.Context) (*data.Set, error) {
	h, err := data.ParseHash(t.Outer.Str("data"))
	if err != nil {
		return nil, err
	}
	if t.Sets == nil {
		return nil, fmt.Errorf("%w: %s", ErrNoSets, h)
	}
	return t.Sets(ctx, h)
}

// columns lists a set's inputs, excitatory ones first, else in their order.
func columns(set *data.Set) (order []int, nExc int) {
	for _, sign := range []int8{1, -1} {
		for i, g := range set.Signs {
			if g == sign {
				order = append(order, i)
			}
		}
		if sign > 0 {
			nExc = len(order)
		}
	}
	return order, nExc
}

// rowsProblem takes the first n rows of a data set in the replicate's random order.
// Inputs are sorted, excitatory ones first, as everywhere.
func (t *Task) rowsProblem(ctx context.Context, n int) (*perceptron.Problem, error) {
	set, err := t.set(ctx)
	if err != nil {
		return nil, err
	}
	if n > set.P {
		return nil, fmt.Errorf("%s: %w: it has %d, wanted are %d", t, ErrRows, set.P, n)
	}
	order, nExc := columns(set)
	pop := population(t.Outer)
	if len(order) != set.N || set.N != pop.N || nExc != pop.NExc() {
		return nil, fmt.Errorf("%s: the data set has %d inputs, %d of them excitatory, which is not what the params say", t, set.N, nExc)
	}
	rows := t.Stream("patterns").Perm(set.P)[:n]
	problem := &perceptron.Problem{P: n, N: set.N, X: make([]float64, n*set.N), Signs: pop.Signs(), Gamma: t.Outer.Num("gamma")}
	for mu, row := range rows {
		x, from := problem.X[mu*set.N:(mu+1)*set.N], set.X[row*set.N:(row+1)*set.N]
		for i, column := range order {
			x[i] = from[column]
		}
	}
	if t.Outer.Str("labels") != labelsFile {
		problem.Labels = t.labels(n)
		return problem, nil
	}
	if set.Labels == nil {
		return nil, fmt.Errorf("%s: the data set has no labels", t)
	}
	problem.Labels = make([]float64, n)
	for mu, row := range rows {
		problem.Labels[mu] = set.Labels[row]
	}
	return problem, nil
}

// marginalProblem draws n patterns of independent inputs, each a value that an
// input of its type has somewhere in the data set.
func (t *Task) marginalProblem(ctx context.Context, n int) (*perceptron.Problem, error) {
	set, err := t.set(ctx)
	if err != nil {
		return nil, err
	}
	pop := population(t.Outer)
	exc, inh := set.Marginal(1), set.Marginal(-1)
	if nExc := pop.NExc(); nExc > 0 && len(exc) == 0 || nExc < pop.N && len(inh) == 0 {
		return nil, fmt.Errorf("%s: the data set has no inputs of one of the types", t)
	}
	labels := t.labels(n)
	x, err := pop.ActivePatternsFrom(t.Stream("patterns"), labels, t.Outer.Int("min_active"), exc, inh)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t, err)
	}
	return &perceptron.Problem{P: n, N: pop.N, X: x, Labels: labels, Signs: pop.Signs(), Gamma: t.Outer.Num("gamma")}, nil
}

// labels draws the first n labels of a task.
func (t *Task) labels(n int) []float64 {
	draw := patterns.ExactLabels
	if t.Outer.Str("labels") == "random" {
		draw = patterns.RandomLabels
	}
	return draw(t.Stream("labels"), n, t.Outer.Num("p_out"))
}

// rows returns how many patterns a task's sequence can have.
func (t *Task) rows(ctx context.Context) (int, error) {
	if t.Outer.Str("source") != patternsFile {
		return math.MaxInt, nil
	}
	set, err := t.set(ctx)
	if err != nil {
		return 0, err
	}
	return set.P, nil
}

// unsort gives values of inputs back in the order of the data set's columns; of
// patterns that were drawn it changes nothing.
func unsort[T any](ctx context.Context, t *Task, values []T, width int) ([]T, error) {
	if t.Outer.Str("source") != patternsFile {
		return values, nil
	}
	set, err := t.set(ctx)
	if err != nil {
		return nil, err
	}
	order, _ := columns(set)
	out := make([]T, len(values))
	for at := 0; at < len(values); at += width {
		for i, column := range order {
			out[at+column] = values[at+i]
		}
	}
	return out, nil
}
