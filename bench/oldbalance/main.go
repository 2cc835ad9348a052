// Command oldbalance times updates of the balanced network of binary neurons: with
// numbers of active inputs that are kept (core/oldbalance), against updates that sum
// their K inputs each (plain Go, lists of sources), all N (plain Go, dense) and, with
// -compare, numpy (bench/oldbalance.py, a dense row an update). The plain networks have
// the same statistics and random numbers of their own; all must settle at the rates of
// mean-field theory, but for some 5 % from network to network.
//
// The floor of an update that keeps numbers is its random numbers, and at a flip an
// addition to each of 2K numbers in the nearest cache by a list that lies there too.
// Connections as bits (from K = N/25 on) may be below it.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"time"

	"gardner/core/oldbalance"
	"gardner/core/oldbalance/meanfield"
	"gardner/core/rng"
)

const (
	m0   = 0.20625 // no sum of inputs lies exactly on a threshold
	burn = 10.0    // tau_E, each
)

// network is the papers' network at a size.
type network struct{ oldbalance.Params }

func main() {
	compare := flag.String("compare", "", "python interpreter with numpy; empty: no comparison with Python")
	script := flag.String("script", "bench/oldbalance.py", "the alternative's script")
	flag.Parse()
	for _, size := range []struct {
		n, k  int
		dense bool // the matrix of all pairs fits in memory
	}{{2000, 100, true}, {8000, 100, false}, {8000, 1000, false}} {
		w := network{oldbalance.Standard(size.n, size.k, m0)}
		theory, err := meanfield.Counted(w.Params)
		if err != nil {
			log.Fatal(err)
		}
		o, err := w.kept()
		if err != nil {
			log.Fatal(err)
		}
		draws, event := floor(size.n, size.k)
		fmt.Printf("N = %d per population, K = %d, per update   ours %6.1f ns, rates %.3f %.3f (theory %.3f %.3f)\n",
			size.n, size.k, 1e9*o.seconds, o.rate[0], o.rate[1], theory.M[0], theory.M[1])
		events := o.flips * 2 * float64(size.k)
		fmt.Printf("   %.3f flips an update, %.0f synaptic events: %.2f ns each beyond the random numbers' %.1f ns; additions in cache: %.2f ns each, so with lists at best %.1f ns an update\n",
			o.flips, events, 1e9*(o.seconds-draws)/events, 1e9*draws, 1e9*event, 1e9*(draws+events*event))
		theirs, rate := w.plain(false)
		report("plain Go, the K sources of a neuron", theirs, rate, o.seconds)
		if !size.dense {
			continue
		}
		theirs, rate = w.plain(true)
		report("plain Go, dense", theirs, rate, o.seconds)
		if *compare != "" {
			theirs, rate = w.python(*compare, *script)
			report("numpy, a dense row an update", theirs, rate, o.seconds)
		}
	}
}

// python returns the seconds an update and the rates of the script's network.
func (w network) python(interpreter, script string) (seconds float64, rate [2]float64) {
	cmd := exec.Command(interpreter, script, fmt.Sprint(w.N), fmt.Sprint(w.K), fmt.Sprint(m0), fmt.Sprint(burn))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		log.Fatalf("%s: %v", script, err)
	}
	var r struct {
		Seconds float64
		Rates   [2]float64
	}
	if err := json.Unmarshal(out, &r); err != nil {
		log.Fatalf("%s: %v", script, err)
	}
	return r.Seconds, r.Rates
}

func report(name string, seconds float64, rate [2]float64, ours float64) {
	fmt.Printf("   %-38s %10.0f ns  %6.0fx, rates %.3f %.3f\n", name, 1e9*seconds, seconds/ours, rate[0], rate[1])
}

// updates is their number in a time, in units of tau_E.
func (w network) updates(duration float64) float64 {
	return float64(w.N) * duration * (1/w.Tau[0] + 1/w.Tau[1])
}

// own is what is measured of our network.
type own struct {
	seconds float64 // an update
	flips   float64 // an update
	rate    [2]float64
}

