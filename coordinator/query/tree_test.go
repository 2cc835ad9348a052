package query

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gardner/coordinator/store"
	"gardner/sweeps"
)

// Results arrive in any order, audits replace some, queries are asked in between, aggregates are kept, lost and damaged: the answer has the
// same bits as that of a database in which nothing was kept.
func TestKeptAggregatesDoNotShow(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	cache := CacheDir(f.st.Path())
	seed := uint64(5000)
	used, kept, corrected := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		seed++
		b, id := f.block(t, seed, 0, rapid.IntRange(1, 12).Draw(t, "replicates"), drawAxes(t, "")...)
		f.sweep(t, "s", id)
		req := Request{Sweep: "s", leaf: uint64(rapid.IntRange(1, 5).Draw(t, "leaf")), By: rapid.SampledFrom([][]string{nil, {}, {"N"}, {"replicate"}, {"solution", "alpha"}}).Draw(t, "by")}
		if rapid.Bool().Draw(t, "where") {
			req.Where = "y > 0.3 or alpha > 1"
		}
		if rapid.Bool().Draw(t, "column") {
			req.Columns = []string{"c = y*2"}
		}
		if rapid.Bool().Draw(t, "bootstrap") {
			req.Bootstrap = 100
		}
		rng := rand.New(rand.NewPCG(seed, 1))
		order := rng.Perm(int(b.Tasks()))
		fresh := func() string {
			_ = os.RemoveAll(cache)
			return f.write(t, req, CSV)
		}
		for len(order) > 0 {
			n := 1 + rng.IntN(len(order))
			var ordinals []uint64
			for _, o := range order[:n] {
				ordinals = append(ordinals, uint64(o))
			}
			order = order[n:]
			f.compute(t, b, id, ordinals, nil)
			if rng.IntN(3) == 0 {
				_ = f.write(t, req, CSV) // so that something is kept that is wrong now
				f.correct(t, id, ordinals[0], ordinals[len(ordinals)-1])
				corrected++
			}
			got := f.write(t, req, CSV)
			files, _ := filepath.Glob(filepath.Join(cache, "*"))
			kept += len(files)
			if rng.IntN(3) == 0 {
				for _, name := range files {
					damage(t, rng, name)
				}
			}
			again := f.write(t, req, CSV)
			want := fresh()
			if got != want || again != want {
				t.Fatalf("with what was kept:\n%s\nagain:\n%s\nwithout:\n%s", got, again, want)
			}
			if want != f.write(t, req, CSV) {
				t.Fatal("the second answer differs")
			}
		}
		// Now all is complete: one node, nothing to read.
		if tr := planned(t, f, req); tr.height > 0 {
			used++
			if len(tr.kept) != 1 {
				t.Fatalf("%d nodes kept, want the root", len(tr.kept))
			}
		}
	})
	if used == 0 || kept == 0 || corrected == 0 {
		t.Error("nothing was kept or corrected in any run")
	}
}

