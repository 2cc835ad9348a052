// Command spiking compares the event-driven neuron of core/spiking with fixed-step
// integration in plain Go, at equal accuracy of the output spikes' times, in one run
// on the same presentations.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math"
	"time"

	"gardner/core/patterns"
	"gardner/core/perceptron"
	"gardner/core/psp"
	"gardner/core/rng"
	"gardner/core/spiking"
)

func main() {
	n := flag.Int("n", 500, "afferents and patterns")
	accuracy := flag.Float64("accuracy", 1e-6, "mean error of spike times, ms")
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
	for mu := 0; mu < n && len(b.volleys) < 10; mu++ {
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
	fmt.Printf("%d presentations, %d input spikes and %.1f output spikes in each\n", len(b.volleys), inputs/len(b.volleys), float64(outputs)/float64(len(b.volleys)))
	var spikes []float64
	var own psp.Train
	event := seconds(func() {
		for _, v := range b.volleys {
			own.Time, own.Afferent = v.Time, v.Afferent
			own.Prepare(b.k) // computes the decays between spikes
			spikes = spiking.Run(b.k, &own, b.weights, b.until, spikes[:0])
		}
	}) / float64(len(b.volleys))
	shared := seconds(func() {
		for _, v := range b.volleys {
			spikes = spiking.Run(b.k, &v.Train, b.weights, b.until, spikes[:0])
		}
	}) / float64(len(b.volleys))
	fmt.Printf("%-44s %12s %14s %14s %10s\n", "", "step (ms)", "error (ms)", "s/presentation", "ratio")
	fmt.Printf("%-44s %12s %14s %14.3g %10s\n", "event-driven, decays computed", "none", "rounding", event, "1")
	fmt.Printf("%-44s %12s %14s %14.3g %10.2f\n", "event-driven, decays shared with others", "none", "rounding", shared, shared/event)
	for _, method := range []struct {
		name        string
		exactInputs bool
		first       float64
	}{{"fixed step, inputs on the grid", false, 0.1}, {"fixed step, inputs at their own times", true, 0.1}} {
		step := method.first
		for {
			mistake := b.mistake(step, method.exactInputs)
			if mistake <= accuracy {
				took := b.time(step, method.exactInputs)
				fmt.Printf("%-44s %12.3g %14.3g %14.3g %10.0f\n", method.name, step, mistake, took, took/event)
				break
			}
			if step < 1e-7 {
				fmt.Printf("%-44s not within %g down to steps of %g\n", method.name, accuracy, step)
				break
			}
			if step == method.first || step < 1.5*method.first/100 && step > 0.7*method.first/100 {
				took := b.time(step, method.exactInputs)
				fmt.Printf("%-44s %12.3g %14.3g %14.3g %10.1f\n", method.name, step, mistake, took, took/event)
			}
			step /= 2
		}
	}
}

// mistake is the mean error of spike times; presentations with a wrong number of
// spikes make it infinite.
func (b *bench) mistake(step float64, exactInputs bool) float64 {
	sum, n := 0.0, 0
	for i, v := range b.volleys {
		got := fixedStep(b.k, v, b.weights, b.until, step, exactInputs, nil)
		if len(got) != len(b.exact[i]) {
			return math.Inf(1)
		}
		for j, t := range got {
			sum += math.Abs(t - b.exact[i][j])
			n++
		}
	}
	return sum / float64(n)
}

func (b *bench) time(step float64, exactInputs bool) float64 {
	var spikes []float64
	i := 0
	return seconds(func() {
		spikes = fixedStep(b.k, b.volleys[i%len(b.volleys)], b.weights, b.until, step, exactInputs, spikes[:0])
		i++
	})
}

// seconds is the shortest of several runs of f, over at least 0.3 s.
func seconds(f func()) float64 {
	best, total := math.Inf(1), 0.0
	for total < 0.3 {
		start := time.Now()
		f()
		took := time.Since(start).Seconds()
		best = min(best, took)
		total += took
	}
	return best
}