func (w network) kept() (o own, err error) {
	net, err := oldbalance.New(w.Params, rng.New(rng.NewKey("bench", "oldbalance")))
	if err != nil {
		return o, err
	}
	dynamics := rng.New(rng.NewKey("bench", "oldbalance dynamics"))
	net.Ignite(dynamics, [2]float64{m0, m0})
	ctx := context.Background()
	if err := net.Run(ctx, dynamics, burn); err != nil {
		return o, err
	}
	o.seconds = math.Inf(1)
	duration := 40000 / float64(w.N)
	before := net.Flips()
	const runs = 8
	for range runs {
		start := time.Now()
		if err := net.Run(ctx, dynamics, duration); err != nil {
			return o, err
		}
		o.seconds = min(o.seconds, time.Since(start).Seconds()/w.updates(duration))
	}
	o.flips = float64(net.Flips()-before) / (runs * w.updates(duration))
	seen, err := net.Observe(ctx, dynamics, 200000/float64(w.N), 1, nil)
	o.rate = seen.Rate
	return o, err
}

// floor returns the seconds of the random numbers of an update and of an addition to
// one of n numbers of two bytes, by a list of k of two bytes.
func floor(n, k int) (draws, addition float64) {
	s := rng.New(rng.NewKey("bench", "floor"))
	list, count := make([]uint16, k), new([1 << 16]uint16)
	for i := range list {
		list[i] = uint16(s.IntN(n))
	}
	draws, addition = math.Inf(1), math.Inf(1)
	const repeats = 100000
	sum := 0.0
	for range 5 {
		start := time.Now()
		for range repeats {
			if s.Bernoulli(0.5) {
				sum++
			}
			sum += float64(s.IntN(n)) + s.Exp()
		}
		draws = min(draws, time.Since(start).Seconds()/repeats)
		start = time.Now()
		for range repeats * 10 / k {
			for _, i := range list {
				count[i]++
			}
		}
		addition = min(addition, time.Since(start).Seconds()/float64(repeats*10/k*k))
	}
	runtime.KeepAlive(sum)
	runtime.KeepAlive(count)
	return draws, addition
}

// plain forms the input of each neuron that is updated from its sources, or from all
// neurons, and averages the activity after the burn-in.
func (w network) plain(dense bool) (seconds float64, rate [2]float64) {
	r := rand.New(rand.NewPCG(1, 2))
	n, k := w.N, float64(w.K)
	strength := func(to, from int) float64 { return w.Coupling[to][from] / math.Sqrt(k) }
	var weights []float64 // 2n x 2n
	if dense {
		weights = make([]float64, 4*n*n)
	}
	sources := make([][2][]int32, 2*n) // by population
	x := make([]float64, 2*n)
	for i := range 2 * n {
		for j := range 2 * n {
			if r.Float64() < k/float64(n) {
				if dense {
					weights[i*2*n+j] = strength(i/n, j/n)
				}
				sources[i][j/n] = append(sources[i][j/n], int32(j))
			}
		}
		if r.Float64() < m0 {
			x[i] = 1
		}
	}
	inE := (1 / w.Tau[0]) / (1/w.Tau[0] + 1/w.Tau[1])
	sum, samples := [2]float64{}, 0.0
	active := [2]float64{}
	for i, v := range x {
		active[i/n] += v
	}
	total := int(min(w.updates(2*burn), 2e6))
	start := time.Now()
	for t := range total {
		pop := 0
		if r.Float64() >= inE {
			pop = 1
		}
		i := pop*n + r.IntN(n)
		h := math.Sqrt(k)*w.Drive[pop]*m0 - w.Threshold[pop]
		if dense {
			for j, v := range weights[i*2*n : (i+1)*2*n] {
				h += v * x[j]
			}
		} else {
			for from, list := range sources[i] {
				inputs := 0.0
				for _, j := range list {
					inputs += x[j]
				}
				h += strength(pop, from) * inputs
			}
		}
		now := 0.0
		if h > 0 {
			now = 1
		}
		active[pop] += now - x[i]
		x[i] = now
		if t > total/2 {
			sum[0], sum[1], samples = sum[0]+active[0]/float64(n), sum[1]+active[1]/float64(n), samples+1
		}
	}
	seconds = time.Since(start).Seconds() / float64(total)
	return seconds, [2]float64{sum[0] / samples, sum[1] / samples}
}
