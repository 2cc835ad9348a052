package chart

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gardner/coordinator/figure"
	"gardner/coordinator/query"
	"gardner/sweeps"
)

// maxHistogramPanels bounds the panels that are chosen unasked.
const maxHistogramPanels = 12

// histograms reports whether the metrics are histograms with known bins; an error
// if only some are.
func (l *layout) histograms(e *sweeps.Experiment) (bool, error) {
	n := 0
	for _, name := range l.metrics {
		if i := e.Metric(name); i >= 0 && e.Metrics[i].Kind == sweeps.MetricHistogram {
			if e.Metrics[i].Edges == nil {
				return false, &query.InputError{Field: "y", Msg: fmt.Sprintf("cannot draw %s: experiment %s does not declare its bins", name, e.Name)}
			}
			n++
		}
	}
	if n > 0 && n < len(l.metrics) {
		return false, &query.InputError{Field: "y", Msg: fmt.Sprintf("cannot draw %s in one figure: some are histograms and some are not", strings.Join(l.metrics, ", "))}
	}
	return n > 0, nil
}

// choosePanels picks the params whose every combination is a panel of histograms.
func (l *layout) choosePanels(req Request, hint sweeps.FigureHint, names []string, count map[string]int, e *sweeps.Experiment) error {
	if req.X != "" || req.Heat != "" {
		return &query.InputError{Field: "x", Msg: "histograms are not drawn against a param: leave out x and heat; every value of the facet and series params is a panel"}
	}
	l.logX, l.logY = req.LogX, l.logY || req.LogY
	panels := max(1, count[l.facet])
	take := func(p string) {
		if count[p] > 1 && p != l.facet && !slices.Contains(l.series, p) && panels*count[p] <= maxHistogramPanels {
			l.series = append(l.series, p)
			panels *= count[p]
		}
	}
	if l.facet == "" && count[hint.Facet] > 1 && !slices.Contains(l.series, hint.Facet) {
		l.facet = hint.Facet
		panels *= count[l.facet]
	}
	if req.Series == nil {
		for _, p := range strings.Split(hint.Series, ",") {
			take(strings.TrimSpace(p))
		}
		for _, p := range names {
			take(p)
		}
	}
	for _, p := range names {
		if p != l.facet && !slices.Contains(l.series, p) {
			l.pooled = append(l.pooled, p)
		}
	}
	for _, name := range l.metrics {
		if zero := e.Metrics[e.Metric(name)].Zero; zero != "" && !slices.Contains(l.zeros, zero) {
			l.zeros = append(l.zeros, zero)
		}
	}
	return nil
}

// zero is the metric that counts the zeros of a histogram, or "".
func (b *builder) zero(metric string) string { return b.metric(metric).Zero }

// histogramPanels makes a panel for each combination of facet and series values,
// with the densities of all metrics, theory's, and a note of the zeros.
func (b *builder) histogramPanels(f *figure.Figure) {
	f.X = b.histogramAxis()
	f.Y = figure.Axis{Name: "probability density", Log: b.l.logY}
	for _, values := range b.combinations() {
		p := figure.Panel{Title: title(b.panelParams(), values)}
		for style, metric := range b.l.metrics {
			h, ok := b.histogram(metric, values)
			if !ok {
				continue
			}
			h.Style = style
			p.Histograms = append(p.Histograms, h)
			p.Lines = append(p.Lines, b.density(metric, values)...)
			if note := b.zeroNote(metric, values); note != "" {
				p.Notes = append(p.Notes, note)
			}
		}
		if len(p.Histograms) == 0 {
			continue
		}
		for i := range p.Lines {
			if i > 0 {
				p.Lines[i].Label = "" // one entry in the legend stands for all
			}
		}
		f.Panels = append(f.Panels, p)
	}
	b.trim(f)
}

// histogramAxis is named after what the metrics' names share.
func (b *builder) histogramAxis() figure.Axis {
	first := b.metric(b.l.metrics[0])
	name := first.Name
	for _, m := range b.l.metrics {
		for !strings.HasPrefix(m, name) {
			name = name[:len(name)-1]
		}
	}
	return figure.Axis{Name: figure.Symbol(strings.TrimRight(name, "_")), Unit: unit(first.Unit), Log: b.l.logX}
}

// panelParams are the params whose combinations are panels.
func (b *builder) panelParams() []string {
	if b.l.facet == "" {
		return b.l.series
	}
	return append(b.l.series[:len(b.l.series):len(b.l.series)], b.l.facet)
}

