package sweeps

import (
	"context"
	"fmt"
	"math"

	"gardner/core/linalg"
	"gardner/core/patterns"
	"gardner/core/perceptron"
	"gardner/core/theory"
)

// Histograms of weights have bins of this width, in |w|/sqrt N, up to the border:
// theory's weights have an s.d. between 1 and 2 in that unit.
const (
	weightBinsPerUnit = 5
	weightBins        = 8 * weightBinsPerUnit
)

// weightEdges are the borders of the bins of one type of weights.
func weightEdges(sign float64) []float64 {
	edges := make([]float64, weightBins+1)
	for i := range edges {
		k := i
		if sign < 0 {
			k -= weightBins
		}
		edges[i] = float64(k) / weightBinsPerUnit
	}
	return edges
}

// weights is the experiment behind the paper's distributions of synaptic weights.
func weights() *Experiment {
	const unit = "|w|/sqrt N"
	return &Experiment{
		Name: "weights", Version: 8,
		Doc: "distribution of the weights of a trained neuron, by type, for both solutions",
		Long: `floor(alpha N) random patterns are classified by a neuron with the weights most robust to input
noise (solution A) or to output noise (B). Weights are counted in bins of 0.2 |w|/sqrt N, so that
their mean square is 1 at any N and threshold: excitatory ones from 0 to 8, inhibitory ones from -8
to 0. A bin holds its border nearer to 0, but not the other, and no weight that is exactly 0: those
are the silent fractions. Shares are of all weights of the type, so the bins and the silent
fraction add up to 1, less what lies beyond the last bin (below 1e-4 in theory at the defaults).
Multiply by norm/sqrt N for weights in units of V_th. Rows whose patterns no weights classify have
status infeasible.`,
		Params: append(neuronParams(), loadParam(), solutionParam()),
		Metrics: []Metric{
			{Name: "weights_exc", Doc: "excitatory weights", Unit: unit, Kind: MetricHistogram, Edges: weightEdges(1), Zero: "silent_exc"},
			{Name: "weights_inh", Doc: "inhibitory weights", Unit: unit, Kind: MetricHistogram, Edges: weightEdges(-1), Zero: "silent_inh"},
			{Name: "silent_exc", Doc: "fraction of excitatory weights that are zero"},
			{Name: "silent_inh", Doc: "fraction of inhibitory weights that are zero"},
			{Name: "norm", Doc: "norm |w|/theta of the physical weights", Unit: "1/input"},
			{Name: "kappa_in", Doc: "robustness to input noise, 1/|w|", Unit: "input"},
			{Name: "kappa_out", Doc: "robustness to output noise, 1/theta", Unit: "V_th"},
		},
		Check: checkLoaded,
		Cost: func(outer Point, _ []Point) float64 {
			return solveCost(outer.Num("N"), outer.Num("N")*outer.Num("alpha"))
		},
		Theory: []Theory{
			{Metric: "weights_exc", Name: "theory", Doc: "cut-off normal density, large N", Mass: weightMass(1)},
			{Metric: "weights_inh", Name: "theory", Doc: "cut-off normal density, large N", Mass: weightMass(-1)},
			{Metric: "silent_exc", Name: "theory", Doc: "1 - H(B), large N", Eval: ofNeuron(func(n theory.Neuron, _ theory.Units, p Point) (float64, error) {
				exc, _, err := silentTheory(n, p)
				return exc, err
			})},
			{Metric: "silent_inh", Name: "theory", Doc: "1 - H(-phi B), large N", Eval: ofNeuron(func(n theory.Neuron, _ theory.Units, p Point) (float64, error) {
				_, inh, err := silentTheory(n, p)
				return inh, err
			})},
		},
		Figure: FigureHint{Title: "distribution of weights", Metrics: []string{"weights_exc", "weights_inh"}, Facet: "solution"},
		Run:    runWeights,
	}
}

// orderTheory returns the order parameters of a point's solution.
func orderTheory(n theory.Neuron, p Point) (theory.Order, error) {
	alpha := p.Num("alpha")
	if p.Str("solution") == solutionA {
		return n.OrderIn(alpha)
	}
	if o, err := n.OrderBalanced(alpha); err == nil {
		return o, nil
	}
	u, err := n.Unbalanced(alpha)
	return u.Order, err
}

// weightMass is theory's share of the weights of a type between lo and hi, in
// |w|/sqrt N.
func weightMass(sign int) func(p Point, lo, hi float64) float64 {
	return func(p Point, lo, hi float64) float64 {
		n, u, ok := neuronTheory(p)
		if !ok {
			return math.NaN()
		}
		o, err := orderTheory(n, p)
		if err != nil {
			return math.NaN()
		}
		exc, inh, err := n.WeightDensities(o, math.Sqrt(float64(u.N)), u.N)
		if err != nil {
			return math.NaN()
		}
		if sign < 0 {
			exc = inh
		}
		return exc.Mass(lo, hi)
	}
}

func runWeights(ctx context.Context, t *Task) ([]Row, error) {
	nExc := population(t.Outer).NExc()
	problem, err := t.problem(ctx, patterns.FloorSize(t.Outer.Num("alpha")*t.Outer.Num("N")))
	if err != nil {
		return nil, err
	}
	a, b, err := perceptron.Both(ctx, problem, &perceptron.Options{Engine: t.engine()})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t, err)
	}
	rows := make([]Row, len(t.Inner))
	for i, p := range t.Inner {
		s := a
		if p.Str("solution") == solutionB {
			s = b
		}
		rows[i] = weightsRow(problem, s, nExc)
	}
	return rows, nil
}

func weightsRow(problem *perceptron.Problem, s *perceptron.Solution, nExc int) Row {
	no := Empty()
	if s.Status == perceptron.Infeasible {
		return Row{Status: InfeasibleRow, Cells: []Cell{no, no, no, no, no, no, no}}
	}
	w := s.Weights
	unit := math.Sqrt(linalg.Dot(w, w) / float64(len(w)))
	q := perceptron.Describe(problem, s, nExc)
	return Row{Cells: []Cell{weightHistogram(w[:nExc], unit, 1), weightHistogram(w[nExc:], unit, -1),
		Val(q.SilentExc), Val(q.SilentInh), Val(q.Norm), Val(q.KappaIn), Val(q.KappaOut)}}
}

// weightHistogram counts weights that are not zero in the bins of weightEdges; a
// type without weights has no histogram.
func weightHistogram(w []float64, unit, sign float64) Cell {
	if len(w) == 0 {
		return Empty()
	}
	counts := make([]float64, weightBins)
	for _, x := range w {
		if x == 0 {
			continue
		}
		bin := math.Floor(math.Abs(x) / unit * weightBinsPerUnit)
		if bin >= weightBins {
			continue
		}
		k := int(bin)
		if sign < 0 {
			k = weightBins - 1 - k
		}
		counts[k]++
	}
	return Hist(counts, int64(len(w)))
}
