package sweeps

import (
	"math"
	"strings"
	"testing"
)

func TestAdaptiveReplicates(t *testing.T) {
	t.Parallel()
	s := mustParse(t, "name: x\nexperiment: toy\nreplicates: {min: 20, max: 100, until: {m: 1%, k: 0.5}}\n")
	if s.Replicates != 20 || !s.Grows() {
		t.Errorf("%d replicates at first", s.Replicates)
	}
	if got, want := s.Adaptive.String(), "20 to 100 replicates a point, until m is known within 1% and k is known within 0.5"; got != want {
		t.Errorf("%s; want %s", got, want)
	}
	var rungs []int
	for n := s.Adaptive.Min; n < s.Adaptive.Max; {
		n = s.Adaptive.More(n)
		rungs = append(rungs, n)
	}
	if len(rungs) != 4 || rungs[0] != 30 || rungs[3] != 100 {
		t.Errorf("rungs %v", rungs)
	}
	if err := s.Extend("replicates=50"); err == nil || !strings.Contains(err.Error(), "at least 100") {
		t.Errorf("fewer than may be there: %v", err)
	}
	if err := s.Extend("replicates=200"); err != nil || s.Adaptive.Max != 200 || s.Replicates != 20 {
		t.Errorf("extended: %v, %+v", err, s.Adaptive)
	}
	if err := s.Set("replicates=7"); err != nil || s.Grows() || s.Replicates != 7 {
		t.Errorf("set: %v, %+v", err, s)
	}
}

func TestRefineHalves(t *testing.T) {
	t.Parallel()
	number, integer := &Param{Name: "x", Kind: Number, Max: math.Inf(1), Min: math.Inf(-1)}, &Param{Name: "n", Kind: Integer, Min: -1e9, Max: 1e9}
	for _, c := range []struct {
		r         Refine
		p         *Param
		low, high float64
		want      float64 // NaN: they are close enough
	}{
		{Refine{To: Size{0.1, false}}, number, 1, 2, 1.5},
		{Refine{To: Size{1, false}}, number, 1, 2, math.NaN()},
		{Refine{To: Size{0.1, true}}, number, 10, 11, math.NaN()},
		{Refine{To: Size{0.09, true}}, number, 10, 11, 10.5},
		{Refine{To: Size{0.09, true}, Log: true}, number, 1, 100, 10},
		{Refine{To: Size{0.1, false}}, integer, 4, 7, 6},
		{Refine{To: Size{0.1, false}}, integer, 4, 5, math.NaN()},
		{Refine{To: Size{1e-30, false}}, number, 1, 1 + 1e-11, math.NaN()}, // values have 12 digits
	} {
		v, ok := c.r.Between(c.p, c.low, c.high)
		x, _ := v.Number()
		if ok != (c.want == c.want) || ok && math.Abs(x-c.want) > 1e-9 {
			t.Errorf("%v between %g and %g: %v, %t; want %g", c.r, c.low, c.high, v, ok, c.want)
		}
	}
}
