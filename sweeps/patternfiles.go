package sweeps

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"gardner/core/patterns"
	"gardner/sweeps/data"
)

// PatternFiles is the section patterns: of a sweep file, a person's own data:
//
//	patterns: {file: x.npy, labels: y.csv, types: t.csv, use: file}
//
// file holds P rows of N numbers; labels (+1 or -1, or 1 and 0) and types (exc or
// inh) may be missing. Paths are relative to the sweep file. See
// [Spec.ReadPatterns] for what becomes of it.
type PatternFiles struct {
	File, Labels, Types string
	Use                 string // a value of the param source: file or marginal
	place               *yaml.Node
}

// Values of the param `source`.
const (
	patternsRandom   = "random"
	patternsFile     = "file"
	patternsMarginal = "marginal"
	labelsFile       = "file"
)

// patternFiles reads the section patterns: of a sweep file.
func (p *specParser) patternFiles(n *yaml.Node) {
	f := &PatternFiles{Use: patternsFile, place: n}
	for _, e := range p.entries(n, "patterns", []string{"file", "labels", "types", "use"}) {
		text := p.text(e.value, e.key.Value)
		switch e.key.Value {
		case "file":
			f.File = text
		case "labels":
			f.Labels = text
		case "types":
			f.Types = text
		case "use":
			if f.Use = text; text != patternsFile && text != patternsMarginal {
				p.errorf(e.value, "use is %q; it is file (the rows as they are) or marginal (independent inputs with the file's values)", clip(text))
			}
		}
	}
	switch e := p.spec.experiment; {
	case n.Kind != yaml.MappingNode:
		return
	case f.File == "":
		p.errorf(n, "patterns has no file; write patterns: {file: x.npy, labels: y.csv, types: t.csv}")
	case e != nil && e.Param("data") == nil:
		p.errorf(n, "experiment %s does not take patterns from files", e.Name)
	}
	p.spec.Patterns = f
}

// ReadPatterns reads the files that the section patterns: names, relative to dir,
// and fixes the params that follow from them: the hash of the content (data), N
// and f_exc, means and standard deviations of both types, p_out and labels where
// labels are given, and whether the inputs are independent, as theory needs. It
// returns nil, nil if there is no such section. The set must then go where the
// sweep goes.
func (s *Spec) ReadPatterns(dir string) (*data.Set, error) {
	f := s.Patterns
	if f == nil {
		return nil, nil
	}
	at := func(name string) string {
		if name == "" || filepath.IsAbs(name) {
			return name
		}
		return filepath.Join(dir, name)
	}
	set, err := data.Load(at(f.File), at(f.Labels), at(f.Types))
	if err != nil {
		return nil, err
	}
	if size := 8 * (len(set.X) + len(set.Labels) + len(set.Signs)); size > data.MaxEncoded-1024 {
		return nil, fmt.Errorf("%s: %d x %d numbers are more than a sweep carries (%d MiB)", f.File, set.P, set.N, data.MaxEncoded>>20)
	}
	if err := s.typesOf(set); err != nil {
		return nil, err
	}
	if err := s.fixPatterns(set); err != nil {
		return nil, err
	}
	s.Patterns = nil
	if s.experiment.Param("alpha") != nil && f.Use == patternsFile {
		for _, v := range s.valuesOf("alpha") {
			alpha, _ := v.Number()
			if need := patterns.FloorSize(alpha * float64(set.N)); need > set.P {
				return nil, fmt.Errorf("alpha = %s needs %d patterns of %d inputs, but %s has %d; take a smaller alpha, or use: marginal",
					v, need, set.N, f.File, set.P)
			}
		}
	}
	return set, nil
}

