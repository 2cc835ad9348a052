package sweeps

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"gardner/core/curve"
	"gardner/core/inhibition"
	"gardner/core/patterns"
	"gardner/core/rng"
	"gardner/core/theory"
)

// inhibitionCapacity measures how many memories the architectures of role-of-inhibition
// hold with a wanted robustness.
func inhibitionCapacity() *Experiment {
	params := make([]Param, 0, 9)
	for _, p := range roleOfInhibition().Params {
		if p.Name != "alpha" && p.Name != "tested" {
			params = append(params, p)
		}
	}
	return &Experiment{
		Name: "inhibition-capacity", Version: 3,
		Doc: "capacity of associative networks whose inhibition is constant, fed back, random, learned or absent",
		Long: `Memories are added one by one to networks with the architectures of role-of-inhibition. ` + "`neurons`" + `
randomly chosen E neurons are measured, their own states having exact counts (as labels in
` + "`capacity`" + `). Their capacity at kappa is the largest number of memories P with

    kappa_out >= kappa gamma sqrt(f_E (1-f_E)),

for kappa >= 0.1 (see capacity). I_0 has theory's B at the capacity for that kappa, rounded to two
decimals. The capacity is given per neuron, per E neuron and per plastic synapse onto an E neuron.`,
		Params: append(params,
			Param{Name: "kappa", Doc: "wanted robustness, kappa_out/(gamma sigma_E)", Kind: Number, Default: Num(0.5), Min: minKappaBalanced, Max: 1000, Treatment: true},
			Param{Name: "neurons", Doc: "E neurons measured, at most all", Kind: Integer, Default: Num(4), Min: 1, Max: 20000}),
		Metrics: []Metric{
			{Name: "capacity_N", Doc: "memories per neuron at capacity", Unit: "P/N"},
			{Name: "capacity_E", Doc: "memories per excitatory neuron at capacity", Unit: "P/N_E"},
			{Name: "capacity_synapse", Doc: "memories per plastic synapse onto an E neuron at capacity", Unit: "P/synapse"},
			{Name: "asynchronous", Doc: "memories in which the I population is asynchronous", Kind: MetricCount},
			{Name: "gap", Doc: "worst certificate gap of the solutions up to capacity"},
		},
		Check: checkInhibitory,
		Cost: func(outer Point, _ []Point) float64 {
			n := outer.Num("N")
			seconds := outer.Num("neurons") * (2e-3 + 1.5e-9*n*n*n)
			if inhibition.Architecture(outer.Str("architecture")).HasPopulation() {
				k := float64(inhibitionPopulation(outer).NInh)
				seconds += n * 400 * (2e-8*k + 5e-11*k*k)
			}
			return seconds
		},
		Theory: []Theory{
			{Metric: "capacity_E", Name: "theory", Doc: "large N: constant, fed back (live too) and selective inhibition", Eval: inhibitionCapacityTheory},
			{Metric: "capacity_N", Name: "theory", Doc: "the same per neuron", Eval: func(p Point) float64 {
				return inhibitionCapacityTheory(p) * float64(inhibitionPopulation(p).NExc) / p.Num("N")
			}},
		},
		Figure: FigureHint{Title: "capacity by architecture of inhibition", X: "kappa", Metrics: []string{"capacity_N", "capacity_E", "capacity_synapse"}, Series: "architecture"},
		Run:    runInhibitionCapacity,
	}
}

// inhibitionCapacityTheory is P/N_E at capacity, where theory needs no measured moments.
func inhibitionCapacityTheory(p Point) float64 {
	pop := inhibitionPopulation(p)
	switch a := inhibition.Architecture(p.Str("architecture")); a {
	case inhibition.Constant, inhibition.Feedback, inhibition.Live:
		alpha, _, err := theory.CommonInhibition{POut: pop.FE, Feedback: a != inhibition.Constant}.Capacity(p.Num("kappa"))
		if err != nil {
			return math.NaN()
		}
		return alpha
	case inhibition.Selective:
		n, _, err := theory.FromInputs(p.Num("f_exc"), pop.FE, theory.Inputs{MeanExc: pop.FE, SDExc: math.Sqrt(pop.FE * (1 - pop.FE)),
			MeanInh: pop.MI, SDInh: math.Sqrt(pop.MI * (1 - pop.MI))})
		if err != nil {
			return math.NaN()
		}
		alpha, err := n.CapacityBalanced(p.Num("kappa"))
		if err != nil {
			return math.NaN()
		}
		return alpha * p.Num("N") / float64(pop.NExc)
	}
	return math.NaN()
}

