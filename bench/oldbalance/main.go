// Command oldbalance times updates of the balanced network of binary neurons: with
// numbers of active inputs that are kept (core/oldbalance), against updates that sum
// their K inputs each (plain Go, lists of sources), all N (plain Go, dense) and, with
// -compare, numpy (bench/oldbalance.py, a dense row an update). The plain networks have
// the same statistics and random numbers of their own; all must settle at the rates of
// mean-field theory, but for some 5 % from network to network.
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
	"time"

	"gardner/core/oldbalance"
	"gardner/core/oldbalance/meanfield"
	"gardner/core/rng"
)

const (
	n, k = 2000, 100
	m0   = 0.20625 // no sum of inputs lies exactly on a threshold
	burn = 10.0    // tau_E, each
)

func main() {
	compare := flag.String("compare", "", "python interpreter with numpy; empty: no comparison with Python")
	script := flag.String("script", "bench/oldbalance.py", "the alternative's script")
	flag.Parse()
	theory, err := meanfield.Counted(standard)
	if err != nil {
		log.Fatal(err)
	}
	ours, rate, err := kept()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("N = %d per population, K = %d, per update   ours %6.1f ns, rates %.3f %.3f (theory %.3f %.3f)\n", n, k, 1e9*ours, rate[0], rate[1], theory.M[0], theory.M[1])
	for _, c := range []struct {
		name  string
		dense bool
	}{{"plain Go, the K sources of a neuron", false}, {"plain Go, dense", true}} {
		theirs, rate := plain(c.dense)
		report(c.name, theirs, rate, ours)
	}
	if *compare == "" {
		return
	}
	cmd := exec.Command(*compare, *script, fmt.Sprint(n), fmt.Sprint(k), fmt.Sprint(m0), fmt.Sprint(burn))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		log.Fatalf("%s: %v", *script, err)
	}
	var r struct {
		Seconds float64
		Rates   [2]float64
	}
	if err := json.Unmarshal(out, &r); err != nil {
		log.Fatalf("%s: %v", *script, err)
	}
	report("numpy, a dense row an update", r.Seconds, r.Rates, ours)
}

func report(name string, seconds float64, rate [2]float64, ours float64) {
	fmt.Printf("   %-38s %10.0f ns  %6.0fx, rates %.3f %.3f\n", name, 1e9*seconds, seconds/ours, rate[0], rate[1])
}

// standard is the network of the papers' figures.
var standard = oldbalance.Standard(n, k, m0)

// updates is their number in a time, in units of tau_E.
func updates(duration float64) float64 { return n * duration * (1/standard.Tau[0] + 1/standard.Tau[1]) }

// kept returns the seconds an update and the rates of our network.
func kept() (seconds float64, rate [2]float64, err error) {
	net, err := oldbalance.New(standard, rng.New(rng.NewKey("bench", "oldbalance")))
	if err != nil {
		return 0, rate, err
	}
	dynamics := rng.New(rng.NewKey("bench", "oldbalance dynamics"))
	net.Ignite(dynamics, [2]float64{m0, m0})
	ctx := context.Background()
	if err := net.Run(ctx, dynamics, burn); err != nil {
		return 0, rate, err
	}
	seconds = math.Inf(1)
	for range 5 {
		start := time.Now()
		if err := net.Run(ctx, dynamics, 20); err != nil {
			return 0, rate, err
		}
		seconds = min(seconds, time.Since(start).Seconds()/updates(20))
	}
	seen, err := net.Observe(ctx, dynamics, 100, 1, nil)
	return seconds, seen.Rate, err
}

// plain forms the input of each neuron that is updated from its sources, or from all
// neurons, and averages the activity after the burn-in.
func plain(dense bool) (seconds float64, rate [2]float64) {
	r := rand.New(rand.NewPCG(1, 2))
	strength := func(to, from int) float64 { return standard.Coupling[to][from] / math.Sqrt(k) }
	weights := make([]float64, 4*n*n)  // 2n x 2n
	sources := make([][2][]int32, 2*n) // by population
	x := make([]float64, 2*n)
	for i := range 2 * n {
		for j := range 2 * n {
			if r.Float64() < float64(k)/n {
				weights[i*2*n+j] = strength(i/n, j/n)
				sources[i][j/n] = append(sources[i][j/n], int32(j))
			}
		}
		if r.Float64() < m0 {
			x[i] = 1
		}
	}
	inE := (1 / standard.Tau[0]) / (1/standard.Tau[0] + 1/standard.Tau[1])
	sum, samples := [2]float64{}, 0.0
	active := [2]float64{}
	for i, v := range x {
		active[i/n] += v
	}
	total := int(updates(2 * burn))
	start := time.Now()
	for t := range total {
		pop := 0
		if r.Float64() >= inE {
			pop = 1
		}
		i := pop*n + r.IntN(n)
		h := math.Sqrt(k)*standard.Drive[pop]*m0 - standard.Threshold[pop]
		if dense {
			for j, w := range weights[i*2*n : (i+1)*2*n] {
				h += w * x[j]
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
			sum[0], sum[1], samples = sum[0]+active[0]/n, sum[1]+active[1]/n, samples+1
		}
	}
	seconds = time.Since(start).Seconds() / float64(total)
	return seconds, [2]float64{sum[0] / samples, sum[1] / samples}
}
