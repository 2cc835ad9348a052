// Command spiking compares the event-driven neuron of core/spiking with fixed-step
// integration in plain Go, at equal accuracy of the output spikes' times, in one run
// on the same presentations. Each integration has the largest step, to a factor 2^(1/4),
// with which all presentations have the right number of spikes, and every spike, or the
// mean over all, the accuracy.
//
// Where an input arrives the potential has a kink: an interpolation over the step in which
// it does is of second order, whatever its degree, so that methods of higher order gain
// little. One that took inputs one by one within its steps (A. Morrison et al., Neural
// Computation 19:47, 2007) would be event-driven: it is the row "spike by spike", without
// steps.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math"
	"slices"
	"time"

	"gardner/core/patterns"
	"gardner/core/perceptron"
	"gardner/core/psp"
	"gardner/core/rng"
	"gardner/core/spiking"
)

func main() {
	n := flag.Int("n", 500, "afferents and patterns")
	accuracy := flag.Float64("accuracy", 1e-6, "error of spike times, ms")
	flag.Parse()
	k, err := psp.New(30, 10)
	if err != nil {
		log.Fatal(err)
	}
	b := bench{k: k, until: 200 + 5*30}
	if err := b.prepare(*n); err != nil {
		log.Fatal(err)
	}
	b.run(*accuracy)
}

// presentations is the number of presentations, each of another pattern.
const presentations = 40

// bench is presentations of plus patterns to a neuron with the weights of solution B.
type bench struct {
	k       *psp.Kernel
	until   float64
	volleys []*spiking.Volley
	weights psp.Weights
	exact   [][]float64
}

func (b *bench) prepare(n int) error {
	key := rng.NewKey("bench spiking")
	pop := patterns.Population{N: n, FExc: 0.8, Exc: patterns.Input{Family: patterns.Exponential, Mean: 1},
		Inh: patterns.Input{Family: patterns.Gamma, Mean: 2 * math.Sqrt2, SD: 2, Shape: 2}}
	labels := patterns.ExactLabels(rng.New(key.Sub("labels")), n, 0.1)
	p := &perceptron.Problem{P: n, N: n, X: pop.Patterns(rng.New(key.Sub("patterns")), n), Labels: labels, Signs: pop.Signs(), Gamma: 1.5}
	s, err := perceptron.MaxKappaOut(context.Background(), p, nil)
	if err != nil {
		return err
	}
	w, ok := s.Physical()
	if !ok {
		return fmt.Errorf("no weights for %d patterns", n)
	}
	b.weights = psp.Scale(b.k, w)
	r := rng.New(key.Sub("spikes"))
	for mu := 0; mu < n && len(b.volleys) < presentations; mu++ {
		if labels[mu] < 0 {
			continue
		}
		source, err := spiking.NewSource(p.X[mu*n:(mu+1)*n], 0.03)
		if err != nil {
			return err
		}
		v := new(spiking.Volley)
		v.Poisson(b.k, r, source, 200)
		b.volleys = append(b.volleys, v)
		b.exact = append(b.exact, spiking.Run(b.k, &v.Train, b.weights, b.until, nil))
	}
	return nil
}

