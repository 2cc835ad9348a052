package query

import (
	"fmt"
	"slices"
	"sort"

	"gardner/sweeps"
)

// scope is a sweep as a query sees it: its blocks bound to their experiment, and
// which params vary.
type scope struct {
	src        Source
	name       string
	revision   string
	experiment *sweeps.Experiment
	metrics    []sweeps.Metric // the experiment's, then derived ones
	derived    []*derived
	leaf       uint64 // least tasks of a leaf
	blocks     []*scopeBlock
	values     map[string][]sweeps.Value // param -> its values in the sweep, ascending
	varying    []string                  // params of more than one value, in the order of the axes
}

type scopeBlock struct {
	id     sweeps.BlockID
	block  *sweeps.Block
	plan   *sweeps.Plan
	perRep uint64
}

func newScope(src Source, reg *sweeps.Registry, name string) (*scope, error) {
	rec, err := src.Sweep(name)
	if err != nil {
		return nil, err
	}
	s := &scope{src: src, name: rec.Name, revision: rec.Revision, values: map[string][]sweeps.Value{}, leaf: leafTasks}
	for _, id := range rec.Blocks {
		b, err := src.Block(id)
		if err != nil {
			return nil, fmt.Errorf("sweep %s: %w", name, err)
		}
		p, err := reg.Plan(b)
		if err != nil {
			return nil, fmt.Errorf("sweep %s: %w", name, err)
		}
		if s.experiment != nil && s.experiment.ID() != p.Experiment.ID() {
			return nil, fmt.Errorf("sweep %s: its blocks are of two experiments, %s and %s", name, s.experiment.ID(), p.Experiment.ID())
		}
		s.experiment = p.Experiment
		s.blocks = append(s.blocks, &scopeBlock{id: id, block: b, plan: p, perRep: b.PerReplicate()})
	}
	if s.experiment == nil {
		return nil, fmt.Errorf("sweep %s has no blocks", name)
	}
	s.metrics = slices.Clone(s.experiment.Metrics)
	s.collect()
	return s, nil
}

// collect finds every param's values. A block that does not mention a param has
// it at its default.
func (s *scope) collect() {
	seen := map[string]map[sweeps.Value]bool{}
	for i := range s.experiment.Params {
		seen[s.experiment.Params[i].Name] = map[sweeps.Value]bool{}
	}
	var order []string
	for _, b := range s.blocks {
		mentioned := map[string]bool{}
		for _, a := range slices.Concat(b.block.Outer, b.block.Inner) {
			for k, name := range a.Params {
				mentioned[name] = true
				order = append(order, name)
				for _, t := range a.Tuples {
					seen[name][t[k]] = true
				}
			}
		}
		for i := range s.experiment.Params {
			if p := &s.experiment.Params[i]; !mentioned[p.Name] {
				seen[p.Name][p.Default] = true
			}
		}
	}
	for name, set := range seen {
		vs := make([]sweeps.Value, 0, len(set))
		for v := range set {
			vs = append(vs, v)
		}
		sort.Slice(vs, func(i, j int) bool { return vs[i].Compare(vs[j]) < 0 })
		s.values[name] = vs
	}
	for _, name := range order {
		if len(s.values[name]) > 1 && !slices.Contains(s.varying, name) {
			s.varying = append(s.varying, name)
		}
	}
}
