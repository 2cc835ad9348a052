package sweeps

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"gardner/sweeps/data"
)

// Experiment declares one thing that can be swept. Help, validation, query
// columns, figures and the live page follow from the declaration. An Experiment
// is immutable once it is in a [Registry].
type Experiment struct {
	Name    string
	Version int    // part of every key: step it whenever any result's bits change
	Doc     string // one line
	Long    string // paragraphs for `gardner experiments NAME`

	Params  []Param
	Metrics []Metric

	// Check refuses points whose params are each in range but do not go
	// together. It may be nil. It is called with inner params at each of their
	// values too.
	Check func(Point) error

	// Cost is a rough estimate of a task's seconds on one core; nil means 1 ms.
	// It orders work and feeds the first ETA, nothing else.
	Cost func(outer Point, inner []Point) float64

	// Artefacts are what tasks share. Leases are gathered by the first.
	Artefacts []Artefact

	Theory []Theory
	Figure FigureHint // what a sweep is drawn as unless its file says otherwise

	// Run computes one row per t.Inner, in that order, as a pure function of
	// experiment@version, point, replicate and seed. It returns promptly when
	// ctx ends. An error is a task's failure; "infeasible" is a row's status.
	Run func(ctx context.Context, t *Task) ([]Row, error)

	// Export returns what a row was computed from: patterns, labels, trained
	// weights. It computes them again; nil means there is nothing to export.
	Export func(ctx context.Context, t *Task, inner Point) (*data.Export, error)
	// ExportShared says that all rows of a task were computed from the same.
	ExportShared bool

	command *Command // the declaration of a person's own; nil for what is built in

	once      sync.Once
	table     *table
	artefacts []*boundArtefact
}

// Theory is a curve to draw over a metric and to compare it with.
type Theory struct {
	Metric string // the metric it predicts
	Name   string // "theory", "theory (finite N)"
	Doc    string // source and validity
	// FiniteN marks a curve that depends on N; figures draw it dashed.
	FiniteN bool
	// Limit marks a bound or a trend: it is drawn, but nothing is compared with it.
	Limit bool
	// AtPoints marks a prediction that jumps between values of x that lie close: figures
	// join its values at the data's points and show nothing of it between them.
	AtPoints bool
	// Eval returns the prediction at p, NaN where it is undefined.
	Eval func(p Point) float64
	// Mass, for histograms instead of Eval, returns the predicted share of the
	// samples in a bin from lo to hi, without those that Metric.Zero counts.
	Mass func(p Point, lo, hi float64) float64
}

// FigureHint says how to draw a sweep. Empty fields are chosen by the figure.
type FigureHint struct {
	Title   string
	X       string   // param on the horizontal axis
	Metrics []string // one panel or curve each
	Series  string   // param whose values are separate curves
	Facet   string   // param whose values are separate panels
	// Heat is the param on the vertical axis of heat maps, one for each metric and
	// facet; LogY is then about it. Empty: curves.
	Heat   string
	Levels []float64 // contour lines of heat maps; of the experiment's hint only
	LogX   bool
	LogY   bool
}

// Command returns the declaration of an experiment that is a command, nil of any
// other.
func (e *Experiment) Command() *Command { return e.command }

// ID returns "name@version", the experiment's part of every key.
func (e *Experiment) ID() string { return fmt.Sprintf("%s@%d", e.Name, e.Version) }

func (e *Experiment) compiled() *table {
	e.once.Do(func() {
		e.table = newTable(e.Params)
		for i := range e.Artefacts {
			e.artefacts = append(e.artefacts, e.bindArtefact(&e.Artefacts[i]))
		}
	})
	return e.table
}

// Param returns the param of that name, or nil.
func (e *Experiment) Param(name string) *Param {
	if i, ok := e.compiled().index[name]; ok {
		return &e.Params[i]
	}
	return nil
}

// Metric returns the position of the metric of that name, or -1.
func (e *Experiment) Metric(name string) int {
	for i := range e.Metrics {
		if e.Metrics[i].Name == name {
			return i
		}
	}
	return -1
}

// ParamNames returns the params' names in the order of declaration.
func (e *Experiment) ParamNames() []string {
	names := make([]string, len(e.Params))
	for i := range e.Params {
		names[i] = e.Params[i].Name
	}
	return names
}

// MetricNames returns the metrics' names in the order of declaration.
func (e *Experiment) MetricNames() []string {
	names := make([]string, len(e.Metrics))
	for i := range e.Metrics {
		names[i] = e.Metrics[i].Name
	}
	return names
}

// Defaults returns the point with every param at its default.
func (e *Experiment) Defaults() Point {
	t := e.compiled()
	return Point{table: t, outer: t.outer, inner: t.inner}
}

