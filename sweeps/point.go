package sweeps

import (
	"fmt"
	"sort"
	"strings"
)

// table is an experiment's params compiled for lookup: outer params take the
// slots of one slice, inner params those of another, so that the inner half of
// all points is shared by all tasks of a block.
type table struct {
	params []Param
	index  map[string]int // name -> position in params
	slot   []int          // position in params -> slot in its half
	outer  []Value        // the defaults of the outer half
	inner  []Value        // and of the inner half
	keyed  []int          // outer params that enter stream keys, by name
}

func newTable(params []Param) *table {
	t := &table{params: params, index: make(map[string]int, len(params)), slot: make([]int, len(params))}
	for i, p := range params {
		t.index[p.Name] = i
		if p.Inner {
			t.slot[i] = len(t.inner)
			t.inner = append(t.inner, p.Default)
		} else {
			t.slot[i] = len(t.outer)
			t.outer = append(t.outer, p.Default)
			if !p.Treatment {
				t.keyed = append(t.keyed, i)
			}
		}
	}
	sort.Slice(t.keyed, func(i, j int) bool { return params[t.keyed[i]].Name < params[t.keyed[j]].Name })
	return t
}

// Point is where an experiment is evaluated: every param has a value, those a
// sweep does not mention their default. Points are immutable.
type Point struct {
	table        *table
	outer, inner []Value
}

// Names returns the params' names in the order of their declaration.
func (p Point) Names() []string {
	names := make([]string, len(p.table.params))
	for i, q := range p.table.params {
		names[i] = q.Name
	}
	return names
}

// Value returns a param's value, and the zero Value for an unknown name.
func (p Point) Value(name string) Value {
	if p.table == nil {
		return Value{}
	}
	i, ok := p.table.index[name]
	if !ok {
		return Value{}
	}
	return p.at(i)
}

// At returns the value of the i-th param in the order of declaration.
func (p Point) At(i int) Value { return p.at(i) }

func (p Point) at(i int) Value {
	if p.table.params[i].Inner {
		return p.inner[p.table.slot[i]]
	}
	return p.outer[p.table.slot[i]]
}

// Num returns the value of a number or integer param. Like the other typed
// getters it panics on a param the experiment does not declare so: that is a
// mistake in the experiment, not in a sweep.
func (p Point) Num(name string) float64 {
	x, ok := p.Value(name).Number()
	if !ok {
		panic(fmt.Sprintf("sweeps: %q is not a number param of this experiment", name))
	}
	return x
}

// Int returns the value of an integer param.
func (p Point) Int(name string) int { return int(p.Num(name)) }

// Str returns the value of a choice or text param.
func (p Point) Str(name string) string {
	s, ok := p.Value(name).Text()
	if !ok {
		panic(fmt.Sprintf("sweeps: %q is not a text param of this experiment", name))
	}
	return s
}

// Bool returns the value of a bool param.
func (p Point) Bool(name string) bool {
	b, ok := p.Value(name).Bool()
	if !ok {
		panic(fmt.Sprintf("sweeps: %q is not a bool param of this experiment", name))
	}
	return b
}

// With returns a copy with one param set; the value is not checked.
func (p Point) With(name string, v Value) Point {
	i, ok := p.table.index[name]
	if !ok {
		panic(fmt.Sprintf("sweeps: %q is not a param of this experiment", name))
	}
	half := &p.outer
	if p.table.params[i].Inner {
		half = &p.inner
	}
	*half = append([]Value(nil), *half...)
	(*half)[p.table.slot[i]] = v
	return p
}

// String returns the params that differ from their default, "N=50 kappa=0.1".
func (p Point) String() string {
	var parts []string
	for i, q := range p.table.params {
		if v := p.at(i); v != q.Default {
			parts = append(parts, q.Name+"="+v.String())
		}
	}
	return strings.Join(parts, " ")
}
