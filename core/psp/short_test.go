package psp_test

import (
	"math"
	"testing"
)

func TestDecaysAgainstExp(t *testing.T) {
	t.Parallel()
	for _, k := range kernels(t) {
		const n = 1000
		times, m, s := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range times {
			times[i] = k.Short() * float64(i) / (n - 1)
		}
		k.Decays(times, m, s)
		for i, x := range times {
			if d := math.Max(math.Abs(m[i]-math.Exp(-x/k.TauM)), math.Abs(s[i]-math.Exp(-x/k.TauS))); d > 2.3e-16 {
				t.Fatalf("tau %g, %g: decays over %g are %v and %v, %g off", k.TauM, k.TauS, x, m[i], s[i], d)
			}
		}
		for _, x := range []float64{0, 1e-12, 1e-3, 1, 50} {
			if lm, ls := k.Loss(x); math.Abs(lm+math.Expm1(-x/k.TauM)) > 4e-16*lm || math.Abs(ls+math.Expm1(-x/k.TauS)) > 4e-16*ls {
				t.Errorf("tau %g, %g: losses over %g are %v and %v", k.TauM, k.TauS, x, lm, ls)
			}
		}
		// Both ways of Decay, with either polynomial.
		for i, x := range times {
			if dm, ds := k.Decay(x); math.Abs(m[i]-dm) > 2.3e-16 || math.Abs(s[i]-ds) > 2.3e-16 {
				t.Fatalf("tau %g, %g: decays over %g are %v and %v, one by one %v and %v", k.TauM, k.TauS, x, m[i], s[i], dm, ds)
			}
		}
		block := append([]float64(nil), times[:n/8*8]...)
		blockM, blockS := make([]float64, len(block)), make([]float64, len(block))
		for i := range block {
			block[i] = float64(i/8) + times[i%8*100]
		}
		k.BlockDecays(block, blockM, blockS)
		for i, x := range block {
			back := block[i/8*8+7] - x
			if dm, ds := k.Decay(back); back <= k.Short() && (math.Abs(blockM[i]-dm) > 2.3e-16 || math.Abs(blockS[i]-ds) > 2.3e-16) {
				t.Fatalf("tau %g, %g: decays %g before the end of a block are %v and %v, want %v and %v", k.TauM, k.TauS, back, blockM[i], blockS[i], dm, ds)
			}
		}
	}
}
