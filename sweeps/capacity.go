package sweeps

import (
	"context"
	"fmt"
	"math"

	"gardner/core/curve"
	"gardner/core/patterns"
	"gardner/core/theory"
)

// minKappaBalanced is the smallest kappa at which solution B measures the
// balanced line: below it, between alpha_b and alpha_c, unbalanced solutions
// with kappa_out of order 1/sqrt N pass too.
const minKappaBalanced = 0.1

// maxPatternCells bounds the inputs held in memory: 4 GB of them.
const maxPatternCells = 1 << 29

// capacity is the experiment behind the capacity curves of the paper (fig. 2 and
// its supporting information): one sequence of random patterns is added to a
// neuron until no weights are left, which gives its capacity at every kappa.
func capacity() *Experiment {
	return &Experiment{
		Name: "capacity", Version: 3,
		Doc: "capacity of one neuron against kappa, for both noise-robust solutions",
		Long: `Random patterns are added one by one to a neuron with excitatory and inhibitory afferents.
Its capacity at kappa is the largest number of patterns P, over N, that it still classifies with
robustness kappa, in units where the excitatory inputs have s.d. 1:

    solution A   kappa_in >= kappa sigma_exc            alpha_in:       robust to input noise
    solution B   kappa_out >= kappa Gamma sigma_exc     alpha_balanced: robust to output noise

One pass over the sequence gives the capacity at every kappa, so kappa and solution are inner.
alpha_balanced is defined at kappa >= 0.1 only: closer to 0 unbalanced solutions, whose kappa_out
vanishes like 1/sqrt N, would pass too. With gamma = inf it is defined at kappa = 0 only, where it
counts solutions with theta = 0. A sequence that never ends has rows with status undefined; so has
a data set with too few patterns to reach capacity. Where some replicates end and some do not, the
mean is over those that do, and too low: look at n_undefined.`,
		Params: append(neuronParams(), solutionParam(),
			Param{Name: "kappa", Doc: "wanted robustness, kappa_in/sigma_exc of A and kappa_out/(Gamma sigma_exc) of B", Kind: Number,
				Default: Num(0), Min: 0, Max: 1000, Inner: true, Treatment: true}),
		Metrics: []Metric{
			{Name: "alpha_in", Doc: "capacity with kappa_in >= kappa (solution A)", Unit: "P/N"},
			{Name: "alpha_balanced", Doc: "capacity with kappa_out >= kappa Gamma (solution B)", Unit: "P/N"},
			{Name: "patterns", Doc: "number of patterns at capacity", Unit: "patterns"},
			{Name: "gap", Doc: "largest certificate gap of the prefixes up to and including capacity"},
		},
		Check: checkNeuron,
		Cost:  capacityCost,
		Theory: []Theory{
			{Metric: "alpha_in", Name: "theory", Doc: "alpha_c(kappa_in), large N (Rubin, Abbott, Sompolinsky 2017)",
				Eval: ofNeuron(func(n theory.Neuron, _ theory.Units, p Point) (float64, error) { return n.CapacityIn(p.Num("kappa")) })},
			{Metric: "alpha_balanced", Name: "theory", Doc: "alpha_b(kappa), large N (Rubin, Abbott, Sompolinsky 2017)",
				Eval: ofNeuron(func(n theory.Neuron, _ theory.Units, p Point) (float64, error) {
					return n.CapacityBalanced(p.Num("kappa"))
				})},
			{Metric: "alpha_balanced", Name: "finite-N theory", Doc: "alpha_b(kappa) with the mean input of order 1/sqrt N", FiniteN: true,
				Eval: ofNeuron(func(n theory.Neuron, u theory.Units, p Point) (float64, error) {
					return n.CapacityBalancedFinite(p.Num("kappa"), u.N, u.TheoryGamma(), u.CVExc)
				})},
		},
		Figure: FigureHint{Title: "capacity against kappa", X: "kappa", Metrics: []string{"alpha_in", "alpha_balanced"}, Series: "N", Facet: "p_out"},
		Run:    runCapacity,
	}
}

// capacityCost follows the measured pass: about N^3 for A, and twice that for B
// where it must go to small kappa.
func capacityCost(outer Point, inner []Point) float64 {
	n := outer.Num("N")
	perPass := 2e-3 + 4e-9*n*n*n
	seconds := 0.0
	if hasSolution(inner, solutionA) {
		seconds += perPass
	}
	if hasSolution(inner, solutionB) {
		seconds += 2 * perPass
	}
	return seconds
}

func hasSolution(inner []Point, solution string) bool {
	for _, p := range inner {
		if p.Str("solution") == solution {
			return true
		}
	}
	return false
}