func runInhibitionCapacity(ctx context.Context, t *Task) ([]Row, error) {
	pop := inhibitionPopulation(t.Outer)
	guess := 1.3 * inhibitionCapacityTheory(t.Outer)
	if !(guess > 0.3) { // NaN too
		guess = 0.3
	}
	limit := math.Min(100+2/math.Min(pop.FE, 1-pop.FE), 2000)
	for load := guess; ; load *= 2 {
		load = math.Min(load, limit)
		count := patterns.FloorSize(load*float64(pop.NExc)) + 16
		if float64(count)*t.Outer.Num("N") > maxPatternCells {
			return nil, fmt.Errorf("%s: capacity exceeds %d memories, more than fit in memory; take a smaller N or f_E nearer to 1/2", t, count/2)
		}
		row, ended, err := t.inhibitionCapacity(ctx, pop, count)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t, err)
		}
		if !ended && load < limit {
			continue
		}
		if !ended {
			row = Row{Status: UndefinedRow, Cells: []Cell{Empty(), Empty(), Empty(), Empty(), Empty()}}
		}
		rows := make([]Row, len(t.Inner))
		for i := range rows {
			rows[i] = row
		}
		return rows, nil
	}
}

// inhibitionCapacity measures with so many memories; false if some neuron holds all.
func (t *Task) inhibitionCapacity(ctx context.Context, pop inhibition.Population, count int) (row Row, ended bool, err error) {
	a := inhibition.Architecture(t.Outer.Str("architecture"))
	m := &inhibition.Memories{P: count, Exc: bernoulliStates(t.Stream("memories"), count*pop.NExc, pop.FE)}
	asynchronous := Empty()
	switch {
	case a.HasPopulation():
		r, err := recorded(ctx, keyFrom(t.Stream("circuit")), t.Stream("clamp"), pop, m.Exc, count)
		if err != nil {
			return Row{}, false, err
		}
		m.Inh, asynchronous = r.inh, KofN(int64(r.asynchronous), int64(count))
	case a == inhibition.Selective:
		m.Inh = bernoulliStates(t.Stream("inhibitory memories"), count*pop.NInh, pop.MI)
	}
	gamma, kappa := t.Outer.Num("gamma"), t.Outer.Num("kappa")
	q := inhibition.NewCapacityProblem(a, pop, m, gamma, kappa)
	threshold := kappa * gamma * math.Sqrt(pop.FE*(1-pop.FE))
	chosen := t.Stream("neurons").Perm(pop.NExc)[:min(t.Outer.Int("neurons"), pop.NExc)]
	capacity, gap := 0.0, 0.0
	for k, i := range chosen {
		p := q.Ensemble.Problem(i)
		p.Labels = patterns.ExactLabels(rng.New(t.key("own states").Sub(strconv.Itoa(i))), count, pop.FE)
		c, err := curve.Out(ctx, p, &curve.Options{MinKappa: threshold, Engine: t.engine()})
		if err != nil {
			return Row{}, false, fmt.Errorf("neuron %d: %w", i, err)
		}
		if !c.Ended && !(len(c.Kappa) > 0 && c.Kappa[len(c.Kappa)-1] < threshold) {
			return Row{}, false, nil
		}
		held := c.CapacityAt(threshold)
		capacity += float64(held) / float64(len(chosen))
		for _, g := range c.Gap[:held] {
			gap = math.Max(gap, g)
		}
		t.Report(float64(k+1) / float64(len(chosen)))
	}
	return Row{Cells: []Cell{Val(capacity / float64(pop.NExc+pop.NInh)), Val(capacity / float64(pop.NExc)),
		Val(capacity / float64(a.PlasticInputs(pop))), asynchronous, Val(gap)}}, true, nil
}
