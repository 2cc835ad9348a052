package sweeps

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxSpecBytes bounds a sweep file.
const maxSpecBytes = 1 << 20

// ParseSpec reads a sweep file:
//
//	name: my-capacity              # names the sweep's results
//	title: capacity against kappa  # optional, one line for people
//	experiment: capacity           # see `gardner experiments`; or a program of your own, see [Command]
//	params: {p_out: 0.1}           # fixed; all others are at their default
//	grid:                          # every combination is computed
//	  N: [50, 100, 200]            # the first axis varies slowest
//	  kappa: linspace(0, 1.5, 16)  # also logspace(first, last, n), range(first, last, step)
//	  zip: {f_exc: [0.5, 0.8], mean_inh: [1, 1.4]}   # these move together
//	patterns: {file: x.npy, labels: y.csv, types: t.csv}   # optional: your own data
//	replicates: 40                 # default 1; or {min: 20, max: 400, until: {alpha_in: 1%}}
//	refine: {axis: kappa, crossing: alpha_in=1, to: 1%}    # optional: more values where a curve crosses a level
//	seed: 1                        # default 1
//	figure: {x: kappa, y: [alpha_in], series: N, facet: p_out, log: [x]}
//
// The grid may also be a list of axes; an item with several params is a zip. The
// bytes may be hostile: size, values and mistakes reported are bounded, aliases
// refused. The error is a *SpecErrors with all mistakes, each with its place and
// what would be right. file is what messages call the file.
func ParseSpec(file string, data []byte, reg *Registry) (*Spec, error) {
	p := &specParser{file: file, reg: reg, budget: MaxAxis, spec: &Spec{Replicates: 1, Seed: 1}, place: map[string]*yaml.Node{}}
	p.parse(data)
	if len(p.errs) > 0 {
		sort.SliceStable(p.errs, func(i, j int) bool {
			a, b := p.errs[i], p.errs[j]
			return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
		})
		out := &SpecErrors{Errors: p.errs}
		if n := len(p.errs); n > maxSpecErrors {
			out.Errors, out.More = p.errs[:maxSpecErrors], n-maxSpecErrors
		}
		return nil, out
	}
	return p.spec, nil
}

type specParser struct {
	file   string
	reg    *Registry
	spec   *Spec
	errs   []*SpecError
	budget int                   // axis values still allowed
	place  map[string]*yaml.Node // where each param was given
	params bool                  // params or grid held a mistake
}

func (p *specParser) errorf(n *yaml.Node, format string, args ...any) {
	e := &SpecError{File: p.file, Message: fmt.Sprintf(format, args...)}
	if n != nil {
		e.Line, e.Column = n.Line, n.Column
	}
	p.errs = append(p.errs, e)
}

