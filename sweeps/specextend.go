package sweeps

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Extend widens the sweep: "param=values" adds values to what the param takes now
// (its axis, its fixed value or its default), "replicates=N" raises their number,
// the largest one where they are adaptive.
// Nothing is taken away, so all that is computed stays part of the sweep. Values
// may be written as Set takes them. On an error nothing is changed.
func (s *Spec) Extend(assignment string) error {
	name, text, ok := strings.Cut(assignment, "=")
	name, text = strings.TrimSpace(name), strings.TrimSpace(text)
	if !ok || name == "" {
		return fmt.Errorf("%q is not param=values", clip(assignment))
	}
	if name == "replicates" && s.Adaptive != nil {
		n, err := strconv.Atoi(text)
		if err != nil || n < s.Adaptive.Max {
			return fmt.Errorf("replicates = %s is not a whole number of at least %d, which the sweep may have already", clip(text), s.Adaptive.Max)
		}
		more := *s.Adaptive
		more.Max = n
		s.Adaptive = &more
		return nil
	}
	if name == "replicates" {
		if n, err := strconv.Atoi(text); err == nil && n < s.Replicates {
			return fmt.Errorf("replicates = %d is fewer than the sweep's %d: to extend is to add", n, s.Replicates)
		}
		return s.setOther(name, text)
	}
	if s.experiment == nil {
		return fmt.Errorf("the sweep has no experiment; sweeps are made by ParseSpec")
	}
	p := s.experiment.Param(name)
	if p == nil {
		return s.experiment.unknownParam(clip(name))
	}
	added, err := p.parseValues(text)
	if err != nil {
		return err
	}
	values, err := s.present(p)
	if err != nil {
		return err
	}
	for _, v := range added {
		if !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	return s.put(Values(name, values...))
}

// present returns the values that a param takes in the sweep.
func (s *Spec) present(p *Param) ([]Value, error) {
	for _, axes := range [][]Axis{s.Params, s.Grid} {
		for _, a := range axes {
			k := slices.Index(a.Params, p.Name)
			if k < 0 {
				continue
			}
			if len(a.Params) > 1 {
				return nil, fmt.Errorf("%s is zipped with other params: change the sweep file and submit it again", p.Name)
			}
			var values []Value
			for _, t := range a.Tuples {
				values = append(values, t[k])
			}
			return values, nil
		}
	}
	return []Value{p.Default}, nil
}
