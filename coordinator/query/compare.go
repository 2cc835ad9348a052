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

// compare aggregates paired differences: what a metric is at one value of a param
// less what it is at another, in rows that are the same in all else, replicate
// included. Points that differ only in a treatment see the same random numbers, so
// most of the noise cancels.
type compare struct {
	*aggregate
	param    string
	text     string    // "B - A"
	sides    *grouping // which value a row has
	side     [2]uint64 // codes of the two
	pairs    *grouping // what a pair has in common
	original *scope    // in which metrics are not yet differences
	wait     map[uint64]*half
}

// half is a row that waits for its partner.
type half struct {
	second bool
	code   uint64 // of its group
	status sweeps.Status
	id     pointID
	bin    uint64
	cells  []sweeps.Cell // of all metrics
}

// maxHalves bounds the rows that wait, where the two of a pair lie in different tasks.
const maxHalves = 1 << 20

func newCompare(s *scope, w *expression, req *Request, metrics []int) (*compare, []string, error) {
	fail := func(field, format string, args ...any) error { return &InputError{field, fmt.Sprintf(format, args...)} }
	name, text, _ := strings.Cut(req.Compare, "=")
	name = strings.TrimSpace(name)
	first, second, ok := strings.Cut(text, ",")
	if !ok || name == "" {
		return nil, nil, fail("compare", "%q is not PARAM=A,B, as in solution=A,B", req.Compare)
	}
	if s.experiment.Param(name) == nil {
		return nil, nil, fail("compare", "%s", unknown("parameter", name, s.experiment, s.experiment.ParamNames()))
	}
	c := &compare{param: name, original: s, wait: map[uint64]*half{}}
	var names [2]string
	for i, t := range []string{first, second} {
		at := slices.IndexFunc(s.values[name], func(v sweeps.Value) bool { return isValue(v, strings.TrimSpace(t)) })
		if at < 0 {
			return nil, nil, fail("compare", "%s has no value %s in this sweep; it has %s", name, strings.TrimSpace(t), valueList(s.values[name]))
		}
		c.side[i], names[i] = uint64(at), s.values[name][at].String()
	}
	if c.side[0] == c.side[1] {
		return nil, nil, fail("compare", "%s is compared with itself", names[0])
	}
	c.text = names[1] + " - " + names[0]
	by := req.By
	if by == nil {
		by = slices.DeleteFunc(slices.Clone(s.varying), func(b string) bool { return b == name })
	}
	if slices.Contains(by, name) {
		return nil, nil, fail("by", "%s is compared and cannot be grouped by, too", name)
	}
	g, err := newGrouping(s, by)
	if err != nil {
		return nil, nil, err
	}
	rest := slices.DeleteFunc(slices.Clone(s.varying), func(b string) bool { return b == name })
	if c.pairs, err = newGrouping(s, append(rest, byReplicate)); err != nil {
		return nil, nil, err
	}
	if c.sides, err = newGrouping(s, []string{name}); err != nil {
		return nil, nil, err
	}
	differences, metrics, err := s.differences(metrics, len(req.Metrics) > 0)
	if err != nil {
		return nil, nil, err
	}
	c.aggregate = newAggregate(differences, w, g, metrics)
	c.compare = c
	return c, by, nil
}

// differences is the scope with metrics that are differences: a count's is the
// difference of two shares, a number.
func (s *scope) differences(metrics []int, asked bool) (*scope, []int, error) {
	d := *s
	d.metrics = slices.Clone(s.metrics)
	var out []int
	for _, m := range metrics {
		switch d.metrics[m].Kind {
		case sweeps.MetricCount:
			d.metrics[m].Kind = sweeps.MetricNumber
		case sweeps.MetricHistogram:
			if asked {
				return nil, nil, &InputError{"compare", d.metrics[m].Name + " is a histogram, which has no difference"}
			}
			continue
		}
		out = append(out, m)
	}
	return &d, out, nil
}

// isValue reports whether a text names a value.
func isValue(v sweeps.Value, text string) bool {
	if v.String() == text {
		return true
	}
	x, ok := v.Number()
	y, err := strconv.ParseFloat(text, 64)
	return ok && err == nil && x == y
}

