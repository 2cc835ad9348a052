package sweeps

// maxMerged bounds the axis that differently grouped axes are merged into.
const maxMerged = 1 << 20

// Reuse says which tasks and rows of one block another has. It is set algebra
// axis by axis: its size is the axes', not the blocks', and a lookup is a few
// array accesses. It is immutable and safe for concurrent use.
type Reuse struct {
	to, from *Block
	forward  []component // outer params, to -> from
	backward []component // outer params, from -> to
	innerMap []int
	tasks    uint64
	full     bool
}

// component maps the positions on a group of axes of one block to what they
// contribute to the ordinal of a point in the other block.
type component struct {
	strides []uint64 // how one digit is taken out of the source ordinal:
	lengths []uint64 // ordinal / stride % length
	target  []int64  // mixed-base number of those digits -> contribution, -1 where there is none
}

// Overlap compares two blocks of one experiment@version and seed. It returns
// what `to` can take over from `from`, and false if that is nothing.
//
// A param that one block does not mention is at its default there. Axes need not
// be grouped alike: a zip in one block and separate axes in the other are
// merged into their product and compared tuple by tuple. Only where such a
// product would pass a million tuples is nothing reused (results are then
// computed again: correct, but not free).
func Overlap(to, from *Block) (*Reuse, bool) {
	if to.Experiment != from.Experiment || to.Version != from.Version || to.Seed != from.Seed {
		return nil, false
	}
	lo, hi := max(to.RepLo, from.RepLo), min(to.RepHi, from.RepHi)
	if lo >= hi {
		return nil, false
	}
	r := &Reuse{to: to, from: from, tasks: uint64(hi - lo)}
	for _, g := range groups(to.Outer, from.Outer) {
		forward, backward, common := g.compare()
		if common == 0 {
			return nil, false
		}
		r.forward = append(r.forward, forward)
		r.backward = append(r.backward, backward)
		r.tasks *= common
	}
	inner := make([]component, 0, len(to.Inner))
	for _, g := range groups(to.Inner, from.Inner) {
		forward, _, common := g.compare()
		if common == 0 {
			return nil, false
		}
		inner = append(inner, forward)
	}
	r.innerMap, r.full = make([]int, to.Rows()), true
	for row := range r.innerMap {
		at, ok := lookup(inner, uint64(row))
		r.innerMap[row] = int(at)
		if !ok {
			r.innerMap[row], r.full = -1, false
		}
	}
	return r, true
}

// Tasks returns how many tasks of `to` have all or some of their rows in `from`.
func (r *Reuse) Tasks() uint64 { return r.tasks }

// Full reports whether those tasks have all of their rows in `from`.
func (r *Reuse) Full() bool { return r.full }

// Map returns the ordinal in `from` of a task of `to`, and whether there is one.
func (r *Reuse) Map(ordinal uint64) (uint64, bool) {
	return translate(r.to, r.from, r.forward, ordinal)
}

// Inverse returns the ordinal in `to` of a task of `from`, and whether there is
// one.
func (r *Reuse) Inverse(ordinal uint64) (uint64, bool) {
	return translate(r.from, r.to, r.backward, ordinal)
}

// InnerMap returns, for each row of a task of `to`, the row of the task in
// `from`, or -1. The caller must not change it.
func (r *Reuse) InnerMap() []int { return r.innerMap }

func translate(to, from *Block, components []component, ordinal uint64) (uint64, bool) {
	per := to.PerReplicate()
	replicate := uint64(to.RepLo) + ordinal/per
	if replicate < uint64(from.RepLo) || replicate >= uint64(from.RepHi) {
		return 0, false
	}
	at, ok := lookup(components, ordinal%per)
	return at + (replicate-uint64(from.RepLo))*from.PerReplicate(), ok
}

func lookup(components []component, ordinal uint64) (uint64, bool) {
	var sum uint64
	for i := range components {
		c := &components[i]
		var n uint64
		for k, stride := range c.strides {
			n = n*c.lengths[k] + ordinal/stride%c.lengths[k]
		}
		t := c.target[n]
		if t < 0 {
			return 0, false
		}
		sum += uint64(t)
	}
	return sum, true
}

