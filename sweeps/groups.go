package sweeps

// Groups says which tasks of a block share an artefact (the first its experiment
// declares): those that agree on its params and on the replicate. Everything is
// arithmetic; groups are numbered from 0, and so are the tasks of one.
type Groups struct {
	plan   *Plan
	bound  *boundArtefact
	shared []groupAxis // axes with a param of the artefact, the slowest first
	free   []groupAxis // the others
	of     uint64      // tasks of a group
	run    uint64      // neighbours of a group
}

// groupAxis is an outer axis: ordinals step by stride along it.
type groupAxis struct{ stride, length uint64 }

// Groups returns how artefacts gather the block's tasks; nil if its experiment
// declares no artefact.
func (p *Plan) Groups() *Groups {
	p.Experiment.compiled()
	if len(p.Experiment.artefacts) == 0 {
		return nil
	}
	g := &Groups{plan: p, bound: p.Experiment.artefacts[0], of: 1, run: p.perRep}
	stride := p.perRep
	for i := range p.Block.Outer {
		a := &p.Block.Outer[i]
		length := uint64(len(a.Tuples))
		stride /= length
		shared := false
		for _, name := range a.Params {
			_, has := g.bound.table.index[name]
			shared = shared || has
		}
		axis := groupAxis{stride: stride, length: length}
		if shared {
			g.shared = append(g.shared, axis)
			g.run = stride
		} else {
			g.free = append(g.free, axis)
			g.of *= length
		}
	}
	return g
}

// Size returns the number of tasks of each group.
func (g *Groups) Size() uint64 { return g.of }

// Run returns how many neighbours in plan order are of one group: ordinals from a
// multiple of it to the next.
func (g *Groups) Run() uint64 { return g.run }

// Of returns the group of a task and the task's number in it.
func (g *Groups) Of(ordinal uint64) (group, member uint64) {
	point := ordinal % g.plan.perRep
	group = ordinal / g.plan.perRep
	for _, a := range g.shared {
		group = group*a.length + point/a.stride%a.length
	}
	for _, a := range g.free {
		member = member*a.length + point/a.stride%a.length
	}
	return group, member
}

// At returns the ordinal of a group's member; ordinals ascend with members.
func (g *Groups) At(group, member uint64) (ordinal uint64) {
	for i := len(g.shared) - 1; i >= 0; i-- {
		a := g.shared[i]
		ordinal += group % a.length * a.stride
		group /= a.length
	}
	for i := len(g.free) - 1; i >= 0; i-- {
		a := g.free[i]
		ordinal += member % a.length * a.stride
		member /= a.length
	}
	return ordinal + group*g.plan.perRep
}

// Key returns the name of a task's group in all blocks: Group of its ArtefactKey.
func (g *Groups) Key(ordinal uint64) uint64 {
	outer, replicate := g.plan.Outer(ordinal)
	return g.bound.groupOf(g.bound.task(outer, replicate, g.plan.Block.Seed))
}
