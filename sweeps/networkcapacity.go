package sweeps

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"

	"gardner/core/curve"
	"gardner/core/memory"
	"gardner/core/patterns"
	"gardner/core/perceptron"
	"gardner/core/rng"
	"gardner/core/theory"
)

// networkCapacity is the experiment behind the paper's capacity of associative
// networks, that of the type of neurons which holds fewer memories.
func networkCapacity() *Experiment {
	params := networkParams()[:0:0]
	for _, p := range networkParams() {
		switch p.Name {
		case "alpha":
		case "solution":
			p.Inner = true
			p.Default = Str(solutionA)
			params = append(params, p)
		default:
			params = append(params, p)
		}
	}
	return &Experiment{
		Name: "network-capacity", Version: 4,
		Doc: "capacity of an associative memory network, the smaller of its two types' of neurons, against theory",
		Long: `Memories are added one by one to a network of N neurons, floor(f_exc N) of them excitatory, active
with probability f_E or f_I by type. Each neuron must keep its own state in every memory given those
of all others, so it is a perceptron with p_out = f_E or f_I, and the network holds as many memories
as the type of neurons that holds fewer. ` + "`neurons`" + ` randomly chosen neurons of each type
are measured on the same memories; their own states have exact counts (as labels in ` + "`capacity`" + `). The
capacity at kappa is the largest number of memories P, over N, with

    solution A    kappa_in >= kappa sigma_E             robust to input noise
    solution B    kappa_out >= kappa gamma sigma_E      robust to output noise; kappa >= 0.1 only
    solution UF   kappa_in >= kappa sigma_E             without sign constraints

where sigma_E^2 = f_E (1-f_E) is the variance of an excitatory input (of an inhibitory one if there is no
other), so that kappa is theory's. Where both types hold about as many, alpha, the smaller of two
measured means, is low by about half their s.d.; alpha_E and alpha_I have no such bias.`,
		Params: append(params,
			Param{Name: "neurons", Doc: "neurons measured of each type, at most all", Kind: Integer, Default: Num(3), Min: 1, Max: 20000},
			Param{Name: "kappa", Doc: "wanted robustness, kappa_in/sigma_E of A and UF, kappa_out/(gamma sigma_E) of B", Kind: Number,
				Default: Num(0), Min: 0, Max: 1000, Inner: true, Treatment: true}),
		Metrics: []Metric{
			{Name: "alpha", Doc: "capacity of the network: the smaller of alpha_E and alpha_I", Unit: "P/N"},
			{Name: "alpha_E", Doc: "mean capacity of the excitatory neurons measured", Unit: "P/N"},
			{Name: "alpha_I", Doc: "mean capacity of the inhibitory neurons measured", Unit: "P/N"},
			{Name: "gap", Doc: "worst certificate gap of the solutions up to capacity"},
		},
		Check: checkNetworkCapacity,
		Cost: func(outer Point, inner []Point) float64 {
			n := outer.Num("N")
			seconds := 0.0
			for solution, weight := range map[string]float64{solutionA: 1, solutionB: 1, solutionUF: 12} {
				if hasSolution(inner, solution) {
					seconds += weight
				}
			}
			return 2 * outer.Num("neurons") * seconds * (5e-4 + 1e-9*n*n*n)
		},
		Theory: []Theory{
			{Metric: "alpha", Name: "theory", Doc: "the smaller of both types' capacities, large N", Eval: func(p Point) float64 {
				return math.Min(networkTheory(p, "f_E"), networkTheory(p, "f_I"))
			}},
			{Metric: "alpha_E", Name: "theory", Doc: "capacity at p_out = f_E, large N", Eval: func(p Point) float64 { return networkTheory(p, "f_E") }},
			{Metric: "alpha_I", Name: "theory", Doc: "capacity at p_out = f_I, large N", Eval: func(p Point) float64 { return networkTheory(p, "f_I") }},
			{Metric: "alpha_E", Name: "finite-N theory", Doc: "B at p_out = f_E with the mean input of order 1/sqrt N", FiniteN: true,
				Eval: func(p Point) float64 { return networkFiniteTheory(p, "f_E") }},
			{Metric: "alpha_I", Name: "finite-N theory", Doc: "B at p_out = f_I with the mean input of order 1/sqrt N", FiniteN: true,
				Eval: func(p Point) float64 { return networkFiniteTheory(p, "f_I") }},
			{Metric: "alpha", Name: "finite-N theory", Doc: "the smaller of both types' finite-N capacities of B", FiniteN: true,
				Eval: func(p Point) float64 {
					return math.Min(networkFiniteTheory(p, "f_E"), networkFiniteTheory(p, "f_I"))
				}},
		},
		Figure: FigureHint{Title: "capacity of associative networks", X: "f_exc", Metrics: []string{"alpha"}, Series: "solution"},
		Run:    runNetworkCapacity,
	}
}

