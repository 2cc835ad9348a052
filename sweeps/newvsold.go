package sweeps

import (
	"context"
	"fmt"
	"math"

	"gardner/core/linalg"
	"gardner/core/noise"
	"gardner/core/oldbalance"
	"gardner/core/patterns"
	"gardner/core/perceptron"
)

// The two balanced systems that new-vs-old compares.
const (
	oldSystem = "old"
	newSystem = "new"
)

// newVsOld is the talk's comparison of the balance of random networks with the
// balance of trained neurons.
func newVsOld() *Experiment {
	inf := math.Inf(1)
	kinds := make([]string, 0, 4)
	for _, k := range noise.Perturbations() {
		kinds = append(kinds, string(k))
	}
	return &Experiment{
		Name: "new-vs-old", Version: 6,
		Doc: "the balance of trained neurons beside that of random networks: what cancels, and what each follows or ignores",
		Long: `Two balanced systems of the same size, with inputs of 0 and 1 of the same activity:

old   the network of van Vreeswijk and Sompolinsky (see balanced-network) with K = size and
      size x neurons_per_input neurons a population. The outside is as many neurons, of which the
      share activity is active, connected like the others (ours; the papers have a constant drive).
new   a neuron with N = size afferents, active with probability activity, trained to the largest
      kappa_out (solution B) on floor(alpha N) patterns.

In both the excitatory and the inhibitory input grow like the root of size and their sum does not.
The old network's theory counts its inputs, as that of balanced-network, and is within 2 % at 5 K neurons;
with normal inputs it would be 16 % off in the response to a gain at size 150, 3 % at 1600.
A perturbation changes the active inputs x by a vector of length strength |x|:

gain      x (1 + strength)
replace   of the active inputs a share strength^2/2, chosen at random, falls silent and as many silent
          ones of the same type become active
along     x + strength |x| w/|w|, w the weights (old: the summed weights onto the E population)
against   x - strength |x| w/|w|

rate_change is the relative change of the old network's E rate; flipped is the share of the new
neuron's trained patterns whose output changes. The old network follows the gain, and anything that
changes the mean input, and ignores which inputs are active. The new neuron follows its own
direction and also which inputs are active, and hardly heeds the gain. The comparison is the talk's,
sizes and equal lengths are ours. Rows of new are infeasible where no weights classify the patterns.`,
		Params: []Param{
			{Name: "size", Doc: "K of the old network, N of the new neuron", Kind: Integer, Default: Num(400), Min: 10, Max: 20000},
			{Name: "activity", Doc: "share of the inputs that are active", Kind: Number, Default: Num(0.3), Min: 0, MinOpen: true, Max: 1, MaxOpen: true},
			{Name: "neurons_per_input", Doc: "old: neurons of a population over K", Kind: Integer, Default: Num(5), Min: 2, Max: 1000},
			{Name: "burn_in", Doc: "old: time before anything is recorded", Unit: "tau_E", Kind: Number, Default: Num(20), Min: 0, Max: 1e6, Treatment: true},
			{Name: "record", Doc: "old: time recorded", Unit: "tau_E", Kind: Number, Default: Num(50), Min: 1, Max: 1e6, Treatment: true},
			{Name: "alpha", Doc: "new: load P/N", Unit: "P/N", Kind: Number, Default: Num(0.5), Min: 0, MinOpen: true, Max: 1000},
			{Name: "f_exc", Doc: "new: excitatory fraction", Kind: Number, Default: Num(0.8), Min: 0, Max: 1},
			{Name: "p_out", Doc: "new: probability of the label +1", Kind: Number, Default: Num(0.1), Min: 0, Max: 1, MinOpen: true, MaxOpen: true},
			{Name: "gamma", Doc: "new: bound Gamma on the weights' norm |w|/theta", Unit: "1/input", Kind: Number, Default: Num(2), Min: 0, MinOpen: true, Max: inf, MaxOpen: true, Treatment: true},
			{Name: "trials", Doc: "new: random replacements of each pattern", Kind: Integer, Default: Num(10), Min: 1, Max: 1e6, Treatment: true},
			{Name: "system", Doc: "old: random network; new: trained neuron", Kind: Choice, Default: Str(newSystem), Choices: []string{oldSystem, newSystem}, Inner: true, Treatment: true},
			{Name: "perturbation", Doc: "change of the input", Kind: Choice, Default: Str(kinds[0]), Choices: kinds, Inner: true, Treatment: true},
			{Name: "strength", Doc: "length of the change over that of the input; replace: at most sqrt 2", Kind: Number, Default: Num(0.2), Min: 0, Max: 1.4, Inner: true, Treatment: true},
		},
		Metrics: []Metric{
			{Name: "excitation", Doc: "mean excitatory input, unperturbed", Unit: "threshold"},
			{Name: "inhibition", Doc: "size of the mean inhibitory input, unperturbed", Unit: "threshold"},
			{Name: "net", Doc: "their difference, unperturbed", Unit: "threshold"},
			{Name: "rate_change", Doc: "old: relative change of the E rate"},
			{Name: "flipped", Doc: "new: share of the patterns whose output changes", Unit: "probability"},
		},
		Check:  checkNewVsOld,
		Cost:   newVsOldCost,
		Theory: newVsOldTheory(),
		Figure: FigureHint{Title: "what cancels in either balance", X: "size", Metrics: []string{"excitation", "inhibition", "net"}, Series: "system", LogX: true, LogY: true},
		Run:    runNewVsOld,
	}
}

