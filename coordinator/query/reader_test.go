package query

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"gardner/coordinator/store"
	"gardner/sweeps"
)

// drawAxes draws a grid: any subset of the params on axes, values in any order, a
// zip now and then.
func drawAxes(t *rapid.T, label string) []sweeps.Axis {
	pick := func(name string, from ...float64) []float64 {
		perm := rapid.Permutation(from).Draw(t, label+name)
		return perm[:rapid.IntRange(1, len(from)).Draw(t, label+name+" n")]
	}
	var axes []sweeps.Axis
	ns, alphas := pick("N", 50, 100, 200), pick("alpha", 0.5, 1, 1.5)
	if n := min(len(ns), len(alphas)); n > 1 && rapid.IntRange(0, 3).Draw(t, label+"zip") == 0 {
		zip := sweeps.Axis{Params: []string{"N", "alpha"}}
		for i := range n {
			zip.Tuples = append(zip.Tuples, []sweeps.Value{sweeps.Num(ns[i]), sweeps.Num(alphas[i])})
		}
		axes = append(axes, zip)
	} else {
		axes = append(axes, sweeps.Numbers("N", ns...), sweeps.Numbers("alpha", alphas...))
	}
	if rapid.Bool().Draw(t, label+"solution") {
		axes = append(axes, sweeps.Values("solution", sweeps.Str("B"), sweeps.Str("A")))
	}
	axes = append(axes, sweeps.Numbers("kappa", pick("kappa", 0, 0.5, 1)...))
	return rapid.Permutation(axes).Draw(t, label+"order")
}

// where names a row by what it is, not by where it is stored.
func rowName(p sweeps.Point, replicate int) string { return fmt.Sprintf("%v r%d", p, replicate) }

// TestReaderAgainstBruteForce stores random tasks with random rows under random
// overlapping blocks. The reader of each block must give exactly the rows that
// any block has, in plan order, with the bits of the experiment.
func TestReaderAgainstBruteForce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	seed := uint64(0) // its own results for each trial
	rapid.Check(t, func(t *rapid.T) {
		seed++
		stored := map[string]bool{}
		type made struct {
			b  *sweeps.Block
			id sweeps.BlockID
		}
		var blocks []made
		for i := range rapid.IntRange(1, 4).Draw(t, "blocks") {
			lo := rapid.IntRange(0, 2).Draw(t, "lo")
			b, id := f.block(t, seed, lo, lo+rapid.IntRange(1, 3).Draw(t, "replicates"), drawAxes(t, fmt.Sprint(i, " "))...)
			blocks = append(blocks, made{b, id})
			plan, err := f.exp.Plan(b)
			if err != nil {
				t.Fatal(err)
			}
			share := rapid.IntRange(0, 4).Draw(t, "share")
			var ordinals []uint64
			masks := map[uint64][]int{}
			for o := range b.Tasks() {
				if rapid.IntRange(0, 3).Draw(t, "done") >= share {
					continue
				}
				ordinals = append(ordinals, o)
				var mask []int
				for row := range b.Rows() {
					if rapid.IntRange(0, 4).Draw(t, "row") > 0 {
						mask = append(mask, row)
					}
				}
				if len(mask) == 0 {
					mask = []int{0}
				}
				masks[o] = mask
			}
			for i, outcome := range f.compute(t, b, id, ordinals, func(o uint64) []int { return masks[o] }) {
				if outcome != store.Stored {
					continue // the same block was drawn twice
				}
				outer, replicate := plan.Outer(ordinals[i])
				for _, row := range masks[ordinals[i]] {
					stored[rowName(plan.At(outer, row), replicate)] = true
				}
			}
		}
		for _, m := range blocks {
			checkReader(t, f, m.b, m.id, stored)
		}
	})
}

func checkReader(t *rapid.T, f *fixture, b *sweeps.Block, id sweeps.BlockID, stored map[string]bool) {
	plan, err := f.exp.Plan(b)
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(f.st, plan, id)
	if err != nil {
		t.Fatal(err)
	}
	next := uint64(0)
	got := map[string]bool{}
	err = r.ForEachTask(context.Background(), func(task *ReadTask) error {
		if task.Ordinal < next {
			t.Fatalf("task %d comes after %d", task.Ordinal, next-1)
		}
		next = task.Ordinal + 1
		for row, have := range task.Have {
			if !have {
				continue
			}
			p := plan.At(task.Outer, row)
			want := demoRow(p, task.Replicate, b.Seed)
			name := rowName(p, task.Replicate)
			got[name] = true
			if fmt.Sprint(task.Rows[row]) != fmt.Sprint(want) {
				t.Fatalf("%s: row %v, want %v", name, task.Rows[row], want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for o := range b.Tasks() {
		outer, replicate := plan.Outer(o)
		for row := range plan.Rows() {
			name := rowName(plan.At(outer, row), replicate)
			if stored[name] {
				want++
			}
			if stored[name] != got[name] {
				t.Fatalf("%s: stored %v, read %v", name, stored[name], got[name])
			}
		}
	}
	if len(got) != want {
		t.Fatalf("%d rows, want %d", len(got), want)
	}
}

// brokenSource is a store that fails in one place.
type brokenSource struct {
	Source
	err error
}

func (b brokenSource) Cursor(sweeps.BlockID, uint64) (*store.Cursor, error) { return nil, b.err }

func TestErrorsOfTheSourceSurface(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b, id := f.block(t, 1, 0, 3)
	f.compute(t, b, id, all(b), nil)
	f.sweep(t, "s", id)
	broken := errors.New("disk on fire")
	for _, raw := range []bool{false, true} {
		res, err := Run(brokenSource{f.st, broken}, f.reg, Request{Sweep: "s", Raw: raw})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := res.Table(t.Context()); !errors.Is(err, broken) {
			t.Errorf("raw %v: %v", raw, err)
		}
		res, _ = Run(f.st, f.reg, Request{Sweep: "s", Raw: raw})
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := res.Table(cancelled); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled, raw %v: %v", raw, err)
		}
		stop := errors.New("enough")
		if err := res.Each(t.Context(), func([]Field) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("stopped, raw %v: %v", raw, err)
		}
	}
	// A record that does not decode names the task.
	b2, id2 := f.block(t, 2, 0, 3)
	if _, err := f.st.AppendWait([]store.Result{{Block: id2, Ordinal: 1, Record: []byte("rubbish")}}); err != nil {
		t.Fatal(err)
	}
	f.sweep(t, "damaged", id2)
	res, err := Run(f.st, f.reg, Request{Sweep: "damaged"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := res.Table(t.Context()); !errors.Is(err, sweeps.ErrRecord) {
		t.Errorf("a record that does not decode (%d tasks): %v", b2.Tasks(), err)
	}
}
