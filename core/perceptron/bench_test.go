package perceptron

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"gardner/core/linalg"
)

// benchmarks are the problems of the project's table of targets.
var benchmarks = []struct {
	name   string
	family string
	n, p   int
	pOut   float64
	gamma  float64
}{
	{"N=200,P=200", "exponential", 200, 200, 0.1, 1},
	{"N=500,P=500", "exponential", 500, 500, 0.1, 1},
	{"N=500,P=750", "exponential", 500, 750, 0.1, 1},
	{"N=1000,P=500", "exponential", 1000, 500, 0.1, 1},
	{"N=1000,P=1000", "exponential", 1000, 1000, 0.1, 1},
	{"N=1000,P=1800", "exponential", 1000, 1800, 0.1, 1},
	{"network", "bernoulli", 1999, 500, 0.3, 10},
}

func BenchmarkSolve(b *testing.B) {
	for _, c := range benchmarks {
		p := instance(rand.New(rand.NewPCG(3, 2)), c.family, c.n, c.p, 0.8, c.pOut, c.gamma)
		o := &Options{Engine: linalg.New(2), Workspace: new(Workspace), SkipSignedMargin: true}
		for _, k := range []Kind{KindKappaIn, KindKappaOut} {
			b.Run(fmt.Sprintf("%s/%s", c.name, k), func(b *testing.B) {
				b.ReportAllocs()
				var s *Solution
				for b.Loop() {
					var err error
					if s, err = solvers[k](context.Background(), p, o); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(s.Gap, "gap")
				b.ReportMetric(float64(s.Iterations), "iterations")
				if _, err := Check(p, k, s); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}
