package query

import (
	"fmt"
	"math"

	"gardner/sweeps"
)

// Rows that share random numbers are not independent: the inner rows of a task,
// points that differ only in treatments. Such rows make a cluster: a replicate of
// one outer point, treatments left out. Resampling draws whole clusters. They are
// counted into at most maxBins bins in turn, so that memory does not grow with the
// replicates; with fewer clusters than bins each has its own.

const (
	maxBins   = 256
	fewBins   = 32      // with fewer there is too little to draw from
	binBudget = 4 << 20 // of all groups together

	// So many elements of a histogram and of a vector are kept apart by cluster.
	maxBinned    = 256
	vectorBinned = 64
)

// binned is how many values of a metric are kept apart by cluster.
func binned(m *sweeps.Metric) int {
	switch m.Kind {
	case sweeps.MetricVector:
		return vectorBinned
	case sweeps.MetricHistogram:
		if m.Edges == nil {
			return vectorBinned
		}
		return min(len(m.Edges)-1, maxBinned)
	default:
		return 1
	}
}

// clusters numbers the clusters within a group.
type clusters struct {
	grouping *grouping
	bins     uint64
}

// values is how many values of a group are kept apart by cluster.
func (a *aggregate) values() float64 {
	n := 0
	for _, m := range a.metrics {
		n += binned(&a.scope.metrics[m])
	}
	return float64(n)
}

// newClusters prepares for groups of the given By params; accs is how many
// accumulators there are at most.
func newClusters(s *scope, by *grouping, accs float64) (*clusters, error) {
	var names []string
	for _, name := range s.varying {
		p := s.experiment.Param(name)
		pooled := true
		for i := range by.by {
			pooled = pooled && by.by[i].name != name
		}
		if pooled && !p.Inner && !p.Treatment {
			names = append(names, name)
		}
	}
	g, err := newGrouping(s, append(names, byReplicate))
	if err != nil {
		return nil, err
	}
	accs = max(accs, 1)
	c := &clusters{grouping: g, bins: min(g.total, maxBins)}
	if room := uint64(binBudget / accs); c.bins > room {
		if room < min(g.total, fewBins) {
			return nil, &InputError{"by", fmt.Sprintf("there may be %.0f groups times metrics, too many to resample; narrow it with by or metric (elements of vectors and bins of histograms count)", accs)}
		}
		c.bins = room
	}
	return c, nil
}

// bin is what the rows of one cluster add up to: a sum of values and their number,
// or successes and trials.
type bin struct{ sum, n float64 }

// bins are those of one metric in one group: element by element, the bins of all clusters.
type bins []bin

// of returns an element's bins; nil: they are not kept.
func (bs bins) of(element int, clusters uint64) []bin {
	lo := uint64(element) * clusters
	if lo+clusters > uint64(len(bs)) {
		return nil
	}
	return bs[lo : lo+clusters]
}

// add takes in a cell of a cluster.
func (bs bins) add(kind sweeps.MetricKind, c *sweeps.Cell, cluster, clusters uint64) {
	if c.IsEmpty(kind) {
		return
	}
	switch kind {
	case sweeps.MetricVector, sweeps.MetricHistogram:
		for i, x := range c.Vec {
			one := bs.of(i, clusters)
			switch {
			case one == nil:
				return
			case kind == sweeps.MetricHistogram:
				one[cluster].sum += x
				one[cluster].n += float64(c.N)
			case !math.IsNaN(x):
				one[cluster].sum += x
				one[cluster].n++
			}
		}
	case sweeps.MetricCount:
		bs[cluster].sum += c.V
		bs[cluster].n += float64(c.N)
	default:
		bs[cluster].sum += c.V
		bs[cluster].n++
	}
}
