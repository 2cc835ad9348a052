package sweeps

// MetricKind says what one cell of a metric holds.
type MetricKind uint8

// The kinds of metrics.
const (
	MetricNumber    MetricKind = iota // Cell.V
	MetricCount                       // Cell.V = k successes of Cell.N trials
	MetricVector                      // Cell.Vec
	MetricHistogram                   // Cell.Vec = counts per bin, Cell.N = all samples, binned or not
)

// String returns the kind's name as help texts use it.
func (k MetricKind) String() string {
	return [...]string{"number", "count", "vector", "histogram"}[k]
}

// Metric declares one output of an experiment.
type Metric struct {
	Name string // as columns call it: alpha_in
	Doc  string // what it is, in a few words
	Unit string // empty for a pure number; of a histogram: of what it counts
	Kind MetricKind

	// Edges are the borders of a histogram's bins, increasing, one more than bins and
	// in Unit; nil where only the experiment knows.
	Edges []float64
	// Zero names the metric with the share of a histogram's samples that are exactly
	// 0 and in no bin; may be empty.
	Zero string
}

// GapMetric is what experiments call the gap of the certificates behind a row: of an optimal one, what is not proven; of an
// infeasible one, the strength of the proof.
const GapMetric = "gap"
