package main

import (
	"context"
	"fmt"
	"math"
	"time"

	"gardner/core/ensemble"
	"gardner/core/patterns"
	"gardner/core/perceptron"
	"gardner/core/rng"
)

// networkName is the instance that stands for one neuron of the network.
const networkName = "network,N=2000,P=500"

// networkPopulation is the paper's associative network: f_exc = .8, activities .3 and .15.
func networkPopulation(n int) patterns.Population {
	return patterns.Population{N: n, FExc: 0.8,
		Exc: patterns.Input{Family: "bernoulli", Mean: 0.3}, Inh: patterns.Input{Family: "bernoulli", Mean: 0.15}}
}

func networkMemories(n, p int) *ensemble.Memories {
	population := networkPopulation(n)
	return &ensemble.Memories{P: p, N: n, Gamma: 10, Signs: population.Signs(),
		X: population.Patterns(rng.New(rng.NewKey("bench", "network")), p)}
}

// networkNeuron is the first neuron of the network: its own state in each memory is the label, the states of all others
// are its inputs.
func networkNeuron(n, p int) *perceptron.Problem { return networkMemories(n, p).Problem(0) }

// network trains neurons lo to lo + sample of the network (all of them if sample is 0), and prints the time of the whole
// beside the alternative's time of one neuron times their number.
func network(sample, threads int, theirs map[string]result) error {
	m := networkMemories(2000, 500)
	r := ensemble.Range{Lo: 0, Hi: m.N}
	how := "measured"
	if sample > 0 && sample < m.N {
		// The same mixture of excitatory and inhibitory neurons as the whole.
		r = ensemble.Range{Lo: 1600 - sample*8/10, Hi: 1600 - sample*8/10 + sample}
		how = fmt.Sprintf("%d neurons measured, times %g", sample, float64(m.N)/float64(sample))
	}
	for _, k := range []struct {
		name string
		kind perceptron.Kind
	}{{"A", perceptron.KindKappaIn}, {"B", perceptron.KindKappaOut}} {
		start := time.Now()
		b, err := ensemble.Train(context.Background(), m, k.kind, r, &ensemble.Options{Threads: threads})
		if err != nil {
			return err
		}
		seconds := time.Since(start).Seconds() * float64(m.N) / float64(r.Hi-r.Lo)
		gap := 0.0
		for _, g := range b.Gap {
			gap = math.Max(gap, g)
		}
		fmt.Printf("%-28s %-2s %10.2f s %10.1e", "whole network, 2000 neurons", k.name, seconds, gap)
		if t, ok := theirs[networkName+k.name]; ok {
			whole := t.Seconds * float64(m.N)
			fmt.Printf(" %10.1f h  %7.0fx", whole/3600, whole/seconds)
		}
		fmt.Printf("  (ours: %s; infeasible: %d", how, b.Infeasible())
		if _, ok := theirs[networkName+k.name]; ok {
			fmt.Printf("; alternative: one neuron, times %d", m.N)
		}
		fmt.Println(")")
	}
	return nil
}
