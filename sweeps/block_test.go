package sweeps

import (
	"bytes"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// toy is an experiment whose params cover every kind.
func toy() *Experiment {
	return &Experiment{
		Name: "toy", Version: 3, Doc: "for tests",
		Params: []Param{
			{Name: "a", Doc: "an integer", Kind: Integer, Default: Num(1), Min: 0, Max: 9},
			{Name: "b", Doc: "a number", Kind: Number, Default: Num(0.5), Min: 0, Max: 1},
			{Name: "c", Doc: "a choice", Kind: Choice, Default: Str("x"), Choices: []string{"x", "y", "z"}},
			{Name: "t", Doc: "a treatment", Kind: Number, Default: Num(0), Treatment: true},
			{Name: "i", Doc: "an inner integer", Kind: Integer, Default: Num(0), Inner: true, Treatment: true},
			{Name: "j", Doc: "an inner bool", Kind: Bool, Default: Truth(false), Inner: true, Treatment: true},
		},
		Metrics: []Metric{{Name: "m", Doc: "a number"}, {Name: "k", Doc: "a count", Kind: MetricCount},
			{Name: "v", Doc: "a vector", Kind: MetricVector}, {Name: "h", Doc: "a histogram", Kind: MetricHistogram}},
		Run: nil,
	}
}

// drawAxes returns random axes of the toy's params, zips among them.
func drawAxes(t *rapid.T, e *Experiment) []Axis {
	pools := map[string][]Value{
		"a": {Num(0), Num(1), Num(2), Num(3)},
		"b": {Num(0), Num(0.5), Num(1)},
		"c": {Str("x"), Str("y"), Str("z")},
		"t": {Num(0), Num(1), Num(0.25)},
		"i": {Num(0), Num(1), Num(2)},
		"j": {Truth(false), Truth(true)},
	}
	var axes []Axis
	for _, half := range [][]string{{"a", "b", "c", "t"}, {"i", "j"}} {
		names := rapid.Permutation(half).Draw(t, "order")
		names = names[:rapid.IntRange(0, len(names)).Draw(t, "params")]
		for len(names) > 0 {
			n := min(len(names), rapid.SampledFrom([]int{1, 1, 2, 3}).Draw(t, "zip"))
			group := names[:n]
			names = names[n:]
			all := [][]Value{{}}
			for _, name := range group {
				var next [][]Value
				for _, prefix := range all {
					for _, v := range pools[name] {
						next = append(next, append(append([]Value(nil), prefix...), v))
					}
				}
				all = next
			}
			all = rapid.Permutation(all).Draw(t, "tuples")
			all = all[:rapid.IntRange(1, min(len(all), 5)).Draw(t, "length")]
			axes = append(axes, Axis{Params: group, Tuples: all})
		}
	}
	return axes
}

func drawBlock(t *rapid.T, e *Experiment) *Block {
	lo := rapid.IntRange(0, 3).Draw(t, "lo")
	b, err := NewBlock(e, drawAxes(t, e), rapid.Uint64Range(0, 1).Draw(t, "seed"), lo, lo+rapid.IntRange(1, 3).Draw(t, "replicates"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBlockEncodingGivesTheBlockBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := drawBlock(t, toy())
		data := b.Encode()
		back, err := DecodeBlock(data)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(back.Encode(), data) || back.ID() != b.ID() {
			t.Fatalf("block changed on its way:\n%+v\n%+v", b, back)
		}
		if _, err := toy().Plan(back); err != nil {
			t.Fatal(err)
		}
	})
}

func TestOrdinalsCountEveryTaskOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := drawBlock(t, toy())
		p, err := toy().Plan(b)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		var at []int
		lastRep := -1
		for o := range b.Tasks() {
			rep, positions := b.OuterAt(o, at)
			if got := b.Ordinal(rep, positions); got != o {
				t.Fatalf("ordinal %d came back as %d", o, got)
			}
			if rep < lastRep {
				t.Fatalf("replicates are not outermost at ordinal %d", o)
			}
			lastRep = rep
			outer, replicate := p.Outer(o)
			if replicate != rep {
				t.Fatalf("plan says replicate %d, block %d", replicate, rep)
			}
			key := fmt.Sprint(outer, rep)
			if seen[key] {
				t.Fatalf("%s occurs twice", key)
			}
			seen[key] = true
		}
	})
}

