package query

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"gardner/sweeps"
)

// derived is a metric that is computed from each row: "kappa_ratio = kappa_out/gamma".
type derived struct {
	*expression
}

var columnText = regexp.MustCompile(`^\s*([A-Za-z_][A-Za-z0-9_]*)\s*=([^=](?s:.*))$`)

// reserved are names with a meaning of their own.
var reserved = []string{"status", byReplicate, "block", "ordinal", "seed", "metric", "unit", "n", "mean"}

// derive understands the definitions of derived metrics, NAME=EXPRESSION, each of
// which may use those before it. A number gives a number metric; a truth gives a
// count of one trial a row, so that its mean is a share with a Wilson interval. A
// row has no value of it if it has none of a metric that the expression mentions,
// unless the expression asks with empty().
func (s *scope) derive(definitions []string) error {
	for _, text := range definitions {
		m := columnText.FindStringSubmatch(text)
		if m == nil {
			return &InputError{"column", fmt.Sprintf("%q is not NAME=EXPRESSION, as in ratio=kappa_out/gamma", text)}
		}
		name := m[1]
		taken := slices.Concat(reserved, s.experiment.ParamNames())
		for i := range s.metrics {
			taken = append(taken, s.metrics[i].Name, s.metrics[i].Name+"_k", s.metrics[i].Name+"_n")
		}
		if slices.Contains(taken, name) {
			return &InputError{"column", fmt.Sprintf("%q means something already; choose another name", name)}
		}
		x, err := compile("column", s.experiment, slices.Clone(s.metrics), strings.TrimSpace(m[2]))
		if err != nil {
			return err
		}
		kind := sweeps.MetricNumber
		root := x.program.Node()
		switch t := root.Type(); {
		case t == nil || t.Kind() == reflect.Interface: // known at run time only
		case t.Kind() == reflect.Bool:
			kind = sweeps.MetricCount
		case t.Kind() != reflect.Float64 && t.Kind() != reflect.Int:
			return &InputError{"column", fmt.Sprintf("%s is a %s, want a number or a truth", name, t)}
		}
		s.metrics = append(s.metrics, sweeps.Metric{Name: name, Kind: kind, Doc: strings.TrimSpace(m[2])})
		s.derived = append(s.derived, &derived{x})
	}
	return nil
}

// cell computes the metric of one row, whose cells are those defined before it.
func (d *derived) cell(f *evaluator, p sweeps.Point, replicate int, status string, cells []sweeps.Cell) (sweeps.Cell, error) {
	if !d.asksEmpty {
		for _, i := range d.metrics {
			if cells[i].IsEmpty(d.metricList[i].Kind) {
				return sweeps.Empty(), nil
			}
		}
	}
	out, err := f.eval(p, replicate, status, cells)
	if err != nil {
		return sweeps.Empty(), err
	}
	switch v := out.(type) {
	case float64:
		return sweeps.Val(v), nil
	case int:
		return sweeps.Val(float64(v)), nil
	case bool:
		return sweeps.Indicator(v), nil
	case nil:
		return sweeps.Val(math.NaN()), nil
	}
	return sweeps.Empty(), &InputError{"column", fmt.Sprintf("%s gives a %T, want a number or a truth", d.program.Source(), out)}
}

// columns computes all derived metrics of one goroutine's rows.
type columns struct {
	derived []*derived
	eval    []*evaluator
}

func (s *scope) newColumns() *columns {
	c := &columns{derived: s.derived}
	for _, d := range s.derived {
		c.eval = append(c.eval, newEvaluator(d.expression))
	}
	return c
}

// extend returns the cells followed by the derived ones, kept in arena.
func (c *columns) extend(arena []sweeps.Cell, p sweeps.Point, replicate int, status string, cells []sweeps.Cell) (all, rest []sweeps.Cell, err error) {
	from := len(arena)
	arena = append(arena, cells...)
	for i, d := range c.derived {
		v, err := d.cell(c.eval[i], p, replicate, status, arena[from:])
		if err != nil {
			return nil, arena, err
		}
		arena = append(arena, v)
	}
	return arena[from:len(arena):len(arena)], arena, nil
}