// typesOf gives a set without cell types those of f_exc, excitatory first.
func (s *Spec) typesOf(set *data.Set) error {
	f := s.Patterns
	if set.Signs == nil {
		values := s.valuesOf("f_exc")
		if f.Use == patternsMarginal || len(values) != 1 {
			return fmt.Errorf("patterns: %s needs a file of cell types: types: t.csv with exc or inh for each input", f.File)
		}
		fExc, _ := values[0].Number()
		set.Signs = patterns.Population{N: set.N, FExc: fExc}.Signs()
		set.Notes = append(set.Notes, fmt.Sprintf("without types the first %d inputs are excitatory (f_exc = %s)", patterns.FloorSize(fExc*float64(set.N)), values[0]))
	}
	for i, g := range set.Signs {
		if g == 0 {
			return fmt.Errorf("%s: input %d is unconstrained (0); in sweeps every input is exc or inh (`gardner solve` takes both)", f.Types, i)
		}
	}
	return nil
}

// fixPatterns sets the params that a data set determines, and refuses a sweep
// that sets them otherwise.
func (s *Spec) fixPatterns(set *data.Set) error {
	f, st := s.Patterns, set.Statistics()
	follow := map[string]Value{"data": Str(set.Hash().String()), "source": Str(f.Use),
		"family_exc": {}, "shape_exc": {}, "family_inh": {}, "shape_inh": {}, "independent": {}}
	for suffix, m := range map[string]data.Moments{"exc": st.Exc, "inh": st.Inh} {
		if m.Cells == 0 {
			continue
		}
		if !(m.SD > 0) {
			return fmt.Errorf("%s: its %s inputs all have the value %g; inputs that do not vary carry no pattern", f.File, suffix, m.Mean)
		}
		follow["mean_"+suffix], follow["sd_"+suffix] = Num(m.Mean), Num(m.SD)
	}
	if f.Use == patternsFile {
		s.followRows(follow, set, st)
	} else if st.POut > 0 && st.POut < 1 && s.given("p_out") == nil {
		follow["p_out"] = Num(st.POut) // labels are drawn, so another may be asked for
	}
	for _, name := range slices.Sorted(maps.Keys(follow)) {
		if s.given(name) != nil {
			return fmt.Errorf("%s follows from %s; leave it out of params and grid", name, f.File)
		}
		if follow[name].IsZero() {
			continue
		}
		v, err := s.experiment.Param(name).Coerce(follow[name])
		if err != nil {
			return fmt.Errorf("%s: %w", f.File, err)
		}
		if err := s.put(Values(name, v)); err != nil {
			return err
		}
	}
	return nil
}

// followRows adds what follows from a set whose rows are the patterns.
func (s *Spec) followRows(follow map[string]Value, set *data.Set, st data.Statistics) {
	follow["N"] = Num(float64(set.N))
	if s.Patterns.Types != "" {
		follow["f_exc"] = Num(st.FExc)
	}
	if set.Labels != nil {
		follow["labels"], follow["p_out"] = Str(labelsFile), Value{}
		if st.POut > 0 && st.POut < 1 {
			follow["p_out"] = Num(st.POut)
		}
	} else {
		st.POut = 0.5 // they are drawn: that they are missing is no reason against theory
	}
	if _, _, err := st.Neuron(); err != nil {
		follow["independent"] = Truth(false)
		set.Notes = append(set.Notes, s.Patterns.File+": "+err.Error())
	}
}

// given returns the values that the sweep gives a param, none if it says nothing.
func (s *Spec) given(name string) (values []Value) {
	for _, axes := range [][]Axis{s.Params, s.Grid} {
		for _, a := range axes {
			for k, p := range a.Params {
				if p != name {
					continue
				}
				for _, t := range a.Tuples {
					values = append(values, t[k])
				}
			}
		}
	}
	return values
}

// valuesOf is given, or the default.
func (s *Spec) valuesOf(name string) []Value {
	if v := s.given(name); v != nil {
		return v
	}
	return []Value{s.experiment.Param(name).Default}
}

// yaml writes the section as a sweep file has it.
func (f *PatternFiles) yaml() string {
	parts := []string{"file: " + yamlText(f.File)}
	for _, x := range [][2]string{{"labels", f.Labels}, {"types", f.Types}, {"use", f.Use}} {
		if x[1] != "" {
			parts = append(parts, x[0]+": "+yamlText(x[1]))
		}
	}
	return "patterns: {" + strings.Join(parts, ", ") + "}\n"
}
