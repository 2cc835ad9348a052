// Command solvers times the certified solvers on the instances of the solver
// table and writes the same instances for the general-purpose alternative
// (bench/solvers.py). With -compare it runs that too and prints both, with the
// ratio of times and the relative difference of the optima.
package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"gardner/core/linalg"
	"gardner/core/patterns"
	"gardner/core/perceptron"
	"gardner/core/rng"
)

// instance is one problem and how often to solve it; the best time counts.
type instance struct {
	Name  string  `json:"name"`
	Kind  string  `json:"kind"`
	P     int     `json:"P"`
	N     int     `json:"N"`
	Gamma float64 `json:"gamma"`
	File  string  `json:"file"`
	Reps  int     `json:"reps"` // of the alternative

	problem *perceptron.Problem
	ours    result
}

type result struct {
	Name    string    `json:"name"`
	Kind    string    `json:"kind"`
	Seconds float64   `json:"seconds"` // the best time
	Times   []float64 `json:"times"`   // all of them
	Kappa   float64   `json:"kappa"`
	Status  string    `json:"status"`
	gap     float64
}

// median of the times, in seconds.
func (r result) median() float64 {
	t := slices.Sorted(slices.Values(r.Times))
	if len(t) == 0 {
		return math.NaN()
	}
	return (t[(len(t)-1)/2] + t[len(t)/2]) / 2
}

// targets are the wanted ratios of median times.
var targets = map[string][2]float64{ // A, B
	"N=200,alpha=1": {30, 80}, "N=500,alpha=1": {35, 65}, "N=1000,alpha=1": {25, 40}, "N=1000,alpha=1.8": {8, 15},
	networkName: {250, 400},
}

// target of the instance, empty if it has none.
func (in *instance) target() string {
	t, ok := targets[in.Name]
	if !ok {
		return ""
	}
	if in.Kind == "B" {
		t[0] = t[1]
	}
	return fmt.Sprintf(">= %gx", t[0])
}

func main() {
	compare := flag.String("compare", "", "python interpreter with numpy and cvxopt; empty: time ours only")
	script := flag.String("script", "bench/solvers.py", "the alternative's script")
	reps := flag.Int("reps", 9, "times each of ours is solved")
	only := flag.String("only", "", "regular instances whose name has this prefix")
	sample := flag.Int("network", 0, "neurons of the whole network to train; 0: all")
	threads := flag.Int("threads", runtime.NumCPU(), "of either side; on a busy machine only 1 measures anything, for OpenBLAS's threads wait for each other")
	flag.Parse()
	if err := run(*compare, *script, *only, *reps, *sample, *threads); err != nil {
		log.Fatal(err)
	}
}

func run(python, script, only string, reps, sample, threads int) error {
	list := instances(only)
	engine := linalg.New(threads)
	for i := range list {
		if err := list[i].solve(engine, reps); err != nil {
			return fmt.Errorf("%s %s: %w", list[i].Name, list[i].Kind, err)
		}
	}
	theirs := map[string]result{}
	if python != "" {
		dir, err := os.MkdirTemp("", "gardner-bench-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		if theirs, err = alternative(python, script, dir, list, threads); err != nil {
			return err
		}
	}
	fmt.Printf("%d threads on either side; ", threads)
	fmt.Println("median (best) milliseconds, ratio of medians; A stands alone: it needs no solve of B first.")
	fmt.Println("Q: A against a quadratic program without the norm constraint, which is cheaper and here, as it turns out, does as well")
	fmt.Printf("%-28s %-2s %18s %9s %20s %8s %9s %11s\n", "problem", "", "ours", "gap", "alternative", "ratio", "target", "kappa diff")
	for _, in := range list {
		fmt.Printf("%-28s %-2s %9.2f (%6.2f) %9.1e", in.Name, in.Kind, 1e3*in.ours.median(), 1e3*in.ours.Seconds, in.ours.gap)
		if t, ok := theirs[in.Name+in.Kind]; ok {
			fmt.Printf(" %11.0f (%6.0f) %7.1fx %9s %11.1e", 1e3*t.median(), 1e3*t.Seconds, t.median()/in.ours.median(), in.target(),
				math.Abs(t.Kappa-in.ours.Kappa)/in.ours.Kappa)
		}
		fmt.Println()
		if t, ok := theirs[in.Name+"Q"]; ok && in.Kind == "A" {
			fmt.Printf("%-28s %-2s %18s %9s %11.0f (%6.0f) %7.1fx %9s %11.1e\n", "", "Q", "", "", 1e3*t.median(), 1e3*t.Seconds,
				t.median()/in.ours.median(), "", math.Abs(t.Kappa-in.ours.Kappa)/in.ours.Kappa)
		}
	}
	if strings.HasPrefix(networkName, only) {
		if err := network(sample, threads, theirs); err != nil {
			return err
		}
	}
	return curves(reps, only, theirs)
}

