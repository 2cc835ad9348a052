package sweeps

import (
	"context"
	"fmt"
	"math"

	"gardner/core/patterns"
	"gardner/core/perceptron"
	"gardner/core/theory"
)

// singleNeuron reports every quantity of both solutions at a given load.
func singleNeuron() *Experiment {
	only := func(solution string, formula func(n theory.Neuron, u theory.Units, p Point) (float64, error)) func(Point) float64 {
		eval := ofNeuron(formula)
		return func(p Point) float64 {
			if p.Str("solution") != solution {
				return math.NaN()
			}
			return eval(p)
		}
	}
	return &Experiment{
		Name: "single-neuron", Version: 8,
		Doc: "the noise-robust solutions of one neuron at a given load, every quantity",
		Long: `floor(alpha N) random patterns are classified by a neuron with excitatory and inhibitory
afferents, with the weights that are most robust to input noise (solution A: largest kappa_in) or
to output noise (solution B: largest kappa_out, among |w|/theta <= Gamma). Rows whose patterns no
weights classify have status infeasible; they carry feasible = 0, the signed margin (how far from
feasible, at most 0) and the gap of the proof. Margins and weights are in the inputs' own units:
divide kappa_in by sigma_exc, and kappa_out by Gamma sigma_exc, to compare with kappa. For
comparison there are the same without sign constraints (UA, UB), and without signs, norm bound or
theta >= 0 (UF, Gardner's perceptron). UF may have theta <= 0: its physical quantities are empty then.`,
		Params: append(neuronParams(),
			loadParam(),
			anySolutionParam()),
		Metrics: []Metric{
			{Name: "kappa_in", Doc: "robustness to input noise, 1/|w|", Unit: "input"},
			{Name: "kappa_out", Doc: "robustness to output noise, 1/theta", Unit: "V_th"},
			{Name: "norm", Doc: "norm |w|/theta of the physical weights", Unit: "1/input"},
			{Name: "feasible", Doc: "whether weights exist that classify all patterns", Kind: MetricCount},
			{Name: "signed_margin", Doc: "largest attainable kappa_out; at most 0 where infeasible", Unit: "V_th"},
			{Name: "drive_exc", Doc: "mean excitatory input", Unit: "V_th"},
			{Name: "drive_inh", Doc: "mean inhibitory input", Unit: "V_th"},
			{Name: "imbalance", Doc: "imbalance index <w.x>/<sum |w_i| x_i>"},
			{Name: "silent_exc", Doc: "fraction of excitatory weights that are zero"},
			{Name: "silent_inh", Doc: "fraction of inhibitory weights that are zero"},
			{Name: "norm_active", Doc: "whether the norm constraint binds", Kind: MetricCount},
			{Name: "support", Doc: "patterns that hold the solution", Unit: "patterns"},
			{Name: "gap", Doc: "duality gap of the certificate"},
			{Name: "iterations", Doc: "iterations of the solver"},
		},
		Check: checkLoaded,
		Cost: func(outer Point, _ []Point) float64 {
			return solveCost(outer.Num("N"), outer.Num("N")*outer.Num("alpha"))
		},
		Theory: []Theory{
			{Metric: "kappa_in", Name: "theory", Doc: "kappa_in of A, large N",
				Eval: only(solutionA, func(n theory.Neuron, u theory.Units, p Point) (float64, error) {
					k, err := n.KappaIn(p.Num("alpha"))
					return u.KappaIn(k), err
				})},
			{Metric: "kappa_in", Name: "theory (no signs)", Doc: "kappa_in of UA and UF, large N (Gardner 1988)",
				Eval: ofNeuron(func(n theory.Neuron, u theory.Units, p Point) (float64, error) {
					if s := p.Str("solution"); s != solutionUA && s != solutionUF {
						return math.NaN(), nil
					}
					k, err := n.KappaGardner(p.Num("alpha"))
					return u.KappaIn(k), err
				})},
			{Metric: "kappa_out", Name: "theory", Doc: "kappa_out of B, large N: balanced up to alpha_b, unbalanced beyond",
				Eval: only(solutionB, func(n theory.Neuron, u theory.Units, p Point) (float64, error) {
					if k, err := n.KappaBalanced(p.Num("alpha")); err == nil {
						return u.KappaOutBalanced(k), nil
					}
					k, err := n.UnbalancedKappaOut(p.Num("alpha"))
					return u.KappaOutUnbalanced(k), err
				})},
			{Metric: "kappa_out", Name: "finite-N theory", Doc: "kappa_out of B to first order in 1/sqrt N", FiniteN: true,
				Eval: only(solutionB, func(n theory.Neuron, u theory.Units, p Point) (float64, error) {
					return n.KappaOutFinite(p.Num("alpha"), u.N, u.TheoryGamma(), u.CVExc)
				})},
			{Metric: "kappa_out", Name: "finite-N theory (A)", Doc: "kappa_out of A to first order in 1/sqrt N", FiniteN: true,
				Eval: only(solutionA, func(n theory.Neuron, u theory.Units, p Point) (float64, error) {
					return n.KappaOutInFinite(p.Num("alpha"), u.N, u.CVExc)
				})},
			{Metric: "norm", Name: "finite-N theory (A)", Doc: "|w|/theta of A to first order in 1/sqrt N", FiniteN: true,
				Eval: only(solutionA, func(n theory.Neuron, u theory.Units, p Point) (float64, error) {
					w, err := n.NormInFinite(p.Num("alpha"), u.N, u.CVExc)
					return u.Norm(w), err
				})},
			{Metric: "norm", Name: "theory", Doc: "|w|/theta of a balanced B is Gamma",
				Eval: only(solutionB, func(n theory.Neuron, u theory.Units, p Point) (float64, error) {
					_, err := n.KappaBalanced(p.Num("alpha"))
					return u.Gamma, err
				})},
			{Metric: "silent_exc", Name: "theory", Doc: "large N", Eval: ofNeuron(func(n theory.Neuron, _ theory.Units, p Point) (float64, error) {
				exc, _, err := silentTheory(n, p)
				return exc, err
			})},
			{Metric: "silent_inh", Name: "theory", Doc: "large N", Eval: ofNeuron(func(n theory.Neuron, _ theory.Units, p Point) (float64, error) {
				_, inh, err := silentTheory(n, p)
				return inh, err
			})},
		},
		Figure: FigureHint{Title: "robustness against load", X: "alpha", Metrics: []string{"kappa_in", "kappa_out"}, Series: "N", Facet: "solution"},
		Run:    runSingleNeuron,
		Export: exportSingleNeuron,
	}
}