// correct replaces a result by another task's, as an audit does.
func (f *fixture) correct(t fataler, id sweeps.BlockID, ordinal, by uint64) {
	t.Helper()
	record, ok, err := f.st.Get(id, by)
	if err == nil && ok {
		err = f.st.PutAudits([]store.Audit{{Block: id, Ordinal: ordinal, Record: record}}, "", nil)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// planned returns the tree of the request's one block, after it has decided what to read.
func planned(t fataler, f *fixture, req Request) *tree {
	t.Helper()
	s, err := newScope(f.st, f.reg, req.Sweep)
	if err != nil {
		t.Fatal(err)
	}
	s.leaf = req.leaf
	if err := s.derive(req.Columns); err != nil {
		t.Fatal(err)
	}
	metrics, _ := s.pickMetrics(nil)
	w, err := compileWhere(s.experiment, s.metrics, req.Where)
	if err != nil {
		t.Fatal(err)
	}
	a, _, err := s.group(w, &req, metrics)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := a.newTree(0, true)
	if err != nil {
		t.Fatal(err)
	}
	var spans []span
	tr.plan(tr.height, 0, &spans)
	if tr.height > 0 && len(spans) > 0 {
		t.Fatal("a complete block is read again")
	}
	return tr
}

func damage(t fataler, rng *rand.Rand, name string) {
	data, err := os.ReadFile(name)
	if err != nil || len(data) == 0 {
		return
	}
	switch rng.IntN(4) {
	case 0:
		err = os.Remove(name)
	case 1:
		err = os.WriteFile(name, data[:rng.IntN(len(data))], 0o600)
	case 2:
		data[rng.IntN(len(data))] ^= 1 << rng.IntN(8)
		err = os.WriteFile(name, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A cut anywhere gives the statistics of the whole.
func TestMergeAgainstTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		xs := rapid.SliceOfN(rapid.Float64Range(-1e3, 1e3), 1, 300).Draw(t, "values")
		cut := rapid.IntRange(0, len(xs)).Draw(t, "cut")
		whole, first, second := &numberAcc{q: quantile{k: 512}}, &numberAcc{q: quantile{k: 512}}, &numberAcc{q: quantile{k: 512}}
		for i, x := range xs {
			whole.value(x)
			if i < cut {
				first.value(x)
			} else {
				second.value(x)
			}
		}
		r := &partReader{src: second.encode(nil)}
		read := &numberAcc{q: quantile{k: 512}}
		read.decode(r)
		if r.fail || len(r.src) > 0 {
			t.Fatal("what was written cannot be read")
		}
		first.merge(read)
		var a, b *stats
		whole.lines(studentT, func(s *stats) { a = s })
		first.lines(studentT, func(s *stats) { b = s })
		if a.n != b.n || a.min != b.min || a.max != b.max || math.Abs(a.mean-b.mean) > 1e-12 || len(xs) > 1 && math.Abs(a.sd-b.sd) > 1e-9*(1+a.sd) {
			t.Fatalf("%+v, merged %+v", a, b)
		}
		for i := range a.quantiles {
			if a.quantiles[i] != b.quantiles[i] {
				t.Fatalf("quantiles %v, merged %v", a.quantiles, b.quantiles)
			}
		}
	})
}

// The sketch stays within its promise when it is merged of many.
func TestMergedSketch(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	const parts, each, k = 40, 700, 64
	sum := &quantile{k: k}
	var all []float64
	for range parts {
		q := &quantile{k: k}
		for range each {
			x := rng.NormFloat64()
			q.add(x)
			all = append(all, x)
		}
		sum.merge(q)
	}
	for i, got := range sum.at(probabilities) {
		rank := 0
		for _, x := range all {
			if x < got {
				rank++
			}
		}
		if e := math.Abs(float64(rank)/float64(len(all)) - probabilities[i]); e > 0.03 {
			t.Errorf("quantile %g is off by %.3f in rank", probabilities[i], e)
		}
	}
}

func FuzzDecodeGroups(f *testing.F) {
	fix := newFixture(f)
	b, id := fix.block(f, 1, 0, 3, sweeps.Numbers("N", 50, 100), sweeps.Numbers("kappa", 0, 1))
	fix.compute(f, b, id, all(b), nil)
	fix.sweep(f, "s", id)
	s, err := newScope(fix.st, fix.reg, "s")
	if err != nil {
		f.Fatal(err)
	}
	metrics, _ := s.pickMetrics(nil)
	w, _ := compileWhere(s.experiment, s.metrics, "")
	a, _, err := s.group(w, &Request{Bootstrap: 100}, metrics)
	if err != nil {
		f.Fatal(err)
	}
	gs, err := a.collect(context.Background())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(gs.encode(nil))
	f.Add([]byte(strings.Repeat("\xff", 40)))
	f.Fuzz(func(t *testing.T, data []byte) {
		gs, ok := a.decodeGroups(data, 0)
		if !ok {
			return
		}
		again, ok := a.decodeGroups(gs.encode(nil), 0)
		if !ok || len(again.all) != len(gs.all) {
			t.Error("what was read cannot be written and read again")
		}
	})
}