func valueList(vs []sweeps.Value) string {
	var out []string
	for _, v := range vs[:min(len(vs), 20)] {
		out = append(out, v.String())
	}
	if len(vs) > 20 {
		out = append(out, "...")
	}
	return strings.Join(out, ", ")
}

// collectPairs reads all rows in plan order and adds a pair to its group when its second row comes.
func (c *compare) collectPairs(ctx context.Context) (*groups, error) {
	gs, original := newGroups(c.grouping.total), c.original
	blocks := original.blocks
	coders, sides, pairs, bins := make([]*coder, len(blocks)), make([]*coder, len(blocks)), make([]*coder, len(blocks)), make([]*coder, len(blocks))
	for i, sb := range blocks {
		coders[i], sides[i], pairs[i] = c.grouping.coder(sb), c.sides.coder(sb), c.pairs.coder(sb)
		if c.clusters != nil {
			bins[i] = c.clusters.grouping.coder(sb)
		}
	}
	failures := newEvaluator(c.where)
	err := original.stream(ctx, c.where, func(p *page) error {
		for i := range p.rows {
			r := &p.rows[i]
			side := sides[p.block].task(r.ordinal) + sides[p.block].inner[r.row]
			if side != c.side[0] && side != c.side[1] {
				continue
			}
			h := &half{second: side == c.side[1], status: r.status, id: pointID{p.block, r.ordinal % coders[p.block].perRep, r.row},
				code: coders[p.block].task(r.ordinal) + coders[p.block].inner[r.row], cells: r.cells}
			if c.clusters != nil {
				h.bin = bins[p.block].task(r.ordinal) % c.clusters.bins
			}
			key := pairs[p.block].task(r.ordinal) + pairs[p.block].inner[r.row]
			other := c.wait[key]
			if other == nil {
				if len(c.wait) == maxHalves {
					return &InputError{"compare", fmt.Sprintf("more than %d rows wait for their partners; narrow it with where", maxHalves)}
				}
				h.cells = slices.Clone(h.cells) // the page's are used again
				c.wait[key] = h
				continue
			}
			delete(c.wait, key)
			if h.second {
				h, other = other, h
			}
			c.pair(gs.find(h.code, c.newGroup), h, other)
		}
		return nil
	}, func(block int) error {
		return original.eachFailed(block, failures, func(ordinal uint64, row int) {
			side := sides[block].task(ordinal) + sides[block].inner[row]
			if side == c.side[0] || side == c.side[1] {
				gs.find(coders[block].task(ordinal)+coders[block].inner[row], c.newGroup).failed++
			}
		})
	})
	if err != nil {
		return nil, err
	}
	for _, h := range c.wait {
		g := gs.find(h.code, c.newGroup)
		for j, m := range c.metrics {
			if !h.cells[m].IsEmpty(original.metrics[m].Kind) {
				g.unpaired[j]++
			}
		}
	}
	clear(c.wait)
	return gs, nil
}

// pair adds the difference of two rows.
func (c *compare) pair(g *group, a, b *half) {
	original := c.original
	r := &pageRow{status: max(a.status, b.status), cells: make([]sweeps.Cell, len(original.metrics))}
	for j, m := range c.metrics {
		kind := original.metrics[m].Kind
		r.cells[m] = difference(kind, &a.cells[m], &b.cells[m])
		if a.cells[m].IsEmpty(kind) != b.cells[m].IsEmpty(kind) {
			g.unpaired[j]++
		}
	}
	if len(c.theories) > 0 && g.points.add(a.id) {
		g.others = append(g.others, b.id)
	}
	g.add(c.aggregate, r, a.id, a.bin)
}

func difference(kind sweeps.MetricKind, a, b *sweeps.Cell) sweeps.Cell {
	if a.IsEmpty(kind) || b.IsEmpty(kind) {
		return sweeps.Empty()
	}
	switch kind {
	case sweeps.MetricCount:
		return sweeps.Val(b.V/float64(b.N) - a.V/float64(a.N))
	case sweeps.MetricVector:
		out := make([]float64, max(len(a.Vec), len(b.Vec)))
		for i := range out {
			out[i] = math.NaN()
			if i < len(a.Vec) && i < len(b.Vec) {
				out[i] = b.Vec[i] - a.Vec[i]
			}
		}
		return sweeps.Vec(out)
	default:
		return sweeps.Val(b.V - a.V)
	}
}
