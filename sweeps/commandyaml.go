package sweeps

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

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
