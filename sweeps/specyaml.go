package sweeps

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// YAML returns the canonical sweep file: what ParseSpec reads back as the same
// sweep. Sweeps that are equal but for notation (order of keys, linspace or the
// numbers it stands for, 0.10 or 0.1) have equal canonical files.
func (s *Spec) YAML() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "name: %s\n", yamlText(s.Name))
	if s.Title != "" {
		fmt.Fprintf(&b, "title: %s\n", yamlText(s.Title))
	}
	if s.Command != nil {
		s.Command.yaml(&b, s.read, s.unread)
	} else {
		fmt.Fprintf(&b, "experiment: %s\n", yamlText(s.Experiment))
	}
	if s.Patterns != nil {
		b.WriteString(s.Patterns.yaml())
	}
	if len(s.Params) > 0 {
		b.WriteString("params:\n")
		for _, a := range s.Params {
			fmt.Fprintf(&b, "  %s: %s\n", yamlText(a.Params[0]), yamlValue(a.Tuples[0][0]))
		}
	}
	if len(s.Grid) > 0 {
		b.WriteString("grid:\n")
		bullet := "  "
		for _, a := range s.Grid {
			if len(a.Params) > 1 {
				bullet = "  - "
			}
		}
		for _, a := range s.Grid {
			indent := bullet
			for k, name := range a.Params {
				fmt.Fprintf(&b, "%s%s: %s\n", indent, yamlText(name), yamlColumn(&a, k))
				indent = "    "
			}
		}
	}
	if s.Adaptive != nil {
		s.Adaptive.yaml(&b)
	} else {
		fmt.Fprintf(&b, "replicates: %d\n", s.Replicates)
	}
	if s.Refine != nil {
		s.Refine.yaml(&b)
	}
	fmt.Fprintf(&b, "seed: %d\n", s.Seed)
	s.Figure.yaml(&b)
	return b.Bytes()
}

func yamlColumn(a *Axis, k int) string {
	values := make([]string, len(a.Tuples))
	for i, t := range a.Tuples {
		values[i] = yamlValue(t[k])
	}
	return "[" + strings.Join(values, ", ") + "]"
}

func (h *FigureHint) yaml(b *bytes.Buffer) {
	var lines []string
	add := func(key, text string) {
		if text != "" {
			lines = append(lines, key+": "+text)
		}
	}
	quote := func(s string) string {
		if s == "" {
			return ""
		}
		return yamlText(s)
	}
	add("title", quote(h.Title))
	add("x", quote(h.X))
	add("heat", quote(h.Heat))
	if h.Metrics != nil {
		add("y", "["+strings.Join(h.Metrics, ", ")+"]")
	}
	add("series", quote(h.Series))
	add("facet", quote(h.Facet))
	var log []string
	if h.LogX {
		log = append(log, "x")
	}
	if h.LogY {
		log = append(log, "y")
	}
	if log != nil {
		add("log", "["+strings.Join(log, ", ")+"]")
	}
	if lines != nil {
		fmt.Fprintf(b, "figure:\n  %s\n", strings.Join(lines, "\n  "))
	}
}

// plainText matches texts that need no quotes in YAML and are nothing but text
// there.
var plainText = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

func yamlText(s string) string {
	switch strings.ToLower(s) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n", "inf", "nan", "infinity":
	default:
		if plainText.MatchString(s) {
			return s
		}
	}
	quoted, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("sweeps: text %q: %v", s, err))
	}
	return string(quoted)
}

func yamlValue(v Value) string {
	if s, ok := v.Text(); ok {
		return yamlText(s)
	}
	return v.String()
}
