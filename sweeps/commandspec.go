package sweeps

import (
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// command reads the declaration of a [Command] in the place of an experiment's name. In a
// person's file, files: is a list of names or missing; then they are still to be read, by
// [Spec.ReadCommand].
func (p *specParser) command(n *yaml.Node) {
	c := &Command{Version: 1}
	before := len(p.errs)
	for _, e := range p.entries(n, "experiment", []string{"command", "files", "version", "doc", "seconds", "params", "metrics", "theory"}) {
		switch e.key.Value {
		case "command":
			c.Command = p.words(e.value, "command", "command: [python3, mine.py]")
		case "files":
			p.commandFiles(c, e.value)
		case "version":
			v, err := strconv.Atoi(e.value.Value)
			if err != nil {
				p.errorf(e.value, "version is %s; it is a whole number", nodeKind(e.value))
			}
			c.Version = v
		case "doc":
			c.Doc = p.text(e.value, "doc")
		case "seconds":
			c.Seconds = p.float(e.value, "seconds")
		case "params":
			for _, q := range p.entries(e.value, "params of the experiment", nil) {
				before := len(p.errs)
				param := p.commandParam(q)
				if _, err := param.param(); err != nil && len(p.errs) == before {
					p.errorf(q.key, "%v", err)
				}
				c.Params = append(c.Params, param)
			}
		case "metrics":
			p.commandMetrics(c, e.value)
		case "theory":
			for _, q := range p.entries(e.value, "theory", nil) {
				c.Theory = append(c.Theory, CommandTheory{Metric: q.key.Value, Formula: p.text(q.value, q.key.Value)})
			}
		}
	}
	if len(p.errs) > before {
		return
	}
	e, err := c.experiment()
	if err != nil {
		p.errorf(n, "%v", err)
		return
	}
	p.spec.Command, p.spec.Experiment, p.spec.experiment = c, e.Name, e
}

// words reads a list of texts.
func (p *specParser) words(n *yaml.Node, what, example string) (out []string) {
	if n.Kind != yaml.SequenceNode {
		p.errorf(n, "%s must be a list, not %s; write %s", what, nodeKind(n), example)
		return nil
	}
	for _, w := range n.Content {
		out = append(out, p.text(w, what))
	}
	return out
}

func (p *specParser) float(n *yaml.Node, what string) float64 {
	x, ok := parseNumber(n.Value)
	if n.Kind != yaml.ScalarNode || !ok {
		p.errorf(n, "%s is %s; it is a number", what, nodeKind(n))
	}
	return x
}

// commandFiles reads names of files still to be read, or files with their contents.
func (p *specParser) commandFiles(c *Command, n *yaml.Node) {
	if n.Kind == yaml.SequenceNode {
		p.spec.unread = p.words(n, "files", "")
		return
	}
	p.spec.read = true
	for _, e := range p.entries(n, "files", nil) {
		c.Files = append(c.Files, CommandFile{Name: e.key.Value, Text: p.text(e.value, e.key.Value)})
	}
	sort.Slice(c.Files, func(i, j int) bool { return c.Files[i].Name < c.Files[j].Name })
}

// commandParam reads a param: its default, or a mapping that says more.
func (p *specParser) commandParam(e entry) CommandParam {
	q := CommandParam{Name: e.key.Value}
	if e.value.Kind == yaml.ScalarNode {
		q.Default = scalar(e.value)
		q.Kind = kindOf(q)
		return q
	}
	for _, x := range p.entries(e.value, "param "+clip(q.Name), []string{"default", "kind", "min", "max", "choices", "inner", "treatment", "doc", "unit"}) {
		if x.key.Value != "choices" && x.value.Kind != yaml.ScalarNode {
			p.errorf(x.value, "%s of %s must be a plain value, not %s", x.key.Value, clip(q.Name), nodeKind(x.value))
			continue
		}
		v := scalar(x.value)
		switch x.key.Value {
		case "default":
			q.Default = v
		case "kind":
			q.Kind = x.value.Value
		case "min":
			q.Min = &v
		case "max":
			q.Max = &v
		case "choices":
			q.Choices = p.words(x.value, "choices", "choices: [a, b]")
		case "inner", "treatment":
			b, ok := v.Bool()
			if !ok {
				p.errorf(x.value, "%s of %s is true or false, not %s", x.key.Value, clip(q.Name), nodeKind(x.value))
			}
			if x.key.Value == "inner" {
				q.Inner = b
			} else {
				q.Treatment = b
			}
		case "doc":
			q.Doc = x.value.Value
		case "unit":
			q.Unit = x.value.Value
		}
	}
	if q.Default.IsZero() && e.value.Kind == yaml.MappingNode {
		p.errorf(e.value, "param %s has no default; write %s: {default: 1, min: 0}, or %s: 1", clip(q.Name), clip(q.Name), clip(q.Name))
	}
	if q.Kind == "" {
		q.Kind = kindOf(q)
	}
	return q
}

// kindOf tells a param's kind from its default.
func kindOf(q CommandParam) string {
	if len(q.Choices) > 0 {
		return Choice.String()
	}
	if _, ok := q.Default.Bool(); ok {
		return Bool.String()
	}
	if _, ok := q.Default.Number(); ok {
		return Number.String()
	}
	return Text.String()
}

// scalar is a value as YAML writes it.
func scalar(n *yaml.Node) Value {
	switch n.ShortTag() {
	case "!!bool":
		return Truth(strings.EqualFold(n.Value, "true"))
	case "!!int", "!!float":
		if x, ok := parseNumber(n.Value); ok {
			return Num(x)
		}
	}
	return Str(n.Value)
}

// commandMetrics reads a list of names, or a mapping from names to docs or declarations.
func (p *specParser) commandMetrics(c *Command, n *yaml.Node) {
	if n.Kind == yaml.SequenceNode {
		for _, name := range p.words(n, "metrics", "") {
			c.Metrics = append(c.Metrics, CommandMetric{Name: name, Kind: MetricNumber.String()})
		}
		return
	}
	for _, e := range p.entries(n, "metrics", nil) {
		m := CommandMetric{Name: e.key.Value, Kind: MetricNumber.String()}
		if e.value.Kind == yaml.ScalarNode {
			m.Doc = e.value.Value
			c.Metrics = append(c.Metrics, m)
			continue
		}
		for _, x := range p.entries(e.value, "metric "+clip(m.Name), []string{"kind", "edges", "doc", "unit"}) {
			switch x.key.Value {
			case "kind":
				m.Kind = p.text(x.value, "kind")
			case "edges":
				m.Edges = p.edges(x.value)
			case "doc":
				m.Doc = p.text(x.value, "doc")
			case "unit":
				m.Unit = p.text(x.value, "unit")
			}
		}
		c.Metrics = append(c.Metrics, m)
	}
}

// edges reads the borders of a histogram's bins: a list or linspace(0, 1, 11).
func (p *specParser) edges(n *yaml.Node) (out []float64) {
	if name, args, ok := isGenerator(n.Value); n.Kind == yaml.ScalarNode && ok {
		xs, err := generate(name, args, maxEdges)
		if err != nil {
			p.errorf(n, "edges: %v", err)
		}
		return xs
	}
	for _, w := range p.words(n, "edges", "edges: [0, 1, 2] or edges: linspace(0, 1, 11)") {
		x, ok := parseNumber(w)
		if !ok {
			p.errorf(n, "edges: %q is not a number", clip(w))
		}
		out = append(out, x)
	}
	return out
}

const maxEdges = 1 << 12