// yamlLine finds the place in the YAML library's messages.
var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(?:column \d+: )?`)

func (p *specParser) parse(data []byte) {
	if len(data) > maxSpecBytes {
		p.errorf(nil, "the file has %d bytes; a sweep file has at most %d", len(data), maxSpecBytes)
		return
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document, second yaml.Node
	if err := decoder.Decode(&document); err != nil {
		if errors.Is(err, io.EOF) {
			p.errorf(nil, "the file is empty; a sweep file starts with name: and experiment:")
			return
		}
		p.syntax(err)
		return
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		p.errorf(&second, "a second document; one file holds one sweep")
		return
	case !errors.Is(err, io.EOF):
		p.syntax(err)
		return
	}
	if document.Kind != yaml.DocumentNode || len(document.Content) != 1 {
		p.errorf(nil, "the file is empty; a sweep file starts with name: and experiment:")
		return
	}
	p.top(document.Content[0])
}

func (p *specParser) syntax(err error) {
	e := &SpecError{File: p.file, Message: "not YAML: " + yamlLine.ReplaceAllString(err.Error(), "")}
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil && m[1] != "" {
		e.Line, _ = strconv.Atoi(m[1])
		e.Column = 1
	}
	p.errs = append(p.errs, e)
}

// entry is one key of a mapping with its value.
type entry struct{ key, value *yaml.Node }

// entries returns a mapping's keys in their order; what names the mapping in
// messages. Duplicate and unknown keys are mistakes; known nil allows all.
func (p *specParser) entries(n *yaml.Node, what string, known []string) []entry {
	if n.Kind != yaml.MappingNode {
		p.errorf(n, "%s must be a mapping (key: value lines), not %s", what, nodeKind(n))
		return nil
	}
	seen := map[string]*yaml.Node{}
	var out []entry
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			p.errorf(key, "a key must be a plain word, not %s", nodeKind(key))
			continue
		}
		if first := seen[key.Value]; first != nil {
			p.errorf(key, "key %q occurs twice in %s, first on line %d", clip(key.Value), what, first.Line)
			continue
		}
		seen[key.Value] = key
		if known != nil && !contains(known, key.Value) {
			p.unknownKey(key, what, known)
			continue
		}
		if value.Kind == yaml.AliasNode {
			p.errorf(value, "aliases (*%s) are not allowed in sweep files; repeat the value", clip(value.Value))
			continue
		}
		if value.ShortTag() == "!!null" && value.Kind == yaml.ScalarNode {
			p.errorf(value, "%s has no value", clip(key.Value))
			continue
		}
		out = append(out, entry{key, value})
	}
	return out
}

func (p *specParser) unknownKey(key *yaml.Node, what string, known []string) {
	if best, ok := nearest(key.Value, known); ok {
		p.errorf(key, "unknown key %q in %s; did you mean %q?", clip(key.Value), what, best)
		return
	}
	hint := ""
	if p.spec.experiment != nil && p.spec.experiment.Param(key.Value) != nil {
		hint = fmt.Sprintf("; params go under params: or grid:, %s for example as params: {%s: %s}",
			key.Value, key.Value, p.spec.experiment.Param(key.Value).Default)
	}
	p.errorf(key, "unknown key %q in %s; it may have %s%s", clip(key.Value), what, strings.Join(known, ", "), hint)
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func nodeKind(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	}
	if n.ShortTag() == "!!null" {
		return "nothing"
	}
	return fmt.Sprintf("%q", clip(n.Value))
}

func (p *specParser) top(n *yaml.Node) {
	known := []string{"name", "title", "experiment", "patterns", "params", "grid", "replicates", "refine", "seed", "figure"}
	// The experiment gives the other keys their meaning, so it is read first.
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value != "experiment" {
				continue
			}
			switch v := n.Content[i+1]; v.Kind {
			case yaml.ScalarNode:
				p.spec.experiment, _ = p.reg.Lookup(v.Value)
			case yaml.MappingNode:
				p.command(v)
			}
		}
	}
	at := map[string]*yaml.Node{}
	for _, e := range p.entries(n, "the sweep file", known) {
		at[e.key.Value] = e.value
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	p.names(n, at)
	p.numbers(at)
	if v := at["params"]; v != nil {
		p.fixed(v)
	}
	if v := at["grid"]; v != nil {
		p.grid(v)
	}
	if v := at["refine"]; v != nil {
		p.refine(v)
	}
	if v := at["patterns"]; v != nil {
		p.patternFiles(v)
	}
	if v := at["figure"]; v != nil {
		p.figure(v)
	}
	if p.spec.Patterns != nil || p.spec.experiment == nil || p.params || p.spec.Replicates < 1 {
		return
	}
	if _, err := p.spec.blocks(p.reg); err != nil {
		where := at["grid"]
		if where == nil {
			where = at["params"]
		}
		p.errorf(where, "%v", err)
	}
}

func (p *specParser) names(n *yaml.Node, at map[string]*yaml.Node) {
	p.spec.Name = p.text(at["name"], "name")
	switch v := at["name"]; {
	case v == nil:
		if !p.has(n, "name") {
			p.errorf(nil, "name is missing; write name: my-sweep")
		}
	case !validName(p.spec.Name) && v.Kind == yaml.ScalarNode:
		p.errorf(v, "name %q: %s", clip(p.spec.Name), nameRule)
	}
	p.spec.Title = p.text(at["title"], "title")
	if v := at["experiment"]; v != nil && v.Kind != yaml.MappingNode {
		p.spec.Experiment = p.text(v, "experiment")
	}
	switch v := at["experiment"]; {
	case v == nil:
		if !p.has(n, "experiment") {
			p.errorf(nil, "experiment is missing; write experiment: followed by one of %s", strings.Join(p.reg.Names(), ", "))
		}
	case p.spec.experiment == nil && v.Kind == yaml.ScalarNode:
		_, err := p.reg.Lookup(clip(v.Value))
		p.errorf(v, "%v", err)
	}
}

// has reports whether a key was written at all, be it with a mistake.
func (p *specParser) has(n *yaml.Node, key string) bool {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return true
		}
	}
	return false
}

func (p *specParser) text(n *yaml.Node, what string) string {
	if n == nil {
		return ""
	}
	if n.Kind != yaml.ScalarNode {
		p.errorf(n, "%s must be a text, not %s", what, nodeKind(n))
		return ""
	}
	return n.Value
}

func (p *specParser) numbers(at map[string]*yaml.Node) {
	if n := at["replicates"]; n != nil {
		r, err := strconv.ParseInt(n.Value, 10, 32)
		switch {
		case n.Kind == yaml.MappingNode:
			p.adaptive(n)
		case n.Kind != yaml.ScalarNode || err != nil || r < 1:
			p.errorf(n, "replicates is %s; it must be a whole number of at least 1", nodeKind(n))
		default:
			p.spec.Replicates = int(r)
		}
	}
	if n := at["seed"]; n != nil {
		s, err := strconv.ParseUint(n.Value, 10, 64)
		if n.Kind != yaml.ScalarNode || err != nil {
			p.errorf(n, "seed is %s; it must be a whole number from 0 to 2^64-1", nodeKind(n))
		}
		p.spec.Seed = s
	}
}
