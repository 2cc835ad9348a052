// Command tempotron times presentations of the tempotron's learning rule at the
// literature's size (N = 500, T = 500 ms), with exact maxima in one pass over the input
// spikes (core/tempotron), against potentials on a grid of 1 ms in plain Go and, with
// -compare, numpy (bench/tempotron.py), which may keep the grid of every pattern in
// memory. The peaks of all are compared: those of a grid are low.
package main

import (
	"cmp"
	"context"
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

	"gardner/core/patterns"
	"gardner/core/psp"
	"gardner/core/rng"
	"gardner/core/tempotron"
)

const (
	n, p     = 500, 250 // afferents, patterns
	window   = 500.0    // ms
	step     = 1.0      // ms, of the grids
	rounds   = 20       // cycles that are timed
	momentum = 0.99
	rate     = 1e-4
)

func main() {
	compare := flag.String("compare", "", "python interpreter with numpy; empty: no comparison with Python")
	script := flag.String("script", "bench/tempotron.py", "the alternative's script")
	flag.Parse()
	if err := run(*compare, *script); err != nil {
		log.Fatal(err)
	}
}

// work is what all learn: patterns of one spike per afferent.
type work struct {
	kernel  *psp.Kernel
	trains  []*psp.Train
	Times   [][]float64 // by pattern and afferent
	Labels  []float64
	Weights []float64
}

func draw() (*work, error) {
	k, err := psp.New(15, 3.75)
	if err != nil {
		return nil, err
	}
	key := rng.NewKey("bench", "tempotron")
	w := &work{kernel: k, Labels: patterns.ExactLabels(rng.New(key.Sub("labels")), p, 0.5), Weights: make([]float64, n)}
	rng.New(key.Sub("weights")).FillNorm(w.Weights)
	sd := 0.5 / tempotron.PotentialSD(k, n, 1/window, 1)
	for i := range w.Weights {
		w.Weights[i] *= sd
	}
	s := rng.New(key.Sub("times"))
	for range p {
		times := make([]float64, n)
		for i := range times {
			times[i] = window * s.Float64()
		}
		w.Times = append(w.Times, times)
		w.trains = append(w.trains, train(k, times))
	}
	return w, nil
}

func run(python, script string) error {
	w, err := draw()
	if err != nil {
		return err
	}
	weights := append([]float64(nil), w.Weights...)
	rule := tempotron.Rule{Rate: rate, Momentum: momentum, Window: window, Cycles: rounds}
	start := time.Now()
	cycles, _, err := rule.Learn(context.Background(), w.kernel, w.trains, w.Labels, weights, rng.New(rng.NewKey("bench", "order")))
	if err != nil {
		return err
	}
	ours := time.Since(start).Seconds() / float64(cycles*p)
	exact := make([]float64, p)
	for mu, t := range w.trains {
		_, exact[mu] = t.Peak(w.kernel, psp.Scale(w.kernel, w.Weights), window)
	}
	fmt.Printf("N = %d, T = %g ms, per presentation, learning included   ours %6.2f us, exact maxima\n", n, window, 1e6*ours)
	theirs, peaks := w.grid()
	fmt.Printf("   %-46s %9.2f us %6.0fx, peaks low by up to %.1e\n", fmt.Sprintf("plain Go, a grid of %g ms", step), 1e6*theirs, theirs/ours, low(peaks, exact))
	if python == "" {
		return nil
	}
	dir, err := os.MkdirTemp("", "gardner-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	text, err := json.Marshal(w)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "work.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return err
	}
	cmd := exec.Command(python, script, path, fmt.Sprint(window), fmt.Sprint(step), fmt.Sprint(rate), fmt.Sprint(momentum))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s: %w", script, err)
	}
	var r struct {
		Seconds, Kept float64
		Peaks         []float64
	}
	if err := json.Unmarshal(out, &r); err != nil {
		return fmt.Errorf("%s: %w", script, err)
	}
	for _, c := range []struct {
		name    string
		seconds float64
	}{{"numpy, a grid formed at each presentation", r.Seconds}, {fmt.Sprintf("numpy, all grids kept (%.0f MB)", p*n*window/step*8/1e6), r.Kept}} {
		fmt.Printf("   %-46s %9.2f us %6.0fx, peaks low by up to %.1e\n", c.name, 1e6*c.seconds, c.seconds/ours, low(r.Peaks, exact))
	}
	return nil
}

func low(peaks, exact []float64) float64 {
	most := 0.0
	for mu, v := range exact {
		most = math.Max(most, v-peaks[mu])
	}
	return most
}

// grid learns with potentials on a grid: both exponentials decay from one point to the
// next, and spikes between are carried to it.
func (w *work) grid() (seconds float64, peaks []float64) {
	weights, change := append([]float64(nil), w.Weights...), make([]float64, n)
	points := int(window / step)
	m, s := math.Exp(-step/w.kernel.TauM), math.Exp(-step/w.kernel.TauS)
	// What is the same in all cycles is not timed: how a spike counts at the next point.
	type spike struct {
		afferent int
		m, s     float64
	}
	at := make([][][]spike, p)
	for mu, times := range w.Times {
		at[mu] = make([][]spike, points+1)
		for i, t := range times {
			next := int(math.Ceil(t / step))
			late := float64(next)*step - t
			at[mu][next] = append(at[mu][next], spike{i, math.Exp(-late / w.kernel.TauM), math.Exp(-late / w.kernel.TauS)})
		}
	}
	peak := func(mu int) (best float64, when int) {
		var a, b float64
		for j, spikes := range at[mu] {
			a, b = a*m, b*s
			for _, x := range spikes {
				a += weights[x.afferent] * x.m
				b += weights[x.afferent] * x.s
			}
			if v := w.kernel.V0 * (a - b); v > best {
				best, when = v, j
			}
		}
		return best, when
	}
	for mu := range w.Times {
		v, _ := peak(mu)
		peaks = append(peaks, v)
	}
	start := time.Now()
	for range rounds {
		for mu, label := range w.Labels {
			v, when := peak(mu)
			if (v > 1) == (label > 0) {
				continue
			}
			for i := range change {
				change[i] *= momentum
				if late := float64(when)*step - w.Times[mu][i]; late > 0 {
					change[i] += label * rate * w.kernel.V0 * (math.Exp(-late/w.kernel.TauM) - math.Exp(-late/w.kernel.TauS))
				}
				weights[i] += change[i]
			}
		}
	}
	return time.Since(start).Seconds() / (rounds * p), peaks
}

// train is the spikes in the order of time.
func train(k *psp.Kernel, times []float64) *psp.Train {
	order := make([]int32, len(times))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Compare(times[a], times[b]) })
	sorted := make([]float64, len(times))
	for j, i := range order {
		sorted[j] = times[i]
	}
	t := new(psp.Train)
	t.Set(k, sorted, order)
	return t
}
