// Command learning times learning in noise at the paper's size (N = 3000, 900
// patterns) and, with -compare, plain numpy (bench/learning.py) on the same
// cycles: both go on from the same weights, early and late in learning, with the
// same order and normal numbers, and must make the same errors.
package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"gardner/core/learning"
	"gardner/core/patterns"
	"gardner/core/rng"
)

const (
	N, P   = 3000, 900
	cycles = 40 // compared; a run is 10,000
)

var rule = learning.Rule{SigmaIn: 0.15, SigmaOut: 0.1, Rate: 0.1 / N, Decay: 5e-7}

func main() {
	compare := flag.String("compare", "", "python interpreter with numpy; empty: time ours only")
	script := flag.String("script", "bench/learning.py", "the alternative's script")
	whole := flag.Int("cycles", 10_000, "cycles of the whole run")
	flag.Parse()
	if err := run(*compare, *script, *whole); err != nil {
		log.Fatal(err)
	}
}

func run(python, script string, whole int) error {
	in := patterns.Input{Family: patterns.Bernoulli, Mean: 0.5}
	pop := patterns.Population{N: N, FExc: 0.8, Exc: in, Inh: in}
	key := rng.NewKey("bench", "learning")
	x, labels := pop.Patterns(rng.New(key.Sub("patterns")), P), patterns.ExactLabels(rng.New(key.Sub("labels")), P, 0.5)
	p, err := learning.NewPatterns(x, labels, pop.NExc())
	if err != nil {
		return err
	}
	weights := make([]float64, N)
	rng.New(key.Sub("weights")).FillExp(weights)
	for i, g := range pop.Signs() {
		weights[i] *= 1e-3 * float64(g)
	}
	l, err := learning.New(p, weights, rule, rng.New(key.Sub("order")), rng.New(key.Sub("noise")))
	if err != nil {
		return err
	}
	start := time.Now()
	var late []float64
	for c := range whole {
		if c == whole/2 {
			late = l.Weights()
		}
		l.Cycle()
	}
	seconds := time.Since(start).Seconds()
	fmt.Printf("a run, %d cycles of %d patterns, N=%d   ours %8.2f s  (%.0f ns a presentation)  imbalance %.3f\n",
		whole, P, N, seconds, 1e9*seconds/float64(whole*P), l.State().Imbalance)
	if python == "" {
		return nil
	}
	for _, c := range []struct {
		name string
		from []float64
	}{{"early", weights}, {"late", late}} {
		if err := against(python, script, c.name, p, x, labels, pop.NExc(), c.from, key.Sub(c.name)); err != nil {
			return err
		}
	}
	return nil
}

// against runs both from the same weights and prints the ratio of times.
func against(python, script, name string, p *learning.Patterns, x, labels []float64, nExc int, weights []float64, key rng.Key) error {
	dir, err := os.MkdirTemp("", "gardner-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := write(dir, x, labels, nExc, weights, key); err != nil {
		return err
	}
	l, err := learning.New(p, weights, rule, rng.New(key.Sub("order")), rng.New(key.Sub("noise")))
	if err != nil {
		return err
	}
	var errors []int
	start := time.Now()
	for range cycles {
		errors = append(errors, l.Cycle())
	}
	ours := time.Since(start).Seconds()
	out, err := exec.Command(python, script, dir).Output()
	if err != nil {
		return fmt.Errorf("%s %s: %w", python, script, err)
	}
	var theirs struct {
		Seconds, Norm float64
		Errors        []int
	}
	if err := json.Unmarshal(out, &theirs); err != nil {
		return err
	}
	total := 0
	for _, e := range errors {
		total += e
	}
	fmt.Printf("%-5s %d cycles, %4.1f %% errors              ours %8.1f ms  numpy %8.0f ms  ratio %5.1fx  equal errors: %v  |w| differs by %.0e\n", name, cycles,
		100*float64(total)/(cycles*P), 1e3*ours, 1e3*theirs.Seconds, theirs.Seconds/ours, slices.Equal(errors, theirs.Errors), math.Abs(l.State().Norm/theirs.Norm-1))
	return nil
}

// write lays down the same work for the alternative: the streams' numbers in the
// order in which Learner.Cycle takes them.
func write(dir string, x, labels []float64, nExc int, weights []float64, key rng.Key) error {
	sequence := make([]float64, P)
	for i := range sequence {
		sequence[i] = float64(i)
	}
	var order []float64
	s := rng.New(key.Sub("order"))
	for range cycles {
		s.Shuffle(P, func(i, j int) { sequence[i], sequence[j] = sequence[j], sequence[i] })
		order = append(order, sequence...)
	}
	normal := make([]float64, cycles*P)
	rng.New(key.Sub("noise")).FillNorm(normal)
	active := make([]byte, len(x))
	for i, v := range x {
		active[i] = byte(v)
	}
	meta, err := json.Marshal(map[string]any{"P": P, "N": N, "n_exc": nExc, "cycles": cycles,
		"sigma_in": rule.SigmaIn, "sigma_out": rule.SigmaOut, "rate": rule.Rate, "decay": rule.Decay})
	if err != nil {
		return err
	}
	files := map[string][]byte{"meta.json": meta, "x.u8": active}
	for name, v := range map[string][]float64{"labels": labels, "weights": weights, "order": order, "normal": normal} {
		var b bytes.Buffer
		if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
			return err
		}
		files[name+".f64"] = b.Bytes()
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			return err
		}
	}
	return nil
}