// Point returns the point with the given params set and all others at their
// default. Unknown names and values out of range are errors.
func (e *Experiment) Point(set map[string]Value) (Point, error) {
	p := e.Defaults()
	for name, v := range set {
		q := e.Param(name)
		if q == nil {
			return Point{}, e.unknownParam(name)
		}
		v, err := q.Coerce(v)
		if err != nil {
			return Point{}, err
		}
		p = p.With(name, v)
	}
	return p, nil
}

// unknownParam says which param was meant.
func (e *Experiment) unknownParam(name string) error {
	if best, ok := nearest(name, e.ParamNames()); ok {
		return fmt.Errorf("unknown parameter %q of experiment %s; did you mean %q (%s)?",
			name, e.Name, best, e.Param(best).Describe())
	}
	return fmt.Errorf("unknown parameter %q of experiment %s; %s", name, e.Name, e.choices(e.ParamNames()))
}

// unknownMetric says which metric was meant.
func (e *Experiment) unknownMetric(name string) error {
	if best, ok := nearest(name, e.MetricNames()); ok {
		return fmt.Errorf("unknown metric %q of experiment %s; did you mean %q (%s)?",
			name, e.Name, best, e.Metrics[e.Metric(best)].Doc)
	}
	return fmt.Errorf("unknown metric %q of experiment %s; %s", name, e.Name, e.choices(e.MetricNames()))
}

// choices says where names are to be found.
func (e *Experiment) choices(names []string) string {
	switch {
	case e.command == nil:
		return fmt.Sprintf("see `gardner experiments %s`", e.Name)
	case len(names) == 0:
		return "it has none"
	}
	return "it has " + strings.Join(names, ", ")
}

// validate finds mistakes in a declaration.
func (e *Experiment) validate() error {
	fail := func(format string, args ...any) error {
		return fmt.Errorf("experiment %s: %s", e.Name, fmt.Sprintf(format, args...))
	}
	if !validName(e.Name) {
		return fail("the name %q is not letters, digits and '-'", e.Name)
	}
	if e.Version < 1 {
		return fail("the version %d is below 1", e.Version)
	}
	if e.Run == nil {
		return fail("it has no Run")
	}
	seen := map[string]bool{}
	for i := range e.Params {
		p := &e.Params[i]
		if p.Name == "" || seen[p.Name] || reservedColumn(p.Name) {
			return fail("the param name %q is empty, reserved or used twice", p.Name)
		}
		seen[p.Name] = true
		v, err := p.Coerce(p.Default)
		if err != nil {
			return fail("default of a param: %v", err)
		}
		if v != p.Default {
			return fail("the default of %s is not a %s", p.Name, p.Kind)
		}
	}
	for i := range e.Metrics {
		if name := e.Metrics[i].Name; name == "" || seen[name] || reservedColumn(name) {
			return fail("the metric name %q is empty, reserved or used twice", name)
		}
		seen[e.Metrics[i].Name] = true
	}
	for _, m := range e.Metrics {
		if m.Kind != MetricHistogram && (m.Edges != nil || m.Zero != "") || m.Zero != "" && e.Metric(m.Zero) < 0 {
			return fail("the metric %s has bins but is no histogram, or zeros (%q) that are no metric", m.Name, m.Zero)
		}
		for k := range m.Edges {
			if k > 0 && !(m.Edges[k-1] < m.Edges[k]) {
				return fail("the bins of %s do not increase", m.Name)
			}
		}
	}
	if err := e.validateArtefacts(); err != nil {
		return fail("%v", err)
	}
	for _, th := range e.Theory {
		if e.Metric(th.Metric) < 0 || (th.Eval == nil) == (th.Mass == nil) {
			return fail("the theory %q is of no metric (%q) or does not have one of Eval and Mass", th.Name, th.Metric)
		}
		if th.Mass != nil && e.Metrics[e.Metric(th.Metric)].Edges == nil {
			return fail("the theory %q has a Mass but %s has no bins", th.Name, th.Metric)
		}
	}
	return nil
}

// reservedColumn reports whether queries have a column of that name beside
// params and metrics.
func reservedColumn(name string) bool {
	switch name {
	case "block", "ordinal", "replicate", "seed", "status", "metric", "n", "mean", "sem", "ci95", "theory", "z":
		return true
	}
	return false
}

// validName reports whether s can name a sweep or an experiment: it appears in
// file names, URLs and keys.
func validName(s string) bool {
	if s == "" || len(s) > 64 || s[0] == '-' || s[0] == '.' {
		return false
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.' {
			return false
		}
	}
	return true
}
