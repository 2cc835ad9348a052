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
	Metrics []string // nil: all
	Raw     bool     // the rows themselves; By must be nil
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
	metrics, err := s.pickMetrics(req.Metrics)
	if err != nil {
		return nil, err
	}
	where, err := compileWhere(s.experiment, req.Where)
	if err != nil {
		return nil, err
	}
	res := &Result{Sweep: s.name, Revision: s.revision, Experiment: s.experiment, Raw: req.Raw}
	for _, m := range metrics {
		res.Metrics = append(res.Metrics, s.experiment.Metrics[m].Name)
	}
	if req.Raw {
		if len(req.By) > 0 {
			return nil, &InputError{"by", "raw rows are not grouped; leave out one of the two"}
		}
		r := &raw{scope: s, where: where, metrics: metrics}
		res.Columns, res.each = r.columns(), r.each
		return res, nil
	}
	by := req.By
	if by == nil {
		by = s.varying
	}
	g, err := newGrouping(s, by)
	if err != nil {
		return nil, err
	}
	a := newAggregate(s, where, g, metrics)
	res.By, res.Columns, res.each = slices.Clone(by), a.columns(), a.each
	return res, nil
}

func (s *scope) pickMetrics(names []string) ([]int, error) {
	var out []int
	if len(names) == 0 {
		for i := range s.experiment.Metrics {
			out = append(out, i)
		}
		return out, nil
	}
	for _, name := range names {
		i := s.experiment.Metric(name)
		if i < 0 {
			return nil, &InputError{"metric", unknown("metric", name, s.experiment, s.experiment.MetricNames())}
		}
		if !slices.Contains(out, i) {
			out = append(out, i)
		}
	}
	return out, nil
}

// unknown says that there is no such name and which one was probably meant.
func unknown(what, name string, e *sweeps.Experiment, names []string) string {
	msg := fmt.Sprintf("unknown %s %q of experiment %s", what, name, e.Name)
	if best, ok := sweeps.Nearest(name, names); ok {
		return fmt.Sprintf("%s; did you mean %q?", msg, best)
	}
	return msg + "; there are " + strings.Join(names, ", ")
}