// side is one block's axes of a group, with their strides in its ordinals.
type side struct {
	axes    []Axis
	strides []uint64
}

// group is a smallest set of params that no axis of either block leaves.
type group struct {
	params   []string
	defaults []Value
	to, from side
}

// groups splits the params of one half of two blocks into groups, in the order
// of their first appearance.
func groups(to, from []Axis) []*group {
	byParam := map[string]*group{}
	var all []*group
	join := func(axis *Axis) {
		var g *group
		for k, name := range axis.Params {
			h := byParam[name]
			switch {
			case h == nil && g == nil:
				g = &group{}
				all = append(all, g)
				fallthrough
			case h == nil:
				g.params = append(g.params, name)
				g.defaults = append(g.defaults, axis.Defaults[k])
				byParam[name] = g
			case g == nil:
				g = h
			case g != h:
				for _, moved := range h.params {
					byParam[moved] = g
				}
				g.params = append(g.params, h.params...)
				g.defaults = append(g.defaults, h.defaults...)
				h.params = nil
			}
		}
	}
	for i := range to {
		join(&to[i])
	}
	for i := range from {
		join(&from[i])
	}
	assign := func(axes []Axis, pick func(*group) *side) {
		stride := uint64(1)
		for i := len(axes) - 1; i >= 0; i-- {
			s := pick(byParam[axes[i].Params[0]])
			s.axes = append(s.axes, axes[i])
			s.strides = append(s.strides, stride)
			stride *= uint64(len(axes[i].Tuples))
		}
	}
	assign(to, func(g *group) *side { return &g.to })
	assign(from, func(g *group) *side { return &g.from })
	live := all[:0]
	for _, g := range all {
		if g.params != nil {
			live = append(live, g)
		}
	}
	return live
}

// compare matches the tuples of the two sides and counts the common ones.
func (g *group) compare() (forward, backward component, common uint64) {
	forward, ok := g.to.component()
	backward, ok2 := g.from.component()
	if !ok || !ok2 {
		return forward, backward, 0
	}
	offsets := make(map[string]int64, len(backward.target))
	positions := make(map[string]int, len(backward.target))
	g.from.each(g, func(n int, key string, offset uint64) {
		offsets[key], positions[key] = int64(offset), n
	})
	g.to.each(g, func(n int, key string, offset uint64) {
		if o, ok := offsets[key]; ok {
			forward.target[n] = o
			backward.target[positions[key]] = int64(offset)
			common++
		}
	})
	return forward, backward, common
}

// component prepares the lookup of a side, with nothing matched yet; false if
// its axes have too many combinations.
func (s *side) component() (component, bool) {
	n := uint64(1)
	c := component{strides: s.strides}
	for i := range s.axes {
		l := uint64(len(s.axes[i].Tuples))
		c.lengths = append(c.lengths, l)
		if n *= l; n > maxMerged {
			return c, false
		}
	}
	c.target = make([]int64, n)
	for i := range c.target {
		c.target[i] = -1
	}
	return c, true
}

// each visits all combinations of a side's axes with a key of all the group's
// params (those the side does not mention at their default) and the
// combination's contribution to an ordinal.
func (s *side) each(g *group, visit func(n int, key string, offset uint64)) {
	slot := map[string]int{}
	for k, name := range g.params {
		slot[name] = k
	}
	tuple := append([]Value(nil), g.defaults...)
	n := 0
	var walk func(axis int, offset uint64)
	walk = func(axis int, offset uint64) {
		if axis == len(s.axes) {
			visit(n, tupleKey(tuple), offset)
			n++
			return
		}
		a := &s.axes[axis]
		for i, t := range a.Tuples {
			for k, v := range t {
				tuple[slot[a.Params[k]]] = v
			}
			walk(axis+1, offset+uint64(i)*s.strides[axis])
		}
	}
	walk(0, 0)
}
