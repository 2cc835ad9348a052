package main

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"gardner/core/curve"
	"gardner/core/linalg"
	"gardner/core/perceptron"
)

// curveCase is a capacity curve: the optima of all prefixes of one sequence of patterns, of 1 to P or to the end.
type curveCase struct {
	n, p int // p = 0: until no solution is left
}

var curveCases = []curveCase{{500, 500}, {500, 0}, {1000, 1000}}

// middle is the name of the prefix of N/2 patterns, whose cold solve by the alternative stands for the average of P = 1..N:
// the cost grows faster than P, so the extrapolation is in its favour.
func (c curveCase) middle() string { return fmt.Sprintf("N=%d,P=%d of its curve", c.n, c.n/2) }

// sequence is long enough to end.
func (c curveCase) sequence() *perceptron.Problem { return neuron(c.n, 2.6) }

// curves times the curves on one thread beside the alternative's cold solves of all prefixes, extrapolated.
func curves(reps int, only string, theirs map[string]result) error {
	engine := linalg.New(1)
	for _, c := range curveCases {
		if !strings.HasPrefix(c.middle(), only) {
			continue
		}
		p := c.sequence()
		name := fmt.Sprintf("curve K, N=%d to the end", c.n)
		if c.p > 0 {
			p = p.Prefix(c.p)
			name = fmt.Sprintf("curve K, N=%d, P=1..%d", c.n, c.p)
		}
		for _, kind := range []string{"A", "B"} {
			run := curve.In
			if kind == "B" {
				run = curve.Out
			}
			best, gap := math.Inf(1), 0.0
			var k *curve.Curve
			for range min(reps, 3) {
				start := time.Now()
				var err error
				if k, err = run(context.Background(), p, &curve.Options{Engine: engine}); err != nil {
					return fmt.Errorf("%s %s: %w", name, kind, err)
				}
				best = min(best, time.Since(start).Seconds())
			}
			for _, g := range k.Gap {
				gap = math.Max(gap, math.Abs(g))
			}
			fmt.Printf("%-28s %-2s %10.3f s %10.1e", name, kind, best, gap)
			t, ok := theirs[c.middle()+kind]
			if whole := t.Seconds * float64(len(k.Kappa)); ok && c.p > 0 {
				fmt.Printf(" %10.0f s  %7.0fx", whole, whole/best)
			}
			fmt.Printf("  (%d optima", len(k.Kappa))
			if k.Ended {
				fmt.Print(", then proved infeasible")
			}
			if ok && c.p > 0 {
				fmt.Printf("; alternative: the prefix of %d patterns, times %d", c.n/2, len(k.Kappa))
			}
			fmt.Println(")")
		}
	}
	return nil
}
