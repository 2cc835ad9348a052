package chart

import (
	"cmp"
	"context"
	"fmt"
	"sort"
	"strings"

	"gardner/coordinator/figure"
	"gardner/coordinator/query"
	"gardner/sweeps"
)

// Build queries the sweep and returns its figure and the numbers behind it. It
// works at any moment of a running sweep; what has no result yet is not drawn.
func Build(ctx context.Context, src query.Source, registry *sweeps.Registry, req Request) (*figure.Figure, *query.Result, error) {
	record, err := src.Sweep(req.Sweep)
	if err != nil {
		return nil, nil, err
	}
	spec, err := sweeps.ParseSpec(req.Sweep, record.YAML, registry)
	if err != nil {
		return nil, nil, err
	}
	e, err := spec.Declared(registry)
	if err != nil {
		return nil, nil, err
	}
	if len(req.Y) == 0 {
		req.Y = derived(req.Columns)
	}
	l, err := choose(req, spec, e)
	if err != nil {
		return nil, nil, err
	}
	result, err := query.Run(src, registry, query.Request{Sweep: req.Sweep, Where: req.Where, Columns: req.Columns, By: l.by(), Metrics: append(l.metrics[:len(l.metrics):len(l.metrics)], l.zeros...)})
	if err != nil {
		return nil, nil, err
	}
	table, err := result.Table(ctx)
	if err != nil {
		return nil, nil, err
	}
	b := &builder{req: req, spec: spec, e: e, l: l, table: table}
	return b.figure(record.Revision), result, nil
}

type builder struct {
	req   Request
	spec  *sweeps.Spec
	e     *sweeps.Experiment
	l     *layout
	table *query.Table
}

// curve is the points of one metric, facet value and series value.
type curve struct {
	label  string
	style  int
	values map[string]sweeps.Value // of the series and facet params
	points []figure.Point
}

func (b *builder) figure(revision string) *figure.Figure {
	f := &figure.Figure{Title: b.title(), Caption: b.caption(),
		Meta: []figure.Meta{{Key: "sweep", Value: b.spec.Name}, {Key: "revision", Value: revision}, {Key: "experiment", Value: b.e.ID()},
			{Key: "seed", Value: fmt.Sprint(b.spec.Seed)}, {Key: "query", Value: b.query()}}}
	if b.l.bars {
		b.histogramPanels(f)
		return f
	}
	f.X = b.axis(b.l.x, b.l.logX)
	if b.l.heat != "" {
		b.heatMaps(f)
		return f
	}
	styles := map[string]int{}
	for _, facet := range b.facets() {
		for _, metric := range b.l.metrics {
			curves := b.curves(metric, facet, styles)
			if len(curves) == 0 {
				continue
			}
			f.Panels = append(f.Panels, b.panel(metric, facet, curves))
		}
	}
	if len(b.l.metrics) == 1 && len(f.Panels) > 0 {
		f.Y = *f.Panels[0].Y
	}
	return f
}

// query is what was asked, as the flags of gardner query say it.
func (b *builder) query() string {
	q := "--by " + strings.Join(b.l.by(), ",") + " --metric " + strings.Join(b.l.metrics, ",")
	if b.req.Where != "" {
		q += fmt.Sprintf(" --where %q", b.req.Where)
	}
	for _, c := range b.req.Columns {
		q += fmt.Sprintf(" --column %q", c)
	}
	return q
}

func (b *builder) title() string {
	return cmp.Or(b.spec.Figure.Title, b.spec.Title, b.l.title)
}

// caption says what is fixed, what the bars are, and what was pooled.
func (b *builder) caption() string {
	var fixed []string
	for _, a := range b.spec.Params {
		for k, name := range a.Params {
			fixed = append(fixed, name+" = "+a.Tuples[0][k].String())
		}
	}
	shown := "bars: standard error"
	switch {
	case b.l.bars:
		if shown = "bars: share per bin over its width, standard error"; len(b.l.zeros) > 0 {
			shown += "; in no bin: the shares of zeros given in the panels (theory's in brackets)"
		}
	case b.l.heat != "":
		shown = "contours: solid means, dashed theory"
	}
	s := fmt.Sprintf("%s; %d replicates, %s.", strings.Join(append([]string{b.e.ID()}, fixed...), ", "), b.spec.Replicates, shown)
	if len(b.l.pooled) > 0 {
		s += " Pooled over " + strings.Join(b.l.pooled, ", ") + "."
	}
	return s
}