// oldPoint is the network of a point; its outside is neurons of 0 and 1.
func oldPoint(p Point) oldbalance.Params {
	k, m := p.Int("size"), p.Num("activity")
	b := oldbalance.Standard(k*p.Int("neurons_per_input"), k, m)
	b.OutsideSquare = m
	return b
}

// newPopulation is the afferents of a point's neuron.
func newPopulation(p Point) patterns.Population {
	in := patterns.Input{Family: patterns.Bernoulli, Mean: p.Num("activity")}
	return patterns.Population{N: p.Int("size"), FExc: p.Num("f_exc"), Exc: in, Inh: in}
}

func checkNewVsOld(p Point) error {
	if n := p.Num("size") * p.Num("neurons_per_input"); n > oldbalance.MaxN {
		return fmt.Errorf("size = %s needs %g neurons in a population, more than %d: lower neurons_per_input", p.Value("size"), n, oldbalance.MaxN)
	}
	if patterns.FloorSize(p.Num("alpha")*p.Num("size")) < 1 {
		return fmt.Errorf("alpha = %s leaves no pattern at size = %s", p.Value("alpha"), p.Value("size"))
	}
	return newPopulation(p).Validate()
}

func newVsOldCost(outer Point, inner []Point) float64 {
	k := outer.Num("size")
	n := k * outer.Num("neurons_per_input")
	runs := 1.0
	for _, p := range inner {
		if p.Str("system") == oldSystem {
			runs++
		}
	}
	updates := 2 * n * (outer.Num("burn_in") + outer.Num("record"))
	p := k * outer.Num("alpha")
	return 5e-8*n*k + runs*updates*(5e-8+0.2*flipCost(n, k)) + solveCost(k, p) + 3e-9*p*k*outer.Num("trials")*float64(len(inner))
}

func runNewVsOld(ctx context.Context, t *Task) ([]Row, error) {
	rows := make([]Row, len(t.Inner))
	for system, run := range map[string]func(context.Context, *Task, []int, []Row) error{oldSystem: runOld, newSystem: runNew} {
		var wanted []int
		for i, p := range t.Inner {
			if p.Str("system") == system {
				wanted = append(wanted, i)
			}
		}
		if len(wanted) == 0 {
			continue
		}
		if err := run(ctx, t, wanted, rows); err != nil {
			return nil, fmt.Errorf("%s of %s: %w", system, t, err)
		}
	}
	return rows, nil
}

