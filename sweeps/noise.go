package sweeps

import (
	"context"
	"fmt"
	"math"

	"gardner/core/noise"
	"gardner/core/patterns"
	"gardner/core/perceptron"
	"gardner/core/theory"
)

// noiseGrid is the experiment behind the paper's comparison of both solutions
// under both noises: trained once, a neuron is tried at every noise magnitude.
func noiseGrid() *Experiment {
	magnitude := func(name, doc, unit string) Param {
		return Param{Name: name, Doc: doc, Unit: unit, Kind: Number, Default: Num(0.1), Min: 0, Max: math.MaxFloat64, Inner: true, Treatment: true}
	}
	return &Experiment{
		Name: "noise", Version: 8,
		Doc: "error probability of a trained neuron under input and output noise, for both solutions",
		Long: `A neuron that classifies floor(alpha N) random patterns, with the weights most robust to input
noise (solution A) or to output noise (B), is shown the patterns again with noise:

    V = sum_i w_i (x_i + sigma_in n_i) + sigma_out n,    active if V > V_th = 1,

n and n_i standard normal. Its error, averaged over patterns, is exact: H(margin/s.d. of V). With
rectified = true no noisy input can be negative, max(0, x_i + sigma_in n_i), and the error is
sampled, with trials presentations of each pattern. Only balanced weights survive both noises:
small weights (A) suffer from output noise, large ones from input noise. The neuron is trained once
for all noises. Rows whose patterns no weights classify have status infeasible; where gamma = inf
and theta = 0, so that no weights in units of V_th exist, the status is undefined.`,
		Params: append(neuronParams(), loadParam(),
			Param{Name: "rectified", Doc: "noisy inputs below 0 count as 0; errors are sampled", Kind: Bool, Default: Truth(false), Treatment: true},
			Param{Name: "trials", Doc: "presentations of each pattern at each noise, if rectified", Kind: Integer, Default: Num(20), Min: 1, Max: 1e6, Treatment: true},
			solutionParam(),
			magnitude("sigma_in", "standard deviation of the noise of each input", "input"),
			magnitude("sigma_out", "standard deviation of the noise of the potential", "V_th")),
		Metrics: []Metric{
			{Name: "error", Doc: "probability that a pattern is misclassified", Unit: "probability"},
			{Name: "kappa_in", Doc: "robustness to input noise, 1/|w|", Unit: "input"},
			{Name: "kappa_out", Doc: "robustness to output noise, 1/theta", Unit: "V_th"},
			{Name: "norm", Doc: "norm |w|/theta of the physical weights", Unit: "1/input"},
		},
		Check: checkLoaded,
		Cost:  noiseCost,
		Theory: []Theory{{Metric: "error", Name: "theory",
			Doc:  "large N, without rectification; B in its balanced range, A with its norm to first order in 1/sqrt N",
			Eval: ofNeuron(noiseTheory)}},
		Figure: FigureHint{Title: "error under input and output noise", X: "sigma_in", Heat: "sigma_out", Metrics: []string{"error"},
			Facet: "solution", LogX: true, LogY: true, Levels: []float64{0.01, 0.05, 0.2}},
		Run: runNoise,
	}
}

// noiseCost is the solver's and, for each row, a closed form per pattern or the
// normal numbers of its trials.
func noiseCost(outer Point, inner []Point) float64 {
	n := outer.Num("N")
	p := n * outer.Num("alpha")
	each := 4e-8 * p
	if outer.Bool("rectified") {
		each = 8e-9 * p * n * outer.Num("trials")
	}
	return solveCost(n, p) + each*float64(len(inner))
}

func noiseTheory(n theory.Neuron, u theory.Units, p Point) (float64, error) {
	if p.Bool("rectified") {
		return math.NaN(), nil
	}
	alpha := p.Num("alpha")
	var o theory.Order
	var norm float64
	var err error
	if p.Str("solution") == solutionB {
		norm = u.TheoryGamma()
		o, err = n.OrderBalanced(alpha)
	} else {
		if norm, err = n.NormInFinite(alpha, u.N, u.CVExc); err == nil {
			o, err = n.OrderIn(alpha)
		}
		if norm > u.TheoryGamma() { // the bound binds, and A is another solution
			return math.NaN(), err
		}
	}
	if err != nil {
		return 0, err
	}
	return n.NoiseError(o, alpha, norm, p.Num("sigma_in")/u.SigmaExc, p.Num("sigma_out"))
}

func runNoise(ctx context.Context, t *Task) ([]Row, error) {
	problem, err := t.problem(ctx, patterns.FloorSize(t.Outer.Num("alpha")*t.Outer.Num("N")))
	if err != nil {
		return nil, err
	}
	a, b, err := perceptron.Both(ctx, problem, &perceptron.Options{Engine: t.engine()})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t, err)
	}
	trained := map[string]*noisyNeuron{}
	for name, s := range map[string]*perceptron.Solution{solutionA: a, solutionB: b} {
		if trained[name], err = newNoisyNeuron(problem, s); err != nil {
			return nil, fmt.Errorf("solution %s of %s: %w", name, t, err)
		}
	}
	rows := make([]Row, len(t.Inner))
	for i, p := range t.Inner {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if rows[i], err = trained[p.Str("solution")].row(ctx, t, p); err != nil {
			return nil, err
		}
		t.Report(float64(i+1) / float64(len(t.Inner)))
	}
	return rows, nil
}

// noisyNeuron is a solution, and the neuron with its weights where those exist.
type noisyNeuron struct {
	solution *perceptron.Solution
	neuron   *noise.Neuron // nil without physical weights
	norm     float64
}

func newNoisyNeuron(problem *perceptron.Problem, s *perceptron.Solution) (*noisyNeuron, error) {
	w, ok := s.Physical()
	if !ok {
		return &noisyNeuron{solution: s}, nil
	}
	neuron, err := noise.New(w, problem.X, problem.Labels, problem.Drive)
	if err != nil {
		return nil, err
	}
	return &noisyNeuron{s, neuron, perceptron.Describe(problem, s, 0).Norm}, nil
}

// row tries the neuron at the noise of an inner point.
func (n *noisyNeuron) row(ctx context.Context, t *Task, p Point) (Row, error) {
	no := Empty()
	if n.neuron == nil {
		status := UndefinedRow
		if n.solution.Status == perceptron.Infeasible {
			status = InfeasibleRow
		}
		return Row{Status: status, Cells: []Cell{no, no, no, no}}, nil
	}
	m := noise.Magnitude{In: p.Num("sigma_in"), Out: p.Num("sigma_out")}
	var failure float64
	if t.Outer.Bool("rectified") {
		s := t.StreamAt("noise", p, "solution", "sigma_in", "sigma_out")
		wrong, total, err := n.neuron.SampleRectified(ctx, s, m, t.Outer.Int("trials"))
		if err != nil {
			return Row{}, err
		}
		failure = float64(wrong) / float64(total)
	} else {
		failure = n.neuron.ErrorProbability(m)
	}
	return Row{Cells: []Cell{Val(failure), Val(n.solution.KappaIn), Val(n.solution.KappaOut), Val(n.norm)}}, nil
}
