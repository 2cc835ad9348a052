package sweeps

import (
	"testing"

	"pgregory.net/rapid"
)

// enumerate lists a block by brute force: "replicate and outer point" ->
// ordinal, and "inner point" -> row.
func enumerate(t *rapid.T, e *Experiment, b *Block) (tasks map[string]uint64, rows map[string]int) {
	p, err := e.Plan(b)
	if err != nil {
		t.Fatal(err)
	}
	tasks, rows = map[string]uint64{}, map[string]int{}
	for o := range b.Tasks() {
		outer, rep := p.Outer(o)
		tasks[Num(float64(rep)).String()+tupleKey(outer.outer)] = o
	}
	for r := range p.Rows() {
		rows[tupleKey(p.inner[r])] = r
	}
	return tasks, rows
}

func TestOverlapEqualsEnumeration(t *testing.T) {
	t.Parallel()
	e := toy()
	rapid.Check(t, func(t *rapid.T) {
		to, from := drawBlock(t, e), drawBlock(t, e)
		if rapid.Bool().Draw(t, "same seed") {
			from.Seed = to.Seed
		}
		toTasks, toRows := enumerate(t, e, to)
		fromTasks, fromRows := enumerate(t, e, from)
		var common, commonRows uint64
		for k := range toTasks {
			if _, ok := fromTasks[k]; ok {
				common++
			}
		}
		for k := range toRows {
			if _, ok := fromRows[k]; ok {
				commonRows++
			}
		}
		r, ok := Overlap(to, from)
		if want := to.Seed == from.Seed && common > 0 && commonRows > 0; ok != want {
			t.Fatalf("Overlap says %v, enumeration %v", ok, want)
		}
		if !ok {
			return
		}
		if r.Tasks() != common || r.Full() != (commonRows == uint64(to.Rows())) {
			t.Fatalf("Overlap finds %d tasks (full: %v), enumeration %d and %d of %d rows", r.Tasks(), r.Full(), common, commonRows, to.Rows())
		}
		for k, o := range toTasks {
			want, wantOK := fromTasks[k]
			if got, ok := r.Map(o); ok != wantOK || ok && got != want {
				t.Fatalf("Map(%d) = %d, %v, want %d, %v", o, got, ok, want, wantOK)
			}
		}
		for k, o := range fromTasks {
			want, wantOK := toTasks[k]
			if got, ok := r.Inverse(o); ok != wantOK || ok && got != want {
				t.Fatalf("Inverse(%d) = %d, %v, want %d, %v", o, got, ok, want, wantOK)
			}
		}
		for k, row := range toRows {
			want, ok := fromRows[k]
			if !ok {
				want = -1
			}
			if got := r.InnerMap()[row]; got != want {
				t.Fatalf("InnerMap[%d] = %d, want %d", row, got, want)
			}
		}
	})
}

func TestOverlapOfLargeBlocksIsAxisByAxis(t *testing.T) {
	t.Parallel()
	e := toy()
	values := func(lo, hi int) []Value {
		v := make([]Value, hi-lo)
		for i := range v {
			v[i] = Num(float64(lo + i))
		}
		return v
	}
	block := func(lo, hi, reps int) *Block {
		b, err := NewBlock(e, []Axis{Values("t", values(lo, hi)...), Numbers("b", 0.1, 0.2, 0.3, 0.4), Values("i", values(lo, lo+3)...)}, 1, 0, reps)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	to, from := block(0, 100_000, 100), block(1, 50_001, 50)
	r, ok := Overlap(to, from)
	if !ok || r.Tasks() != 50_000*4*50 || r.Full() {
		t.Fatalf("%v, %+v", ok, r)
	}
	if _, ok := r.Map(3); ok {
		t.Error("t = 0 is not in the other block")
	}
	if got, ok := r.Map(4); !ok || got != 0 {
		t.Errorf("Map(4) = %d, %v", got, ok)
	}
}