// anySolutionParam is solutionParam with the solutions of unconstrained weights.
func anySolutionParam() Param {
	p := solutionParam()
	p.Doc += "; UA, UB: the same without sign constraints; UF: without signs, norm bound or theta >= 0"
	p.Choices = append(p.Choices, solutionUA, solutionUB, solutionUF)
	return p
}

// solver solves a task's problem at most once for each solution asked for.
type solver struct {
	ctx     context.Context
	options *perceptron.Options
	signed  *perceptron.Problem
	solved  map[string]*perceptron.Solution
}

// problem is what a solution solves: without signs for the U's.
func (s *solver) problem(solution string) *perceptron.Problem {
	if solution == solutionA || solution == solutionB {
		return s.signed
	}
	free := *s.signed
	free.Signs = make([]int8, free.N)
	return &free
}

// solve returns the solution of that name. A and B are solved together, for A starts from B and its bits would depend on
// whether B is wanted.
func (s *solver) solve(solution string) (*perceptron.Solution, error) {
	if have := s.solved[solution]; have != nil {
		return have, nil
	}
	p := s.problem(solution)
	first, second := solutionA, solutionB
	switch solution {
	case solutionUF:
		uf, err := perceptron.FreeThreshold(s.ctx, p, s.options)
		s.solved[solutionUF] = uf
		return uf, err
	case solutionUA, solutionUB:
		first, second = solutionUA, solutionUB
	}
	a, b, err := perceptron.Both(s.ctx, p, s.options)
	s.solved[first], s.solved[second] = a, b
	return s.solved[solution], err
}

func (t *Task) solver(ctx context.Context, p *perceptron.Problem) *solver {
	return &solver{ctx: ctx, options: &perceptron.Options{Engine: t.engine()}, signed: p, solved: map[string]*perceptron.Solution{}}
}

func silentTheory(n theory.Neuron, p Point) (exc, inh float64, err error) {
	if s := p.Str("solution"); s != solutionA && s != solutionB {
		return math.NaN(), math.NaN(), nil
	}
	o, err := orderTheory(n, p)
	if err != nil {
		return 0, 0, err
	}
	exc, inh = n.SilentFractions(o)
	return exc, inh, nil
}

func runSingleNeuron(ctx context.Context, t *Task) ([]Row, error) {
	pop := population(t.Outer)
	problem, err := t.problem(ctx, patterns.FloorSize(t.Outer.Num("alpha")*t.Outer.Num("N")))
	if err != nil {
		return nil, err
	}
	solver := t.solver(ctx, problem)
	rows := make([]Row, len(t.Inner))
	for i, p := range t.Inner {
		solution := p.Str("solution")
		s, err := solver.solve(solution)
		if err != nil {
			return nil, fmt.Errorf("solution %s of %s: %w", solution, t, err)
		}
		rows[i] = singleNeuronRow(perceptron.Describe(solver.problem(solution), s, pop.NExc()), s.Status)
	}
	return rows, nil
}

// singleNeuronRow writes the quantities in the order of the metrics.
func singleNeuronRow(q perceptron.Quantities, s perceptron.Status) Row {
	if s == perceptron.Infeasible {
		no := Empty()
		return Row{Status: InfeasibleRow, Cells: []Cell{no, no, no, Indicator(false), Val(q.SignedMargin), no, no, no, no, no, no,
			no, Val(q.Gap), Val(float64(q.Iterations))}}
	}
	return Row{Cells: []Cell{Val(q.KappaIn), Val(q.KappaOut), Val(q.Norm), Indicator(true), Val(q.SignedMargin),
		Val(q.MeanExc), Val(q.MeanInh), Val(q.Imbalance), Val(q.SilentExc), Val(q.SilentInh), Indicator(q.NormActive),
		Val(float64(q.Support)), Val(q.Gap), Val(float64(q.Iterations))}}
}
