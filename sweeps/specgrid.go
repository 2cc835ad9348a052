package sweeps

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// param finds a param by its key and notes where it was given.
func (p *specParser) param(key *yaml.Node) *Param {
	e := p.spec.experiment
	if e == nil {
		return nil
	}
	q := e.Param(key.Value)
	if q == nil {
		p.wrong(key, e.unknownParam(clip(key.Value)))
		return nil
	}
	if first := p.place[q.Name]; first != nil {
		p.params = true
		p.errorf(key, "parameter %q is given twice, first on line %d", q.Name, first.Line)
		return nil
	}
	p.place[q.Name] = key
	return q
}

// wrong reports a mistake in params or grid.
func (p *specParser) wrong(n *yaml.Node, err error) {
	p.params = true
	p.errorf(n, "%v", err)
}

// mappings are the entries of params: or grid:, and a note where they hold
// mistakes of form.
func (p *specParser) mapping(n *yaml.Node, what string) []entry {
	before := len(p.errs)
	out := p.entries(n, what, nil)
	p.params = p.params || len(p.errs) > before
	return out
}

func (p *specParser) fixed(n *yaml.Node) {
	for _, e := range p.mapping(n, "params") {
		q := p.param(e.key)
		if q == nil {
			continue
		}
		if _, _, generator := isGenerator(e.value.Value); e.value.Kind != yaml.ScalarNode || generator && q.Kind != Text {
			p.params = true
			p.errorf(e.value, "params holds single values; %s with several goes under grid:", q.Name)
			continue
		}
		if v, ok := p.value(q, e.value); ok {
			p.spec.fix(Values(q.Name, v))
		}
	}
}

// value reads one scalar as a value of the param.
func (p *specParser) value(q *Param, n *yaml.Node) (Value, bool) {
	if n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" {
		p.params = true
		p.errorf(n, "%s cannot be %s (%s)", q.Name, nodeKind(n), q.Describe())
		return Value{}, false
	}
	v, err := q.Coerce(Str(n.Value))
	if name, _, cut := strings.Cut(n.Value, "("); err != nil && cut && contains(generators, name) {
		p.params = true
		p.errorf(n, "%s = %s is cut off at a comma; inside { } write the whole in quotes, '%s(...)'", q.Name, clip(n.Value), name)
		return Value{}, false
	}
	if err != nil {
		if len(n.Value) > 60 {
			_, err = q.Coerce(Str(clip(n.Value)))
		}
		p.wrong(n, err)
		return Value{}, false
	}
	if p.budget--; p.budget < 0 {
		p.params = true
		p.errorf(n, "a sweep file may hold %d values at most", MaxAxis)
		return Value{}, false
	}
	return v, true
}

func (p *specParser) grid(n *yaml.Node) {
	if n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			p.zip(item, "an axis of the grid")
		}
		return
	}
	for _, e := range p.mapping(n, "grid") {
		switch {
		case e.key.Value != "zip":
			if q := p.param(e.key); q != nil {
				values, nodes := p.values(q, e.value)
				p.add([]*Param{q}, [][]Value{values}, [][]*yaml.Node{nodes}, e.value)
			}
		case e.value.Kind == yaml.SequenceNode:
			for _, item := range e.value.Content {
				p.zip(item, "zip")
			}
		default:
			p.zip(e.value, "zip")
		}
	}
}

// zip reads a mapping of params that move together.
func (p *specParser) zip(n *yaml.Node, what string) {
	var params []*Param
	var columns [][]Value
	var nodes [][]*yaml.Node
	ok := true
	for _, e := range p.mapping(n, what) {
		q := p.param(e.key)
		if q == nil {
			ok = false
			continue
		}
		values, at := p.values(q, e.value)
		if ok = ok && values != nil; !ok {
			continue
		}
		if len(columns) > 0 && len(values) != len(columns[0]) {
			p.params, ok = true, false
			p.errorf(e.value, "%s has %d values and %s has %d; in a zip they go in pairs", q.Name, len(values), params[0].Name, len(columns[0]))
			continue
		}
		params, columns, nodes = append(params, q), append(columns, values), append(nodes, at)
	}
	if ok && len(params) > 0 {
		p.add(params, columns, nodes, n)
	}
}