// instances are those of the table: the default neuron, and one neuron of the
// associative network.
func instances(only string) []instance {
	var list []instance
	add := func(name string, p *perceptron.Problem, reps int) {
		if only != "" && (len(name) < len(only) || name[:len(only)] != only) {
			return
		}
		for _, kind := range []string{"A", "B"} {
			list = append(list, instance{Name: name, Kind: kind, P: p.P, N: p.N, Gamma: p.Gamma, Reps: reps, problem: p,
				File: fmt.Sprintf("%s-%s.f64", name, kind)})
		}
	}
	for _, s := range []struct {
		n     int
		alpha float64
		reps  int
	}{{200, 1, 9}, {500, 1, 5}, {1000, 1, 3}, {1000, 1.8, 3}} {
		add(fmt.Sprintf("N=%d,alpha=%g", s.n, s.alpha), neuron(s.n, s.alpha), s.reps)
	}
	add(networkName, networkNeuron(2000, 500), 1)
	for _, c := range curveCases {
		if c.p > 0 {
			add(c.middle(), c.sequence().Prefix(c.n/2), 1)
		}
	}
	return list
}

func neuron(n int, alpha float64) *perceptron.Problem {
	population := patterns.Population{N: n, FExc: 0.8,
		Exc: patterns.Input{Family: "exponential", Mean: 1, SD: 1},
		Inh: patterns.Input{Family: "gamma", Mean: math.Sqrt2, SD: 1, Shape: 2}}
	key := rng.NewKey("bench", fmt.Sprint(n), fmt.Sprint(alpha))
	p := patterns.FloorSize(alpha * float64(n))
	return &perceptron.Problem{P: p, N: n, Gamma: 1, Signs: population.Signs(),
		X:      population.Patterns(rng.New(key.Sub("patterns")), p),
		Labels: patterns.ExactLabels(rng.New(key.Sub("labels")), p, 0.1)}
}

func (in *instance) solve(engine *linalg.Engine, reps int) error {
	in.ours.Seconds = math.Inf(1)
	options := &perceptron.Options{Engine: engine, Workspace: new(perceptron.Workspace), SkipSignedMargin: true}
	for range reps {
		start := time.Now()
		var s *perceptron.Solution
		var err error
		if in.Kind == "A" {
			s, err = perceptron.MaxKappaIn(context.Background(), in.problem, options)
		} else {
			s, err = perceptron.MaxKappaOut(context.Background(), in.problem, options)
		}
		if err != nil {
			return err
		}
		seconds := time.Since(start).Seconds()
		in.ours.Times = append(in.ours.Times, seconds)
		in.ours.Seconds = min(in.ours.Seconds, seconds)
		in.ours.gap, in.ours.Status, in.ours.Kappa = s.Gap, s.Status.String(), s.KappaIn
		if in.Kind == "B" {
			in.ours.Kappa = s.KappaOut
		}
	}
	return nil
}

// alternative writes the instances and runs the script on them.
func alternative(python, script, dir string, list []instance, threads int) (map[string]result, error) {
	var problems []instance
	for _, in := range list {
		if err := in.write(filepath.Join(dir, in.File)); err != nil {
			return nil, err
		}
		problems = append(problems, in)
		if in.Kind == "A" {
			in.Kind = "Q" // the same without the norm constraint
			problems = append(problems, in)
		}
	}
	index, err := json.Marshal(problems)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "problems.json"), index, 0o600); err != nil {
		return nil, err
	}
	cmd := exec.Command(python, script, dir)
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), fmt.Sprint("OPENBLAS_NUM_THREADS=", threads))
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	results := map[string]result{}
	for dec := json.NewDecoder(out); ; {
		var r result
		if err := dec.Decode(&r); err == io.EOF {
			break
		} else if err != nil {
			return nil, err
		}
		results[r.Name+r.Kind] = r
	}
	return results, cmd.Wait()
}

func (in *instance) write(path string) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := file.Close(); err == nil {
			err = closeErr
		}
	}()
	w := bufio.NewWriter(file)
	signs := make([]float64, in.N)
	for i, g := range in.problem.Signs {
		signs[i] = float64(g)
	}
	for _, part := range [][]float64{in.problem.X, in.problem.Labels, signs} {
		if err := binary.Write(w, binary.LittleEndian, part); err != nil {
			return err
		}
	}
	return w.Flush()
}