func (b *builder) axis(param string, log bool) figure.Axis {
	p := b.e.Param(param)
	return figure.Axis{Name: figure.Symbol(param), Unit: unit(p.Unit), Log: log}
}

func unit(u string) string {
	if u == "" {
		return ""
	}
	return figure.Symbol(u)
}

// metric is a metric of the experiment, or a derived one.
func (b *builder) metric(name string) *sweeps.Metric {
	if i := b.e.Metric(name); i >= 0 {
		return &b.e.Metrics[i]
	}
	return &sweeps.Metric{Name: name}
}

func (b *builder) metricAxis(metric string) *figure.Axis {
	m := b.metric(metric)
	return &figure.Axis{Name: figure.Symbol(metric), Unit: unit(m.Unit), Log: b.l.logY}
}

// facets returns the values of the facet param in the order of the table, or one
// zero value where there are no facets.
func (b *builder) facets() []sweeps.Value {
	if b.l.facet == "" {
		return []sweeps.Value{{}}
	}
	return b.distinct(b.l.facet)
}

func (b *builder) facetTitle(facet sweeps.Value) string {
	if b.l.facet == "" {
		return ""
	}
	return figure.Symbol(b.l.facet) + " = " + facet.String()
}

func (b *builder) distinct(param string) []sweeps.Value {
	seen := map[sweeps.Value]bool{}
	var values []sweeps.Value
	c := b.table.Column(param)
	for _, row := range b.table.Rows {
		if v := b.value(c, row); !seen[v] {
			seen[v] = true
			values = append(values, v)
		}
	}
	return values
}

// value reads a param from a row.
func (b *builder) value(column int, row []query.Field) sweeps.Value {
	f := row[column]
	switch b.table.Columns[column].Kind {
	case query.Float:
		return sweeps.Num(f.Num)
	case query.Int:
		return sweeps.Num(float64(f.Int))
	case query.Bool:
		return sweeps.Truth(f.Int != 0)
	default:
		return sweeps.Str(f.Text)
	}
}

// curves collects the points of a panel. Equal series values get equal styles in
// all panels.
func (b *builder) curves(metric string, facet sweeps.Value, styles map[string]int) []*curve {
	column := b.table.Column
	x, mean, sem, name := column(b.l.x), column("mean"), column("sem"), column("metric")
	byLabel := map[string]*curve{}
	var order []*curve
	for _, row := range b.table.Rows {
		if row[name].Text != metric || !row[mean].Valid {
			continue
		}
		values := map[string]sweeps.Value{}
		if b.l.facet != "" {
			if b.value(column(b.l.facet), row) != facet {
				continue
			}
			values[b.l.facet] = facet
		}
		var parts []string
		for _, p := range b.l.series {
			values[p] = b.value(column(p), row)
			parts = append(parts, figure.Symbol(p)+" = "+values[p].String())
		}
		label := strings.Join(parts, ", ")
		c := byLabel[label]
		if c == nil {
			if _, ok := styles[label]; !ok {
				styles[label] = len(styles)
			}
			c = &curve{label: label, style: styles[label], values: values}
			byLabel[label] = c
			order = append(order, c)
		}
		at, _ := b.value(x, row).Number()
		point := figure.Point{X: at, Y: row[mean].Num}
		if row[sem].Valid {
			point.Err = row[sem].Num
		}
		c.points = append(c.points, point)
	}
	for _, c := range order {
		sort.SliceStable(c.points, func(i, j int) bool { return c.points[i].X < c.points[j].X })
	}
	return order
}

func (b *builder) panel(metric string, facet sweeps.Value, curves []*curve) figure.Panel {
	p := figure.Panel{Y: b.metricAxis(metric)}
	for _, c := range curves {
		for _, point := range c.points {
			if point.Y <= 0 {
				p.Y.Log = false // a logarithmic axis would hide the point
			}
		}
	}
	p.Title = b.facetTitle(facet)
	p.Lines = b.theory(metric, curves)
	for _, c := range curves {
		p.Series = append(p.Series, figure.Series{Label: c.label, Points: c.points, Style: c.style, Connect: len(p.Lines) == 0})
	}
	return p
}
