package perceptron

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
)

// A problem solved on the rows and weights that matter first has the answer it has otherwise.
func TestSiftedAgrees(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(11, 4))
	sifted := 0
	for trial := range 60 {
		n := 40 + r.IntN(80)
		p := instance(r, families[trial%len(families)], n, 20+int(float64(n)*1.4*r.Float64()), pick(r, 0.5, 0.8), pick(r, 0.1, 0.3, 0.5), pick(r, 1, 10))
		if trial%4 == 3 {
			p.Drive, p.Margins = make([]float64, p.P), make([]float64, p.P)
			for mu := range p.Drive {
				p.Drive[mu], p.Margins[mu] = 0.3*r.NormFloat64(), 0.5+r.Float64()
			}
		}
		for _, k := range []Kind{KindKappaIn, KindKappaOut, KindFreeThreshold} {
			want, err := solvers[k](context.Background(), p, &Options{siftFrom: math.MaxInt})
			if err != nil {
				t.Fatalf("trial %d: %v: %v", trial, k, err)
			}
			o := &Options{siftFrom: 1, Workspace: new(Workspace)}
			got, err := solvers[k](context.Background(), p, o)
			if err != nil {
				t.Fatalf("trial %d: %v sifted: %v", trial, k, err)
			}
			if o.Workspace.floats["sift.a"] != nil {
				sifted++
			}
			if _, err := Check(p, k, got); err != nil {
				t.Errorf("trial %d: %v sifted: %v", trial, k, err)
			}
			if got.Status != want.Status {
				t.Errorf("trial %d: %v: %v, sifted %v", trial, k, want.Status, got.Status)
				continue
			}
			if want.Status == Infeasible {
				continue
			}
			for i, w := range want.Weights {
				if math.Abs(w-got.Weights[i]) > 1e-6*norm(want.Weights) {
					t.Errorf("trial %d: %v: weight %d is %v, sifted %v", trial, k, i, w, got.Weights[i])
					break
				}
			}
			if math.Abs(got.KappaIn-want.KappaIn) > 1e-8*want.KappaIn {
				t.Errorf("trial %d: %v: kappa_in %v, sifted %v", trial, k, want.KappaIn, got.KappaIn)
			}
		}
	}
	if sifted < 30 {
		t.Errorf("only %d problems were sifted", sifted)
	}
}
