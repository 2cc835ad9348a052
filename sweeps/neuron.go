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

// This file holds what the experiments on one neuron share: the params of its
// afferents, labels and norm bound, the problem they make and the theory.

// solutions of the single neuron, as the param `solution` names them.
const (
	solutionA  = "A"
	solutionB  = "B"
	solutionUA = "UA" // A and B without sign constraints
	solutionUB = "UB"
	solutionUF = "UF" // and without norm bound or theta >= 0: Gardner's
)

// neuronParams are the outer params of one neuron; defaults are those of the
// paper's figures on capacity, in units where sigma_exc = 1.
func neuronParams() []Param {
	families := make([]string, 0, 5)
	for _, f := range patterns.Families() {
		families = append(families, string(f))
	}
	inf := math.Inf(1)
	return append([]Param{
		{Name: "N", Doc: "afferents of the neuron", Kind: Integer, Default: Num(100), Min: 1, Max: 20000},
		{Name: "f_exc", Doc: "excitatory fraction", Kind: Number, Default: Num(0.8), Min: 0, Max: 1},
		{Name: "p_out", Doc: "probability of the label +1", Kind: Number, Default: Num(0.1), Min: 0, Max: 1, MinOpen: true, MaxOpen: true},
		{Name: "family_exc", Doc: "distribution of the excitatory inputs", Kind: Choice, Default: Str(string(patterns.Exponential)), Choices: families},
		{Name: "mean_exc", Doc: "mean of the excitatory inputs (bernoulli: their activity level)", Kind: Number, Default: Num(1)},
		{Name: "sd_exc", Doc: "standard deviation of the excitatory inputs (exponential: equals the mean; bernoulli: ignored)", Kind: Number, Default: Num(1), Min: 0, MinOpen: true, Max: inf, MaxOpen: true},
		{Name: "shape_exc", Doc: "shape of gamma distributed excitatory inputs", Kind: Number, Default: Num(2), Min: 0, MinOpen: true, Max: inf, MaxOpen: true},
		{Name: "family_inh", Doc: "distribution of the inhibitory inputs", Kind: Choice, Default: Str(string(patterns.Gamma)), Choices: families},
		{Name: "mean_inh", Doc: "mean of the inhibitory inputs (bernoulli: their activity level)", Kind: Number, Default: Num(math.Sqrt2)},
		{Name: "sd_inh", Doc: "standard deviation of the inhibitory inputs (exponential: equals the mean; bernoulli: ignored)", Kind: Number, Default: Num(1), Min: 0, MinOpen: true, Max: inf, MaxOpen: true},
		{Name: "shape_inh", Doc: "shape of gamma distributed inhibitory inputs", Kind: Number, Default: Num(2), Min: 0, MinOpen: true, Max: inf, MaxOpen: true},
		{Name: "min_active", Doc: "redraw a pattern labelled -1 until that many inhibitory inputs are active; 0: never", Kind: Integer, Default: Num(0), Min: 0, Max: 20000},
		{Name: "labels", Doc: "exact: every prefix of the patterns has p_out P labels +1 within one; random: independent labels; file: those of the data set", Kind: Choice, Default: Str("exact"), Choices: []string{"exact", "random", labelsFile}},
		{Name: "gamma", Doc: "bound Gamma on the weights' norm |w|/theta; inf: none", Unit: "1/input", Kind: Number, Default: Num(1), Min: 0, MinOpen: true, Max: inf, Treatment: true},
	}, dataParams()...)
}

// solutionParam is the inner param that names the solution.
func solutionParam() Param {
	return Param{Name: "solution", Doc: "A: largest kappa_in (input noise); B: largest kappa_out (output noise)", Kind: Choice,
		Default: Str(solutionA), Choices: []string{solutionA, solutionB}, Inner: true, Treatment: true}
}

// loadParam is the number of patterns of experiments that train a neuron on a
// given load.
func loadParam() Param {
	return Param{Name: "alpha", Doc: "load P/N", Unit: "P/N", Kind: Number, Default: Num(0.5), Min: 0, MinOpen: true, Max: 1000}
}