func runCapacity(ctx context.Context, t *Task) ([]Row, error) {
	pop := population(t.Outer)
	gamma, sigma := t.Outer.Num("gamma"), sigmaExc(pop)
	rows := make([]Row, len(t.Inner))
	done := 0.0
	for _, solution := range []string{solutionA, solutionB} {
		// The pass may end below the smallest threshold: prefixes do not depend on it.
		lowest := math.Inf(1)
		var wanted []int
		thresholds := make([]float64, len(t.Inner))
		for i, p := range t.Inner {
			if p.Str("solution") != solution {
				continue
			}
			threshold, ok := capacityThreshold(solution, p.Num("kappa"), gamma, sigma)
			if !ok {
				rows[i] = capacityRow(UndefinedRow, Empty(), Empty(), Empty(), Empty())
				continue
			}
			thresholds[i] = threshold
			lowest = math.Min(lowest, threshold)
			wanted = append(wanted, i)
		}
		if wanted == nil {
			continue
		}
		c, err := capacityCurve(ctx, t, solution, lowest, func(fraction float64) { t.Report(done + fraction/2) })
		if err != nil {
			return nil, fmt.Errorf("solution %s of %s: %w", solution, t, err)
		}
		done = 0.5
		for _, i := range wanted {
			rows[i] = capacityAt(c, solution, thresholds[i], pop.N)
		}
	}
	return rows, nil
}

// capacityThreshold returns the kappa_in or kappa_out that a row asks for; false
// where the question has no meaning.
func capacityThreshold(solution string, kappa, gamma, sigma float64) (float64, bool) {
	switch {
	case solution == solutionA:
		return kappa * sigma, true
	case math.IsInf(gamma, 1):
		return math.Inf(1), kappa == 0 // theta = 0
	default:
		return kappa * gamma * sigma, kappa >= minKappaBalanced
	}
}

// capacityCurve passes over the task's sequence until kappa is below the lowest
// threshold or no weights are left, drawing more patterns as needed; nil if the
// sequence does not end.
func capacityCurve(ctx context.Context, t *Task, solution string, lowest float64, report func(float64)) (*curve.Curve, error) {
	pass := curve.In
	if solution == solutionB {
		pass = curve.Out
	}
	n := float64(t.Outer.Int("N"))
	guess, limit := firstLoads(t.Outer)
	engine := t.engine()
	rows, err := t.rows(ctx)
	if err != nil {
		return nil, err
	}
	for load := guess; ; load *= 2 {
		load = math.Min(load, limit)
		count := min(patterns.FloorSize(load*n)+16, rows)
		if float64(count)*n > maxPatternCells {
			return nil, fmt.Errorf("capacity exceeds %d patterns of %g inputs, more than fit in memory; take a smaller N or a p_out nearer to 1/2", count/2, n)
		}
		problem, err := t.problem(ctx, count)
		if err != nil {
			return nil, err
		}
		c, err := pass(ctx, problem, &curve.Options{MinKappa: lowest, Engine: engine, Progress: func(k, of int) {
			report(math.Min(1, float64(k)/float64(of)))
		}})
		if err != nil {
			return nil, err
		}
		passed := len(c.Kappa) > 0 && c.Kappa[len(c.Kappa)-1] < lowest
		if c.Ended || passed {
			return c, nil
		}
		if load >= limit || count == rows {
			return nil, nil
		}
	}
}

// firstLoads returns the load to start with, above theory's capacity, and the
// load from which on a sequence counts as endless. Results depend on the second
// only, which is of the order of the number of patterns with one label +1.
func firstLoads(outer Point) (guess, limit float64) {
	guess = 2.5
	if n, _, ok := neuronTheory(outer); ok {
		if alpha, err := n.CapacityIn(0); err == nil {
			guess = math.Max(0.2, 1.25*alpha)
		}
	}
	rare := math.Min(outer.Num("p_out"), 1-outer.Num("p_out"))
	return guess, math.Min(100+2/rare, 2000)
}

// capacityAt reads one row off a curve; a nil curve has no end.
func capacityAt(c *curve.Curve, solution string, threshold float64, n int) Row {
	if c == nil {
		return capacityRow(UndefinedRow, Empty(), Empty(), Empty(), Empty())
	}
	p := c.CapacityAt(threshold)
	gap := 0.0
	for _, g := range c.Gap[:p] {
		gap = math.Max(gap, g)
	}
	alphaIn, alphaBalanced := Val(float64(p)/float64(n)), Empty()
	if solution == solutionB {
		alphaIn, alphaBalanced = alphaBalanced, alphaIn
	}
	return capacityRow(OK, alphaIn, alphaBalanced, Val(float64(p)), Val(gap))
}

func capacityRow(s Status, alphaIn, alphaBalanced, count, gap Cell) Row {
	return Row{Status: s, Cells: []Cell{alphaIn, alphaBalanced, count, gap}}
}
