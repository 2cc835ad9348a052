package query

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gardner/sweeps"
)

// crossing finds where a metric's mean crosses a level along a param, on each curve:
// each combination of the By values.
type crossing struct {
	*aggregate

	level float64
	along *byParam
	log   bool
}

// newCrossing understands the request; by is what the caller grouped by, nil if it did not say.
func newCrossing(s *scope, w *expression, req *Request) (*crossing, []string, error) {
	fail := func(field, format string, args ...any) error { return &InputError{field, fmt.Sprintf(format, args...)} }
	name, text, ok := strings.Cut(req.Crossing, "=")
	level, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if !ok || err != nil || math.IsNaN(level) || math.IsInf(level, 0) {
		return nil, nil, fail("crossing", "%q is not METRIC=VALUE, as in feasible=0.5", req.Crossing)
	}
	metrics, err := s.pickMetrics([]string{strings.TrimSpace(name)})
	if err != nil {
		return nil, nil, fail("crossing", "%s", strings.TrimPrefix(err.Error(), "metric: "))
	}
	if k := s.metrics[metrics[0]].Kind; k != sweeps.MetricNumber && k != sweeps.MetricCount {
		return nil, nil, fail("crossing", "%s is not one number a row", strings.TrimSpace(name))
	}
	by, along := slices.Clone(req.By), req.Along
	switch {
	case by == nil && along == "":
		return nil, nil, fail("along", "along which param? name it with along, or as the first of by; what varies is %s", strings.Join(s.varying, ", "))
	case by == nil:
		by = slices.Clone(s.varying)
	case along == "":
		along = by[0]
	}
	by = slices.DeleteFunc(by, func(b string) bool { return b == along })
	p := s.experiment.Param(along)
	if p == nil {
		return nil, nil, fail("along", "%s", unknown("parameter", along, s.experiment, s.experiment.ParamNames()))
	}
	if p.Kind != sweeps.Number && p.Kind != sweeps.Integer {
		return nil, nil, fail("along", "%s is not a number", along)
	}
	if len(s.values[along]) < 2 {
		return nil, nil, fail("along", "%s has one value only in this sweep", along)
	}
	if x, _ := s.values[along][0].Number(); req.Log && x <= 0 {
		return nil, nil, fail("log", "%s has the value %g, whose logarithm is not a number", along, x)
	}
	g, err := newGrouping(s, append(slices.Clone(by), along))
	if err != nil {
		return nil, nil, err
	}
	c := &crossing{aggregate: newAggregate(s, w, g, metrics), level: level, along: &g.by[len(by)], log: req.Log}
	if c.clusters, err = newClusters(s, g, float64(g.total)); err != nil {
		return nil, nil, err
	}
	c.resample = newResampler(defaultResamples)
	if req.Bootstrap > 0 {
		c.resample = newResampler(req.Bootstrap)
	}
	return c, by, nil
}

func (c *crossing) columns() []Column {
	unit := c.along.column.Unit
	var cols []Column
	for i := range c.grouping.by[:len(c.grouping.by)-1] {
		cols = append(cols, c.grouping.by[i].column)
	}
	by := len(cols)
	float := func(name, unit, doc string) { cols = append(cols, Column{Name: name, Unit: unit, Doc: doc}) }
	text := func(name, doc string) { cols = append(cols, Column{Name: name, Kind: Text, Doc: doc}) }
	whole := func(name, doc string) { cols = append(cols, Column{Name: name, Kind: Int, Doc: doc}) }
	text("metric", "what crosses the level")
	text("unit", "of the metric")
	float("level", c.scope.metrics[c.metrics[0]].Unit, "what is crossed")
	text("along", "the param along which")
	float("at", unit, "where the interpolated mean crosses; empty: nowhere")
	float("sem", unit, "standard error of at")
	float("ci95_low", unit, "95 % confidence interval of at; -inf: not bounded within the param's range")
	float("ci95_high", unit, "95 % confidence interval of at; inf: not bounded within the param's range")
	text("interval", "how the interval was made: bootstrap or jackknife, over clusters of rows that share random numbers")
	text("direction", "up or down")
	float("below", unit, "value of the param next below")
	float("above", unit, "value of the param next above")
	whole("n", "rows with a value on the curve")
	whole("n_infeasible", "rows proven infeasible")
	whole("n_undefined", "rows where the question has no meaning")
	whole("n_failed", "rows of quarantined tasks")
	for _, t := range c.theories {
		float("theory"+t.suffix, unit, "where the prediction crosses, interpolated in the same way")
		float("z"+t.suffix, "", "(at - theory) / sem")
	}
	yieldNames(cols, by)
	return cols
}