// networkNeuron is theory's neuron of a network whose own activity is the named param,
// with CV_exc and the unit of kappa.
func networkNeuron(p Point, activity string) (theory.Neuron, theory.Units, bool) {
	pop := memoryPopulation(p)
	sd := func(f float64) float64 { return math.Sqrt(f * (1 - f)) }
	n, cv, err := theory.FromInputs(pop.FExc, p.Num(activity), theory.Inputs{MeanExc: pop.FE, SDExc: sd(pop.FE), MeanInh: pop.FI, SDInh: sd(pop.FI)})
	return n, theory.Units{SigmaExc: sd(pop.FE), Gamma: p.Num("gamma"), CVExc: cv, N: pop.N - 1}, err == nil
}

// networkTheory is the large-N capacity of the neurons whose activity is the named
// param.
func networkTheory(p Point, activity string) float64 {
	n, _, ok := networkNeuron(p, activity)
	if !ok {
		return math.NaN()
	}
	kappa := p.Num("kappa")
	var alpha float64
	var err error
	switch p.Str("solution") {
	case solutionA:
		alpha, err = n.CapacityIn(kappa)
	case solutionUF:
		alpha, err = n.Gardner(kappa)
	default:
		if kappa < minKappaBalanced {
			return math.NaN()
		}
		alpha, err = n.CapacityBalanced(kappa)
	}
	if err != nil {
		return math.NaN()
	}
	return alpha
}

func networkFiniteTheory(p Point, activity string) float64 {
	n, u, ok := networkNeuron(p, activity)
	if !ok || p.Str("solution") != solutionB || p.Num("kappa") < minKappaBalanced {
		return math.NaN()
	}
	alpha, err := n.CapacityBalancedFinite(p.Num("kappa"), u.N, u.TheoryGamma(), u.CVExc)
	if err != nil {
		return math.NaN()
	}
	return alpha
}

func checkNetworkCapacity(p Point) error {
	pop := memoryPopulation(p)
	if err := pop.Validate(); err != nil {
		return err
	}
	if inhibitory := pop.N - pop.NExc(); p.Int("min_active") > inhibitory {
		return fmt.Errorf("min_active = %s is more than the %d inhibitory neurons", p.Value("min_active"), inhibitory)
	}
	if pop.NExc() == pop.N && p.Str("solution") == solutionB {
		return fmt.Errorf("solution B balances excitation with inhibition, but f_exc = %s leaves no inhibitory neuron at N = %s: lower f_exc, or take solution A or UF",
			p.Value("f_exc"), p.Value("N"))
	}
	return nil
}

// runNetworkCapacity measures the same neurons for every solution and kappa wanted.
func runNetworkCapacity(ctx context.Context, t *Task) ([]Row, error) {
	pop := memoryPopulation(t.Outer)
	chosen := t.chosenNeurons(pop)
	rows := make([]Row, len(t.Inner))
	sums := make([][2]float64, len(t.Inner)) // of the capacities of E and I neurons
	endless := make([]bool, len(t.Inner))
	gaps := make([]float64, len(t.Inner))
	sequence := &memorySequence{task: t, pop: pop}
	done, of := 0, len(chosen[0])+len(chosen[1])
	for kind, list := range chosen {
		for _, i := range list {
			found, err := sequence.capacities(ctx, i)
			if err != nil {
				return nil, fmt.Errorf("neuron %d of %s: %w", i, t, err)
			}
			for k, c := range found {
				sums[k][kind] += float64(c.patterns) / float64(len(list)*pop.N)
				endless[k] = endless[k] || c.endless
				gaps[k] = math.Max(gaps[k], c.gap)
			}
			done++
			t.Report(float64(done) / float64(of))
		}
	}
	for k, p := range t.Inner {
		if endless[k] || p.Str("solution") == solutionB && p.Num("kappa") < minKappaBalanced {
			rows[k] = Row{Status: UndefinedRow, Cells: []Cell{Empty(), Empty(), Empty(), Empty()}}
			continue
		}
		types, smaller := [2]Cell{Empty(), Empty()}, math.Inf(1)
		for kind, list := range chosen {
			if len(list) > 0 {
				types[kind] = Val(sums[k][kind])
				smaller = math.Min(smaller, sums[k][kind])
			}
		}
		rows[k] = Row{Cells: []Cell{Val(smaller), types[0], types[1], Val(gaps[k])}}
	}
	return rows, nil
}

