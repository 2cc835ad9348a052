package query

import (
	"fmt"
	"slices"
	"strings"

	"gardner/sweeps"
)

// Request is a question about a sweep.
type Request struct {
	Sweep   string
	Where   string   // expression over params, metrics, status, replicate; empty: all rows
	By      []string // params (and "replicate") that make a group; nil: all params that vary
	Metrics []string // nil: all, derived ones included
	Columns []string // derived metrics, NAME=EXPRESSION each
	// Bootstrap is how many resamples the intervals are made of; 0: normal and Wilson intervals.
	Bootstrap int
	// Crossing asks where a metric crosses a level, METRIC=VALUE, along the param Along (default: the first of By), by
	// interpolation that is linear in the param, or in its logarithm if Log.
	Crossing string
	Along    string
	Log      bool
	// Compare asks for paired differences, PARAM=A,B: what a metric is at B less what it is at A, all else equal.
	Compare string
	Limit   uint64 // rows that are given at most; 0: all
	Raw     bool   // the rows themselves; By must be nil

	leaf uint64 // of tests: tasks of a leaf
}

// InputError is a mistake in a request.
type InputError struct {
	Field string // "where", "by", "metric"
	Msg   string
}

func (e *InputError) Error() string { return e.Field + ": " + e.Msg }

// Run checks a request and returns its result, whose rows are computed when they
// are read. Mistakes in the request are *InputErrors.
func Run(src Source, reg *sweeps.Registry, req Request) (*Result, error) {
	s, err := newScope(src, reg, req.Sweep)
	if err != nil {
		return nil, err
	}
	if req.leaf > 0 {
		s.leaf = req.leaf
	}
	if err := s.derive(req.Columns); err != nil {
		return nil, err
	}
	metrics, err := s.pickMetrics(req.Metrics)
	if err != nil {
		return nil, err
	}
	where, err := compileWhere(s.experiment, s.metrics, req.Where)
	if err != nil {
		return nil, err
	}
	res := &Result{Sweep: s.name, Revision: s.revision, Experiment: s.experiment, Raw: req.Raw, limit: req.Limit}
	if res.Numerics, err = Numerics(src, s.ids()); err != nil {
		return nil, err
	}
	for _, m := range metrics {
		res.Metrics = append(res.Metrics, s.metrics[m].Name)
	}
	if err := req.check(); err != nil {
		return nil, err
	}
	switch {
	case req.Raw:
		r := &raw{scope: s, where: where, metrics: metrics}
		res.Columns, res.each = r.columns(), r.each
	case req.Crossing != "":
		c, by, err := newCrossing(s, where, &req)
		if err != nil {
			return nil, err
		}
		res.Metrics = []string{s.metrics[c.metrics[0]].Name}
		res.By, res.Columns, res.each = by, c.columns(), c.each
	default:
		a, by, err := s.group(where, &req, metrics)
		if err != nil {
			return nil, err
		}
		res.By, res.Columns, res.each = by, a.columns(), a.each
	}
	return res, nil
}

// check finds what contradicts itself.
func (req *Request) check() error {
	switch {
	case req.Raw && len(req.By) > 0:
		return &InputError{"by", "raw rows are not grouped; leave out one of the two"}
	case req.Raw && (req.Crossing != "" || req.Compare != "" || req.Bootstrap != 0):
		return &InputError{"raw", "raw rows are not aggregated; leave out crossing, compare and bootstrap"}
	case req.Crossing != "" && req.Compare != "":
		return &InputError{"crossing", "ask for crossings and for differences one after the other"}
	case req.Crossing == "" && (req.Along != "" || req.Log):
		return &InputError{"along", "along and log are for crossings: add crossing, as in feasible=0.5"}
	case req.Bootstrap < 0 || req.Bootstrap > maxResamples || req.Bootstrap > 0 && req.Bootstrap < minResamples:
		return &InputError{"bootstrap", fmt.Sprintf("%d resamples: choose between %d and %d", req.Bootstrap, minResamples, maxResamples)}
	}
	return nil
}

// group prepares aggregates of metrics, or of their differences.
func (s *scope) group(where *expression, req *Request, metrics []int) (*aggregate, []string, error) {
	by := req.By
	if by == nil {
		by = s.varying
	}
	var a *aggregate
	if req.Compare != "" {
		c, rest, err := newCompare(s, where, req, metrics)
		if err != nil {
			return nil, nil, err
		}
		a, by = c.aggregate, rest
	} else {
		g, err := newGrouping(s, by)
		if err != nil {
			return nil, nil, err
		}
		a = newAggregate(s, where, g, metrics)
	}
	if req.Bootstrap > 0 {
		var err error
		if a.clusters, err = newClusters(s, a.grouping, float64(a.grouping.total)*a.values()); err != nil {
			return nil, nil, err
		}
		a.resample = newResampler(req.Bootstrap)
	}
	return a, slices.Clone(by), nil
}

func (s *scope) pickMetrics(names []string) ([]int, error) {
	var out []int
	if len(names) == 0 {
		for i := range s.metrics {
			out = append(out, i)
		}
		return out, nil
	}
	for _, name := range names {
		i := slices.IndexFunc(s.metrics, func(m sweeps.Metric) bool { return m.Name == name })
		if i < 0 {
			var names []string
			for j := range s.metrics {
				names = append(names, s.metrics[j].Name)
			}
			return nil, &InputError{"metric", unknown("metric", name, s.experiment, names)}
		}
		if !slices.Contains(out, i) {
			out = append(out, i)
		}
	}
	return out, nil
}

// UnknownParam is the mistake of a param that an experiment does not have; field is
// the part of the request that names it.
func UnknownParam(field, name string, e *sweeps.Experiment) error {
	return &InputError{field, unknown("parameter", name, e, e.ParamNames())}
}

// unknown says that there is no such name and which one was probably meant.
func unknown(what, name string, e *sweeps.Experiment, names []string) string {
	msg := fmt.Sprintf("unknown %s %q of experiment %s", what, name, e.Name)
	if best, ok := sweeps.Nearest(name, names); ok {
		return fmt.Sprintf("%s; did you mean %q?", msg, best)
	}
	return msg + "; there are " + strings.Join(names, ", ")
}