// combinations are the values of the panels' params in the order of the table,
// the facet fastest.
func (b *builder) combinations() []map[string]sweeps.Value {
	out := []map[string]sweeps.Value{{}}
	for _, p := range b.panelParams() {
		var longer []map[string]sweeps.Value
		for _, values := range out {
			for _, v := range b.distinct(p) {
				next := map[string]sweeps.Value{p: v}
				for k, w := range values {
					next[k] = w
				}
				longer = append(longer, next)
			}
		}
		out = longer
	}
	return out
}

func title(params []string, values map[string]sweeps.Value) string {
	var parts []string
	for _, p := range params {
		parts = append(parts, figure.Symbol(p)+" = "+values[p].String())
	}
	return strings.Join(parts, ", ")
}

// each calls fn with mean and standard error of a metric's lines at the values.
func (b *builder) each(metric string, values map[string]sweeps.Value, fn func(index int, mean, sem float64)) {
	column := b.table.Column
	index := column("index")
rows:
	for _, row := range b.table.Rows {
		if row[column("metric")].Text != metric || !row[column("mean")].Valid {
			continue
		}
		for p, v := range values {
			if b.value(column(p), row) != v {
				continue rows
			}
		}
		sem := 0.0
		if row[column("sem")].Valid {
			sem = row[column("sem")].Num
		}
		fn(int(row[index].Int), row[column("mean")].Num, sem)
	}
}

// histogram is the density of a metric's samples; false where there are none yet.
func (b *builder) histogram(metric string, values map[string]sweeps.Value) (figure.Histogram, bool) {
	edges := b.metric(metric).Edges
	h := figure.Histogram{Label: figure.Symbol(metric), Edges: edges, Heights: make([]float64, len(edges)-1), Err: make([]float64, len(edges)-1)}
	found := false
	b.each(metric, values, func(i int, mean, sem float64) {
		if i < len(h.Heights) {
			width := edges[i+1] - edges[i]
			h.Heights[i], h.Err[i], found = mean/width, sem/width, true
		}
	})
	return h, found
}

// densityParts is how many points of theory's density there are in a bin.
const densityParts = 4

// density is theory's density over a histogram.
func (b *builder) density(metric string, values map[string]sweeps.Value) []figure.Line {
	if len(b.l.pooled) > 0 {
		return nil
	}
	edges := b.metric(metric).Edges
	p := b.at(values)
	var lines []figure.Line
	for _, th := range b.e.Theory {
		if th.Metric != metric || th.Mass == nil || math.IsNaN(th.Mass(p, edges[0], edges[len(edges)-1])) {
			continue
		}
		line := figure.Line{Label: th.Name, Style: figure.Ink}
		for i := range edges[1:] {
			for k := range densityParts {
				step := (edges[i+1] - edges[i]) / densityParts
				low := edges[i] + float64(k)*step
				line.X = append(line.X, low+step/2)
				line.Y = append(line.Y, th.Mass(p, low, low+step)/step)
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// zeroNote says which share of a histogram's samples is exactly 0, and what theory
// says: they are a delta mass that no bin shows.
func (b *builder) zeroNote(metric string, values map[string]sweeps.Value) string {
	zero := b.zero(metric)
	if zero == "" {
		return ""
	}
	note := ""
	b.each(zero, values, func(_ int, mean, sem float64) {
		note = fmt.Sprintf("%s = 0: %.3f", figure.Symbol(metric), mean)
		if sem > 0 {
			note += fmt.Sprintf(" ± %.3f", sem)
		}
	})
	if note == "" || len(b.l.pooled) > 0 {
		return note
	}
	for _, th := range b.e.Theory {
		if th.Metric != zero || th.Eval == nil {
			continue
		}
		if v := th.Eval(b.at(values)); !math.IsNaN(v) {
			return note + fmt.Sprintf(" (%.3f)", v)
		}
	}
	return note
}

// trim narrows the axis to the bins of more than trimmed of the highest, and leaves
// room for the notes above the bars.
func (b *builder) trim(f *figure.Figure) {
	top := 0.0
	for _, p := range f.Panels {
		for _, h := range p.Histograms {
			for i, v := range h.Heights {
				top = max(top, v+h.Err[i])
			}
		}
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, p := range f.Panels {
		for _, h := range p.Histograms {
			for i, v := range h.Heights {
				if v > trimmed*top {
					low, high = min(low, h.Edges[max(0, i-1)]), max(high, h.Edges[min(i+2, len(h.Edges)-1)])
				}
			}
		}
	}
	if low < high {
		f.X.Min, f.X.Max = low, high
	}
	if len(b.l.zeros) > 0 && !f.Y.Log {
		f.Y.Max = 1.25 * top
	}
}

const trimmed = 0.01