func TestEqualGridsAreOneBlock(t *testing.T) {
	t.Parallel()
	e := toy()
	make := func(axes ...Axis) BlockID {
		t.Helper()
		b, err := NewBlock(e, axes, 1, 0, 2)
		if err != nil {
			t.Fatal(err)
		}
		return b.ID()
	}
	want := make(Numbers("a", 1, 2), Numbers("b", 0.3))
	for name, got := range map[string]BlockID{
		"fixed param first":          make(Numbers("b", 0.1+0.2), Numbers("a", 1, 2)),
		"default mentioned":          make(Numbers("b", 0.3), Numbers("t", 0), Numbers("a", 1, 2), Values("c", Str("x"))),
		"constant column of a zip":   make(Axis{Params: []string{"a", "b"}, Tuples: [][]Value{{Num(1), Num(0.3)}, {Num(2), Num(0.3)}}}),
		"negative zero is the zero":  make(Numbers("a", 1, 2), Numbers("b", 0.3), Axis{Params: []string{"t"}, Tuples: [][]Value{{Num(-1 / inf())}}}),
		"a text where a number is":   make(Values("a", Str("1"), Str("2")), Values("b", Str("0.3"))),
		"default inner param of one": make(Numbers("a", 1, 2), Numbers("b", 0.3), Numbers("i", 0)),
	} {
		if got != want {
			t.Errorf("%s: block %s, want %s", name, got.Short(), want.Short())
		}
	}
	if make(Numbers("a", 2, 1), Numbers("b", 0.3)) == want {
		t.Error("the order of an axis numbers tasks, so it must change the id")
	}
}

func inf() float64 { x, _ := parseNumber("inf"); return x }

func TestBlocksRefuseWhatCannotBePlanned(t *testing.T) {
	t.Parallel()
	e := toy()
	many := make([]Value, MaxInner+1)
	for i := range many {
		many[i] = Num(float64(i))
	}
	for name, axes := range map[string][]Axis{
		"unknown param":   {Numbers("aa", 1)},
		"out of range":    {Numbers("a", 10)},
		"not whole":       {Numbers("a", 1.5)},
		"unknown choice":  {Values("c", Str("w"))},
		"no values":       {{Params: []string{"a"}}},
		"duplicate value": {Numbers("b", 0.3, 0.1+0.2)},
		"same values":     {Numbers("b", 0.3, 0.3)},
		"param twice":     {Numbers("a", 1, 2), Numbers("a", 3)},
		"inner in outer":  {{Params: []string{"a", "i"}, Tuples: [][]Value{{Num(1), Num(1)}}}},
		"ragged zip":      {{Params: []string{"a", "b"}, Tuples: [][]Value{{Num(1)}}}},
		"too many rows":   {Values("i", many...)},
	} {
		if _, err := NewBlock(e, axes, 1, 0, 1); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := NewBlock(e, nil, 1, 3, 3); err == nil {
		t.Error("no replicates: no error")
	}
}

func TestTenMillionTasksAreArithmetic(t *testing.T) {
	t.Parallel()
	e := toy()
	values := make([]Value, 10000)
	for i := range values {
		values[i] = Num(float64(i))
	}
	b, err := NewBlock(e, []Axis{Values("t", values...), Numbers("b", 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)}, 1, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	if b.Tasks() != 10_000_000 {
		t.Fatalf("%d tasks", b.Tasks())
	}
	p, err := e.Plan(b)
	if err != nil {
		t.Fatal(err)
	}
	outer, rep := p.Outer(7_654_321)
	if rep != 76 || outer.Num("t") != 5432 || outer.Num("b") != 0.1 {
		t.Fatalf("replicate %d at %v", rep, outer)
	}
}

func FuzzDecodeBlock(f *testing.F) {
	b, err := NewBlock(toy(), []Axis{Numbers("a", 1, 2), Numbers("b", 0.3), Values("j", Truth(false), Truth(true)),
		{Params: []string{"c", "t"}, Tuples: [][]Value{{Str("y"), Num(1)}, {Str("z"), Num(2)}}}}, 7, 0, 40)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b.Encode())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := DecodeBlock(data)
		if err != nil {
			return
		}
		if !bytes.Equal(b.Encode(), data) {
			t.Fatalf("accepted bytes that are not canonical: %x", data)
		}
		b.ID()
		if b.Tasks() > 0 {
			rep, at := b.OuterAt(b.Tasks()-1, nil)
			if b.Ordinal(rep, at) != b.Tasks()-1 {
				t.Fatal("last ordinal does not come back")
			}
		}
		_, _ = toy().Plan(b)
	})
}
