package chart

import (
	"fmt"
	"slices"
	"strings"

	"gardner/coordinator/query"
	"gardner/sweeps"
)

// Request says what to draw; empty fields are chosen as the package comment says.
type Request struct {
	Sweep      string
	Where      string
	X          string
	Y          []string // metrics
	Series     []string // params whose values are separate curves
	Facet      string   // param whose values are separate panels
	Heat       string   // param on the vertical axis of heat maps; LogY is then about it
	LogX, LogY bool
	Columns    []string // derived metrics, NAME=EXPRESSION each; drawn if Y names no others
}

// derived are the names of derived metrics. What is wrong with them the query finds.
func derived(columns []string) (names []string) {
	for _, text := range columns {
		name, _, _ := strings.Cut(text, "=")
		names = append(names, strings.TrimSpace(name))
	}
	return names
}

// layout is a request with every choice made.
type layout struct {
	x, facet string
	heat     string // empty: curves or histograms
	bars     bool   // the metrics are histograms; there is no x
	zeros    []string
	series   []string
	metrics  []string
	logX     bool
	logY     bool
	title    string
	pooled   []string
}

// by is what the query groups by.
func (l *layout) by() []string {
	by := []string{}
	if l.x != "" {
		by = append(by, l.x)
	}
	if l.heat != "" {
		by = append(by, l.heat)
	}
	by = append(by, l.series...)
	if l.facet != "" {
		by = append(by, l.facet)
	}
	return by
}

// varying returns the params that take more than one value in the sweep, and how
// many each takes.
func varying(spec *sweeps.Spec) (names []string, values map[string]int) {
	values = map[string]int{}
	for _, axis := range spec.Grid {
		for k, name := range axis.Params {
			distinct := map[sweeps.Value]bool{}
			for _, tuple := range axis.Tuples {
				distinct[tuple[k]] = true
			}
			if len(distinct) > 1 {
				names = append(names, name)
				values[name] = len(distinct)
			}
		}
	}
	return names, values
}

// choose fills in what the request leaves open.
func choose(req Request, spec *sweeps.Spec, e *sweeps.Experiment) (*layout, error) {
	names, count := varying(spec)
	hint := merge(spec.Figure, e.Figure)
	l := &layout{x: req.X, facet: req.Facet, heat: req.Heat, series: req.Series, metrics: req.Y,
		logX: req.LogX || hint.LogX, logY: req.LogY || hint.LogY, title: hint.Title}
	for field, params := range map[string][]string{"series": req.Series, "x": {req.X}, "facet": {req.Facet}, "heat": {req.Heat}} {
		for _, p := range params {
			if p != "" && e.Param(p) == nil {
				return nil, query.UnknownParam(field, p, e)
			}
		}
	}
	if len(l.metrics) == 0 {
		l.metrics = hint.Metrics
	}
	if len(l.metrics) == 0 {
		l.metrics = e.MetricNames()[:min(4, len(e.Metrics))]
	}
	var err error
	if l.bars, err = l.histograms(e); err != nil {
		return nil, err
	}
	if l.bars {
		return l, l.choosePanels(req, hint, names, count, e)
	}
	free := func(p string) bool { return p != l.x && p != l.facet && p != l.heat && !slices.Contains(l.series, p) }
	if l.x == "" && count[hint.X] > 1 && free(hint.X) {
		l.x = hint.X
	}
	if l.x == "" {
		l.x = most(names, count, func(p string) bool { return numeric(e, p) && free(p) })
	}
	if l.x == "" {
		return nil, &query.InputError{Field: "x", Msg: fmt.Sprintf("sweep %s has no numeric parameter with more than one value to draw against; query it instead", spec.Name)}
	}
	if !numeric(e, l.x) {
		return nil, &query.InputError{Field: "x", Msg: l.x + " is not numeric; use it as --series or --facet"}
	}
	if err := l.chooseHeat(req, hint, count, e); err != nil {
		return nil, err
	}
	curves := req.Series == nil && l.heat == ""
	if len(l.series) == 0 && curves {
		for _, p := range strings.Split(hint.Series, ",") {
			if p = strings.TrimSpace(p); count[p] > 1 && free(p) {
				l.series = append(l.series, p)
			}
		}
	}
	if l.facet == "" && count[hint.Facet] > 1 && free(hint.Facet) {
		l.facet = hint.Facet
	}
	if len(l.series) == 0 && curves {
		if p := most(names, count, func(p string) bool { return free(p) && count[p] <= 8 }); p != "" {
			l.series = []string{p}
		}
	}
	if l.facet == "" {
		l.facet = most(names, count, func(p string) bool { return free(p) && count[p] <= 6 })
	}
	for _, p := range names {
		if free(p) {
			l.pooled = append(l.pooled, p)
		}
	}
	return l, nil
}

// chooseHeat decides between heat maps and curves, which a request for series asks
// for.
func (l *layout) chooseHeat(req Request, hint sweeps.FigureHint, count map[string]int, e *sweeps.Experiment) error {
	switch {
	case l.heat != "" && (!numeric(e, l.heat) || l.heat == l.x || l.heat == l.facet || len(l.series) > 0):
		return &query.InputError{Field: "heat", Msg: l.heat + " cannot be the vertical axis: it must be numeric and neither x nor facet, and heat maps have no series"}
	case l.heat == "" && len(l.series) == 0 && count[hint.Heat] > 1 && hint.Heat != l.x && hint.Heat != l.facet:
		l.heat = hint.Heat
	case l.heat == "" && hint.Heat != "":
		l.logY = req.LogY // the hint is about an axis that is not there
	}
	return nil
}

// merge prefers the sweep file's wishes over the experiment's.
func merge(file, experiment sweeps.FigureHint) sweeps.FigureHint {
	h := experiment
	if file.Title != "" {
		h.Title = file.Title
	}
	if file.X != "" {
		h.X, h.LogX = file.X, file.LogX
	}
	if len(file.Metrics) > 0 {
		h.Metrics, h.LogY = file.Metrics, file.LogY
	}
	if file.Heat != "" {
		h.Heat, h.LogY = file.Heat, file.LogY
	}
	if file.Series != "" {
		h.Series = file.Series
	}
	if file.Facet != "" {
		h.Facet = file.Facet
	}
	h.LogX, h.LogY = h.LogX || file.LogX, h.LogY || file.LogY
	return h
}

func numeric(e *sweeps.Experiment, name string) bool {
	p := e.Param(name)
	return p != nil && (p.Kind == sweeps.Number || p.Kind == sweeps.Integer)
}

// most returns the name with the most values among those that fit, the first of
// equals.
func most(names []string, count map[string]int, fits func(string) bool) string {
	best := ""
	for _, n := range names {
		if fits(n) && (best == "" || count[n] > count[best]) {
			best = n
		}
	}
	return best
}
