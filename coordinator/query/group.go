package query

import (
	"fmt"
	"math/bits"
	"slices"
	"sort"

	"gardner/sweeps"
)

const byReplicate = "replicate"

// grouping numbers the groups of a query: a group's code is the mixed-base number
// of the positions of its By values among all values of the sweep, the first By
// slowest. So codes ascend in the order of the output, and a row's code is a sum
// of what its position on each axis contributes.
type grouping struct {
	by    []byParam
	total uint64 // codes there are
}

type byParam struct {
	name   string
	column Column
	param  int // -1: replicate
	values []sweeps.Value
	index  map[sweeps.Value]uint64
	low    int // of replicate: its smallest value
	count  uint64
	radix  uint64
}

func newGrouping(s *scope, by []string) (*grouping, error) {
	g := &grouping{total: 1}
	for _, name := range by {
		if slices.ContainsFunc(g.by, func(b byParam) bool { return b.name == name }) {
			return nil, &InputError{"by", fmt.Sprintf("%q is named twice", name)}
		}
		b := byParam{name: name, param: slices.Index(s.experiment.ParamNames(), name)}
		switch {
		case b.param >= 0:
			b.column = paramColumn(&s.experiment.Params[b.param])
			b.values = s.values[name]
			b.count = uint64(len(b.values))
			b.index = make(map[sweeps.Value]uint64, len(b.values))
			for i, v := range b.values {
				b.index[v] = uint64(i)
			}
		case name == byReplicate:
			b.column = Column{Name: name, Kind: Int, Doc: "replicate"}
			b.low = s.blocks[0].block.RepLo
			high := b.low
			for _, sb := range s.blocks {
				b.low, high = min(b.low, sb.block.RepLo), max(high, sb.block.RepHi)
			}
			b.count = uint64(high - b.low)
		default:
			return nil, &InputError{"by", unknown("parameter", name, s.experiment, append(s.experiment.ParamNames(), byReplicate))}
		}
		g.by = append(g.by, b)
	}
	for i := len(g.by) - 1; i >= 0; i-- {
		g.by[i].radix = g.total
		hi, lo := bits.Mul64(g.total, g.by[i].count)
		if hi != 0 {
			return nil, &InputError{"by", "there would be more than 2^64 groups; name fewer params"}
		}
		g.total = lo
	}
	return g, nil
}

// coder computes the codes of one block's rows.
type coder struct {
	base      uint64
	outer     [][]uint64 // axis, position -> contribution
	inner     []uint64   // row -> contribution
	replicate uint64     // contribution of one step of the replicate
	perRep    uint64
}

func (g *grouping) coder(sb *scopeBlock) *coder {
	c := &coder{perRep: sb.perRep, inner: make([]uint64, sb.plan.Rows())}
	names := sb.plan.Experiment.ParamNames()
	of := func(name string) *byParam {
		for i := range g.by {
			if g.by[i].name == name && g.by[i].param >= 0 {
				return &g.by[i]
			}
		}
		return nil
	}
	mentioned := map[string]bool{}
	contributions := func(a *sweeps.Axis) []uint64 {
		out := make([]uint64, len(a.Tuples))
		for k, name := range a.Params {
			mentioned[name] = true
			if b := of(name); b != nil {
				for i, t := range a.Tuples {
					out[i] += b.index[t[k]] * b.radix
				}
			}
		}
		return out
	}
	for i := range sb.block.Outer {
		c.outer = append(c.outer, contributions(&sb.block.Outer[i]))
	}
	var at []int
	for i := range sb.block.Inner {
		part := contributions(&sb.block.Inner[i])
		for row := range c.inner {
			at = sb.block.InnerAt(row, at)
			c.inner[row] += part[at[i]]
		}
	}
	for i := range g.by {
		b := &g.by[i]
		switch {
		case b.param < 0:
			c.replicate = b.radix
			c.base += uint64(sb.block.RepLo-b.low) * b.radix
		case !mentioned[b.name]:
			c.base += b.index[sb.plan.Experiment.Param(names[b.param]).Default] * b.radix
		}
	}
	return c
}

// task returns the part of the code that all rows of a task share.
func (c *coder) task(ordinal uint64) uint64 {
	code := c.base + ordinal/c.perRep*c.replicate
	n := ordinal % c.perRep
	for i := len(c.outer) - 1; i >= 0; i-- {
		l := uint64(len(c.outer[i]))
		code += c.outer[i][n%l]
		n /= l
	}
	return code
}

// fields writes the By values of a code.
func (g *grouping) fields(code uint64, dst []Field) []Field {
	for i := range g.by {
		b := &g.by[i]
		at := code / b.radix % b.count
		if b.param < 0 {
			dst = append(dst, intField(int64(b.low)+int64(at)))
		} else {
			dst = append(dst, valueField(b.column.Kind, b.values[at]))
		}
	}
	return dst
}

// denseGroups is up to how many codes groups are found by index.
const denseGroups = 1 << 20

// groups finds a code's group.
type groups struct {
	dense  []*group
	sparse map[uint64]*group
	all    []*group
}

func newGroups(total uint64) *groups {
	if total <= denseGroups {
		return &groups{dense: make([]*group, total)}
	}
	return &groups{sparse: map[uint64]*group{}}
}

func (gs *groups) find(code uint64, create func(code uint64) *group) *group {
	if gs.dense != nil {
		g := gs.dense[code]
		if g == nil {
			g = create(code)
			gs.dense[code] = g
			gs.all = append(gs.all, g)
		}
		return g
	}
	g := gs.sparse[code]
	if g == nil {
		g = create(code)
		gs.sparse[code] = g
		gs.all = append(gs.all, g)
	}
	return g
}

// sorted returns all groups in the order of the output.
func (gs *groups) sorted() []*group {
	sort.Slice(gs.all, func(i, j int) bool { return gs.all[i].code < gs.all[j].code })
	return gs.all
}
