package query

import (
	"context"
	"math"
	"slices"

	"gardner/sweeps"
)

// aggregate groups rows and computes one line per group and metric.
type aggregate struct {
	scope    *scope
	where    *expression
	grouping *grouping
	metrics  []int
	theories []theoryColumn
	index    bool       // some metric has elements
	counts   bool       // some metric has successes and trials
	bins     bool       // some histogram has declared bins
	clusters *clusters  // nil: no resampling
	resample *resampler // nil: no resampled intervals
	kept     int        // values each accumulator keeps for exact quantiles
	compare  *compare   // nil: the metrics themselves, not differences
}

// group is the rows of one combination of By values.
type group struct {
	code                          uint64
	accs                          []accumulator // one per selected metric
	sound                         int64         // rows that are ok
	infeasible, undefined, failed int64
	points                        pointSet
	bins                          []bins    // one list per selected metric; nil: no resampling
	others                        []pointID // of differences: the second rows' points
	unpaired                      []int64   // of differences: rows whose partner has no value, per metric
}

// add takes in one row: cells of the selected metrics, its point, its cluster.
func (g *group) add(a *aggregate, r *pageRow, id pointID, bin uint64) {
	switch r.status {
	case sweeps.OK:
		g.sound++
	case sweeps.InfeasibleRow:
		g.infeasible++
	case sweeps.UndefinedRow:
		g.undefined++
	}
	for j, m := range a.metrics {
		g.accs[j].add(&r.cells[m])
		if g.bins != nil {
			g.bins[j].add(a.scope.metrics[m].Kind, &r.cells[m], bin, a.clusters.bins)
		}
	}
	if len(a.theories) > 0 {
		g.points.add(id)
	}
}

func newAggregate(s *scope, w *expression, g *grouping, metrics []int) *aggregate {
	a := &aggregate{scope: s, where: w, grouping: g, metrics: metrics, theories: theories(s.experiment, s.metrics, metrics)}
	a.kept = a.exact()
	for _, m := range metrics {
		switch s.metrics[m].Kind {
		case sweeps.MetricCount:
			a.counts = true
		case sweeps.MetricVector:
			a.index = true
		case sweeps.MetricHistogram:
			a.index, a.counts = true, true
			a.bins = a.bins || s.metrics[m].Edges != nil
		}
	}
	return a
}

func (a *aggregate) columns() []Column {
	var cols []Column
	float := func(name, doc string) { cols = append(cols, Column{Name: name, Doc: doc}) }
	whole := func(name, doc string) { cols = append(cols, Column{Name: name, Doc: doc, Kind: Int}) }
	for i := range a.grouping.by {
		cols = append(cols, a.grouping.by[i].column)
	}
	cols = append(cols, Column{Name: "metric", Kind: Text, Doc: "what the line is about"},
		Column{Name: "unit", Kind: Text, Doc: "of the metric"})
	if a.compare != nil {
		cols = append(cols, Column{Name: "difference", Kind: Text, Doc: "of which values of " + a.compare.param})
	}
	if a.index {
		whole("index", "element of a vector, bin of a histogram")
	}
	if a.bins {
		float("bin_low", "lower border of the bin, in the unit")
		float("bin_high", "upper border of the bin, in the unit")
	}
	if a.compare == nil {
		whole("n", "rows with a value")
	} else {
		whole("n", "pairs of which both rows have a value")
		whole("n_unpaired", "rows with a value whose partner has none")
	}
	float("mean", "mean, or share of successes")
	float("sem", "standard error of the mean")
	float("ci95_low", "95 % confidence interval of the mean")
	float("ci95_high", "95 % confidence interval of the mean")
	if a.resample != nil {
		cols = append(cols, Column{Name: "interval", Kind: Text, Doc: "how the interval was made: bootstrap, t or wilson"})
	}
	float("sd", "sample standard deviation")
	float("min", "smallest value")
	float("q05", "quantile 0.05")
	float("q25", "quantile 0.25")
	float("median", "quantile 0.5")
	float("q75", "quantile 0.75")
	float("q95", "quantile 0.95")
	float("max", "largest value")
	if a.counts {
		float("count_k", "successes")
		float("count_n", "trials")
	}
	whole("n_infeasible", "rows proven infeasible")
	whole("n_undefined", "rows where the question has no meaning")
	whole("n_failed", "rows of quarantined tasks")
	for _, t := range a.theories {
		float("theory"+t.suffix, "prediction")
		float("z"+t.suffix, "(mean - theory) / sem")
	}
	yieldNames(cols, len(a.grouping.by))
	return cols
}

