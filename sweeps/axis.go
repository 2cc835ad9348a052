package sweeps

import (
	"fmt"
	"sort"
)

// Axis is one direction of a grid: the values of one param, or, for a zip, the
// tuples of several params that move together.
type Axis struct {
	Params []string
	Tuples [][]Value // each as long as Params; no tuple occurs twice

	// Defaults holds each param's default. [NewBlock] fills it in. A block that
	// does not mention a param means its default, so set algebra between blocks
	// needs to know it.
	Defaults []Value
}

// Values returns an axis of one param.
func Values(param string, values ...Value) Axis {
	a := Axis{Params: []string{param}, Tuples: make([][]Value, len(values))}
	for i, v := range values {
		a.Tuples[i] = []Value{v}
	}
	return a
}

// Numbers returns an axis of one number param.
func Numbers(param string, values ...float64) Axis {
	a := Axis{Params: []string{param}, Tuples: make([][]Value, len(values))}
	for i, v := range values {
		a.Tuples[i] = []Value{Num(v)}
	}
	return a
}

// Len returns the number of tuples.
func (a *Axis) Len() int { return len(a.Tuples) }

// MaxAxis bounds the tuples of one axis, and MaxInner the rows of one task.
const (
	MaxAxis  = 1 << 20
	MaxInner = 1 << 16
	MaxTasks = 1 << 48
)

// tupleKey returns a string that two tuples share if and only if they are equal.
func tupleKey(t []Value) string {
	var b []byte
	for _, v := range t {
		b = appendValue(b, v)
	}
	return string(b)
}

// duplicate returns the positions of the first two equal tuples.
func (a *Axis) duplicate() (first, second int, found bool) {
	if len(a.Params) == 1 {
		seen := make(map[Value]int, len(a.Tuples))
		for i, t := range a.Tuples {
			if j, ok := seen[t[0]]; ok {
				return j, i, true
			}
			seen[t[0]] = i
		}
		return 0, 0, false
	}
	seen := make(map[string]int, len(a.Tuples))
	for i, t := range a.Tuples {
		k := tupleKey(t)
		if j, ok := seen[k]; ok {
			return j, i, true
		}
		seen[k] = i
	}
	return 0, 0, false
}

// normalise checks the axes of one half of a grid against the experiment and
// returns them in canonical form: params that do not vary become axes of length
// 1, those at their default are left out, the rest come first and sorted by
// name; axes that vary keep their order, which numbers the tasks.
func (e *Experiment) normalise(axes []Axis) ([]Axis, error) {
	var fixed, varying []Axis
	for _, a := range axes {
		a, constant, err := e.normaliseAxis(a)
		if err != nil {
			return nil, err
		}
		fixed = append(fixed, constant...)
		if len(a.Params) > 0 {
			varying = append(varying, a)
		}
	}
	sort.Slice(fixed, func(i, j int) bool { return fixed[i].Params[0] < fixed[j].Params[0] })
	return append(fixed, varying...), nil
}

// normaliseAxis splits an axis into its params that vary and those that do not.
func (e *Experiment) normaliseAxis(a Axis) (varying Axis, fixed []Axis, err error) {
	if len(a.Params) == 0 || len(a.Tuples) == 0 {
		return Axis{}, nil, fmt.Errorf("axis %v has no values, so there would be nothing to compute", a.Params)
	}
	if len(a.Tuples) > MaxAxis {
		return Axis{}, nil, fmt.Errorf("axis %v has %d values, more than %d", a.Params, len(a.Tuples), MaxAxis)
	}
	columns := make([][]Value, len(a.Params))
	for k, name := range a.Params {
		p := e.Param(name)
		if p == nil {
			return Axis{}, nil, e.unknownParam(name)
		}
		columns[k] = make([]Value, len(a.Tuples))
		for i, t := range a.Tuples {
			if len(t) != len(a.Params) {
				return Axis{}, nil, fmt.Errorf("axis %v: tuple %d has %d values, not %d", a.Params, i+1, len(t), len(a.Params))
			}
			if columns[k][i], err = p.Coerce(t[k]); err != nil {
				return Axis{}, nil, err
			}
		}
		constant := true
		for _, v := range columns[k] {
			constant = constant && v == columns[k][0]
		}
		switch {
		case !constant:
			varying.Params = append(varying.Params, name)
			varying.Defaults = append(varying.Defaults, p.Default)
			columns[len(varying.Params)-1] = columns[k]
		case columns[k][0] != p.Default:
			fixed = append(fixed, Axis{Params: []string{name}, Tuples: [][]Value{{columns[k][0]}}, Defaults: []Value{p.Default}})
		}
	}
	n := len(varying.Params)
	if n == 0 {
		if len(a.Tuples) > 1 {
			return Axis{}, nil, fmt.Errorf("axis %v holds the same values %d times", a.Params, len(a.Tuples))
		}
		return varying, fixed, nil
	}
	slab := make([]Value, n*len(a.Tuples))
	varying.Tuples = make([][]Value, len(a.Tuples))
	for i := range a.Tuples {
		varying.Tuples[i] = slab[i*n : (i+1)*n : (i+1)*n]
		for k := range n {
			varying.Tuples[i][k] = columns[k][i]
		}
	}
	if i, j, dup := varying.duplicate(); dup {
		return Axis{}, nil, fmt.Errorf("axis %v: values %d and %d are both %v (values are compared at 12 significant digits)",
			varying.Params, i+1, j+1, varying.Tuples[i])
	}
	return varying, fixed, nil
}
