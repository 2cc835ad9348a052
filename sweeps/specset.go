package sweeps

import (
	"fmt"
	"strconv"
	"strings"
)

// Set changes the sweep as the command line's --set asks: "param=value" fixes a
// param, "param=a,b,c" and "param=linspace(0,1,11)" (or logspace, range) make it
// an axis, in its place if it was one and last if not. "replicates=N", "seed=N"
// and "name=NAME" change those. On an error nothing is changed.
func (s *Spec) Set(assignment string) error {
	name, text, ok := strings.Cut(assignment, "=")
	name, text = strings.TrimSpace(name), strings.TrimSpace(text)
	if !ok || name == "" {
		return fmt.Errorf("%q is not param=value", clip(assignment))
	}
	if s.experiment == nil {
		return fmt.Errorf("the sweep has no experiment; sweeps are made by ParseSpec")
	}
	p := s.experiment.Param(name)
	if p == nil {
		return s.setOther(name, text)
	}
	values, err := p.parseValues(text)
	if err != nil {
		return err
	}
	a := Values(name, values...)
	if i, j, dup := a.duplicate(); dup {
		return fmt.Errorf("%s: values %d and %d are both %s (values are compared at 12 significant digits)", name, i+1, j+1, values[i])
	}
	return s.put(a)
}

// parseValues reads one value, a list or a generator.
func (p *Param) parseValues(text string) ([]Value, error) {
	if p.Kind == Text {
		v, err := p.Parse(text)
		return []Value{v}, err
	}
	text = strings.TrimSuffix(strings.TrimPrefix(text, "["), "]")
	var values []Value
	if name, args, ok := isGenerator(text); ok {
		xs, err := generate(name, args, MaxAxis)
		if err != nil {
			return nil, err
		}
		for _, x := range xs {
			v, err := p.Coerce(Num(x))
			if err != nil {
				return nil, err
			}
			values = append(values, v)
		}
		return values, nil
	}
	for _, field := range strings.Split(text, ",") {
		v, err := p.Parse(strings.TrimSpace(field))
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

// put replaces a param by a new axis of it.
func (s *Spec) put(a Axis) error {
	name := a.Params[0]
	for i := range s.Params {
		if s.Params[i].Params[0] == name {
			s.Params = append(append([]Axis(nil), s.Params[:i]...), s.Params[i+1:]...)
			break
		}
	}
	for i := range s.Grid {
		for k, other := range s.Grid[i].Params {
			if other != name {
				continue
			}
			rest, err := s.Grid[i].without(k)
			if err != nil {
				return err
			}
			grid := append([]Axis(nil), s.Grid[:i]...)
			if len(rest.Params) > 0 {
				grid = append(grid, rest)
			}
			if len(a.Tuples) > 1 {
				grid = append(grid, a)
			} else {
				s.fix(a)
			}
			s.Grid = append(grid, s.Grid[i+1:]...)
			return nil
		}
	}
	if len(a.Tuples) > 1 {
		s.Grid = append(append([]Axis(nil), s.Grid...), a)
	} else {
		s.fix(a)
	}
	return nil
}

// without takes a param out of a zip.
func (a *Axis) without(k int) (Axis, error) {
	var rest Axis
	for j, name := range a.Params {
		if j != k {
			rest.Params = append(rest.Params, name)
		}
	}
	if len(rest.Params) == 0 {
		return rest, nil
	}
	for _, t := range a.Tuples {
		rest.Tuples = append(rest.Tuples, append(append([]Value(nil), t[:k]...), t[k+1:]...))
	}
	if i, j, dup := rest.duplicate(); dup {
		return rest, fmt.Errorf("%s is zipped with %s, and without it the tuples %d and %d are equal; set the others too",
			a.Params[k], strings.Join(rest.Params, ", "), i+1, j+1)
	}
	return rest, nil
}

// setOther changes what is not a param.
func (s *Spec) setOther(name, text string) error {
	switch name {
	case "replicates":
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil || n < 1 {
			return fmt.Errorf("replicates = %s is not a whole number of at least 1", clip(text))
		}
		s.Replicates, s.Adaptive = int(n), nil
	case "seed":
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return fmt.Errorf("seed = %s is not a whole number from 0 to 2^64-1", clip(text))
		}
		s.Seed = n
	case "name":
		if !validName(text) {
			return fmt.Errorf("name = %q: %s", clip(text), nameRule)
		}
		s.Name = text
	default:
		return s.experiment.unknownParam(clip(name))
	}
	return nil
}

const nameRule = "a name is up to 64 letters, digits, '-', '_' and '.'"