// curve is one combination of By values: its groups in the order of the axis.
type curve struct {
	groups []*group
	x      []float64 // of the axis, transformed
	means  []float64
}

func (c *crossing) each(ctx context.Context, fn func(row []Field) error) error {
	gs, err := c.collect(ctx)
	if err != nil {
		return err
	}
	all := gs.sorted()
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].code/c.along.count == all[0].code/c.along.count {
			n++
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := c.follow(all[:n], fn); err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

// follow gives a curve's crossings, a row each, or one row without a place.
func (c *crossing) follow(groups []*group, fn func(row []Field) error) error {
	k := curve{groups: groups}
	for _, g := range groups {
		x, _ := c.along.values[g.code%c.along.count].Number()
		if c.log {
			x = math.Log(x)
		}
		k.x = append(k.x, x)
		sum, n := 0.0, 0.0
		for _, b := range g.bins[0] {
			sum, n = sum+b.sum, n+b.n
		}
		k.means = append(k.means, sum/n)
	}
	found := findCrossings(k.x, k.means, c.level)
	if len(found) == 0 {
		// A metric that even sound rows do not have has no line, as among aggregates.
		if !slices.ContainsFunc(k.means, func(y float64) bool { return !math.IsNaN(y) }) &&
			slices.ContainsFunc(groups, func(g *group) bool { return g.sound > 0 }) {
			return nil
		}
		return fn(c.row(&k, nil))
	}
	for i := range found {
		if err := fn(c.row(&k, &found[i])); err != nil {
			return err
		}
	}
	return nil
}

// place is where a curve crosses a level.
type place struct {
	at            float64
	up            bool
	before, after int // points of the curve
}

// findCrossings interpolates linearly between points that have a value. A point at
// the level itself counts as above it.
func findCrossings(x, y []float64, level float64) (out []place) {
	last := -1
	for i := range y {
		if math.IsNaN(y[i]) {
			continue
		}
		if last >= 0 && (y[last] >= level) != (y[i] >= level) {
			f := (level - y[last]) / (y[i] - y[last])
			out = append(out, place{x[last] + float64(f*(x[i]-x[last])), y[i] > y[last], last, i})
		}
		last = i
	}
	return out
}

func (c *crossing) row(k *curve, p *place) []Field {
	g := k.groups[0]
	row := c.grouping.fields(g.code, nil)
	row = row[:len(row)-1]
	m := &c.scope.metrics[c.metrics[0]]
	row = append(row, textField(m.Name), textField(m.Unit), floatField(c.level), textField(c.along.name))
	var made interval
	if p == nil {
		row = append(row, Field{}, Field{}, Field{}, Field{}, Field{}, Field{}, Field{}, Field{})
	} else {
		made = c.uncertainty(k, p)
		direction := "down"
		if p.up {
			direction = "up"
		}
		row = append(row, floatField(c.back(p.at)), floatField(made.sem), floatField(c.back(made.low)), floatField(c.back(made.top)),
			Field{Valid: made.how != "", Text: made.how}, textField(direction), floatField(c.back(k.x[p.before])), floatField(c.back(k.x[p.after])))
	}
	var n, infeasible, undefined, failed int64
	for _, g := range k.groups {
		g.accs[0].lines(func(int64) float64 { return math.NaN() }, func(s *stats) { n += s.n })
		infeasible, undefined, failed = infeasible+g.infeasible, undefined+g.undefined, failed+g.failed
	}
	row = append(row, intField(n), intField(infeasible), intField(undefined), intField(failed))
	for _, t := range c.theories {
		theory, z := math.NaN(), math.NaN()
		if eval := t.of[c.metrics[0]]; eval != nil {
			y := make([]float64, len(k.groups))
			for i, g := range k.groups {
				y[i] = c.scope.predict(eval, &g.points)
			}
			if q, ok := pick(findCrossings(k.x, y, c.level), p); ok {
				theory = c.back(q)
			}
			if p != nil && made.sem > 0 {
				z = (c.back(p.at) - theory) / made.sem
			}
		}
		row = append(row, floatField(theory), floatField(z))
	}
	return row
}

// back undoes the logarithm; what is not bounded stays so.
func (c *crossing) back(x float64) float64 {
	if !c.log || math.IsInf(x, 0) {
		return x
	}
	return math.Exp(x)
}

// pick finds the crossing that corresponds to p: of its direction, the nearest. Without p it is the first.
func pick(found []place, p *place) (at float64, ok bool) {
	for i := range found {
		switch {
		case p == nil:
			return found[i].at, true
		case found[i].up != p.up:
		case !ok || math.Abs(found[i].at-p.at) < math.Abs(at-p.at):
			at, ok = found[i].at, true
		}
	}
	return at, ok
}