// values reads the values of one param on an axis and the node of each; nil if
// there was a mistake.
func (p *specParser) values(q *Param, n *yaml.Node) (values []Value, nodes []*yaml.Node) {
	name, args, generator := "", []string(nil), false
	switch {
	case n.Kind == yaml.SequenceNode:
		if len(n.Content) == 0 {
			p.params = true
			p.errorf(n, "the axis %s has no values, so there would be nothing to compute", q.Name)
		}
		before := len(p.errs)
		for _, item := range n.Content {
			if v, ok := p.value(q, item); ok {
				values, nodes = append(values, v), append(nodes, item)
			}
			if len(p.errs) > before+maxSpecErrors {
				break
			}
		}
		if len(p.errs) > before {
			return nil, nil
		}
		return values, nodes
	case n.Kind == yaml.MappingNode && len(n.Content) == 2 && n.Content[1].Kind == yaml.SequenceNode:
		name, generator = n.Content[0].Value, true
		for _, a := range n.Content[1].Content {
			args = append(args, a.Value)
		}
	case n.Kind == yaml.ScalarNode && q.Kind != Text:
		name, args, generator = isGenerator(n.Value)
	}
	if !generator {
		if n.Kind != yaml.ScalarNode {
			p.params = true
			p.errorf(n, "the axis %s must be a list of values or one of %s(...), not %s", q.Name, strings.Join(generators, "(...), "), nodeKind(n))
			return nil, nil
		}
		if v, ok := p.value(q, n); ok {
			return []Value{v}, []*yaml.Node{n}
		}
		return nil, nil
	}
	xs, err := generate(name, args, p.budget)
	if err != nil {
		p.wrong(n, err)
		return nil, nil
	}
	p.budget -= len(xs)
	for _, x := range xs {
		v, err := q.Coerce(Num(x))
		if err != nil {
			p.wrong(n, err)
			return nil, nil
		}
		values, nodes = append(values, v), append(nodes, n)
	}
	return values, nodes
}

// add makes an axis of columns of equal lengths, or fixed params of columns of
// one value.
func (p *specParser) add(params []*Param, columns [][]Value, nodes [][]*yaml.Node, n *yaml.Node) {
	if len(columns[0]) == 0 {
		return // reported where it was read
	}
	a := Axis{Tuples: make([][]Value, len(columns[0]))}
	inner := 0
	for k, q := range params {
		a.Params = append(a.Params, q.Name)
		if q.Inner {
			inner++
		}
		for i, v := range columns[k] {
			a.Tuples[i] = append(a.Tuples[i], v)
		}
	}
	if inner != 0 && inner != len(params) {
		p.params = true
		p.errorf(n, "a zip cannot mix params that split a sweep into tasks with params evaluated inside one task (%s); zip them separately", p.innerNames(params))
		return
	}
	if i, j, dup := a.duplicate(); dup {
		p.params = true
		p.errorf(nodes[0][j], "values %d and %d of %s are equal: %s (values are compared at 12 significant digits)",
			i+1, j+1, strings.Join(a.Params, ", "), tupleText(a.Tuples[i]))
		return
	}
	if len(a.Tuples) > 1 {
		p.spec.Grid = append(p.spec.Grid, a)
		return
	}
	for k, q := range params {
		p.spec.fix(Values(q.Name, columns[k][0]))
	}
}

func (p *specParser) innerNames(params []*Param) string {
	var names []string
	for _, q := range params {
		if q.Inner {
			names = append(names, q.Name)
		}
	}
	return strings.Join(names, ", ")
}

func tupleText(t []Value) string {
	parts := make([]string, len(t))
	for i, v := range t {
		parts[i] = v.String()
	}
	return strings.Join(parts, ", ")
}

func (p *specParser) figure(n *yaml.Node) {
	h := &p.spec.Figure
	e := p.spec.experiment
	for _, f := range p.entries(n, "figure", []string{"title", "x", "y", "heat", "series", "facet", "log"}) {
		switch f.key.Value {
		case "title":
			h.Title = p.text(f.value, "title")
		case "x", "heat", "series", "facet":
			name := p.text(f.value, f.key.Value)
			if e != nil && e.Param(name) == nil && f.value.Kind == yaml.ScalarNode {
				p.errorf(f.value, "%v", e.unknownParam(clip(name)))
			}
			*map[string]*string{"x": &h.X, "heat": &h.Heat, "series": &h.Series, "facet": &h.Facet}[f.key.Value] = name
		case "y":
			for _, item := range listOf(f.value) {
				name := p.text(item, "y")
				if e != nil && e.Metric(name) < 0 && item.Kind == yaml.ScalarNode {
					p.errorf(item, "%v", e.unknownMetric(clip(name)))
				}
				h.Metrics = append(h.Metrics, name)
			}
		case "log":
			for _, item := range listOf(f.value) {
				switch p.text(item, "log") {
				case "x":
					h.LogX = true
				case "y":
					h.LogY = true
				default:
					p.errorf(item, "log names the axes with logarithmic scales, x, y or [x, y], not %s", nodeKind(item))
				}
			}
		}
	}
}

func listOf(n *yaml.Node) []*yaml.Node {
	if n.Kind == yaml.SequenceNode {
		return n.Content
	}
	return []*yaml.Node{n}
}