func (b *bench) run(accuracy float64) {
	inputs, outputs := 0, 0
	for i, v := range b.volleys {
		inputs += v.Len()
		outputs += len(b.exact[i])
	}
	count := float64(len(b.volleys))
	fmt.Printf("%d presentations, %d input spikes and %.1f output spikes in each\n", len(b.volleys), inputs/len(b.volleys), float64(outputs)/count)
	var spikes []float64
	var blocks spiking.Blocks
	inBlocks := func(v *spiking.Volley) {
		blocks.Set(b.k, &v.Train)
		spikes = blocks.Run(b.k, b.weights, b.until, spikes[:0])
	}
	var own psp.Train
	seconds := b.fastest(inBlocks, func(v *spiking.Volley) { blocks.Set(b.k, &v.Train) }, func(v *spiking.Volley) {
		own.Time, own.Afferent = v.Time, v.Afferent
		own.Prepare(b.k)
		spikes = spiking.Run(b.k, &own, b.weights, b.until, spikes[:0])
	})
	event, further, plain := seconds[0], seconds[0]-seconds[1], seconds[2]
	fmt.Printf("%-50s %10s %9s %9s %12s %9s\n", "", "", "mean", "largest", "", "")
	fmt.Printf("%-50s %10s %9s %9s %12s %9s\n", "", "step (ms)", "error", "error", "s/present.", "ratio")
	line := func(name, step, mean, largest string, took, ratio float64) {
		fmt.Printf("%-50s %10s %9s %9s %12.3g %9.3g\n", name, step, mean, largest, took, ratio)
	}
	line("event-driven, in blocks, decays computed", "none", "rounding", "", event, 1)
	line("event-driven, in blocks, each further neuron", "none", "rounding", "", further, further/event)
	line("event-driven, spike by spike, decays computed", "none", "rounding", "", plain, plain/event)
	for _, of := range []string{"the mean", "every spike"} {
		fmt.Printf("%s within %g ms:\n", of, accuracy)
		best, name := math.Inf(1), ""
		for _, g := range integrations {
			step, exact := b.step(g, accuracy, of == "every spike")
			if step == 0 {
				fmt.Printf("  %-48s not down to steps of %g\n", g.name, smallestStep)
				continue
			}
			mean, largest := b.mistake(g, step)
			seconds := b.fastest(inBlocks, func(v *spiking.Volley) { spikes = g.run(b.k, v, b.weights, b.until, step, spikes[:0]) })
			took := seconds[1]
			label := fmt.Sprintf("%.3g", step)
			if !exact {
				error := mean
				if of == "every spike" {
					error = largest
				}
				took *= error / accuracy
				label = fmt.Sprintf("(%.2g)", step*accuracy/error)
			}
			line("  "+g.name, label, fmt.Sprintf("%.2g", mean), fmt.Sprintf("%.2g", largest), took, took/seconds[0])
			if took/seconds[0] < best {
				best, name = took/seconds[0], g.name
			}
		}
		fmt.Printf("  event-driven against the fastest of these (%s): %.1f times as fast\n", name, best)
	}
	fmt.Println("(step): extrapolated by first order from the errors shown, those of the smallest step tried")
}

// smallestStep bounds the search for steps: methods of first order are extrapolated from
// it.
const smallestStep = 2e-4

// step returns the largest step within the accuracy, to a factor 2^(1/4), of all spikes or
// in the mean. Where no step down to smallestStep is it returns one near that and false,
// or 0 where the number of spikes is wrong.
func (b *bench) step(g integration, accuracy float64, all bool) (step float64, ok bool) {
	good := func(step float64) bool {
		mean, largest := b.mistake(g, step)
		if all {
			return largest <= accuracy
		}
		return mean <= accuracy
	}
	step = 0.1
	for ; !good(step); step /= 2 {
		if step < smallestStep {
			if mean, _ := b.mistake(g, step); math.IsInf(mean, 1) {
				return 0, false
			}
			return step, false
		}
	}
	for quarter := 3; quarter > 0; quarter-- {
		if larger := step * math.Pow(2, float64(quarter)/4); good(larger) {
			return larger, true
		}
	}
	return step, true
}

// mistake is the mean and the largest error of spike times; presentations with a wrong
// number of spikes make them infinite.
func (b *bench) mistake(g integration, step float64) (mean, largest float64) {
	sum, n := 0.0, 0
	for i, v := range b.volleys {
		got := g.run(b.k, v, b.weights, b.until, step, nil)
		if len(got) != len(b.exact[i]) {
			return math.Inf(1), math.Inf(1)
		}
		for j, t := range got {
			d := math.Abs(t - b.exact[i][j])
			sum += d
			largest = max(largest, d)
			n++
		}
	}
	return sum / float64(n), largest
}

// fastest returns for each f its time for a presentation: presentations in groups that
// take about a millisecond, each group's shortest time of several rounds, all f in turns,
// over at least half a second. In a group all presentations are different, as in an
// experiment: none is known by heart to caches and branch predictors.
func (b *bench) fastest(fs ...func(v *spiking.Volley)) []float64 {
	measure := func(f func(v *spiking.Volley), group []*spiking.Volley) float64 {
		start := time.Now()
		for _, v := range group {
			f(v)
		}
		return time.Since(start).Seconds()
	}
	groups, best := make([][][]*spiking.Volley, len(fs)), make([][]float64, len(fs))
	for i, f := range fs {
		one := min(measure(f, b.volleys[:1]), measure(f, b.volleys[1:2]))
		size := min(max(1, int(1e-3/one)), len(b.volleys))
		groups[i] = slices.Collect(slices.Chunk(b.volleys, size))
		best[i] = slices.Repeat([]float64{math.Inf(1)}, len(groups[i]))
	}
	begin := time.Now()
	for round := 0; round < 3 || time.Since(begin) < 500*time.Millisecond; round++ {
		for i, f := range fs {
			for j, group := range groups[i] {
				best[i][j] = min(best[i][j], measure(f, group))
			}
		}
	}
	out := make([]float64, len(fs))
	for i := range out {
		for _, t := range best[i] {
			out[i] += t / float64(len(b.volleys))
		}
	}
	return out
}
