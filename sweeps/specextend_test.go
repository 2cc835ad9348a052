package sweeps

import (
	"strings"
	"testing"
)

func TestExtend(t *testing.T) {
	t.Parallel()
	registry := Builtin()
	parse := func() *Spec {
		s, err := ParseSpec("x.yaml", []byte("name: x\nexperiment: capacity\nreplicates: 4\nparams: {p_out: 0.1}\ngrid:\n  N: [50, 100]\n  kappa: [0, 0.5]\n"), registry)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := parse()
	for _, a := range []string{"N=100,200", "p_out=0.5", "f_exc=0.5", "replicates=6"} {
		if err := s.Extend(a); err != nil {
			t.Fatalf("%s: %v", a, err)
		}
	}
	blocks, err := s.Blocks(registry)
	if err != nil {
		t.Fatal(err)
	}
	tasks := uint64(0)
	for _, b := range blocks {
		tasks += b.Tasks()
	}
	if tasks != 3*2*2*6 { // N, p_out, f_exc (0.8 and 0.5), replicates
		t.Errorf("%d tasks, want 72:\n%s", tasks, s.YAML())
	}
	// What was planned before is part of what is planned now.
	before, err := parse().Blocks(registry)
	if err != nil {
		t.Fatal(err)
	}
	reuse, ok := Overlap(blocks[0], before[0])
	covered := 0
	for o := range blocks[0].Tasks() {
		if _, in := reuse.Map(o); in {
			covered++
		}
	}
	if !ok || covered != int(before[0].Tasks()) {
		t.Errorf("%d of %d tasks reused", covered, before[0].Tasks())
	}
	for a, want := range map[string]string{"replicates=2": "fewer", "fexc=1": "did you mean", "N=-3": "out of range", "N": "param=values"} {
		if err := parse().Extend(a); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", a, err, want)
		}
	}
}