// chosenNeurons draws the neurons to be measured, by type.
func (t *Task) chosenNeurons(pop memory.Population) (chosen [2][]int) {
	nExc, want := pop.NExc(), t.Outer.Int("neurons")
	s := t.Stream("neurons")
	for kind, size := range []int{nExc, pop.N - nExc} {
		for _, i := range s.Perm(size)[:min(want, size)] {
			chosen[kind] = append(chosen[kind], kind*nExc+i)
		}
	}
	return chosen
}

// neuronCapacity is what one neuron holds at one inner point.
type neuronCapacity struct {
	patterns int
	gap      float64
	endless  bool
}

// memorySequence draws a task's memories, more as they are needed.
type memorySequence struct {
	task     *Task
	pop      memory.Population
	memories *memory.Memories
}

// problem returns the problem of neuron i with that many memories or more.
func (q *memorySequence) problem(i, count int) (*perceptron.Problem, error) {
	if float64(count)*float64(q.pop.N) > maxPatternCells {
		return nil, fmt.Errorf("capacity exceeds %d memories of %d neurons, more than fit in memory; take a smaller N or activities nearer to 1/2", count/2, q.pop.N)
	}
	if q.memories == nil || q.memories.P < count {
		m, err := q.pop.Draw(q.task.Stream("memories"), count, q.task.Outer.Int("min_active"))
		if err != nil {
			return nil, err
		}
		q.memories = m
	}
	m := *q.memories
	m.P = count
	m.States = m.States[:count*m.N]
	own := rng.New(q.task.key("own states").Sub(strconv.Itoa(i)))
	return m.Sequence(i, m.OwnStates(own, i), q.task.Outer.Num("gamma")), nil
}

// capacities measures neuron i at every inner point.
func (q *memorySequence) capacities(ctx context.Context, i int) ([]neuronCapacity, error) {
	inner := q.task.Inner
	found := make([]neuronCapacity, len(inner))
	sigma := math.Sqrt(q.pop.FE * (1 - q.pop.FE))
	if q.pop.NExc() == 0 {
		sigma = math.Sqrt(q.pop.FI * (1 - q.pop.FI))
	}
	gamma := q.task.Outer.Num("gamma")
	for _, solution := range []string{solutionA, solutionB, solutionUF} {
		thresholds, lowest := make([]float64, len(inner)), math.Inf(1)
		var wanted []int
		for k, p := range inner {
			kappa := p.Num("kappa")
			if p.Str("solution") != solution || solution == solutionB && kappa < minKappaBalanced {
				continue
			}
			thresholds[k] = kappa * sigma
			if solution == solutionB {
				thresholds[k] *= gamma
			}
			lowest = math.Min(lowest, thresholds[k])
			wanted = append(wanted, k)
		}
		if wanted == nil {
			continue
		}
		err := q.untilEnded(i, solution, func(p *perceptron.Problem) (bool, error) {
			pass := curve.In
			switch solution {
			case solutionB:
				pass = curve.Out
			case solutionUF:
				pass = curve.Free
			}
			c, err := pass(ctx, p, &curve.Options{MinKappa: lowest, Engine: q.task.engine()})
			if err != nil {
				return false, err
			}
			if !c.Ended && !(len(c.Kappa) > 0 && c.Kappa[len(c.Kappa)-1] < lowest) {
				return false, nil
			}
			for _, k := range wanted {
				found[k].patterns = c.CapacityAt(thresholds[k])
				for _, g := range c.Gap[:found[k].patterns] {
					found[k].gap = math.Max(found[k].gap, g)
				}
			}
			return true, nil
		})
		if errors.Is(err, errEndless) {
			for _, k := range wanted {
				found[k].endless = true
			}
		} else if err != nil {
			return nil, fmt.Errorf("solution %s: %w", solution, err)
		}
	}
	return found, nil
}

// errEndless says that a sequence has no end below the limit of loads.
var errEndless = errors.New("the sequence of memories has no end")

// untilEnded measures with more and more memories until it is done.
func (q *memorySequence) untilEnded(i int, solution string, measure func(p *perceptron.Problem) (done bool, err error)) error {
	n, f := float64(q.pop.N), q.pop.Activity(i)
	guess := 2.5
	activity := "f_I"
	if i < q.pop.NExc() {
		activity = "f_E"
	}
	if alpha := networkTheory(q.task.Outer.With("solution", Str(solution)).With("kappa", Num(minKappaBalanced)), activity); alpha > 0 {
		guess = math.Max(0.2, 1.6*alpha)
	}
	limit := math.Min(100+2/math.Min(f, 1-f), 2000)
	for load := guess; ; load *= 2 {
		load = math.Min(load, limit)
		p, err := q.problem(i, patterns.FloorSize(load*n)+16)
		if err != nil {
			return err
		}
		if done, err := measure(p); done || err != nil {
			return err
		}
		if load >= limit {
			return errEndless
		}
	}
}
