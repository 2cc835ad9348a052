package patterns_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"testing"

	"gardner/core/patterns"
	"gardner/core/rng"
)

func hash(x []float64) string {
	h := sha256.New()
	var b [8]byte
	for _, v := range x {
		binary.LittleEndian.PutUint64(b[:], math.Float64bits(v))
		h.Write(b[:])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// The bits of every family and of the labels. A change here changes results: it
// needs a new version of every experiment.
func TestGoldenBits(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"bernoulli 0":   "df6cfe2ade9fe0d0",
		"exact labels":  "aa532562400d73bd",
		"exponential 0": "2e3d2d391f328237",
		"gamma 0.6":     "5902aa9224a45f96",
		"gamma 2":       "2b6a6c90425ce6f6",
		"gaussian 0":    "31946eaf7715bb94",
		"lognormal 0":   "f144208a20a0ec24",
		"presets":       "053ecaa21893c723",
		"random labels": "d8f3572196a2d24c",
	}
	got := map[string]string{}
	for _, in := range []patterns.Input{
		{Family: patterns.Exponential, Mean: 1.3},
		{Family: patterns.Gamma, Mean: 1.41421356237, SD: 1, Shape: 2},
		{Family: patterns.Gamma, Mean: 1.1, SD: .7, Shape: .6},
		{Family: patterns.Bernoulli, Mean: .3},
		{Family: patterns.Gaussian, Mean: 1.1, SD: .7},
		{Family: patterns.Lognormal, Mean: 1.1, SD: .7},
	} {
		x := make([]float64, 20_000)
		in.Fill(rng.New(rng.NewKey("golden")), x)
		got[fmt.Sprintf("%s %v", in.Family, in.Shape)] = hash(x)
	}
	got["presets"] = hash(defaults(40).Patterns(rng.New(rng.NewKey("golden")), 200))
	got["exact labels"] = hash(patterns.ExactLabels(rng.New(rng.NewKey("golden")), 5000, .1))
	got["random labels"] = hash(patterns.RandomLabels(rng.New(rng.NewKey("golden")), 5000, .1))
	for name, h := range got {
		if h != want[name] {
			t.Errorf("%s: bits have changed: %q, want %q", name, h, want[name])
		}
	}
}
