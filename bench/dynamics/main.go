// Command dynamics times asynchronous cycles of an associative network of 2000
// neurons with output noise: with fields that are kept (core/memory), against the
// dense cycle in plain Go and, with -compare, against numpy and plain Python
// (bench/dynamics.py). All run the same network; the plain ones use the random numbers
// of their own languages.
package main

import (
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"gardner/core/memory"
	"gardner/core/rng"
)

const n = 2000

func main() {
	compare := flag.String("compare", "", "python interpreter with numpy; empty: no comparison with Python")
	script := flag.String("script", "bench/dynamics.py", "the alternative's script")
	flag.Parse()
	if err := run(*compare, *script); err != nil {
		log.Fatal(err)
	}
}

// network has signed weights, half of them silent like trained ones, of norm 2, and
// thresholds that make the state x a fixed point with margins of at least 2: weights so
// small that the state survives flips.
func network() (weights, thresholds, x []float64) {
	s := rng.New(rng.NewKey("bench", "dynamics"))
	weights, thresholds, x = make([]float64, n*n), make([]float64, n), make([]float64, n)
	for i := range x {
		if s.Bernoulli(0.27) {
			x[i] = 1
		}
	}
	scale := 2 / math.Sqrt(n/2)
	for i := range n {
		field := 0.0
		for j := range n {
			w := scale * math.Max(0, s.Norm())
			if j >= n*8/10 {
				w *= -1
			}
			if i == j {
				w = 0
			}
			weights[i*n+j] = w
			field += w * x[j]
		}
		margin := 2 + s.Exp()
		thresholds[i] = field + margin
		if x[i] > 0 {
			thresholds[i] = field - margin
		}
	}
	return weights, thresholds, x
}

func run(python, script string) error {
	weights, thresholds, x := network()
	for _, c := range []struct {
		name  string
		sigma float64
	}{{"stable state", 0.3}, {"a few flips", 0.8}} {
		seconds, flips := kept(weights, thresholds, x, c.sigma)
		dense, denseFlips := plain(weights, thresholds, x, c.sigma)
		fmt.Printf("%-14s sigma_out %.2f, %6.1f flips a cycle   ours %9.1f us   dense Go %9.0f us %6.0fx (%.1f flips)\n",
			c.name, c.sigma, flips, 1e6*seconds, 1e6*dense, dense/seconds, denseFlips)
		if python == "" {
			continue
		}
		r, err := inPython(python, script, weights, thresholds, x, c.sigma)
		if err != nil {
			return err
		}
		fmt.Printf("%-14s numpy, a dot product an update %9.0f us %6.0fx (%.1f flips);  plain Python %9.0f us %6.0fx\n",
			"", 1e6*r.Numpy, r.Numpy/seconds, r.Flips, 1e6*r.Python, r.Python/seconds)
	}
	return nil
}

// best returns the least seconds a cycle of several rounds of cycles.
func best(rounds, cycles int, cycle func() int) (seconds, flips float64) {
	seconds = math.Inf(1)
	total := 0
	for range rounds {
		start := time.Now()
		for range cycles {
			total += cycle()
		}
		seconds = math.Min(seconds, time.Since(start).Seconds()/float64(cycles))
	}
	return seconds, float64(total) / float64(rounds*cycles)
}

func kept(weights, thresholds, x []float64, sigma float64) (seconds, flips float64) {
	net := memory.NewNetwork(n, weights, thresholds)
	d := memory.NewDynamics(net)
	d.Reset(net.At(x))
	d.SetNoise(memory.Noise{Out: sigma})
	key := rng.NewKey("bench", "cycles")
	noise, order := rng.New(key.Sub("noise")), rng.New(key.Sub("order"))
	return best(20, 100, func() int { return len(d.Cycle(noise, order)) })
}

// plain forms every field from all weights.
func plain(weights, thresholds, start []float64, sigma float64) (seconds, flips float64) {
	x := append([]float64(nil), start...)
	r := rand.New(rand.NewPCG(1, 2))
	return best(40, 1, func() (flips int) {
		for _, i := range r.Perm(n) {
			h := -thresholds[i]
			for j, w := range weights[i*n : (i+1)*n] {
				h += w * x[j]
			}
			now := 0.0
			if h+sigma*r.NormFloat64() > 0 {
				now = 1
			}
			if now != x[i] {
				x[i] = now
				flips++
			}
		}
		return flips
	})
}

type result struct {
	Numpy  float64 `json:"numpy"`  // seconds a cycle
	Python float64 `json:"python"` // seconds a cycle
	Flips  float64 `json:"flips"`
}

func inPython(python, script string, weights, thresholds, x []float64, sigma float64) (result, error) {
	var r result
	dir, err := os.MkdirTemp("", "gardner-bench-")
	if err != nil {
		return r, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	for name, values := range map[string][]float64{"weights.f64": weights, "thresholds.f64": thresholds, "x.f64": x} {
		data := make([]byte, 0, 8*len(values))
		for _, v := range values {
			data = binary.LittleEndian.AppendUint64(data, math.Float64bits(v))
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return r, err
		}
	}
	cmd := exec.Command(python, script, dir, fmt.Sprint(sigma))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return r, fmt.Errorf("%s: %w", script, err)
	}
	return r, json.Unmarshal(out, &r)
}