// runOld fills the wanted rows of the random network. Each perturbed run starts
// anew with the same random numbers as the unperturbed one.
func runOld(ctx context.Context, t *Task, wanted []int, rows []Row) error {
	b := oldPoint(t.Outer)
	n, err := oldbalance.New(b, t.Stream("connections"))
	if err != nil {
		return err
	}
	n.ConnectOutside(t.Stream("connections outside"))
	x, changed := make([]float64, b.N), make([]float64, b.N)
	for _, j := range t.Stream("outside").Perm(b.N)[:patterns.FloorSize(b.M0*float64(b.N))] {
		x[j] = 1
	}
	watch := func(x []float64) (*oldbalance.Seen, error) {
		n.Reset()
		n.SetPattern(x)
		n.Ignite(t.Stream("ignition"), [2]float64{b.M0, b.M0})
		dynamics := t.Stream("dynamics")
		if err := n.Run(ctx, dynamics, t.Outer.Num("burn_in")); err != nil {
			return nil, err
		}
		return n.Observe(ctx, dynamics, t.Outer.Num("record"), 1, nil)
	}
	before, err := watch(x)
	if err != nil {
		return err
	}
	w := n.OutsideWeights(oldbalance.Exc)
	for k, i := range wanted {
		p := t.Inner[i]
		noise.Perturbation(p.Str("perturbation")).Apply(changed, t.StreamAt("perturbation", p, "perturbation", "strength"), x, w, b.N, p.Num("strength"))
		after, err := watch(changed)
		if err != nil {
			return err
		}
		exc, inh := before.DriveExc[0], -before.DriveInh[0]
		rows[i] = Row{Cells: []Cell{Val(exc), Val(inh), Val(exc - inh), Val((after.Rate[0] - before.Rate[0]) / before.Rate[0]), Empty()}}
		t.Report(float64(k+1) / float64(len(t.Inner)))
	}
	return nil
}

// runNew fills the wanted rows of the trained neuron.
func runNew(ctx context.Context, t *Task, wanted []int, rows []Row) error {
	pop := newPopulation(t.Outer)
	labels := patterns.ExactLabels(t.Stream("labels"), patterns.FloorSize(t.Outer.Num("alpha")*float64(pop.N)), t.Outer.Num("p_out"))
	problem := &perceptron.Problem{P: len(labels), N: pop.N, X: pop.Patterns(t.Stream("patterns"), len(labels)), Labels: labels, Signs: pop.Signs(), Gamma: t.Outer.Num("gamma")}
	s, err := perceptron.MaxKappaOut(ctx, problem, &perceptron.Options{Engine: t.engine()})
	if err != nil {
		return err
	}
	w, ok := s.Physical()
	q := perceptron.Describe(problem, s, pop.NExc())
	changed := make([]float64, pop.N)
	for _, i := range wanted {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !ok {
			rows[i] = Row{Status: InfeasibleRow, Cells: []Cell{Empty(), Empty(), Empty(), Empty(), Empty()}}
			continue
		}
		p := t.Inner[i]
		kind, stream := noise.Perturbation(p.Str("perturbation")), t.StreamAt("perturbation", p, "perturbation", "strength")
		trials := 1
		if kind == noise.Replace {
			trials = t.Outer.Int("trials")
		}
		flipped := 0
		for mu, y := range labels {
			for range trials {
				kind.Apply(changed, stream, problem.X[mu*pop.N:(mu+1)*pop.N], w, pop.NExc(), p.Num("strength"))
				if (linalg.Dot(w, changed) > 1) != (y > 0) {
					flipped++
				}
			}
		}
		rows[i] = Row{Cells: []Cell{Val(q.MeanExc), Val(-q.MeanInh), Val(q.MeanExc + q.MeanInh), Empty(), Val(float64(flipped) / float64(trials*len(labels)))}}
	}
	return nil
}
