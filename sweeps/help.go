package sweeps

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// Help returns the experiment's declaration as text for a terminal: its params
// (what splits a sweep into tasks, what is evaluated inside one, what is a
// treatment), metrics and theory.
func (e *Experiment) Help() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (version %d): %s\n", e.Name, e.Version, e.Doc)
	if e.Long != "" {
		fmt.Fprintf(&b, "\n%s\n", strings.TrimSpace(e.Long))
	}
	table := func(title string, columns []string, rows [][]string) {
		if len(rows) == 0 {
			return
		}
		fmt.Fprintf(&b, "\n%s\n", title)
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		fmt.Fprintf(w, "  %s\n", strings.Join(columns, "\t"))
		for _, r := range rows {
			fmt.Fprintf(w, "  %s\n", strings.Join(r, "\t"))
		}
		_ = w.Flush() // writes to memory
	}
	half := func(inner bool) (rows [][]string) {
		for i := range e.Params {
			if p := &e.Params[i]; p.Inner == inner {
				doc := p.Doc
				if p.Treatment && !p.Inner {
					doc += " (treatment)"
				}
				rows = append(rows, []string{p.Name, p.Default.String(), orDash(p.helpRange()), orDash(p.Unit), doc})
			}
		}
		return rows
	}
	columns := []string{"param", "default", "range", "unit", ""}
	table("Outer params split a sweep into tasks. Points that differ only in treatments see the same\nrandom numbers.", columns, half(false))
	table("Inner params are evaluated inside one task and are treatments too.", columns, half(true))
	var metrics, artefacts, theories [][]string
	for _, m := range e.Metrics {
		metrics = append(metrics, []string{m.Name, m.Kind.String(), orDash(m.Unit), m.Doc})
	}
	table("Metrics", []string{"metric", "kind", "unit", ""}, metrics)
	for _, a := range e.Artefacts {
		artefacts = append(artefacts, []string{a.Name, a.Doc, strings.Join(a.Params, ", ")})
	}
	for _, t := range e.Theory {
		theories = append(theories, []string{t.Metric, t.Name, t.Doc})
	}
	table("Artefacts are computed once for all tasks that share these params, and kept by workers.", []string{"artefact", "", "params"}, artefacts)
	table("Theory", []string{"metric", "line", ""}, theories)
	return b.String()
}

// helpRange is the range, with a word where all values of a kind are allowed.
func (p *Param) helpRange() string {
	if r := p.Range(); r != "" {
		if p.Kind == Integer {
			return "integer, " + r
		}
		return r
	}
	return "any " + p.Kind.String()
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
