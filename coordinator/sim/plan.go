package sim

import (
	"context"
	"sync"

	"gardner/coordinator/scheduler"
	"gardner/sweeps"
)

// shape is a set of sweeps over blocks, made once: blocks are immutable.
type shape struct {
	blocks []*sweeps.Block
	ids    []sweeps.BlockID
	index  map[sweeps.BlockID]int
	sweeps []sweepPlan
	tasks  int
	groups []*scheduler.Groups
	keys   [][]uint64 // by block and task: the artefact it needs
}

// sweepPlan is a sweep's blocks; all but the first come when it is extended.
type sweepPlan struct {
	name   string
	blocks []int
}

// ground is one piece of a plan: x in [lo, hi), k in [kLo, kHi), replicates in [0, reps), if nets > 0 on so many networks,
// of which tasks with the same one share an artefact.
type ground struct{ lo, hi, kLo, kHi, reps, nets int }

// shapes returns the plans that schedules choose from: alone, side by side, overlapping in points and in rows.
var shapes = sync.OnceValue(func() []*shape {
	return []*shape{
		newShape([]ground{{0, 70, 0, 2, 3, 0}}, sweepPlan{"one", []int{0}}),
		newShape([]ground{{0, 60, 0, 1, 2, 0}, {100, 150, 0, 2, 2, 0}}, sweepPlan{"left", []int{0}}, sweepPlan{"right", []int{1}}),
		newShape([]ground{{0, 40, 0, 2, 3, 0}, {20, 60, 0, 2, 3, 0}, {0, 60, 1, 3, 2, 0}},
			sweepPlan{"first", []int{0}}, sweepPlan{"wider", []int{1}}, sweepPlan{"more rows", []int{2}}),
		newShape([]ground{{0, 50, 0, 1, 3, 0}, {50, 80, 0, 1, 3, 0}, {30, 80, 0, 2, 1, 0}},
			sweepPlan{"grows", []int{0, 1}}, sweepPlan{"rests", []int{2}}),
		newShape([]ground{{0, 25, 0, 3, 8, 0}, {10, 30, 2, 5, 4, 0}}, sweepPlan{"many", []int{0}}, sweepPlan{"mixed", []int{1, 0}}),
		newShape([]ground{{0, 10, 0, 2, 2, 12}, {8, 20, 1, 3, 1, 12}}, sweepPlan{"trained", []int{0}}, sweepPlan{"more", []int{1}}),
	}
})

func newShape(pieces []ground, plans ...sweepPlan) *shape {
	e := &sweeps.Experiment{
		Name: "simulated", Version: 1, Doc: "nothing",
		Params: []sweeps.Param{
			{Name: "x", Kind: sweeps.Number, Default: sweeps.Num(0)},
			{Name: "net", Kind: sweeps.Number, Default: sweeps.Num(0)},
			{Name: "k", Kind: sweeps.Number, Default: sweeps.Num(0), Inner: true},
		},
		Metrics: []sweeps.Metric{{Name: "m", Kind: sweeps.MetricNumber}},
		Artefacts: []sweeps.Artefact{{Name: "network", Version: 1, Params: []string{"net"},
			Prepare: func(context.Context, *sweeps.ArtefactTask, int) ([]byte, error) { return nil, nil }}},
		Run: func(context.Context, *sweeps.Task) ([]sweeps.Row, error) { return nil, nil },
	}
	sh := &shape{index: map[sweeps.BlockID]int{}, sweeps: plans}
	registry := sweeps.NewRegistry(e)
	for i, g := range pieces {
		axes := []sweeps.Axis{numbers("x", g.lo, g.hi), numbers("k", g.kLo, g.kHi)}
		if g.nets > 0 {
			axes = append(axes, numbers("net", 0, g.nets))
		}
		b, err := sweeps.NewBlock(e, axes, 1, 0, g.reps)
		if err != nil {
			panic(err) // the list above is wrong
		}
		plan, err := registry.Plan(b)
		if err != nil {
			panic(err)
		}
		id := b.ID()
		keys := make([]uint64, b.Tasks())
		for o := range keys {
			keys[o] = plan.Groups().Key(uint64(o))
		}
		sh.groups, sh.keys = append(sh.groups, plan.Groups()), append(sh.keys, keys)
		sh.blocks, sh.ids, sh.index[id] = append(sh.blocks, b), append(sh.ids, id), i
	}
	all := make([]int, len(pieces))
	for i := range all {
		all[i] = i
	}
	for _, none := range sh.without(all) {
		for _, x := range none {
			if !x {
				sh.tasks++
			}
		}
	}
	return sh
}

// without says which tasks have no rows of their own, for older blocks have them all, if the blocks have come in this
// order.
func (sh *shape) without(order []int) [][]bool {
	s := scheduler.New(scheduler.Config{}, 0)
	var in scheduler.Inspector
	for _, i := range order {
		s.AddBlock(scheduler.BlockInfo{ID: sh.ids[i], Block: sh.blocks[i]})
	}
	if err := in.Inspect(s); err != nil {
		panic(err) // a scheduler to which nothing has happened
	}
	out := make([][]bool, len(sh.blocks))
	for _, i := range order {
		states := in.States(s, sh.ids[i])
		out[i] = make([]bool, len(states))
		for o, st := range states {
			out[i][o] = st == scheduler.Stored
		}
	}
	return out
}

func numbers(param string, lo, hi int) sweeps.Axis {
	var v []float64
	for i := lo; i < hi; i++ {
		v = append(v, float64(i+1))
	}
	return sweeps.Numbers(param, v...)
}

// value is the record that a task's own rows have, wherever it is computed.
func value(block int, ordinal uint64) uint64 {
	x := uint64(block+1)*0x9e3779b97f4a7c15 ^ (ordinal+1)*0xbf58476d1ce4e5b9
	x ^= x >> 31
	return x*0x94d049bb133111eb | 1
}