// checkLoaded is checkNeuron for a neuron with a load.
func checkLoaded(p Point) error {
	if patterns.FloorSize(p.Num("alpha")*p.Num("N")) < 1 {
		return fmt.Errorf("alpha = %s leaves no pattern at N = %s", p.Value("alpha"), p.Value("N"))
	}
	return checkNeuron(p)
}

// solveCost is the measured cost of both solutions of n weights for p patterns.
func solveCost(n, p float64) float64 {
	m := math.Min(n, p)
	return 5e-4 + 2e-10*m*m*math.Max(n, p)
}

// population returns the afferents of a point; of a data set, gaussian ones of its
// means and deviations stand for what theory and units need.
func population(p Point) patterns.Population {
	input := func(suffix string) patterns.Input {
		in := patterns.Input{Family: patterns.Family(p.Str("family_" + suffix)),
			Mean: p.Num("mean_" + suffix), SD: p.Num("sd_" + suffix), Shape: p.Num("shape_" + suffix)}
		if p.Str("source") != patternsRandom {
			in.Family = patterns.Gaussian
		}
		return in
	}
	return patterns.Population{N: p.Int("N"), FExc: p.Num("f_exc"), Exc: input("exc"), Inh: input("inh")}
}

// checkNeuron refuses input distributions that do not exist and redraws that
// cannot end.
func checkNeuron(p Point) error {
	pop := population(p)
	if err := pop.Validate(); err != nil {
		return err
	}
	if err := checkData(p); err != nil {
		return err
	}
	if n := p.Int("min_active"); n > pop.N-pop.NExc() {
		return fmt.Errorf("min_active = %d is more than the %d inhibitory inputs", n, pop.N-pop.NExc())
	}
	return nil
}

// problem draws the first n patterns of a task's sequence. Sequences are nested:
// a larger n only adds patterns.
func (t *Task) problem(ctx context.Context, n int) (*perceptron.Problem, error) {
	switch t.Outer.Str("source") {
	case patternsFile:
		return t.rowsProblem(ctx, n)
	case patternsMarginal:
		return t.marginalProblem(ctx, n)
	}
	pop, labels := population(t.Outer), t.labels(n)
	x, err := pop.ActivePatterns(t.Stream("patterns"), labels, t.Outer.Int("min_active"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t, err)
	}
	return &perceptron.Problem{P: n, N: pop.N, X: x, Labels: labels, Signs: pop.Signs(), Gamma: t.Outer.Num("gamma")}, nil
}

// engine returns the matrix kernels with the threads the task may use.
func (t *Task) engine() *linalg.Engine { return linalg.New(max(1, t.Threads)) }

// sigmaExc is the unit of kappa: the s.d. of the excitatory inputs, or of the
// inhibitory ones if there are no others.
func sigmaExc(pop patterns.Population) float64 {
	if pop.NExc() == 0 {
		return pop.Inh.Sigma()
	}
	return pop.Exc.Sigma()
}

// neuronTheory returns the large-N neuron of a point and the units of its
// observables; false where the theory does not apply.
func neuronTheory(p Point) (theory.Neuron, theory.Units, bool) {
	if !p.Bool("independent") {
		return theory.Neuron{}, theory.Units{}, false
	}
	pop := population(p)
	n, cv, err := theory.FromInputs(pop.FExc, p.Num("p_out"), theory.Inputs{
		MeanExc: pop.Exc.MeanValue(), SDExc: pop.Exc.Sigma(), MeanInh: pop.Inh.MeanValue(), SDInh: pop.Inh.Sigma()})
	return n, theory.Units{SigmaExc: pop.Exc.Sigma(), Gamma: p.Num("gamma"), CVExc: cv, N: pop.N}, err == nil
}

// ofNeuron makes a Theory's Eval of a formula; an undefined value is NaN.
func ofNeuron(formula func(n theory.Neuron, u theory.Units, p Point) (float64, error)) func(Point) float64 {
	return func(p Point) float64 {
		n, u, ok := neuronTheory(p)
		if !ok {
			return math.NaN()
		}
		v, err := formula(n, u, p)
		if err != nil {
			return math.NaN()
		}
		return v
	}
}
