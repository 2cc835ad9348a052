package sim

import (
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
}

// sweepPlan is a sweep's blocks; all but the first come when it is extended.
type sweepPlan struct {
	name   string
	blocks []int
}

// ground is one piece of a plan: x in [lo, hi), k in [kLo, kHi), replicates in [0, reps).
type ground struct{ lo, hi, kLo, kHi, reps int }

// shapes returns the plans that schedules choose from: alone, side by side, overlapping in points and in rows.
var shapes = sync.OnceValue(func() []*shape {
	return []*shape{
		newShape([]ground{{0, 70, 0, 2, 3}}, sweepPlan{"one", []int{0}}),
		newShape([]ground{{0, 60, 0, 1, 2}, {100, 150, 0, 2, 2}}, sweepPlan{"left", []int{0}}, sweepPlan{"right", []int{1}}),
		newShape([]ground{{0, 40, 0, 2, 3}, {20, 60, 0, 2, 3}, {0, 60, 1, 3, 2}},
			sweepPlan{"first", []int{0}}, sweepPlan{"wider", []int{1}}, sweepPlan{"more rows", []int{2}}),
		newShape([]ground{{0, 50, 0, 1, 3}, {50, 80, 0, 1, 3}, {30, 80, 0, 2, 1}},
			sweepPlan{"grows", []int{0, 1}}, sweepPlan{"rests", []int{2}}),
		newShape([]ground{{0, 25, 0, 3, 8}, {10, 30, 2, 5, 4}}, sweepPlan{"many", []int{0}}, sweepPlan{"mixed", []int{1, 0}}),
	}
})

func newShape(pieces []ground, plans ...sweepPlan) *shape {
	e := &sweeps.Experiment{
		Name: "simulated", Version: 1, Doc: "nothing",
		Params: []sweeps.Param{
			{Name: "x", Kind: sweeps.Number, Default: sweeps.Num(0)},
			{Name: "k", Kind: sweeps.Number, Default: sweeps.Num(0), Inner: true},
		},
		Metrics: []sweeps.Metric{{Name: "m", Kind: sweeps.MetricNumber}},
	}
	sh := &shape{index: map[sweeps.BlockID]int{}, sweeps: plans}
	for i, g := range pieces {
		b, err := sweeps.NewBlock(e, []sweeps.Axis{numbers("x", g.lo, g.hi), numbers("k", g.kLo, g.kHi)}, 1, 0, g.reps)
		if err != nil {
			panic(err) // the list above is wrong
		}
		id := b.ID()
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
