package sweeps

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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

// errUnread says that a command's files have not been read.
var errUnread = errors.New("the files of experiment: command have not been read; hand the sweep file to gardner run or submit where they are")

// ReadCommand reads the files that a [Command] needs, relative to dir: those listed in
// files:, or else the arguments that name a file there. It changes the experiment's name,
// which is a hash of them, and does nothing for other experiments.
func (s *Spec) ReadCommand(dir string) error {
	if s.Command == nil || s.read {
		return nil
	}
	c := *s.Command
	c.Files = nil
	names, listed := s.unread, s.unread != nil
	if !listed {
		for _, a := range c.Command {
			if goodFileName(filepath.ToSlash(filepath.Clean(a))) {
				names = append(names, filepath.ToSlash(filepath.Clean(a)))
			}
		}
	}
	for _, name := range names {
		if !goodFileName(name) {
			return fmt.Errorf("files: %q is not a file in or below the sweep file's folder", clip(name))
		}
		at := filepath.Join(dir, filepath.FromSlash(name))
		info, err := os.Stat(at)
		if !listed && (errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular()) {
			continue
		}
		if err == nil && info.Size() > maxCommandFiles {
			return fmt.Errorf("files: %s has %d bytes; files travel with every block and may have %d in all", name, info.Size(), maxCommandFiles)
		}
		text, err := os.ReadFile(at)
		if err != nil {
			return fmt.Errorf("files: %w", err)
		}
		c.Files = append(c.Files, CommandFile{Name: name, Text: string(text)})
	}
	sort.Slice(c.Files, func(i, j int) bool { return c.Files[i].Name < c.Files[j].Name })
	e, err := c.experiment()
	if err != nil {
		return fmt.Errorf("experiment: %w", err)
	}
	if n := len(c.Encode()); n > maxCommandBytes {
		return fmt.Errorf("the files have %d bytes when written as text; they may have %d", n, maxCommandBytes)
	}
	s.Command, s.Experiment, s.experiment, s.read = &c, e.Name, e, true
	return nil
}

// yaml writes the declaration as a sweep file has it.
func (c *Command) yaml(b *bytes.Buffer, read bool, unread []string) {
	quoted := func(list []string) string {
		out := make([]string, len(list))
		for i, s := range list {
			out[i] = yamlText(s)
		}
		return "[" + strings.Join(out, ", ") + "]"
	}
	fmt.Fprintf(b, "experiment:\n  command: %s\n  version: %d\n", quoted(c.Command), c.Version)
	if c.Doc != "" {
		fmt.Fprintf(b, "  doc: %s\n", yamlText(c.Doc))
	}
	if c.Seconds > 0 {
		fmt.Fprintf(b, "  seconds: %s\n", formatNumber(c.Seconds))
	}
	line := func(name string, parts [][2]string) {
		fmt.Fprintf(b, "    %s: {", yamlText(name))
		sep := ""
		for _, x := range parts {
			if x[1] != "" {
				fmt.Fprintf(b, "%s%s: %s", sep, x[0], x[1])
				sep = ", "
			}
		}
		b.WriteString("}\n")
	}
	text := func(s string) string {
		if s == "" {
			return ""
		}
		return yamlText(s)
	}
	value := func(v *Value) string {
		if v == nil {
			return ""
		}
		return yamlValue(*v)
	}
	flag := func(set bool) string {
		if set {
			return "true"
		}
		return ""
	}
	if len(c.Params) > 0 {
		b.WriteString("  params:\n")
	}
	for _, p := range c.Params {
		choices := ""
		if len(p.Choices) > 0 {
			choices = quoted(p.Choices)
		}
		line(p.Name, [][2]string{{"default", yamlValue(p.Default)}, {"kind", p.Kind}, {"min", value(p.Min)}, {"max", value(p.Max)}, {"choices", choices},
			{"inner", flag(p.Inner)}, {"treatment", flag(p.Treatment)}, {"doc", text(p.Doc)}, {"unit", text(p.Unit)}})
	}
	b.WriteString("  metrics:\n")
	for _, m := range c.Metrics {
		edges := ""
		for i, x := range m.Edges {
			if i > 0 {
				edges += ", "
			}
			edges += strconv.FormatFloat(x, 'g', -1, 64)
		}
		if edges != "" {
			edges = "[" + edges + "]"
		}
		line(m.Name, [][2]string{{"kind", m.Kind}, {"edges", edges}, {"doc", text(m.Doc)}, {"unit", text(m.Unit)}})
	}
	if len(c.Theory) > 0 {
		b.WriteString("  theory:\n")
	}
	for _, t := range c.Theory {
		fmt.Fprintf(b, "    %s: %s\n", yamlText(t.Metric), yamlText(t.Formula))
	}
	switch {
	case !read && unread != nil:
		fmt.Fprintf(b, "  files: %s\n", quoted(unread))
	case read && len(c.Files) == 0:
		b.WriteString("  files: {}\n")
	case read:
		b.WriteString("  files:\n")
		for _, f := range c.Files {
			fmt.Fprintf(b, "    %s: %s\n", yamlText(f.Name), yamlText(f.Text))
		}
	}
}