// yieldNames renames params that are called as another column is.
func yieldNames(cols []Column, params int) {
	for i := range cols[:params] {
		for j := params; j < len(cols); j++ {
			if cols[i].Name == cols[j].Name {
				cols[i].Name += "_param"
			}
		}
	}
}

// exactBytes bounds what all groups together keep for exact quantiles.
const exactBytes = 8 << 20

// exact is how many values each accumulator keeps, from the number of groups the
// plan can have: it must not depend on the order in which results arrive.
func (a *aggregate) exact() int {
	accs := float64(a.grouping.total) * float64(len(a.metrics))
	return int(min(4096, max(64, exactBytes/8/accs)))
}

// each computes all groups, then gives their lines in order.
func (a *aggregate) each(ctx context.Context, fn func(row []Field) error) error {
	gs, err := a.collect(ctx)
	if err != nil {
		return err
	}
	tCache := map[int64]float64{}
	t := func(nu int64) float64 {
		v, ok := tCache[nu]
		if !ok {
			v = studentT(nu)
			tCache[nu] = v
		}
		return v
	}
	var row []Field
	for _, g := range gs.sorted() {
		if err := ctx.Err(); err != nil {
			return err
		}
		key := a.grouping.fields(g.code, nil)
		for i, m := range a.metrics {
			lines := 0
			var failure error
			g.accs[i].lines(t, func(s *stats) {
				if s.n == 0 && g.sound > 0 || failure != nil {
					return
				}
				lines++
				a.robust(g, i, s, t)
				row = a.line(append(row[:0], key...), g, m, s)
				failure = fn(row)
			})
			if failure != nil {
				return failure
			}
			if lines == 0 && g.sound == 0 { // a vector without elements
				nan := math.NaN()
				s := &stats{mean: nan, sem: nan, low: nan, top: nan, sd: nan, min: nan, max: nan, k: nan, trials: nan}
				row = a.line(append(row[:0], key...), g, m, s)
				if err := fn(row); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// robust replaces the interval by one that is resampled, where it was asked for.
func (a *aggregate) robust(g *group, i int, s *stats, t func(int64) float64) {
	if a.resample == nil {
		return
	}
	kind := a.scope.metrics[a.metrics[i]].Kind
	share := kind == sweeps.MetricCount || kind == sweeps.MetricHistogram
	if s.made = "t"; share {
		s.made = "wilson"
	}
	r := a.resample.interval(g.bins[i].of(s.index, a.clusters.bins), t)
	if !(r.sem > 0) || math.IsNaN(r.low) {
		return
	}
	s.sem, s.low, s.top, s.robust = r.sem, r.low, r.top, true
	if s.made = "bootstrap"; r.clusters < fewClusters {
		s.made = "t"
	}
	if share {
		s.low, s.top = max(0, s.low), min(1, s.top)
	}
}

func (a *aggregate) line(row []Field, g *group, m int, s *stats) []Field {
	metric := &a.scope.metrics[m]
	row = append(row, textField(metric.Name), textField(metric.Unit))
	if a.compare != nil {
		row = append(row, textField(a.compare.text))
	}
	if a.index {
		f := Field{}
		if metric.Kind == sweeps.MetricVector || metric.Kind == sweeps.MetricHistogram {
			f = intField(int64(s.index))
		}
		row = append(row, f)
	}
	low, high := math.NaN(), math.NaN()
	if s.index+1 < len(metric.Edges) {
		low, high = metric.Edges[s.index], metric.Edges[s.index+1]
	}
	if a.bins {
		row = append(row, floatField(low), floatField(high))
	}
	row = append(row, intField(s.n))
	if a.compare != nil {
		row = append(row, intField(g.unpaired[slices.Index(a.metrics, m)]))
	}
	q := s.quantiles
	if q == nil {
		q = slices.Repeat([]float64{math.NaN()}, len(probabilities))
	}
	for _, x := range []float64{s.mean, s.sem, s.low, s.top} {
		row = append(row, floatField(x))
	}
	if a.resample != nil {
		row = append(row, Field{Valid: s.made != "", Text: s.made})
	}
	for _, x := range []float64{s.sd, s.min, q[0], q[1], q[2], q[3], q[4], s.max} {
		row = append(row, floatField(x))
	}
	if a.counts {
		row = append(row, floatField(s.k), floatField(s.trials))
	}
	row = append(row, intField(g.infeasible), intField(g.undefined), intField(g.failed))
	for _, t := range a.theories {
		theory, z := math.NaN(), math.NaN()
		eval := t.of[m]
		if mass := t.mass[m]; mass != nil && low < high {
			eval = func(p sweeps.Point) float64 { return mass(p, low, high) }
		}
		if eval != nil {
			theory = a.scope.predict(eval, &g.points)
			if a.compare != nil {
				theory = a.scope.predictDifference(eval, &g.points, g.others)
			}
			if s.n > 0 && !t.limit[m] {
				z = score(metric.Kind, s, theory)
			}
		}
		row = append(row, floatField(theory), floatField(z))
	}
	return row
}

// newGroup makes the group of a code.
func (a *aggregate) newGroup(code uint64) *group {
	g := &group{code: code, accs: make([]accumulator, len(a.metrics))}
	for i, m := range a.metrics {
		g.accs[i] = newAccumulator(a.scope.metrics[m].Kind, a.kept)
	}
	if a.clusters != nil {
		g.bins = make([]bins, len(a.metrics))
		for i, m := range a.metrics {
			g.bins[i] = make(bins, a.clusters.bins*uint64(binned(&a.scope.metrics[m])))
		}
	}
	if a.compare != nil {
		g.unpaired = make([]int64, len(a.metrics))
	}
	return g
}

// collect reads all rows into groups: block after block, each as a tree of ranges.
func (a *aggregate) collect(ctx context.Context) (*groups, error) {
	if a.compare != nil {
		return a.compare.collectPairs(ctx)
	}
	gs := newGroups(a.grouping.total)
	failures := newEvaluator(a.where)
	for block, sb := range a.scope.blocks {
		part, err := a.collectBlock(ctx, block)
		if err != nil {
			return nil, err
		}
		if part != nil {
			gs.merge(part)
		}
		c := a.grouping.coder(sb)
		if err := a.scope.eachFailed(block, failures, func(ordinal uint64, row int) {
			gs.find(c.task(ordinal)+c.inner[row], a.newGroup).failed++
		}); err != nil {
			return nil, err
		}
	}
	return gs, nil
}

// eachFailed calls fn for the rows of a block's quarantined tasks that pass, as
// rows of status "failed" without metrics.
func (s *scope) eachFailed(block int, f *evaluator, fn func(ordinal uint64, row int)) error {
	sb := s.blocks[block]
	failed, err := s.src.Failures(sb.id)
	if err != nil {
		return err
	}
	for _, x := range failed {
		if !x.Quarantined {
			continue
		}
		outer, replicate := sb.plan.Outer(x.Ordinal)
		for row := range sb.plan.Rows() {
			ok, err := f.pass(sb.plan.At(outer, row), replicate, "failed", nil)
			if err != nil {
				return err
			}
			if ok {
				fn(x.Ordinal, row)
			}
		}
	}
	return nil
}
