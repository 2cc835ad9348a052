package sweeps

import (
	"context"
	"testing"
)

func TestGroupsAreArithmetic(t *testing.T) {
	t.Parallel()
	e := user("a", networkOf(func(int) {}), func(context.Context, *Task) error { return nil })
	for name, axes := range map[string][]Axis{
		"shared is slow":  {Numbers("size", 1, 2, 4), Numbers("gamma", 1, 2), Numbers("noise", 0, 1, 2, 3, 4)},
		"shared is fast":  {Numbers("noise", 0, 1, 2, 3, 4), Numbers("size", 1, 2, 4)},
		"shared inside":   {Numbers("gamma", 1, 2), Numbers("noise", 0, 1, 2), Numbers("size", 1, 2, 4)},
		"nothing varies":  {},
		"nothing is free": {Numbers("size", 1, 2, 4)},
		"all is free":     {Numbers("noise", 1, 2, 4)},
		"fixed beside":    {Numbers("size", 5), Numbers("noise", 1, 2, 4), Numbers("gamma", 1, 2, 3)},
	} {
		b, err := NewBlock(e, axes, 1, 2, 5)
		if err != nil {
			t.Fatal(err)
		}
		p, err := e.Plan(b)
		if err != nil {
			t.Fatal(err)
		}
		g := p.Groups()
		keys := map[uint64]uint64{} // group -> key
		groups := map[uint64]uint64{}
		last := map[uint64]uint64{}
		for o := range b.Tasks() {
			group, member := g.Of(o)
			if back := g.At(group, member); back != o || member >= g.Size() || group >= b.Tasks()/g.Size() {
				t.Fatalf("%s: task %d is member %d of group %d, which is task %d", name, o, member, group, back)
			}
			if was, ok := last[group]; ok && member != was+1 {
				t.Errorf("%s: member %d of group %d follows %d", name, member, group, was)
			}
			last[group] = member
			if first, _ := g.Of(o / g.Run() * g.Run()); first != group {
				t.Errorf("%s: tasks %d and %d are one run and two groups", name, o/g.Run()*g.Run(), o)
			}
			key := g.Key(o)
			if k, ok := keys[group]; ok && k != key {
				t.Errorf("%s: group %d has two keys", name, group)
			}
			if h, ok := groups[key]; ok && h != group {
				t.Errorf("%s: groups %d and %d have one key", name, group, h)
			}
			keys[group], groups[key] = key, group
			task := p.Task(o, nil)
			artefact := e.artefact("network")
			if want := artefact.groupOf(task.artefactTask(artefact, task.Outer)); want != key {
				t.Errorf("%s: task %d asks the cache for group %x, its key is %x", name, o, want, key)
			}
		}
	}
}
