package curve

import (
	"context"
	"fmt"
	"math"
	"testing"

	"gardner/core/perceptron"
)

// The capacity curve rows of the solver benchmarks: all prefixes up to P = N, and up to infeasibility.
func BenchmarkCurve(b *testing.B) {
	for _, c := range []struct{ n, p int }{{200, 200}, {200, 400}, {500, 500}, {500, 1000}, {1000, 1000}} {
		p := standard(1, c.p, c.n, 1)
		for i, run := range []func(context.Context, *perceptron.Problem, *Options) (*Curve, error){In, Out} {
			b.Run(fmt.Sprintf("%s/N=%d/P=%d", []string{"A", "B"}[i], c.n, c.p), func(b *testing.B) {
				var curve *Curve
				for b.Loop() {
					var err error
					if curve, err = run(context.Background(), p, nil); err != nil {
						b.Fatal(err)
					}
				}
				worst := 0.0
				for _, g := range curve.Gap {
					worst = math.Max(worst, math.Abs(g))
				}
				b.ReportMetric(float64(curve.Capacity), "capacity")
				b.ReportMetric(worst*1e12, "gap*1e12")
				b.ReportMetric(float64(curve.Events), "events")
				b.ReportMetric(float64(curve.Rounds), "rounds")
			})
		}
	}
}
