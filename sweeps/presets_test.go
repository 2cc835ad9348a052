package sweeps

import (
	"math"
	"strings"
	"testing"
)

func TestPresetsArePlannable(t *testing.T) {
	t.Parallel()
	reg := Builtin()
	for _, info := range Presets() {
		s, err := ParseSpec(info.Name+".yaml", info.YAML, reg)
		if err != nil {
			t.Error(err)
			continue
		}
		if s.Name != info.Name || s.Title != info.Doc || info.Doc == "" {
			t.Errorf("preset %s calls itself %q and is titled %q, listed as %q", info.Name, s.Name, s.Title, info.Doc)
		}
		blocks, err := s.Blocks(reg)
		if err != nil {
			t.Error(err)
			continue
		}
		p, err := reg.Plan(blocks[0])
		if err != nil {
			t.Error(err)
			continue
		}
		if seconds := p.TotalCost(); !strings.HasSuffix(info.Name, "-full") && seconds > 240 {
			t.Errorf("preset %s is meant to be small but costs about %.0f s", info.Name, seconds)
		}
		// Every metric with a theory has a value somewhere on the grid.
		outer, _ := p.Outer(blocks[0].PerReplicate() / 2)
		for _, th := range p.Experiment.Theory {
			defined := false
			for row := range p.Rows() {
				for _, at := range anySolution(p.At(outer, row)) {
					if th.Mass != nil {
						defined = defined || !math.IsNaN(th.Mass(at, 0, 1))
						continue
					}
					defined = defined || !math.IsNaN(th.Eval(at))
				}
			}
			if !defined {
				t.Errorf("preset %s: %s of %s is nowhere defined at %s", info.Name, th.Name, th.Metric, outer)
			}
		}
	}
	if _, err := Preset("capcity"); err == nil || !strings.Contains(err.Error(), `did you mean "capacity"?`) {
		t.Errorf("Preset(capcity) = %v", err)
	}
}

// anySolution is a point with each solution that can be asked for there.
func anySolution(p Point) []Point {
	for _, q := range p.table.params {
		if q.Name == "solution" {
			var all []Point
			for _, c := range q.Choices {
				all = append(all, p.With("solution", Str(c)))
			}
			return all
		}
	}
	return []Point{p}
}

func TestThePresetOfTheFirstMinute(t *testing.T) {
	t.Parallel()
	info, err := Preset("capacity")
	if err != nil {
		t.Fatal(err)
	}
	s, err := ParseSpec("preset capacity", info.YAML, Builtin())
	if err != nil {
		t.Fatal(err)
	}
	want := `unknown parameter "fexc" of experiment capacity; did you mean "f_exc" (excitatory fraction, 0 to 1, default 0.8)?`
	if err := s.Set("fexc=0.5"); err == nil || err.Error() != want {
		t.Errorf("Set(fexc=0.5) = %v\nwant %s", err, want)
	}
	if err := s.Set("f_exc=0.5"); err != nil {
		t.Error(err)
	}
	blocks, err := s.Blocks(Builtin())
	if err != nil || blocks[0].Tasks() != 120 || blocks[0].Rows() != 32 {
		t.Errorf("%d tasks of %d rows, %v", blocks[0].Tasks(), blocks[0].Rows(), err)
	}
}

func TestTheTalkHasEveryPreset(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for _, full := range []bool{false, true} {
		for _, p := range Talk(full) {
			seen[p.Name]++
			if strings.HasSuffix(p.Name, "-full") != full {
				t.Errorf("full %t: %s", full, p.Name)
			}
		}
	}
	for _, p := range Presets() {
		if seen[p.Name] != 1 {
			t.Errorf("%s is told %d times", p.Name, seen[p.Name])
		}
	}
}
